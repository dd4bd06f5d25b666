//! What a call is about, by the word of its type or the words of its text.

/// One row of the table.
#[derive(Debug, PartialEq, Eq)]
pub struct CallKind {
    /// Second half of the code: `call.<word>`.
    word: &'static str,
    /// What a duty officer reads.
    pub title: &'static str,
    /// Danger to life now.
    pub is_danger: bool,
    names: &'static [&'static str],
    /// Words of a text that speak of it; the first row that fits counts.
    words: &'static [&'static str],
}

impl CallKind {
    pub fn code(&self) -> String {
        format!("call.{}", self.word)
    }
}

const fn row(
    word: &'static str,
    title: &'static str,
    is_danger: bool,
    names: &'static [&'static str],
    words: &'static [&'static str],
) -> CallKind {
    CallKind { word, title, is_danger, names, words }
}

/// Whatever no other row fits.
pub const OTHER: &CallKind =
    &row("other", "其他警情", false, &["其他", "其它", "其他警情", "咨询", "投诉"], &[]);

const TABLE: &[CallKind] = &[
    row(
        "gas",
        "燃气泄漏",
        true,
        &["燃气", "燃气泄漏", "煤气泄漏"],
        &["燃气泄漏", "煤气泄漏", "天然气泄漏", "煤气味", "燃气味"],
    ),
    row(
        "chemical",
        "危险化学品",
        true,
        &["危化品", "危险化学品", "危化品泄漏"],
        &["危化品", "化学品", "槽罐车泄漏"],
    ),
    row(
        "fire",
        "火灾",
        true,
        &["火灾", "火情", "火警", "火灾事故", "着火"],
        &["火灾", "火情", "着火", "起火", "失火", "冒烟", "浓烟", "明火", "爆燃"],
    ),
    row("explosion", "爆炸", true, &["爆炸", "爆炸事故"], &["爆炸"]),
    row("flood", "洪涝", true, &["洪涝", "内涝", "水灾"], &["被淹", "洪水", "内涝", "积水"]),
    row(
        "geology",
        "地质灾害",
        true,
        &["滑坡", "泥石流", "塌方", "地质灾害"],
        &["滑坡", "泥石流", "塌方", "山体"],
    ),
    row(
        "traffic",
        "交通事故",
        true,
        &["交通", "交通事故", "道路交通事故", "交通警情"],
        &["车祸", "追尾", "撞车", "相撞", "翻车", "交通事故"],
    ),
    row(
        "accident",
        "安全事故",
        true,
        &["事故", "安全事故", "生产安全事故", "灾害事故"],
        &["坍塌", "倒塌", "坠落", "触电"],
    ),
    row(
        "violence",
        "暴力警情",
        true,
        &["刑事", "刑事警情", "暴力", "持刀", "抢劫", "绑架"],
        &["持刀", "砍人", "抢劫", "绑架", "劫持", "枪"],
    ),
    row(
        "crowd",
        "人员聚集",
        true,
        &["聚集", "人员聚集", "群体性事件", "群体性"],
        &["聚集", "围堵", "踩踏", "拥挤"],
    ),
    row("health", "急救", true, &["急救", "医疗急救", "中毒"], &["昏迷", "中毒", "溺水", "受伤", "晕倒"]),
    row("help", "求助", false, &["求助", "群众求助", "走失", "救助"], &["被困", "走失", "求助"]),
    row(
        "security",
        "治安",
        false,
        &["治安", "治安警情", "盗窃", "打架", "斗殴", "纠纷", "诈骗"],
        &["打架", "斗殴", "盗窃", "被偷", "纠纷", "诈骗", "噪音"],
    ),
];

/// By the word of a type: `火灾`, `火灾类`, `Fire` and `call.fire` alike.
pub fn named(written: &str) -> Option<&'static CallKind> {
    let lower = written.trim().to_lowercase();
    let word = lower.strip_prefix("call.").unwrap_or(&lower);
    let fits =
        |name: &str| TABLE.iter().chain([OTHER]).find(|row| row.word == name || row.names.contains(&name));
    fits(word).or_else(|| fits(word.strip_suffix("类")?)).or_else(|| fits(word.strip_suffix("警情")?))
}

/// By what is said.
pub fn heard(text: &str) -> Option<&'static CallKind> {
    TABLE.iter().find(|row| row.words.iter().any(|word| text.contains(word)))
}

/// A call that needs nobody any more.
pub fn is_over(state: &str) -> bool {
    let state = state.trim().to_lowercase();
    ["cancelled", "canceled", "withdrawn", "false", "误报", "虚警", "撤销", "取消"]
        .iter()
        .any(|word| state.starts_with(word))
}
