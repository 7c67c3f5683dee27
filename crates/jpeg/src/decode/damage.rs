//! Damage: samples that a file lacks.

use std::fmt;

/// A place where a picture lacks samples, or has wrong ones.
///
/// Decoding goes on behind it, as libjpeg does: missing samples are grey, or as earlier scans left them.
///
/// No damage is what no sample depends on: bytes between segments, or behind the last MCU, or before a restart marker; a
/// missing end mark of an image whose scans are whole; and in a sequential scan the parameters of progression.
///
/// A progressive picture that ends by its mark is taken as it is meant, however few bits its scans have sent; one that just
/// ends lacks scans, unless every bit was sent. (libjpeg smooths the blocks of such a picture; here they stay as they are.)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Damage {
    /// What is wrong.
    pub kind: DamageKind,
    /// In which scan, counted from 0.
    pub scan: usize,
    /// In which MCU of the scan, counted from 0; in a scan of one component an MCU is a block.
    pub mcu: u64,
}

/// A kind of damage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DamageKind {
    /// The data of a scan ends within an MCU.
    Ends,
    /// A code is in no table, or leads beyond the last coefficient.
    Code,
    /// A restart marker is missing, or another came in its place.
    Restart,
    /// A scan sends other bits than those that come next: scans before it are missing, or headers are wrong.
    Progression,
    /// The file ends before the last scan, or a later scan cannot be read.
    MissingScans,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            DamageKind::Ends => "the data ends",
            DamageKind::Code => "a code is invalid",
            DamageKind::Restart => "a restart marker is missing",
            DamageKind::Progression => {
                return write!(f, "scan {} does not go on where those before it have stopped", self.scan);
            }
            DamageKind::MissingScans => {
                return write!(f, "the file ends after {} scans, before the picture is whole", self.scan);
            }
        };
        write!(f, "{what} in MCU {} of scan {}", self.mcu, self.scan)
    }
}

/// For those who take it for an error.
impl std::error::Error for Damage {}
