//! What goes wrong with a command before a host is asked, or instead of one.

crate::text::lines! {
    cannot_read: "cannot read {path}", "无法读取 {path}";
    cannot_write: "cannot write {path}", "无法写入 {path}";
    cannot_make: "cannot make {path}", "无法创建 {path}";
    cannot_copy: "cannot copy {path}", "无法复制 {path}";
    cannot_find: "cannot find {path}", "找不到 {path}";
    cannot_run: "cannot run {path}", "无法运行 {path}";
    is_empty: "{path} is empty", "{path} 是空的";
    no_folder: "there is no folder {path}", "没有目录 {path}";

    host_missing: "no host runs on {data} (there is no {path}); start one with `tocsin up --city DIR --data {data}`, or name its folder with --data or TOCSIN_DATA",
        "{data} 上没有运行中的主机(没有 {path});请用 `tocsin up --city DIR --data {data}` 启动,或用 --data、TOCSIN_DATA 指明其目录";
    host_damaged: "{path} is damaged; restart the host", "{path} 已损坏;请重启主机";
    host_silent: "the host (pid {pid}) does not answer at {console}; if it has ended, start it again with `tocsin up` on the same --data",
        "主机(进程 {pid})在 {console} 没有应答;如已停止,请以同一 --data 用 `tocsin up` 重新启动";
    host_answers: "the host answers {status}", "主机答复 {status}";
    answer_unread: "cannot read the answer of {url}", "无法读取 {url} 的答复";
    answer_status: "{url} answers {status}", "{url} 答复 {status}";
    answer_no_json: "{url} answers what is not JSON", "{url} 的答复不是 JSON";
    answer_no_listing: "{url} answers what is no listing", "{url} 的答复不是列表";
    answer_of_another: "the host's answer cannot be read; is it of another version?", "主机的答复无法读取;它是否为另一版本?";
    stream_ended: "the host ended the stream; run `tocsin tail` again, and `tocsin incident list` for what was missed",
        "主机结束了事件流;请重新运行 `tocsin tail`,遗漏的事件见 `tocsin incident list`";

    data_unfit: "cannot use the data folder {path}; name one that can be written with --data", "数据目录 {path} 不可用;请用 --data 指定可写的目录";
    data_unlocked: "cannot lock {path}", "无法锁定 {path}";
    data_taken: "another host (pid {holder}) works on {data}; stop it, or give this one a folder of its own with --data",
        "另一主机(进程 {holder})正在使用 {data};请先停止它,或用 --data 另设目录";
    credentials_unfit: "cannot use the credentials in {path}", "{path} 中的凭据不可用";
    port_taken: "port {port} ({what}) is taken by another program; stop it, or use --port-base 0 for free ports, or --port-base N for N, N+1, ...",
        "端口 {port}({what})已被其他程序占用;请停止该程序,或用 --port-base 0 取空闲端口,或用 --port-base N 取 N、N+1……";
    port_unheard: "cannot listen on 127.0.0.1:{port} ({what})", "无法在 127.0.0.1:{port} 监听({what})";
    port_none: "no free port", "没有空闲端口";
    port_base_high: "--port-base {from} leaves no room behind it; use 0 or a number up to 64535", "--port-base {from} 之后没有余地;请用 0 或不大于 64535 的数";
    broker_unread: "--mqtt {text}: write host:port, or mqtt://user:password@host:port", "--mqtt {text}:请写 主机:端口,或 mqtt://用户:密码@主机:端口";
    log_unread: "--log {text}: write a level, or module=level, joined by commas", "--log {text}:请写级别,或 模块=级别,以逗号分隔";
    replicas_unread: "--nats-replicas cannot be read", "--nats-replicas 无法读取";
    no_threads: "the operating system gives no threads", "操作系统不给线程";
    no_signals: "cannot listen for signals", "无法接收系统信号";
    server_missing: "no nats-server {floor} or newer: not on PATH and not at {path}; install it, set TOCSIN_NATS_SERVER to it, or run `cargo xtask nats`",
        "没有 nats-server {floor} 或更新版本:PATH 与 {path} 都没有;请安装,或用 TOCSIN_NATS_SERVER 指明,或运行 `cargo xtask nats`";
    server_old: "{path} is nats-server {found}; {floor} or newer is needed because older ones silently ignore settings that durability rests on",
        "{path} 是 nats-server {found};需要 {floor} 或更新版本,旧版本会忽略持久性所依赖的设置";
    server_ended: "nats-server ended before it was ready; its log is {log}: {tail}", "nats-server 未就绪即已退出;其日志为 {log}:{tail}";
    server_late: "nats-server was not ready in time; its log is {log}", "nats-server 未能及时就绪;其日志为 {log}";
    start_plugin: "the plugin {id} cannot be loaded: {reason}", "插件 {id} 无法载入:{reason}";
    start_failed: "the host cannot start: {reason}", "主机无法启动:{reason}";

    schema_unknown: "there is no schema `{word}`; there are {known}", "没有模式 {word};可用:{known}";
    position_unread: "--position {text}: write lon,lat such as 120.2143,29.2951", "--position {text}:应为 经度,纬度,如 120.2143,29.2951";
    position_form: "write lon,lat such as 120.2143,29.2951", "应为 经度,纬度,如 120.2143,29.2951";
    yuan_form: "write yuan, such as 12000000", "应为元数,如 12000000、1200万、1.2亿";
    role_form: "the roles are {known}", "可用的角色:{known}";
    pair_form: "it reads like name=value", "应写作 名称=取值";
    plan_no_text: "{id} has no text", "{id} 没有正文";
    stock_large: "{path} has {size} bytes, at most {most}; load it in parts", "{path} 有 {size} 字节,至多 {most};请分成几份";
    stock_unread: "{path} cannot be loaded", "{path} 无法载入";
    stock_no_json: "it is not valid JSON", "不是 JSON";
    stock_no_toml: "it is not valid TOML", "不是 TOML";
    stock_no_tables: "write [[store]], [[item]], [[lot]] and [[minimum]]", "应为 [[store]]、[[item]]、[[lot]]、[[minimum]] 等表";

    speed_unfit: "--speed must be a number above 0, such as 10", "--speed 应为大于 0 的数,如 10";
    night_ended: "the night ended early; the host's log is {path}", "演示提前结束;主机日志为 {path}";
    story_places: "the story needs six fire transmission devices with units; this city has {count}", "演示需要六台属于单位的用户信息传输装置;本市有 {count} 台";
    story_no_door: "this host has no door `{name}`; the story needs it", "本主机没有入口 {name},演示需要它";
    story_no_address: "`{id}` is no address of six bytes", "{id} 不是六字节地址";
    story_no_list: "`{list}` is no list of tables", "{list} 不是表的列表";
    no_line: "cannot connect to the door {door}", "无法连接入口 {door}";
    line_broke: "the line of {who} broke", "{who} 的连接中断";
    cannot_post: "cannot post to {url}", "无法向 {url} 投递";

    package_missing: "cannot read {path}; `tocsin plugin build` makes a package", "无法读取 {path};`tocsin plugin build` 生成插件包";
    package_unfit: "{path}: {reason}", "{path} 不是可用的插件包:{reason}";
    plugin_no_folder: "there is no folder {path}; name the folder of a plugin", "没有目录 {path};请指明插件目录";
    plugin_no_manifest: "cannot read {path}; a plugin's folder has one beside its source", "无法读取 {path};它应与插件的源代码同在一个目录";
    plugin_no_language: "{path} is no plugin's folder: it has none of Cargo.toml (Rust), plugin.py (Python), plugin.js (JavaScript). `tocsin plugin new` makes one",
        "{path} 不是插件目录:没有 Cargo.toml(Rust)、plugin.py(Python)、plugin.js(JavaScript)中的任何一个。`tocsin plugin new` 可新建";
    plugin_languages: "{path} is a plugin in several languages: {found}; keep one of these files", "{path} 是多种语言的插件:{found};只保留其中一个文件";
    plugin_unfit: "{path} cannot become a plugin", "{path} 不能成为插件";
    plugin_exports_nothing: "it exports nothing of the contract, or imports more than it; a plugin's crate is a `cdylib` that calls `tocsin_sdk::export!`",
        "它没有导出契约中的任何接口,或导入了契约以外的接口;插件应为 `cdylib` 并调用 `tocsin_sdk::export!`";
    cargo_missing: "cannot run cargo; `tocsin plugin build` needs Rust, or a built module with --release-wasm", "无法运行 cargo;`tocsin plugin build` 需要 Rust,或用 --release-wasm 给出已编译的模块";
    cargo_failed: "cargo could not build {path}; its words are above. If it misses the target, run `rustup target add {target}`",
        "cargo 未能构建 {path},原因见上。如缺少目标平台,请运行 `rustup target add {target}`";
    cargo_no_module: "{path} builds no module; its Cargo.toml needs `crate-type = [\"cdylib\"]`", "{path} 没有生成模块;其 Cargo.toml 需要 `crate-type = [\"cdylib\"]`";
    cargo_no_out: "cannot run cargo; name the package with --out", "无法运行 cargo;请用 --out 指定插件包";
    cargo_no_crate: "{path} is no crate: {reason}", "{path} 不是 crate:{reason}";
    cargo_no_target: "cargo names no target folder", "cargo 没有给出目标目录";
    node_missing: "cannot run node; `tocsin plugin build` of a plugin in JavaScript needs Node.js 20 or newer", "无法运行 node;构建 JavaScript 插件需要 Node.js 20 或更新版本";
    tool_failed: "{tool} could not build {path}:\n{output}", "{tool} 未能构建 {path}:\n{output}";
    tool_missing: "{tool} is not here. In {path} run `{command}`", "没有 {tool}。请在 {path} 运行 `{command}`";
    source_unread: "{path} cannot be parsed:\n{output}", "{path} 无法解析:\n{output}";
    role_not_exported: "it has the role `{role}` and no function `{function}`", "它有角色 {role},但没有函数 {function}";
    import_no_end: "`{line}` has no end", "`{line}` 没有结尾";
    export_unfit: "`{line}`: write `export function decode(message)` instead", "`{line}`:请改写为 `export function decode(message)`";
    import_unknown: "there is no `{name}` in \"tocsin\"; there are: {known}", "\"tocsin\" 中没有 {name};可用:{known}";
    import_foreign: "`{line}`: a plugin imports from \"tocsin\" alone; put everything else into plugin.js", "`{line}`:插件只能从 \"tocsin\" 导入;其余请写入 plugin.js";

    new_not_empty: "{path} is not empty; name another folder with --dir", "{path} 不是空目录;请用 --dir 另指目录";
    new_word: "`{word}` takes lower-case letters, digits and `-`, begins with a letter, and has at most 64 ({option})", "{word} 只能含小写字母、数字和 `-`,以字母开头,至多 64 个字符({option})";
    new_no_decoder: "the first test decodes; add `decoder` to --roles", "第一个测试需要解码;请在 --roles 中加入 decoder";
    new_no_sdk: "{path} is not the Rust SDK (sdk/rust of a checkout)", "{path} 不是 Rust SDK(应为源码中的 sdk/rust)";

    vector_unknown: "there is no vector `{name}`", "没有测试输入 {name}";
    vectors_missing: "there is no folder {path}; put inputs there, or name theirs with --vectors", "没有目录 {path};请放入测试输入,或用 --vectors 指明其目录";
    vectors_none: "{path} holds no input; put one there, such as `first.json`", "{path} 中没有测试输入;请放入一个,如 first.json";
    vector_twice: "{path} holds two inputs `{name}`; rename one of them", "{path} 中有两个同名输入 {name};请改名其一";
    manifest_door: "`doors` names `{door}`, which is no kind of door; there are: {known}", "`doors` 中的 {door} 不是门的种类;可用:{known}";
    manifest_events: "`events` is for plugins with the role `connector` or `advisor`; this one has neither and would hear of nothing", "`events` 只用于带有 connector 或 advisor 角色的插件;本插件两者皆无,收不到任何事件";
    manifest_no_events: "`roles` has a connector or an advisor, and without `[[events]]` it would hear of nothing", "`roles` 中有 connector 或 advisor,但没有 [[events]],收不到任何事件";
    manifest_contract: "`contract` is `{version}`; this command builds against 1.0.0", "`contract` 为 {version};本命令按 1.0.0 构建";
    vector_refused: "it was refused, and `rejection` is not expected: {reason}", "输入被拒绝,而期望中没有 rejection:{reason}";
    replay_another: "the record is of the plugin `{recorded}`, the package is `{package}`", "记录属于插件 {recorded},而插件包是 {package}";
    setting_undeclared: "`--set {name}`: plugin.toml declares no such setting; it declares: {known}", "--set {name}:plugin.toml 没有声明该设置;已声明:{known}";
    vector_nothing: "nothing is expected of it; `--bless` makes this output the expectation", "没有写明期望;--bless 以当前输出为期望";
    vector_setting: "{case}: `input.settings` names `{name}`, which plugin.toml does not declare; it declares: {known}", "{case}:`input.settings` 中的 {name} 未在 plugin.toml 中声明;已声明:{known}";
    vector_alone: "{path} has no input beside it, and no `input.received` to wait for", "{path} 没有同名输入,也没有可等待的 input.received";
    vector_kind: "{path} is no input; inputs end in .hex, .json, .xml, .txt, .bin, .tick.json or .event.json", "{path} 不是测试输入;输入以 .hex、.json、.xml、.txt、.bin、.tick.json 或 .event.json 结尾";
    vector_large: "{path} has {size} bytes; a frame has at most {most}", "{path} 有 {size} 字节;报文至多 {most} 字节";
    vector_no_hex: "{path} is not hex; blanks and lines are free, `#` begins a comment", "{path} 不是十六进制;空格与换行不限,`#` 起为注释";
    vector_no_object: "{path} is no JSON object", "{path} 不是 JSON 对象";
    vector_unread: "{path} cannot be read: {reason}", "{path} 无法读取:{reason}";
    vector_unfit: "{path} does not fit", "{path} 不合格式";
    received_unread: "`received` is `{text}`; it reads like +30s or 2026-07-12 14:30:20", "received 为 {text};应写作 +30s 或 2026-07-12 14:30:20";
    trace_unread: "{path}:{line}: {reason}; --export writes such files", "{path}:{line}:{reason};此类文件由 --export 写出";
}
