//! What a caller chooses.

use std::num::NonZeroU16;

/// How a picture is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options<'a> {
    /// 1 to 100, on the scale of libjpeg's `jpeg_set_quality`, with steps of at most 255. Default: 85.
    pub quality: u8,
    /// How chroma is sampled. Default: [`Sampling::S420`].
    pub sampling: Sampling,
    /// How the coefficients are coded. Default: [`Coding::Baseline`].
    pub coding: Coding,
    /// EXIF without its signature (a TIFF file, that is), at most 65,527 bytes. Default: none.
    pub exif: Option<&'a [u8]>,
    /// A colour profile, at most 16,707,345 bytes, that of RGB or grey, as the picture is. Default: none.
    pub icc_profile: Option<&'a [u8]>,
    /// Where a decoder may start anew, so that it can skip damage or share work: a few bytes each time. Default: nowhere.
    pub restart: Option<Restart>,
}

/// How far restart markers are apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Restart {
    /// So many MCUs. In scans of one component, which are all in a grey picture and those of AC in a progressive file, an MCU
    /// is one block.
    Mcus(NonZeroU16),
    /// So many rows of MCUs, as far as they have 65,535 MCUs at most; otherwise 65,535 MCUs.
    Rows(NonZeroU16),
}

impl Default for Options<'_> {
    fn default() -> Self {
        Self {
            quality: 85,
            sampling: Sampling::S420,
            coding: Coding::Baseline,
            exif: None,
            icc_profile: None,
            restart: None,
        }
    }
}

/// Which planes a picture has, and how large those of chroma are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sampling {
    /// Luma alone.
    Gray,
    /// Chroma of full size.
    S444,
    /// Chroma of half the width.
    S422,
    /// Chroma of half the width and half the height.
    S420,
    /// Chroma of half the height.
    S440,
}

impl Sampling {
    /// Returns the number of planes.
    #[must_use]
    pub const fn planes(self) -> usize {
        match self {
            Self::Gray => 1,
            _ => 3,
        }
    }

    /// Returns how many luma samples, across and down, a chroma sample stands for.
    #[must_use]
    pub const fn chroma_step(self) -> (usize, usize) {
        match self {
            Self::Gray | Self::S444 => (1, 1),
            Self::S422 => (2, 1),
            Self::S420 => (2, 2),
            Self::S440 => (1, 2),
        }
    }
}

/// How the coefficients are coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    /// One scan with the tables of the standard. The file streams: nothing but a band is held.
    Baseline,
    /// One scan with tables made for this picture: a few per cent smaller. Two bytes a symbol are held until the end,
    /// about three times the file.
    Optimized,
    /// Scans of growing detail with tables made for each, in the order that libjpeg calls simple. As much is held as for
    /// [`Optimized`](Self::Optimized).
    Progressive,
}
