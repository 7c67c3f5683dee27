//! All functions that have vectorised twins, as one choice.

use super::bit_planes::{self, FindPlanes};
use super::color::{self, ToChroma, ToLuma};
use super::fdct::{self, Fdct};
use super::mcus::{self, StageMcus, WriteMcus};
use super::output::{self, WriteTokens};
use super::refine::{self, Portable};
use super::scan::{self, StageScan};

/// One function for each.
///
/// The coders are the same source for every machine: their twins are compiled for more instructions.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kernels {
    pub(super) fdct: Fdct,
    pub(super) find_planes: FindPlanes,
    pub(super) write_mcus: WriteMcus,
    pub(super) stage_mcus: StageMcus,
    pub(super) stage_first: StageScan,
    pub(super) stage_refinement: StageScan,
    pub(super) write_tokens: WriteTokens,
    pub(super) to_luma: ToLuma,
    /// For chroma of full width.
    pub(super) to_chroma: ToChroma,
    /// For chroma of half the width.
    pub(super) to_half_chroma: ToChroma,
}

impl Kernels {
    /// The reference.
    pub(super) const SCALAR: Self = Self {
        fdct: fdct::fdct,
        find_planes: bit_planes::find_planes,
        write_mcus: mcus::write_mcus,
        stage_mcus: mcus::stage_mcus,
        stage_first: scan::stage_first,
        stage_refinement: refine::stage_refinement::<Portable>,
        write_tokens: output::write_codes,
        to_luma: color::to_luma,
        to_chroma: color::to_chroma,
        to_half_chroma: color::to_half_chroma,
    };

    /// Returns the fastest kernels that this machine can run.
    pub(super) fn fastest() -> Self {
        Self::all().last().map_or(Self::SCALAR, |(_, kernels)| kernels)
    }

    /// Returns every choice that this machine can run, with its name, the fastest last.
    pub(super) fn all() -> impl Iterator<Item = (&'static str, Self)> {
        #[cfg(target_arch = "x86_64")]
        let vectorised = super::avx2::kernels().map(|kernels| ("avx2", kernels));
        #[cfg(target_arch = "aarch64")]
        let vectorised = super::neon::kernels().map(|kernels| ("neon", kernels));
        #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
        let vectorised = None;
        [("scalar", Self::SCALAR)].into_iter().chain(vectorised)
    }
}
