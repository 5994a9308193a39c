//! The tests of CPython's suite that are not to pass, `tests/cpython/differences.toml`.
//!
//! Invariant: every entry says why, and is checked: a test that is said to fail and passes is an error, so that a fix shortens
//! the list. Only what would hang or disturb other tests is not run.

use serde::Deserialize;

use crate::process::repository;

/// Where the table is, below the root.
const TABLE: &str = "tests/cpython/differences.toml";

/// The table.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Differences {
    #[serde(default)]
    difference: Vec<Difference>,
}

/// Tests that fail for one reason.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Difference {
    /// Whose difference it is.
    kind: Kind,
    /// Why, for a reader.
    reason: String,
    /// The tests, as unittest names them without `test.` in front; `*` at the end stands for any rest.
    tests: Vec<String>,
    /// Not run at all.
    #[serde(default)]
    skip: bool,
    /// Fails at times only.
    #[serde(default)]
    sometimes: bool,
}

/// Whose difference it is.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum Kind {
    /// The library or the language changed between the suite's 3.11 and 3.14.
    Version,
    /// The test asks for how CPython is made.
    Implementation,
    /// This engine lacks it.
    Missing,
}

impl Differences {
    /// Reads the table and checks that each entry has a reason and tests.
    pub fn read() -> Result<Differences, String> {
        let text =
            std::fs::read_to_string(repository().join(TABLE)).map_err(|error| format!("{TABLE}: {error}"))?;
        let table: Differences = toml::from_str(&text).map_err(|error| format!("{TABLE}: {error}"))?;
        for difference in &table.difference {
            if difference.reason.trim().is_empty() || difference.tests.is_empty() {
                return Err(format!("{TABLE}: {:?} has no reason or no tests", difference.tests));
            }
            if let Some(name) = difference.tests.iter().find(|name| file_of(name).is_none()) {
                return Err(format!("{TABLE}: {name:?} is in no test file"));
            }
        }
        Ok(table)
    }

    /// What a file's tests are told, as arguments of `tests/cpython/run_file.py`.
    pub fn expectations(&self, file: &str) -> Vec<String> {
        let mut expectations = Vec::new();
        for difference in &self.difference {
            let kind = if difference.skip {
                "skipped"
            } else if difference.sometimes {
                "varies"
            } else {
                "fails"
            };
            let tests = difference.tests.iter().filter(|name| file_of(name) == Some(file));
            expectations.extend(tests.map(|name| format!("{kind}:{name}")));
        }
        expectations
    }

    /// How many tests the entries of a kind name.
    fn count(&self, kind: Kind) -> usize {
        self.difference.iter().filter(|difference| difference.kind == kind).map(|row| row.tests.len()).sum()
    }

    /// One line that says how many tests are not to pass, and why.
    pub fn summary(&self) -> String {
        format!(
            "not to pass: {} tests that 3.14 changed, {} of how CPython is made, {} of what is missing",
            self.count(Kind::Version),
            self.count(Kind::Implementation),
            self.count(Kind::Missing)
        )
    }
}

/// The test file of a test: `test_x` of `test_x.Class.test_y` and of `setUpClass (test_x.Class)`.
fn file_of(test: &str) -> Option<&str> {
    let name = test.rsplit('(').next()?;
    let file = name.split('.').next()?;
    (file.starts_with("test_") && file.len() < name.len()).then_some(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_of_a_test_is_the_first_part_of_its_name() {
        assert_eq!(file_of("test_x.Class.test_y"), Some("test_x"));
        assert_eq!(file_of("setUpClass (test_x.Class)"), Some("test_x"));
        assert_eq!(file_of("test_x.*"), Some("test_x"));
        assert_eq!(file_of("Class.test_y"), None);
        assert_eq!(file_of("test_x"), None);
    }

    #[test]
    fn the_table_can_be_read_and_tells_each_file_its_own_tests() {
        let table = Differences::read().expect("the table");
        for difference in &table.difference {
            for name in &difference.tests {
                let file = file_of(name).expect("a file");
                assert_eq!(
                    table
                        .expectations(file)
                        .iter()
                        .filter(|line| line.ends_with(&format!(":{name}")))
                        .count(),
                    1
                );
            }
        }
    }
}
