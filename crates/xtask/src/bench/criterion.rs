//! `cargo xtask bench NAME`: runs the benches of criterion and records what they measured under
//! `benches/results/<date>-<NAME>`.
//!
//! Criterion leaves its estimates below the target folder; this collects the medians of the ones that were just made.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde_json::Value;

use super::folder::Folder;
use super::machine;
use crate::command::Invocation;
use crate::error::Error;
use crate::workspace;

/// One measured bench.
struct Measured {
    /// Group, function and parameter, with slashes between them.
    id: String,
    /// Nanoseconds an iteration, median, with the bounds of its 95 % confidence interval.
    median_ns: [f64; 3],
    /// Pixels an iteration, where the bench says so.
    pixels: Option<f64>,
}

/// Runs the benches and writes a record. `arguments` go to criterion, for example the name of a group.
///
/// # Errors
///
/// Those of running cargo, or of reading and writing files.
pub(crate) fn run(name: &str, arguments: &[&str]) -> Result<(), Error> {
    let start = SystemTime::now();
    // That of the GPU is none of criterion's: see `bench::gpu`.
    let benches = ["--bench", "kernels", "--bench", "operations", "--bench", "request"];
    let command = [&["bench", "--locked", "-p", "palmette-benches"], &benches[..], &["--"], arguments].concat();
    Invocation::cargo(&command).run()?;

    let mut measured = Vec::new();
    collect(&workspace::target().join("criterion"), start, &mut measured)?;
    measured.sort_by(|a, b| a.id.cmp(&b.id));

    let folder = Folder::create(name)?;
    folder.write("README.md", &readme(name, arguments)?)?;
    folder.write("raw.csv", &raw(&measured))?;
    folder.write("summary.md", &summary(&measured))?;
    eprintln!("recorded {} benches in {}", measured.len(), folder.path().display());
    Ok(())
}

/// Finds the estimates below a folder that are not older than `start`.
fn collect(folder: &Path, start: SystemTime, measured: &mut Vec<Measured>) -> Result<(), Error> {
    let failed = |source| Error::File { path: folder.to_owned(), source };
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if !path.is_dir() {
            continue;
        }
        let estimates = path.join("estimates.json");
        let is_new = fs::metadata(&estimates).and_then(|metadata| metadata.modified()).is_ok_and(|time| time >= start);
        if path.ends_with("new") && is_new {
            measured.push(read_estimates(&estimates, &path.join("benchmark.json"))?);
        } else {
            collect(&path, start, measured)?;
        }
    }
    Ok(())
}

/// Reads what criterion wrote about one bench.
fn read_estimates(estimates: &Path, benchmark: &Path) -> Result<Measured, Error> {
    const UNEXPECTED: Error = Error::Unexpected { what: "an estimate of criterion" };
    let json = |path: &Path| -> Result<Value, Error> {
        let text = fs::read_to_string(path).map_err(|source| Error::File { path: PathBuf::from(path), source })?;
        serde_json::from_str(&text).map_err(|_| UNEXPECTED)
    };
    let (estimates, benchmark) = (json(estimates)?, json(benchmark)?);
    let median = &estimates["median"];
    let interval = &median["confidence_interval"];
    let number = |value: &Value| value.as_f64().ok_or(UNEXPECTED);
    Ok(Measured {
        id: benchmark["full_id"].as_str().ok_or(UNEXPECTED)?.to_owned(),
        median_ns: [
            number(&median["point_estimate"])?,
            number(&interval["lower_bound"])?,
            number(&interval["upper_bound"])?,
        ],
        pixels: benchmark["throughput"]["Elements"].as_f64(),
    })
}

/// Says what was measured, where and how.
fn readme(name: &str, arguments: &[&str]) -> Result<String, Error> {
    Ok(format!(
        "# Benches on {name}\n\n{}- adapter: none, CPU engine\n- command: `cargo xtask bench {name} {}`\n\n\
         Medians and ratios are in [summary.md](summary.md), all medians with their 95 % confidence intervals in \
         [raw.csv](raw.csv).\n",
        machine::facts()?,
        arguments.join(" "),
    ))
}

/// A row for each bench.
fn raw(measured: &[Measured]) -> String {
    let mut csv = "id,median_ns,lower_ns,upper_ns,pixels\n".to_owned();
    for Measured { id, median_ns: [median, lower, upper], pixels } in measured {
        let pixels = pixels.map_or(String::new(), |pixels| pixels.to_string());
        writeln!(csv, "\"{id}\",{median:.0},{lower:.0},{upper:.0},{pixels}").expect("a string takes everything");
    }
    csv
}

/// A table for each group, with the ratio of each bench to `fastest` on the same input.
fn summary(measured: &[Measured]) -> String {
    let mut tables =
        "# Medians\n\nThe ratio is to `fastest` on the same input: above 1 is slower than that.\n".to_owned();
    let group = |measured: &Measured| measured.id.split('/').next().unwrap_or_default().to_owned();
    let input = |measured: &Measured| measured.id.rsplit_once('/').unwrap_or_default().0.to_owned();
    for rows in measured.chunk_by(|a, b| group(a) == group(b)) {
        let title = group(&rows[0]);
        write!(tables, "\n## {title}\n\n| bench | median, ms | ns a pixel | ratio |\n| --- | --- | --- | --- |\n")
            .expect("a string takes everything");
        for row in rows {
            let Measured { id, median_ns: [median, ..], pixels } = row;
            let base = rows.iter().find(|base| base.id.ends_with("/fastest") && input(base) == input(row));
            let bench = id.strip_prefix(&title).unwrap_or(id).trim_start_matches('/');
            let per_pixel = pixels.map_or("–".to_owned(), |pixels| format!("{:.2}", median / pixels));
            let ratio = base.map_or("–".to_owned(), |base| format!("{:.2}", median / base.median_ns[0]));
            writeln!(tables, "| {bench} | {:.3} | {per_pixel} | {ratio} |", median / 1e6)
                .expect("a string takes everything");
        }
    }
    tables
}
