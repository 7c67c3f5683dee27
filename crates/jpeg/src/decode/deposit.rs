//! Spreading bits over the places of a mask: one instruction, where the machine has it.

/// A way to spread bits.
pub(super) trait Deposit: Copy {
    /// Puts the lowest bits, in their order, to the places where the mask has ones.
    fn deposit(self, bits: u64, mask: u64) -> u64;
}

/// Bit after bit, for every machine.
#[derive(Clone, Copy, Debug)]
pub(super) struct Portable;

impl Deposit for Portable {
    #[inline]
    fn deposit(self, bits: u64, mask: u64) -> u64 {
        let (mut bits, mut mask, mut spread) = (bits, mask, 0);
        while bits != 0 && mask != 0 {
            let place = mask & mask.wrapping_neg();
            if bits & 1 == 1 {
                spread |= place;
            }
            bits >>= 1;
            mask ^= place;
        }
        spread
    }
}

/// By BMI2.
#[cfg(target_arch = "x86_64")]
#[expect(unsafe_code, reason = "an instruction that not every machine has")]
pub(super) mod bmi2 {
    use super::Deposit;

    /// The right to use the instruction.
    #[derive(Clone, Copy, Debug)]
    pub(in crate::decode) struct Bmi2(());

    impl Bmi2 {
        /// Gives the right to code that is built for it.
        #[target_feature(enable = "bmi2")]
        #[inline]
        pub(in crate::decode) fn new() -> Self {
            Self(())
        }
    }

    impl Deposit for Bmi2 {
        #[inline(always)]
        fn deposit(self, bits: u64, mask: u64) -> u64 {
            // SAFETY: a value of this type is made only where BMI2 is enabled.
            unsafe { std::arch::x86_64::_pdep_u64(bits, mask) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deposit_spreads_in_order() {
        assert_eq!(Portable.deposit(0b101, 0b1101_0000), 0b1001_0000);
        assert_eq!(Portable.deposit(u64::MAX, 0xf0f0), 0xf0f0);
        assert_eq!(Portable.deposit(1, 0), 0);
    }
}
