//! The command line of `palmette compare`.

use std::path::PathBuf;

use clap::Args as ClapArgs;
use palmette_server::Config;
use palmette_server::config::{Environment, RawConfig};

use crate::error::Error;

/// What is compared and how, below the flags.
const HELP: &str = "\
The size is compared first, then all four channels of every pixel, colours after multiplying by alpha: what colour a clear pixel has
does not count. The files may have different formats; both are read as every source is, upright and in sRGB. Two animations are
compared frame by frame, with their times; of an animation and a still, the first frames.

Two folders are compared by the names of the pictures in them, without the extension. A picture that is in one of them alone is a difference.

The exit status is 0 if they are equal within the tolerance, and 1 if they differ.";

/// Arguments of `palmette compare`.
#[derive(Debug, ClapArgs)]
#[command(after_help = HELP)]
pub(crate) struct CompareArgs {
    /// The picture that is right, or a folder of them; `-` is standard input
    #[arg(value_name = "EXPECTED")]
    pub(super) expected: PathBuf,
    /// The picture to compare with it, or a folder
    #[arg(value_name = "ACTUAL")]
    pub(super) actual: PathBuf,
    /// The largest difference to allow, in levels of any channel, 0 to 255
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(super) tolerance: u8,
    /// If they differ, write a PNG with expected, differences and actual side by side
    #[arg(long, value_name = "OUT")]
    pub(super) diff: Option<PathBuf>,
    /// Write a web page into a folder, with a slider over every pair, the worst first
    #[arg(long, value_name = "DIR")]
    pub(super) report: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
    /// File with settings, as TOML; of these the limits on pictures count
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

impl CompareArgs {
    /// Resolves the settings.
    pub(super) fn to_config(&self) -> Result<Config, Error> {
        Ok(RawConfig::gather(self.config.as_deref(), &Environment, None)?.resolve()?)
    }
}
