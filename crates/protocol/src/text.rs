//! Text that is set and used as a picture: the JSON of `text_input` and `draw_text` parts.

use crate::{Color, Error, Options};

/// A source that is text to set instead of a picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Text {
    /// What is set; may hold line breaks.
    pub text: String,
    /// Where the font is, as it was written.
    pub font_url: String,
    /// Size of the font in points, more than 0; absent leaves it to the server.
    pub size: Option<f64>,
    /// Colour of the glyphs; absent leaves it to the server.
    pub color: Option<Color>,
}

impl Text {
    /// Reads the text of a part.
    ///
    /// # Errors
    ///
    /// 9401 if it is no JSON object, or if a field is unknown, missing or out of range.
    pub fn parse(_json: &str) -> Result<Self, Error> {
        todo!()
    }

    /// Resolves the fields of a text source.
    ///
    /// # Errors
    ///
    /// 9401 if a field is unknown, missing or out of range.
    pub fn from_options(_options: &Options) -> Result<Self, Error> {
        todo!()
    }
}
