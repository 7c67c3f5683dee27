//! Configuration: the settings from files, the environment and flags, and the one [`Config`] that follows from them.
//!
//! [`settings`] is the only list of settings: name, flag, meaning and parser of each stand in one place there. [`raw`] gathers
//! what was said and by whom, lowest precedence first, and resolves it. The defaults live in [`Config::default`] and, for
//! people, with their comments, in `config.default.toml`; a test keeps the two equal.

mod hosted;
mod listen;
pub mod memory;
pub mod raw;
pub mod settings;
mod url;
pub mod variables;

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use palmette::codec::OnDamage;
use palmette::core::Limits as PixelLimits;
use palmette::{EngineChoice, GpuSettings};
use palmette_origin::Settings as FetchSettings;
use palmette_protocol::form::FormLimits;
use palmette_protocol::request::RequestLimits;

pub use hosted::HostedConfig;
pub use listen::Listen;
pub use memory::{Budgets, MaxBytes, Memory, MemorySource};
pub use raw::{ConfigError, Environment, Origin, RawConfig, Strings};
pub use settings::{FlagForm, SETTINGS, Setting};
pub use url::{NotASource, NotASrcset, OptionSets, SigningKeys, SourceRule, Srcset, UrlAccess, UrlConfig, UrlOrigin};
pub use variables::UnknownVariable;

/// The defaults as a commented file, ready to be copied and changed.
pub const DEFAULT_FILE: &str = include_str!("../../config.default.toml");

/// Everything that an operator can decide, checked.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Config {
    /// Sockets, connections and shutdown.
    pub server: ServerConfig,
    /// Which engine runs plans; default [`EngineChoice::Auto`].
    pub engine: EngineChoice,
    /// How a GPU is used.
    pub gpu: GpuSettings,
    /// Where models are; default [`ModelsFolder::Auto`].
    pub models: ModelsFolder,
    /// The folder of fonts, which texts name and fall back on; default none.
    pub fonts: Option<PathBuf>,
    /// The limits of one request.
    pub limits: LimitsConfig,
    /// The limits of all requests together.
    pub admission: AdmissionConfig,
    /// Results that are kept.
    pub cache: CacheConfig,
    /// Files that are fetched by URL.
    pub fetch: FetchConfig,
    /// Pictures whose URL says what is done with them.
    pub url: UrlConfig,
    /// Pictures that are hosted.
    pub hosted: HostedConfig,
    /// The log.
    pub log: LogConfig,
}

/// Sockets, connections and shutdown.
#[derive(Clone, Debug, PartialEq)]
pub struct ServerConfig {
    /// Where to listen. Default `127.0.0.1:9901`.
    pub listen: Listen,
    /// Where to listen for `/metrics`, which then is not served at [`listen`](Self::listen); default nowhere else.
    pub metrics_listen: Option<Listen>,
    /// Whether other machines may reach a server that asks for no token; default no.
    pub insecure: bool,
    /// The files of tokens, one of which each request has to carry; default none, and then nobody is asked for one.
    pub token_files: Vec<PathBuf>,
    /// The file of the certificate, in PEM, and of those between it and its authority; default none, and then there is no TLS.
    pub tls_cert: Option<PathBuf>,
    /// The file of its private key, in PEM. Default none.
    pub tls_key: Option<PathBuf>,
    /// Whether there is a playground at `/`; default yes.
    pub playground: bool,
    /// Connections that are served at once. One more takes the place of the one that has been of no use for longest: idle,
    /// without a whole head, or with a body behind the least rate. If there is none, it may only ask how the server is.
    /// Default 1,024.
    pub max_connections: usize,
    /// Time for the head of a request, from its first byte, or from the beginning of the connection; then it is cut.
    /// Default 5 s.
    pub head_timeout: Duration,
    /// Time a connection may be idle between two requests; then it is closed. Default 75 s.
    pub idle_timeout: Duration,
    /// Bytes of a body that have to arrive for each second that a request waits for it, measured over 10 s of waiting; then the
    /// request is refused. Default 1,000; 0 is no minimum.
    pub min_read_bytes_per_s: u64,
    /// Time an answer may make no progress because its reader takes nothing; then the connection is cut. Default 60 s.
    pub write_timeout: Duration,
    /// Bytes that a reader has to take for each second that an answer waits for it, over a time of waiting of
    /// [`write_timeout`](Self::write_timeout); then the connection is cut. Default 8,000; 0 is no minimum.
    pub min_write_bytes_per_s: u64,
    /// Bytes of a body that are read and thrown away after an early answer. Default 128 MB.
    pub drain_max_bytes: u64,
    /// Time for that. Default 30 s.
    pub drain_timeout: Duration,
    /// Time between turning not ready after SIGTERM and closing the listener, for load balancers to notice. Default 0.
    pub lame_duck: Duration,
    /// Time that running requests get to finish after that. Default 30 s.
    pub grace: Duration,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            listen: Listen::at_port(9901),
            metrics_listen: None,
            insecure: false,
            token_files: Vec::new(),
            tls_cert: None,
            tls_key: None,
            playground: true,
            max_connections: 1024,
            head_timeout: Duration::from_secs(5),
            idle_timeout: Duration::from_secs(75),
            min_read_bytes_per_s: 1_000,
            write_timeout: Duration::from_secs(60),
            min_write_bytes_per_s: 8_000,
            drain_max_bytes: 128_000_000,
            drain_timeout: Duration::from_secs(30),
            lame_duck: Duration::ZERO,
            grace: Duration::from_secs(30),
        }
    }
}

impl ServerConfig {
    /// Refuses an address that other machines reach if requests need no token there, unless the operator says that this is wanted.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Exposed`].
    pub(crate) fn check_exposure(&self, address: SocketAddr) -> Result<(), ConfigError> {
        if listen::is_loopback(address) || self.insecure || !self.token_files.is_empty() {
            return Ok(());
        }
        Err(ConfigError::Exposed { address })
    }
}

/// The limits of one request; the defaults are those of the protocol, and each type says which code a breach has.
#[derive(Clone, Debug, PartialEq)]
pub struct LimitsConfig {
    /// Limits on the form as a whole.
    pub form: FormLimits,
    /// Limits on its parts and on the tree.
    pub request: RequestLimits,
    /// Limits on the pixels of every source and every intermediate.
    pub pixels: PixelLimits,
    /// Whether damaged sources are refused or shown; default [`OnDamage::Refuse`], with 9516.
    pub on_damage: OnDamage,
    /// Time for a request, from its head to the head of its answer; default 30 s, breach 9529.
    pub timeout: Duration,
}

impl Default for LimitsConfig {
    fn default() -> Self {
        Self {
            form: FormLimits::default(),
            request: RequestLimits::default(),
            pixels: PixelLimits::default(),
            on_damage: OnDamage::Refuse,
            timeout: Duration::from_secs(30),
        }
    }
}

/// The limits of all requests together.
#[derive(Clone, Debug, PartialEq)]
pub struct AdmissionConfig {
    /// Requests that are worked on at once; default [`Workers::Cores`]. A small one that large ones keep from a worker gets one
    /// more.
    pub workers: Workers,
    /// Requests that may wait for a worker; one more is refused with 9522. Default 64.
    pub max_queued: usize,
    /// Time that a request may wait for a worker; one that would wait longer is refused with 9522. Default 5 s.
    pub max_queue_wait: Duration,
    /// Bytes of bodies held at once; more is refused with 9522. Default: 15 % of the memory, see [`Budgets`].
    pub max_body_bytes: MaxBytes,
    /// Bytes of decoded pictures held at once; a request that does not fit waits, one that never fits is refused with 9413.
    /// Default: 55 % of the memory, see [`Budgets`].
    pub max_pixel_bytes: MaxBytes,
    /// Bytes of answers that wait for their readers; answers that do not fit count as pixels. Default: 15 % of the memory, see
    /// [`Budgets`].
    pub max_answer_bytes: MaxBytes,
}

impl Default for AdmissionConfig {
    fn default() -> Self {
        Self {
            workers: Workers::Cores,
            max_queued: 64,
            max_queue_wait: Duration::from_secs(5),
            max_body_bytes: MaxBytes::Auto,
            max_pixel_bytes: MaxBytes::Auto,
            max_answer_bytes: MaxBytes::Auto,
        }
    }
}

/// Results that are kept, for whoever asks for the same again.
#[derive(Clone, Debug, PartialEq)]
pub struct CacheConfig {
    /// Bytes of results in memory; 0 keeps none. If they are not kept elsewhere either, equal requests at once are not computed together.
    /// Default: 5 % of the memory, at most 256 MB, see [`Budgets`].
    pub memory_bytes: MaxBytes,
    /// Where results are kept beyond the end of the process; default nowhere.
    pub folder: Option<PathBuf>,
    /// Bytes of the files there; default 10 GB.
    pub folder_bytes: u64,
    /// The URL of a bucket, or of a prefix in one, where results are kept for several servers; default nowhere.
    pub bucket: Option<String>,
    /// Whether those with one token are answered with what was made for those with another; default no.
    pub is_across_tokens: bool,
}

impl CacheConfig {
    /// Tells whether nothing is kept anywhere.
    #[must_use]
    pub fn is_off(&self) -> bool {
        self.memory_bytes == MaxBytes::Exactly(0) && self.folder.is_none() && self.bucket.is_none()
    }
}

impl Default for CacheConfig {
    fn default() -> Self {
        Self {
            memory_bytes: MaxBytes::Auto,
            folder: None,
            folder_bytes: 10_000_000_000,
            bucket: None,
            is_across_tokens: false,
        }
    }
}

/// Where models are looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ModelsFolder {
    /// Where `palmette models install` puts them: [`palmette::models::installed::default_folder`].
    #[default]
    Auto,
    /// Nowhere.
    None,
    /// In this folder.
    At(PathBuf),
}

impl ModelsFolder {
    /// Returns the folder, if there is to be one.
    #[must_use]
    pub fn path(&self) -> Option<PathBuf> {
        match self {
            Self::Auto => palmette::models::installed::default_folder(),
            Self::None => None,
            Self::At(folder) => Some(folder.clone()),
        }
    }
}

/// Files that are fetched by URL: for now, fonts of texts.
#[derive(Clone, Debug, PartialEq)]
pub struct FetchConfig {
    /// Bytes of one font; default 20 MB, breach 9410.
    pub max_bytes: u64,
    /// Whom to ask, and within which limits, which all fetches share; the two on memory are [`Budgets`] at most.
    pub fetcher: FetchSettings,
}

impl Default for FetchConfig {
    fn default() -> Self {
        let fetcher = FetchSettings { failure_time: Duration::from_secs(2), ..FetchSettings::default() };
        Self { max_bytes: 20_000_000, fetcher }
    }
}

/// How many requests are worked on at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Workers {
    /// As many as this process may use cores.
    Cores,
    /// This many.
    Exactly(NonZeroUsize),
}

impl Workers {
    /// Returns the number, asking the system about its cores where needed.
    #[must_use]
    pub fn count(self) -> NonZeroUsize {
        match self {
            Self::Cores => std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
            Self::Exactly(count) => count,
        }
    }
}

/// The log.
#[derive(Clone, Debug, PartialEq)]
pub struct LogConfig {
    /// Directives such as `info,palmette_server=debug`; default `info`.
    pub filter: String,
    /// Lines for people or for machines; default [`LogFormat::Text`].
    pub format: LogFormat,
}

impl Default for LogConfig {
    fn default() -> Self {
        Self { filter: "info".to_owned(), format: LogFormat::Text }
    }
}

/// The shape of log lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// One line of text an event.
    Text,
    /// One JSON object an event.
    Json,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn config_default_file_equals_default() {
        let mut raw = RawConfig::default();
        raw.read_toml(DEFAULT_FILE, std::path::Path::new("config.default.toml")).unwrap();
        assert_eq!(raw.resolve().unwrap(), Config::default());
    }

    #[test]
    fn config_default_file_names_every_setting() {
        let mut raw = RawConfig::default();
        raw.read_toml(DEFAULT_FILE, std::path::Path::new("config.default.toml")).unwrap();
        let named: Vec<_> = raw.values().map(|(setting, _)| setting.key).collect();
        let all: Vec<_> = SETTINGS.iter().map(|setting| setting.key).collect();
        assert_eq!(named, all, "same settings, in the same order");
    }

    #[test]
    fn config_help_names_the_defaults() {
        let mut raw = RawConfig::default();
        raw.read_toml(DEFAULT_FILE, std::path::Path::new("config.default.toml")).unwrap();
        for (setting, value) in raw.values() {
            let value = if value.is_empty() { "none" } else { value };
            assert!(setting.doc.ends_with(&format!("[default: {value}]")), "{}: {value}", setting.key);
        }
    }
}
