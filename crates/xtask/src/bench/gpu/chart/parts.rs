//! The chart of what a run on the GPU consists of: a bar for each size, cut where one phase ends and the next begins.

use super::super::crossing::short;
use super::super::rows::{Row, Rows};
use super::svg::Svg;
use super::{MARGIN, PANEL_WIDTH, as_px, begin_panels, corner, heading, panels, time};

/// What a bar consists of, in order. Only a request is decoded and encoded.
const PARTS: [(&str, &str); 5] =
    [("decode", "decode"), ("upload", "upload"), ("run", "run"), ("read_back", "read back"), ("encode", "encode")];

/// Where the bars lie in their panel: left, top and right distance; and the place and height of one.
const INSET: (f64, f64, f64) = (62.0, 42.0, 62.0);
const BAR: (f64, f64) = (34.0, 24.0);

/// The least share that has room for its number.
const MIN_LABELLED: f64 = 0.12;

/// Draws the chart.
pub(in super::super) fn parts(rows: &Rows) -> String {
    let panels = panels(rows);
    let most = panels.iter().map(|(kind, name)| rows.series(kind, name, "gpu", "run").len()).max();
    let panel_height = INSET.1 + BAR.0 * as_px(most.unwrap_or(0));
    let mut svg = begin_panels(
        "What a run on the GPU consists of",
        "Shares of the phases, waiting for the device between them; at the right their sum",
        panels.len(),
        panel_height,
    );
    draw_legend(&mut svg);
    for (index, (kind, name)) in panels.iter().enumerate() {
        draw_panel(&mut svg, rows, kind, name, corner(index, panel_height));
    }
    svg.finish()
}

fn draw_legend(svg: &mut Svg) {
    let mut x = MARGIN;
    for (class, label) in PARTS {
        svg.bar(class, (x, 75.0), (12.0, 12.0), label);
        svg.text((x + 18.0, 85.5), "muted", "start", label);
        // Letters are some 8 pixels wide.
        x += 42.0 + 8.0 * as_px(label.len());
    }
}

fn draw_panel(svg: &mut Svg, rows: &Rows, kind: &str, name: &str, (x, y): (f64, f64)) {
    svg.text((x, y + 26.0), "heading", "start", &heading(kind, name));
    let full = PANEL_WIDTH - INSET.0 - INSET.2;
    for (index, run) in rows.series(kind, name, "gpu", "run").into_iter().enumerate() {
        let top = y + INSET.1 + BAR.0 * as_px(index);
        let baseline = top + BAR.1 / 2.0 + 4.5;
        let parts = parts_of(rows, run);
        let sum: f64 = parts.iter().map(|(_, _, ms)| ms).sum();
        svg.text((x + INSET.0 - 8.0, baseline), "tick", "end", &format!("{} MP", short(run.megapixels())));
        let mut left = x + INSET.0;
        for (class, label, ms) in parts {
            let width = full * ms / sum;
            svg.bar(class, (left, top), (width, BAR.1), &format!("{label}: {}", time(ms)));
            if ms / sum >= MIN_LABELLED {
                let text = format!("{:.0} %", 100.0 * ms / sum);
                svg.text((left + width / 2.0, baseline - 0.5), "inside", "middle", &text);
            }
            left += width;
        }
        svg.text((x + PANEL_WIDTH - INSET.2 + 8.0, baseline), "tick", "start", &time(sum));
    }
}

/// Returns class, label and milliseconds of the parts of a run.
fn parts_of(rows: &Rows, run: &Row) -> Vec<(&'static str, &'static str, f64)> {
    let of_part = |(part, label)| {
        let series = rows.series(&run.kind, &run.name, "gpu", part);
        let row = series.into_iter().find(|row| row.size == run.size)?;
        Some((part, label, row.median_ms))
    };
    PARTS.into_iter().filter_map(of_part).collect()
}

#[cfg(test)]
mod tests {
    use super::super::super::rows::tests::sample;
    use super::*;

    #[test]
    fn parts_fill_every_bar() {
        let file = parts(&sample());
        let bars = file.matches("class=\"bar run\"").count();
        assert_eq!(bars, 1 + 3 * 4, "a legend and a bar for each size of each chain");
        assert_eq!(file.matches(">33 %</text>").count(), 3 * 3 * 4, "all phases of the sample take as long");
    }
}
