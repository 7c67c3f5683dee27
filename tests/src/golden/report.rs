//! What a failed golden leaves behind for a reviewer.
//!
//! `expected.png`, `actual.png` and `diff.png` (red, scaled so that the largest difference is full, over a faint copy of the
//! golden), `strip.png` with expected, diff and actual side by side, and `report.json`. Without a golden there is only
//! `actual.png` and the report.

use std::path::Path;
use std::{fs, io};

use palmette_compare::{Agreement, DifferentPixel, diff, strip};
use palmette_core::{Error, Size};
use serde_json::{Value, json};

use super::{Failure, file};
use crate::compare::Mismatch;
use crate::sheet::Sheet;

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
        let diff = diff(expected, &actual.picture, Agreement::Exact).map_err(out_of_memory)?;
        file::write(&out.join("diff.png"), &diff)?;
        let strip = strip(&[expected, &diff, &actual.picture]).map_err(out_of_memory)?;
        file::write(&out.join("strip.png"), &strip)?;
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

fn out_of_memory(error: Error) -> io::Error {
    io::Error::new(io::ErrorKind::OutOfMemory, error)
}
