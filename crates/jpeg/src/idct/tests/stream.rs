//! Files written by hand: whatever coefficients a test wants, which no encoder would write.

/// A symbol that means nothing: a table holds 255 codes of one length.
const UNUSED: u8 = 0x10;

/// Writes a grey baseline file of 8×8 blocks, side by side, given in zigzag order.
///
/// The Huffman tables are flat: every symbol has a code of its own of 9 bits, or of 5 for DC. Differences of DC wrap at 16
/// bits.
///
/// # Panics
///
/// On a coefficient of -32,768, or a DC difference of that, which have no category.
pub(crate) fn gray_row(steps: &[u16; 64], blocks: &[[i16; 64]]) -> Vec<u8> {
    let width = u16::try_from(8 * blocks.len()).expect("a width of 16 bits");
    let mut file = vec![0xff, 0xd8];
    let mut segment = |marker: u8, content: &[u8]| {
        let len = u16::try_from(content.len() + 2).expect("a length of 16 bits");
        file.extend([0xff, marker]);
        file.extend(len.to_be_bytes());
        file.extend(content);
    };
    let mut table = vec![0x10];
    table.extend(steps.iter().flat_map(|step| step.to_be_bytes()));
    segment(0xdb, &table);
    let [w1, w0] = width.to_be_bytes();
    segment(0xc0, &[8, 0, 8, w1, w0, 1, 1, 0x11, 0]);
    let mut dc_table = vec![0x00, 0, 0, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    dc_table.extend(0..16);
    segment(0xc4, &dc_table);
    let mut ac_table = vec![0x10, 0, 0, 0, 0, 0, 0, 0, 0, 255, 0, 0, 0, 0, 0, 0, 0];
    ac_table.extend((0..=255).filter(|&symbol| symbol != UNUSED));
    segment(0xc4, &ac_table);
    segment(0xda, &[1, 1, 0x00, 0, 63, 0]);

    let mut bits = Bits::default();
    let mut last_dc = 0;
    for block in blocks {
        let difference = block[0].wrapping_sub(last_dc);
        last_dc = block[0];
        let category = bits_of(difference);
        bits.put(category, 5);
        bits.put_value(difference, category);
        let mut run = 0;
        for &coefficient in &block[1..] {
            if coefficient == 0 {
                run += 1;
                continue;
            }
            while run > 15 {
                bits.put(0xf0 - 1, 9);
                run -= 16;
            }
            let category = bits_of(coefficient);
            let symbol = run << 4 | category;
            bits.put(symbol - u32::from(symbol > u32::from(UNUSED)), 9);
            bits.put_value(coefficient, category);
            run = 0;
        }
        if run > 0 {
            bits.put(0, 9);
        }
    }
    file.extend(bits.finish());
    file.extend([0xff, 0xd9]);
    file
}

/// Returns how many bits a number has: its category.
fn bits_of(value: i16) -> u32 {
    let bits = 16 - value.unsigned_abs().leading_zeros();
    assert!(bits < 16, "{value} has no category");
    bits
}

/// Entropy-coded data as it grows.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    pending: u32,
    count: u32,
}

impl Bits {
    /// Appends the low bits of a number.
    fn put(&mut self, value: u32, count: u32) {
        for i in (0..count).rev() {
            self.pending = self.pending << 1 | (value >> i & 1);
            self.count += 1;
            if self.count == 8 {
                let [byte, ..] = self.pending.to_le_bytes();
                self.bytes.push(byte);
                if byte == 0xff {
                    self.bytes.push(0);
                }
                (self.pending, self.count) = (0, 0);
            }
        }
    }

    /// Appends a coefficient of a category.
    fn put_value(&mut self, value: i16, category: u32) {
        let value = i32::from(value);
        let coded = if value < 0 { value - 1 } else { value };
        self.put(coded.cast_unsigned(), category);
    }

    /// Fills the last byte with ones.
    fn finish(mut self) -> Vec<u8> {
        self.put(0x7f, (8 - self.count) % 8);
        self.bytes
    }
}
