//! The settings as they were given, their origin, and how they become a [`Config`].

use std::collections::HashMap;
use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use super::settings::{Expected, SETTINGS, Setting};
use super::{Config, DEFAULT_FILE, settings};
use crate::credentials::TlsError;

/// Where strings of configuration come from; the environment, or in tests a map.
pub trait Strings {
    /// Returns the value of a name, if it has one.
    ///
    /// # Errors
    ///
    /// [`ConfigError::NotUnicode`] if it has one that is not UTF-8.
    fn get(&self, name: &str) -> Result<Option<String>, ConfigError>;

    /// Returns every name that is UTF-8, in any order.
    fn names(&self) -> Vec<String>;
}

/// The environment of this process.
#[derive(Clone, Copy, Debug)]
pub struct Environment;

impl Strings for Environment {
    fn get(&self, name: &str) -> Result<Option<String>, ConfigError> {
        match std::env::var(name) {
            Ok(value) => Ok(Some(value)),
            Err(std::env::VarError::NotPresent) => Ok(None),
            Err(std::env::VarError::NotUnicode(_)) => Err(ConfigError::NotUnicode { name: name.to_owned() }),
        }
    }

    fn names(&self) -> Vec<String> {
        std::env::vars_os().filter_map(|(name, _)| name.into_string().ok()).collect()
    }
}

impl Strings for HashMap<&str, &str> {
    fn get(&self, name: &str) -> Result<Option<String>, ConfigError> {
        Ok(HashMap::get(self, name).map(|&value| value.to_owned()))
    }

    fn names(&self) -> Vec<String> {
        self.keys().map(|&name| name.to_owned()).collect()
    }
}

/// Who said a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A configuration file.
    File(PathBuf),
    /// A variable of the environment.
    Environment,
    /// A flag of the command line.
    Flag,
}

/// All given settings, in order of precedence: later ones win.
#[derive(Clone, Debug, Default)]
pub struct RawConfig {
    said: Vec<Said>,
}

/// One value of one setting, not yet parsed.
#[derive(Clone, Debug)]
struct Said {
    setting: &'static Setting,
    value: String,
    origin: Origin,
}

impl RawConfig {
    /// Gathers a file, the environment and flags, each overruling the one before.
    ///
    /// `flags` holds keys of [`SETTINGS`] with their values.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Unreadable`] and those of [`RawConfig::read_toml`] and [`Strings::get`].
    pub fn gather(
        file: Option<&Path>,
        environment: &dyn Strings,
        flags: impl IntoIterator<Item = (&'static Setting, String)>,
    ) -> Result<Self, ConfigError> {
        let mut raw = Self::default();
        if let Some(path) = file {
            let text = std::fs::read_to_string(path)
                .map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })?;
            raw.read_toml(&text, path)?;
        }
        raw.read_strings(environment)?;
        raw.said.extend(flags.into_iter().map(|(setting, value)| Said { setting, value, origin: Origin::Flag }));
        Ok(raw)
    }

    /// Adds values that count where nobody says another one: those of a command that has other defaults than `palmette serve`.
    #[must_use]
    pub fn with_defaults(mut self, defaults: impl IntoIterator<Item = (&'static Setting, String)>) -> Self {
        let said = defaults.into_iter().map(|(setting, value)| Said { setting, value, origin: Origin::Flag });
        self.said.splice(0..0, said);
        self
    }

    /// Adds the settings of a file; `path` only names it in errors.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Toml`] if it is not TOML, [`ConfigError::Unknown`] for a setting that does not exist,
    /// [`ConfigError::Shape`] for a value that is neither text, nor a number, nor true or false, nor a list of texts and
    /// whole numbers.
    pub fn read_toml(&mut self, text: &str, path: &Path) -> Result<(), ConfigError> {
        let file: toml::Table =
            text.parse().map_err(|source| ConfigError::Toml { path: path.to_owned(), source: Box::new(source) })?;
        // In the order of the list, so that the outcome does not depend on the order of the file.
        for setting in SETTINGS {
            let (section, key) = setting.section_and_key();
            let Some(value) = file.get(section).and_then(|section| section.get(key)) else { continue };
            let value = scalar(value).ok_or_else(|| ConfigError::Shape { path: path.to_owned(), key: setting.key })?;
            self.said.push(Said { setting, value, origin: Origin::File(path.to_owned()) });
        }
        match unknown_key(&file) {
            Some(key) => Err(ConfigError::Unknown { path: path.to_owned(), key }),
            None => Ok(()),
        }
    }

    /// Adds the settings of the environment.
    ///
    /// Only names of settings are looked up. Others that begin alike are no error: Kubernetes, for one, sets
    /// `PALMETTE_SERVICE_HOST` beside a service of that name. [`UnknownVariable`](super::UnknownVariable) finds misspelt ones.
    ///
    /// # Errors
    ///
    /// Those of [`Strings::get`].
    pub fn read_strings(&mut self, strings: &dyn Strings) -> Result<(), ConfigError> {
        for setting in SETTINGS {
            if let Some(value) = strings.get(&setting.variable())? {
                self.said.push(Said { setting, value, origin: Origin::Environment });
            }
        }
        Ok(())
    }

    /// Returns the given settings, unparsed.
    #[cfg(test)]
    pub(super) fn values(&self) -> impl Iterator<Item = (&'static Setting, &str)> {
        self.said.iter().map(|said| (said.setting, said.value.as_str()))
    }

    /// Writes every setting in the form of `config.default.toml`, without its comments; one behind a value tells who said it.
    ///
    /// Nothing is checked: [`RawConfig::resolve`] does that. What is read from it resolves to the same.
    #[must_use]
    pub fn to_toml(&self) -> String {
        let defaults: toml::Table = DEFAULT_FILE.parse().expect("a test reads the file of defaults");
        let mut text = String::new();
        let mut open_section = "";
        for setting in SETTINGS {
            let (section, key) = setting.section_and_key();
            if section != open_section {
                let gap = if open_section.is_empty() { "" } else { "\n" };
                text.push_str(&format!("{gap}[{section}]\n"));
                open_section = section;
            }
            let default =
                defaults.get(section).and_then(|section| section.get(key)).expect("a test knows every setting there");
            let line = match self.said.iter().rfind(|said| said.setting.key == setting.key) {
                None => format!("{key} = {default}\n"),
                Some(said) => format!("{key} = {} # {}\n", like(default, &said.value), said.origin.of(setting)),
            };
            text.push_str(&line);
        }
        text
    }

    /// Parses the given settings, on top of the defaults.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Invalid`] for the first value that cannot be.
    pub fn resolve(self) -> Result<Config, ConfigError> {
        let mut config = Config::default();
        for Said { setting, value, origin } in self.said {
            setting.apply(&mut config, &value).map_err(|expected| ConfigError::Invalid {
                name: origin.name_of(setting),
                value,
                expected,
            })?;
        }
        Ok(config)
    }
}

impl Origin {
    /// Names a setting as the one who said it would.
    fn name_of(&self, setting: &Setting) -> String {
        match self {
            Self::File(path) => format!("{}: `{}`", path.display(), setting.key),
            Self::Environment => format!("environment variable `{}`", setting.variable()),
            Self::Flag => format!("`--{}`", setting.flag),
        }
    }

    /// Tells, in one line, where a setting was said.
    fn of(&self, setting: &Setting) -> String {
        match self {
            Self::File(path) => path.display().to_string().replace(char::is_control, "?"),
            Self::Environment => setting.variable(),
            Self::Flag => format!("--{}", setting.flag),
        }
    }
}

/// Returns the text of a setting as a TOML value of the same type as its default, where it can be one.
fn like(default: &toml::Value, text: &str) -> toml::Value {
    let number = || text.trim().replace('_', "").parse().ok().map(toml::Value::Integer);
    let list = || text.split(',').map(str::trim).filter(|entry| !entry.is_empty()).map(toml::Value::from).collect();
    match default {
        toml::Value::Integer(_) => number().unwrap_or_else(|| text.into()),
        toml::Value::Array(_) => toml::Value::Array(list()),
        _ => text.into(),
    }
}

/// Returns a TOML value as the text that a flag would have: of a list, its entries with commas between them.
fn scalar(value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Boolean(switch) => Some(if *switch { "on" } else { "off" }.to_owned()),
        toml::Value::Array(entries) => {
            let text = |entry: &toml::Value| match entry {
                toml::Value::String(text) => Some(text.clone()),
                toml::Value::Integer(number) => Some(number.to_string()),
                _ => None,
            };
            Some(entries.iter().map(text).collect::<Option<Vec<_>>>()?.join(","))
        }
        _ => None,
    }
}

/// Finds a key of a file that is no setting.
fn unknown_key(file: &toml::Table) -> Option<String> {
    file.iter().find_map(|(section, value)| match value {
        toml::Value::Table(table) => table
            .keys()
            .map(|key| format!("{section}.{key}"))
            .find(|key| settings::find(key).is_none())
            .or_else(|| (!settings::is_section(section)).then(|| section.clone())),
        _ => Some(section.clone()),
    })
}

/// A failure to make a configuration of the given settings.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// Occurs when a configuration file cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Occurs when a configuration file is not TOML.
    #[error("{} is not TOML: {source}", path.display())]
    Toml {
        /// The file.
        path: PathBuf,
        /// Where and why.
        source: Box<toml::de::Error>,
    },
    /// Occurs when a configuration file names something that is no setting.
    #[error("{}: there is no setting `{key}`", path.display())]
    Unknown {
        /// The file.
        path: PathBuf,
        /// The name.
        key: String,
    },
    /// Occurs when a value in a file is neither text, nor a whole number, nor true or false, nor a list of texts and whole numbers.
    #[error("{}: `{key}` must be text, a whole number, true or false, or a list of texts or whole numbers", path.display())]
    Shape {
        /// The file.
        path: PathBuf,
        /// The setting.
        key: &'static str,
    },
    /// Occurs when a variable of the environment is not UTF-8.
    #[error("environment variable `{name}` is not UTF-8")]
    NotUnicode {
        /// The variable.
        name: String,
    },
    /// Occurs when a value is not among those that its setting may have.
    #[error("{name}: `{value}` is not {expected}")]
    Invalid {
        /// The setting, as the one who said it would name it.
        name: String,
        /// The value.
        value: String,
        /// The allowed values.
        expected: Expected,
    },
    /// Occurs when other machines reach a server, and nothing protects it.
    #[error(
        "{address} can be reached from other machines, and no token is asked for; name a file of tokens with --token-file, or say --insecure if a proxy in front of the server protects it"
    )]
    Exposed {
        /// The address to listen on.
        address: SocketAddr,
    },
    /// Occurs when a line of a file of tokens cannot be one.
    #[error("{}, line {line}: a token has visible ASCII characters and no spaces; a comment has a line of its own, which begins with #", path.display())]
    TokenLine {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u32,
    },
    /// Occurs when files of tokens hold none.
    #[error("there is no token in {}", join(paths))]
    NoToken {
        /// The files.
        paths: Vec<PathBuf>,
    },
    /// Occurs when the folder or the bucket of the cache cannot be used.
    #[error("the cache: {0}")]
    Cache(#[source] palmette_store::Error),
    /// Occurs when results are to be made ahead, and none are kept.
    #[error(
        "`url.srcset` makes results ahead, and none are kept: set `cache.memory_bytes`, `cache.folder` or `cache.bucket`"
    )]
    AheadOfNothing,
    /// Occurs when a bucket that paths of image URLs lead to cannot be opened.
    #[error("the pictures of image URLs: {0}")]
    Pictures(#[source] palmette_store::Error),
    /// Occurs when hosted pictures have a database or pictures, and no place for the other.
    #[error("`{given}` is set and `{missing}` is not; `hosted.folder` has a place for both")]
    HostedHalf {
        /// The setting that is given.
        given: &'static str,
        /// The other one.
        missing: &'static str,
    },
    /// Occurs when the password for the database of hosted pictures cannot be read.
    #[error("cannot read the password in {}: {source}", path.display())]
    HostedPassword {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Occurs when hosted pictures cannot be where they should be.
    #[error("hosted pictures: {0}")]
    Hosted(#[source] palmette_store::hosted::HostedError),
    /// Occurs when only one of the two files of TLS is named.
    #[error("`{given}` is set and `{missing}` is not; TLS needs both")]
    TlsHalf {
        /// The setting that is given.
        given: &'static str,
        /// The other one.
        missing: &'static str,
    },
    /// Occurs when the files of TLS cannot be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
}

/// Lists files.
fn join(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole { min, max } => write!(f, "a whole number from {min} to {max}"),
            Self::OneOf(values) => write!(f, "one of {}", values.join(", ")),
            Self::Address => f.write_str(
                "a port, localhost:PORT, an address and port such as 0.0.0.0:9901 or [::]:9901, unix:PATH, or systemd",
            ),
            Self::Switch => f.write_str("on or off"),
            Self::File => f.write_str("the path of a file, or none"),
            Self::Folder => f.write_str("the path of a folder, auto or none"),
            Self::Budget => f.write_str("a whole number of bytes, or auto"),
            Self::Origins => {
                f.write_str("origins with commas between them, such as http://127.0.0.1:8787 or http://localhost:*")
            }
            Self::Hosts => f.write_str("hosts with commas between them, such as fonts.example or *.fonts.example"),
            Self::Certificates => f.write_str("a file of certificates in PEM that can be read"),
            Self::UrlOrigins => {
                f.write_str(
                    "folders, origins and buckets with commas between them, such as /srv/pictures, https://b.com or s3://BUCKET/PREFIX",
                )
            }
            Self::SourceRules => f.write_str(
                "places with commas between them, such as b.com, *.b.com, b.com/pictures, https://b.com:8443 or *",
            ),
            Self::Keys => f.write_str("a file that can be read, of keys of at least 16 characters, one a line"),
            Self::OptionSets => f.write_str(
                "a file that can be read, of options such as width=320,format=auto, those of one URL a line",
            ),
            Self::StoreFolder => f.write_str("the path of a folder, or none"),
            Self::Pictures => {
                f.write_str("the path of a folder, the URL of a bucket such as s3://BUCKET/PREFIX, or none")
            }
            Self::Account => f.write_str("an id of letters, digits, - and _, or none"),
            Self::Origin => f.write_str("an origin such as https://pictures.example, or none"),
            Self::Srcset => {
                f.write_str("2 to 32 widths with commas between them, such as 320,640,1280, or auto or none")
            }
            Self::Via => f.write_str("a name of letters, digits, - and ."),
            Self::Bucket => f.write_str("the URL of a bucket, such as s3://BUCKET/PREFIX, or none"),
            Self::Filter => f.write_str("a list of log directives such as info,palmette_server=debug"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gather(
        toml: &str,
        variables: &[(&'static str, &'static str)],
        flags: &[(&str, &str)],
    ) -> Result<Config, ConfigError> {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("palmette.toml");
        std::fs::write(&path, toml).unwrap();
        let environment: HashMap<_, _> = variables.iter().copied().collect();
        let flags = flags.iter().map(|&(key, value)| (settings::find(key).unwrap(), value.to_owned()));
        RawConfig::gather(Some(&path), &environment, flags)?.resolve()
    }

    #[test]
    fn config_flag_beats_environment_beats_file() {
        let toml = "[limits]\nmax_sources = 10\nmax_steps = 10\nmax_depth = 10\n";
        let variables = [("PALMETTE_LIMITS_MAX_STEPS", "11"), ("PALMETTE_LIMITS_MAX_DEPTH", "11")];
        let limits = gather(toml, &variables, &[("limits.max_depth", "12")]).unwrap().limits.request.tree;
        assert_eq!((limits.max_sources, limits.max_steps, limits.max_depth), (10, 11, 12));
    }

    #[test]
    fn config_defaults_of_a_command_count_below_everything() {
        let raw = RawConfig::gather(None, &HashMap::from([("PALMETTE_LIMITS_MAX_STEPS", "11")]), []).unwrap();
        let value = |key| (settings::find(key).unwrap(), "7".to_owned());
        let defaults = [value("limits.max_steps"), value("limits.max_depth")];
        let limits = raw.with_defaults(defaults).resolve().unwrap().limits.request.tree;
        assert_eq!((limits.max_steps, limits.max_depth), (11, 7));
    }

    #[test]
    fn config_errors_name_who_said_it() {
        let message = |result: Result<Config, ConfigError>| result.unwrap_err().to_string();
        let text = message(gather("[limits]\nmax_sources = 0\n", &[], &[]));
        assert!(
            text.ends_with("palmette.toml: `limits.max_sources`: `0` is not a whole number from 1 to 65536"),
            "{text}"
        );
        let text = message(gather("", &[("PALMETTE_ENGINE_CHOICE", "tpu")], &[]));
        assert_eq!(text, "environment variable `PALMETTE_ENGINE_CHOICE`: `tpu` is not one of auto, cpu, gpu");
        let text = message(gather("", &[], &[("server.listen", "here")]));
        assert!(text.starts_with("`--listen`: `here` is not a port, localhost:PORT, an address and port"), "{text}");
    }

    #[test]
    fn config_refuses_unknown_settings_and_shapes() {
        for toml in [
            "[limits]\nmax_sorces = 1\n",
            "[limit]\n",
            "max_sources = 1\n",
            "[limits]\nmax_sources = 1.5\n",
            "limits",
            "[fetch]\nallow = [1]\n",
            "[url]\nsrcset = [320, 640.5]\n",
            "[url]\nsrcset = [[320, 640]]\n",
        ] {
            assert!(gather(toml, &[], &[]).is_err(), "{toml}");
        }
    }

    #[test]
    fn config_takes_lists() {
        let toml = "[fetch]\nallow = [\"http://127.0.0.1:8787\", \"http://localhost:*\"]\nallow_hosts = \"a.example, *.b.com\"\n";
        let fetcher = gather(toml, &[], &[]).unwrap().fetch.fetcher;
        assert_eq!((fetcher.allow.len(), fetcher.allow_hosts.len()), (2, 2));
        let variables = [("PALMETTE_FETCH_ALLOW", "http://[::1]:1")];
        assert_eq!(
            gather(toml, &variables, &[]).unwrap().fetch.fetcher.allow.len(),
            1,
            "a list is replaced, not joined"
        );
        let widths = |toml| gather(toml, &[], &[]).unwrap().url.srcset.widths().to_vec();
        assert_eq!(widths("[url]\nsrcset = [1280, 320]\n"), [320, 1280]);
        assert_eq!(widths("[url]\nsrcset = \"320, 1280\"\n"), [320, 1280]);
    }

    #[test]
    fn config_is_written_as_it_was_said() {
        let toml =
            "[limits]\nmax_sources = 10\n[fetch]\nallow = [\"http://127.0.0.1:1\", \"http://b:2\"]\nvia = \"a\"\n";
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a\nb.toml");
        std::fs::write(&path, toml).unwrap();
        let variables = HashMap::from([("PALMETTE_LIMITS_MAX_STEPS", "1_1"), ("PALMETTE_ADMISSION_WORKERS", "3")]);
        let flags = [("limits.max_steps", "12"), ("models.folder", "/a \"b\"\\")]
            .map(|(key, value)| (settings::find(key).unwrap(), value.to_owned()));
        let raw = RawConfig::gather(Some(&path), &variables, flags).unwrap();
        let written = raw.to_toml();
        for line in [
            &format!("max_sources = 10 # {}/a?b.toml", directory.path().display()),
            "max_steps = 12 # --max-steps",
            "workers = \"3\" # PALMETTE_ADMISSION_WORKERS",
            "max_depth = 16",
        ] {
            assert!(written.lines().any(|written| written == line), "{line} is not in {written}");
        }
        let mut again = RawConfig::default();
        again.read_toml(&written, Path::new("written")).unwrap();
        assert_eq!(again.resolve().unwrap(), raw.resolve().unwrap());
    }

    #[test]
    fn config_takes_switches() {
        for (text, expected) in [("true", true), ("\"on\"", true), ("false", false), ("\"off\"", false)] {
            let server =
                gather(&format!("[server]\ninsecure = {text}\nplayground = {text}\n"), &[], &[]).unwrap().server;
            assert_eq!((server.insecure, server.playground), (expected, expected), "{text}");
        }
        let error = gather("", &[("PALMETTE_SERVER_PLAYGROUND", "no")], &[]).unwrap_err().to_string();
        assert!(error.ends_with("`no` is not on or off"), "{error}");
    }

    #[test]
    fn config_refuses_other_machines_without_a_token() {
        let check = |listen: &str, settings: &[(&str, &str)]| {
            let server = gather("", &[], settings).unwrap().server;
            server.check_exposure(listen.parse().unwrap()).map_err(|error| error.to_string())
        };
        assert_eq!(check("127.0.0.1:1", &[]), Ok(()));
        assert_eq!(check("0.0.0.0:1", &[("server.insecure", "on")]), Ok(()));
        assert_eq!(check("[::]:1", &[("server.token_file", "/run/token")]), Ok(()));
        for address in ["0.0.0.0:1", "[::]:1", "10.1.2.3:1"] {
            let error = check(address, &[]).unwrap_err();
            assert!(
                error.starts_with(address) && error.contains("--token-file") && error.contains("--insecure"),
                "{error}"
            );
        }
    }

    #[test]
    fn config_ignores_foreign_variables() {
        assert_eq!(gather("", &[("PALMETTE_SERVICE_HOST", "10.0.0.1")], &[]).unwrap(), Config::default());
    }
}
