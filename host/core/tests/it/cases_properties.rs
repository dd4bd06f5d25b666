//! What holds of any night of accidents and grid events, whatever people ask.

use crate::cases::{Desk, at};
use crate::{accident, grid};
use proptest::prelude::*;
use serde_json::{Value, json};
use tocsin_core::signal::Kind;
use tocsin_core::thing::Noun;

#[derive(Clone, Debug)]
enum Doing {
    Report { number: usize, deaths: u32, injuries: u32, to: usize, is_final: bool },
    Say { number: usize, verb: usize },
    Tell { reference: usize, code: usize },
    Progress { number: usize, department: usize, code: usize },
}

fn doing() -> impl Strategy<Value = Doing> {
    prop_oneof![
        (0..3_usize, 0..35_u32, 0..110_u32, 0..4_usize, prop::bool::weighted(0.1)).prop_map(
            |(number, deaths, injuries, to, is_final)| Doing::Report {
                number,
                deaths,
                injuries,
                to,
                is_final
            }
        ),
        (0..4_usize, 0..10_usize).prop_map(|(number, verb)| Doing::Say { number, verb }),
        (0..4_usize, 0..3_usize).prop_map(|(reference, code)| Doing::Tell { reference, code }),
        (0..4_usize, 0..3_usize, 0..4_usize).prop_map(|(number, department, code)| Doing::Progress {
            number,
            department,
            code
        }),
    ]
}

fn act(desk: &mut Desk, minute: i64, doing: &Doing) {
    match doing {
        Doing::Report { number, deaths, injuries, to, is_final } => {
            let to = ["county", "prefecture", "province", "state-council"][*to];
            let mut fields = json!({
                "deaths": deaths, "injuries": injuries, "to": to, "reason": "核实", "final": is_final,
            });
            let id = format!("A20260712-000{number}");
            let id = if *number == 0 { "" } else { &id };
            if id.is_empty() {
                fields["title"] = "事故".into();
                fields["happened_at"] = at(minute - 30).0.into();
            }
            let _ = desk.ask(minute, "accident", "report", id, fields);
        }
        Doing::Say { number, verb } => {
            let (verb, fields) = [
                ("accept", json!({})),
                ("assign", json!({"platform": "law"})),
                ("assign", json!({"platform": "market", "reason": "裁定"})),
                ("return", json!({"reason": "不归我们"})),
                ("return", json!({"reason": "不归我们", "to": "order"})),
                ("handle", json!({})),
                ("feedback", json!({"result": "已办"})),
                ("evaluate", json!({"score": 3})),
                ("close", json!({"result": "已办"})),
                ("promote", json!({"hazard": "fire"})),
            ][*verb]
                .clone();
            let _ = desk.ask(minute, "grid", verb, &format!("G20260712-000{}", number + 1), fields);
        }
        Doing::Tell { reference, code } => {
            let code = ["report.hazard", "report.fire", "report.other"][*code];
            grid::report(desk, minute, code, &format!("GW-{reference}"));
        }
        Doing::Progress { number, department, code } => {
            let department = ["law", "police", "grid"][*department];
            let code = ["progress.handle", "feedback", "progress.return", "nonsense"][*code];
            desk.hear(minute, department, Kind::Progress, code, |observed| {
                observed.signal.reference = format!("G20260712-000{}", number + 1);
                observed.signal.data = json!({"result": "已办", "reason": "不归"}).to_string();
            });
        }
    }
}

fn holds(desk: &Desk) {
    for row in desk.things(Noun::Accident) {
        let (deaths, injuries) = (row["deaths"].as_u64().unwrap(), row["injuries"].as_u64().unwrap());
        let grade = match (deaths, injuries) {
            (30.., _) | (_, 100..) => "extraordinary",
            (10.., _) | (_, 50..) => "major",
            (3.., _) | (_, 10..) => "large",
            _ => "general",
        };
        assert_eq!(row["grade"], grade, "{row}");
        let numbers = row["reports"].as_array().unwrap().iter().map(|filing| filing["number"].as_u64());
        assert!(numbers.clone().is_sorted() && numbers.last().flatten() == row["filed"].as_u64());
        // What was missed is counted and never erased.
        let missed = row["missed"].as_array().unwrap().len() as u64;
        assert!(row["missed_count"].as_u64().unwrap() >= missed);
    }
    for row in desk.things(Noun::Grid) {
        assert!(row["returns"].as_array().unwrap().len() <= 2, "{row}");
        let is_over = row["state"] == "closed";
        assert_eq!(is_over, !row["ended_at"].is_null(), "{row}");
        assert_eq!(is_over || row["state"] == "promoted", row["step"] == "", "{row}");
        assert!(row["state"] != "assigned" || row["platform"] != "", "{row}");
        assert!(row["state"] != "promoted" || row["incident"] != "", "{row}");
    }
    // Nothing that was missed once is forgotten by a later line of its story.
    let mut counts = std::collections::BTreeMap::new();
    for (_, _, thing) in desk.changes().into_iter().filter(|(_, _, thing)| thing.noun() == Noun::Accident) {
        let row: Value = thing.row();
        let count = row["missed_count"].as_u64();
        let before = counts.insert(thing.face().id.to_owned(), count).flatten();
        assert!(before <= count, "{row}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn any_night_keeps_what_was_promised(
        doings in prop::collection::vec((0..600_i64, doing()), 1..40)
    ) {
        let mut desk = accident::desk_with(grid::platforms());
        let mut minute = 40;
        for (gap, doing) in &doings {
            minute += gap / 20;
            act(&mut desk, minute, doing);
            holds(&desk);
        }
        desk.pass(at(minute + 3_000));
        holds(&desk);
        desk.replays();
        // Clocks rest: what is due is still to come.
        let last = desk.journal.last().map(|(now, _)| *now);
        prop_assert!(desk.core.due().is_none_or(|due| Some(due) > last));
    }
}
