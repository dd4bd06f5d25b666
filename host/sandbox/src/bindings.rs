//! What wasmtime makes of the contract: one typed function a role.

#![allow(missing_docs, clippy::all)]

wasmtime::component::bindgen!({
    path: "../../wit/v1",
    inline: "
        package tocsin:sandbox;
        world host {
            include tocsin:plugin/imports@1.0.0;
            export tocsin:plugin/decoder@1.0.0;
            export tocsin:plugin/framer@1.0.0;
            export tocsin:plugin/timekeeper@1.0.0;
            export tocsin:plugin/connector@1.0.0;
            export tocsin:plugin/advisor@1.0.0;
        }
    ",
    imports: { default: trappable },
    ownership: Borrowing { duplicate_if_necessary: true },
});
