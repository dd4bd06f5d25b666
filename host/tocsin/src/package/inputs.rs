//! What a component was made of: a tool that takes half a minute is not run again
//! for an answer that stands there already.

use sha2::{Digest, Sha256};
use std::path::PathBuf;

/// A digest over everything that a build depends on, beside what came of it. The
/// manifest is not among it but for its roles: it is put in afterwards.
#[derive(Debug)]
pub struct Inputs {
    digest: String,
    component: PathBuf,
}

impl Inputs {
    /// `component`: where the tool leaves it.
    pub fn of(parts: &[Vec<u8>], component: PathBuf) -> Inputs {
        let mut hash = Sha256::new();
        for part in parts {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        let digest = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Inputs { digest, component }
    }

    /// What was made of the same, if it stands there.
    pub fn made(&self) -> Option<Vec<u8>> {
        let noted = std::fs::read_to_string(self.note_file()).ok()?;
        let component = std::fs::read(&self.component).ok()?;
        (noted == self.line(component.len())).then_some(component)
    }

    /// After it was made. Where it cannot be noted, the next build builds.
    pub fn note(&self, component: &[u8]) {
        let _ = std::fs::write(self.note_file(), self.line(component.len()));
    }

    /// Beside the component, in the folder that a build empties first.
    fn note_file(&self) -> PathBuf {
        self.component.with_extension("inputs")
    }

    fn line(&self, length: usize) -> String {
        format!("{} {length}\n", self.digest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_component_of_the_same_parts_is_known_again() {
        let folder = std::env::temp_dir().join(format!("tocsin-inputs-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let component = folder.join("component.wasm");
        let of = |parts: &[&[u8]]| {
            Inputs::of(&parts.iter().map(|part| part.to_vec()).collect::<Vec<_>>(), component.clone())
        };
        assert_eq!(of(&[b"a"]).made(), None, "nothing stands there");
        std::fs::write(&component, b"wasm").expect("written");
        of(&[b"a", b"b"]).note(b"wasm");
        assert_eq!(of(&[b"a", b"b"]).made().as_deref(), Some(&b"wasm"[..]));
        assert_eq!(of(&[b"ab", b""]).made(), None, "the same bytes, cut elsewhere");
        std::fs::write(&component, b"cut").expect("written");
        assert_eq!(of(&[b"a", b"b"]).made(), None, "another file");
        std::fs::remove_dir_all(folder).expect("removed");
    }
}
