//! Why a host does not do what it was asked for, over HTTP and on the bus.

crate::text::lines! {
    no_incident: "there is no incident `{id}`; `tocsin incident list` names them", "没有事件 {id};`tocsin incident list` 列出全部";
    no_warning: "there is no warning `{id}`; `tocsin warning list` names them", "没有预警 {id};`tocsin warning list` 列出全部";
    no_dead: "there is no dead letter `{id}`; `tocsin dead list` names them", "没有死信 {id};`tocsin dead list` 列出全部";
    no_plugin: "there is no plugin `{id}`; `tocsin plugin list` names them", "没有插件 {id};`tocsin plugin list` 列出全部";
    no_plan: "there is no plan `{id}`; there are {known}", "没有预案 {id};可用:{known}";
    no_row: "there is no {noun} `{id}`", "没有 {id} 这一记录({noun})";
    no_noun: "there is no `{word}`; there are {known}", "没有 {word};可用:{known}";
    no_risk: "there is no unit, region or trade `{id}`; `tocsin risk list` has them", "没有单位、区划或行业 {id};`tocsin risk list` 列出全部";
    no_schema: "there is no `{name}`; GET /api/v1/schemas lists what there is", "没有模式 {name};GET /api/v1/schemas 列出全部";
    no_path: "there is no such path; /api/v1/status, /api/v1/incidents, /api/v1/dead, /api/v1/plugins and /api/v1/stream are there",
        "没有这个路径;可用:/api/v1/status、/api/v1/incidents、/api/v1/dead、/api/v1/plugins、/api/v1/stream";
    wrong_method: "this path takes another method; the Allow header names it", "此路径不接受该方法;Allow 头列出可用的方法";

    filter_state: "there is no state `{word}`; there are {known}", "没有状态 {word};可用:{known}";
    filter_region: "the city has no region `{word}`; `tocsin risk list --kind region` lists them", "本市没有行政区划 {word};`tocsin risk list --kind region` 列出全部";
    filter_region_near: "the city has no region `{word}`; did you mean {code} {name}? `tocsin risk list --kind region` lists them",
        "本市没有行政区划 {word};是否为 {code} {name}?`tocsin risk list --kind region` 列出全部";
    filter_department: "the city has no department `{word}`; there are {known}", "本市没有部门 {word};可用:{known}";
    filter_hazard: "the city has no hazard `{word}`; there are {known}", "本市没有危险类别 {word};可用:{known}";
    filter_store: "there is no store `{word}`; there are {known}", "没有仓库 {word};可用:{known}";
    filter_item: "no store has the item `{word}`; `tocsin supply list` names them", "没有仓库存有物资 {word};`tocsin supply list` 列出全部";

    view_behind: "the views have not come to journal sequence {wanted} within {ms} ms (they stand at {at}); ask again", "视图在 {ms} 毫秒内未到日志 {wanted}(现为 {at});请重试";
    view_unread: "the views cannot be read; the host's log says why", "视图无法读取,原因见主机日志";
    scores_unread: "the scores cannot be read; the host's log says why", "质量评分无法读取,原因见主机日志";
    row_unread: "the row cannot be read: {reason}", "记录无法读取:{reason}";
    replay_failed: "the journal cannot be replayed: {reason}", "日志无法回放:{reason}";
    time_unread: "`{text}` is no time; write 2026-07-12, 2026-07-12T20:00 or RFC 3339", "时间 {text} 无效;请写 2026-07-12、2026-07-12T20:00 或 RFC 3339";
    path_unread: "the path is no UTF-8 behind its percent signs; write it as UTF-8", "路径中的百分号编码不是 UTF-8;请按 UTF-8 书写";
    query_unread: "the query cannot be read: {reason}", "查询参数无法读取:{reason}";
    body_unread: "the body cannot be read: {reason}", "请求内容无法读取:{reason}";
    payload_unread: "the payload is no JSON object: {reason}", "请求内容不是 JSON 对象:{reason}";
    id_no_text: "`id` is a text", "id 应为文本";
    name_unfit: "`{name}` has {length} characters or a control character; at most {most}, and none of those", "{name} 有 {length} 字或含控制字符;至多 {most} 字,不得含控制字符";
    command_unread: "the command cannot be read: {reason}", "命令无法读取:{reason}";
    command_busy: "too many commands are waiting; ask again", "等待中的命令过多;请重试";
    command_undecided: "the host stepped down before the command was decided; ask again with the same id", "命令裁定之前主机已让位;请用同一编号重试";

    busy: "too many requests are under way; ask again", "在途请求过多;请重试";
    late: "no answer in time; the bus may be away, ask again", "未能及时答复,总线可能不可用;请重试";
    request_failed: "the request failed; the host's log says why", "请求失败,原因见主机日志";
    waiting: "the host is starting, or stands by while another one works; see its log", "主机正在启动,或在另一主机工作时待命;见其日志";
    bus_away: "the bus is away; doors do not accept until it is back", "总线不可用;恢复之前入口不接收数据";
    bus_stuck: "the bus is up and takes nothing into {streams}: was its volume full? give it room and start nats-server again",
        "总线在线,但 {streams} 写不进去:磁盘是否已满?请腾出空间并重启 nats-server";
    stream_full: "too many readers follow the events; close one, or subscribe on NATS", "事件订阅者过多;请关闭一个,或改用 NATS 订阅";
    host_unknown: "this host answers to 127.0.0.1 and localhost only; forward to it with one of these as Host", "本主机只应答 127.0.0.1 与 localhost;转发时请以其一作为 Host";
    no_token: "commands need `Authorization: Bearer <operator token>`; it stands in host.json of the data folder",
        "命令须带 `Authorization: Bearer <操作令牌>`;令牌在数据目录的 host.json 中";

    package_large: "the package is larger than {most} MiB; leave debug information out of it", "插件包超过 {most} MiB;请去掉调试信息";
    package_late: "the package did not arrive in time; send it again", "插件包未能及时到达;请重发";
    package_broken: "the package did not arrive whole; send it again", "插件包未完整到达;请重发";
    package_unread: "cannot read the package {path}; run `cargo xtask build`, or mend `package` in the city file: {reason}",
        "无法读取插件包 {path};请运行 `cargo xtask build`,或修改城市文件中的 package:{reason}";
    package_id: "the package is of plugin `{found}` and the city file wants `{wanted}` there; mend `id` in one of them",
        "插件包属于插件 {found},城市文件此处要求 {wanted};请修改其一的 id";
    package_department: "plugin `{id}` says that it is of department `{found}`; the city file has it in `{wanted}`", "插件 {id} 自称属于部门 {found};城市文件将其列在 {wanted}";
    package_no_department: "the city has no department `{department}`; add it to the city file first", "本市没有部门 {department};请先加入城市文件";
    package_not_kept: "the bus does not keep the package: {reason}", "总线未能保存插件包:{reason}";

    dead_no_bytes: "the dead letter `{id}` has lost its bytes", "死信 {id} 的原始字节已丢失";
    dead_send: "`{id}` is a send that did not reach its device, not an input; its plugin sends again when it is told to",
        "{id} 是未能送达设备的下发,不是输入;由其插件按指令重发";
    dead_not_taken: "the bytes were not taken: {reason}", "字节未被接收:{reason}";

    case_unknown: "there is no grid event, order or call `{id}`; nothing was changed", "没有网格事件、指令或叫应 {id};未作任何变更";

    no_department: "there is no department `{department}`; there are {known}", "没有部门 {department};可用:{known}";
    no_source: "the department `{department}` has no source `{source}`; there are {known}", "部门 {department} 没有来源 {source};可用:{known}";
    no_door: "the doors are POST /in/<department>/<source>", "入口为 POST /in/<部门>/<来源>";
    door_posts: "a door takes POST", "入口只接受 POST";
    device_name: "a device's name has at most {most} bytes and no control characters", "设备名至多 {most} 字节,不得含控制字符";
    source_busy: "too many messages of {path} are under way; send it again", "{path} 的在途消息过多;请重发";
    log_away: "the log does not take messages now; send it again", "日志目前不接收消息;请重发";
    media_form: "send the message itself as the body, not a form with it", "请以消息本身作为请求内容,不要放在表单里";
    media_encoded: "send the body without a content encoding", "请求内容不要压缩编码";
    body_empty: "the body is empty; send the message as the body", "请求内容为空;请以消息作为请求内容";
    body_large: "a message has at most {most} bytes; send pictures as links", "消息至多 {most} 字节;图片请以链接发送";
    body_late: "the body did not arrive within 10 s", "请求内容未在 10 秒内到达";
    body_broken: "the body did not arrive whole", "请求内容未完整到达";
    body_no_record: "the body holds no record that the plugin's framer knows", "请求内容中没有插件分帧器认识的记录";

    log_full: "the department's log is full; send it again", "部门日志已满;请重发";
    log_silent: "the bus does not answer; send it again", "总线没有应答;请重发";
    log_behind: "the log does not keep up with what comes in; send it again", "日志跟不上输入;请重发";
    log_resting: "the plugin that cuts these bytes rests after failures; send it again", "负责分帧的插件在多次失败后休止;请重发";
    log_closing: "the host is shutting down; send it again", "主机正在停止;请重发";
    frame_large: "the frame has {bytes} bytes; {most} is the limit", "报文有 {bytes} 字节,上限 {most}";
    frame_name: "the device's name has {bytes} bytes or a control character; send a shorter one without", "设备名有 {bytes} 字节或含控制字符;请改短并去掉控制字符";
}
