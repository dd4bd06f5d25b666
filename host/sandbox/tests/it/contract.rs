//! The contract only grows, and packages built against 1.0.0 still run.
//!
//! `wit/frozen/v1.wit` is the contract as it was frozen; it is never edited.
//! `tests/fixtures/v1` holds packages as they were built then, one a role.

use crate::support::{NOW, guest, sandbox};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use tocsin_sandbox::*;
use wit_parser::{Function, Resolve, Type, TypeDefKind, TypeId};

const FROZEN: &str = include_str!("../../../../wit/frozen/v1.wit");
const CURRENT: &str = include_str!("../../../../wit/v1/contract.wit");

/// What a contract says, item by item: `state.get` is `func(key: string) -> …`.
struct Contract {
    items: BTreeMap<String, String>,
    /// What a plugin may export: there a new function is one that old plugins lack.
    roles: BTreeSet<String>,
}

fn read(text: &str) -> Contract {
    let mut resolve = Resolve::default();
    resolve.push_str("contract.wit", text).expect("a contract");
    let mut contract = Contract { items: BTreeMap::new(), roles: BTreeSet::new() };
    for (_, interface) in &resolve.interfaces {
        let name = interface.name.clone().unwrap_or_default();
        contract.items.insert(name.clone(), "interface".into());
        for (kind, id) in &interface.types {
            contract.items.insert(format!("{name}.{kind}"), definition(&resolve, *id));
        }
        for (function, of) in &interface.functions {
            contract.items.insert(format!("{name}.{function}"), signature(&resolve, of));
        }
    }
    for (_, world) in &resolve.worlds {
        for (key, _) in &world.imports {
            contract
                .items
                .insert(format!("{}: import {}", world.name, resolve.name_world_key(key)), String::new());
        }
        for (key, _) in &world.exports {
            let export = resolve.name_world_key(key);
            contract.roles.insert(export.split(['/', '@']).nth(1).unwrap_or(&export).to_owned());
            contract.items.insert(format!("{}: export {export}", world.name), String::new());
        }
    }
    contract
}

fn signature(resolve: &Resolve, function: &Function) -> String {
    let params = function.params.iter().map(|param| format!("{}: {}", param.name, named(resolve, &param.ty)));
    let result = function.result.as_ref().map(|result| format!(" -> {}", named(resolve, result)));
    format!("func({}){}", params.collect::<Vec<_>>().join(", "), result.unwrap_or_default())
}

/// A type where it is used: by its name, if it has one.
fn named(resolve: &Resolve, ty: &Type) -> String {
    match ty {
        Type::Id(id) => match &resolve.types[*id].name {
            Some(name) => name.clone(),
            None => definition(resolve, *id),
        },
        plain => format!("{plain:?}").to_lowercase(),
    }
}

/// A type where it is defined, in the order of its parts: order is layout.
fn definition(resolve: &Resolve, id: TypeId) -> String {
    let optional = |ty: &Option<Type>| ty.as_ref().map_or("_".into(), |ty| named(resolve, ty));
    let mut text = String::new();
    match &resolve.types[id].kind {
        TypeDefKind::Record(record) => {
            text.push_str("record");
            record.fields.iter().for_each(|field| {
                let _ = write!(text, " {}: {},", field.name, named(resolve, &field.ty));
            });
        }
        TypeDefKind::Variant(variant) => {
            text.push_str("variant");
            variant.cases.iter().for_each(|case| {
                let _ = write!(text, " {}({}),", case.name, optional(&case.ty));
            });
        }
        TypeDefKind::Enum(words) => {
            text.push_str("enum");
            words.cases.iter().for_each(|case| {
                let _ = write!(text, " {},", case.name);
            });
        }
        TypeDefKind::Option(of) => text = format!("option<{}>", named(resolve, of)),
        TypeDefKind::List(of) => text = format!("list<{}>", named(resolve, of)),
        TypeDefKind::Result(result) => {
            text = format!("result<{}, {}>", optional(&result.ok), optional(&result.err));
        }
        TypeDefKind::Type(of) => text = format!("= {}", named(resolve, of)),
        other => text = format!("{other:?}"),
    }
    text
}

/// What would break a plugin that was built against `frozen`.
fn breaking(frozen: &str, current: &str) -> Vec<String> {
    let (frozen, current) = (read(frozen), read(current));
    let mut found = Vec::new();
    for (item, was) in &frozen.items {
        match current.items.get(item) {
            None => found.push(format!("`{item}` is gone")),
            Some(is) if is != was => found.push(format!("`{item}` was `{was}` and is `{is}`")),
            Some(_) => {}
        }
    }
    for (item, is) in &current.items {
        let interface = item.split('.').next().unwrap_or_default();
        let of_a_role = frozen.roles.contains(interface) && is.starts_with("func");
        let of_a_world = item.split_once(": export ").is_some_and(|(world, _)| {
            frozen.items.keys().any(|known| known.starts_with(&format!("{world}: ")))
        });
        if !frozen.items.contains_key(item) && (of_a_role || of_a_world) {
            found.push(format!("`{item}` is new, and plugins that stand do not export it"));
        }
    }
    found
}

#[test]
fn the_contract_only_grows() {
    let found = breaking(FROZEN, CURRENT);
    assert!(
        found.is_empty(),
        "wit/v1 breaks packages that departments have built:\n  {}\nAdd a function to an imported interface, a new interface, a word or a field of `data`; \
         else it is v2, a folder of its own",
        found.join("\n  ")
    );
}

#[test]
fn what_breaks_and_what_does_not_is_told_apart() {
    let check = |from: &str, to: &str, expect: Option<&str>| {
        assert!(FROZEN.contains(from), "{from}");
        let found = breaking(FROZEN, &FROZEN.replacen(from, to, 1));
        match expect {
            None => assert_eq!(found, Vec::<String>::new(), "{to}"),
            Some(says) => assert!(found.iter().any(|line| line.contains(says)), "{to}: {found:?}"),
        }
    };
    check("delete: func(key: string);", "delete: func(key: string); keys: func() -> list<string>;", None);
    check(
        "interface state {",
        "interface clock { use types.{timestamp}; zone: func() -> timestamp; } interface state {",
        None,
    );
    check("interface types {", "interface types { record later { at: s64 }", None);
    check("delete: func(key: string);", "", Some("`state.delete` is gone"));
    check("get: func(key: string)", "get: func(name: string)", Some("`state.get` was"));
    check("    door: string,", "    door: string, gate: string,", Some("`types.message` was"));
    check("    extreme,", "    extreme, absurd,", Some("`types.severity` was"));
    check("    malformed,", "    malformed, late,", Some("`types.rejection-kind` was"));
    check(
        "frame: func(buffer: list<u8>) -> list<piece>;",
        "frame: func(buffer: list<u8>) -> list<piece>; reset: func();",
        Some("`framer.reset` is new"),
    );
    check(
        "world decodes { include imports;",
        "world decodes { include imports; export framer;",
        Some("is new"),
    );
    check("package tocsin:plugin@1.0.0;", "package tocsin:plugin@2.0.0;", Some("is gone"));
}

fn fixture(role: &str) -> Plugin {
    let path = format!("{}/tests/fixtures/v1/{role}.wasm", env!("CARGO_MANIFEST_DIR"));
    let package = std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    sandbox().load(&package).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn said(role: &str, call: Call, room: &mut Room) -> tocsin_core::outcome::Outcome {
    guest(&fixture(role)).call(call, room).expect("an answer").result.expect("an outcome")
}

#[test]
fn a_decoder_of_1_0_says_all_that_it_said() {
    let mut room = Room::default();
    let outcome = said("decoder", crate::support::message(7, "hello"), &mut room);
    let expect: serde_json::Value =
        serde_json::from_str(include_str!("../fixtures/v1/decoder.json")).expect("json");
    assert_eq!(serde_json::to_value(&outcome).expect("json"), expect);
    assert_eq!(room.state["seen"], [1]);
    let refused =
        guest(&fixture("decoder")).call(crate::support::message(8, ""), &mut room).expect("an answer");
    let rejection = refused.result.expect_err("a rejection");
    assert_eq!((rejection.kind.as_str(), &rejection.reply[..]), ("malformed", &b"nak"[..]));
}

#[test]
fn the_other_roles_of_1_0_say_all_that_they_said() {
    let pieces = guest(&fixture("framer")).frame(b"xaabbb").expect("pieces");
    let seen: Vec<_> = pieces.iter().map(|p| (p.kind, p.length, p.device.as_str())).collect();
    assert_eq!(seen, [(PieceKind::Noise, 1, ""), (PieceKind::Routine, 2, "d"), (PieceKind::Red, 3, "")]);

    let mut room = Room::default();
    let tick = Tick { sequence: 1, due: NOW, device: "d1".into(), key: "k".into() };
    assert_eq!(said("timekeeper", Call::Wake(tick), &mut room).defects, ["k@d1"]);
    assert_eq!(room.timers["again"].0, NOW.0 + 60_000);

    let event = Event {
        sequence: 1,
        time: NOW,
        kind: "order.issued".into(),
        device: "d1".into(),
        subject: "O1".into(),
        data: "{}".into(),
    };
    let outcome = said("connector", Call::Deliver(event.clone()), &mut room);
    assert_eq!(
        (outcome.sends[0].device.as_str(), &outcome.sends[0].payload[..]),
        ("d1", &b"order.issued O1 {}"[..])
    );

    let acts: Vec<_> = said("advisor", Call::Advise(event), &mut room)
        .advice
        .iter()
        .map(|a| a.act.as_str().to_owned())
        .collect();
    assert_eq!(acts, ["confirm", "refute", "merge", "raise", "attach", "order", "note", "ponder"]);
}
