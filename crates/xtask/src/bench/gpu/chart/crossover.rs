//! The chart of where one engine becomes faster than the other: time over size, both on logarithmic axes.

use super::super::crossing::{Comparison, short};
use super::super::rows::{Row, Rows};
use super::svg::Svg;
use super::{PANEL_WIDTH, begin_panels, corner, heading, panels, short_name, time};

/// Where the plot lies in its panel: left, top, right and bottom distance.
const INSET: (f64, f64, f64, f64) = (54.0, 50.0, 50.0, 34.0);

/// How high a panel is, heading and axis included.
const PANEL_HEIGHT: f64 = 300.0;

/// Draws the chart.
pub(in super::super) fn crossover(rows: &Rows) -> String {
    let panels = panels(rows);
    let adapter = rows.fact("adapter").unwrap_or("an unknown adapter");
    let mut svg = begin_panels(
        "Both engines, time by size",
        &format!("CPU engine on one thread, GPU engine with upload and read-back on {}", short_name(adapter)),
        panels.len(),
        PANEL_HEIGHT,
    );
    let scale = Scale::of(rows, &panels);
    for (index, (kind, name)) in panels.iter().enumerate() {
        draw_panel(&mut svg, rows, kind, name, scale.at(corner(index, PANEL_HEIGHT)));
    }
    svg.finish()
}

fn draw_panel(svg: &mut Svg, rows: &Rows, kind: &str, name: &str, scale: Scale) {
    let comparison = Comparison::of(rows, kind, name);
    let (x, y) = scale.corner;
    svg.text((x, y + 14.0), "heading", "start", &heading(kind, name));
    svg.text((x, y + 32.0), "muted", "start", &comparison.verdict());
    draw_axes(svg, scale);
    if let Some(megapixels) =
        comparison.crossing().filter(|found| comparison.speedups.first().is_some_and(|first| first.0 < *found))
    {
        let x = scale.x(megapixels);
        svg.line("mark", &[(x, scale.bottom()), (x, scale.top())]);
        svg.text((x + 4.0, scale.top() + 12.0), "tick", "start", &format!("{} MP", short(megapixels)));
    }
    let mut labels = Vec::new();
    let mut peers = 0;
    for engine in rows.engines(kind, name) {
        let series = rows.series(kind, name, engine, "total");
        let (class, line) = match engine {
            "cpu" | "gpu" => (engine.to_owned(), "series"),
            _ => {
                peers += 1;
                (format!("peer-{}", (peers - 1) % 4), "series thin")
            }
        };
        let points: Vec<(f64, f64)> = series.iter().map(|row| scale.point(row)).collect();
        svg.line(&format!("{line} {class}"), &points);
        points.iter().for_each(|point| svg.dot(&class, *point, 3.0));
        if let Some(last) = points.last() {
            let shown = if matches!(engine, "cpu" | "gpu") { engine.to_uppercase() } else { engine.to_owned() };
            labels.push((*last, class, shown));
        }
    }
    draw_labels(svg, labels);
}

/// Writes the names of lines at their ends, no two over each other.
fn draw_labels(svg: &mut Svg, mut labels: Vec<((f64, f64), String, String)>) {
    /// Between two baselines, at least.
    const LEADING: f64 = 15.0;
    labels.sort_by(|a, b| a.0.1.total_cmp(&b.0.1));
    let mut above = f64::NEG_INFINITY;
    for ((x, y), class, label) in labels {
        above = (y + 4.5).max(above + LEADING);
        svg.text((x + 9.0, above), &format!("label {class}"), "start", &label);
    }
}

fn draw_axes(svg: &mut Svg, scale: Scale) {
    for decade in scale.times.0..=scale.times.1 {
        let y = scale.y(10_f64.powi(decade));
        let class = if decade == scale.times.0 { "frame" } else { "grid" };
        svg.line(class, &[(scale.left(), y), (scale.right(), y)]);
        svg.text((scale.left() - 8.0, y + 4.0), "tick", "end", &time(10_f64.powi(decade)));
    }
    for decade in scale.sizes.0..=scale.sizes.1 {
        let megapixels = 10_f64.powi(decade);
        let x = scale.x(megapixels);
        svg.line("grid", &[(x, scale.bottom()), (x, scale.top())]);
        let unit = if decade == scale.sizes.1 { " MP" } else { "" };
        svg.text((x, scale.bottom() + 18.0), "tick", "middle", &format!("{megapixels}{unit}"));
    }
}

/// Where a size and a time lie, the same in every panel, except the corner.
#[derive(Clone, Copy, Debug)]
struct Scale {
    corner: (f64, f64),
    /// The exponents of ten at both ends, of megapixels and of milliseconds.
    sizes: (i32, i32),
    times: (i32, i32),
}

impl Scale {
    fn of(rows: &Rows, panels: &[(&str, &str)]) -> Self {
        let totals: Vec<&Row> = panels
            .iter()
            .flat_map(|(kind, name)| {
                let engines = rows.engines(kind, name).into_iter();
                engines.flat_map(|engine| rows.series(kind, name, engine, "total")).collect::<Vec<_>>()
            })
            .collect();
        // The smallest of the grid is a little less than its round number.
        let sizes = exponents(totals.iter().map(|row| row.megapixels() * 1.01));
        Self { corner: (0.0, 0.0), sizes, times: exponents(totals.iter().map(|row| row.median_ms)) }
    }

    fn at(self, corner: (f64, f64)) -> Self {
        Self { corner, ..self }
    }

    fn left(self) -> f64 {
        self.corner.0 + INSET.0
    }

    fn right(self) -> f64 {
        self.corner.0 + PANEL_WIDTH - INSET.2
    }

    fn top(self) -> f64 {
        self.corner.1 + INSET.1
    }

    fn bottom(self) -> f64 {
        self.corner.1 + PANEL_HEIGHT - INSET.3
    }

    fn x(self, megapixels: f64) -> f64 {
        self.left() + (self.right() - self.left()) * share(self.sizes, megapixels)
    }

    fn y(self, ms: f64) -> f64 {
        self.bottom() - (self.bottom() - self.top()) * share(self.times, ms)
    }

    fn point(self, row: &Row) -> (f64, f64) {
        (self.x(row.megapixels()), self.y(row.median_ms))
    }
}

/// Returns how far along an axis a number lies, 0 to 1.
fn share((first, last): (i32, i32), number: f64) -> f64 {
    (number.log10() - f64::from(first)) / f64::from((last - first).max(1))
}

/// Returns the whole exponents of ten around some numbers.
fn exponents(numbers: impl Iterator<Item = f64>) -> (i32, i32) {
    let (mut first, mut last) = (i32::MAX, i32::MIN);
    for number in numbers {
        let decade = (-9..9).rev().find(|decade| 10_f64.powi(*decade) <= number).unwrap_or(-9);
        first = first.min(decade);
        // What is hardly above a power of ten needs no decade of its own.
        last = last.max(if number <= 1.05 * 10_f64.powi(decade) { decade } else { decade + 1 });
    }
    if first > last { (0, 1) } else { (first, last.max(first + 1)) }
}

#[cfg(test)]
mod tests {
    use super::super::super::rows::tests::sample;
    use super::*;

    #[test]
    fn crossover_draws_every_chain_and_request() {
        let file = crossover(&sample());
        for name in ["resize", "blur &amp; more", "JPEG to JPEG, whole request"] {
            assert!(file.contains(&format!("start\">{name}</text>")), "{name} is not in {file}");
        }
        assert_eq!(file.matches("class=\"series cpu\"").count(), 3);
        assert_eq!(file.matches("class=\"mark\"").count(), 3, "each has a crossing");
    }

    #[test]
    fn crossover_of_nothing_is_a_picture_still() {
        assert!(crossover(&Rows::default()).ends_with("</svg>\n"));
    }

    #[test]
    fn exponents_reach_around_numbers() {
        assert_eq!(exponents([0.101, 99.9].into_iter()), (-1, 2));
        assert_eq!(exponents([0.5, 1.01].into_iter()), (-1, 0));
        assert_eq!(exponents([5.0, 1001.0].into_iter()), (0, 3));
        assert_eq!(exponents([3.0].into_iter()), (0, 1));
    }
}
