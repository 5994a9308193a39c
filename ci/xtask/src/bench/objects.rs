//! Memory for each object of the common kinds.
//!
//! Invariant: `bench/memory/objects.py` measures itself, in lines of a name, a tab and a number of bytes; the least of
//! the rounds counts, since what else became resident meanwhile can only add.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use serde_json::json;

use super::{Contender, measure};
use crate::process::repository;
use crate::tally::Tally;

/// The time limit of one run.
const LIMIT: Duration = Duration::from_secs(120);

/// Measures, prints a table, writes `objects.json`.
pub fn run(contenders: &[Contender], rounds: usize, folder: &Path) -> Result<Tally, String> {
    let program = repository().join("bench/memory/objects.py");
    let mut tally = Tally::default();
    // In the order of the program's lines.
    let mut kinds: Vec<String> = Vec::new();
    let mut least: BTreeMap<(String, String), f64> = BTreeMap::new();
    for _ in 0..rounds {
        for contender in contenders {
            let mut command = contender.interpreter.command();
            command.arg(&program);
            let run = match measure::run(&mut command, LIMIT) {
                Ok(run) => run,
                Err(message) => {
                    println!("{}: {message}", contender.name);
                    tally.fail(format!("bench --objects ({})", contender.name));
                    continue;
                }
            };
            tally.pass(1);
            for line in String::from_utf8_lossy(&run.output).lines() {
                let Some((kind, bytes)) = line.split_once('\t') else { continue };
                let Ok(bytes) = bytes.parse::<f64>() else { continue };
                if !kinds.iter().any(|known| known == kind) {
                    kinds.push(kind.to_owned());
                }
                let best = least.entry((kind.to_owned(), contender.name.clone())).or_insert(bytes);
                *best = best.min(bytes);
            }
        }
    }
    print!("| bytes for one |");
    for contender in contenders {
        print!(" {} |", contender.name);
    }
    println!("\n| --- |{}", " ---: |".repeat(contenders.len()));
    for kind in &kinds {
        print!("| {kind} |");
        for contender in contenders {
            match least.get(&(kind.clone(), contender.name.clone())) {
                Some(bytes) => print!(" {bytes:.0} |"),
                None => print!(" failed |"),
            }
        }
        println!();
    }
    let rows: Vec<_> = least
        .iter()
        .map(|((kind, name), bytes)| json!({ "kind": kind, "interpreter": name, "bytes": bytes }))
        .collect();
    let path = folder.join("objects.json");
    std::fs::write(&path, format!("{:#}\n", json!(rows)))
        .map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(tally)
}
