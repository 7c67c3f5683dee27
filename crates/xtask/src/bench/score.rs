//! How good a smaller picture is: the program of `benches/peers/codecs` that scores, and what it is asked.

use std::path::Path;

use super::dialogue::Dialogue;
use crate::error::Error;

/// A file of bare RGB, and its width and height.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rgb<'a> {
    /// Width and height.
    pub(super) size: (u32, u32),
    /// The file; no blanks in its name.
    pub(super) path: &'a Path,
}

/// The program that scores.
#[derive(Debug)]
pub(super) struct Score(Dialogue);

impl Score {
    /// Starts it; `programs` is the folder that it was built in.
    ///
    /// # Errors
    ///
    /// [`Error::Start`].
    pub(super) fn start(programs: &Path) -> Result<Self, Error> {
        Ok(Self(Dialogue::start(programs.join("score"), &[])?))
    }

    /// Scores a result against its source, as it is reduced in gamma-encoded values and in linear light.
    ///
    /// # Errors
    ///
    /// What the program says.
    pub(super) fn of(&mut self, source: Rgb<'_>, result: Rgb<'_>) -> Result<[f64; 2], Error> {
        let text = |Rgb { size: (width, height), path }: Rgb<'_>| format!("{width} {height} {}", path.display());
        let answer = self.0.ask(&format!("{} {}", text(source), text(result)))?;
        let scores = answer.split_once(' ').and_then(|(gamma, light)| Some([gamma.parse().ok()?, light.parse().ok()?]));
        scores.ok_or_else(|| self.0.failed(&answer))
    }
}
