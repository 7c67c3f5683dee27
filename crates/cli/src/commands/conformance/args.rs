//! The command line of `palmette conformance`.

use std::path::PathBuf;

use clap::Args as ClapArgs;

use crate::args::SetupArgs;

/// What is compared and how, below the flags.
const HELP: &str = "\
DIR holds the answers of another service to the probes of the conformance kit: pictures of every option at the edges of its values, of
rules that are Palmette's own choice, and of questions that public sources answer differently. The folder examples/probe of the repository
has a Worker that collects them with an account of Cloudflare, and says how.

Each probe is answered here as well, and the pictures are compared pixel by pixel, colours after multiplying by alpha. A probe scores 100 if
every pixel agrees within what rounding may cost (1 level, 16 for lossy formats), the share of pixels that agree if some differ, and 0 if the
sizes differ or only one side answers with a picture. Two refusals agree if their codes do. The score of an option is the mean of its probes.

Probes whose options need a model are left out unless it is installed.

The exit status is 0 if everything agrees, and 1 if something differs.";

/// Arguments of `palmette conformance`.
#[derive(Debug, ClapArgs)]
#[command(after_help = HELP)]
pub(crate) struct ConformanceArgs {
    /// Folder with the answers
    #[arg(value_name = "DIR")]
    pub(super) folder: PathBuf,
    /// Print JSON, with every probe
    #[arg(long)]
    pub(super) json: bool,
    /// Print tables in Markdown
    #[arg(long, conflicts_with = "json")]
    pub(super) markdown: bool,
    /// Folder to write a PNG to for each probe whose pixels differ: ours, the differences and theirs side by side
    #[arg(long, value_name = "OUT")]
    pub(super) diff: Option<PathBuf>,
    #[command(flatten)]
    pub(super) setup: SetupArgs,
}
