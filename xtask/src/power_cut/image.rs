//! A disk that can be copied as it stands: an ext4 image and its loop mount.

use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Sparse; NATS is told to stay under 70 % of it.
const SIZE: &str = "2G";

#[derive(Debug)]
pub struct Image(PathBuf);

impl Image {
    pub fn create(path: &Path) -> Result<Image> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        }
        let _ = std::fs::remove_file(path);
        run(Command::new("truncate").args(["-s", SIZE]).arg(path), &[0])?;
        run(Command::new("mkfs.ext4").args(["-q", "-F"]).arg(path), &[0])?;
        Ok(Image(path.to_owned()))
    }

    pub fn copy(&self, to: &Path) -> Result<Image> {
        run(Command::new("cp").arg("--sparse=always").arg(&self.0).arg(to), &[0])?;
        Ok(Image(to.to_owned()))
    }

    /// What the file system does after a power cut: 1 says that it mended something.
    pub fn check(&self) -> Result<()> {
        run(Command::new("e2fsck").args(["-f", "-y"]).arg(&self.0), &[0, 1])
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    pub fn remove(&self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Unmounts when dropped, also where a round failed.
#[derive(Debug)]
pub struct Mounted(PathBuf);

impl Mounted {
    pub fn mount(image: &Image, at: &Path) -> Result<Mounted> {
        std::fs::create_dir_all(at).with_context(|| format!("cannot make {}", at.display()))?;
        run(Command::new("mount").args(["-o", "loop"]).arg(&image.0).arg(at), &[0])?;
        Ok(Mounted(at.to_owned()))
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        if run(Command::new("umount").arg(&self.0), &[0]).is_err() {
            // Someone still looks inside; the mount goes when they do.
            let _ = run(Command::new("umount").arg("-l").arg(&self.0), &[0]);
        }
    }
}

fn run(command: &mut Command, fine: &[i32]) -> Result<()> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output =
        command.output().with_context(|| format!("cannot run {name}; install e2fsprogs and util-linux"))?;
    if !output.status.code().is_some_and(|code| fine.contains(&code)) {
        bail!("{name}: {}: {}", output.status, String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(())
}
