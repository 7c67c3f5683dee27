//! Twin of [`crate::cpu::kernels::double_h`]: the scalar loop, which the compiler makes vectors of: every AArch64 has NEON.

use crate::cpu::kernels::double_h::{self, Doubling};
use crate::plan::weights::WeightTable;

#[target_feature(enable = "neon")]
pub(super) fn double_h(doubling: &Doubling, table: &WeightTable, source: &[u8], output: &mut [i16]) {
    double_h::double_h(doubling, table, source, output);
}
