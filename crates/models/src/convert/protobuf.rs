//! Fields of a protobuf message, one after the other.

use super::Error;

/// A field: its number and what it holds.
pub(super) type Field<'a> = (u64, Wire<'a>);

/// What a field holds.
#[derive(Clone, Copy, Debug)]
pub(super) enum Wire<'a> {
    /// A number.
    Number(u64),
    /// Four bytes, which nothing here needs.
    Word,
    /// Text, a message, or packed numbers.
    Bytes(&'a [u8]),
}

impl<'a> Wire<'a> {
    /// Returns the bytes.
    pub(super) fn bytes(self) -> Result<&'a [u8], Error> {
        match self {
            Self::Bytes(bytes) => Ok(bytes),
            _ => Err(Error::Broken { at: 0 }),
        }
    }

    /// Returns the text.
    pub(super) fn text(self) -> Result<&'a str, Error> {
        std::str::from_utf8(self.bytes()?).map_err(|_| Error::Broken { at: 0 })
    }

    /// Returns the number, or packed numbers.
    pub(super) fn numbers(self) -> Result<Vec<i64>, Error> {
        match self {
            Self::Number(number) => Ok(vec![number.cast_signed()]),
            Self::Word => Err(Error::Broken { at: 0 }),
            Self::Bytes(mut bytes) => {
                let mut numbers = Vec::new();
                while !bytes.is_empty() {
                    numbers.push(varint(&mut bytes)?.cast_signed());
                }
                Ok(numbers)
            }
        }
    }
}

/// Reads all fields of a message.
pub(super) fn fields(mut message: &[u8]) -> Result<Vec<Field<'_>>, Error> {
    let mut fields = Vec::new();
    while !message.is_empty() {
        let key = varint(&mut message)?;
        let wire = match key & 7 {
            0 => Wire::Number(varint(&mut message)?),
            1 => Wire::Bytes(take(&mut message, 8)?),
            2 => {
                let len = varint(&mut message)?;
                Wire::Bytes(take(&mut message, usize::try_from(len).unwrap_or(usize::MAX))?)
            }
            5 => {
                take(&mut message, 4)?;
                Wire::Word
            }
            _ => return Err(Error::Broken { at: 0 }),
        };
        fields.push((key >> 3, wire));
    }
    Ok(fields)
}

/// Takes bytes off the front.
fn take<'a>(bytes: &mut &'a [u8], len: usize) -> Result<&'a [u8], Error> {
    bytes.split_off(..len).ok_or(Error::Broken { at: len })
}

/// Takes a number of variable length off the front.
fn varint(bytes: &mut &[u8]) -> Result<u64, Error> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let byte = take(bytes, 1)?[0];
        number |= u64::from(byte & 127) << shift;
        if byte < 128 {
            return Ok(number);
        }
    }
    Err(Error::Broken { at: 0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_and_broken_ones_refused() {
        // Field 1 is 300, field 2 holds "ab", field 3 four bytes.
        let message = [0x08, 0xAC, 0x02, 0x12, 2, b'a', b'b', 0x1D, 1, 2, 3, 4];
        let read = fields(&message).unwrap();
        assert_eq!(read.iter().map(|field| field.0).collect::<Vec<_>>(), [1, 2, 3]);
        assert_eq!(read[0].1.numbers().unwrap(), [300]);
        assert_eq!(read[1].1.text().unwrap(), "ab");
        for end in [1, 2, 4, 6, 9] {
            assert!(fields(&message[..end]).is_err(), "{end}");
        }
        assert!(fields(&[0xFF; 11]).is_err(), "a number that does not end");
    }
}
