//! What holds whatever comes, in whatever order.

use super::{message, shown, warned_city};
use proptest::prelude::*;
use tocsin_core::{Core, Input};

fn line() -> impl Strategy<Value = String> {
    (
        0u8..6,
        prop_oneof![Just("alert"), Just("update"), Just("cancel"), Just("none")],
        prop_oneof![Just("b"), Just("y"), Just("o"), Just("r"), Just("?")],
        prop_oneof![Just("e"), Just("w"), Just("e+w"), Just("all"), Just("-"), Just("x")],
        0u8..10,
        0u8..4,
        0u8..30,
    )
        .prop_map(|(id, kind, level, areas, refers, class, minutes)| {
            let mut line = format!("{minutes}m M{id} {kind} {level} {areas}");
            if refers < 6 {
                line.push_str(&format!(" ref=M{refers}"));
            }
            line.push_str(match class {
                0 => " class=exercise",
                1 => " dept=fire",
                2 => " flag=damaged",
                _ => "",
            });
            line
        })
}

proptest! {
    #[test]
    fn any_messages_leave_a_sound_state(lines in proptest::collection::vec(line(), 0..30)) {
        let mut core = Core::new(warned_city());
        let mut now = super::NIGHT;
        for (number, line) in (1..).zip(&lines) {
            let (at, observed) = message(number, line);
            now = now.max(at);
            core.step(now, &[Input::Signal(observed)]);
        }
        for row in core.state().rooms.warnings.values() {
            let text = shown(row);
            prop_assert_eq!(row.is_active(), row.ended_at.is_none() && row.class == "actual" && !row.areas.is_empty(), "{}", &text);
            prop_assert!(row.ended_at.is_some() || row.next.is_some(), "{} never ends", &text);
            prop_assert!(row.next.is_none_or(|next| next > now), "{} is overdue", &text);
            prop_assert!(!row.messages.is_empty() && row.messages.len() <= 64, "{}", &text);
        }
    }

    /// One chain, each message referring to the one before: the order of arrival does not matter.
    #[test]
    fn a_chain_may_come_in_any_order(order in Just([0usize, 1, 2, 3]).prop_shuffle(), ends in any::<bool>()) {
        let last = if ends { "3h D cancel r e ref=C" } else { "3h D update b w ref=C" };
        let chain = ["0s A alert y e", "1h B update o e+w ref=A", "2h C update r e ref=B", last];
        let mut core = Core::new(warned_city());
        for (number, place) in (1..).zip(order) {
            let (_, observed) = message(number, chain[place]);
            core.step(super::at("3h"), &[Input::Signal(observed)]);
        }
        let rows: Vec<_> = core.state().rooms.warnings.values().filter(|row| row.is_active()).collect();
        match ends {
            true => prop_assert!(rows.is_empty(), "{:?}", rows.iter().map(|row| shown(row)).collect::<Vec<_>>()),
            false => {
                prop_assert_eq!(rows.len(), 1);
                prop_assert_eq!((rows[0].colour.as_str(), rows[0].areas.len()), ("blue", 1));
            }
        }
    }
}
