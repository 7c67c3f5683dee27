//! How a JPEG file is cut into segments. It is here, and not in the reader of JPEG, since metadata is kept in builds without that, too.

/// Splits off the next segment: its marker, its content, and what follows.
///
/// Bytes that are no marker are skipped, as decoders do.
pub(crate) fn next_segment(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let mut rest = bytes;
    loop {
        let start = rest.iter().position(|&byte| byte == 0xff)?;
        rest = &rest[start + 1..];
        match *rest.first()? {
            // A stuffed zero, fill bytes, and markers without content.
            0x00 | 0xff | 0x01 | 0xd0..=0xd8 => {}
            0xd9 => return None,
            marker => {
                let len = usize::from(u16::from_be_bytes([*rest.get(1)?, *rest.get(2)?]));
                return Some((marker, rest.get(3..1 + len.max(2))?, &rest[1 + len.max(2)..]));
            }
        }
    }
}
