//! Start-up: an empty program, and one that imports `threading`.
//!
//! Invariant: interleaved runs, medians; `-I`, so that nothing of the user's set-up is measured.

use std::path::Path;
use std::time::Duration;

use serde_json::json;

use super::{Contender, measure, version_of};
use crate::tally::Tally;

/// What is started.
const PROGRAMS: [&str; 2] = ["pass", "import threading"];

/// The time limit of one start.
const LIMIT: Duration = Duration::from_secs(20);

/// Measures, prints a table, writes `startup.json`.
pub fn run(contenders: &[Contender], rounds: usize, folder: &Path) -> Result<Tally, String> {
    let mut tally = Tally::default();
    let mut rows = Vec::new();
    println!("| start | interpreter | median ms | least ms | peak MB |\n| --- | --- | ---: | ---: | ---: |");
    for program in PROGRAMS {
        let mut samples = vec![Vec::new(); contenders.len()];
        for _ in 0..rounds {
            for (contender, samples) in contenders.iter().zip(&mut samples) {
                let mut command = contender.interpreter.command();
                command.args(["-I", "-c", program]);
                match measure::run(&mut command, LIMIT) {
                    Ok(run) => samples.push(run.figures),
                    Err(message) => {
                        println!("{} -I -c {program:?}: {message}", contender.name);
                        tally.fail(format!("bench --startup: {} -c {program:?}", contender.name));
                    }
                }
            }
        }
        for (contender, mut samples) in contenders.iter().zip(samples) {
            samples.sort_by_key(|sample| sample.wall);
            let (Some(least), Some(median)) = (samples.first(), samples.get(samples.len() / 2)) else {
                continue;
            };
            let milliseconds = |duration: Duration| duration.as_secs_f64() * 1000.0;
            println!(
                "| -c {program:?} | {} ({}) | {:.1} | {:.1} | {:.1} |",
                contender.name,
                version_of(&contender.interpreter),
                milliseconds(median.wall),
                milliseconds(least.wall),
                median.peak_bytes as f64 / 1e6,
            );
            tally.pass(1);
            rows.push(json!({ "program": program, "interpreter": contender.name, "samples": samples }));
        }
    }
    let path = folder.join("startup.json");
    std::fs::write(&path, format!("{:#}\n", json!(rows)))
        .map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(tally)
}
