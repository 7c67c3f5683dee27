//! Text: where its font comes from, and what it is once it is laid out.

use data_url::DataUrl;
use palmette_core::{Pixmap, Size};
use palmette_ops::Text;
use palmette_protocol::Code;
use palmette_protocol::request::{FontFiles, FontUrl};
use palmette_text::{Font, LaidText};

use super::{Failure, FontError, TextEntry};
use crate::code::code_of_core;

pub use palmette_text::{Error as TextError, FontFolder};

/// A text that is laid out.
pub(crate) struct Typeset {
    content: String,
    laid: LaidText,
    /// Bytes of the font, if the request brought it.
    font_bytes: u64,
}

impl Typeset {
    /// Finds the font and lays the text out; no pixel is drawn.
    pub(crate) fn new(text: Text, files: &FontFiles, folder: Option<&FontFolder>) -> Result<Self, Failure> {
        let of_font = |source| Failure::of_font(&text.font_url, source);
        let none = FontFolder::default();
        let folder = folder.unwrap_or(&none);
        let (font, font_bytes) = match FontUrl::parse(&text.font_url) {
            FontUrl::Named(name) => (named(name, folder).map_err(of_font)?, 0),
            FontUrl::Data(url) => read(decode(url).map_err(of_font)?).map_err(of_font)?,
            FontUrl::Remote(url) => match files.get(url) {
                Some(Ok(bytes)) => read(bytes.clone()).map_err(of_font)?,
                Some(Err(reason)) => return Err(of_font(FontError::Failed { reason: reason.to_owned() })),
                None => return Err(of_font(FontError::NotFetched)),
            },
        };
        let laid = palmette_text::lay_out(&text, &font, folder).map_err(Failure::Text)?;
        Ok(Self { content: text.content, laid, font_bytes })
    }

    /// Returns the size of the picture.
    pub(crate) const fn size(&self) -> Size {
        self.laid.size()
    }

    /// Returns what is set.
    pub(crate) fn content(&self) -> &str {
        &self.content
    }

    /// Returns the bytes that its font takes as long as the text lives; those of the operator are shared by all.
    pub(crate) const fn font_bytes(&self) -> u64 {
        self.font_bytes
    }

    /// Estimates the bytes that drawing takes at its height, the picture included.
    pub(crate) fn drawing_bytes(&self) -> u64 {
        self.laid.memory_bytes()
    }

    /// Says what there is to know of it.
    pub(crate) fn entry(&self) -> TextEntry {
        let laid = &self.laid;
        TextEntry {
            line_count: laid.line_count(),
            glyph_count: laid.glyph_count(),
            fonts: laid.font_names().map(str::to_owned).collect(),
            missing_count: laid.missing_count(),
        }
    }

    /// Draws it on nothing.
    pub(crate) fn draw(&self) -> Result<Pixmap, TextError> {
        self.laid.draw()
    }
}

/// Finds a font of the operator.
fn named(name: &str, folder: &FontFolder) -> Result<Font, FontError> {
    folder
        .find(name)
        .ok_or_else(|| FontError::Unknown { known: folder.names().into_iter().map(str::to_owned).collect() })
}

/// Reads a font that a request brought, and says what it takes.
fn read(bytes: impl Into<bytes::Bytes>) -> Result<(Font, u64), FontError> {
    let font = Font::read(bytes).map_err(FontError::Unusable)?;
    let font_bytes = font.memory_bytes();
    Ok((font, font_bytes))
}

/// Takes the bytes out of a `data:` URL.
fn decode(url: &str) -> Result<Vec<u8>, FontError> {
    let url = DataUrl::process(url).map_err(|_| FontError::DataUrl)?;
    url.decode_to_vec().map(|(bytes, _)| bytes).map_err(|_| FontError::DataUrl)
}

/// Returns the code of a failure.
pub(crate) fn code_of_text(error: &TextError) -> Code {
    match error {
        TextError::TooManyCharacters { .. } | TextError::BadNumber { .. } => Code::InvalidOption,
        TextError::TooLarge { .. } => Code::DimensionsTooLarge,
        TextError::Picture(error) => code_of_core(error),
        TextError::TooComplex
        | TextError::UnknownFormat
        | TextError::FontTooLarge { .. }
        | TextError::UnpackedTooLarge { .. }
        | TextError::CompressedCollection
        | TextError::DamagedPacking
        | TextError::DamagedTables
        | TextError::NoCharacters
        | TextError::NoOutlines
        | TextError::Unreadable { .. } => Code::FontFailed,
    }
}
