//! Splits a body into parts while it arrives.
//!
//! The reader keeps no more than the bytes that it cannot judge yet: the headers of one part, or the end of a chunk that
//! may be the beginning of a boundary. The events do not depend on how the body is cut into chunks, except
//! that the data of a part may come in other pieces.

use memchr::memmem;

use super::header::{boundary, part_head};
use crate::Error;
use crate::json::excerpt_text;

/// How large a form may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FormLimits {
    /// Bytes of the whole body; default 100,000,000. A breach is [`Error::FormTooLarge`], code 9402.
    pub max_form_bytes: u64,
    /// Bytes of the headers of one part; default 8,192. A breach is [`Error::HeaderTooLarge`], code 9432.
    pub max_header_bytes: usize,
}

impl Default for FormLimits {
    fn default() -> Self {
        Self { max_form_bytes: 100_000_000, max_header_bytes: 8_192 }
    }
}

/// An event of a [`FormReader`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormEvent<'a> {
    /// A part begins.
    PartStart {
        /// Its name.
        name: &'a str,
        /// The name of the file that it came from, if it did.
        filename: Option<&'a str>,
    },
    /// The next bytes of the part; never empty.
    Data(&'a [u8]),
    /// The part is whole.
    PartEnd,
    /// The closing boundary was found: the form is complete. Bytes after it are skipped.
    End,
}

/// Splits a body into parts while it arrives.
///
/// ```
/// use palmette_protocol::{FormEvent, FormLimits, FormReader};
///
/// let mut reader = FormReader::new("multipart/form-data; boundary=x", FormLimits::default())?;
/// let mut text = Vec::new();
/// for chunk in ["--x\r\ncontent-disposition: form-data; na", "me=anim\r\n\r\ntr", "ue\r\n--x--\r\n"] {
///     reader.feed(chunk.as_bytes(), |event| {
///         if let FormEvent::Data(data) = event {
///             text.extend_from_slice(data);
///         }
///         Ok(())
///     })?;
/// }
/// reader.finish()?;
/// assert_eq!(text, b"true");
/// # Ok::<(), palmette_protocol::Error>(())
/// ```
#[derive(Debug)]
pub struct FormReader {
    limits: FormLimits,
    /// Finds the line break before a boundary, the two dashes and the boundary.
    delimiter: memmem::Finder<'static>,
    state: State,
    /// Bytes that came and are not used up.
    pending: Vec<u8>,
    /// Bytes of the body up to now.
    form_bytes: u64,
    /// Parts up to now, the current one included.
    parts: usize,
}

/// The part of the form that the next byte belongs to.
#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    /// Before the first boundary, where bytes mean nothing.
    Preamble,
    /// The rest of a line with a boundary.
    BoundaryLine,
    /// Headers, from the line break of the boundary on; those many bytes hold no end of them.
    Headers { searched: usize },
    /// The data of a part.
    Data,
    /// After the closing boundary, where bytes mean nothing.
    Epilogue,
}

impl FormReader {
    /// The most bytes that are looked at together, so that a large chunk is not copied as a whole.
    const MAX_STRETCH_BYTES: usize = 1 << 16;

    /// Makes a reader for a body of the given `content-type`.
    ///
    /// # Errors
    ///
    /// [`Error::NotAForm`], code 9432, unless it is `multipart/form-data` with a boundary.
    pub fn new(content_type: &str, limits: FormLimits) -> Result<Self, Error> {
        let boundary = boundary(content_type).ok_or_else(|| Error::NotAForm { actual: excerpt_text(content_type) })?;
        Ok(Self {
            limits,
            delimiter: memmem::Finder::new(&format!("\r\n--{boundary}")).into_owned(),
            state: State::Preamble,
            // A boundary stands at the beginning of a line, and so does the body.
            pending: b"\r\n".to_vec(),
            form_bytes: 0,
            parts: 0,
        })
    }

    /// Takes the next bytes of the body, cut anywhere, and calls `on_event` for all that they complete.
    ///
    /// # Errors
    ///
    /// [`Error::MalformedForm`] and [`Error::HeaderTooLarge`], code 9432, [`Error::FormTooLarge`], code 9402, and whatever
    /// `on_event` returns. The reader is of no further use then.
    pub fn feed(
        &mut self,
        chunk: &[u8],
        mut on_event: impl FnMut(FormEvent<'_>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let allowed = usize::try_from(self.limits.max_form_bytes - self.form_bytes).unwrap_or(usize::MAX);
        let within = &chunk[..chunk.len().min(allowed)];
        self.form_bytes += within.len() as u64;
        for stretch in within.chunks(Self::MAX_STRETCH_BYTES) {
            self.advance(stretch, &mut on_event)?;
        }
        if within.len() < chunk.len() {
            return Err(Error::FormTooLarge { max_form_bytes: self.limits.max_form_bytes });
        }
        Ok(())
    }

    /// Returns the bytes of memory that is held for bytes of the body.
    #[must_use]
    pub const fn held_bytes(&self) -> usize {
        self.pending.capacity()
    }

    /// Says that the body has ended.
    ///
    /// # Errors
    ///
    /// [`Error::UnfinishedForm`], code 9432, if the closing boundary has not come: a client whose source stream failed sends
    /// exactly that.
    pub fn finish(self) -> Result<(), Error> {
        if self.state == State::Epilogue { Ok(()) } else { Err(Error::UnfinishedForm) }
    }

    /// Uses up as much as can be judged.
    fn advance(
        &mut self,
        stretch: &[u8],
        on_event: &mut impl FnMut(FormEvent<'_>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut bytes = std::mem::take(&mut self.pending);
        bytes.extend_from_slice(stretch);
        let mut used = 0;
        while let Some(step) = self.step(&bytes[used..], on_event)? {
            used += step;
        }
        bytes.drain(..used);
        self.pending = bytes;
        Ok(())
    }

    /// Takes one step; returns how many bytes it used, or `None` if it needs more.
    fn step(
        &mut self,
        bytes: &[u8],
        on_event: &mut impl FnMut(FormEvent<'_>) -> Result<(), Error>,
    ) -> Result<Option<usize>, Error> {
        match self.state {
            State::Preamble => Ok(self.skip_to_boundary(bytes).1),
            State::Data => {
                let (data, used) = self.skip_to_boundary(bytes);
                if !data.is_empty() {
                    on_event(FormEvent::Data(data))?;
                }
                if self.state == State::BoundaryLine {
                    on_event(FormEvent::PartEnd)?;
                }
                Ok(used)
            }
            State::BoundaryLine => {
                let used = self.read_boundary_line(bytes)?;
                if self.state == State::Epilogue {
                    on_event(FormEvent::End)?;
                }
                Ok(used)
            }
            State::Headers { searched } => self.read_headers(bytes, searched, on_event),
            State::Epilogue => Ok((!bytes.is_empty()).then_some(bytes.len())),
        }
    }

    /// Returns the bytes that surely stand before the next boundary, and how many are used; past the boundary if it is there.
    fn skip_to_boundary<'a>(&mut self, bytes: &'a [u8]) -> (&'a [u8], Option<usize>) {
        let delimiter_bytes = self.delimiter.needle().len();
        if let Some(end) = self.delimiter.find(bytes) {
            self.state = State::BoundaryLine;
            return (&bytes[..end], Some(end + delimiter_bytes));
        }
        let certain = (bytes.len() + 1).saturating_sub(delimiter_bytes);
        (&bytes[..certain], (certain > 0).then_some(certain))
    }

    /// Reads the bytes after a boundary: `--` at the end of the form, else the end of the line.
    fn read_boundary_line(&mut self, bytes: &[u8]) -> Result<Option<usize>, Error> {
        let blanks = bytes.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        if blanks > self.limits.max_header_bytes {
            return Err(Error::HeaderTooLarge { part: self.parts, max_header_bytes: self.limits.max_header_bytes });
        }
        match &bytes[blanks..] {
            [b'-', b'-', ..] if blanks == 0 => {
                self.state = State::Epilogue;
                Ok(Some(2))
            }
            // The line break stays: headers that are none are one line break and another.
            [b'\r', b'\n', ..] => {
                self.state = State::Headers { searched: 0 };
                Ok(Some(blanks))
            }
            [] | [b'\r' | b'-'] => Ok(None),
            _ => Err(Error::MalformedForm { part: self.parts, problem: "a boundary is not alone in its line" }),
        }
    }

    fn read_headers(
        &mut self,
        bytes: &[u8],
        searched: usize,
        on_event: &mut impl FnMut(FormEvent<'_>) -> Result<(), Error>,
    ) -> Result<Option<usize>, Error> {
        let end = memmem::find(&bytes[searched..], b"\r\n\r\n").map(|end| searched + end);
        // Where the end is, or where it may be at the earliest, counted from the line break of the boundary.
        if end.unwrap_or(bytes.len().saturating_sub(3)) > self.limits.max_header_bytes.saturating_add(2) {
            return Err(Error::HeaderTooLarge { part: self.parts, max_header_bytes: self.limits.max_header_bytes });
        }
        let Some(end) = end else {
            self.state = State::Headers { searched: bytes.len().saturating_sub(3) };
            return Ok(None);
        };
        let head = part_head(bytes.get(2..end).unwrap_or_default())
            .map_err(|problem| Error::MalformedForm { part: self.parts, problem })?;
        self.parts += 1;
        self.state = State::Data;
        on_event(FormEvent::PartStart { name: &head.name, filename: head.filename.as_deref() })?;
        Ok(Some(end + 4))
    }
}
