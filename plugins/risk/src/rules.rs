//! What each fact weighs, and from how many points on which colour: the operator's
//! setting `rules` over what is built in, which is the example city's `risk.toml`.
//!
//! ```json
//! {"days": 90, "yellow": 20, "orange": 40, "red": 70, "raise": "severe",
//!  "weights": {"danger.major.overdue": {"points": 60, "at_least": "orange"}}}
//! ```

use crate::colour::Colour;
use crate::fact::KINDS;
use crate::severity::Severity;
use serde::Deserialize;
use std::collections::BTreeMap;
use tocsin_sdk::{Outcome, city, log};

/// Ten years; what is older is no risk of today.
const DAYS_MOST: u32 = 3_650;
/// Beyond it a weight is a slip of the pen, and sums stay far from their limit.
const POINTS_MOST: i64 = 1_000_000;

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rules {
    /// Facts count for so many days.
    pub days: u32,
    /// Points from which on a unit has the colour.
    pub yellow: i64,
    pub orange: i64,
    pub red: i64,
    /// Up to where an incident at a red unit is raised, one step at most: a pulse of
    /// smoke there is not a fire yet.
    pub raise: Severity,
    pub weights: BTreeMap<String, Weight>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weight {
    /// Negative: it speaks for the unit.
    pub points: i64,
    /// No better colour while such a fact counts.
    #[serde(default)]
    pub at_least: Option<Colour>,
}

const BUILT_IN: [(i64, Option<Colour>); KINDS.len()] = [
    (6, None),
    (20, None),
    (3, None),
    (1, None),
    (30, Some(Colour::Yellow)),
    (60, Some(Colour::Orange)),
    (15, None),
    (5, None),
    (8, None),
    (40, Some(Colour::Orange)),
    (15, None),
    (1, None),
    (-4, None),
    (8, None),
    (-6, None),
];

impl Default for Rules {
    fn default() -> Rules {
        let weights = KINDS
            .iter()
            .zip(BUILT_IN)
            .map(|(kind, (points, at_least))| ((*kind).to_owned(), Weight { points, at_least }));
        Rules {
            days: 90,
            yellow: 20,
            orange: 40,
            red: 70,
            raise: Severity::Severe,
            weights: weights.collect(),
        }
    }
}

impl Rules {
    /// The rules that hold. A setting that cannot be read costs no event: what is
    /// built in holds, and each outcome says so.
    pub fn of_city() -> (Rules, Outcome) {
        let text = city::setting("rules").unwrap_or_default();
        match Rules::read(&text) {
            Ok(rules) => (rules, Outcome::default()),
            Err(error) => {
                let told = format!(
                    "设置 rules 无法采用,按内置值研判 (setting rules cannot be used, what is built in holds): {error}"
                );
                log::error(&told);
                (Rules::default(), Outcome::default().defect(told))
            }
        }
    }

    pub fn read(text: &str) -> Result<Rules, String> {
        if text.trim().is_empty() {
            return Ok(Rules::default());
        }
        // Serde would read a list as the fields in their order.
        if !text.trim_start().starts_with('{') {
            return Err("it takes one JSON object".to_owned());
        }
        let mut rules: Rules = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let Rules { days, yellow, orange, red, .. } = rules;
        if !(1..=DAYS_MOST).contains(&days) {
            return Err(format!("`days` is {days}; it takes 1 to {DAYS_MOST}"));
        }
        if !(0 < yellow && yellow < orange && orange < red) {
            return Err(format!(
                "`yellow` {yellow}, `orange` {orange}, `red` {red}: they must rise, from 1 on"
            ));
        }
        if rules.raise == Severity::Unknown {
            return Err("`raise` takes minor, moderate, severe or extreme".to_owned());
        }
        for (kind, weight) in &rules.weights {
            if !KINDS.contains(&kind.as_str()) {
                return Err(format!("`weights` names `{kind}`; facts are {}", KINDS.join(", ")));
            }
            if weight.points.unsigned_abs() > POINTS_MOST.unsigned_abs() {
                return Err(format!("`points` of `{kind}` is {}; at most {POINTS_MOST}", weight.points));
            }
        }
        let built_in = Rules::default().weights;
        rules.weights = built_in.into_iter().chain(rules.weights).collect();
        Ok(rules)
    }

    pub fn colour(&self, points: i64) -> Colour {
        match points {
            points if points >= self.red => Colour::Red,
            points if points >= self.orange => Colour::Orange,
            points if points >= self.yellow => Colour::Yellow,
            _ => Colour::Blue,
        }
    }
}
