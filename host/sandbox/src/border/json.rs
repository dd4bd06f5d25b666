//! `data` is JSON that every later reader accepts, or it is dropped by name.

mod quick;

use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use std::fmt;

/// The text itself if it is empty or a JSON object of at most `most` bytes.
///
/// Read strictly, without building it: depth (128), numbers and escapes are
/// those of `serde_json::Value`, so that what passes here never fails later.
pub(crate) fn object(text: String, most: usize) -> Result<String, String> {
    if text.is_empty() {
        return Ok(text);
    }
    if text.len() > most {
        return Err(format!("{} bytes; {most} are allowed", text.len()));
    }
    if quick::is_object(&text) {
        return Ok(text);
    }
    match strict(&text) {
        Ok(()) => Ok(text),
        Err(error) => Err(format!("{}: `{}`", super::line(&error.to_string(), 120), super::line(&text, 80))),
    }
}

/// What decides, and says why not.
fn strict(text: &str) -> serde_json::Result<()> {
    let mut reader = serde_json::Deserializer::from_str(text);
    reader.deserialize_map(Object).and_then(|()| reader.end())
}

struct Object;

impl<'de> Visitor<'de> for Object {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        Any.visit_map(map)
    }
}

/// Any value, read and forgotten.
struct Any;

impl<'de> Deserialize<'de> for Any {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Any, D::Error> {
        deserializer.deserialize_any(Any).map(|()| Any)
    }
}

impl<'de> Visitor<'de> for Any {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element::<Any>()?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while map.next_entry::<Any, Any>()?.is_some() {}
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_objects_that_every_reader_accepts() {
        let check = |text: &str, passes: bool| {
            let verdict = object(text.to_owned(), 4_096);
            assert_eq!(verdict.is_ok(), passes, "{text:.60}: {verdict:?}");
            if passes && !text.is_empty() {
                serde_json::from_str::<serde_json::Value>(text).expect("what passes is read later");
            }
        };
        check("", true);
        check("{}", true);
        check(r#" {"值":1.5e3,"b":[null,true,"\u9752\n"],"c":{"d":-7}} "#, true);
        check("[]", false);
        check("null", false);
        check("{", false);
        check("{} {}", false);
        check(r#"{"a":NaN}"#, false);
        check(r#"{"a":1e999}"#, false);
        check(r#"{"a":"\ud800"}"#, false);
        check("{\"a\":\"\n\"}", false);
        check(&format!("{{\"a\":{}{}}}", "[".repeat(100), "]".repeat(100)), true);
        check(&format!("{{\"a\":{}{}}}", "[".repeat(1_000), "]".repeat(1_000)), false);
        check(&format!("{{\"a\":\"{}\"}}", "x".repeat(4_096)), false);
    }
}
