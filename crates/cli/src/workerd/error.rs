//! What can keep a Worker's configuration from becoming one of workerd's.

use std::path::PathBuf;

/// A failure of `palmette workerd-config`.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WorkerdError {
    /// Occurs when the file is neither JSON nor TOML by its name.
    #[error("{}: the name must end in .jsonc, .json or .toml", path.display())]
    UnknownFormat {
        /// The file.
        path: PathBuf,
    },
    /// Occurs when the file is not JSON with comments.
    #[error("{}: {source}", path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// Where and why.
        source: Box<jsonc_parser::errors::ParseError>,
    },
    /// Occurs when the file is not TOML.
    #[error("{}: {}", path.display(), source.to_string().replace('\n', " "))]
    Toml {
        /// The file.
        path: PathBuf,
        /// Where and why.
        source: Box<toml::de::Error>,
    },
    /// Occurs when a file of TOML holds a date, which has no type in a Worker's configuration.
    #[error("{}: {date} is a date; write it in quotes", path.display())]
    Date {
        /// The file.
        path: PathBuf,
        /// The date.
        date: toml::value::Datetime,
    },
    /// Occurs when a file is not UTF-8.
    #[error("{} is not UTF-8 text", path.display())]
    NotText {
        /// The file.
        path: PathBuf,
    },
    /// Occurs when a key has a value of the wrong type, or none where it needs one.
    #[error("{}: {key} must be {allowed}, got {actual}", path.display())]
    BadValue {
        /// The file.
        path: PathBuf,
        /// The key, with those it is inside of.
        key: String,
        /// What it may be.
        allowed: &'static str,
        /// What it is.
        actual: String,
    },
    /// Occurs when the environment that was asked for is not there.
    #[error("{}: there is no environment `{name}`, only {known}", path.display())]
    NoEnvironment {
        /// The file.
        path: PathBuf,
        /// Its name.
        name: String,
        /// Those that there are.
        known: String,
    },
    /// Occurs when bindings have no service.
    #[error("{}: nothing serves {names}; name a module for each with --worker NAME=FILE", path.display())]
    Unserved {
        /// The file.
        path: PathBuf,
        /// The bindings, each with the key that declares it.
        names: String,
    },
    /// Occurs when two bindings have one name, of which workerd would give the Worker only one.
    #[error("{}: more than one binding is named {name}", path.display())]
    DoubledBinding {
        /// The file.
        path: PathBuf,
        /// Their name.
        name: String,
    },
    /// Occurs when a key asks for what workerd has nothing for.
    #[error("{}: the setting `{key}` is not supported here", path.display())]
    UnsupportedKey {
        /// The file.
        path: PathBuf,
        /// The key.
        key: String,
    },
    /// Occurs when a setting of the bundler is given for a Worker that is not bundled.
    #[error("{}: `{key}` is a setting of the bundler: {HOW_TO_BUNDLE}", path.display())]
    BundlerSetting {
        /// The file.
        path: PathBuf,
        /// The setting.
        key: String,
    },
    /// Occurs when a `--worker` serves no binding.
    #[error("--worker {name}: the configuration has no binding of that name, only {known}")]
    NoSuchBinding {
        /// The name that was given.
        name: String,
        /// Those that there are.
        known: String,
    },
    /// Occurs when a token is given and nothing to use it for.
    #[error("--token-env: {} has no images binding, and the token is only sent for one", path.display())]
    NoImages {
        /// The file.
        path: PathBuf,
    },
    /// Occurs when the address of Palmette is none that workerd connects to.
    #[error("--palmette {address}: must be HOST, HOST:PORT, a URL without a path, or unix:PATH")]
    NoAddress {
        /// What was given.
        address: String,
    },
    /// Occurs when an authority is named for an address without TLS.
    #[error("--palmette-ca: has no effect with --palmette {address}, which is not https")]
    NoTls {
        /// The address.
        address: String,
    },
    /// Occurs when the main module is no JavaScript.
    #[error("{} is not a JavaScript module: {HOW_TO_BUNDLE}", path.display())]
    MainNeedsBundler {
        /// The module.
        path: PathBuf,
    },
    /// Occurs when the main module exports nothing.
    #[error("{} exports nothing, so it is not an ES module; bindings need one", path.display())]
    NotAModule {
        /// The file.
        path: PathBuf,
    },
    /// Occurs when a module imports something that is not a file workerd can load.
    #[error("{} imports \"{specifier}\", which is not a file that workerd can load: {HOW_TO_BUNDLE}", path.display())]
    ImportNeedsBundler {
        /// The module.
        path: PathBuf,
        /// What it imports.
        specifier: String,
    },
    /// Occurs when a folder of assets holds a file that would change how they are served.
    #[error("{} is not supported here; remove it, and let the Worker do its work", path.display())]
    AssetRules {
        /// The file.
        path: PathBuf,
    },
    /// Occurs when a path should be a folder.
    #[error("{} is not a folder", path.display())]
    NotAFolder {
        /// The path.
        path: PathBuf,
    },
}

/// What to do when a Worker is not made of plain modules.
const HOW_TO_BUNDLE: &str =
    "bundle it with `wrangler deploy --dry-run --outdir DIR`, then give the main file of DIR with --main";
