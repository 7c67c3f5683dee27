//! `palmette compare`: where and how far two pictures differ, or all pictures of two folders.
//!
//! [`pair`] compares two files, [`finding`] holds what was found and writes it for people and programs, [`folders`] finds the pairs of two
//! folders, [`report`] makes the web page. Pixels are compared by `palmette-compare`, as the goldens of Palmette itself are.

mod args;
mod finding;
mod folders;
mod pair;
mod report;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use palmette::Pipeline;
use palmette::codec::{DecodeOptions, EncodeFormat, EncodeOptions, encode};
use palmette::core::Pixmap;

use crate::error::Error;
use crate::files;

pub(crate) use args::CompareArgs;

/// What the shell sees if pictures differ.
const EXIT_DIFFERENT: u8 = 1;

/// Why nothing was compared.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CompareError {
    /// Occurs when one side is a folder and the other is not.
    #[error("{} is a folder and {} is none: compare two pictures or two folders", folder.display(), file.display())]
    FileAndFolder {
        /// The folder.
        folder: PathBuf,
        /// What is none.
        file: PathBuf,
    },
    /// Occurs when one picture of differences is wanted of two folders.
    #[error("--diff is for two pictures; use --report for two folders")]
    DiffOfFolders,
}

/// How files are read.
struct Reading {
    pipeline: Pipeline,
    options: DecodeOptions,
    max_bytes: u64,
    tolerance: u8,
}

/// Compares, prints what was found, and returns what the shell sees.
pub(crate) fn compare(args: &CompareArgs) -> Result<ExitCode, Error> {
    let config = args.to_config()?;
    let options = DecodeOptions { on_damage: config.limits.on_damage, ..DecodeOptions::new(config.limits.pixels) };
    let max_bytes = config.limits.request.max_source_bytes as u64;
    let reading = Reading { pipeline: super::build_for_one(&config)?, options, max_bytes, tolerance: args.tolerance };

    let (text, is_equal) = match (is_folder(&args.expected)?, is_folder(&args.actual)?) {
        (true, true) if args.diff.is_some() => return Err(CompareError::DiffOfFolders.into()),
        (true, true) => folders::compare(args, &reading)?,
        (false, false) => compare_files(args, &reading)?,
        (true, false) => return Err(file_and_folder(&args.expected, &args.actual)),
        (false, true) => return Err(file_and_folder(&args.actual, &args.expected)),
    };
    files::write(Path::new(files::STANDARD), text.as_bytes())?;
    Ok(if is_equal { ExitCode::SUCCESS } else { ExitCode::from(EXIT_DIFFERENT) })
}

fn is_folder(path: &Path) -> Result<bool, Error> {
    if files::is_standard(path) {
        return Ok(false);
    }
    let metadata = std::fs::metadata(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
    Ok(metadata.is_dir())
}

fn file_and_folder(folder: &Path, file: &Path) -> Error {
    CompareError::FileAndFolder { folder: folder.to_owned(), file: file.to_owned() }.into()
}

/// Compares two files; returns what is printed, and whether they are equal.
fn compare_files(args: &CompareArgs, reading: &Reading) -> Result<(String, bool), Error> {
    let (finding, shown) = pair::compare(&args.expected, &args.actual, reading)?;
    let is_equal = finding.is_equal();
    if let Some(diff) = args.diff.as_deref().filter(|_| !is_equal) {
        files::write(diff, &png(shown.strip(reading.tolerance)?)?)?;
    }
    let text = if args.json { format!("{}\n", finding.to_json()) } else { finding.to_text() };
    if let Some(folder) = &args.report {
        let name = args.actual.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let mut entry = report::Entry::compared(name, &finding);
        let diff = if finding.shows_difference() { Some(shown.diff(reading.tolerance)?) } else { None };
        let report = report::Report::create(folder)?;
        entry.pictures = report.write(0, [Some(shown.expected), diff, Some(shown.actual)])?;
        report.finish(&[entry], &args.expected, &args.actual, reading.tolerance)?;
    }
    Ok((text, is_equal))
}

/// Encodes a picture for people.
fn png(picture: Pixmap) -> Result<Vec<u8>, Error> {
    encode(picture, &EncodeOptions::new(EncodeFormat::Png))
        .map(|encoded| encoded.bytes)
        .map_err(|source| Error::Pipeline { source: palmette::Error::Encode(source), sources: Vec::new() })
}
