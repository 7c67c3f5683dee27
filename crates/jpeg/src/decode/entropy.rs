//! The entropy decoders, built for every machine and for those with newer instructions for bits.

use std::ops::Range;

use super::coefficients::Coefficients;
use super::deposit::Portable;
use super::scan::{Part, Scan};
use super::sequential::Unit;
use super::{progressive, sequential};

/// Decodes MCUs of some blocks, side by side; of a sequential scan those outside the range are skipped.
type Decode = fn(&mut Scan<'_>, units: &[Unit], count: usize, kept: &Range<usize>, into: &mut Coefficients);

/// The decoder, as a choice.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entropy(pub(super) Decode);

impl Entropy {
    /// For every machine.
    const PORTABLE: Self = Self(portable);

    /// Returns the fastest that this machine can run.
    pub(super) fn fastest() -> Self {
        #[cfg(target_arch = "x86_64")]
        if let Some(entropy) = x86_64::entropy() {
            return entropy;
        }
        Self::PORTABLE
    }
}

/// Decodes with instructions that every machine has.
fn portable(scan: &mut Scan<'_>, units: &[Unit], count: usize, kept: &Range<usize>, into: &mut Coefficients) {
    match (scan.header.part, units) {
        (Part::Sequential, _) => sequential::decode(scan, units, count, kept, into),
        (Part::DcFirst, _) => progressive::dc_first(scan, units, count, into),
        (Part::DcRefine, _) => progressive::dc_refine(scan, units, count, into),
        (Part::AcFirst, [unit, ..]) => progressive::ac_first(scan, unit.place, count, into),
        (Part::AcRefine, [unit, ..]) => progressive::ac_refine(Portable, scan, unit.place, count, into),
        (_, []) => {}
    }
}

/// With BMI2, whose shifts take any register and which spreads bits, and AVX2.
#[cfg(target_arch = "x86_64")]
#[expect(unsafe_code, reason = "functions with instructions that not every machine has")]
mod x86_64 {
    use super::*;
    use crate::decode::deposit::bmi2::Bmi2;

    /// Returns the decoder, if this machine can run it.
    pub(super) fn entropy() -> Option<Entropy> {
        let has_all = is_x86_feature_detected!("avx2")
            && is_x86_feature_detected!("bmi1")
            && is_x86_feature_detected!("bmi2")
            && is_x86_feature_detected!("lzcnt")
            && is_x86_feature_detected!("popcnt");
        // SAFETY (of the pointer): it is given out only where the machine has all that the functions are built for.
        has_all.then_some(Entropy(checked))
    }

    /// Calls the twin that the machine is known to be able to run.
    fn checked(scan: &mut Scan<'_>, units: &[Unit], count: usize, kept: &Range<usize>, into: &mut Coefficients) {
        // SAFETY: `entropy` has found all these features, and nobody else gives out this function.
        unsafe {
            match (scan.header.part, units) {
                (Part::Sequential, _) => sequential(scan, units, count, kept, into),
                (Part::DcFirst, _) => progressive::dc_first(scan, units, count, into),
                (Part::DcRefine, _) => progressive::dc_refine(scan, units, count, into),
                (Part::AcFirst, [unit, ..]) => ac_first(scan, unit.place, count, into),
                (Part::AcRefine, [unit, ..]) => ac_refine(scan, unit.place, count, into),
                (_, []) => {}
            }
        }
    }

    #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
    fn sequential(scan: &mut Scan<'_>, units: &[Unit], count: usize, kept: &Range<usize>, into: &mut Coefficients) {
        sequential::decode(scan, units, count, kept, into);
    }

    #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
    fn ac_first(scan: &mut Scan<'_>, place: usize, count: usize, into: &mut Coefficients) {
        progressive::ac_first(scan, place, count, into);
    }

    #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
    fn ac_refine(scan: &mut Scan<'_>, place: usize, count: usize, into: &mut Coefficients) {
        progressive::ac_refine(Bmi2::new(), scan, place, count, into);
    }
}
