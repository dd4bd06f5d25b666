//! The setting `rules`.

use super::*;
use crate::fact::KINDS;

#[test]
fn what_is_built_in_is_the_example_citys() {
    let city: toml::Value =
        toml::from_str(include_str!("../../../../examples/cities/qingshan/risk.toml")).unwrap();
    let rules = Rules::default();
    let unit = |colour: &str| city["unit"][colour].as_integer().unwrap();
    assert_eq!((rules.yellow, rules.orange, rules.red), (unit("yellow"), unit("orange"), unit("red")));
    assert_eq!(Some(i64::from(rules.days)), city["window"]["days"].as_integer());
    let weights = city["weight"].as_array().unwrap().iter().map(|weight| {
        let at_least = weight.get("at_least").map(|colour| colour.as_str().unwrap().to_owned());
        (weight["fact"].as_str().unwrap(), weight["points"].as_integer().unwrap(), at_least)
    });
    // Warnings name regions; a room is a unit's.
    let weights: Vec<_> = weights.filter(|(fact, ..)| !fact.starts_with("warning.")).collect();
    assert_eq!(weights.len(), KINDS.len());
    for (fact, points, at_least) in weights {
        let known = &rules.weights[fact];
        let named = known.at_least.map(|colour| serde_json::to_value(colour).unwrap());
        assert_eq!((known.points, named), (points, at_least.map(Value::String)), "{fact}");
    }
}

#[test]
fn what_a_setting_leaves_out_stays() {
    let rules = Rules::read(r#"{"red": 100, "weights": {"incident.false-alarm": {"points": 5}}}"#).unwrap();
    assert_eq!((rules.red, rules.orange, rules.weights.len()), (100, 40, KINDS.len()));
    assert_eq!(rules.weights["incident.false-alarm"].points, 5);
    assert_eq!(Rules::read(" "), Ok(Rules::default()));
    assert_eq!(Rules::read("{}"), Ok(Rules::default()));
}

#[test]
fn mistakes_are_named() {
    for (text, says) in [
        ("{", "EOF"),
        ("[]", "it takes one JSON object"),
        (r#"{"rot": 1}"#, "unknown field `rot`"),
        (r#"{"days": 0}"#, "`days` is 0; it takes 1 to 3650"),
        (r#"{"days": -1}"#, "invalid value: integer `-1`"),
        (r#"{"orange": 90}"#, "`yellow` 20, `orange` 90, `red` 70: they must rise"),
        (r#"{"yellow": 0}"#, "they must rise, from 1 on"),
        (r#"{"raise": "unknown"}"#, "`raise` takes minor, moderate, severe or extreme"),
        (r#"{"raise": "high"}"#, "unknown variant `high`"),
        (
            r#"{"weights": {"warning.red": {"points": 1}}}"#,
            "`weights` names `warning.red`; facts are danger.general.open,",
        ),
        (r#"{"weights": {"drill.held": {"points": 1.5}}}"#, "floating point `1.5`"),
        (r#"{"weights": {"drill.held": {"points": 2000000}}}"#, "`points` of `drill.held` is 2000000"),
        (r#"{"weights": {"drill.held": {"points": -9223372036854775808}}}"#, "`points` of `drill.held` is"),
        (r#"{"weights": {"drill.held": {}}}"#, "missing field `points`"),
        (r#"{"weights": {"drill.held": {"points": 1, "at_least": "pink"}}}"#, "unknown variant `pink`"),
    ] {
        let error = Rules::read(text).expect_err(text);
        assert!(error.contains(says), "{text}: {error}");
    }
}

/// A slip in a setting costs no fact, and whoever looks at the department sees it.
#[test]
fn a_setting_that_cannot_be_used_is_a_defect() {
    let host = Host::fresh();
    host.set("rules", r#"{"rot": 1}"#);
    let told = tell(&host, &danger("H1", "major", NOW, 9));
    assert!(told.defects[0].contains("unknown field `rot`"), "{:?}", told.defects);
    assert_eq!((told.signals.len(), stands(&host)), (1, ("黄色", 30)));
}

#[test]
fn a_setting_counts_from_the_next_event_or_midnight() {
    let host = Host::fresh();
    tell(&host, &danger("H1", "major", NOW, 9));
    host.set("rules", r#"{"weights": {"danger.major.open": {"points": 80}}}"#);
    let woken = host.advance::<Risk>(NOW + DAY);
    assert_eq!(woken[0].1.as_ref().unwrap().signals[0].value, Some(4.0));
}
