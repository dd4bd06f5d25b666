//! Compiled once, loaded after; damage is compiled away.

use crate::fixture;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::time::Instant;
use tocsin_sandbox::{Config, Sandbox};

fn files(folder: &PathBuf) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("the folder");
    entries.map(|entry| entry.expect("an entry").path()).collect()
}

#[test]
fn a_second_load_compiles_nothing_and_a_damaged_file_is_replaced() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("cache-{}", std::process::id()));
    let sandbox = || {
        let config = Config { cache: Some(folder.clone()), instances: 4, ..Config::default() };
        Sandbox::new(config).expect("a sandbox")
    };
    let package = fixture::package("roles");
    let load = |sandbox: &Sandbox| {
        let start = Instant::now();
        let plugin = sandbox.load(&package).expect("it loads");
        assert_eq!(plugin.digest().len(), 64);
        start.elapsed()
    };
    let compiled = load(&sandbox());
    assert_eq!(folder.metadata().expect("the folder").permissions().mode() & 0o777, 0o700);
    let [file] = &files(&folder)[..] else { panic!("one file") };
    let written = std::fs::read(file).expect("the file");

    let host = sandbox();
    let cached = (0..9).map(|_| load(&host)).min().expect("nine");
    println!("compiled in {compiled:?}, from the cache in {cached:?}, {} KiB", written.len() >> 10);
    assert!(cached * 5 < compiled, "{cached:?} {compiled:?}");

    for damage in [0, 40, written.len() / 2, written.len() - 1] {
        let mut bytes = written.clone();
        bytes[damage] ^= 1;
        std::fs::write(file, &bytes).expect("written");
        load(&sandbox());
        assert_eq!(std::fs::read(file).expect("the file"), written, "written again after byte {damage}");
    }
    std::fs::write(file, b"").expect("written");
    load(&sandbox());
    assert_eq!(std::fs::read(file).expect("the file"), written);

    // A file that somebody linked in is not one of ours.
    let elsewhere = folder.join("elsewhere");
    std::fs::rename(file, &elsewhere).expect("moved");
    std::os::unix::fs::symlink(&elsewhere, file).expect("linked");
    load(&sandbox());
    assert!(std::fs::symlink_metadata(file).expect("the file").is_file());
    std::fs::remove_dir_all(&folder).expect("removed");
}
