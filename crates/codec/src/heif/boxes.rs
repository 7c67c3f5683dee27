//! Bytes read in order, and boxes: a length, a kind of four letters, and content that may be boxes again.

use super::Fault;

/// The four letters of a box, a brand, an item or a reference.
pub(super) type Kind = [u8; 4];

/// Bytes that are read from their start.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

impl<'a> Reader<'a> {
    /// Takes a number of bytes.
    pub(super) fn take(&mut self, len: usize) -> Result<&'a [u8], Fault> {
        let (taken, rest) = self.0.split_at_checked(len).ok_or(Fault::CUT_OFF)?;
        self.0 = rest;
        Ok(taken)
    }

    /// Takes a number of bytes that is known to the compiler.
    pub(super) fn array<const LEN: usize>(&mut self) -> Result<[u8; LEN], Fault> {
        let (&taken, rest) = self.0.split_first_chunk().ok_or(Fault::CUT_OFF)?;
        self.0 = rest;
        Ok(taken)
    }

    /// Takes a byte.
    pub(super) fn u8(&mut self) -> Result<u8, Fault> {
        self.array().map(u8::from_be_bytes)
    }

    /// Takes two bytes.
    pub(super) fn u16(&mut self) -> Result<u16, Fault> {
        self.array().map(u16::from_be_bytes)
    }

    /// Takes four bytes.
    pub(super) fn u32(&mut self) -> Result<u32, Fault> {
        self.array().map(u32::from_be_bytes)
    }

    /// Takes eight bytes.
    pub(super) fn u64(&mut self) -> Result<u64, Fault> {
        self.array().map(u64::from_be_bytes)
    }

    /// Takes two bytes, or four.
    pub(super) fn u16_or_u32(&mut self, is_wide: bool) -> Result<u32, Fault> {
        if is_wide { self.u32() } else { self.u16().map(u32::from) }
    }

    /// Takes a number of up to eight bytes; of none it is 0.
    pub(super) fn uint(&mut self, len: usize) -> Result<u64, Fault> {
        Ok(self.take(len)?.iter().fold(0, |value, &byte| value << 8 | u64::from(byte)))
    }

    /// Takes version and flags, with which many boxes begin.
    pub(super) fn version_and_flags(&mut self) -> Result<(u8, u32), Fault> {
        let [version, flags @ ..] = self.array::<4>()?;
        Ok((version, flags.iter().fold(0, |value, &byte| value << 8 | u32::from(byte))))
    }

    /// Takes a text up to the zero that ends it, or all that is left where there is none.
    pub(super) fn text(&mut self) -> &'a [u8] {
        let len = self.0.iter().position(|&byte| byte == 0);
        let (text, rest) = self.0.split_at(len.unwrap_or(self.0.len()));
        self.0 = rest.get(1..).unwrap_or_default();
        text
    }
}

/// A box: what it is, and what it holds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Boxed<'a> {
    pub(super) kind: Kind,
    pub(super) content: &'a [u8],
}

/// Walks over the boxes of a content; one that claims more than there is ends the walk with a fault.
pub(super) fn boxes(content: &[u8]) -> impl Iterator<Item = Result<Boxed<'_>, Fault>> {
    Walk { rest: Reader(content), cut_off_is_a_fault: true }
}

/// Walks over the boxes of a file. The last may be cut off: what it lacks is missed where it is read.
pub(super) fn boxes_of_file(bytes: &[u8]) -> impl Iterator<Item = Result<Boxed<'_>, Fault>> {
    Walk { rest: Reader(bytes), cut_off_is_a_fault: false }
}

/// Finds the first box of a kind.
pub(super) fn find<'a>(content: &'a [u8], kind: &Kind) -> Result<Option<&'a [u8]>, Fault> {
    for found in boxes(content) {
        let found = found?;
        if found.kind == *kind {
            return Ok(Some(found.content));
        }
    }
    Ok(None)
}

/// A walk over boxes.
struct Walk<'a> {
    rest: Reader<'a>,
    cut_off_is_a_fault: bool,
}

impl<'a> Walk<'a> {
    /// Reads a box.
    fn step(&mut self) -> Result<Boxed<'a>, Fault> {
        let whole = self.rest.0;
        let (declared, kind) = (self.rest.u32()?, self.rest.array()?);
        let len = match declared {
            // To the end of what it is in.
            0 => whole.len(),
            // Its length is a larger number, after the kind.
            1 => usize::try_from(self.rest.u64()?).unwrap_or(usize::MAX),
            _ => declared as usize,
        };
        let header = whole.len() - self.rest.0.len();
        let len = if self.cut_off_is_a_fault { len } else { len.min(whole.len()) };
        let content =
            len.checked_sub(header).ok_or(Fault::Damaged("a box of its container is shorter than its header"))?;
        Ok(Boxed { kind, content: self.rest.take(content)? })
    }
}

impl<'a> Iterator for Walk<'a> {
    type Item = Result<Boxed<'a>, Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.0.is_empty() {
            return None;
        }
        let step = self.step();
        if step.is_err() {
            self.rest.0 = &[];
            if !self.cut_off_is_a_fault {
                // Bytes after the last box are nobody's.
                return None;
            }
        }
        Some(step)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(content: &[u8]) -> Result<Vec<(Kind, usize)>, Fault> {
        boxes(content).map(|found| found.map(|found| (found.kind, found.content.len()))).collect()
    }

    #[test]
    fn boxes_of_all_ways_to_say_a_length() {
        let content = b"\0\0\0\x0aaaaa12\0\0\0\x01bbbb\0\0\0\0\0\0\0\x111\0\0\0\0cccc12345";
        assert_eq!(kinds(content).unwrap(), [(*b"aaaa", 2), (*b"bbbb", 1), (*b"cccc", 5)]);
    }

    #[test]
    fn boxes_that_claim_too_much_or_too_little_are_faults() {
        for content in
            [&b"\0\0\0\x0baaaa12"[..], b"\0\0\0\x07aaaa", b"\0\0\0\x01aaaa\xff\xff\xff\xff\xff\xff\xff\xff", b"\0\0"]
        {
            assert!(kinds(content).is_err(), "{content:?}");
        }
        let cut_off: Vec<_> = boxes_of_file(b"\0\0\0\x0baaaa12").map(|found| found.unwrap().content.len()).collect();
        assert_eq!(cut_off, [2]);
    }
}
