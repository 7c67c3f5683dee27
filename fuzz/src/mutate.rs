//! Changes that break files where readers look: bits, cuts, copies, lengths and numbers.

/// A generator of random numbers (`xorshift64*`): the same on every machine.
#[derive(Debug)]
pub(crate) struct Random(u64);

impl Random {
    /// Starts a sequence; every seed has its own.
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// Returns the next 32 bits.
    const fn bits(&mut self) -> u32 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 32) as u32
    }

    /// Returns a number below `end`, which is not 0.
    pub(crate) const fn below(&mut self, end: usize) -> usize {
        self.bits() as usize % end
    }

    /// Returns one of several things.
    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}

/// Numbers at which readers go wrong.
const NUMBERS: [u32; 12] = [0, 1, 2, 3, 0x7f, 0xff, 0x7fff, 0xffff, 0x10000, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff];

/// Texts that mean something to one reader or another.
const WORDS: [&[u8]; 24] = [
    b"\xff\xd8",
    b"\xff\xd9",
    b"\xff\xda",
    b"\xff\xd0",
    b"\xff\x00",
    b"IDAT",
    b"IEND",
    b"PLTE",
    b"tRNS",
    b"iCCP",
    b"acTL",
    b"ANMF",
    b"VP8L",
    b"ALPH",
    b"\x21\xf9\x04",
    b"\x2c\0\0\0\0",
    b"ipco",
    b"iloc",
    b"auxC",
    b"-1",
    b"1e999",
    b"\"null\"",
    b"{\"",
    b"\r\n--",
];

/// Takes one of the seeds and changes it in up to eight places.
pub(crate) fn mutate(seeds: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
    let mut bytes = seeds[random.below(seeds.len())].clone();
    for _ in 0..=random.below(8) {
        if bytes.is_empty() {
            break;
        }
        let at = random.below(bytes.len());
        let length = (1 + random.below(64)).min(bytes.len() - at);
        match random.below(12) {
            0 | 1 => bytes[at] ^= 1 << random.below(8),
            2 => bytes[at] = random.pick(&[0, 1, 0x7f, 0x80, 0xfe, 0xff]),
            3 => bytes[at] = random.bits().to_le_bytes()[3],
            4 => bytes.truncate(at),
            5 => drop(bytes.drain(at..at + length)),
            6 => {
                let copy = bytes[at..at + length].to_vec();
                let to = random.below(bytes.len());
                bytes.splice(to..to, copy);
            }
            7 => bytes.splice(at..at, std::iter::repeat_n(0, length)).for_each(drop),
            8 => {
                let number = random.pick(&NUMBERS);
                overwrite(
                    &mut bytes[at..],
                    if random.below(2) == 0 { number.to_be_bytes() } else { number.to_le_bytes() },
                );
            }
            9 => {
                let word = random.pick(&WORDS);
                bytes.splice(at..at, word.iter().copied()).for_each(drop);
            }
            10 => {
                // Another file goes on where this one ends.
                let other = &seeds[random.below(seeds.len())];
                bytes.truncate(at);
                bytes.extend_from_slice(&other[at.min(other.len())..]);
            }
            _ => bytes[at..at + length].reverse(),
        }
    }
    bytes
}

/// Writes as much of a number as there is room for.
fn overwrite(bytes: &mut [u8], number: [u8; 4]) {
    bytes.iter_mut().zip(number).for_each(|(byte, value)| *byte = value);
}
