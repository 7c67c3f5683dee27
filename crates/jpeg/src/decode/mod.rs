//! The decoder: from the bytes of a file to bands of samples.
//!
//! | module | what it holds |
//! | --- | --- |
//! | `segments`, `frame`, `tables`, `model`, `scan` | what headers say |
//! | `script` | the scans of a file, and whether all are there |
//! | `bits`, `huffman`, `joined`, `standard` | bits and codes |
//! | `request`, `wanted` | the wanted part of a picture, and of a scan |
//! | `sequential`, `skip`, `progressive`, `deposit`, `entropy` | entropy decoding into `coefficients` |
//! | `blocks` | rows of MCUs, run by run: all scans in lockstep |
//! | `bands` | samples: the inverse DCT of these |
//! | `coefficient_bands` | these as they are |
//! | `damage` | samples that a file lacks |
//! | `metadata` | EXIF, XMP and the colour profile |
//!
//! A progressive picture is not collected scan by scan: each scan has its own reader, and all of them decode a part of a
//! row of MCUs before the next. That takes the whole file, and no memory for coefficients but that of the part.

mod bands;
mod bits;
mod blocks;
mod coefficient_bands;
mod coefficients;
mod damage;
mod deposit;
mod entropy;
mod frame;
mod huffman;
mod joined;
mod memory;
mod metadata;
mod model;
mod progressive;
mod request;
mod scan;
mod script;
mod segments;
mod sequential;
mod skip;
mod standard;
mod tables;
mod wanted;

pub(crate) use memory::try_filled;

pub use bands::{Bands, PlaneBand, ScaledBands};
pub use coefficient_bands::{CoefficientBand, CoefficientBands, Levels};
pub use damage::{Damage, DamageKind};
pub use frame::Component;
pub use model::Model;
pub use request::{Request, Scale, Window};
pub use segments::{Segment, Segments};

use self::frame::Frame;
use self::model::Hints;
use self::scan::Header;
use self::script::FirstScan;
use self::segments::{Next, Walker};
use self::tables::Tables;
use crate::markers::{DNL, SOS};
use crate::{Error, Reason};

/// Limits beyond which a file is refused, because it would take too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most scans of a file; default 100.
    ///
    /// Each scan walks the whole picture, however few bytes it has. Encoders write about ten.
    pub max_scans: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_scans: 100 }
    }
}

/// A JPEG file whose header was read.
#[derive(Clone, Debug)]
pub struct Decoder<'a> {
    file: &'a [u8],
    frame: Frame,
    hints: Hints,
    first: FirstScan,
    limits: Limits,
}

impl<'a> Decoder<'a> {
    /// Reads the header of a file, up to its first scan.
    ///
    /// # Errors
    ///
    /// Whatever keeps it from being decoded at all; processes that are not supported among it.
    pub fn new(file: &'a [u8]) -> Result<Self, Error> {
        Self::with_limits(file, Limits::default())
    }

    /// As [`new`](Self::new), with other limits than the default.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub fn with_limits(file: &'a [u8], limits: Limits) -> Result<Self, Error> {
        let mut walker = Walker::new(file)?;
        let mut tables = Tables::default();
        let mut hints = Hints::default();
        let mut frame: Option<Frame> = None;
        loop {
            match walker.next() {
                Next::Segment(segment) if segment.marker == SOS => {
                    let mut frame = frame.ok_or_else(|| segment.error(Reason::NoFrame))?;
                    let header = Header::parse(&segment, &frame)?;
                    if frame.height == 0 {
                        let height = height_behind_scan(walker).ok_or_else(|| segment.error(Reason::Empty))?;
                        frame.set_height(height);
                    }
                    let first = FirstScan { header, tables, at: walker.at };
                    return Ok(Self { file, frame, hints, first, limits });
                }
                Next::Segment(segment) if Frame::is_start(segment.marker) => {
                    if frame.is_some() {
                        return Err(segment.error(Reason::Second));
                    }
                    frame = Some(Frame::parse(&segment)?);
                }
                Next::Segment(segment) => {
                    tables.read(&segment)?;
                    hints.read(&segment);
                }
                Next::EndOfImage | Next::EndOfBytes => return Err(Error::NoScan { at: walker.at }),
                Next::Nonsense(error) => return Err(error),
            }
        }
    }

    /// Returns width and height in pixels.
    #[must_use]
    pub const fn size(&self) -> (u32, u32) {
        (self.frame.width, self.frame.height)
    }

    /// Returns the components, 1 to 4.
    #[must_use]
    pub fn components(&self) -> &[Component] {
        &self.frame.components
    }

    /// Returns the meaning of the components.
    #[must_use]
    pub fn model(&self) -> Model {
        self.hints.model(&self.frame.components)
    }

    /// Tells whether the file comes in scans of growing detail.
    #[must_use]
    pub const fn is_progressive(&self) -> bool {
        self.frame.is_progressive
    }

    /// Returns width and height of an MCU, the unit of windows and bands, in pixels.
    #[must_use]
    pub fn mcu_size(&self) -> (u32, u32) {
        let (h, v) = self.frame.max_sampling();
        (8 * h, 8 * v)
    }

    /// Returns the segments before the first scan: those of EXIF, profiles and comments among them.
    #[must_use]
    pub const fn segments(&self) -> Segments<'a> {
        Segments(Walker::behind_start(self.file))
    }

    /// Starts to decode: samples, band by band.
    ///
    /// # Errors
    ///
    /// [`Error::Segment`] if the first scan cannot be read, [`Error::TooManyScans`], [`Error::Memory`].
    pub fn bands(&self, request: &Request) -> Result<Bands<'a>, Error> {
        Bands::new(self, request)
    }

    /// Starts to decode at several scales at once, each that of the planes of all components: what [`bands`](Self::bands) would
    /// give for each, for little more than the largest of them takes alone.
    ///
    /// # Errors
    ///
    /// As [`bands`](Self::bands).
    pub fn bands_at(&self, scales: &[[Scale; 4]], window: Option<&Window>) -> Result<ScaledBands<'a>, Error> {
        ScaledBands::new(self, scales, window)
    }
}

/// Finds the number of lines that is said behind the first scan.
fn height_behind_scan(walker: Walker<'_>) -> Option<u32> {
    let mut walker = walker;
    match walker.next() {
        Next::Segment(segment) if segment.marker == DNL => match *segment.content {
            [h1, h0] if h1 | h0 != 0 => Some(u16::from_be_bytes([h1, h0]).into()),
            _ => None,
        },
        _ => None,
    }
}
