//! What the city's hazards make of a code.

use crate::city::{City, Evidence as Line, Hazard};
use crate::incident::Role;
use crate::signal::Severity;
use std::collections::HashMap;

/// Hazard of an alarm that no rule knows: never dropped, never fused with
/// another device's.
pub const OTHER: &str = "other";

/// Fusion reaches no farther than this whatever the data say: a district.
const MAX_RADIUS_M: f64 = 20_000.0;
/// Nor longer than this: two days.
const MAX_WINDOW_S: u32 = 172_800;

/// How far one piece of evidence reaches, and how much it convinces.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rule {
    pub weight: f64,
    /// `None`: joins only its own fingerprint.
    pub radius_m: Option<f64>,
    pub window_ms: i64,
}

/// The weight of an alarm without a rule: enough to look, not to believe.
const UNKNOWN: Rule = Rule { weight: 0.3, radius_m: None, window_ms: 600_000 };

/// All hazards' lines by code.
pub struct Rules {
    hazards: HashMap<String, Hazard>,
    /// Radius of the widest line of each hazard: the grid's cell.
    widest_m: HashMap<String, f64>,
    opens: Table,
    supports: Table,
}

/// Lines by code, and by prefix (without its `.*`).
#[derive(Default)]
struct Table {
    exact: HashMap<String, Vec<(String, Rule)>>,
    prefix: HashMap<String, Vec<(String, Rule)>>,
}

impl Rules {
    pub fn new(city: &City) -> Rules {
        let mut rules = Rules {
            hazards: HashMap::new(),
            widest_m: HashMap::new(),
            opens: Table::default(),
            supports: Table::default(),
        };
        for hazard in &city.hazards {
            if rules.hazards.contains_key(&hazard.id) {
                continue;
            }
            let mut widest = 1.0_f64;
            for (lines, table) in [(&hazard.opens, &mut rules.opens), (&hazard.supports, &mut rules.supports)]
            {
                for line in lines {
                    let mut rule = rule(hazard, line);
                    if hazard.alone {
                        rule.radius_m = None;
                    }
                    widest = widest.max(rule.radius_m.unwrap_or_default());
                    table.add(&line.code, (hazard.id.clone(), rule));
                }
            }
            rules.widest_m.insert(hazard.id.clone(), widest);
            rules.hazards.insert(hazard.id.clone(), hazard.clone());
        }
        rules
    }

    pub fn hazard(&self, id: &str) -> Option<&Hazard> {
        self.hazards.get(id)
    }

    pub fn hazard_name(&self, id: &str) -> String {
        match self.hazards.get(id) {
            Some(hazard) => hazard.name.clone(),
            None => "其他".to_owned(),
        }
    }

    pub fn severity(&self, hazard: &str) -> Severity {
        self.hazards.get(hazard).map_or(Severity::Unknown, |hazard| hazard.severity)
    }

    pub fn widest_m(&self, hazard: &str) -> f64 {
        self.widest_m.get(hazard).copied().unwrap_or(1.0)
    }

    /// The hazard that a code opens: the longest pattern that fits, and of
    /// equal ones the hazard that the city names first.
    pub fn opens(&self, code: &str) -> Option<(&str, Rule)> {
        self.opens
            .fitting(code)
            .next()
            .and_then(|lines| lines.first())
            .map(|(hazard, rule)| (hazard.as_str(), *rule))
    }

    /// The hazards that a code supports, each by its longest pattern.
    pub fn supports(&self, code: &str) -> Vec<(&str, Rule)> {
        let mut found: Vec<(&str, Rule)> = Vec::new();
        for (hazard, rule) in self.supports.fitting(code).flatten() {
            if !found.iter().any(|(known, _)| known == hazard) {
                found.push((hazard, *rule));
            }
        }
        found
    }

    /// The rule of a row in an incident, at today's city data.
    pub fn of(&self, hazard: &str, role: Role, code: &str) -> Rule {
        let table = match role {
            Role::Opens => &self.opens,
            Role::Supports => &self.supports,
        };
        let line = table.fitting(code).flatten().find(|(id, _)| id == hazard);
        line.map_or(UNKNOWN, |(_, rule)| *rule)
    }
}

impl Table {
    fn add(&mut self, pattern: &str, line: (String, Rule)) {
        let (lines, name) = match pattern.strip_suffix(".*") {
            Some(prefix) => (&mut self.prefix, prefix),
            None => (&mut self.exact, pattern),
        };
        lines.entry(name.to_owned()).or_default().push(line);
    }

    /// Lines that fit, by longest pattern first: the code itself, then `a.b.*`
    /// and `a.*` of `a.b`; so `a.*` fits `a`, because a plugin that knows no
    /// details speaks of the thing as such.
    fn fitting<'a, 'c>(
        &'a self,
        code: &'c str,
    ) -> impl Iterator<Item = &'a Vec<(String, Rule)>> + use<'a, 'c> {
        // More dots than any vocabulary has; a hostile code costs no more than this.
        let cuts = code.rmatch_indices('.').map(|(at, _)| at).take(16);
        let fronts = std::iter::once(code.len()).chain(cuts).map(|end| &code[..end]);
        self.exact.get(code).into_iter().chain(fronts.filter_map(|front| self.prefix.get(front)))
    }
}

fn rule(hazard: &Hazard, line: &Line) -> Rule {
    let radius = line.radius_m.unwrap_or(hazard.radius_m);
    Rule {
        weight: if line.weight.is_finite() { round4(line.weight.clamp(0.0, 1.0)) } else { 0.0 },
        radius_m: Some(if radius.is_finite() { radius.clamp(0.0, MAX_RADIUS_M) } else { 0.0 }),
        window_ms: i64::from(line.window_s.unwrap_or(hazard.window_s).min(MAX_WINDOW_S)) * 1_000,
    }
}

/// Four decimals survive JSON unchanged on every host.
pub fn round4(value: f64) -> f64 {
    (value * 1e4).round() / 1e4
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hazard(id: &str, opens: &[(&str, f64)], supports: &[(&str, f64)]) -> Hazard {
        let lines = |lines: &[(&str, f64)]| {
            let line = |(code, weight): &(&str, f64)| Line {
                code: (*code).to_owned(),
                weight: *weight,
                radius_m: None,
                window_s: None,
            };
            lines.iter().map(line).collect()
        };
        Hazard {
            id: id.into(),
            name: String::new(),
            opens: lines(opens),
            supports: lines(supports),
            radius_m: 50.0,
            window_s: 60,
            alone: false,
            confirm_at: None,
            severity: Severity::Unknown,
        }
    }

    fn check(code: &str, opens: Option<(&str, f64)>, supports: &[(&str, f64)]) {
        let rules = Rules::new(&City {
            hazards: vec![
                hazard(
                    "fire",
                    &[("fire.*", 0.6), ("fire.manual", 0.7), ("fire.gas.*", 7.0)],
                    &[("video.*", 0.1), ("video.heat", 0.5)],
                ),
                hazard("intrusion", &[("video.*", 0.2), ("fire.*", 0.9)], &[("video.heat", f64::NAN)]),
            ],
            ..City::default()
        });
        assert_eq!(rules.opens(code).map(|(hazard, rule)| (hazard, rule.weight)), opens, "{code}");
        let found: Vec<_> =
            rules.supports(code).into_iter().map(|(hazard, rule)| (hazard, rule.weight)).collect();
        assert_eq!(found, supports, "{code}");
    }

    #[test]
    fn the_longest_pattern_counts() {
        check("fire.smoke", Some(("fire", 0.6)), &[]);
        check("fire.manual", Some(("fire", 0.7)), &[]);
        check("fire.manual.button", Some(("fire", 0.6)), &[]);
        check("fire.gas.co", Some(("fire", 1.0)), &[]);
        check("fire", Some(("fire", 0.6)), &[]);
        check("fires", None, &[]);
        check("", None, &[]);
        check("...", None, &[]);
        check("video.heat", Some(("intrusion", 0.2)), &[("fire", 0.5), ("intrusion", 0.0)]);
        check("video.motion", Some(("intrusion", 0.2)), &[("fire", 0.1)]);
    }
}
