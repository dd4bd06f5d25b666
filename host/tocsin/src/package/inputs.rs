//! What a package was made of: a tool that takes half a minute is not run again
//! for an answer that stands there already.

use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use tocsin_sandbox::Manifest;

/// A digest over everything that a build depends on, kept beside the package.
#[derive(Debug)]
pub struct Inputs {
    digest: String,
    file: PathBuf,
}

impl Inputs {
    pub fn of(parts: &[Vec<u8>], manifest: &Manifest, package: &Path) -> Inputs {
        let mut hash = Sha256::new();
        let manifest = serde_json::to_vec(manifest).unwrap_or_default();
        for part in parts.iter().chain([&manifest]) {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        let digest = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Inputs { digest, file: package.with_extension("inputs") }
    }

    /// Whether the package that stands there was made of the same.
    pub fn unchanged(&self, package: &Path) -> bool {
        let length = std::fs::metadata(package).map(|found| found.len());
        let noted = std::fs::read_to_string(&self.file);
        matches!((length, noted), (Ok(length), Ok(noted)) if noted == self.line(length))
    }

    /// After the package was written. Where it cannot be noted, the next build builds.
    pub fn note(&self, length: u64) {
        let _ = std::fs::write(&self.file, self.line(length));
    }

    fn line(&self, length: u64) -> String {
        format!("{} {length}\n", self.digest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_of_the_same_parts_is_known_again() {
        let folder = std::env::temp_dir().join(format!("tocsin-inputs-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let package = folder.join("gauge.wasm");
        let manifest: Manifest = serde_json::from_str(
            r#"{"id":"gauge","department":"water","version":"1.0.0","contract":"1.0.0","roles":["decoder"]}"#,
        )
        .expect("a manifest");
        let of = |parts: &[&[u8]]| {
            Inputs::of(&parts.iter().map(|part| part.to_vec()).collect::<Vec<_>>(), &manifest, &package)
        };
        assert!(!of(&[b"a"]).unchanged(&package), "nothing stands there");
        std::fs::write(&package, b"wasm").expect("written");
        of(&[b"a", b"b"]).note(4);
        assert!(of(&[b"a", b"b"]).unchanged(&package));
        assert!(!of(&[b"ab", b""]).unchanged(&package), "the same bytes, cut elsewhere");
        std::fs::write(&package, b"cut").expect("written");
        assert!(!of(&[b"a", b"b"]).unchanged(&package), "another file");
        std::fs::remove_dir_all(folder).expect("removed");
    }
}
