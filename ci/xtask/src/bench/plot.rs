//! The graph: threads across, seconds up, one line per interpreter.
//!
//! Invariant: the vertical axis begins at 0, so that a line's height is its cost. Source: the graph of Larry Hastings'
//! Gilectomy talks.

use super::Results;
use super::report::{Best, find};

/// What is drawn.
#[derive(Clone, Copy)]
pub enum Quantity {
    /// Elapsed time.
    Wall,
    /// Processor time.
    Cpu,
}

const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 400.0;
const LEFT: f64 = 60.0;
const RIGHT: f64 = 150.0;
const TOP: f64 = 40.0;
const BOTTOM: f64 = 50.0;

/// Told apart by people who do not see all colours (Okabe and Ito).
const COLOURS: [&str; 7] = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000"];

/// A step of 1, 2 or 5 times a power of ten that divides `highest` into at most six parts.
fn step(highest: f64) -> f64 {
    let rough = highest / 6.0;
    let power = 10_f64.powf(rough.log10().floor());
    [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|factor| factor * power)
        .find(|&step| step >= rough)
        .unwrap_or(rough)
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The SVG text.
pub fn draw(
    results: &Results,
    program: &str,
    order: &[String],
    counts: &[usize],
    quantity: Quantity,
) -> String {
    let (title, figure): (&str, fn(&Best) -> f64) = match quantity {
        Quantity::Wall => ("wall time", |best| best.wall),
        Quantity::Cpu => ("processor time", |best| best.cpu),
    };
    let value = |name: &str, threads: usize| find(results, program, name, threads).map(|best| figure(&best));
    let highest = order
        .iter()
        .flat_map(|name| counts.iter().filter_map(|&threads| value(name, threads)))
        .fold(0.001, f64::max);
    let step = step(highest);
    let top_value = (highest / step).ceil() * step;
    let most = counts.iter().copied().max().unwrap_or(1).max(2) as f64;
    let across = |threads: f64| LEFT + (threads - 1.0) / (most - 1.0) * (WIDTH - LEFT - RIGHT);
    let up = |seconds: f64| HEIGHT - BOTTOM - seconds / top_value * (HEIGHT - TOP - BOTTOM);

    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"white\"/>\n\
         <text x=\"{LEFT}\" y=\"22\" font-size=\"15\">{}: {title}, each thread doing the same work</text>\n",
        escape(program)
    );
    let mut tick = 0.0;
    while tick <= top_value + step / 2.0 {
        let y = up(tick);
        svg.push_str(&format!(
            "<line x1=\"{LEFT}\" y1=\"{y:.1}\" x2=\"{:.1}\" y2=\"{y:.1}\" stroke=\"#ddd\"/>\n\
             <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>\n",
            WIDTH - RIGHT,
            LEFT - 6.0,
            y + 4.0,
            (tick * 1000.0).round() / 1000.0,
        ));
        tick += step;
    }
    for &threads in counts {
        let x = across(threads as f64);
        svg.push_str(&format!(
            "<text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{threads}</text>\n",
            HEIGHT - BOTTOM + 18.0
        ));
    }
    svg.push_str(&format!(
        "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">threads</text>\n\
         <text x=\"14\" y=\"{:.1}\" transform=\"rotate(-90 14 {:.1})\" text-anchor=\"middle\">seconds</text>\n",
        (LEFT + WIDTH - RIGHT) / 2.0,
        HEIGHT - 10.0,
        HEIGHT / 2.0,
        HEIGHT / 2.0,
    ));
    for (index, name) in order.iter().enumerate() {
        let colour = COLOURS.get(index % COLOURS.len()).copied().unwrap_or("#000000");
        let points: Vec<(f64, f64)> = counts
            .iter()
            .filter_map(|&threads| value(name, threads).map(|seconds| (across(threads as f64), up(seconds))))
            .collect();
        let path: Vec<String> = points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
        svg.push_str(&format!(
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>\n",
            path.join(" ")
        ));
        for (x, y) in &points {
            svg.push_str(&format!("<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\" fill=\"{colour}\"/>\n"));
        }
        let y = TOP + 18.0 * index as f64;
        svg.push_str(&format!(
            "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"12\" height=\"3\" fill=\"{colour}\"/>\n\
             <text x=\"{:.1}\" y=\"{:.1}\">{}</text>\n",
            WIDTH - RIGHT + 12.0,
            y - 1.5,
            WIDTH - RIGHT + 30.0,
            y + 4.0,
            escape(name)
        ));
    }
    svg.push_str("</svg>\n");
    svg
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_round_numbers() {
        for (highest, wanted) in [(0.5, 0.1), (6.0, 1.0), (7.0, 2.0), (25.0, 5.0)] {
            assert!((step(highest) - wanted).abs() < 1e-9, "{highest}");
        }
    }

    #[test]
    fn a_graph_has_one_line_per_interpreter_even_without_figures() {
        let svg = draw(&Results::new(), "a<b", &["x".into(), "y".into()], &[1, 2], Quantity::Wall);
        assert_eq!(svg.matches("<polyline").count(), 2);
        assert!(svg.contains("a&lt;b"));
    }
}
