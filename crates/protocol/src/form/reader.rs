//! Splits a body into parts while it arrives.

use crate::Error;

/// How large a form may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FormLimits {
    /// Bytes of the whole body; default 100,000,000. A breach is 9402.
    pub max_form_bytes: u64,
    /// Bytes of the headers of one part; default 8,192. A breach is 9432.
    pub max_header_bytes: usize,
}

impl Default for FormLimits {
    fn default() -> Self {
        Self { max_form_bytes: 100_000_000, max_header_bytes: 8_192 }
    }
}

/// What a [`FormReader`] finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormEvent<'a> {
    /// A part begins.
    PartStart {
        /// Its name.
        name: &'a str,
        /// Whether it came with a file name, as files do.
        is_file: bool,
    },
    /// The next bytes of the part; never empty.
    Data(&'a [u8]),
    /// The part is whole.
    PartEnd,
    /// The closing boundary was found: the form is whole. What follows is skipped.
    End,
}

/// Splits a body into parts while it arrives.
#[derive(Debug)]
pub struct FormReader {}

impl FormReader {
    /// Makes a reader for a body of the given `content-type`.
    ///
    /// # Errors
    ///
    /// 9432 unless it is `multipart/form-data` with a boundary.
    pub fn new(_content_type: &str, _limits: FormLimits) -> Result<Self, Error> {
        todo!()
    }

    /// Takes the next bytes of the body, cut anywhere, and calls `on_event` for all that they complete.
    ///
    /// # Errors
    ///
    /// 9432 for a malformed body, 9402 for one over the limit, and whatever `on_event` returns. The reader is of no
    /// further use then.
    pub fn feed(
        &mut self,
        _chunk: &[u8],
        _on_event: impl FnMut(FormEvent<'_>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        todo!()
    }

    /// Says that the body has ended.
    ///
    /// # Errors
    ///
    /// 9432 if the closing boundary has not come: a client whose source stream failed sends exactly that.
    pub fn finish(self) -> Result<(), Error> {
        todo!()
    }
}
