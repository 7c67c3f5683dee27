//! Enlarges a mask with the picture as a guide, so that its edges follow those of the picture.
//!
//! This is the guided filter (He, Sun, Tang 2010) in its fast form: in each window of the small mask a straight line is fitted that tells the
//! mask from the picture's luma; the lines are averaged, enlarged linearly, and read at the luma of every pixel of the large picture. Where
//! the picture is even the line is flat, and the mask stays as it is. All in integers: sums of windows are exact, and each division rounds
//! down once.

use palmette_core::alloc::try_filled;
use palmette_core::model::{Line, Segmenting};
use palmette_core::{Pixmap, Size};

use crate::{Error, scale};

/// Pixels from the middle of a window to its edge.
const RADIUS: usize = 4;
/// Variance of luma, in squared levels, from which on an edge counts as one.
const EVEN: i64 = 40;
/// Bits of the fraction of slopes and offsets.
const FRACTION: u32 = 16;

/// Fits the lines of a mask that was made of `small`, a copy of a picture.
///
/// # Errors
///
/// [`Error::Core`] if memory runs out.
pub fn fit(mask: &[i16], small: &Pixmap) -> Result<Vec<Line>, Error> {
    smoothed(&lines(mask, small)?, small.size())
}

/// Reads lines, of a copy of some size, at each pixel of `large`; returns 0 to 255 a pixel, where `one` is the mask of what is foreground
/// for sure. Twin of `shaders/guide.wgsl`.
///
/// # Errors
///
/// [`Error::Core`] if memory runs out.
pub fn read(lines: &[Line], size: Size, one: i16, large: &Pixmap) -> Result<Vec<u8>, Error> {
    let places = |large: u32, small: u32| {
        (0..large).map(move |at| Segmenting::between(at, large, small).map(|number| number as usize))
    };
    let columns: Vec<[usize; 3]> = places(large.width(), size.width).collect();
    let mut bytes =
        palmette_core::alloc::try_with_capacity(usize::try_from(large.size().area()).unwrap_or(usize::MAX))?;
    let mut row_lines = try_filled(size.width as usize, [0; 2])?;
    for ([top, bottom, down], row) in places(large.height(), size.height).zip(large.rows()) {
        let line = |y: usize| &lines[y * size.width as usize..][..size.width as usize];
        for (to, (a, b)) in row_lines.iter_mut().zip(line(top).iter().zip(line(bottom))) {
            *to = between(*a, *b, down);
        }
        for (pixel, &[left, right, along]) in row.chunks_exact(Pixmap::PIXEL_BYTES).zip(&columns) {
            let [slope, offset] = between(row_lines[left], row_lines[right], along);
            let value = (slope * i64::from(luma(pixel)) + offset) >> (FRACTION - 8);
            // To levels, with 8 more bits.
            let one = i64::from(one);
            let level = (value.clamp(0, one << 8) * 255 + (one << 7)) / (one << 8);
            bytes.push(u8::try_from(level).unwrap_or(u8::MAX));
        }
    }
    Ok(bytes)
}

/// Returns the bytes that enlarging a mask of this size takes: sums, and lines twice.
pub(crate) const fn memory_bytes(mask: Size) -> u64 {
    mask.area() * (size_of::<[i64; 4]>() + 2 * size_of::<Line>()) as u64
}

/// Fits a line in the window around each pixel.
fn lines(mask: &[i16], small: &Pixmap) -> Result<Vec<Line>, Error> {
    let size = small.size();
    let pixels = small.data().chunks_exact(Pixmap::PIXEL_BYTES).zip(mask);
    let mut products = try_filled(mask.len(), [0; 4])?;
    for (products, (pixel, &mask)) in products.iter_mut().zip(pixels) {
        let (luma, mask) = (i64::from(luma(pixel)), i64::from(mask));
        *products = [luma, mask, luma * luma, luma * mask];
    }
    windows(&products, size, |count, [lumas, masks, squares, both]| {
        let covariance = count * both - lumas * masks;
        let variance = count * squares - lumas * lumas;
        let slope = (covariance << FRACTION).div_euclid(variance + EVEN * count * count);
        [slope, ((masks << FRACTION) - slope * lumas).div_euclid(count)]
    })
}

/// Takes the mean of the lines of all windows that hold a pixel.
fn smoothed(lines: &[Line], size: Size) -> Result<Vec<Line>, Error> {
    windows(lines, size, |count, sums| sums.map(|sum| sum.div_euclid(count)))
}

/// Makes something of the sums over the window around each pixel, as far as it lies inside the picture.
fn windows<const N: usize>(
    values: &[[i64; N]],
    size: Size,
    make: impl Fn(i64, [i64; N]) -> Line,
) -> Result<Vec<Line>, Error> {
    let (width, height) = (size.width as usize, size.height as usize);
    let mut columns = try_filled(width, [0; N])?;
    let mut made = try_filled(width * height, [0; 2])?;
    let row = |y: usize| &values[y * width..][..width];
    let add = |sums: &mut [i64; N], values: &[i64; N], sign: i64| {
        sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += sign * value);
    };
    for y in 0..RADIUS.min(height) {
        columns.iter_mut().zip(row(y)).for_each(|(sums, values)| add(sums, values, 1));
    }
    for y in 0..height {
        if y + RADIUS < height {
            columns.iter_mut().zip(row(y + RADIUS)).for_each(|(sums, values)| add(sums, values, 1));
        }
        if y > RADIUS {
            columns.iter_mut().zip(row(y - RADIUS - 1)).for_each(|(sums, values)| add(sums, values, -1));
        }
        let rows = (y + RADIUS + 1).min(height) - y.saturating_sub(RADIUS);
        let mut sums = [0; N];
        columns[..RADIUS.min(width)].iter().for_each(|column| add(&mut sums, column, 1));
        for x in 0..width {
            if x + RADIUS < width {
                add(&mut sums, &columns[x + RADIUS], 1);
            }
            if x > RADIUS {
                add(&mut sums, &columns[x - RADIUS - 1], -1);
            }
            let count = rows * ((x + RADIUS + 1).min(width) - x.saturating_sub(RADIUS));
            made[y * width + x] = make(i64::try_from(count).unwrap_or(1), sums);
        }
    }
    Ok(made)
}

/// Returns the luma of a pixel.
fn luma(pixel: &[u8]) -> u32 {
    let [red, green, blue] = scale::on_white(pixel).map(u32::from);
    (77 * red + 150 * green + 29 * blue + 128) >> 8
}

/// Returns what lies between two lines.
fn between(a: Line, b: Line, share: usize) -> Line {
    let share = i64::try_from(share).unwrap_or(0);
    [0, 1].map(|part| a[part] + (((b[part] - a[part]) * share) >> 8))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Dark on the left, bright on the right of a column.
    fn halves(size: Size, edge: u32) -> Pixmap {
        let mut picture = Pixmap::filled(size, [30, 30, 30, 255]).unwrap();
        for y in 0..size.height {
            picture.row_mut(y)[edge as usize * 4..].chunks_exact_mut(4).for_each(|pixel| pixel.fill(220));
            picture.row_mut(y).chunks_exact_mut(4).for_each(|pixel| pixel[3] = 255);
        }
        picture
    }

    #[test]
    fn edges_of_the_mask_follow_those_of_the_picture() {
        let (small, large) = (halves(Size::new(32, 16), 16), halves(Size::new(128, 64), 64));
        // The mask changes over six pixels, around the edge.
        let mask: Vec<i16> = (0..32 * 16).map(|at| ((at % 32 - 13) * 200).clamp(0, 1000)).collect();
        let bytes = read(&fit(&mask, &small).unwrap(), small.size(), 1000, &large).unwrap();
        let row = &bytes[32 * 128..][..128];
        assert!(row[..60].iter().all(|&level| level < 60) && row[68..].iter().all(|&level| level > 180), "{row:?}");
        assert!(row[64] - row[63] > 90, "the step is where the picture has it: {row:?}");
    }

    #[test]
    fn even_pictures_leave_the_mask() {
        let (small, large) = (halves(Size::new(20, 20), 20), halves(Size::new(50, 40), 50));
        for (mask, level) in [(0, 0), (1000, 255), (500, 128)] {
            let bytes = read(&fit(&[mask; 400], &small).unwrap(), small.size(), 1000, &large).unwrap();
            assert!(bytes.iter().all(|&byte| byte == level), "{mask}: {bytes:?}");
        }
    }
}
