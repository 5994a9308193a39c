//! Running other programs.
//!
//! Invariant: every command is echoed before it runs, so that a developer can repeat it by hand. A program with a
//! time limit runs in a process group of its own, and the whole group is ended when the time is up.

use std::fs::File;
use std::io::Read;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// The root of the repository.
pub fn repository() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.ancestors().nth(2).unwrap_or(manifest).to_path_buf()
}

/// Prints a command the way a shell would take it.
pub fn echo(command: &Command) {
    let mut line = String::new();
    for (name, value) in command.get_envs() {
        if let Some(value) = value {
            line.push_str(&format!("{}={:?} ", name.to_string_lossy(), value.to_string_lossy()));
        }
    }
    line.push_str(&command.get_program().to_string_lossy());
    for argument in command.get_args() {
        line.push(' ');
        line.push_str(&argument.to_string_lossy());
    }
    println!("$ {line}");
}

/// Runs a command from the root of the repository; whether it succeeded.
pub fn succeeds(command: &mut Command) -> bool {
    command.current_dir(repository());
    echo(command);
    match command.status() {
        Ok(status) => status.success(),
        Err(error) => {
            println!("cannot run {}: {error}", command.get_program().to_string_lossy());
            false
        }
    }
}

/// What a command prints, if it succeeds.
pub fn output_of(command: &mut Command) -> Option<String> {
    let output = command.current_dir(repository()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Whether a program of this name is on the path.
pub fn on_path(program: &str) -> bool {
    std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(program).is_file()))
}

/// How a limited run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// It left by itself with this code.
    Exit(i32),
    /// A signal ended it.
    Signal(i32),
    /// The time was up.
    TimedOut,
}

impl std::fmt::Display for End {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            End::Exit(code) => write!(formatter, "exit code {code}"),
            End::Signal(number) => write!(formatter, "signal {number}"),
            End::TimedOut => formatter.write_str("timed out"),
        }
    }
}

/// What a limited run printed and how it ended.
#[derive(Clone, Debug)]
pub struct Finished {
    /// Standard output.
    pub output: Vec<u8>,
    /// Standard error.
    pub error: Vec<u8>,
    /// How it ended.
    pub end: End,
}

/// Runs a command to its end or to the limit.
pub fn run_limited(
    command: &mut Command,
    input: Option<&Path>,
    limit: Duration,
) -> std::io::Result<Finished> {
    let input = match input {
        Some(path) => Stdio::from(File::open(path)?),
        None => Stdio::null(),
    };
    let mut child =
        command.stdin(input).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0).spawn()?;
    let output = collect(child.stdout.take());
    let error = collect(child.stderr.take());
    let deadline = Instant::now() + limit;
    let mut pause = Duration::from_millis(1);
    let end = loop {
        if let Some(status) = child.try_wait()? {
            break match (status.code(), status.signal()) {
                (Some(code), _) => End::Exit(code),
                (None, Some(number)) => End::Signal(number),
                (None, None) => End::Exit(-1),
            };
        }
        if Instant::now() >= deadline {
            end_group(child.id());
            child.wait()?;
            break End::TimedOut;
        }
        thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(20));
    };
    // What the program left running would keep the pipes open.
    end_group(child.id());
    Ok(Finished { output: output.join().unwrap_or_default(), error: error.join().unwrap_or_default(), end })
}

/// Ends every process of a group that [`run_limited`] made.
pub fn end_group(leader: u32) {
    if let Ok(leader) = i32::try_from(leader) {
        // SAFETY: sends a signal to a group whose number is that of a child started by this process as its leader;
        // no memory is involved. If the group is gone, the call fails and that is fine.
        unsafe { libc::kill(-leader, libc::SIGKILL) };
    }
}

fn collect<R: Read + Send + 'static>(pipe: Option<R>) -> thread::JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            // A program that prints without end is cut off: the rest is thrown away, so that it can go on to its
            // time limit.
            let _ = pipe.by_ref().take(64 << 20).read_to_end(&mut bytes);
            let _ = std::io::copy(&mut pipe, &mut std::io::sink());
        }
        bytes
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str, limit: u64) -> Finished {
        run_limited(Command::new("sh").args(["-c", script]), None, Duration::from_millis(limit))
            .expect("a shell")
    }

    #[test]
    fn both_streams_and_the_code_are_kept() {
        let finished = shell("echo out; echo err >&2; exit 3", 10_000);
        assert_eq!(finished.output, b"out\n");
        assert_eq!(finished.error, b"err\n");
        assert_eq!(finished.end, End::Exit(3));
    }

    #[test]
    fn a_signal_is_told_from_a_code() {
        assert_eq!(shell("kill -SEGV $$", 10_000).end, End::Signal(libc::SIGSEGV));
    }

    #[test]
    fn the_limit_ends_the_program_and_its_children() {
        let start = Instant::now();
        assert_eq!(shell("sleep 60 & sleep 60", 200).end, End::TimedOut);
        assert!(start.elapsed() < Duration::from_secs(20));
    }
}
