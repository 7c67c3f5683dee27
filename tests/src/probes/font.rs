//! A font of one glyph, a block, for probes of text: its edges lie on whole thousandths of an em, so that a picture of it tells what
//! a size of 40 means, and where lines are.

use base64::prelude::{BASE64_STANDARD, Engine as _};

/// Units of an em, and of an advance.
const EM: i16 = 1000;
/// The block: left, bottom, right, top.
const BLOCK: [i16; 4] = [100, 0, 900, 700];
const ASCENT: i16 = 800;
const DESCENT: i16 = -200;

/// Returns the font, TrueType, as base64. Its only letter is the capital X.
pub(super) fn base64() -> String {
    BASE64_STANDARD.encode(font())
}

/// A table in the making: numbers, the most significant byte first.
#[derive(Default)]
struct Table(Vec<u8>);

impl Table {
    fn u16s(mut self, numbers: impl IntoIterator<Item = u16>) -> Self {
        self.0.extend(numbers.into_iter().flat_map(u16::to_be_bytes));
        self
    }

    fn i16s(mut self, numbers: impl IntoIterator<Item = i16>) -> Self {
        self.0.extend(numbers.into_iter().flat_map(i16::to_be_bytes));
        self
    }

    fn u32s(mut self, numbers: impl IntoIterator<Item = u32>) -> Self {
        self.0.extend(numbers.into_iter().flat_map(u32::to_be_bytes));
        self
    }

    fn bytes(mut self, bytes: &[u8]) -> Self {
        self.0.extend(bytes);
        self
    }
}

fn font() -> Vec<u8> {
    let letter = u16::from(b'X');
    let [left, bottom, right, top] = BLOCK;
    let [em, win_descent] = [EM, -DESCENT].map(|units| u16::try_from(units).expect("above 0"));
    let win_ascent = u16::try_from(ASCENT).expect("above 0");
    let glyph = Table::default()
        .i16s([1, left, bottom, right, top])
        // Four points, the last one 3, no instructions, each on the outline and told by two bytes an axis.
        .u16s([3, 0])
        .bytes(&[1; 4])
        .i16s([left, 0, right - left, 0])
        .i16s([bottom, top - bottom, 0, bottom - top]);
    let half = u16::try_from(glyph.0.len() / 2).expect("a few bytes");
    let tables = [
        (
            b"OS/2",
            Table::default()
                .u16s([4, em, 400, 5, 0])
                .i16s([650, 600, 0, 75, 650, 600, 0, 350, 50, 250, 0])
                .bytes(&[0; 10])
                .u32s([1, 0, 0, 0])
                .bytes(b"NONE")
                .u16s([0x40, letter, letter])
                .i16s([ASCENT, DESCENT, 0])
                .u16s([win_ascent, win_descent])
                .u32s([1, 0])
                .i16s([500, top])
                .u16s([0, 32, 0]),
        ),
        (
            b"cmap",
            Table::default()
                .u16s([0, 1, 3, 1])
                .u32s([12])
                // Two ranges: the letter, and the one that ends the list.
                .u16s([4, 32, 0, 4, 4, 1, 0, letter, 0xffff, 0, letter, 0xffff, 1_u16.wrapping_sub(letter), 1, 0, 0]),
        ),
        // The block stands for what is missing, too.
        (b"glyf", Table::default().bytes(&glyph.0).bytes(&glyph.0)),
        (
            b"head",
            Table::default()
                .u32s([0x0001_0000, 0x0001_0000, 0, 0x5f0f_3cf5])
                .u16s([3, em])
                .u32s([0; 4])
                .i16s(BLOCK)
                .u16s([0, 8])
                .i16s([2, 0, 0]),
        ),
        (
            b"hhea",
            Table::default()
                .u32s([0x0001_0000])
                .i16s([ASCENT, DESCENT, 0, EM, left, EM - right, right, 1, 0, 0, 0, 0, 0, 0, 0])
                .u16s([2]),
        ),
        (b"hmtx", Table::default().i16s([EM, left, EM, left])),
        (b"loca", Table::default().u16s([0, half, 2 * half])),
        (b"maxp", Table::default().u32s([0x0001_0000]).u16s([2, 4, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0])),
        (b"name", Table::default().u16s([0, 0, 6])),
        (b"post", Table::default().u32s([0x0003_0000, 0]).i16s([-100, 50]).u32s([1, 0, 0, 0, 0])),
    ];
    join(tables)
}

/// Puts tables behind their directory, with their sums.
fn join<const COUNT: usize>(tables: [(&[u8; 4], Table); COUNT]) -> Vec<u8> {
    let count = u16::try_from(COUNT).expect("a few tables");
    let (selector, range) = (count.ilog2(), 16 << count.ilog2());
    let range = u16::try_from(range).expect("a few tables");
    let mut directory = Table::default().u32s([0x0001_0000]).u16s([count, range]);
    directory = directory.u16s([u16::try_from(selector).expect("a small number"), 16 * count - range]);
    let mut body = Vec::new();
    let mut head = 0;
    for (tag, Table(mut bytes)) in tables {
        let (offset, length) = (12 + 16 * COUNT + body.len(), bytes.len());
        if tag == b"head" {
            head = offset;
        }
        bytes.resize(length.next_multiple_of(4), 0);
        let place = [offset, length].map(|number| u32::try_from(number).expect("a small font"));
        directory = directory.bytes(tag).u32s([sum(&bytes)]).u32s(place);
        body.extend(bytes);
    }
    let mut font = [directory.0, body].concat();
    let adjustment = 0xb1b0_afba_u32.wrapping_sub(sum(&font));
    font[head + 8..head + 12].copy_from_slice(&adjustment.to_be_bytes());
    font
}

/// Adds up words of 32 bits.
fn sum(bytes: &[u8]) -> u32 {
    let words =
        bytes.chunks(4).map(|word| word.iter().rev().fold(0, |value, &byte| value >> 8 | u32::from(byte) << 24));
    words.fold(0, u32::wrapping_add)
}

#[cfg(test)]
mod tests {
    use palmette_text::{Font, FontFolder, lay_out};

    use super::*;

    #[test]
    fn font_has_a_block_of_thousandths_of_an_em() {
        let text = palmette_ops::Text { size: 40.0, ..palmette_ops::Text::new("XX", "block") };
        let font = Font::read(font()).unwrap();
        let picture = lay_out(&text, &font, &FontFolder::default()).unwrap().draw().unwrap();
        assert_eq!((picture.width(), picture.height()), (80, 40));
        let alpha = |x, y| picture.pixel(x, y)[3];
        assert_eq!([(3, 20), (4, 20), (35, 20), (36, 20)].map(|(x, y)| alpha(x, y)), [0, 255, 255, 0]);
        assert_eq!([(20, 3), (20, 4), (20, 31), (20, 32)].map(|(x, y)| alpha(x, y)), [0, 255, 255, 0]);
    }
}
