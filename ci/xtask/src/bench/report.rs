//! From samples to a table, JSON and plots.
//!
//! Invariant: every printed ratio is computed from the best rounds of one run of the harness; a mean is taken only over
//! programs that every interpreter finished, and says over how many.

use std::path::Path;

use serde_json::json;

use super::{ProcessTimes, Results, Sample, plot};

/// The best figures of the rounds: least wall time, least processor time, least peak.
#[derive(Clone, Copy)]
pub struct Best {
    /// Seconds.
    pub wall: f64,
    /// Seconds.
    pub cpu: f64,
    /// Bytes.
    pub peak: f64,
}

fn best(samples: &[Sample]) -> Option<Best> {
    let least = |figure: fn(&Sample) -> f64| samples.iter().map(figure).reduce(f64::min);
    Some(Best {
        wall: least(|sample| sample.wall.as_secs_f64())?,
        cpu: least(|sample| sample.cpu.as_secs_f64())?,
        peak: least(|sample| sample.peak_bytes as f64)?,
    })
}

/// The best figures of one program on one interpreter with one thread count.
pub fn find(results: &Results, program: &str, name: &str, threads: usize) -> Option<Best> {
    best(results.get(program)?.get(name)?.get(&threads)?)
}

fn geometric_mean(values: &[f64]) -> Option<f64> {
    let positive: Vec<f64> = values.iter().copied().filter(|value| *value > 0.0).collect();
    if positive.is_empty() {
        return None;
    }
    Some((positive.iter().map(|value| value.ln()).sum::<f64>() / positive.len() as f64).exp())
}

/// Writes `table.md`, `results.json` and the plots; prints the table.
pub fn write(
    results: &Results,
    process_times: &ProcessTimes,
    order: &[String],
    counts: &[usize],
    folder: &Path,
) -> Result<(), String> {
    let text = table(results, process_times, order, counts);
    print!("\n{text}");
    let save = |name: String, contents: &str| {
        let path = folder.join(name);
        std::fs::write(&path, contents).map_err(|error| format!("{}: {error}", path.display()))
    };
    save("table.md".into(), &text)?;
    let raw = json!({
        "interpreters": order,
        "threads": counts,
        "seconds_and_bytes": results,
        "process_seconds": process_times,
    });
    save("results.json".into(), &format!("{raw:#}\n"))?;
    for program in results.keys() {
        save(
            format!("{program}-wall.svg"),
            &plot::draw(results, program, order, counts, plot::Quantity::Wall),
        )?;
        save(
            format!("{program}-cpu.svg"),
            &plot::draw(results, program, order, counts, plot::Quantity::Cpu),
        )?;
    }
    println!("\nwritten to {}", folder.display());
    Ok(())
}

/// The interpreter that ratios are taken to: python3 if it takes part, otherwise the last one.
fn baseline(order: &[String]) -> Option<&String> {
    order.iter().find(|name| *name == "python3").or(order.last())
}

/// The tables, as Markdown.
fn table(results: &Results, process_times: &ProcessTimes, order: &[String], counts: &[usize]) -> String {
    let Some(base) = baseline(order) else { return String::new() };
    let mut text = String::new();
    for (title, unit, figure) in [
        ("Wall time", "s", (|best: &Best| best.wall) as fn(&Best) -> f64),
        ("Processor time", "s", |best| best.cpu),
        ("Peak resident memory", "MB", |best| best.peak / 1e6),
    ] {
        text.push_str(&format!("## {title} ({unit})\n\n| program |"));
        for name in order {
            for threads in counts {
                text.push_str(&format!(" {name} x{threads} |"));
            }
        }
        text.push_str("\n| --- |");
        text.push_str(&" ---: |".repeat(order.len() * counts.len()));
        text.push('\n');
        for program in results.keys() {
            text.push_str(&format!("| {program} |"));
            for name in order {
                for &threads in counts {
                    text.push_str(&match find(results, program, name, threads) {
                        Some(best) => format!(" {:.3} |", figure(&best)),
                        None => " failed |".to_owned(),
                    });
                }
            }
            text.push('\n');
        }
        text.push('\n');
    }
    let first = counts.first().copied().unwrap_or(1);
    let last = counts.last().copied().unwrap_or(1);
    for name in order.iter().filter(|name| *name != base) {
        text.push_str(&ratios(results, name, base, counts));
    }
    if last != first {
        text.push_str(&format!("## Scaling, {last} threads over {first}, each doing the same work\n\n"));
        if !process_times.is_empty() {
            text.push_str(&format!(
                "The last columns: the same for {last} processes with one thread each, which is what the machine gives.\n\n"
            ));
        }
        text.push_str("| program |");
        for name in order {
            text.push_str(&format!(" {name} wall | {name} cpu per thread |"));
        }
        let shown: &[String] = if process_times.is_empty() { &[] } else { order };
        shown.iter().for_each(|name| text.push_str(&format!(" {name} processes |")));
        text.push_str("\n| --- |");
        text.push_str(&" ---: | ---: |".repeat(order.len()));
        text.push_str(&" ---: |".repeat(shown.len()));
        text.push('\n');
        for program in results.keys() {
            text.push_str(&format!("| {program} |"));
            for name in order {
                let one = find(results, program, name, first);
                let many = find(results, program, name, last);
                text.push_str(&match (one, many) {
                    (Some(one), Some(many)) => format!(
                        " {:.2} | {:.2} |",
                        many.wall / one.wall,
                        many.cpu / one.cpu * first as f64 / last as f64
                    ),
                    _ => " failed | failed |".to_owned(),
                });
            }
            for name in shown {
                let one = find(results, program, name, first);
                let together = process_times.get(program).and_then(|times| times.get(name));
                let best = together.and_then(|times| times.iter().copied().reduce(f64::min));
                text.push_str(&match (one, best) {
                    (Some(one), Some(together)) => format!(" {:.2} |", together / one.wall),
                    _ => " failed |".to_owned(),
                });
            }
            text.push('\n');
        }
        text.push('\n');
    }
    text
}

/// How one interpreter stands to the baseline.
fn ratios(results: &Results, name: &str, base: &str, counts: &[usize]) -> String {
    let mut text =
        format!("## {name} against {base}: times as fast by wall time (and memory, x1)\n\n| program |");
    for threads in counts {
        text.push_str(&format!(" x{threads} |"));
    }
    text.push_str(" memory |\n| --- |");
    text.push_str(&" ---: |".repeat(counts.len() + 1));
    text.push('\n');
    let mut columns: Vec<Vec<f64>> = vec![Vec::new(); counts.len() + 1];
    for program in results.keys() {
        text.push_str(&format!("| {program} |"));
        let pair = |threads: usize| {
            Some((find(results, program, name, threads)?, find(results, program, base, threads)?))
        };
        let mut row: Vec<Option<f64>> = counts
            .iter()
            .map(|&threads| pair(threads).map(|(ours, theirs)| theirs.wall / ours.wall))
            .collect();
        row.push(
            counts.first().and_then(|&threads| pair(threads)).map(|(ours, theirs)| ours.peak / theirs.peak),
        );
        for (column, value) in columns.iter_mut().zip(row) {
            column.extend(value);
            text.push_str(&value.map_or(" failed |".to_owned(), |value| format!(" {value:.2} |")));
        }
        text.push('\n');
    }
    text.push_str("| geometric mean |");
    for column in &columns {
        text.push_str(&match geometric_mean(column) {
            Some(mean) => format!(" **{mean:.2}** ({}) |", column.len()),
            None => " none |".to_owned(),
        });
    }
    text.push_str("\n\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn sample(wall: u64) -> Sample {
        Sample {
            wall: Duration::from_millis(wall),
            cpu: Duration::from_millis(wall * 2),
            peak_bytes: 1_000_000,
        }
    }

    #[test]
    fn the_best_round_counts_and_ratios_are_the_baselines_over_ours() {
        let mut results = Results::new();
        for (name, wall) in [("threadsnake", 500), ("python3", 1000)] {
            let entry = results.entry("fib".into()).or_default().entry(name.to_owned()).or_default();
            entry.insert(1, vec![sample(wall * 3), sample(wall)]);
            entry.insert(2, vec![sample(wall * 2)]);
        }
        let order = ["threadsnake".to_owned(), "python3".to_owned()];
        let process_times = ProcessTimes::from([(
            "fib".to_owned(),
            order.iter().map(|name| (name.clone(), vec![3.0, 1.5])).collect(),
        )]);
        let text = table(&results, &process_times, &order, &[1, 2]);
        assert!(text.contains("| fib | 0.500 | 1.000 | 1.000 | 2.000 |"), "{text}");
        assert!(text.contains("| geometric mean | **2.00** (1) | **2.00** (1) | **1.00** (1) |"), "{text}");
        assert!(text.contains("| fib | 2.00 | 1.00 | 2.00 | 1.00 | 3.00 | 1.50 |"), "{text}");
        let text = table(&results, &ProcessTimes::new(), &order, &[1, 2]);
        assert!(text.contains("| fib | 2.00 | 1.00 | 2.00 | 1.00 |\n"), "{text}");
    }

    #[test]
    fn the_mean_of_ratios_is_geometric() {
        assert!(geometric_mean(&[2.0, 8.0]).is_some_and(|mean| (mean - 4.0).abs() < 1e-9));
        assert_eq!(geometric_mean(&[]), None);
    }
}
