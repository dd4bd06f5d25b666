//! Every line that people read, in both languages, by key.

pub mod command;
pub mod refusal;

pub use command::*;
pub use refusal::*;

super::lines! {
    voice_fire: "fire", "消防";
    voice_video: "video", "视频";
    voice_grid: "grid", "网格";
    voice_weather: "weather", "气象";
    voice_water: "water", "水利";
    voice_desk: "desk", "值班";
    voice_hostile: "hostile", "敌意";
    voice_city: "city", "城市";
    voice_stage: "demo", "演示";

    state_suspected: "suspected", "疑似";
    state_confirmed: "confirmed", "已确认";
    state_responding: "responding", "处置中";
    state_controlled: "controlled", "已控制";
    state_closed: "closed", "已结束";
    state_false_alarm: "false alarm", "误报";
    state_merged: "merged", "已并入";

    demo_begins: "A night in {city} begins; the console is at {console}", "{city}的一夜开始;控制台在 {console}";
    demo_opened: "NEW INCIDENT {title} — {state}, confidence {percent} %", "新事件 {title} — {state},可信度 {percent}%";
    demo_changed: "{title} — {state}, confidence {percent} %, {count} signals from {sources} sources",
        "{title} — {state},可信度 {percent}%,{sources} 个来源 {count} 条信号";
    demo_connected: "{controllers} fire controllers are on the line; readings and heartbeats flow",
        "{controllers} 台用户信息传输装置上线;读数与心跳正常";
    demo_power: "{device}: main power failed, on battery", "{device}:主电故障,转备电";
    demo_clock: "{device}: detector fault, stamped with a dead clock (00-00-00): the time of receipt counts",
        "{device}:探测器故障,装置时钟为零(00-00-00),以接收时间为准";
    demo_smoke: "FIRE at {unit}: {part}", "{unit} 火警:{part}";
    demo_twice: "the same alarm 1 ms later, and the same bytes again as if the answer had been lost",
        "同一报警 1 毫秒后再来;又因未收到确认,原字节重发一次";
    demo_second: "a second detector: {part}", "第二个探测器报警:{part}";
    demo_button: "a person pressed: {part}", "有人按下:{part}";
    demo_camera: "{camera} sees: {what} ({verdict})", "{camera}:{what}({verdict})";
    demo_same_serial: "answered with the same SN", "已按相同 SN 应答";
    demo_status: "HTTP {status}", "HTTP {status}";
    demo_worker: "a grid worker reports, placed in GCJ-02: {text} (HTTP {status})", "网格员上报(GCJ-02 坐标):{text}(HTTP {status})";
    demo_dirty: "FIRE at {unit}, on a dirty line: {bytes} bytes of garbage that end in half a start mark, then the alarm in three pieces",
        "{unit} 火警,线路脏:先来 {bytes} 字节乱码并以半个启动符结尾,报警分三段到达";
    demo_spoilt: "two frames in one packet, then one with a bad checksum: it must get a nak (否认)",
        "两帧粘在一包;随后一帧校验和错误,应得到否认";
    demo_crowded: "{unit}: one frame with the states of 22 components, one of them faulty", "{unit}:一帧 22 个部件状态,其中一个故障";
    demo_in_test: "FIRE at {unit}: {part}, though its panel says “in test”: a fire bit is a fire",
        "{unit} 火警:{part};虽标为测试状态,火警位即火警";
    demo_nonsense: "a text file and an XML bomb posted to the cameras' door, a report to nobody: HTTP {statuses}",
        "向视频门投递文本文件与 XML 炸弹,又向不存在的部门投递:HTTP {statuses}";
    demo_no_hostile: "this city has no hostile department; that scene is left out", "本城没有敌意部门,略去这一幕";
    demo_hostile: "a department's plugin now loops for ever on whatever it is given, and it is given much",
        "某部门的插件从此刻起对每条输入死循环,且输入不断";
    demo_beside: "FIRE at {unit}: {part}, acknowledged in {ms} ms beside the looping plugin",
        "{unit} 火警:{part};死循环插件在侧,{ms} 毫秒内已确认";
    demo_unheard: "FIRE at {unit}: {part}, NOT acknowledged within 10 s", "{unit} 火警:{part};10 秒内未得到确认";
    demo_motion: "{camera} sees the same motion {times} times", "{camera}:同一移动目标报了 {times} 次";
    demo_recovered: "{unit}: detectors are back to normal", "{unit}:探测器恢复正常";

    storm_warning: "rain warning {colour} for {region} (HTTP {status})", "暴雨{colour}预警:{region}(HTTP {status})";
    storm_cancel: "the {colour} rain warning is cancelled (HTTP {status})", "暴雨{colour}预警解除(HTTP {status})";
    storm_response: "RESPONSE {title}: level {level}, {state}, by {plan}", "应急响应 {title}:{level} 级,{state},依据 {plan}";
    storm_answered: "{departments} departments ordered; {answered} orders acknowledged{kept}; {confirmed} calls confirmed",
        "{departments} 个部门接到指令;{answered} 条已接令{kept};叫应确认 {confirmed} 人";
    storm_kept: ", {kept} wait for {silent}", ",{kept} 条等 {silent}";
    storm_red: "red", "红色";
    storm_orange: "orange", "橙色";
    storm_yellow: "yellow", "黄色";
    storm_blue: "blue", "蓝色";
    storm_arrived: "{arrived} orders are on the spot", "{arrived} 条指令已到场";
    storm_river: "station {station} reports {level} m over its threshold, {confirmed}", "遥测站 {station} 加报水位 {level} 米,{confirmed}";
    storm_confirmed: "confirmed with the same serial", "已按相同流水号确认";
    storm_unconfirmed: "NOT confirmed", "未获确认";
    storm_team: "{team} {sent}; asked for once more: {again}", "{team}{sent};再次调派:{again}";
    storm_sent: "is sent", "已调派";
    storm_not_sent: "is not sent", "未能调派";
    storm_sandbags: "two departments ask for the last {quantity} {name} at once: {winners} gets them; the other hears: {refusal}",
        "两个部门同时申请最后 {quantity} 件{name}:{winners} 个获批;另一个得到:{refusal}";
    storm_moved: "transfer {transfer} is dispatched and received", "调拨 {transfer} 已出库并签收";
    storm_accident_title: "landslide buries a work shed in {region}", "{region}山体滑坡掩埋工棚";
    storm_accident: "accident {id}, {report}: {deaths} dead, {injuries} injured — grade {grade}", "事故 {id} {report}:死亡 {deaths},重伤 {injuries},等级 {grade}";
    storm_report_due: "the next follow-up report ({name}) to the {level} is due at {due}", "下一次续报({name})须于 {due} 前报{level}";
    storm_report_missed: "MISSED: {name} was due at {due}; order {order} asks for it, and it is filed late", "逾期:{name} 应于 {due} 前报出;指令 {order} 催报,现补报";
    storm_escalated: "{department} does not answer “{title}”: it goes from {from} up to {to}", "{department} 对“{title}”无回应:由{from}升级至{to}";
    sum_storm: "═══ The storm at the desk ═══", "═══ 暴雨值班小结 ═══";
    sum_warning: "warning", "预警";
    sum_response: "response", "响应";
    sum_orders: "orders", "指令";
    sum_calls: "calls", "叫应";
    sum_linkage: "{orders} orders, {answered} acknowledged, p50 {p50}, {escalated} escalated", "指令 {orders},接令 {answered},中位 {p50},升级 {escalated}";
    sum_slowest: "slowest", "最慢";
    sum_teams: "teams out", "在外队伍";
    sum_transfers: "transfers", "调拨";
    sum_accident: "accident", "事故";
    sum_reports: "{title}: grade {grade}, {reports} reports filed", "{title}:等级 {grade},已报 {reports} 次";
    sum_title: "═══ The night in numbers ═══", "═══ 一夜小结 ═══";
    sum_bytes: "bytes sent", "发出字节";
    sum_frames: "26875.3 frames", "26875.3 帧";
    sum_answers: "{frames} sent, {acks} acknowledged, {naks} refused (nak)", "发出 {frames},确认 {acks},否认 {naks}";
    sum_posts: "HTTP posts", "HTTP 投递";
    sum_statuses: "{posts} sent, {accepted} accepted, {refused} refused", "发出 {posts},接受 {accepted},拒绝 {refused}";
    sum_signals: "signals", "信号";
    sum_merged: "merged duplicates", "合并的重复";
    sum_department: "department {id}", "部门 {id}";
    sum_account: "{frames} in = {decoded} decoded + {dead} dead + {noise} noise {end}", "收 {frames} = 解码 {decoded} + 死信 {dead} + 噪声 {noise} {end}";
    sum_waiting: "+ {waiting} waiting", "+ 等待 {waiting}";
    sum_incidents: "incidents", "事件";
    sum_incident: "{title} — {state}, confidence {percent} %, {count} signals from {sources} sources",
        "{title} — {state},可信度 {percent}%,{sources} 个来源 {count} 条信号";
    sum_dead: "dead letters", "死信";
    sum_hostile: "the hostile plugin", "敌意插件";
    sum_hostile_did: "got {posts} inputs, was stopped {verdicts} times (HTTP {statuses})", "收到 {posts} 条输入,被终止 {verdicts} 次(HTTP {statuses})";
    sum_before: "fire ack before it", "此前消防确认";
    sum_during: "fire ack beside it", "期间消防确认";
    sum_latency: "p50 {p50} ms, p99 {p99} ms, max {max} ms ({samples} frames)", "p50 {p50} 毫秒,p99 {p99} 毫秒,最大 {max} 毫秒({samples} 帧)";
}
