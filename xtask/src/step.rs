//! One command after another, each announced, timed, and repeatable by hand.

use anyhow::{Context, Result, bail};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Announcements go to stderr: stdout belongs to the program that is run at the end.
#[derive(Debug)]
pub struct Steps {
    began: Instant,
    done: Vec<(String, Duration)>,
}

impl Steps {
    pub fn new() -> Steps {
        Steps { began: Instant::now(), done: Vec::new() }
    }

    /// Runs `command`; on failure says how to run it again.
    pub fn run(&mut self, title: &str, command: &mut Command) -> Result<()> {
        let line = command_line(command);
        self.work(title, || {
            let status = command
                .stdout(Stdio::from(std::io::stderr()))
                .status()
                .with_context(|| format!("cannot run `{}`", command.get_program().to_string_lossy()))?;
            if !status.success() {
                bail!("{title}: {status}. To run it again:\n\n  {line}\n");
            }
            Ok(())
        })
    }

    /// The same for a command that says little: what it said stands in its failure as well,
    /// which is read long after what was printed here.
    pub fn run_heard(&mut self, title: &str, command: &mut Command) -> Result<()> {
        let line = command_line(command);
        self.work(title, || {
            let output = command
                .stdin(Stdio::null())
                .output()
                .with_context(|| format!("cannot run `{}`", command.get_program().to_string_lossy()))?;
            let said = [output.stdout, output.stderr].map(|said| String::from_utf8_lossy(&said).into_owned());
            let said = said.concat();
            eprint!("{said}");
            if !output.status.success() {
                bail!("{title}: {}:\n\n{}\n\nTo run it again:\n\n  {line}\n", output.status, end_of(&said));
            }
            Ok(())
        })
    }

    /// The same for work that is not one command.
    pub fn work<T>(&mut self, title: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
        eprintln!("\n── {} · {title} ({} so far)", self.done.len() + 1, seconds(self.began.elapsed()));
        let began = Instant::now();
        let result = work();
        let took = began.elapsed();
        if result.is_err() {
            eprintln!("── {title}: FAILED after {}", seconds(took));
        }
        self.done.push((title.to_owned(), took));
        result
    }

    /// Starts `command` beside what follows; what it prints goes to `log`.
    pub fn begin(&mut self, title: &str, command: &mut Command, log: &Path) -> Result<Aside> {
        eprintln!("\n── {title}, beside what follows; it writes to {}", log.display());
        let cannot = || format!("cannot write {}", log.display());
        std::fs::write(log, "").with_context(cannot)?;
        let out = std::fs::OpenOptions::new().append(true).open(log).with_context(cannot)?;
        let err = out.try_clone().with_context(cannot)?;
        let child = command
            .stdin(Stdio::null())
            .stdout(out)
            .stderr(err)
            .spawn()
            .with_context(|| format!("cannot run `{}`", command.get_program().to_string_lossy()))?;
        let (title, line) = (title.to_owned(), command_line(command));
        Ok(Aside { title, line, began: Instant::now(), child, log: log.to_owned() })
    }

    /// Waits for its end, and shows what it printed.
    pub fn end(&mut self, mut aside: Aside) -> Result<()> {
        let (title, line) = (&aside.title, &aside.line);
        let status = self.work(&format!("{title}, to its end"), || Ok(aside.child.wait()?))?;
        self.done.pop();
        self.done.push((title.clone(), aside.began.elapsed()));
        eprint!("{}", std::fs::read_to_string(&aside.log).unwrap_or_default());
        if !status.success() {
            bail!("{title}: {status}. To run it again:\n\n  {line}\n");
        }
        Ok(())
    }

    pub fn summary(&self) -> String {
        let mut text = String::new();
        for (title, took) in &self.done {
            let _ = writeln!(text, "  {:>8}  {title}", seconds(*took));
        }
        let _ = write!(text, "  {:>8}  in all", seconds(self.began.elapsed()));
        text
    }
}

/// The last lines of what a command said.
fn end_of(said: &str) -> String {
    const LINES: usize = 40;
    let lines: Vec<&str> = said.trim_end().lines().collect();
    lines[lines.len().saturating_sub(LINES)..].join("\n")
}

/// A command under way beside others.
#[derive(Debug)]
pub struct Aside {
    title: String,
    line: String,
    began: Instant,
    child: Child,
    log: PathBuf,
}

pub fn seconds(duration: Duration) -> String {
    let whole = duration.as_secs();
    if whole < 60 {
        format!("{:.1} s", duration.as_secs_f64())
    } else {
        format!("{} min {:02} s", whole / 60, whole % 60)
    }
}

/// The command as one would type it in a shell, with what it adds to the environment.
pub fn command_line(command: &Command) -> String {
    let mut words = Vec::new();
    if let Some(folder) = command.get_current_dir() {
        words.push(format!("cd {} &&", quoted(&folder.to_string_lossy())));
    }
    for (name, value) in command.get_envs() {
        if let Some(value) = value {
            words.push(format!("{}={}", name.to_string_lossy(), quoted(&value.to_string_lossy())));
        }
    }
    words.push(quoted(&command.get_program().to_string_lossy()));
    words.extend(command.get_args().map(|word| quoted(&word.to_string_lossy())));
    words.join(" ")
}

fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./=:,@%+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// Gives this process over to `command`: its exit code and signals are then ours.
pub fn become_program(mut command: Command) -> Result<()> {
    let line = command_line(&command);
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt;
        let error = command.exec();
        Err(error).with_context(|| format!("cannot run `{line}`"))
    }
    #[cfg(not(unix))]
    {
        let status = command.status().with_context(|| format!("cannot run `{line}`"))?;
        std::process::exit(status.code().unwrap_or(1));
    }
}

pub fn exists_on_path(program: &str) -> bool {
    let Some(path) = std::env::var_os("PATH") else {
        return false;
    };
    std::env::split_paths(&path).any(|folder| is_file(&folder.join(program)))
}

fn is_file(path: &Path) -> bool {
    path.metadata().is_ok_and(|data| data.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_step_can_be_typed_again() {
        let mut command = Command::new("cargo");
        command.current_dir("/a b").env("TOCSIN_BIN", "/t").args(["test", "-p", "it's"]);
        assert_eq!(command_line(&command), r"cd '/a b' && TOCSIN_BIN=/t cargo test -p 'it'\''s'");
    }

    #[test]
    fn durations_are_read_by_people() {
        assert_eq!(seconds(Duration::from_millis(1_240)), "1.2 s");
        assert_eq!(seconds(Duration::from_secs(125)), "2 min 05 s");
    }

    #[test]
    fn what_ran_beside_is_shown_and_its_failure_counts() {
        let mut steps = Steps::new();
        let log = std::env::temp_dir().join(format!("tocsin-aside-{}.log", std::process::id()));
        let mut end = |script: &str| {
            let aside =
                steps.begin("aside", Command::new("sh").args(["-c", script]), &log).expect("it starts");
            steps.end(aside)
        };
        end("echo out; echo err >&2").expect("it succeeds");
        let mut lines: Vec<_> =
            std::fs::read_to_string(&log).expect("its log").lines().map(str::to_owned).collect();
        lines.sort();
        assert_eq!(lines, ["err", "out"]);
        assert!(end("exit 3").expect_err("it fails").to_string().contains("exit 3"));
        let _ = std::fs::remove_file(log);
    }

    #[test]
    fn steps_stop_at_the_first_failure() {
        let mut steps = Steps::new();
        assert!(steps.run("fine", &mut Command::new("true")).is_ok());
        let error = steps.run("broken", Command::new("false").arg("x")).expect_err("`false` fails");
        assert!(error.to_string().contains("false x"), "{error}");
    }
}
