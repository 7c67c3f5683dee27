//! Little-endian numbers out of bytes that may be anything.

use super::Error;

/// Bytes of a file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bytes<'a>(pub(super) &'a [u8]);

impl<'a> Bytes<'a> {
    /// Returns a part.
    pub(super) fn part(self, start: usize, len: usize) -> Result<&'a [u8], Error> {
        let end = start.checked_add(len).ok_or(Error::Broken { at: start })?;
        self.0.get(start..end).ok_or(Error::Broken { at: start })
    }

    /// Returns some bytes at a place.
    fn array<const N: usize>(self, at: usize) -> Result<[u8; N], Error> {
        Ok(self.part(at, N)?.try_into().expect("a part of this length"))
    }

    /// Reads 8 bits.
    pub(super) fn u8(self, at: usize) -> Result<u8, Error> {
        Ok(self.array::<1>(at)?[0])
    }

    /// Reads 16 bits.
    pub(super) fn u16(self, at: usize) -> Result<u16, Error> {
        Ok(u16::from_le_bytes(self.array(at)?))
    }

    /// Reads 32 bits.
    pub(super) fn u32(self, at: usize) -> Result<u32, Error> {
        Ok(u32::from_le_bytes(self.array(at)?))
    }

    /// Reads 32 bits with a sign.
    pub(super) fn i32(self, at: usize) -> Result<i32, Error> {
        Ok(i32::from_le_bytes(self.array(at)?))
    }

    /// Reads 32 bits as a length or a place.
    pub(super) fn len(self, at: usize) -> Result<usize, Error> {
        usize::try_from(self.u32(at)?).map_err(|_| Error::Broken { at })
    }
}

/// Returns numbers of 32 bits; bytes left over are ignored.
pub(super) fn floats(bytes: &[u8]) -> Vec<f32> {
    let (words, _) = bytes.as_chunks::<4>();
    words.iter().map(|&word| f32::from_le_bytes(word)).collect()
}

/// Returns numbers of 16 bits, exactly; a byte left over is ignored.
pub(super) fn halves(bytes: &[u8]) -> Vec<f32> {
    let (words, _) = bytes.as_chunks::<2>();
    words.iter().map(|&word| half(u16::from_le_bytes(word))).collect()
}

/// Returns a number of 16 bits (IEEE 754 binary16), exactly.
fn half(bits: u16) -> f32 {
    let sign = if bits >> 15 == 1 { -1.0 } else { 1.0 };
    let (exponent, fraction) = (i32::from(bits >> 10 & 31), f32::from(bits & 1023));
    match exponent {
        0 => sign * fraction * 2f32.powi(-24),
        31 if fraction == 0.0 => sign * f32::INFINITY,
        31 => f32::NAN,
        _ => sign * (1024.0 + fraction) * 2f32.powi(exponent - 25),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_is_exact() {
        for (bits, value) in [
            (0x3C00, 1.0),
            (0xC000, -2.0),
            (0x3555, 0.333_251_95),
            (0x7BFF, 65504.0),
            (0x0001, 5.960_464_5e-8),
            (0x8000, 0.0),
        ] {
            assert_eq!(half(bits), value, "{bits:x}");
        }
        assert!(half(0x7E00).is_nan() && half(0xFC00) == f32::NEG_INFINITY);
    }

    #[test]
    fn bytes_end_where_they_end() {
        let bytes = Bytes(&[1, 0, 0, 0, 7]);
        assert_eq!((bytes.u32(0).unwrap(), bytes.u8(4).unwrap()), (1, 7));
        assert!(matches!(bytes.u32(2), Err(Error::Broken { at: 2 })));
        assert!(matches!(bytes.part(usize::MAX, 2), Err(Error::Broken { .. })));
    }
}
