//! What `wit-bindgen` makes of the contract: the imports once, then one small
//! world a role whose types are those of the imports.
//!
//! One world a role instead of one fat world: a plugin exports what it needs,
//! and the componentizer merges the worlds that are really used.

#![allow(missing_docs, clippy::all)]

wit_bindgen::generate!({
    path: "../../wit/v1",
    world: "imports",
    generate_unused_types: true,
    additional_derives: [PartialEq],
});

macro_rules! role {
    ($module:ident, $world:literal, $export:literal) => {
        pub mod $module {
            wit_bindgen::generate!({
                path: "../../wit/v1",
                world: $world,
                with: {
                    "tocsin:plugin/types@1.0.0": crate::bindings::tocsin::plugin::types,
                    "tocsin:plugin/state@1.0.0": crate::bindings::tocsin::plugin::state,
                    "tocsin:plugin/timers@1.0.0": crate::bindings::tocsin::plugin::timers,
                    "tocsin:plugin/log@1.0.0": crate::bindings::tocsin::plugin::log,
                    "tocsin:plugin/city@1.0.0": crate::bindings::tocsin::plugin::city,
                },
                pub_export_macro: true,
                export_macro_name: $export,
            });
        }
    };
}

role!(decodes, "decodes", "export_decoder");
role!(frames, "frames", "export_framer");
role!(wakes, "wakes", "export_timekeeper");
role!(delivers, "delivers", "export_connector");
role!(advises, "advises", "export_advisor");
