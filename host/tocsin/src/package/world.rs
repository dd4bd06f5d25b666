//! The world of a plugin, written from the roles of its manifest: what the
//! toolchains of languages other than Rust are given.

use crate::text;
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};
use tocsin_sandbox::{Manifest, Role};

/// The contract that this host speaks.
pub const CONTRACT: &str = include_str!("../../../../wit/v1/contract.wit");
/// Its version, as specifiers of imports need it.
const VERSION: &str = "1.0.0";

pub fn text(roles: &[Role]) -> String {
    let exports: String =
        roles.iter().map(|role| format!("  export tocsin:plugin/{}@{VERSION};\n", role.as_str())).collect();
    format!(
        "package tocsin:guest;\n\nworld plugin {{\n  include tocsin:plugin/imports@{VERSION};\n{exports}}}\n"
    )
}

/// What a build makes on its way.
const SHOP: &str = "build/tocsin";

/// Where the tools leave the component of the plugin in `dir`.
pub fn component(dir: &Path) -> PathBuf {
    dir.join(SHOP).join("component.wasm")
}

/// The folder for it, emptied; with `wit/` in it.
pub fn workshop(dir: &Path, manifest: &Manifest) -> Result<PathBuf> {
    let shop = dir.join(SHOP);
    let make = || -> std::io::Result<()> {
        if shop.exists() {
            std::fs::remove_dir_all(&shop)?;
        }
        let deps = shop.join("wit/deps/tocsin-plugin");
        std::fs::create_dir_all(&deps)?;
        std::fs::write(deps.join("contract.wit"), CONTRACT)?;
        std::fs::write(shop.join("wit/world.wit"), text(&manifest.roles))
    };
    make().with_context(|| text!(cannot_write, path = shop.display()))?;
    Ok(shop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_world_exports_the_roles() {
        let text = text(&[Role::Decoder, Role::Timekeeper]);
        assert!(
            text.contains("export tocsin:plugin/decoder@1.0.0;\n  export tocsin:plugin/timekeeper@1.0.0;")
        );
        assert!(CONTRACT.contains(&format!("package tocsin:plugin@{VERSION};")));
    }
}
