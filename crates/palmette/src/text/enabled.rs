//! Text: the source of its font, and the text once it is laid out.

use std::collections::BTreeMap;

use data_url::DataUrl;
use palmette_core::{Pixmap, Size};
use palmette_ops::Text;
use palmette_protocol::Code;
use palmette_protocol::request::{FontFiles, FontUrl};
use palmette_text::{Font, LaidText};

use super::{Failure, FontError, TextEntry};
use crate::code::code_of_core;

pub use palmette_text::{Error as TextError, FontFolder};

/// Lays out the texts of a request, and reads each font once that it brought.
pub(crate) struct Typesetter<'a> {
    files: &'a FontFiles,
    folder: Option<&'a FontFolder>,
    /// The fonts that were read so far, by the names that texts use for them.
    read: BTreeMap<String, Font>,
}

impl<'a> Typesetter<'a> {
    /// Begins with the fonts that there are.
    pub(crate) const fn new(files: &'a FontFiles, folder: Option<&'a FontFolder>) -> Self {
        Self { files, folder, read: BTreeMap::new() }
    }

    /// Finds the font of a text and lays it out; no pixel is drawn.
    pub(crate) fn set(&mut self, text: Text) -> Result<Typeset, Failure> {
        let none = FontFolder::default();
        let folder = self.folder.unwrap_or(&none);
        let (font, font_bytes) =
            self.font(&text.font_url, folder).map_err(|source| Failure::of_font(&text.font_url, source))?;
        let laid = palmette_text::lay_out(&text, &font, folder).map_err(Failure::Text)?;
        Ok(Typeset { content: text.content, laid, font_bytes })
    }

    /// Finds a font, and counts the memory that it takes, unless it was counted before.
    fn font(&mut self, url: &str, folder: &FontFolder) -> Result<(Font, u64), FontError> {
        if let Some(font) = self.read.get(url) {
            return Ok((font.clone(), 0));
        }
        let bytes = match FontUrl::parse(url) {
            FontUrl::Named(name) => return Ok((named(name, folder)?, 0)),
            FontUrl::Data(url) => decode(url)?.into(),
            FontUrl::Remote(url) => match self.files.get(url) {
                Some(Ok(bytes)) => bytes.clone(),
                Some(Err(reason)) => return Err(FontError::Failed { reason: reason.to_owned() }),
                None => return Err(FontError::NotFetched),
            },
        };
        let font = Font::read(bytes).map_err(FontError::Unusable)?;
        self.read.insert(url.to_owned(), font.clone());
        let font_bytes = font.memory_bytes();
        Ok((font, font_bytes))
    }
}

/// A text that is laid out.
pub(crate) struct Typeset {
    content: String,
    laid: LaidText,
    /// Bytes of the font, if the request brought it and no text before has it.
    font_bytes: u64,
}

impl Typeset {
    /// Returns the size of the picture.
    pub(crate) const fn size(&self) -> Size {
        self.laid.size()
    }

    /// Returns the text.
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

    /// Describes it for explanations.
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
