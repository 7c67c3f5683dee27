//! `cargo xtask goldens`: one HTML page of everything that failed goldens left in `tests/out`.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::error::Error;
use crate::workspace;

/// The page before the failures: pictures are enlarged without smoothing, over a pattern that shows what is clear.
const HEAD: &str = r#"<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Goldens that differ</title>
<style>
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { margin: 2rem auto; max-width: 110rem; padding: 0 1rem; }
section { border-top: 1px solid #8886; padding: 1rem 0; }
.panels { display: flex; flex-wrap: wrap; gap: 1rem; }
figure { margin: 0; }
figcaption { opacity: .7; }
img { zoom: 3; image-rendering: pixelated; background: repeating-conic-gradient(#bbb 0 25%, #eee 0 50%) 0 0 / 6px 6px; }
pre, code { background: #8882; border-radius: 4px; padding: .1em .3em; white-space: pre-wrap; }
</style>
<h1>Goldens that differ</h1>
"#;

/// Writes `tests/out/index.html`.
///
/// # Errors
///
/// Those of reading and writing `tests/out`.
pub(crate) fn run() -> Result<(), Error> {
    let out = workspace::root().join("tests/out");
    let reports = reports(&out)?;
    if reports.is_empty() {
        eprintln!("no golden has failed: there is nothing in {}", out.display());
        return Ok(());
    }
    let mut page = HEAD.to_owned();
    for report in &reports {
        section(&mut page, &out, report);
    }
    let path = out.join("index.html");
    fs::write(&path, page).map_err(|source| Error::File { path: path.clone(), source })?;
    eprintln!("{} failures: {}", reports.len(), path.display());
    Ok(())
}

/// Reads every report below a folder, sorted by the name of the test.
fn reports(out: &Path) -> Result<Vec<Value>, Error> {
    let mut reports = Vec::new();
    for topic in entries(out)? {
        for test in entries(&topic)? {
            let path = test.join("report.json");
            let Ok(text) = fs::read_to_string(&path) else { continue };
            reports.push(
                serde_json::from_str(&text).map_err(|_| Error::Unexpected { what: "a report.json in tests/out" })?,
            );
        }
    }
    reports.sort_by_key(|report: &Value| report["test"].to_string());
    Ok(reports)
}

/// Lists the folders in a folder; a folder that does not exist has none.
fn entries(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let failed = |source| Error::File { path: folder.to_owned(), source };
    fs::read_dir(folder).map_err(failed)?.map(|entry| entry.map(|entry| entry.path()).map_err(failed)).collect()
}

/// Appends one failure.
fn section(page: &mut String, out: &Path, report: &Value) {
    let text = |key: &str| escape(report[key].as_str().unwrap_or_default());
    let name = text("test");
    let figures: String = ["expected", "diff", "actual"]
        .iter()
        .filter(|panel| out.join(report["test"].as_str().unwrap_or_default()).join(format!("{panel}.png")).exists())
        .map(|panel| {
            format!("<figure><img src=\"{name}/{panel}.png\" alt=\"\"><figcaption>{panel}</figcaption></figure>\n")
        })
        .collect();
    let (message, update) = (text("message"), text("update"));
    let _ = write!(
        page,
        "<section>\n<h2>{name}</h2>\n<pre>{message}</pre>\n<div class=\"panels\">\n{figures}</div>\n<p>Accept: <code>{update}</code></p>\n</section>\n"
    );
}

/// Makes text safe inside HTML.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
