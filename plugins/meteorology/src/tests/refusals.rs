//! What is refused, and that nothing panics.

use super::{cap, decode, edited, national, refused};
use proptest::prelude::*;
use tocsin_sdk::RejectionKind;

#[test]
fn refusals_name_the_element() {
    let check = |text: &str, kind: RejectionKind, reason: &str| {
        for source in ["12379", "cap"] {
            let (is, said) = refused(source, text);
            assert_eq!(is, kind, "{said}");
            assert!(said.contains(reason), "{said:?} does not say {reason:?}");
        }
    };
    let malformed = |text: &str, reason: &str| check(text, RejectionKind::Malformed, reason);
    malformed("", "empty");
    malformed("hello", "not XML");
    malformed(r#"{"code":"200","warning":[{"id":"1"}]}"#, "JSON");
    malformed("[1]", "JSON");
    malformed("<alert", "not well-formed");
    malformed("<warning/>", "<warning> holds no <alert>");
    malformed("<a><alert/><alert/></a>", "2 <alert>");
    malformed("<alert/>", "identifier is missing");
    malformed("<alert><identifier> </identifier></alert>", "identifier is missing");
    let national = |edits: &[(&str, &str)]| edited(national::ALERT, edits);
    malformed(&national(&[("<alert>", "<!DOCTYPE alert><alert>")]), "DTD");
    malformed(&national(&[("某", "&xxe;")].map(|_| ("值班员", "&xxe;"))), "&xxe;");
    malformed(&national(&[("<identifier>33079141600000_20260712141500_0</identifier>", "")]), "identifier");
    let area = "<area><areaDesc>石湖镇,城东街道</areaDesc><polygon/><circle/><geocode>330791105000,330791002000</geocode></area>";
    malformed(&national(&[(area, "")]), "area:");
    malformed(&national(&[(area, "<area><polygon>x</polygon></area>")]), "polygon");
    malformed(
        &national(&[
            ("<eventType>11B03</eventType>", ""),
            ("<headline>青山市气象台发布暴雨橙色预警[II级/严重]</headline>", ""),
        ]),
        "eventType",
    );
    malformed(&national(&[("</info>", "</inf>")]), "not well-formed");
    let whole = national(&[]);
    malformed(&whole[..whole.find("<area>").unwrap()], "ends inside <info>");
    malformed(&format!("{whole}{whole}"), "second document");
    // It breaks off within its header.
    malformed(&cap::ALERT[..cap::ALERT.find("<scope>").unwrap()], "ends inside <alert>");
    malformed(&format!("<alert>{}", "<a>".repeat(100)), "levels");
    malformed(&format!("<alert>{}", "<a/>".repeat(9_000)), "more than 8000 elements");
    malformed(&format!("<alert>{}", " ".repeat(200_000)), "bytes are more than");
    check(&national(&[("Update", "Ack")]), RejectionKind::Unsupported, "msgType Ack");
    check(&edited(cap::ALERT, &[("Update", "Error")]), RejectionKind::Unsupported, "msgType Error");
    check(
        &edited(cap::ALERT, &[("urn:oasis:names:tc:emergency:cap:1.2", "urn:x")]),
        RejectionKind::Unsupported,
        "namespace",
    );
}

/// Where a message was cut, a bit turned or bytes put in.
fn damaged(text: &str) -> impl Strategy<Value = Vec<u8>> + use<> {
    let bytes = text.as_bytes().to_vec();
    let last = bytes.len();
    (0..last, 0..last, any::<u8>(), proptest::collection::vec(any::<u8>(), 0..6)).prop_map(
        move |(cut, at, turned, inserted)| {
            let mut bytes = bytes.clone();
            bytes[at] ^= turned;
            if cut % 3 == 0 {
                bytes.truncate(cut);
            }
            let place = at.min(bytes.len());
            bytes.splice(place..place, inserted);
            bytes
        },
    )
}

proptest! {
    #[test]
    fn damage_never_panics(national in damaged(national::ALERT), cap in damaged(cap::ALERT)) {
        let _ = decode("12379", &national);
        let _ = decode("cap", &cap);
    }

    #[test]
    fn bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = decode("12379", &bytes);
        let _ = decode("cap", &[b"<alert>", bytes.as_slice()].concat());
    }

    /// Whatever stands in the fields: an answer, and data that is JSON.
    #[test]
    fn fields_never_panic(
        id in ".{0,40}", kind in ".{0,12}", severity in "\\PC{0,12}", title in "[红橙黄蓝色级ⅠⅡIV\\[\\]【】a-z升降为暴雨大风]{0,30}",
        codes in "[0-9,，;a ]{0,60}", names in "\\PC{0,30}", polygon in "[0-9., -]{0,60}", references in "\\PC{0,40}",
    ) {
        let safe = |text: &str| text.replace(['<', '&', ']'], "_");
        let text = format!(
            "<alert><identifier>x{}</identifier><msgType>{}</msgType><references>{}</references><info><severity>{}</severity>\
             <headline>{}</headline><area><geocode>{codes}</geocode><areaDesc>{}</areaDesc><polygon>{polygon}</polygon>\
             <circle>{polygon}</circle></area></info></alert>",
            safe(&id), safe(&kind), safe(&references), safe(&severity), safe(&title), safe(&names),
        );
        if let Ok(outcome) = decode("12379", text.as_bytes()) {
            let data = serde_json::from_str::<serde_json::Value>(&outcome.signals[0].data);
            prop_assert!(data.is_ok(), "{:?}", outcome.signals[0].data);
        }
    }
}
