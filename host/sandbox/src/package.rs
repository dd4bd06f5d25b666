//! A package: one component file that carries its own manifest.
//!
//! Everything here looks at bytes only and runs before anything is compiled.

mod imports;
mod sections;

use crate::manifest::{Manifest, ManifestError, Role};
use sections::Sections;

/// Contract version that the package was built against, as text.
pub const CONTRACT_SECTION: &str = "tocsin:contract";
/// The manifest as JSON.
pub const MANIFEST_SECTION: &str = "tocsin:manifest";

/// The major version that this host speaks, and what it links.
const MAJOR: &str = "1";
/// A Python component has 18 MB, the largest seen.
const PACKAGE_BYTES: usize = 32 << 20;
/// Text and numbers of a manifest; ours have under 2 KiB.
const MANIFEST_BYTES: usize = 64 << 10;

/// Why a package was refused. Each sentence says what to do.
#[derive(Debug, thiserror::Error)]
pub enum PackageError {
    #[error(
        "the file has {size} bytes; a package has at most {most}. Build it with `--release` and without debug information"
    )]
    TooLarge { size: usize, most: usize },
    #[error(
        "the file is not WebAssembly. Build the plugin with `tocsin plugin build` and give its `.wasm` file"
    )]
    NotWasm,
    #[error(
        "the file is damaged or cut off at byte {offset}: {reason}. Build it again with `tocsin plugin build`, or copy it again"
    )]
    Damaged { offset: usize, reason: String },
    #[error(
        "the file is a core module and not a component. Build it with `tocsin plugin build`, which makes the component"
    )]
    CoreModule,
    #[error(
        "the file is precompiled machine code (.cwasm), which is never taken from outside. Give the `.wasm` package that `tocsin plugin build` made; the host compiles it itself"
    )]
    Precompiled,
    #[error(
        "the component has no section `{0}`, so it was not made by `tocsin plugin build`. Build it with that command"
    )]
    NoSection(&'static str),
    #[error("the component has the section `{0}` twice. Build it again with `tocsin plugin build`")]
    SectionTwice(&'static str),
    #[error("the plugin was built against contract {0}; this host speaks 1.x. Build it with a matching SDK")]
    Contract(String),
    #[error(
        "the manifest says contract {manifest} and the component {section}. Build it again with `tocsin plugin build`"
    )]
    ContractDiffers { manifest: String, section: String },
    #[error("the manifest cannot be read: {0}. Mend `plugin.toml` and build again")]
    ManifestText(String),
    #[error("the manifest is not valid: {0}. Mend `plugin.toml` and build again")]
    Manifest(#[from] ManifestError),
    #[error(
        "the component imports `{0}`, which no plugin is granted: only `tocsin:plugin` types, state, timers, log and city are. Build for wasm32-unknown-unknown without WASI, and take time from the input"
    )]
    Import(String),
    #[error(
        "the manifest declares the role `{0}`, but the component does not export it. Export it, or take it from `roles`"
    )]
    RoleMissing(&'static str),
    #[error("the component exports the role `{0}`, but the manifest does not declare it. Add it to `roles`")]
    RoleUndeclared(&'static str),
    #[error(
        "the component is too heavy to compile: {what} is {is}, at most {most}. Split the largest functions, or generate less code"
    )]
    TooHeavy { what: &'static str, is: usize, most: usize },
    #[error("the component does not compile: {0}. Build it again with `tocsin plugin build`")]
    Compile(String),
    #[error("the component does not fit the contract: {0}. Build it with the SDK of contract 1.x")]
    Link(String),
    #[error(
        "the plugin asks for {asks} MiB of memory; this host gives at most {most}. Lower `limits.memory_mib`"
    )]
    Memory { asks: u32, most: u32 },
}

impl PackageError {
    /// Stable name of the error in the catalogue.
    pub fn code(&self) -> &'static str {
        match self {
            PackageError::TooLarge { .. } => "package.too-large",
            PackageError::NotWasm => "package.not-wasm",
            PackageError::Damaged { .. } => "package.damaged",
            PackageError::CoreModule => "package.core-module",
            PackageError::Precompiled => "package.precompiled",
            PackageError::NoSection(_) | PackageError::SectionTwice(_) => "package.section",
            PackageError::Contract(_) | PackageError::ContractDiffers { .. } => "package.contract",
            PackageError::ManifestText(_) | PackageError::Manifest(_) => "package.manifest",
            PackageError::Import(_) => "package.import",
            PackageError::RoleMissing(_) => "package.role-missing",
            PackageError::RoleUndeclared(_) => "package.role-undeclared",
            PackageError::TooHeavy { .. } => "package.too-heavy",
            PackageError::Compile(_) => "package.compile",
            PackageError::Link(_) => "package.link",
            PackageError::Memory { .. } => "package.memory",
        }
    }

    /// The same sentence for a Chinese reader; `Display` is the English one.
    pub fn chinese(&self) -> String {
        match self {
            PackageError::TooLarge { size, most } => {
                format!("文件有 {size} 字节,插件包最多 {most} 字节。请用发布模式、不带调试信息重新构建")
            }
            PackageError::NotWasm => {
                "文件不是 WebAssembly。请用 `tocsin plugin build` 构建插件,并提交它生成的 `.wasm` 文件".into()
            }
            PackageError::Damaged { offset, reason } => format!(
                "文件在第 {offset} 字节处损坏或被截断:{reason}。请用 `tocsin plugin build` 重新构建,或重新拷贝"
            ),
            PackageError::CoreModule => {
                "文件是核心模块,不是组件。请用 `tocsin plugin build` 构建,它会生成组件".into()
            }
            PackageError::Precompiled => {
                "文件是预编译的机器码(.cwasm),主机从不接收外来机器码。请提交 `tocsin plugin build` 生成的 `.wasm` 包,由主机自行编译".into()
            }
            PackageError::NoSection(name) => {
                format!("组件没有 `{name}` 段,不是 `tocsin plugin build` 生成的。请用该命令构建")
            }
            PackageError::SectionTwice(name) => {
                format!("组件有两个 `{name}` 段。请用 `tocsin plugin build` 重新构建")
            }
            PackageError::Contract(version) => {
                format!("插件按契约 {version} 构建,本主机支持 1.x。请用相符的 SDK 构建")
            }
            PackageError::ContractDiffers { manifest, section } => format!(
                "清单写的契约是 {manifest},组件的契约是 {section}。请用 `tocsin plugin build` 重新构建"
            ),
            PackageError::ManifestText(why) => {
                format!("清单无法读取:{why}。请修改 `plugin.toml` 后重新构建")
            }
            PackageError::Manifest(why) => {
                format!("清单不合规定:{why}。请修改 `plugin.toml` 后重新构建")
            }
            PackageError::Import(name) => format!(
                "组件导入了 `{name}`,任何插件都不获准使用它:只有 `tocsin:plugin` 的 types、state、timers、log、city 可用。请面向 wasm32-unknown-unknown 构建、不用 WASI,时间从输入中取"
            ),
            PackageError::RoleMissing(role) => {
                format!("清单声明了角色 `{role}`,但组件没有导出它。请导出,或从 `roles` 中删去")
            }
            PackageError::RoleUndeclared(role) => {
                format!("组件导出了角色 `{role}`,但清单没有声明。请加入 `roles`")
            }
            PackageError::TooHeavy { what, is, most } => {
                format!("组件编译量过大:{what} 为 {is},最多 {most}。请拆分最大的函数,或减少生成的代码")
            }
            PackageError::Compile(why) => {
                format!("组件无法编译:{why}。请用 `tocsin plugin build` 重新构建")
            }
            PackageError::Link(why) => {
                format!("组件与契约不符:{why}。请用契约 1.x 的 SDK 构建")
            }
            PackageError::Memory { asks, most } => {
                format!("插件要求 {asks} MiB 内存,本主机最多给 {most} MiB。请降低 `limits.memory_mib`")
            }
        }
    }
}

/// Reads and checks a package without compiling it.
pub fn inspect(package: &[u8]) -> Result<Manifest, PackageError> {
    read(package).map(|(manifest, _)| manifest)
}

/// The same, and how many core instances it makes of itself.
pub(crate) fn read(package: &[u8]) -> Result<(Manifest, u32), PackageError> {
    if package.len() > PACKAGE_BYTES {
        return Err(PackageError::TooLarge { size: package.len(), most: PACKAGE_BYTES });
    }
    let sections = sections::read(package)?;
    let contract = contract(&sections)?;
    let manifest = manifest(&sections)?;
    if manifest.contract != contract {
        let said = crate::border::text::escaped(&manifest.contract);
        return Err(PackageError::ContractDiffers { manifest: said, section: contract.to_owned() });
    }
    for import in &sections.imports {
        imports::check(import)?;
    }
    for role in Role::ALL {
        match (manifest.has(role), exports(&sections, role)) {
            (true, false) => return Err(PackageError::RoleMissing(role.as_str())),
            (false, true) => return Err(PackageError::RoleUndeclared(role.as_str())),
            _ => {}
        }
    }
    Ok((manifest, sections.core_instances))
}

fn contract<'a>(sections: &Sections<'a>) -> Result<&'a str, PackageError> {
    let bytes = sections.contract.ok_or(PackageError::NoSection(CONTRACT_SECTION))?;
    let text = std::str::from_utf8(bytes).unwrap_or("?").trim();
    let mut parts = text.split('.');
    let numbers = text.split('.').count() == 3 && text.split('.').all(|part| part.parse::<u32>().is_ok());
    if parts.next() != Some(MAJOR) || !numbers {
        return Err(PackageError::Contract(crate::border::text::escaped(text)));
    }
    Ok(text)
}

fn manifest(sections: &Sections<'_>) -> Result<Manifest, PackageError> {
    let bytes = sections.manifest.ok_or(PackageError::NoSection(MANIFEST_SECTION))?;
    if bytes.len() > MANIFEST_BYTES {
        let why = format!("it has {} bytes, at most {MANIFEST_BYTES}", bytes.len());
        return Err(PackageError::ManifestText(why));
    }
    let manifest: Manifest = serde_json::from_slice(bytes)
        .map_err(|error| PackageError::ManifestText(crate::border::text::line(&error.to_string(), 200)))?;
    manifest.check()?;
    Ok(manifest)
}

fn exports(sections: &Sections<'_>, role: Role) -> bool {
    sections.exports.iter().any(|export| imports::interface(export) == Some(role.as_str()))
}

/// The component with its contract version and manifest as custom sections at
/// the top level: what `tocsin plugin build` writes. Sections of these names
/// that are there already are not looked for: build from the bare component.
pub fn embed(component: &[u8], manifest: &Manifest) -> Vec<u8> {
    let json = serde_json::to_vec(manifest).unwrap_or_default();
    let mut package = component.to_vec();
    append(&mut package, CONTRACT_SECTION, manifest.contract.as_bytes());
    append(&mut package, MANIFEST_SECTION, &json);
    package
}

/// A custom section: id 0, size, name, bytes; sizes in LEB128.
fn append(package: &mut Vec<u8>, name: &str, bytes: &[u8]) {
    let mut body = Vec::with_capacity(name.len() + bytes.len() + 5);
    leb128(&mut body, name.len());
    body.extend_from_slice(name.as_bytes());
    body.extend_from_slice(bytes);
    package.push(0);
    leb128(package, body.len());
    package.extend_from_slice(&body);
}

fn leb128(to: &mut Vec<u8>, mut number: usize) {
    while number >= 0x80 {
        to.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    to.push(number as u8);
}
