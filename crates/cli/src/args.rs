//! The command line.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand};
use palmette_server::Config;
use palmette_server::config::{Environment, RawConfig, Setting, settings};

use crate::draw_flag::DrawFlag;
use crate::error::Error;
use crate::option_flags::OptionFlags;
use crate::setting_flags::SettingFlags;

/// Transforms pictures as the Images binding of Cloudflare Workers does.
#[derive(Debug, Parser)]
#[command(name = "palmette", version, arg_required_else_help = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve pictures over HTTP
    Serve(ServeArgs),
    /// Make one picture
    Transform(Box<TransformArgs>),
    /// Say what a picture is, as JSON, from its header alone
    Info(InfoArgs),
}

/// Arguments of `palmette serve`.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Each setting is taken from its flag, else from the environment (PALMETTE_SECTION_KEY, for example \
                        PALMETTE_LIMITS_TIMEOUT_MS), else from the file."
)]
pub(crate) struct ServeArgs {
    /// File with settings, as TOML
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) settings: SettingFlags,
}

/// Arguments of `palmette transform`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
The canvas is transformed first, then every --draw is drawn on it, in order. Values of options are JSON where they are JSON
(100, true, {\"x\":0.5,\"y\":0}) and text where they are not (cover, #ff8800).

--draw FILE:KEY=VALUE,... takes the options of a draw (opacity, repeat, composite, top, left, bottom, right) and, for the drawn
picture itself, those of a transform. FILE ends at the first `:` that is followed by `KEY=`.

--request FILE.json describes the whole request, with `sources` (file names relative to the JSON file, or text sources) beside
the fields of the wire: {\"sources\": [\"photo.jpg\", \"mark.png\"], \"transforms\": [{\"drawImageIndex\": 1,
\"targetImageIndex\": 0, \"bottom\": 10}], \"output_format\": \"image/avif\", \"output_quality\": 80}")]
pub(crate) struct TransformArgs {
    /// The canvas; `-` is standard input
    #[arg(value_name = "IN", required_unless_present = "request", conflicts_with = "request")]
    pub(crate) input: Option<PathBuf>,
    /// Where the picture goes; `-` is standard output
    #[arg(short, long, value_name = "OUT")]
    pub(crate) output: PathBuf,
    /// Picture to draw, with options: `FILE` or `FILE:key=value,...`; repeatable
    #[arg(long, value_name = "FILE:KEY=VALUE,...", conflicts_with = "request")]
    pub(crate) draw: Vec<DrawFlag>,
    /// File that describes the whole request, as JSON
    #[arg(long, value_name = "FILE.json")]
    pub(crate) request: Option<PathBuf>,
    /// Output format: jpeg, png, gif, webp, avif, rgb, rgba or a media type [default: by the name of OUT]
    #[arg(long)]
    pub(crate) format: Option<String>,
    /// Output quality: 1 to 100, high, medium-high, medium-low or low
    #[arg(long)]
    pub(crate) quality: Option<String>,
    /// Colour to flatten the result on
    #[arg(long, value_name = "COLOUR")]
    pub(crate) output_background: Option<String>,
    /// Whether animations stay animated: true or false
    #[arg(long, value_name = "BOOL")]
    pub(crate) anim: Option<String>,
    #[command(flatten)]
    pub(crate) setup: SetupArgs,
    #[command(flatten)]
    pub(crate) options: OptionFlags,
}

/// Arguments of `palmette info`.
#[derive(Debug, ClapArgs)]
pub(crate) struct InfoArgs {
    /// The picture; `-` is standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) setup: SetupArgs,
}

/// What commands that make single pictures take of the settings; the others come from the environment or the file.
#[derive(Debug, ClapArgs)]
pub(crate) struct SetupArgs {
    /// File with settings, as TOML; of these the limits count
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// What computes pixels: auto, cpu or gpu
    #[arg(long)]
    engine: Option<String>,
}

impl ServeArgs {
    /// Resolves the settings.
    pub(crate) fn to_config(&self) -> Result<Config, Error> {
        let flags = self.settings.iter();
        Ok(RawConfig::gather(self.config.as_deref(), &Environment, flags)?.resolve()?)
    }
}

impl SetupArgs {
    /// Resolves the settings.
    pub(crate) fn to_config(&self) -> Result<Config, Error> {
        let engine: Option<(&'static Setting, String)> = settings::find("engine.choice").zip(self.engine.clone());
        Ok(RawConfig::gather(self.config.as_deref(), &Environment, engine)?.resolve()?)
    }
}
