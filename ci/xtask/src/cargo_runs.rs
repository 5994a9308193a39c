//! The checks that are a run of cargo: tests on a target, the bare build, stress, loom, Miri.
//!
//! Invariant: tests are discovered by `cargo test` alone; the counts are read from its own `test result` lines, and
//! a run that ends without success although every line says so (a test that aborted, a build that failed) counts as
//! one failure more.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use crate::command_line::Given;
use crate::interpreter::Mode;
use crate::process::{echo, output_of, repository, succeeds};
use crate::programs;
use crate::tally::Tally;
use crate::targets::{Table, Target};

/// Runs a `cargo test` command and counts its tests; `name` is what the closing lines call the run.
pub fn count_tests(command: &mut Command, name: &str) -> Tally {
    let mut tally = Tally::default();
    command.current_dir(repository()).stdout(Stdio::piped());
    echo(command);
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) => {
            println!("cannot run cargo: {error}");
            tally.fail(name);
            return tally;
        }
    };
    if let Some(output) = child.stdout.take() {
        for line in BufReader::new(output).split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8_lossy(&line).into_owned();
            if let Some((passed, _)) = counts_of(&line) {
                tally.pass(passed);
            }
            if let Some(test) = line.strip_prefix("test ").and_then(|rest| rest.strip_suffix(" ... FAILED")) {
                tally.fail(format!("{name}: {test}"));
            }
            if !line.is_empty()
                && !line.starts_with("running 0 tests")
                && !line.contains(" 0 passed; 0 failed; 0 ignored")
            {
                println!("{line}");
            }
        }
    }
    let succeeded = child.wait().is_ok_and(|status| status.success());
    if !succeeded && tally.is_clean() {
        tally.fail(format!("{name}: the build or a test program"));
    }
    tally
}

/// Passed and failed, from a line `test result: ok. 3 passed; 0 failed; ...`.
fn counts_of(line: &str) -> Option<(usize, usize)> {
    let rest = line.strip_prefix("test result: ")?;
    let number_before = |word: &str| {
        let place = rest.find(word)?;
        rest.get(..place)?.split_whitespace().last()?.parse().ok()
    };
    Some((number_before(" passed")?, number_before(" failed")?))
}

fn cargo() -> Command {
    Command::new("cargo")
}

/// `cargo test` of the workspace on one target.
pub fn unit(target: &Target) -> Result<Tally, String> {
    let mut command = cargo();
    command.args(["test", "--workspace", "--no-fail-fast", "--profile", &target.profile]);
    command.args(target.arguments());
    if !target.is_host() {
        // Tools that run on the developer's machine only.
        command.args(["--exclude", "xtask", "--exclude", "threadsnake-macros"]);
    }
    target.configure(&mut command);
    Ok(count_tests(&mut command, &format!("unit --target {}", target.name)))
}

/// The crates without `std`, built for a target that has none: the proof that they need none.
pub fn bare(target: &Target) -> Result<Tally, String> {
    let mut tally = Tally::default();
    for package in &Table::read()?.bare.crates {
        let mut command = cargo();
        command.args(["build", "--profile", &target.profile, "--package", package, "--target", &target.name]);
        target.configure(&mut command);
        tally.note(&format!("bare --target {}: {package}", target.name), succeeds(&mut command));
    }
    Ok(tally)
}

/// The hostile build. The short form runs each Python program once but for those marked `# stress: long`, the long form all three times.
pub fn stress(full: bool, given: &Given) -> Result<Tally, String> {
    let mut command = cargo();
    command.args(["test", "--no-fail-fast", "--profile", "stress", "--target-dir", "target/stress"]);
    command.args(["--package", "threadsnake-heap", "--package", "threadsnake-engine"]);
    command.env("RUSTFLAGS", "--cfg stress");
    if full {
        command.env("THREADSNAKE_STRESS_ROUNDS", "20");
    }
    let mut tally = count_tests(&mut command, "stress");
    // Each rule of the heap is broken on purpose: the checker must be able to fail.
    let mut command = cargo();
    command.args(["test", "--release", "--package", "threadsnake-heap", "--features", "fault-injection"]);
    command.args(["--test", "faults"]);
    tally.add(count_tests(&mut command, "stress: faults"));
    let table = Table::read()?;
    for target in table.chosen_or_host(&[])? {
        let mut selection = programs::Selection::from_options(given)?;
        selection.short = !full;
        if full {
            selection.repeat = 3;
        }
        tally.add(programs::run_on(target, &selection, Mode::Stress)?);
    }
    Ok(tally)
}

/// The models: unit tests whose path has a part `loom` or `model`. The others use `std`'s threads and would fail
/// outside a model, and so would the integration tests.
pub fn loom(full: bool) -> Result<Tally, String> {
    let mut tally = Tally::default();
    for package in ["threadsnake-hal", "threadsnake-heap"] {
        let mut command = cargo();
        command.args([
            "test",
            "--release",
            "--target-dir",
            "target/loom",
            "--package",
            package,
            "--lib",
            "--no-fail-fast",
            "--",
            "loom",
            "model",
        ]);
        command.env("RUSTFLAGS", "--cfg loom");
        command.env("LOOM_MAX_PREEMPTIONS", if full { "4" } else { "2" });
        tally.add(count_tests(&mut command, &format!("loom: {package}")));
    }
    Ok(tally)
}

/// What runs under Miri, and what the short form runs of it.
const MIRI_PACKAGES: &[(&str, &[&str])] = &[
    ("threadsnake-arch-x86_64", &["--lib"]),
    ("threadsnake-arch-aarch64", &["--lib"]),
    ("threadsnake-platform-hosted", &["--lib"]),
    ("threadsnake-heap", &["--lib", "--test", "exact_roots"]),
];

/// Everything unsafe below the engine, interpreted.
pub fn miri(full: bool) -> Result<Tally, String> {
    let checking = Table::read()?.checking;
    let toolchain = format!("+{}", checking.toolchain);
    let mut tally = Tally::default();
    if output_of(Command::new("cargo").args([&toolchain, "miri", "--version"])).is_none() {
        tally.skip(format!(
            "miri: this machine lacks the toolchain {}; `cargo xtask setup` installs it",
            checking.toolchain
        ));
        return Ok(tally);
    }
    for (package, short_form) in MIRI_PACKAGES {
        let mut command = cargo();
        command.args([&toolchain, "miri", "test", "--target-dir", "target/miri"]);
        command.args(["--package", package, "--no-fail-fast"]);
        if !full {
            command.args(*short_form);
        }
        // Clocks and entropy are part of what is tested; pointers that come back from words are what a conservative
        // scan is about; a heap keeps its address space to the end of the process.
        let mut flags =
            String::from("-Zmiri-disable-isolation -Zmiri-permissive-provenance -Zmiri-ignore-leaks");
        if full {
            flags.push_str(" -Zmiri-many-seeds=0..8");
        }
        command.env("MIRIFLAGS", flags);
        // The pinned toolchain of the repository does not apply to Miri.
        command.env_remove("RUSTUP_TOOLCHAIN");
        tally.add(count_tests(&mut command, &format!("miri: {package}")));
    }
    Ok(tally)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_result_line_of_cargo_is_understood() {
        let line = "test result: FAILED. 12 passed; 3 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.04s";
        assert_eq!(counts_of(line), Some((12, 3)));
        assert_eq!(counts_of("test a ... ok"), None);
    }

    #[test]
    fn a_run_that_fails_without_a_failing_test_is_a_failure() {
        assert!(!count_tests(Command::new("sh").args(["-c", "exit 1"]), "name").is_clean());
        let script = "echo 'test result: ok. 2 passed; 0 failed; 0 ignored'";
        assert!(count_tests(Command::new("sh").args(["-c", script]), "name").is_clean());
    }
}
