//! Random numbers that are the same on every machine and in every run.

/// A xorshift generator (`xorshift64*`): small, fixed for ever, and good enough to make pictures and lists.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// Starts a sequence; every seed has its own.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        // The state must not be 0; the odd factor spreads small seeds over all bits.
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5851_f42d_4c95_7f2d | 1)
    }

    /// Returns the next 32 bits.
    pub const fn bits(&mut self) -> u32 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 32) as u32
    }

    /// Returns the next byte.
    pub const fn byte(&mut self) -> u8 {
        (self.bits() >> 24) as u8
    }

    /// Returns a number from `low` to `high`, both included.
    ///
    /// # Panics
    ///
    /// If `high` is below `low`.
    pub fn between(&mut self, low: u32, high: u32) -> u32 {
        assert!(low <= high, "an empty range");
        let span = u64::from(high - low) + 1;
        let scaled = (u64::from(self.bits()) * span) >> 32;
        low + u32::try_from(scaled).expect("less than the span")
    }

    /// Returns a length from 1 to `high`, small ones as likely as large ones.
    pub fn length(&mut self, high: u32) -> u32 {
        let bits = self.between(0, high.ilog2());
        self.between(1 << bits, (2 << bits) - 1).min(high)
    }

    /// Returns a number from 0 to 1, both included, in steps of a thousandth.
    pub fn fraction(&mut self) -> f64 {
        f64::from(self.between(0, 1000)) / 1000.0
    }

    /// Says yes once in `of` times.
    pub fn one_in(&mut self, of: u32) -> bool {
        self.between(1, of) == 1
    }

    /// Returns one of several things.
    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        let last = u32::try_from(from.len() - 1).expect("a short list");
        from[self.between(0, last) as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_is_the_same_for_ever() {
        let mut random = Random::new(1);
        assert_eq!([random.bits(), random.bits(), random.bits()], [3_548_322_257, 3_787_675_604, 3_002_156_440]);
    }

    #[test]
    fn random_stays_in_its_ranges() {
        let mut random = Random::new(7);
        let mut seen = [false; 3];
        for _ in 0..1000 {
            seen[random.between(0, 2) as usize] = true;
            assert!((1..=1500).contains(&random.length(1500)));
            assert!((0.0..=1.0).contains(&random.fraction()));
        }
        assert_eq!(seen, [true; 3]);
    }
}
