//! `palmette batch`: the same options for many pictures, in folders or buckets.
//!
//! 1. [`recipe`]: the flags, or a request file, become a request without its canvas, which is checked once, before anything is listed.
//! 2. [`sources`]: what was named, listed: files, folders, globs, objects in buckets.
//! 3. [`targets`]: what each result is called, which [`shard`] it belongs to, and that no two have one name.
//! 4. [`work`]: threads take one picture after the other: read, skip or make, write. A [`gate`] bounds the memory that they hold together.
//! 5. [`progress`] and [`report`] tell what became of each, for people and for programs. [`stop`] is Ctrl-C.
//!
//! Nothing is kept but results and their marks (`palmette_store::Results`): a run that was killed is gone on with by starting it again.

mod args;
mod gate;
mod progress;
mod recipe;
mod report;
mod shard;
mod sources;
mod stop;
mod targets;
mod work;

use std::process::ExitCode;

use palmette_server::config::{Budgets, Memory};
use palmette_store::{Buckets, Place, Results};

use crate::error::Error;

pub(crate) use args::BatchArgs;

use gate::Gate;
use progress::Progress;
use recipe::{Maker, Recipes};
use report::Report;
use shard::Shard;
use stop::Stop;
use work::Work;

/// What cannot be begun with.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BatchError {
    /// Occurs when a glob cannot be understood.
    #[error("{named}: {source}")]
    Glob {
        /// The glob.
        named: String,
        /// What is wrong with it.
        source: globset::Error,
    },
    /// Occurs when a folder or prefix has no picture.
    #[error("{named}: no picture there")]
    NoPictures {
        /// The folder.
        named: String,
    },
    /// Occurs when a glob matches nothing.
    #[error("{named}: matches no file; hidden files and what is in --out are left out")]
    NoMatch {
        /// The glob.
        named: String,
    },
    /// Occurs when a name gives no name for a result.
    #[error("{named}: not below {base}; say with --base what the names are below")]
    NotBelow {
        /// The name.
        named: String,
        /// What it should be below.
        base: String,
    },
    /// Occurs when the name of a file cannot be one of a result.
    #[error("{named}: a result cannot be named after it")]
    Name {
        /// The file.
        named: String,
    },
    /// Occurs when results would be among the sources of the next run.
    #[error("{named}: is --out as well, so results would be taken for sources; use another folder")]
    OutIsSource {
        /// The folder.
        named: String,
    },
    /// Occurs when two sources have one result.
    #[error("{first} and {second} would both be written to {target}")]
    SameTarget {
        /// The one that came first.
        first: String,
        /// The other.
        second: String,
        /// The result.
        target: String,
    },
    /// Occurs when a result would be written over its source.
    #[error("{named}: its result would be written over it; use another --out")]
    OverSource {
        /// The source.
        named: String,
    },
    /// Occurs when a request file asks for explanations.
    #[error("explain is for one picture; use `palmette explain`")]
    Explain,
    /// Occurs when there is neither a standard input for two lists, nor one for a picture beside a list.
    #[error("standard input can be read once: `-` is the list of sources, so it can be neither named twice nor drawn")]
    StandardInputTwice,
}

/// Makes all pictures, and returns what the shell sees.
pub(crate) fn batch(args: &BatchArgs) -> Result<ExitCode, Error> {
    let stop = Stop::on_signals()?;
    let config = args.to_config()?;
    let mut recipes = Recipes::open(args, &config, Maker::open(args, &config)?)?;

    let buckets = Buckets::default();
    let out = Place::parse(&args.out, &buckets)?;
    let results = Results::open(&out, &args.shard.map(Shard::word).unwrap_or_default())?;
    let sources = sources::find(args, &out, &buckets)?;
    let jobs = targets::jobs(sources, args.shard, args.srcset.as_ref(), &mut recipes, &results)?;

    let progress = Progress::begin(jobs.iter().map(|job| job.targets.len()).sum());
    let report = args.report.as_deref().map(Report::create).transpose()?;
    let work = Work {
        recipes: &recipes,
        results: &results,
        skips_existing: args.skip_existing,
        keeps_going: args.keep_going,
        stop: &stop,
        progress: &progress,
        report: report.as_ref(),
        bodies: Gate::new(Budgets::of(&config, Memory::find()).body_bytes),
        max_source_bytes: config.limits.request.max_source_bytes as u64,
    };
    let failure = work.run(&jobs, args.jobs())?;
    progress.end(stop.is_wanted());
    Ok(stop.exit_code().or(failure.map(ExitCode::from)).unwrap_or(ExitCode::SUCCESS))
}
