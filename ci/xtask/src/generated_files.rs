//! The files that follow from the table of targets: `Cross.toml` and the hosted CI's workflow.
//!
//! Invariant: both are computed, never edited; [`run`] without `fix` fails when one is not what the table says.

use std::path::PathBuf;

use crate::process::repository;
use crate::tally::Tally;
use crate::targets::Table;

/// Checks or writes the files.
pub fn run(fix: bool) -> Result<Tally, String> {
    let table = Table::read()?;
    let mut tally = Tally::default();
    for (name, wanted) in [("Cross.toml", cross(&table)), (".github/workflows/ci.yml", workflow(&table))] {
        let path: PathBuf = repository().join(name);
        if fix {
            if let Some(folder) = path.parent() {
                std::fs::create_dir_all(folder).map_err(|error| format!("{name}: {error}"))?;
            }
            std::fs::write(&path, &wanted).map_err(|error| format!("{name}: {error}"))?;
        }
        let current = std::fs::read_to_string(&path).is_ok_and(|text| text == wanted);
        if !current {
            println!("{name} does not follow from ci/targets.toml; `cargo xtask workflow --fix` writes it");
        }
        tally.note(&format!("workflow: {name}"), current);
    }
    Ok(tally)
}

const NOTICE: &str = "# Computed from ci/targets.toml by `cargo xtask workflow --fix`; not edited by hand.\n";

/// `cross test --target NAME` for every target that this machine does not run by itself.
fn cross(table: &Table) -> String {
    let mut text = String::from(NOTICE);
    text.push_str("\n[build.env]\npassthrough = [\"RUSTFLAGS\", \"RUST_BACKTRACE\"]\n");
    for target in table.target.iter().filter(|target| !target.native && target.standard_library) {
        text.push_str(&format!("\n[target.{}]\nrunner = \"qemu-user\"\n", target.name));
    }
    text
}

/// One job per target; each installs what its row needs and runs what its row says.
fn workflow(table: &Table) -> String {
    let mut text = String::from(NOTICE);
    text.push_str(
        "name: ci
on:
  push:
  pull_request:
permissions:
  contents: read
jobs:
  target:
    strategy:
      fail-fast: false
      matrix:
        target:
",
    );
    for target in &table.target {
        text.push_str(&format!("          - {}\n", target.name));
    }
    text.push_str(
        "    name: ${{ matrix.target }}
    runs-on: ubuntu-24.04
    timeout-minutes: 60
    steps:
      - uses: actions/checkout@v4
      - uses: actions/cache@v4
        with:
          path: |
            ~/.cargo/registry
            target
          key: ${{ matrix.target }}-${{ hashFiles('Cargo.lock', 'rust-toolchain.toml') }}
      - run: cargo xtask setup --target ${{ matrix.target }}
      - run: cargo xtask test --target ${{ matrix.target }}
",
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_target_is_a_job_and_every_emulated_one_is_crosss() {
        let table = Table::read().expect("the table");
        let (cross, workflow) = (cross(&table), workflow(&table));
        for target in &table.target {
            assert!(workflow.contains(&format!("- {}\n", target.name)));
            let emulated = !target.native && target.standard_library;
            assert_eq!(cross.contains(&format!("[target.{}]", target.name)), emulated);
        }
    }
}
