//! What a grid worker calls an event → the city's word for it.

use tocsin_sdk::Urgency;

/// One row of the table.
#[derive(Debug, PartialEq, Eq)]
pub struct Category {
    /// Second half of the code: `report.<word>`.
    pub word: &'static str,
    /// What a duty officer reads.
    pub title: &'static str,
    /// Danger to life now, so that the report overtakes routine traffic.
    pub red: bool,
    names: &'static [&'static str],
}

impl Category {
    pub fn code(&self) -> String {
        format!("report.{}", self.word)
    }

    pub fn urgency(&self) -> Urgency {
        if self.red { Urgency::Immediate } else { Urgency::Unknown }
    }
}

/// Whatever no other row fits.
pub const OTHER: &Category =
    &Category {
        word: "other", title: "其他事件", red: false, names: &["其他", "其它", "其他事件"]
    };

const fn row(word: &'static str, title: &'static str, red: bool, names: &'static [&'static str]) -> Category {
    Category { word, title, red, names }
}

const TABLE: &[Category] = &[
    row("fire", "火情", true, &["火情", "火灾", "火警", "着火", "起火", "失火", "冒烟", "消防", "smoke"]),
    row(
        "gas",
        "燃气泄漏",
        true,
        &["燃气", "燃气泄漏", "煤气", "煤气泄漏", "天然气", "天然气泄漏", "gas leak", "gas_leak"],
    ),
    row("chemical", "危险化学品", true, &["危化品", "危化品泄漏", "危险化学品", "化学品泄漏", "hazmat"]),
    row(
        "flood",
        "内涝",
        true,
        &["内涝", "积水", "洪涝", "洪水", "水灾", "汛情", "山洪", "waterlogging", "flooding"],
    ),
    row(
        "geology",
        "地质灾害",
        true,
        &["地质灾害", "滑坡", "山体滑坡", "泥石流", "塌方", "地面塌陷", "landslide"],
    ),
    row("accident", "事故", true, &["事故", "安全事故", "生产安全事故", "生产安全", "坍塌", "爆炸"]),
    row("traffic", "交通事故", true, &["交通", "交通事故", "道路交通", "road"]),
    row("health", "急救与公共卫生", true, &["急救", "医疗", "疫情", "中毒", "食物中毒", "medical"]),
    row(
        "crowd",
        "人员聚集",
        false,
        &["人员聚集", "聚集", "群体性", "群体聚集", "拥挤", "人群拥挤", "gathering"],
    ),
    row("intrusion", "入侵", false, &["入侵", "闯入", "非法闯入", "trespass"]),
    row("security", "治安", false, &["治安", "盗窃", "打架", "斗殴", "矛盾纠纷", "纠纷", "police"]),
    row("power", "停电", false, &["停电", "电力", "电力设施", "electricity"]),
    row("environment", "环境污染", false, &["环境", "环境污染", "污染", "环保", "pollution"]),
    row("hazard", "隐患", false, &["隐患", "安全隐患", "消防隐患", "danger"]),
];

/// `None` for a word that is not in the table. Accepts `火情`, `火情类`, `Fire`
/// and `report.fire` alike.
pub fn find(written: &str) -> Option<&'static Category> {
    let lower = written.trim().to_lowercase();
    let word = lower.strip_prefix("report.").unwrap_or(&lower);
    let fits = |name: &str| {
        let known = |row: &&Category| row.word == name || row.names.contains(&name);
        TABLE.iter().chain([OTHER]).find(known)
    };
    fits(word)
        .or_else(|| fits(word.strip_suffix("类")?))
        .or_else(|| fits(word.strip_suffix("事件")?))
        .or_else(|| fits(word.strip_suffix("类事件")?))
}
