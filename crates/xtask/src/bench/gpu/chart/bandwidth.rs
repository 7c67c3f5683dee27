//! The chart of how much of a plain copy's bandwidth each kernel reaches, on the largest picture that it was measured on.

use super::super::crossing::short;
use super::super::rows::{Row, Rows};
use super::svg::Svg;
use super::{GAP, HEADER, MARGIN, PANEL_WIDTH, as_px, begin, short_name};

/// Left edge and full length of the bars, and the place and height of one.
const BARS: (f64, f64) = (MARGIN + 240.0, 720.0);
const BAR: (f64, f64) = (34.0, 22.0);

/// Draws the chart.
pub(in super::super) fn bandwidth(rows: &Rows) -> String {
    let kernels = largest(rows);
    let height = 20.0 + BAR.0 * as_px(kernels.len());
    let adapter = short_name(rows.fact("adapter").unwrap_or("an unknown adapter"));
    // As wide as the other charts.
    let mut svg = begin(
        "Kernels beside a plain copy",
        &format!("Every picture counted once as it goes in or comes out, on the clock of {adapter}"),
        height,
        3.0 * PANEL_WIDTH + 2.0 * GAP,
    );
    let shares: Vec<f64> = kernels.iter().filter_map(|kernel| share(rows, kernel)).collect();
    let most = shares.iter().fold(1.0, |most: f64, share| most.max(*share));
    let (left, full) = (BARS.0, BARS.1 / most);
    for tick in 0..=4 {
        let x = left + full * f64::from(tick) / 4.0;
        let class = if tick == 0 { "frame" } else { "grid" };
        svg.line(class, &[(x, HEADER), (x, HEADER + BAR.0 * as_px(kernels.len()))]);
        let unit = if tick == 4 { "a plain copy".to_owned() } else { format!("{} %", 25 * tick) };
        svg.text((x, HEADER + BAR.0 * as_px(kernels.len()) + 18.0), "tick", "middle", &unit);
    }
    for (index, kernel) in kernels.iter().enumerate() {
        draw_bar(&mut svg, rows, kernel, HEADER + BAR.0 * as_px(index), full);
    }
    svg.finish()
}

fn draw_bar(svg: &mut Svg, rows: &Rows, kernel: &Row, top: f64, full: f64) {
    let baseline = top + BAR.0 / 2.0 + 4.5;
    svg.text((BARS.0 - 10.0, baseline), "muted", "end", &label(kernel));
    let (Some(share), Some(rate)) = (share(rows, kernel), kernel.gigabytes_a_second()) else { return };
    let width = full * share;
    let meaning = format!("{}: {rate:.2} GB/s at {} MP", kernel.part, short(kernel.megapixels()));
    svg.bar("gpu", (BARS.0, top + (BAR.0 - BAR.1) / 2.0), (width.max(1.0), BAR.1), &meaning);
    let digits = if share < 0.0995 { 1 } else { 0 };
    let text = format!("{:.digits$} %, {} GB/s at {} MP", 100.0 * share, rounded(rate), short(kernel.megapixels()));
    svg.text((BARS.0 + width + 8.0, baseline), "tick", "start", &text);
}

/// Names a kernel, and what it was measured on where it has several cases.
fn label(kernel: &Row) -> String {
    match kernel.name.strip_prefix(&format!("{}, ", kernel.part)) {
        Some(case) => format!("{}, {case}", kernel.part),
        None if kernel.name == kernel.part => kernel.part.clone(),
        None => format!("{} ({})", kernel.part, kernel.name),
    }
}

/// Returns the row of each kernel and case at its largest size.
fn largest(rows: &Rows) -> Vec<&Row> {
    let mut largest: Vec<&Row> = Vec::new();
    for row in rows.rows.iter().filter(|row| row.is_kernel()) {
        match largest.iter_mut().find(|known| (&known.name, &known.part) == (&row.name, &row.part)) {
            Some(known) if known.megapixels() < row.megapixels() => *known = row,
            Some(_) => {}
            None => largest.push(row),
        }
    }
    largest
}

/// Returns how much of a plain copy's bandwidth a kernel reaches.
fn share(rows: &Rows, kernel: &Row) -> Option<f64> {
    Some(kernel.gigabytes_a_second()? / rows.copy_bandwidth(kernel)?)
}

/// Writes a rate with two or three digits that matter.
fn rounded(rate: f64) -> String {
    let digits = if rate < 0.995 {
        2
    } else if rate < 9.95 {
        1
    } else {
        0
    };
    format!("{rate:.digits$}")
}

#[cfg(test)]
mod tests {
    use super::super::super::rows::tests::sample;
    use super::*;

    #[test]
    fn bandwidth_shows_each_kernel_at_its_largest() {
        let file = bandwidth(&sample());
        assert_eq!(file.matches("class=\"bar gpu\"").count(), 1, "{file}");
        assert!(file.contains(">50 %, 400 GB/s at 100 MP</text>"), "{file}");
        assert!(file.contains(">map, flip</text>"), "{file}");
    }
}
