//! How good the results are.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::case::{Case, Work};
use super::peer;
use crate::bench::dialogue::Dialogue;
use crate::error::Error;

/// Who decodes and scores: sharp gives bare RGB of every format, and a program of ours compares.
#[derive(Debug)]
pub(super) struct Judge {
    sharp: Dialogue,
    score: Dialogue,
    folder: PathBuf,
}

impl Judge {
    /// Starts both.
    ///
    /// # Errors
    ///
    /// Those of starting them.
    pub(super) fn start(programs: &Path, folder: &Path) -> Result<Self, Error> {
        let score = Dialogue::start(programs.join("score"), &[])?;
        Ok(Self { sharp: peer::sharp()?, score, folder: folder.to_owned() })
    }

    /// Scores a result against its source, as it is reduced in gamma-encoded values and in linear light.
    ///
    /// # Errors
    ///
    /// What the programs say.
    pub(super) fn score(&mut self, case: &Case, source: &Path, result: &Path) -> Result<[f64; 2], Error> {
        let source = self.decode(source, "source.rgb", matches!(case.work, Work::Square(_)))?;
        let result = self.decode(result, "result.rgb", false)?;
        let answer = self.score.ask(&format!("{source} {result}"))?;
        let scores = answer.split_once(' ').and_then(|(gamma, light)| Some([gamma.parse().ok()?, light.parse().ok()?]));
        scores.ok_or_else(|| self.score.failed(&answer))
    }

    /// Decodes a file; returns its width, its height and the file of its bare RGB.
    fn decode(&mut self, path: &Path, save: &str, square: bool) -> Result<String, Error> {
        let save = self.folder.join(save);
        let (source, save) = (path.to_string_lossy(), save.to_string_lossy());
        let ask = json!({ "do": "decode", "source": source, "save": save, "square": square });
        let answer = self.sharp.ask(&ask.to_string())?;
        let size: Value = serde_json::from_str(&answer).map_err(|_| self.sharp.failed(&answer))?;
        let (Some(width), Some(height)) = (size["width"].as_u64(), size["height"].as_u64()) else {
            return Err(self.sharp.failed(&answer));
        };
        Ok(format!("{width} {height} {save}"))
    }
}
