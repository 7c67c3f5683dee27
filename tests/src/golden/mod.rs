//! Goldens: results that somebody looked at and accepted, kept as PNGs of straight RGBA8 before any codec.
//!
//! A golden is `tests/goldens/<topic>/<test>.png`, at most 16 KiB, written by the scalar CPU alone and compared byte for
//! byte. A missing golden is a failure. `UPDATE_GOLDENS=<name>` or `UPDATE_GOLDENS=all` writes what came and still fails
//! that run, so nothing is accepted without a second, clean run; `CI=true` refuses the variable. A failure leaves
//! `tests/out/<topic>/<test>/` behind, see [`report`].

pub mod file;
pub mod report;

use std::env;
use std::path::{Path, PathBuf};

use palmette_compare::Agreement;

use crate::compare::{Mismatch, compare};
use crate::sheet::Sheet;

/// The largest golden that is accepted, so that hundreds of them can live in the repository.
pub const MAX_FILE_BYTES: usize = 16 * 1024;

/// Where goldens lie, and what is done with results that differ.
#[derive(Clone, Debug)]
pub struct Goldens {
    /// The folder of the goldens.
    pub folder: PathBuf,
    /// The folder of what failures leave behind.
    pub out: PathBuf,
    /// What is written.
    pub update: Update,
}

/// What `UPDATE_GOLDENS` asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Update {
    /// Nothing is written.
    Never,
    /// Every golden that is missing or differs is written.
    All,
    /// Only this one is.
    Only(String),
    /// The variable is set where it must not be.
    Refused,
}

impl Update {
    /// Reads the two variables.
    #[must_use]
    pub fn from_variables(update: Option<&str>, ci: Option<&str>) -> Self {
        match (update, ci) {
            (None | Some(""), _) => Self::Never,
            (Some(_), Some("true")) => Self::Refused,
            (Some("all"), _) => Self::All,
            (Some(name), _) => Self::Only(name.to_owned()),
        }
    }

    fn covers(&self, name: &str) -> bool {
        match self {
            Self::Never | Self::Refused => false,
            Self::All => true,
            Self::Only(only) => only == name,
        }
    }
}

impl Goldens {
    /// The goldens of this workspace, updated as the environment says.
    #[must_use]
    pub fn of_workspace() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let update = Update::from_variables(env::var("UPDATE_GOLDENS").ok().as_deref(), env::var("CI").ok().as_deref());
        Self { folder: root.join("goldens"), out: root.join("out"), update }
    }

    /// Compares a result with its golden, named `<topic>/<test>`.
    ///
    /// # Errors
    ///
    /// What was wrong, where to look and what to run, as one text. In an updating run that is always so.
    pub fn check(&self, name: &str, actual: &Sheet) -> Result<(), String> {
        if self.update == Update::Refused {
            return Err("UPDATE_GOLDENS is set in CI, where nobody looks at what it would accept".to_owned());
        }
        let out = self.out.join(name);
        let failure = match self.compare(name, actual) {
            Ok(()) => {
                report::clear(&out);
                return Ok(());
            }
            Err(failure) => failure,
        };
        report::write(&out, name, &failure, actual).map_err(|error| format!("{}: {error}", out.display()))?;
        if self.update.covers(name) {
            return Err(self.accept(name, actual));
        }
        let cells = failure.cells(actual).join("; ");
        let cells = if cells.is_empty() { cells } else { format!("\n  in {cells}") };
        Err(format!(
            "golden {name}: {failure}{cells}\n  look at {}\n  accept with UPDATE_GOLDENS={name} cargo test -p palmette-tests",
            out.display()
        ))
    }

    /// Compares without writing anything.
    fn compare(&self, name: &str, actual: &Sheet) -> Result<(), Failure> {
        let expected = file::read(&self.path(name)).map_err(Failure::Unreadable)?;
        compare(&expected, &actual.picture, Agreement::Exact)
            .map_err(|mismatch| Failure::Different { expected, mismatch })
    }

    /// Writes a golden and says so.
    fn accept(&self, name: &str, actual: &Sheet) -> String {
        let path = self.path(name);
        match file::write(&path, &actual.picture) {
            Ok(bytes) if bytes > MAX_FILE_BYTES => {
                format!(
                    "golden {name} written, but {bytes} bytes are over the limit of {MAX_FILE_BYTES}: make the picture smaller"
                )
            }
            Ok(_) => {
                format!("golden {name} written: look at {}, then run again without UPDATE_GOLDENS", path.display())
            }
            Err(error) => format!("golden {name} cannot be written to {}: {error}", path.display()),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.png"))
    }

    /// Returns the names of all goldens that lie in the folder, sorted, with the length of each file.
    ///
    /// # Errors
    ///
    /// Those of reading the folder.
    pub fn names(&self) -> std::io::Result<Vec<(String, u64)>> {
        let mut names = Vec::new();
        for topic in std::fs::read_dir(&self.folder)? {
            let topic = topic?;
            for golden in std::fs::read_dir(topic.path())? {
                let golden = golden?;
                let path = golden.path();
                let stem = path.with_extension("");
                let stem = stem.strip_prefix(&self.folder).expect("it lies in this folder");
                names.push((stem.to_string_lossy().into_owned(), golden.metadata()?.len()));
            }
        }
        names.sort();
        Ok(names)
    }
}

/// Why a result is not its golden.
#[derive(Debug)]
pub enum Failure {
    /// Occurs when there is no golden, or it is not a PNG of straight RGBA8.
    Unreadable(file::Error),
    /// Occurs when the golden shows something else.
    Different {
        /// The golden.
        expected: palmette_core::Pixmap,
        /// How the result differs.
        mismatch: Mismatch,
    },
}

impl Failure {
    /// Names the cells of a sheet that hold the first pixels that differ.
    fn cells<'a>(&self, actual: &'a Sheet) -> Vec<&'a str> {
        let Self::Different { mismatch: Mismatch::Pixels(difference), .. } = self else { return Vec::new() };
        let mut cells: Vec<&str> =
            difference.first.iter().filter_map(|pixel| actual.label_at(pixel.x, pixel.y)).collect();
        cells.dedup();
        cells
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unreadable(error) => error.fmt(f),
            Self::Different { mismatch, .. } => mismatch.fmt(f),
        }
    }
}

/// Compares a result with its golden in this workspace.
///
/// # Panics
///
/// If they differ, with the text of [`Goldens::check`].
pub fn check(name: &str, actual: impl Into<Sheet>) {
    if let Err(message) = Goldens::of_workspace().check(name, &actual.into()) {
        panic!("{message}");
    }
}

#[cfg(test)]
mod tests;
