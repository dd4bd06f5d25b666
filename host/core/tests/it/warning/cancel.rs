//! Cancellations that do not say clearly what they cancel.

use super::{check, play};

/// What somebody was told to do about warnings, and how far it is.
pub(super) fn orders(timeline: &str) -> String {
    let (core, _) = play(timeline);
    let orders = core.state().rooms.orders.values();
    let told: Vec<String> =
        orders.map(|order| format!("{} {}", order.matter, order.state.as_str())).collect();
    told.join(", ")
}

#[test]
fn a_cancellation_never_goes_unseen() {
    // It broke off: what it refers to stands, and says that somebody must look.
    check("0s A alert r e\n1h C cancel ? - ref=A flag=damaged", &["A active r alert e n=1 cancel-unclear"]);
    check(
        "0s A alert r e\n1h C cancel ? - ref=Z flag=damaged code=unknown",
        &["A active r alert e n=1 cancel-unclear"],
    );
    // Somebody is told to look, once, until it is clear.
    let unclear = "0s A alert r e\n1h C cancel ? - ref=A flag=damaged\n61m D cancel ? - ref=A flag=damaged";
    assert_eq!(orders(unclear), "warning/A issued");
    assert_eq!(orders(&format!("{unclear}\n2h E update r e ref=A")), "warning/A done");
    assert_eq!(orders(&format!("{unclear}\n2h E cancel r e ref=A")), "warning/A done");
    // The whole one, later, ends it.
    check(
        "0s A alert r e\n1h C cancel ? - ref=A flag=damaged\n2h C cancel r e ref=A",
        &["A cancelled r cancel e n=2"],
    );
    // It refers to nothing known and names no ground.
    check(
        "0s A alert r e\n1h C cancel ? - ref=Z code=unknown",
        &["A active r alert e n=1 cancel-unclear", "C cancelled ? cancel - n=1 reference-unknown"],
    );
    // Nobody else's warning is touched by it.
    check(
        "0s A alert r e sender=33\n1h C cancel ? - ref=Z code=unknown",
        &["A active r alert e n=1", "C cancelled ? cancel - n=1 reference-unknown"],
    );
}

/// A cancellation without a reference, an alert that it may have meant, an update sent
/// between them: nobody is left in the dark, whichever comes first.
#[test]
fn what_a_vague_cancellation_may_have_meant_is_looked_into() {
    // A graver update that was sent before it brings the warning back.
    let late = "0s A alert y e\n2h C cancel y e\n3h U update r e ref=A sent=1h";
    check(late, &["A active r update e n=3 cancel-unclear"]);
    assert_eq!(orders(late), "warning/A issued");
    check(
        "0s A alert y e\n2h C cancel y e\n3h U update y e ref=A sent=1h",
        &["A cancelled y cancel e n=3 reference-missing"],
    );
    // One that was sent before it says nothing of it: somebody still looks.
    for level in ["o", "y"] {
        let late = format!("0s A alert o e\n2h C cancel y e\n3h U update {level} e ref=A sent=1h");
        check(
            &late,
            &[
                &format!("A active {level} update e n=2 cancel-unclear"),
                "C cancelled y cancel e n=1 reference-missing",
            ],
        );
        assert_eq!(orders(&late), "warning/A issued");
    }
    let after = "0s A alert o e\n2h C cancel y e\n3h U update o e ref=A";
    assert_eq!(orders(after), "warning/A done");
    // Before the alert: without a level, an event or a ground, or for a part of the ground.
    for cancel in ["cancel ? -", "cancel r -", "cancel r e code=unknown", "cancel r w+e", "cancel r e ref=Z"]
    {
        let ahead = format!("2h C {cancel}\n3h A alert r e+w sent=1h");
        let ends = cancel == "cancel r w+e";
        assert_eq!(orders(&ahead), if ends { "" } else { "warning/A issued" }, "{ahead}");
    }
    // The whole city's ends a township's.
    check("2h C cancel r e+w\n3h A alert r e sent=1h", &["C cancelled r cancel e+w n=2 reference-missing"]);
    // One that broke off is kept until what it meant comes, and ends nothing.
    let broken = "1h C cancel ? - ref=A flag=damaged\n61m C cancel ? - ref=A flag=damaged sent=1h\n2h A alert b e sent=0s";
    check(
        broken,
        &[
            "A active b alert e n=1 cancel-unclear",
            "C cancelled ? cancel - n=1 again=1 damaged reference-unknown",
        ],
    );
    assert_eq!(orders(broken), "warning/A issued");
    let whole = format!("{broken}\n3h C cancel b e ref=A");
    assert_eq!(orders(&whole), "warning/A done");
    // As grave, or graver, it goes on; an update lowers.
    check("0s A alert r e\n1h B alert r e", &["A active r alert e n=2 reference-missing"]);
    check("0s A alert r e\n1h B update y e ref=A", &["A active y update e n=2"]);
    check("0s A alert r e\n1h B update y e", &["A active y update e n=2 reference-missing"]);
}
