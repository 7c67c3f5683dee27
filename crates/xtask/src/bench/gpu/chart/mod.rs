//! Charts as SVG, legible on light and on dark pages: a panel for each chain, three in a row.

mod bandwidth;
mod crossover;
mod parts;
mod svg;

pub(super) use bandwidth::bandwidth;
pub(super) use crossover::crossover;
pub(super) use parts::parts;

use self::svg::Svg;
use super::rows::Rows;

/// Where things lie, in pixels.
const MARGIN: f64 = 36.0;
const HEADER: f64 = 92.0;
const PANEL_WIDTH: f64 = 360.0;
const GAP: f64 = 36.0;
const COLUMNS: usize = 3;

/// Begins a chart of some width and height, margins and header not counted.
fn begin(title: &str, subtitle: &str, height: f64, width: f64) -> Svg {
    let mut svg = Svg::new(width + 2.0 * MARGIN, HEADER + height + MARGIN, title);
    svg.text((MARGIN, 42.0), "title", "start", title);
    svg.text((MARGIN, 64.0), "muted", "start", subtitle);
    svg
}

/// Begins a chart with room for some panels, each as high as said.
fn begin_panels(title: &str, subtitle: &str, panels: usize, panel_height: f64) -> Svg {
    let room = |count: usize, px: f64| as_px(count) * (px + GAP) - GAP;
    let (columns, rows) = (panels.clamp(2, COLUMNS), panels.div_ceil(COLUMNS).max(1));
    begin(title, subtitle, room(rows, panel_height), room(columns, PANEL_WIDTH))
}

/// Returns the upper left corner of a panel.
fn corner(index: usize, panel_height: f64) -> (f64, f64) {
    let (column, row) = (as_px(index % COLUMNS), as_px(index / COLUMNS));
    (MARGIN + column * (PANEL_WIDTH + GAP), HEADER + row * (panel_height + GAP))
}

/// Returns kind and name of everything that has a panel.
fn panels(rows: &Rows) -> Vec<(&str, &str)> {
    let of_kind = |kind| rows.names(kind).into_iter().map(move |name| (kind, name));
    ["chain", "request"].into_iter().flat_map(of_kind).collect()
}

/// Returns the heading of a panel.
fn heading(kind: &str, name: &str) -> String {
    if kind == "request" { format!("{name}, whole request") } else { name.to_owned() }
}

/// The name of an adapter without its driver.
fn short_name(adapter: &str) -> &str {
    adapter.split_once(" (").map_or(adapter, |(name, _)| name)
}

/// Turns a small count into pixels.
fn as_px(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

/// Writes a time with its unit.
fn time(ms: f64) -> String {
    let (number, unit) = match ms {
        0.0..1.0 => (ms * 1e3, "µs"),
        1.0..1e3 => (ms, "ms"),
        _ => (ms / 1e3, "s"),
    };
    let digits = if number < 9.95 { 1 } else { 0 };
    format!("{number:.digits$} {unit}").replace(".0 ", " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chart_times_have_a_unit() {
        assert_eq!(
            [0.01, 0.25, 1.0, 2.34, 56.7, 1000.0, 20_000.0].map(time),
            ["10 µs", "250 µs", "1 ms", "2.3 ms", "57 ms", "1 s", "20 s"]
        );
    }
}
