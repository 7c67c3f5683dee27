//! How good the results are.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::case::{Case, Work};
use super::peer;
use crate::bench::dialogue::Dialogue;
use crate::bench::score::{Rgb, Score};
use crate::error::Error;

/// Who decodes and scores: sharp gives bare RGB of every format, and a program of ours compares.
#[derive(Debug)]
pub(super) struct Judge {
    sharp: Dialogue,
    score: Score,
    folder: PathBuf,
}

impl Judge {
    /// Starts both.
    ///
    /// # Errors
    ///
    /// Those of starting them.
    pub(super) fn start(programs: &Path, folder: &Path) -> Result<Self, Error> {
        Ok(Self { sharp: peer::sharp()?, score: Score::start(programs)?, folder: folder.to_owned() })
    }

    /// Scores a result against its source, as it is reduced in gamma-encoded values and in linear light.
    ///
    /// # Errors
    ///
    /// What the programs say.
    pub(super) fn score(&mut self, case: &Case, source: &Path, result: &Path) -> Result<[f64; 2], Error> {
        let [source_rgb, result_rgb] = ["source.rgb", "result.rgb"].map(|name| self.folder.join(name));
        let source =
            Rgb { size: self.decode(source, &source_rgb, matches!(case.work, Work::Square(_)))?, path: &source_rgb };
        let result = Rgb { size: self.decode(result, &result_rgb, false)?, path: &result_rgb };
        self.score.of(source, result)
    }

    /// Decodes a file to bare RGB; returns its width and its height.
    fn decode(&mut self, path: &Path, save: &Path, square: bool) -> Result<(u32, u32), Error> {
        let (source, save) = (path.to_string_lossy(), save.to_string_lossy());
        let ask = json!({ "do": "decode", "source": source, "save": save, "square": square });
        let answer = self.sharp.ask(&ask.to_string())?;
        let size: Value = serde_json::from_str(&answer).map_err(|_| self.sharp.failed(&answer))?;
        let side = |name: &str| size[name].as_u64().and_then(|side| u32::try_from(side).ok());
        side("width").zip(side("height")).ok_or_else(|| self.sharp.failed(&answer))
    }
}
