//! The Rust SDK as it was when this binary was built.

include!(concat!(env!("OUT_DIR"), "/sdk.rs"));

/// Its files, below `tocsin/` in a plugin's folder, as a workspace of its own.
pub fn files() -> impl Iterator<Item = (String, String)> {
    let sources = FILES.iter().map(|(name, text)| (format!("tocsin/{name}"), (*text).to_owned()));
    sources.chain([("tocsin/Cargo.toml".to_owned(), WORKSPACE.to_owned())])
}
