//! Out again as CAP 1.2: what the standard asks for, in its order.

use super::play;
use tocsin_core::warning::cap::to_cap;

const ORDER: &[&str] = &[
    "alert",
    "identifier",
    "sender",
    "sent",
    "status",
    "msgType",
    "scope",
    "references",
    "info",
    "language",
    "category",
    "event",
    "responseType",
    "urgency",
    "severity",
    "certainty",
    "eventCode",
    "effective",
    "onset",
    "expires",
    "senderName",
    "headline",
    "description",
    "instruction",
    "parameter",
    "area",
];

/// Names of elements that open, in order, those inside `eventCode`, `parameter`
/// and `area` left out.
fn outline(xml: &str) -> Vec<&str> {
    let mut inside = None;
    let mut names = Vec::new();
    for tag in xml.split('<').skip(2).filter_map(|part| part.split(['>', ' ']).next()) {
        match (inside, tag.strip_prefix('/')) {
            (Some(name), Some(closed)) if name == closed => inside = None,
            (None, None) => {
                names.push(tag);
                if ["eventCode", "parameter", "area"].contains(&tag) {
                    inside = Some(tag);
                }
            }
            _ => {}
        }
    }
    names
}

fn written(timeline: &str, id: &str) -> String {
    let (core, _) = play(timeline);
    let xml = to_cap(&core.state().rooms.warnings[id]);
    let places: Vec<usize> =
        outline(&xml).iter().map(|name| ORDER.iter().position(|known| known == name).expect(name)).collect();
    assert!(places.is_sorted(), "{:?}", outline(&xml));
    for required in [
        "identifier",
        "sender",
        "sent",
        "status",
        "msgType",
        "scope",
        "category",
        "event",
        "urgency",
        "severity",
        "certainty",
        "area",
    ] {
        assert!(outline(&xml).contains(&required), "no {required} in {xml}");
    }
    for time in ["sent", "effective", "onset", "expires"] {
        for part in xml.split(&format!("<{time}>")).skip(1) {
            let text = &part[..part.find('<').unwrap()];
            assert!(text.len() == 25 && text.ends_with("+08:00"), "{time} {text}");
        }
    }
    xml
}

fn value<'x>(xml: &'x str, name: &str) -> &'x str {
    let from = xml.find(&format!("<{name}>")).map(|at| at + name.len() + 2);
    from.map_or("", |from| &xml[from..from + xml[from..].find('<').unwrap()])
}

#[test]
fn a_chain_refers_to_all_that_came_before() {
    let chain = "0s A alert y e\n1h B update r e+w ref=A\n2h C cancel r e+w ref=B";
    let xml = written("0s A alert y e", "A");
    assert_eq!(
        (value(&xml, "msgType"), value(&xml, "references"), value(&xml, "severity")),
        ("Alert", "", "Moderate")
    );
    assert_eq!(
        (value(&xml, "status"), value(&xml, "category"), value(&xml, "event")),
        ("Actual", "Met", "暴雨")
    );
    assert!(
        xml.contains("<valueName>colour</valueName>\n<value>yellow</value>")
            || xml.contains("<value>yellow</value>")
    );
    let xml = written(chain, "A");
    assert_eq!(
        (value(&xml, "identifier"), value(&xml, "msgType"), value(&xml, "responseType")),
        ("C", "Cancel", "AllClear")
    );
    assert_eq!(
        value(&xml, "references"),
        "33000041600000,A,2026-07-12T22:00:00+08:00 33000041600000,B,2026-07-12T23:00:00+08:00"
    );
    assert_eq!(xml.matches("<area>").count(), 2);
}

#[test]
fn what_cannot_refer_stands_by_itself() {
    let xml = written("0s B update r e ref=Z", "B");
    assert_eq!((value(&xml, "msgType"), value(&xml, "references")), ("Alert", ""));
    let xml = written("0s B cancel r e ref=Z", "B");
    assert_eq!(
        (value(&xml, "msgType"), value(&xml, "responseType"), value(&xml, "urgency")),
        ("Alert", "AllClear", "Past")
    );
    // An identifier that says when it was sent is enough.
    let xml = written("0s B cancel r e ref=33000041600000_20260712100000_0", "B");
    assert_eq!(
        value(&xml, "references"),
        "33000041600000,33000041600000_20260712100000_0,2026-07-12T10:00:00+08:00"
    );
    let xml = written("0s A alert r e class=exercise", "A");
    assert_eq!(value(&xml, "status"), "Exercise");
}

#[test]
fn text_is_escaped_and_tokens_are_clean() {
    let xml = written("0s A,&<B alert r e title=<&>", "A,&<B");
    assert_eq!((value(&xml, "identifier"), value(&xml, "headline")), ("A___B", "&lt;&amp;&gt;"));
}
