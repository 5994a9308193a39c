//! The checks that read the sources: format, lint, the seam, the house rules.
//!
//! Invariant: each complaint names the file and line, and each check can be run alone.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::{output_of, repository, succeeds};
use crate::tally::Tally;

/// rustfmt over the workspace.
pub fn format(fix: bool) -> Tally {
    let mut tally = Tally::default();
    let mut command = Command::new("cargo");
    command.args(["fmt", "--all"]);
    if !fix {
        command.args(["--", "--check"]);
    }
    tally.note("format", succeeds(&mut command));
    tally
}

/// clippy over everything; warnings are errors.
pub fn lint() -> Tally {
    let mut tally = Tally::default();
    let mut command = Command::new("cargo");
    command.args(["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"]);
    tally.note("lint", succeeds(&mut command));
    tally
}

/// The files that git knows or would add, below a folder.
fn sources(folder: &str, ending: &str) -> Result<Vec<PathBuf>, String> {
    let list = output_of(Command::new("git").args([
        "ls-files",
        "--cached",
        "--others",
        "--exclude-standard",
        "--deduplicate",
        "--",
        folder,
    ]))
    .ok_or("git ls-files failed: the sources are not a git checkout")?;
    let root = repository();
    Ok(list
        .lines()
        .filter(|line| line.ends_with(ending))
        .map(PathBuf::from)
        .filter(|path| root.join(path).is_file())
        .collect())
}

fn read(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(repository().join(path)).map_err(|error| format!("{}: {error}", path.display()))
}

/// What the core must not name.
const FORBIDDEN_IN_CORE: [&str; 6] =
    ["target_arch", "target_os", "asm!", "std::", "extern crate std", "target_family"];

/// Whether a file of `core/` may name the platform: tools that run on the developer's machine, tests, and the one
/// place that chooses the backend.
fn is_outside_the_seam(path: &Path) -> bool {
    path.starts_with("core/compiler")
        || path.starts_with("core/macros")
        || path == Path::new("core/heap/src/arch.rs")
        || path
            .file_name()
            .is_some_and(|name| name == "build.rs" || name == "tests.rs" || name == "models.rs")
        || path.components().any(|part| part.as_os_str() == "tests")
}

/// The lines of a source that are code of the crate itself: comments removed, and nothing from an inline test
/// module (`#[cfg(test)]` before a `mod` with a body) to its closing brace at the same depth.
fn code_lines(text: &str) -> Vec<(usize, &str)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut kept = Vec::new();
    let mut index = 0;
    while let Some(&line) = lines.get(index) {
        let is_test_attribute = line.trim_start().starts_with("#[cfg(") && line.contains("test");
        let opens_module =
            |line: &&&str| line.trim_start().contains("mod ") && line.trim_end().ends_with('{');
        if is_test_attribute && lines.get(index + 1).is_some_and(|line| line.trim() == "extern crate std;") {
            index += 2;
            continue;
        }
        if is_test_attribute && lines.get(index + 1).as_ref().is_some_and(opens_module) {
            let indent = line.len() - line.trim_start().len();
            index += 2;
            while let Some(&inner) = lines.get(index) {
                index += 1;
                if inner.trim() == "}" && inner.len() - inner.trim_start().len() == indent {
                    break;
                }
            }
            continue;
        }
        let code = match line.find("//") {
            Some(0) => "",
            Some(place) if line.get(..place).is_some_and(|before| before.ends_with(char::is_whitespace)) => {
                line.get(..place).unwrap_or("")
            }
            _ => line,
        };
        index += 1;
        kept.push((index, code));
    }
    kept
}

/// Whether `code` holds `word` as a word of its own: `std::` but not `core_std::`.
fn names(code: &str, word: &str) -> bool {
    code.match_indices(word).any(|(place, _)| {
        !code.get(..place).unwrap_or("").ends_with(|before: char| before.is_alphanumeric() || before == '_')
    })
}

/// `core/` names no processor, no system and no `std`.
pub fn seam() -> Result<Tally, String> {
    let mut tally = Tally::default();
    let mut clean = true;
    for path in sources("core", ".rs")? {
        if is_outside_the_seam(&path) {
            continue;
        }
        for (number, code) in code_lines(&read(&path)?) {
            for word in FORBIDDEN_IN_CORE {
                if names(code, word) {
                    println!(
                        "{}:{number}: core names `{word}`; the seam is core/hal and the arch crates",
                        path.display()
                    );
                    clean = false;
                }
            }
        }
    }
    tally.note("seam", clean);
    Ok(tally)
}

/// File names that do not say what is inside.
const VAGUE: [&str; 7] =
    ["util.rs", "utils.rs", "helper.rs", "helpers.rs", "misc.rs", "global.rs", "common.rs"];

/// Folders of one machine, in two halves so that this file does not complain about itself.
const MACHINE_FOLDERS: [(&str, &str); 3] = [("/wo", "rk/"), ("/ro", "ot/"), ("/ho", "me/")];

/// Every file says what it is; no file name is vague; no path of one machine is in the repository.
pub fn house() -> Result<Tally, String> {
    let mut tally = Tally::default();
    let mut clean = true;
    for path in sources(".", ".rs")? {
        let text = read(&path)?;
        // What a generator is compared with is data, not source.
        let is_golden = path.components().any(|part| part.as_os_str() == "golden");
        if !text.starts_with("//!") && !is_golden {
            println!("{}:1: a file opens with `//!`: what it is, its invariant, its source", path.display());
            clean = false;
        }
        if path.file_name().is_some_and(|name| VAGUE.iter().any(|&vague| name == vague)) {
            println!("{}: the name does not say what is inside", path.display());
            clean = false;
        }
    }
    for path in sources(".", "")? {
        // Bytes that are no text are test data.
        let Ok(text) = std::fs::read_to_string(repository().join(&path)) else { continue };
        for (number, line) in text.lines().enumerate() {
            for (first, second) in MACHINE_FOLDERS {
                if line.contains(&format!("{first}{second}")) {
                    println!("{}:{}: a path of one machine: {first}{second}", path.display(), number + 1);
                    clean = false;
                }
            }
        }
    }
    tally.note("house", clean);
    Ok(tally)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_inline_tests_are_not_the_crates_code() {
        let text = "#[cfg(any(test, loom))]\nextern crate std;\nuse core::fmt; // not std::fmt\n/// std::\n#[cfg(test)]\nmod tests {\n    use std::vec;\n}\nfn last() {}\n";
        let code: Vec<&str> = code_lines(text).into_iter().map(|(_, code)| code).collect();
        assert_eq!(code, ["use core::fmt; ", "", "fn last() {}"]);
    }

    #[test]
    fn a_word_is_a_whole_word() {
        assert!(names("use std::io", "std::"));
        assert!(names("(std::io)", "std::"));
        assert!(!names("my_std::io", "std::"));
        assert!(names("core::arch::asm!(", "asm!"));
        assert!(names("global asm!(", "asm!"));
    }

    #[test]
    fn the_choice_of_backend_and_the_tools_may_name_the_platform() {
        for allowed in [
            "core/compiler/src/lib.rs",
            "core/heap/src/arch.rs",
            "core/engine/build.rs",
            "core/heap/tests/a.rs",
        ] {
            assert!(is_outside_the_seam(Path::new(allowed)), "{allowed}");
        }
        for core in ["core/engine/src/list.rs", "core/heap/examples/a.rs", "core/heap/benches/a.rs"] {
            assert!(!is_outside_the_seam(Path::new(core)), "{core}");
        }
    }
}
