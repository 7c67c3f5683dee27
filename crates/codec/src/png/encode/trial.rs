//! Which colour type, filter and compressor suit a picture: found by compressing a sample.
//!
//! The sample is three bands of rows, so that what repeats from row to row shows. A picture that is not larger is its own
//! sample.
//!
//! Photos are to stay fast, so what looks like one may be a third larger than zlib would make it; it was, on a photo of 6
//! megapixels that is smooth at full size, which took 0.1 seconds instead of a half. Where many pixels equal their neighbours,
//! as in a screenshot with a photo in it, size counts.

use std::ops::Range;

use palmette_core::Pixmap;

use super::deflate::{Compression, Deflate};
use super::filter::{Filter, FilteredRows};
use super::layout::Layout;
use crate::Error;

/// Packed bytes of the sample that tells photos from other pictures, about.
const GLANCE_BYTES: usize = 96 << 10;
/// The part of a picture that filters are tried on, one in so many of its packed bytes, and the fewest and the most of them. All six
/// together then compress half as much as the file does.
const TRIAL_PART: usize = 12;
const FEWEST_TRIAL_BYTES: usize = 96 << 10;
const MOST_TRIAL_BYTES: usize = 384 << 10;
/// The level of zlib that files are written with: higher ones take several times as long and save little.
const LEVEL: u8 = 6;
/// The level for what compresses to less than a fiftieth: there it saves up to a third, and takes little time.
const LEVEL_OF_FLAT: u8 = 9;
/// The level that tells whether a picture repeats itself at all.
const GLANCE_LEVEL: u8 = 3;
/// A photo may be this much larger than a glance at zlib shows, in percent, and any other picture this much.
const MOST_PHOTO_PERCENT: usize = 135;
const MOST_OTHER_PERCENT: usize = 105;
/// In a photo at most this part of the pixels equals the one to the left, in percent; from the other on, no part of the picture
/// that is a photo counts.
const MOST_EQUAL_PERCENT: usize = 25;
const MUCH_EQUAL_PERCENT: usize = 40;
/// Rows from one that is looked at to the next.
const EQUAL_ROW_STEP: usize = 16;

/// How rows are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Way {
    /// The filter.
    pub(super) filter: Filter,
    /// The compressor.
    pub(super) compression: Compression,
}

impl Way {
    /// What photos get.
    const FAST: Self = Self { filter: Filter::Paeth, compression: Compression::Fast };
}

/// Chooses one of several layouts of a picture, and the way to store it.
///
/// # Errors
///
/// [`Error::Core`] if memory runs out.
pub(super) fn choose<'a>(pixmap: &Pixmap, layouts: &'a [Layout]) -> Result<(&'a Layout, Way), Error> {
    let mut best: Option<(usize, &Layout, Way)> = None;
    for layout in layouts {
        // Of few colours there is always something that repeats itself.
        if layouts.len() == 1 && layout.is_smooth() && Sample::of(pixmap, layout, GLANCE_BYTES).is_like_a_photo()? {
            return Ok((layout, Way::FAST));
        }
        let trial_bytes = (packed_bytes(pixmap, layout) / TRIAL_PART).clamp(FEWEST_TRIAL_BYTES, MOST_TRIAL_BYTES);
        let sample = Sample::of(pixmap, layout, trial_bytes);
        let filters: &[Filter] = if layout.is_smooth() { &Filter::ALL } else { &[Filter::None] };
        for &filter in filters {
            let way = Way { filter, compression: Compression::Zlib(LEVEL) };
            let len = sample.scaled(sample.compressed_len(way)?);
            if best.as_ref().is_none_or(|(least, ..)| len < *least) {
                best = Some((len, layout, way));
            }
        }
    }
    let Some((len, layout, mut way)) = best else { return Ok((&layouts[0], Way::FAST)) };
    if len.saturating_mul(50) < packed_bytes(pixmap, layout) {
        way.compression = Compression::Zlib(LEVEL_OF_FLAT);
    }
    Ok((layout, way))
}

/// Returns the bytes of all rows, packed.
fn packed_bytes(pixmap: &Pixmap, layout: &Layout) -> usize {
    layout.row_bytes(pixmap.width()).saturating_mul(pixmap.height() as usize)
}

/// Some rows of a picture.
struct Sample<'a> {
    pixmap: &'a Pixmap,
    layout: &'a Layout,
    bands: [Range<u32>; 3],
}

impl<'a> Sample<'a> {
    /// Takes bands from a sixth, the middle and five sixths of the height.
    fn of(pixmap: &'a Pixmap, layout: &'a Layout, bytes: usize) -> Self {
        let height = pixmap.height();
        let rows = u32::try_from(bytes / layout.row_bytes(pixmap.width()).max(1)).unwrap_or(u32::MAX);
        let bands = if rows >= height {
            [0..height, height..height, height..height]
        } else {
            let rows = (rows / 3).max(1);
            [1, 3, 5].map(|sixths: u32| {
                let middle = u32::try_from(u64::from(height) * u64::from(sixths) / 6).unwrap_or(height);
                let start = middle.saturating_sub(rows / 2);
                start..(start + rows).min(height)
            })
        };
        Self { pixmap, layout, bands }
    }

    /// Returns the length of the sample when it is stored so.
    fn compressed_len(&self, way: Way) -> Result<usize, Error> {
        let mut deflate = Deflate::start(Vec::new(), way.compression);
        let mut rows = FilteredRows::new(self.pixmap, self.layout, way.filter)?;
        for band in &self.bands {
            while let Some(piece) = rows.next_piece(band.clone()) {
                deflate.write(piece);
            }
        }
        Ok(deflate.finish().len())
    }

    /// Estimates the length of the whole file from that of the sample.
    fn scaled(&self, len: usize) -> usize {
        let rows: usize = self.bands.iter().map(ExactSizeIterator::len).sum();
        let mut head = Vec::new();
        self.layout.write_head(&mut head, self.pixmap.size());
        len.saturating_mul(self.pixmap.height() as usize) / rows.max(1) + head.len()
    }

    /// Tells whether a glance at zlib gains little over the fast way.
    fn is_like_a_photo(&self) -> Result<bool, Error> {
        let most_percent = match self.equal_percent() {
            0..=MOST_EQUAL_PERCENT => MOST_PHOTO_PERCENT,
            MUCH_EQUAL_PERCENT.. => return Ok(false),
            _ => MOST_OTHER_PERCENT,
        };
        let fast = self.compressed_len(Way::FAST)?;
        for filter in [Filter::Paeth, Filter::None] {
            let glance = self.compressed_len(Way { filter, compression: Compression::Zlib(GLANCE_LEVEL) })?;
            if fast * 100 > glance * most_percent {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Returns how many of a hundred pixels of the picture equal the one to the left.
    fn equal_percent(&self) -> usize {
        let (mut equal, mut all) = (0, 1);
        for row in self.pixmap.rows().step_by(EQUAL_ROW_STEP) {
            let (pixels, _) = row.as_chunks::<4>();
            equal += pixels.windows(2).filter(|pair| pair[0] == pair[1]).count();
            all += pixels.len();
        }
        equal * 100 / all
    }
}
