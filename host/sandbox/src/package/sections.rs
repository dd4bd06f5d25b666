//! One pass over a component: its own sections, names, and how heavy it is.

use super::{CONTRACT_SECTION, MANIFEST_SECTION, PackageError};
use wasmparser::{BinaryReaderError, Encoding, Instance, Parser, Payload};

/// One function body. The interpreter loop of a Python guest is the largest
/// honest one; compile time and memory grow faster than the function.
const FUNCTION_BYTES: usize = 1 << 20;
/// All functions; the Python component has 30,000.
const FUNCTIONS: usize = 200_000;
/// Modules and components inside; the Python component has 40.
const PARTS: usize = 256;

/// What stands at the top level of the component.
#[derive(Default)]
pub(super) struct Sections<'a> {
    pub contract: Option<&'a [u8]>,
    pub manifest: Option<&'a [u8]>,
    pub imports: Vec<&'a str>,
    pub exports: Vec<&'a str>,
    /// Modules that are instantiated, here or inside.
    pub core_instances: u32,
}

pub(super) fn read(package: &[u8]) -> Result<Sections<'_>, PackageError> {
    if package.starts_with(b"\x7fELF") {
        return Err(PackageError::Precompiled);
    }
    if !package.starts_with(b"\0asm") {
        return Err(PackageError::NotWasm);
    }
    let mut sections = Sections::default();
    let mut weight = Weight::default();
    let mut depth = 0_usize;
    let mut ended = false;
    for payload in Parser::new(0).parse_all(package) {
        match payload.map_err(damaged)? {
            Payload::Version { encoding: Encoding::Module, .. } if depth == 0 => {
                return Err(PackageError::CoreModule);
            }
            Payload::Version { .. } => {
                depth += 1;
                weight.part()?;
            }
            Payload::End(_) => {
                depth = depth.saturating_sub(1);
                ended |= depth == 0;
            }
            Payload::InstanceSection(instances) => {
                for instance in instances {
                    let made = matches!(instance.map_err(damaged)?, Instance::Instantiate { .. });
                    sections.core_instances += u32::from(made);
                }
            }
            Payload::CodeSectionEntry(body) => weight.function(body.range().len())?,
            Payload::CustomSection(section) if depth == 1 => {
                let (place, name) = match section.name() {
                    CONTRACT_SECTION => (&mut sections.contract, CONTRACT_SECTION),
                    MANIFEST_SECTION => (&mut sections.manifest, MANIFEST_SECTION),
                    _ => continue,
                };
                if place.replace(section.data()).is_some() {
                    return Err(PackageError::SectionTwice(name));
                }
            }
            Payload::ComponentImportSection(imports) if depth == 1 => {
                for import in imports {
                    sections.imports.push(import.map_err(damaged)?.name.name);
                }
            }
            Payload::ComponentExportSection(exports) if depth == 1 => {
                for export in exports {
                    sections.exports.push(export.map_err(damaged)?.name.name);
                }
            }
            _ => {}
        }
    }
    if !ended {
        return Err(PackageError::Damaged { offset: package.len(), reason: "it ends too early".into() });
    }
    Ok(sections)
}

fn damaged(error: BinaryReaderError) -> PackageError {
    let reason = crate::border::text::line(error.message(), 160);
    PackageError::Damaged { offset: error.offset(), reason }
}

/// What compiling would cost, as far as bytes show it.
#[derive(Default)]
struct Weight {
    functions: usize,
    parts: usize,
}

impl Weight {
    fn function(&mut self, bytes: usize) -> Result<(), PackageError> {
        self.functions += 1;
        within("the size of one function", bytes, FUNCTION_BYTES)?;
        within("the number of functions", self.functions, FUNCTIONS)
    }

    fn part(&mut self) -> Result<(), PackageError> {
        self.parts += 1;
        within("the number of modules", self.parts, PARTS)
    }
}

fn within(what: &'static str, is: usize, most: usize) -> Result<(), PackageError> {
    if is > most { Err(PackageError::TooHeavy { what, is, most }) } else { Ok(()) }
}
