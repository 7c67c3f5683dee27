//! `multipart/mixed`: the answer to a request for several results, a part for each, in their order.
//!
//! Every part tells its length, so that a reader need not look for boundaries in pictures. A part is a picture, with its size in
//! `image-width` and `image-height`, or a failure, with its code in [`ERROR_HEADER`] and its text as content. The server writes heads
//! ([`head`], [`end`]); [`MixedReader`] takes an answer apart while it arrives.

use bytes::{Bytes, BytesMut};

use crate::answer::{ERROR_HEADER, code_in_header};
use crate::form::Boundary;

/// The media type, without its boundary.
pub const MEDIA_TYPE: &str = "multipart/mixed";

/// Bytes that the head of a part may have.
const MAX_HEAD_BYTES: usize = 16 << 10;

impl Boundary {
    /// Returns the `content-type` of an answer of several results.
    #[must_use]
    pub fn mixed_content_type(&self) -> String {
        format!("{MEDIA_TYPE}; boundary={}", self.as_str())
    }
}

/// Writes the beginning of a part, its boundary and its headers. So many bytes follow, and a line break.
///
/// ```
/// use palmette_protocol::{form::Boundary, mixed};
///
/// let head = mixed::head(&Boundary::new(1), &[("content-type", "image/webp".to_owned())], 512);
/// assert!(head.ends_with("\r\ncontent-type: image/webp\r\ncontent-length: 512\r\n\r\n"));
/// ```
#[must_use]
pub fn head(boundary: &Boundary, headers: &[(&str, String)], bytes: usize) -> String {
    let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    format!("--{}\r\n{headers}content-length: {bytes}\r\n\r\n", boundary.as_str())
}

/// Writes the end of an answer.
#[must_use]
pub fn end(boundary: &Boundary) -> String {
    format!("--{}--\r\n", boundary.as_str())
}

/// A part of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MixedPart {
    /// The names, in lower case, and the values of its headers.
    pub headers: Vec<(String, String)>,
    /// The picture, or the text of a failure.
    pub bytes: Bytes,
}

impl MixedPart {
    /// Returns a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find_map(|(known, value)| (known == name).then_some(value.as_str()))
    }

    /// Returns the code of a failure; absent if the part is a picture.
    #[must_use]
    pub fn code(&self) -> Option<u16> {
        code_in_header(self.header(ERROR_HEADER)?)
    }
}

/// Occurs when an answer is no `multipart/mixed` as servers of this project write it.
#[derive(Debug, thiserror::Error)]
#[error("part {part} of the answer is malformed: {problem}")]
pub struct MalformedAnswer {
    /// Parts before it.
    pub part: usize,
    /// What is wrong with it.
    pub problem: &'static str,
}

/// Takes an answer of several results apart while it arrives.
///
/// ```
/// use palmette_protocol::mixed::MixedReader;
///
/// let answer = "--x\r\ncontent-type: image/png\r\ncontent-length: 3\r\n\r\nPNG\r\n--x--\r\n";
/// let mut reader = MixedReader::new("multipart/mixed; boundary=x").expect("a boundary");
/// let mut parts = Vec::new();
/// for chunk in answer.as_bytes().chunks(5) {
///     reader.feed(chunk);
///     while let Some(part) = reader.next_part()? {
///         parts.push(part);
///     }
/// }
/// assert!(reader.is_over());
/// assert_eq!((&parts[0].bytes[..], parts[0].header("content-type")), (&b"PNG"[..], Some("image/png")));
/// # Ok::<(), palmette_protocol::mixed::MalformedAnswer>(())
/// ```
#[derive(Debug)]
pub struct MixedReader {
    /// The two dashes and the boundary.
    delimiter: String,
    pending: BytesMut,
    /// What is known of the part whose content is arriving.
    head: Option<Head>,
    /// Whole parts up to now.
    parts: usize,
    is_over: bool,
}

/// The head of a part.
#[derive(Debug)]
struct Head {
    headers: Vec<(String, String)>,
    content_bytes: usize,
}

impl MixedReader {
    /// Makes a reader for an answer of this `content-type`; nothing unless it is `multipart/mixed` with a boundary.
    #[must_use]
    pub fn new(content_type: &str) -> Option<Self> {
        let rest = content_type.get(MEDIA_TYPE.len()..)?;
        let is_mixed = content_type[..MEDIA_TYPE.len()].eq_ignore_ascii_case(MEDIA_TYPE);
        let boundary = rest.split(';').find_map(|parameter| parameter.trim().strip_prefix("boundary="))?;
        let boundary = boundary.trim_matches('"');
        let delimiter = format!("--{boundary}");
        (is_mixed && !boundary.is_empty()).then_some(Self {
            delimiter,
            pending: BytesMut::new(),
            head: None,
            parts: 0,
            is_over: false,
        })
    }

    /// Takes the next bytes of the answer.
    pub fn feed(&mut self, chunk: &[u8]) {
        self.pending.extend_from_slice(chunk);
    }

    /// Returns the next part, once it is whole.
    ///
    /// # Errors
    ///
    /// [`MalformedAnswer`]; there are no parts after it.
    pub fn next_part(&mut self) -> Result<Option<MixedPart>, MalformedAnswer> {
        if self.head.is_none() && !self.is_over {
            self.head = self.next_head()?;
        }
        let whole = |head: &mut Head| self.pending.len() >= head.content_bytes.saturating_add(2);
        let Some(Head { headers, content_bytes }) = self.head.take_if(whole) else { return Ok(None) };
        let content = self.pending.split_to(content_bytes).freeze();
        if &self.pending.split_to(2)[..] != b"\r\n" {
            return Err(self.malformed("it does not end where it says"));
        }
        self.parts += 1;
        Ok(Some(MixedPart { headers, bytes: content }))
    }

    /// Tells whether the end of the answer has come; without it, the server or a connection failed in the middle.
    #[must_use]
    pub const fn is_over(&self) -> bool {
        self.is_over
    }

    /// Reads the boundary and the headers of a part, once they are there.
    fn next_head(&mut self) -> Result<Option<Head>, MalformedAnswer> {
        let needed = self.delimiter.len() + 2;
        if self.pending.len() < needed {
            return Ok(None);
        }
        if !self.pending.starts_with(self.delimiter.as_bytes()) {
            return Err(self.malformed("it does not begin with the boundary"));
        }
        if &self.pending[self.delimiter.len()..needed] == b"--" {
            self.is_over = true;
            return Ok(None);
        }
        let Some(end) = memchr::memmem::find(&self.pending, b"\r\n\r\n") else {
            return if self.pending.len() > MAX_HEAD_BYTES {
                Err(self.malformed("its head has no end"))
            } else {
                Ok(None)
            };
        };
        let head = self.pending.split_to(end + 4);
        let text = std::str::from_utf8(&head).map_err(|_| self.malformed("its head is not UTF-8"))?;
        let headers: Option<Vec<_>> = text.trim_end().split("\r\n").skip(1).map(header).collect();
        let headers = headers.ok_or_else(|| self.malformed("a header without a colon"))?;
        let length =
            headers.iter().find(|(name, _)| name == "content-length").and_then(|(_, value)| value.parse().ok());
        let content_bytes = length.ok_or_else(|| self.malformed("it does not tell its length"))?;
        Ok(Some(Head { headers, content_bytes }))
    }

    const fn malformed(&self, problem: &'static str) -> MalformedAnswer {
        MalformedAnswer { part: self.parts, problem }
    }
}

/// Reads the line of a header.
fn header(line: &str) -> Option<(String, String)> {
    let (name, value) = line.split_once(':')?;
    Some((name.trim().to_ascii_lowercase(), value.trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Code;
    use crate::answer::{error_body, error_header};

    /// Takes an answer apart that comes in pieces of so many bytes.
    fn read(answer: &str, piece: usize) -> Result<(Vec<MixedPart>, bool), MalformedAnswer> {
        let mut reader = MixedReader::new("multipart/mixed; boundary=\"x\"").unwrap();
        let mut parts = Vec::new();
        for chunk in answer.as_bytes().chunks(piece) {
            reader.feed(chunk);
            while let Some(part) = reader.next_part()? {
                parts.push(part);
            }
        }
        Ok((parts, reader.is_over()))
    }

    #[test]
    fn answers_are_taken_apart_wherever_they_are_cut() {
        let boundary = Boundary::new(7);
        let text = error_body(Code::Damaged, "no");
        // Content may hold anything, the boundary too.
        let picture = format!("--{}--\r\n\r\n", boundary.as_str());
        let answer = [
            head(&boundary, &[("content-type", "image/png".into()), ("image-width", "5".into())], picture.len()),
            format!("{picture}\r\n"),
            head(&boundary, &[(ERROR_HEADER, error_header(Code::Damaged))], text.len()),
            format!("{text}\r\n"),
            head(&boundary, &[], 0),
            "\r\n".to_owned(),
            end(&boundary),
        ]
        .concat();
        for piece in [1, 3, 40, answer.len()] {
            let mut reader = MixedReader::new(&boundary.mixed_content_type()).unwrap();
            let mut parts = Vec::new();
            for chunk in answer.as_bytes().chunks(piece) {
                reader.feed(chunk);
                parts.extend(std::iter::from_fn(|| reader.next_part().unwrap()));
            }
            let [first, second, third] = &parts[..] else { panic!("{parts:?}") };
            assert!(reader.is_over());
            assert_eq!((&first.bytes[..], first.code()), (picture.as_bytes(), None));
            assert_eq!((first.header("content-type"), first.header("image-width")), (Some("image/png"), Some("5")));
            assert_eq!((&second.bytes[..], second.code()), (text.as_bytes(), Some(9516)));
            assert!(third.bytes.is_empty());
        }
    }

    #[test]
    fn answers_that_break_off_are_not_over() {
        let (parts, is_over) =
            read("--x\r\ncontent-length: 1\r\n\r\na\r\n--x\r\ncontent-length: 9\r\n\r\nab", 4).unwrap();
        assert_eq!((parts.len(), is_over), (1, false));
        // A length that no answer has is waited for, too.
        let (parts, is_over) = read(&format!("--x\r\ncontent-length: {}\r\n\r\nab", usize::MAX), 4).unwrap();
        assert_eq!((parts.len(), is_over), (0, false));
    }

    #[test]
    fn malformed_answers_are_refused() {
        let endless = format!("--x\r\n{}", "a".repeat(MAX_HEAD_BYTES));
        for (answer, part, problem) in [
            ("hello", 0, "it does not begin with the boundary"),
            ("--x\r\ncontent-length: 1\r\n\r\nabc", 0, "it does not end where it says"),
            ("--x\r\ncontent-length: 1\r\n\r\na\r\n--x\r\ntype\r\n\r\n", 1, "a header without a colon"),
            ("--x\r\ncontent-length: -1\r\n\r\n", 0, "it does not tell its length"),
            ("--x\r\n\r\n\r\n", 0, "it does not tell its length"),
            (&endless, 0, "its head has no end"),
        ] {
            let error = read(answer, 5).unwrap_err();
            assert_eq!((error.part, error.problem), (part, problem), "{answer}");
        }
        for content_type in
            ["multipart/form-data; boundary=x", "multipart/mixed", "multipart/mixed; boundary=", "", "ä"]
        {
            assert!(MixedReader::new(content_type).is_none(), "{content_type}");
        }
    }
}
