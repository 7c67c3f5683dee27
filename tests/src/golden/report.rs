//! What a failed golden leaves behind for a reviewer.
//!
//! `expected.png`, `actual.png` and `diff.png` (red, scaled so that the largest difference is full, over a faint copy of the
//! golden), `strip.png` with expected, diff and actual side by side, and `report.json`. Without a golden there is only
//! `actual.png` and the report.

use std::path::Path;
use std::{fs, io};

use palmette_core::{Pixmap, Size};
use serde_json::{Value, json};

use super::{Failure, file};
use crate::compare::{Agreement, DifferentPixel, Mismatch, distance};
use crate::pictures::from_fn;
use crate::sheet::Sheet;

/// Columns between two pictures of a strip.
const STRIP_GAP_PX: u32 = 4;

/// Writes everything about a failure into a folder of its own.
///
/// # Errors
///
/// Those of the file system.
pub fn write(out: &Path, name: &str, failure: &Failure, actual: &Sheet) -> io::Result<()> {
    clear(out);
    file::write(&out.join("actual.png"), &actual.picture)?;
    if let Failure::Different { expected, .. } = failure {
        file::write(&out.join("expected.png"), expected)?;
        let mut panels = vec![expected];
        let diff = (expected.size() == actual.picture.size()).then(|| diff(expected, &actual.picture));
        if let Some(diff) = &diff {
            file::write(&out.join("diff.png"), diff)?;
            panels.push(diff);
        }
        panels.push(&actual.picture);
        file::write(&out.join("strip.png"), &strip(&panels))?;
    }
    let report = serde_json::to_string_pretty(&report(name, failure, actual))?;
    fs::write(out.join("report.json"), report + "\n")
}

/// Removes what an earlier failure left.
pub fn clear(out: &Path) {
    // There is usually nothing to remove; a folder that cannot be removed shows as a stale failure, not as a wrong result.
    let _ = fs::remove_dir_all(out);
}

/// The machine-readable half of the report.
fn report(name: &str, failure: &Failure, actual: &Sheet) -> Value {
    let mut report = json!({
        "test": name,
        "message": failure.to_string(),
        "update": format!("UPDATE_GOLDENS={name} cargo test -p palmette-tests"),
        "actual_size": size(actual.picture.size()),
    });
    if let Failure::Different { expected, mismatch } = failure {
        report["expected_size"] = size(expected.size());
        if let Mismatch::Pixels(difference) = mismatch {
            let [red, green, blue, alpha] = difference.max;
            report["count"] = difference.count.into();
            report["max"] = json!({ "red": red, "green": green, "blue": blue, "alpha": alpha });
            report["first"] = difference.first.iter().map(|pixel| different_pixel(pixel, actual)).collect();
        }
    }
    report
}

fn size(size: Size) -> Value {
    json!([size.width, size.height])
}

fn different_pixel(pixel: &DifferentPixel, actual: &Sheet) -> Value {
    let DifferentPixel { x, y, expected, actual: came } = *pixel;
    json!({ "x": x, "y": y, "cell": actual.label_at(x, y), "expected": expected, "actual": came })
}

/// Shows where two pictures of one size differ.
fn diff(expected: &Pixmap, actual: &Pixmap) -> Pixmap {
    let at = |x, y| {
        let distance = distance(expected.pixel(x, y), actual.pixel(x, y), Agreement::Exact);
        distance.into_iter().fold(0.0, f64::max)
    };
    let points = || (0..expected.height()).flat_map(|y| (0..expected.width()).map(move |x| (x, y)));
    let largest = points().map(|(x, y)| at(x, y)).fold(1.0, f64::max);
    from_fn(expected.size(), |x, y| {
        let [red, green, blue, alpha] = expected.pixel(x, y).map(u32::from);
        // A fifth of the brightness of the golden over white, so that shapes can be made out behind the red.
        let faint = 255 - alpha * (765 - red - green - blue) / (5 * 765);
        let faint = u8::try_from(faint).expect("at most 255");
        if at(x, y) == 0.0 {
            return [faint, faint, faint, 255];
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most 255, as the largest is")]
        let red = (64.0 + 191.0 * at(x, y) / largest) as u8;
        [red, 0, 0, 255]
    })
}

/// Lays pictures side by side, tops aligned, clear between and below them.
fn strip(panels: &[&Pixmap]) -> Pixmap {
    let height = panels.iter().map(|panel| panel.height()).max().unwrap_or(1);
    let width = panels.iter().map(|panel| panel.width() + STRIP_GAP_PX).sum::<u32>() - STRIP_GAP_PX;
    let mut lefts = Vec::new();
    let mut left = 0;
    for panel in panels {
        lefts.push((left, panel));
        left += panel.width() + STRIP_GAP_PX;
    }
    from_fn(Size::new(width, height), |x, y| {
        lefts
            .iter()
            .find(|(left, panel)| (*left..left + panel.width()).contains(&x) && y < panel.height())
            .map_or([0; 4], |(left, panel)| panel.pixel(x - left, y))
    })
}
