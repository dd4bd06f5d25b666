//! `cargo xtask power-cut`: what a host acknowledged must survive losing the power.
//!
//! The data folder lives on an ext4 image behind a loop device. Under load, host
//! and nats-server are killed and the image is copied *before* it is unmounted:
//! the copy holds what had reached the block layer, that is, what had been
//! fsynced, and no more. The copy is repaired, mounted, and the next round runs
//! on it, so that every round also proves the rounds before.

mod controller;
mod host;
mod image;

use crate::step::Steps;
use crate::workspace::Workspace;
use crate::{build, nats};
use anyhow::{Context, Result, bail, ensure};
use controller::{Load, Uitd};
use host::Host;
use image::{Image, Mounted};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::{Duration, Instant};

#[derive(Debug, PartialEq, Eq)]
pub struct Options {
    pub cuts: u16,
    pub seed: u64,
}

impl Options {
    pub fn parse(arguments: &[String]) -> Result<Options> {
        let mut options = Options { cuts: 5, seed: 1 };
        let mut words = arguments.iter();
        while let Some(word) = words.next() {
            let mut number = || -> Result<u64> {
                let value = words.next().with_context(|| format!("`{word}` needs a number"))?;
                value.parse().with_context(|| format!("`{word} {value}`: that is no number"))
            };
            match word.as_str() {
                "--cuts" => {
                    options.cuts = u16::try_from(number()?).context("--cuts takes at most 65535")?;
                }
                "--seed" => options.seed = number()?,
                other => {
                    bail!("`{other}` is not an option of `power-cut`; see `cargo xtask --help`")
                }
            }
        }
        Ok(options)
    }
}

/// Controllers side by side: enough that runs hold several frames.
const CONTROLLERS: usize = 4;
/// From the first frame to the cut, in milliseconds.
const CUT_AFTER_MS: std::ops::Range<u64> = 300..2_500;
/// Longest time from ready to all of the log being decided again.
const CAUGHT_UP: Duration = Duration::from_secs(20);

pub fn run(workspace: &Workspace, options: Options) -> Result<()> {
    ensure!(cfg!(target_os = "linux"), "the power-cut trial needs Linux: loop devices and ext4");
    ensure!(
        nats::is_root(),
        "the power-cut trial mounts images, so it needs root: `sudo -E cargo xtask power-cut`"
    );
    let mut steps = Steps::new();
    let server = steps.work("nats-server", || nats::ensure(workspace))?;
    build::all(workspace, &mut steps, build::Host::WithTests)?;

    let folder = workspace.target.join("power-cut");
    let trial = Trial { workspace, server, city: workspace.city(), folder };
    println!("seed {}, {} cuts", options.seed, options.cuts);
    let mut random = options.seed;
    let mut acked = BTreeSet::new();
    let mut image = Image::create(&trial.folder.join("disk.0.img"))?;
    for cut in 0..options.cuts {
        random = next(random);
        let width = CUT_AFTER_MS.end - CUT_AFTER_MS.start;
        let after = Duration::from_millis(CUT_AFTER_MS.start + random % width);
        let (copy, more) = trial.cut(&image, cut, after)?;
        image.remove();
        image = copy;
        acked.extend(more);
        trial.survive(&image, cut, &acked)?;
    }
    image.remove();
    println!("\npower cut {} times: lost 0/{}, doubled 0/{}", options.cuts, acked.len(), acked.len());
    Ok(())
}

/// SplitMix64, so that a seed names a trial.
fn next(seed: u64) -> u64 {
    let mut mixed = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed ^ (mixed >> 27)
}

struct Trial<'w> {
    workspace: &'w Workspace,
    server: PathBuf,
    city: PathBuf,
    folder: PathBuf,
}

impl Trial<'_> {
    /// Load, cut, copy. Returns the copy and the parts whose alarms were acknowledged.
    fn cut(&self, image: &Image, cut: u16, after: Duration) -> Result<(Image, Vec<String>)> {
        let mounted = Mounted::mount(image, &self.folder.join("mount"))?;
        let host = self.up(&mounted)?;
        let devices = Uitd::of_city(&self.city)?;
        let chosen =
            (0..CONTROLLERS).map(|n| devices[(usize::from(cut) * CONTROLLERS + n) % devices.len()].clone());
        let load = Load::start(&host.ready.door("fire-tcp")?, chosen, cut)?;
        std::thread::sleep(after);
        host.kill(mounted.path())?;
        // Ordering: copied before anything may flush what was never fsynced.
        let copy = image.copy(&self.folder.join(format!("disk.{}.img", cut + 1)))?;
        let acked = load.end();
        drop(mounted);
        println!("cut {cut} after {} ms: {} frames were acknowledged", after.as_millis(), acked.len());
        ensure!(
            !acked.is_empty(),
            "nothing was acknowledged, so the cut proves nothing; is the machine overloaded?"
        );
        Ok((copy, acked))
    }

    /// Restart on what survived: everything acknowledged is evidence, once.
    fn survive(&self, image: &Image, cut: u16, acked: &BTreeSet<String>) -> Result<()> {
        image.check()?;
        let mounted = Mounted::mount(image, &self.folder.join("mount"))?;
        let host = self.up(&mounted)?;
        let lost = self.lost(&host, acked)?;
        let verdict = host.verify()?;
        println!(
            "      restarted: lost {}/{}, doubled {}/{}, journal verify: {verdict}",
            lost.len(),
            acked.len(),
            verdict.doubled,
            acked.len()
        );
        host.stop()?;
        drop(mounted);
        if !lost.is_empty() || verdict.doubled > 0 || !verdict.ok {
            let some: Vec<&str> = lost.iter().take(5).map(String::as_str).collect();
            bail!(
                "cut {cut}: lost {} of {} ({} …); the image is kept at {}",
                lost.len(),
                acked.len(),
                some.join(", "),
                image.path().display()
            );
        }
        Ok(())
    }

    fn lost(&self, host: &Host, acked: &BTreeSet<String>) -> Result<BTreeSet<String>> {
        let began = Instant::now();
        loop {
            let evidence = host.evidence()?;
            let lost: BTreeSet<String> = acked.difference(&evidence).cloned().collect();
            if lost.is_empty() || began.elapsed() > CAUGHT_UP {
                return Ok(lost);
            }
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    fn up(&self, mounted: &Mounted) -> Result<Host> {
        Host::up(&self.workspace.host(), &self.server, &self.city, &mounted.path().join("data"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read() {
        let parse =
            |words: &[&str]| Options::parse(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>());
        assert_eq!(parse(&[]).ok(), Some(Options { cuts: 5, seed: 1 }));
        assert_eq!(parse(&["--cuts", "20", "--seed", "7"]).ok(), Some(Options { cuts: 20, seed: 7 }));
        assert!(parse(&["--cuts"]).is_err() && parse(&["--cuts", "many"]).is_err());
    }
}
