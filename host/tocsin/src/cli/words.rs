//! What the commands say to people, in Chinese and English.

crate::text::lines! {
    UP_TITLE: "{city} is up (pid {pid})", "{city} 已就绪(进程 {pid})";
    UP_CONSOLE: "console", "控制台";
    UP_EVENTS: "events", "事件订阅";
    UP_DATA: "data", "数据目录";
    UP_STOP: "Ctrl-C ends it; a second one at once.", "Ctrl-C 停止;再按一次立即退出。";
    UP_ENDING: "ending: doors are closed, what is under way is finished", "正在停止:关闭入口,处理完在途数据";
    UP_TAKEN_OVER: "another host has taken over ({other}); this one ends, start it again to stand by", "已被另一主机接管({other}),本机停止;重新启动后待命";
    UP_FALLEN: "the stage {stage} has failed; this host ends, its log says why, start it again", "工作环节 {stage} 发生故障,本机停止,原因见日志;请重新启动";
    UP_ENDED: "ended", "已停止";

    USAGE: "Usage:", "用法:";
    USAGE_HELP: "For more, try --help.", "更多说明见 --help。";
    USAGE_ARGUMENT: "there is no argument {argument}", "没有参数 {argument}";
    USAGE_COMMAND: "there is no command {command}", "没有命令 {command}";
    USAGE_NO_COMMAND: "a command is missing", "缺少命令";
    USAGE_MISSING: "missing: {argument}", "缺少参数:{argument}";
    USAGE_CONFLICT: "{argument} cannot stand beside {prior}", "{argument} 不能与 {prior} 同时使用";
    USAGE_NO_VALUE: "{argument} needs a value", "{argument} 需要一个值";
    USAGE_VALUE: "{argument} cannot be {value}", "{argument} 不能是 {value}";
    USAGE_BECAUSE: "{argument} cannot be {value}: {because}", "{argument} 不能是 {value}:{because}";
    USAGE_VALUES: "; possible are {values}", ";可用:{values}";
    USAGE_COMMANDS: "; there are {values}", ";可用命令:{values}";
    USAGE_MEANT: "; did you mean {values}", ";是否为:{values}";

    NO_INCIDENT: "no incident", "没有事件";
    NOTHING: "nothing", "没有记录";
    MORE: "{shown} rows are shown, and there are more; --limit shows up to 10000", "仅显示 {shown} 行,还有更多;用 --limit 最多可显示 10000 行";
    NO_DEAD: "no dead letter", "没有死信";
    NO_PLUGIN: "no plugin", "没有插件";

    ID: "id", "编号";
    STATE: "state", "状态";
    SEVERITY: "severity", "等级";
    CONFIDENCE: "conf.", "可信度";
    COUNT: "count", "次数";
    TITLE: "title", "标题";
    LAST: "last", "最近";
    REGION: "region", "区域";
    UNIT: "unit", "单位";
    POSITION: "position", "位置";
    FIRST: "first", "最早";
    REASONS: "why", "依据";
    EVIDENCE: "evidence", "证据";
    FRAMES: "frames", "原始报文";
    FRAMES_SHOWN: "{shown} of {all} shown", "显示 {shown} / {all}";
    NOTES: "notes", "记录";
    RESULT: "result", "处置结果";
    DISPOSITION: "disposition", "误报原因";
    ACTED: "{id}: {act} is recorded (journal {sequence})", "{id}:{act} 已记录(日志 {sequence})";

    GRADE: "grade", "等级";
    DEATHS: "deaths", "死亡";
    INJURIES: "injured", "重伤";
    LOSS: "loss, yuan", "直接损失(元)";
    TARGET: "report to", "应报至";
    REPORTS: "reports", "报告";
    GRADINGS: "grades", "等级变化";
    CLOCKS: "due", "待报";
    HAPPENED: "happened", "发生时间";
    INCIDENT: "incident", "事件";
    FACTS: "{deaths} dead, {injuries} injured, {loss} yuan", "死亡 {deaths},重伤 {injuries},损失 {loss} 元";
    LATE: "{minutes} min late", "迟 {minutes} 分钟";
    NOT_YET: "not yet", "至今未办";
    PLATFORM: "platform", "平台";
    DUE_AT: "due", "时限";
    OVERTIME: "overtime", "超时";
    RESPONSIBLE: "in charge", "责任部门";
    TRADE: "trade", "行业";
    DAYS: "days over", "逾期天数";
    MAJOR: "major", "重大";
    COLOUR: "colour", "颜色";
    POINTS: "points", "分值";
    FACTS_COUNT: "facts", "事实";
    REPORTER: "reporter", "上报人";
    PLACE: "place", "地点";
    TEXT: "text", "内容";
    PHOTOS: "photos", "照片";
    SCORE: "score", "评分";
    STORY: "story", "经过";
    EVENT: "event", "类型";
    AREAS: "areas", "区域";
    ISSUED: "issued", "发布";
    EXPIRES: "expires", "失效";
    FLAGS: "flags", "存疑";
    ORDER: "order", "指令";
    CAPABILITIES: "can", "能力";
    SEND: "send", "建议";
    MINUTES: "min", "分钟";
    METRES: "metres", "距离(米)";
    HELD_BY: "held by", "占用";
    UNMET: "nobody free can: {what} ({why})", "无可用力量:{what}({why})";
    FALSE_RATE: "false", "误报率";
    ASKED_TIMES: "asked", "查岗次数";
    ANSWERED: "answered", "按时应答";
    FACILITIES: "facilities", "设施";
    INSPECTIONS: "inspections", "检查";
    STORE: "store", "仓库";
    ITEM: "item", "物资代码";
    MEASURE: "of", "计量";
    LOADED: "loaded", "入库";
    ON_HAND: "on hand", "在库";
    RESERVED: "reserved", "预留";
    AVAILABLE: "available", "可用";
    MINIMUM: "minimum", "最低";
    IN_TRANSIT: "on the road", "在途";
    AT_INCIDENTS: "in use", "在用";
    CONSUMED: "consumed", "消耗";
    LOST: "lost", "损失";
    FAULTS: "does not add up", "不符";
    BALANCE_WRONG: "it does not add up", "账目不符";
    BY: "by", "经手";

    CONTACTS: "contacts there", "现场联系人";
    HYDRANTS: "hydrants nearby", "附近消火栓";
    DRY: "dry", "无水";
    WORKS: "works", "可用";
    OFFERED: "works: use this one", "可用,改用此处";

    FRAME: "frame", "报文";
    DEPARTMENT: "department", "部门";
    PLUGIN: "plugin", "插件";
    KIND: "kind", "类别";
    REASON: "reason", "原因";
    AT: "at", "时间";
    DEVICE: "device", "设备";
    ORIGIN: "origin", "来自";
    BYTES: "bytes", "字节";
    REPLAYED: "{id} is in the log again as {frame}", "{id} 已重新投入,新报文 {frame}";

    LEVEL: "level", "级别";
    PLAN: "plan", "预案";
    CLAUSE: "clause", "条款";
    APPROVED_BY: "approved by", "批准人";
    NO_CHANGE: "nothing changed", "没有变化";
    PLAN_OK: "no mistake, and the city has what is asked for", "没有错误,所需岗位、队伍、物资齐备";

    NAME: "name", "名称";
    VERSION: "version", "版本";
    CALLS: "calls", "调用";
    REJECTED: "rejected", "拒绝";
    TRAPS: "traps", "陷阱";
    P99: "p99 µs", "p99 微秒";
    DIGEST: "digest", "摘要";
    SCAFFOLDED: "{name} is begun in {dir}. Next: its README.md, or", "{name} 已建于 {dir}。下一步见其中 README.md,或";
    VECTOR_COST: "{ms} ms, {instructions} instructions, {mib} of {most} MiB", "{ms} 毫秒,{instructions} 条指令,内存 {mib}/{most} MiB";
    VECTOR_BLESSED: "kept as expected", "已存为期望";
    VECTORS_PASSED: "{count} passed, 0 failed", "通过 {count},失败 0";
    VECTORS_FAILED: "{passed} passed, {failed} failed", "通过 {passed},失败 {failed}";
    CHECKED: "{name}: {inputs} inputs, {corpus} kept, {edges} edges; at most {instructions} instructions and {mib} MiB a call", "{name}:输入 {inputs} 个,保留 {corpus} 个,覆盖 {edges} 条边;单次最多 {instructions} 条指令、{mib} MiB";
    CHECK_PASSED: "{name} conforms", "{name} 合规";
    CHECK_FAILED: "{name} does not conform; findings: {count}", "{name} 不合规:{count} 处问题";
    CHECK_LEFT: "not looked at: {what}", "未检查:{what}";
    CHECK_KEPT: "the input is in {path}", "输入已存于 {path}";
    REPLAY_SAME: "{name}: {calls} calls, all answered the same", "{name}:{calls} 次调用,回答全部相同";
    REPLAY_DIFFERS: "{name}: {different} of {calls} calls are answered differently", "{name}:{calls} 次调用中有 {different} 次回答不同";
    REPLAY_FIRST: "the first, frame {frame}:", "第一处,帧 {frame}:";
    REPLAY_MISSING: "{count} frames are not in the log any more", "有 {count} 帧已不在日志中";
    REPLAY_SECRETS: "secret settings are in no trace; where answers depend on them give --set: {names}", "记录不含保密设置;若回答依赖它们,请用 --set 给出:{names}";
    BUILT: "{name} {version}: {path} ({bytes} bytes)", "{name} {version}:{path}({bytes} 字节)";
    PUSHED: "{name} {version} is at work in {department}; digest {digest}", "{name} {version} 已在 {department} 生效;摘要 {digest}";
    PUSHED_SAME: "{name} {version} was at work already; nothing changes", "{name} {version} 已在运行,无变化";

    REPLAYED_AT: "as of {at}: journal {sequence}, {steps} steps, state {core}",
        "截至 {at}:日志 {sequence},{steps} 步,状态 {core}";
    INCIDENTS: "incidents", "事件";
    RESPONSES: "responses", "应急响应";
    OPEN_ORDERS: "open orders", "未办结指令";
    TEAMS: "teams", "队伍";
    LOTS: "lots", "物资批次";
    WARNINGS: "warnings", "预警";
    SOURCE: "source", "来源";
    QUALITY: "quality", "质量";
    NO_POSITION: "no position", "无位置";
    READINGS: "readings", "读数";
    CONFIRMATIONS: "call and confirm", "叫应";
    GAPS: "nobody answers for", "职责空白";
    TRANSFERS: "transfers", "物资调拨";
    VALUE: "value", "数值";
    UNIT_OF: "unit", "单位";
    ACCIDENTS: "accidents", "事故";
    CASES: "grid events", "网格事件";

    VERIFY_SUM: "{id}: {frames} in = {decoded} decoded + {dead} dead + {noise} noise + {waiting} waiting",
        "{id}:收 {frames} = 解码 {decoded} + 死信 {dead} + 噪声 {noise} + 等待 {waiting}";
    VERIFY_STEPS: "journal: {steps} steps, {facts} facts, {effects} effects, doubled {doubled}, lost {lost}",
        "日志:{steps} 步,{facts} 条事实,{effects} 次生效,重复 {doubled},丢失 {lost}";
    VERIFY_REST: "{dead} dead letters, {events} events", "死信 {dead},事件 {events}";
    VERIFY_OK: "it adds up", "账目相符";
    VERIFY_WRONG: "{count} faults", "{count} 处不符";

    CITY_OK: "{name}: {departments} departments, {doors} doors, {units} units, {devices} devices, {hazards} hazards; no error",
        "{name}:部门 {departments},入口 {doors},单位 {units},设备 {devices},危险类别 {hazards};没有错误";

    OK: "ok", "正常";
    WARN: "look", "注意";
    BAD: "bad", "异常";
    LIMITS: "limits", "限值";
    DOCTOR_SERVER: "nats-server", "nats-server";
    DOCTOR_DATA: "data folder", "数据目录";
    DOCTOR_FILES: "open files", "可打开文件数";
    DOCTOR_CITY: "city", "城市数据";
    DOCTOR_HOST: "host", "主机";
    DOCTOR_BUS: "bus", "总线";
    DOCTOR_HOLES: "holes in the log", "日志缺损";
    DOCTOR_STORE: "store", "存储";
    DOCTOR_ROOM: "{path}: the store may take {mib} MiB{advice}", "{path}:存储可用 {mib} MiB{advice}";
    DOCTOR_READONLY: "; it cannot be written: name another with --data", ";不可写:请用 --data 另指目录";
    DOCTOR_LITTLE: "; that is little: make room, or name another with --data", ";空间偏少:请腾出空间,或用 --data 另指目录";
    DOCTOR_RAISE: "; raise the hard limit towards {wanted}: every connection is one (`ulimit -Hn`)", ";请将硬上限提高到 {wanted} 左右:每个连接占一个(`ulimit -Hn`)";
    DOCTOR_CITY_WRONG: "{count} findings; `tocsin city check {dir}` names them", "{count} 处问题;`tocsin city check {dir}` 逐条列出";
    DOCTOR_HOST_UP: "pid {pid}, {console}, up {seconds} s", "进程 {pid},{console},已运行 {seconds} 秒";
    DOCTOR_BUS_UP: "up", "在线";
    DOCTOR_BUS_AWAY: "away: doors do not accept until it is back; see nats/nats.log in the data folder", "不可用:恢复之前入口不接收数据;见数据目录的 nats/nats.log";
    DOCTOR_PLUGIN: "{name} {version}: {calls} calls, {rejected} rejected, {traps} traps {verdicts}", "{name} {version}:调用 {calls},拒绝 {rejected},陷阱 {traps} {verdicts}";
    DOCTOR_HOLES_OPEN: "{count}: {titles}; `tocsin hole list` names them", "{count} 处:{titles};`tocsin hole list` 逐条列出";
    DOCTOR_KEPT: "RAW {raw} d, SIGNALS {signals} d, JOURNAL for ever; fullest: {stream}, {percent} % of its share, since {since}{advice}",
        "RAW {raw} 天,SIGNALS {signals} 天,JOURNAL 永久;最满:{stream},占份额 {percent}%,始于 {since}{advice}";
    DOCTOR_MAKE_ROOM: "; make room on the volume: what fills up waits or refuses", ";请在磁盘上腾出空间:写满后将等待或拒收";

    ASKED: "asked", "责任人";
    MISSED: "missed", "超时";
    POST: "post", "岗位";
    ON_DUTY: "on duty", "当值";
    PHONE: "phone", "电话";
    SINCE: "since", "自";
    UNTIL: "until", "至";
    FROM: "from", "起";
    TO: "to", "止";
    FOUND: "found", "发现时间";
    CALLED: "called", "叫应";
    TRIES: "times", "次数";
    ESCALATIONS: "escalated", "升级次数";
    LAST_CALLED: "last called", "最近叫应";
    CONFIRMED_AT: "confirmed", "确认时间";
    CONFIRMED_BY: "by", "确认人";
    REFUSED: "refused", "拒收";
    FAILED: "failed", "失败";
    DEFECTS: "defects", "缺陷";
    SIGNALS: "signals", "信号";
    LATE_SIGNALS: "late", "迟到";
    UNKNOWN: "unknown", "未登记";
    NAMELESS: "nameless", "无装置";
    NOWHERE: "nowhere", "无位置";
    NOISE: "noise", "噪声";
    ORDERS: "orders", "指令";
    ORDER_ACK: "order→ack p50 / p95", "下达→接令 P50 / P95";
    ACK_ARRIVE: "ack→arrive p50 / p95", "接令→到场 P50 / P95";
    ORDER_ARRIVE: "order→arrive p50 / p95", "下达→到场 P50 / P95";
    ESCALATED: "escalated", "升级率";
    DECLINED: "declined", "拒绝";
    UNANSWERED: "unanswered", "无人应";
    SLOWEST: "slowest", "最慢";

    DEMO_KEPT: "everything of this night stands in {data}", "这一夜的全部数据在 {data}";
}

/// The word of a state as a person reads it.
pub fn state(word: &str) -> String {
    crate::demo::state_word(word)
}

/// The word of a severity as a person reads it.
pub fn severity(word: &str) -> String {
    let (en, zh) = match word {
        "extreme" => ("extreme", "特别重大"),
        "severe" => ("severe", "重大"),
        "moderate" => ("moderate", "较大"),
        "minor" => ("minor", "一般"),
        other => (other, if other == "unknown" { "未定" } else { other }),
    };
    match crate::text::language() {
        crate::text::Language::English => en.to_owned(),
        crate::text::Language::Chinese => zh.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_word_has_both_languages_and_the_same_values() {
        crate::text::check(super::ALL);
    }
}
