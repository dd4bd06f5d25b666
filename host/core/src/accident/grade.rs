//! 事故等级: the highest of three columns, worked out anew with every report.

use super::{Accident, GRADINGS_KEPT, keep};
use crate::city::accident::{Accidents, Grade};
use crate::time::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One change of grade.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Grading {
    pub at: Timestamp,
    pub from: String,
    pub to: String,
    /// `deaths`, `injuries`, `loss`: what the new grade follows from; empty: none of them.
    pub column: String,
    pub reason: String,
}

/// The highest grade that any column reaches, and the first such column.
fn reached<'a>(rules: &'a Accidents, accident: &Accident) -> Option<(&'a Grade, &'static str)> {
    let (deaths, injuries, loss) = (accident.deaths, accident.injuries, accident.loss);
    rules.grades.iter().rev().find_map(|grade| {
        let column = [
            ("deaths", grade.deaths > 0 && deaths >= grade.deaths),
            ("injuries", grade.injuries > 0 && injuries >= grade.injuries),
            ("loss", grade.loss > 0 && loss >= grade.loss),
        ];
        let column = column.into_iter().find(|(_, reaches)| *reaches).map(|(column, _)| column);
        let is_lowest = grade.deaths == 0 && grade.injuries == 0 && grade.loss == 0;
        column.or(is_lowest.then_some("")).map(|column| (grade, column))
    })
}

impl Accident {
    /// Works the grade out; answers what changed.
    pub(super) fn regrade(&mut self, rules: &Accidents, now: Timestamp) -> Option<Grading> {
        let (grade, column) = reached(rules, self)?;
        if grade.id == self.grade {
            return None;
        }
        let numbers = [
            ("deaths", "死亡", u64::from(self.deaths), u64::from(grade.deaths), "人"),
            ("injuries", "重伤", u64::from(self.injuries), u64::from(grade.injuries), "人"),
            ("loss", "直接经济损失", self.loss, grade.loss, "元"),
        ];
        let why = numbers.into_iter().find(|(name, ..)| *name == column);
        let reason = match why {
            Some((_, what, is, least, unit)) => {
                format!("{what} {is} {unit},达到{}的 {least} {unit} ({column} {is} ≥ {least})", grade.name)
            }
            None => format!("各项均在{}以内 (no column reaches more)", grade.name),
        };
        let grading = Grading {
            at: now,
            from: std::mem::replace(&mut self.grade, grade.id.clone()),
            to: grade.id.clone(),
            column: column.to_owned(),
            reason,
        };
        self.grade_name = grade.name.clone();
        self.target = grade.level.clone();
        self.target_name = rules.level(&grade.level).map(|level| level.name.clone()).unwrap_or_default();
        self.gradings.push(grading.clone());
        keep(&mut self.gradings, GRADINGS_KEPT);
        Some(grading)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(deaths: u32, injuries: u32, loss: u64, expect: (&str, &str, &str)) {
        let mut accident = Accident { deaths, injuries, loss, ..Accident::default() };
        let grading = accident.regrade(&Accidents::default(), Timestamp(0)).expect("a first grade");
        let got = (grading.to.as_str(), accident.target.as_str(), grading.column.as_str());
        assert_eq!(got, expect, "{deaths} dead, {injuries} injured, {loss} yuan");
    }

    /// State Council Order 493, article 3; "以上" includes the number.
    #[test]
    fn the_highest_of_three_columns_counts() {
        check(0, 0, 0, ("general", "prefecture", ""));
        check(2, 8, 0, ("general", "prefecture", ""));
        check(2, 9, 9_999_999, ("general", "prefecture", ""));
        check(3, 0, 0, ("large", "province", "deaths"));
        check(2, 10, 0, ("large", "province", "injuries"));
        check(0, 0, 10_000_000, ("large", "province", "loss"));
        check(9, 49, 49_999_999, ("large", "province", "deaths"));
        check(10, 0, 0, ("major", "state-council", "deaths"));
        check(0, 50, 0, ("major", "state-council", "injuries"));
        check(0, 0, 50_000_000, ("major", "state-council", "loss"));
        check(29, 99, 99_999_999, ("major", "state-council", "deaths"));
        check(30, 0, 0, ("extraordinary", "state-council", "deaths"));
        check(0, 100, 0, ("extraordinary", "state-council", "injuries"));
        check(9, 0, 100_000_000, ("extraordinary", "state-council", "loss"));
        check(u32::MAX, u32::MAX, u64::MAX, ("extraordinary", "state-council", "deaths"));
    }
}
