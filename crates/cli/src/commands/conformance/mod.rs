//! `palmette conformance`: how close another service is to this build, by its answers to the probes of the conformance kit.
//!
//! [`kit`] reads what the probe Worker has collected, [`own`] answers the same probes here, [`verdict`] compares the two, and [`report`] adds
//! everything up. The list of probes comes with the answers, so that exactly what was asked is compared.

mod args;
mod kit;
mod own;
mod report;
mod verdict;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use palmette::Pipeline;
use palmette::codec::{EncodeFormat, EncodeOptions, encode};
use palmette::core::Pixmap;
use palmette_compare::{Agreement, diff, strip};
use palmette_server::Config;

use crate::error::Error;
use crate::files;

pub(crate) use args::ConformanceArgs;

use kit::{Kit, Probe};
use report::Report;
use verdict::Verdict;

/// What the shell sees if something differs.
const EXIT_DIFFERENT: u8 = 1;

/// Why nothing was compared.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConformanceError {
    /// Occurs when a folder has no list of probes.
    #[error("{}: has no probes.json; examples/probe of the repository says how to collect answers", folder.display())]
    NotAKit {
        /// The folder.
        folder: PathBuf,
    },
    /// Occurs when a file is not what the probe Worker writes.
    #[error("{}: {source}", path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// Occurs when a probe starts from a picture that the list lacks.
    #[error("probes.json: there is no source {name}")]
    NoSource {
        /// The name of the picture.
        name: String,
    },
    /// Occurs when a picture of the list cannot be decoded.
    #[error("probes.json: {name}: {source}")]
    Base64 {
        /// The name of the picture.
        name: String,
        /// What is wrong with it.
        source: base64::DecodeError,
    },
    /// Occurs when the name of an answer leads elsewhere.
    #[error("{name}: not the name of a file in the folder of results")]
    FileName {
        /// The name.
        name: String,
    },
}

/// Compares, prints what was found, and returns what the shell sees.
pub(crate) fn conformance(args: &ConformanceArgs) -> Result<ExitCode, Error> {
    let config = args.setup.to_config()?;
    let pipeline = super::build_for_one(&config)?;
    let kit = Kit::open(&args.folder)?;
    if let Some(folder) = &args.diff {
        std::fs::create_dir_all(folder).map_err(|source| Error::Write { path: folder.clone(), source })?;
    }
    let mut rows = Vec::new();
    for probe in &kit.list.probes {
        let verdict = verdict(probe, &kit, &pipeline, &config)?;
        if let (Some(folder), Verdict::Pixels { pictures, .. }) = (&args.diff, &verdict) {
            files::write(&folder.join(&probe.id).with_added_extension("png"), &strip_of(pictures, probe.within)?)?;
        }
        rows.push((probe, verdict));
    }
    let report = Report { about: &kit.about, rows };
    let text = match (args.json, args.markdown) {
        (true, _) => report.to_json(),
        (_, true) => report.to_markdown(),
        (false, false) => report.to_text(),
    };
    files::write(Path::new(files::STANDARD), text.as_bytes())?;
    Ok(if report.is_equal() { ExitCode::SUCCESS } else { ExitCode::from(EXIT_DIFFERENT) })
}

/// Answers a probe, and compares.
fn verdict(probe: &Probe, kit: &Kit, pipeline: &Pipeline, config: &Config) -> Result<Verdict, Error> {
    let Some(theirs) = kit.answer(probe, config.limits.request.max_source_bytes as u64)? else {
        return Ok(Verdict::Missing);
    };
    let ours = own::answer(probe, &kit.list, pipeline, config.limits.request)?;
    Ok(Verdict::of(probe, ours, theirs, pipeline))
}

/// Lays ours, the differences and theirs side by side, as PNG.
fn strip_of([ours, theirs]: &[Pixmap; 2], within: u8) -> Result<Vec<u8>, Error> {
    let of_core = |source| Error::Pipeline { source: palmette::Error::Core(source), sources: Vec::new() };
    let difference = diff(ours, theirs, Agreement::Within(within)).map_err(of_core)?;
    let strip = strip(&[ours, &difference, theirs]).map_err(of_core)?;
    let encoded = encode(strip, &EncodeOptions::new(EncodeFormat::Png));
    encoded
        .map(|encoded| encoded.bytes)
        .map_err(|source| Error::Pipeline { source: palmette::Error::Encode(source), sources: Vec::new() })
}
