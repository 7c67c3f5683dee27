//! No text: this build goes without.

use std::convert::Infallible;
use std::path::Path;

use palmette_core::{Pixmap, Size};
use palmette_ops::{Class, Text};
use palmette_protocol::Code;
use palmette_protocol::request::FontFiles;

use super::{Failure, TextEntry};

/// Why no text is set.
#[derive(Debug, thiserror::Error)]
#[error("this build sets no text")]
pub struct TextError;

impl TextError {
    /// Says whose fault the failure is.
    #[must_use]
    pub const fn class(&self) -> Class {
        Class::Unsupported
    }
}

/// What does not exist here.
#[derive(Debug)]
pub struct FontFolder(Infallible);

impl FontFolder {
    /// Refuses.
    ///
    /// # Errors
    ///
    /// Always: this build sets no text.
    pub fn scan(_folder: impl AsRef<Path>) -> Result<Self, TextError> {
        Err(TextError)
    }

    /// Returns the names that fonts can be found by.
    #[must_use]
    pub const fn names(&self) -> Vec<&str> {
        match self.0 {}
    }

    /// Returns a digest of all fonts.
    #[must_use]
    pub const fn fingerprint(&self) -> &[u8; 32] {
        match self.0 {}
    }
}

/// Refuses every text.
pub(crate) struct Typesetter;

impl Typesetter {
    pub(crate) const fn new(_files: &FontFiles, _folder: Option<&FontFolder>) -> Self {
        Self
    }

    pub(crate) fn set(&mut self, _text: Text) -> Result<Typeset, Failure> {
        Err(Failure::NotBuilt)
    }
}

/// What does not exist here.
pub(crate) struct Typeset(Infallible);

impl Typeset {
    pub(crate) fn size(&self) -> Size {
        match self.0 {}
    }

    pub(crate) fn content(&self) -> &str {
        match self.0 {}
    }

    pub(crate) fn font_bytes(&self) -> u64 {
        match self.0 {}
    }

    pub(crate) fn drawing_bytes(&self) -> u64 {
        match self.0 {}
    }

    pub(crate) fn entry(&self) -> TextEntry {
        match self.0 {}
    }

    pub(crate) fn draw(&self) -> Result<Pixmap, TextError> {
        match self.0 {}
    }
}

/// Returns the code of a failure.
pub(crate) const fn code_of_text(_error: &TextError) -> Code {
    Code::InvalidOption
}
