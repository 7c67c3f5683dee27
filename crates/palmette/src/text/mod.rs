//! Text as a source, if this build has it.
//!
//! A text goes through a request as a picture does: where headers are read it is laid out, which tells its size; where files are
//! decoded it is drawn, once. The font comes with the request, from the folder of the operator, or out of a `data:` URL: nothing here
//! has a network.
//!
//! The two modules have the same signatures, so that no other code depends on the features of the build.

#[cfg(not(feature = "text"))]
mod disabled;
#[cfg(feature = "text")]
mod enabled;
mod font_error;

use palmette_protocol::request::FontUrl;
use serde::Serialize;

#[cfg(not(feature = "text"))]
pub(crate) use disabled::{Typeset, Typesetter, code_of_text};
#[cfg(feature = "text")]
pub(crate) use enabled::{Typeset, Typesetter, code_of_text};

#[cfg(not(feature = "text"))]
pub use disabled::{FontFolder, TextError};
#[cfg(feature = "text")]
pub use enabled::{FontFolder, TextError};
pub use font_error::FontError;

use crate::Error;

/// A text that is a source, for explanations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TextEntry {
    /// The lines that it takes.
    pub line_count: usize,
    /// The glyphs that are drawn.
    pub glyph_count: usize,
    /// The names of its fonts: the one that was asked for, then those that had characters which it lacks.
    pub fonts: Vec<String>,
    /// The glyphs that stand for characters which no font has.
    pub missing_count: usize,
}

/// Why a text cannot be set; which source it is, is told where it is known.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Its font cannot be read.
    Font {
        /// The font, for a message.
        font: String,
        source: FontError,
    },
    /// It cannot be set in this font.
    #[cfg_attr(not(feature = "text"), expect(dead_code, reason = "without text, nothing gets so far"))]
    Text(TextError),
    /// This build sets none.
    #[cfg_attr(feature = "text", expect(dead_code, reason = "with text, it does not happen"))]
    NotBuilt,
}

impl Failure {
    /// Says that the font at a URL could not be read.
    #[cfg_attr(not(feature = "text"), expect(dead_code, reason = "without text, no font is asked for"))]
    fn of_font(url: &str, source: FontError) -> Self {
        Self::Font { font: FontUrl::parse(url).to_string(), source }
    }

    /// Adds which source it is.
    pub(crate) fn at_source(self, index: usize) -> Error {
        match self {
            Self::Font { font, source } => Error::Font { index, font, source },
            Self::Text(source) => Error::Text { index, source },
            Self::NotBuilt => Error::TextNotBuilt { index },
        }
    }
}
