//! What stands below the help of a group: two or three of its commands, as they are used
//! in the example city. Each command by itself has its own.

macro_rules! examples {
    ($($group:ident: $($line:literal)+;)*) => {
        $(pub const $group: &str = concat!("Examples · 示例:", $("\n  ", $line),+);)*
    };
}

examples! {
    PLUGIN:
        "tocsin plugin list"
        "tocsin plugin test plugins/fire"
        "tocsin plugin push target/plugins/fire.wasm";
    INCIDENT:
        "tocsin incident list --state suspected"
        "tocsin incident show I20260712-0001"
        "tocsin incident confirm I20260712-0001 --note 电话核实";
    ORDER:
        "tocsin order list --state issued"
        "tocsin order issue --department water --title 关闭三号泄洪闸 --acknowledge 10"
        "tocsin order ack O20260712-0001 --by 王建国";
    DUTY:
        "tocsin duty list --region 330791105000"
        "tocsin duty call I20260712-0001 --title 石湖镇化工厂火警 --region 330791105000"
        "tocsin duty confirm C20260712-0001 --by 吴向阳";
    TEAM:
        "tocsin team list --state available"
        "tocsin team propose --incident I20260712-0001"
        "tocsin team assign militia-1 --incident I20260712-0001";
    SUPPLY:
        "tocsin supply list --short"
        "tocsin supply nearest --item 3010101 --quantity 200 --incident I20260712-0001"
        "tocsin supply reserve --item 3010101 --quantity 200 --for I20260712-0001";
    PLAN:
        "tocsin plan list --state active"
        "tocsin plan check examples/cities/qingshan"
        "tocsin plan diff flood-city@1 flood-city@2";
    RESPONSE:
        "tocsin response list --state active"
        "tocsin response accept R20260712-0001 --by 张三"
        "tocsin response end R20260712-0001 --reason 汛情结束 --by 张三";
    ACCIDENT:
        "tocsin accident list --state open"
        "tocsin accident report --title 化工厂爆燃 --happened-at 2026-07-12T22:10 --deaths 2 --injuries 8"
        "tocsin accident report A20260712-0001 --deaths 3 --to province";
    GRID:
        "tocsin grid list --state reported"
        "tocsin grid accept G20260712-0001"
        "tocsin grid promote G20260712-0001 --hazard fire";
    UNIT:
        "tocsin unit list --region 330791002000"
        "tocsin unit show QY-0001";
    DANGER:
        "tocsin danger list --state assigned"
        "tocsin danger overdue --by township"
        "tocsin danger recheck H20260712-0001 --passed --result 现场核实";
    RISK:
        "tocsin risk list --kind unit --colour red"
        "tocsin risk show 330791002000";
    DEVICE:
        "tocsin device list --state silent"
        "tocsin device show fire/000000000379";
    SUPERVISION:
        "tocsin supervision list --state open"
        "tocsin supervision units --state listed"
        "tocsin supervision close S20260712-0001 --result 现场检查,已恢复自动";
    WARNING:
        "tocsin warning list --state active"
        "tocsin warning show 33079141600000_20260712141500_0";
    DEAD:
        "tocsin dead list --limit 20"
        "tocsin dead show d-fire/12/3"
        "tocsin dead replay d-fire/12/3";
    HOLE:
        "tocsin hole list --state open"
        "tocsin hole close fire-1234 --reason 已更换磁盘,当晚报警已人工核对";
    JOURNAL:
        "tocsin journal verify"
        "tocsin journal replay --until 2026-07-12T23:00:00+08:00";
    CITY:
        "tocsin city check examples/cities/qingshan"
        "tocsin city check examples/cities/qingshan --json";
}
