//! The command line of `palmette batch`.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::thread;

use clap::Args as ClapArgs;
use clap::builder::NonEmptyStringValueParser;
use palmette_server::Config;
use palmette_server::config::settings;

use super::shard::Shard;
use crate::error::Error;
use crate::remote::RemoteArgs;
use crate::request_flags::WorkArgs;
use crate::srcset::Widths;

/// How pictures are named and kept, below the flags.
const HELP: &str = "\
A SOURCE is a file, a folder, or a glob in quotes: 'in/**/*.{jpg,png}'. Of a folder, files with the names of pictures are taken; of a
glob, all that match. Hidden files are left out, and so is OUT, if it is inside. A result has the path of its source below the folder, or below
the part of the glob without wildcards, and the extension of its format. Without --format each picture keeps its format.

In place of a path there may be a URL: s3://BUCKET/KEY, gs://BUCKET/KEY or az://CONTAINER/KEY, as a SOURCE and as OUT. AWS_…, GOOGLE_… and
AZURE_… in the environment say how to reach the buckets.

A result is written beside its name and renamed, so none is ever half there. Ctrl-C lets running pictures be finished; a second one
ends at once. With --skip-existing the next run goes on where this one ended.

With --srcset each picture is decoded once and scaled to each width, never up: in/a.jpg becomes OUT/a-320.jpg, OUT/a-640.jpg and so on.

What is done with a picture is said as for `palmette transform`. In a --request FILE.json each source takes the place of the canvas.

The exit status is 0 if every picture was made or skipped, that of the first failure if one failed, and 130 after Ctrl-C.";

/// Arguments of `palmette batch`.
#[derive(Debug, ClapArgs)]
#[command(after_help = HELP)]
pub(crate) struct BatchArgs {
    /// File, folder, glob in quotes, or URL in a bucket; `-` reads names from standard input, one a line
    #[arg(value_name = "SOURCE", required = true)]
    pub(super) sources: Vec<String>,
    /// Folder to write to, or URL of a prefix in a bucket
    #[arg(short, long, value_name = "OUT", value_parser = NonEmptyStringValueParser::new())]
    pub(super) out: String,
    /// Folder or prefix that names from standard input are below [default: the current folder, or the bucket]
    #[arg(long, value_name = "DIR")]
    pub(super) base: Option<String>,
    /// Pictures to work on at once [default: the number of cores]
    #[arg(short, long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
    /// Skip pictures whose results are there already, made of the same bytes with the same options
    #[arg(long)]
    pub(super) skip_existing: bool,
    /// Go on when a picture fails
    #[arg(long)]
    pub(super) keep_going: bool,
    /// Only one of N shares of the pictures: I is 0 to N-1; all shares together are all pictures, each once
    #[arg(long, value_name = "I/N")]
    pub(super) shard: Option<Shard>,
    /// File to write a line of JSON to for each picture; `-` is standard output
    #[arg(long, value_name = "FILE")]
    pub(super) report: Option<PathBuf>,
    /// Make each picture in several widths, such as 320,640,1280, which come into the names of the results
    #[arg(long, value_name = "WIDTHS")]
    pub(super) srcset: Option<Widths>,
    /// What to do with damaged pictures: refuse them, or show the pixels that can be read [default: refuse]
    #[arg(long, value_name = "VALUE", conflicts_with = "server")]
    damaged: Option<String>,
    #[command(flatten)]
    pub(super) remote: RemoteArgs,
    #[command(flatten)]
    pub(super) work: WorkArgs,
}

impl BatchArgs {
    /// Resolves the settings.
    pub(super) fn to_config(&self) -> Result<Config, Error> {
        self.work.setup.to_config_with(settings::find("limits.damaged").zip(self.damaged.clone()))
    }

    /// Returns the number of pictures to work on at once.
    pub(super) fn jobs(&self) -> usize {
        self.jobs.unwrap_or_else(|| thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)).get()
    }
}
