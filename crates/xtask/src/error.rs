//! What can go wrong in a chore.

use std::io;
use std::path::PathBuf;

/// A failure of a chore.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// Occurs when a program cannot be started.
    #[error("{program} cannot be started ({source}): scripts/setup check installs what is missing")]
    Start {
        /// Its name.
        program: String,
        /// Why.
        source: io::Error,
    },
    /// Occurs when a program says that something is wrong.
    #[error("{command} failed")]
    Failed {
        /// The whole command line.
        command: String,
    },
    /// Occurs when a program of a bench cannot do what it is asked for.
    #[error("{program}: {message}")]
    Peer {
        /// Its name.
        program: String,
        /// What it says.
        message: String,
    },
    /// Occurs when an argument of a bench is not understood.
    #[error("{argument}: no such argument, or its value is missing; `cargo xtask` lists them")]
    Argument {
        /// What was given.
        argument: String,
    },
    /// Occurs when the arguments name a stage that does not exist.
    #[error("there is no stage `{name}`, only {known}")]
    UnknownStage {
        /// What was asked for.
        name: String,
        /// What there is.
        known: String,
    },
    /// Occurs when stages of a check fail.
    #[error("failed: {names}")]
    Stages {
        /// Their names.
        names: String,
    },
    /// Occurs when the driver is not there on which parity is tested once more.
    #[error("there is no Vulkan driver {}: scripts/setup check installs it; {variable} names another one", manifest.display())]
    NoSecondDriver {
        /// Its manifest.
        manifest: PathBuf,
        /// What names another one.
        variable: &'static str,
    },
    /// Occurs when a file cannot be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Occurs when a file or an answer of cargo does not hold what it should.
    #[error("{what} is missing or not as expected")]
    Unexpected {
        /// What was looked for.
        what: &'static str,
    },
    /// Occurs when a crate is linked whose licence is nowhere to be had in words.
    #[error("{name}: no licence text in the package, and none known for `{licence}`")]
    NoLicence {
        /// The crate.
        name: String,
        /// What its manifest says.
        licence: String,
    },
    /// Occurs when the pinned toolchain is not the version that the crates promise to build with.
    #[error("rust-toolchain.toml pins {pinned}, but Cargo.toml promises rust-version {promised}")]
    Toolchain {
        /// The channel.
        pinned: String,
        /// The `rust-version`.
        promised: String,
    },
}
