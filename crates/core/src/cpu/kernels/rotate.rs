//! Turns a picture clockwise by quarter turns.

use crate::{Error, Pixmap, alloc};

/// Turns by 180°, in place.
pub fn rotate_half(picture: &mut Pixmap) {
    picture.data_mut().as_chunks_mut::<{ Pixmap::PIXEL_BYTES }>().0.reverse();
}

/// Turns by 90°: the left edge becomes the top edge.
///
/// # Errors
///
/// [`Error::OutOfMemory`] if the allocator refuses.
pub fn rotate_quarter(picture: &Pixmap) -> Result<Pixmap, Error> {
    transpose(picture, true, false)
}

/// Turns by 270°: the right edge becomes the top edge.
///
/// # Errors
///
/// [`Error::OutOfMemory`] if the allocator refuses.
pub fn rotate_three_quarters(picture: &Pixmap) -> Result<Pixmap, Error> {
    transpose(picture, false, true)
}

/// Exchanges rows and columns along the diagonal from the top left, then left and right, then top and bottom, as asked.
///
/// # Errors
///
/// [`Error::OutOfMemory`] if the allocator refuses.
pub fn transpose(picture: &Pixmap, mirror_x: bool, mirror_y: bool) -> Result<Pixmap, Error> {
    let (right, bottom) = (picture.width() as usize - 1, picture.height() as usize - 1);
    match (mirror_x, mirror_y) {
        (false, false) => transposed(picture, |x, y| (y, x)),
        (true, false) => transposed(picture, |x, y| (y, bottom - x)),
        (false, true) => transposed(picture, |x, y| (right - y, x)),
        (true, true) => transposed(picture, |x, y| (right - y, bottom - x)),
    }
}

/// Makes a picture with the sides exchanged, whose pixel (x, y) is the one that `origin` returns.
fn transposed(picture: &Pixmap, origin: impl Fn(usize, usize) -> (usize, usize)) -> Result<Pixmap, Error> {
    /// Side of the squares that are turned one by one, so that reading down a column stays inside the cache.
    const TILE: usize = 32;
    let size = picture.size().transposed();
    let (width, height) = (size.width as usize, size.height as usize);
    let mut data = alloc::try_filled(picture.data().len(), 0_u8)?;
    let source = picture.data().as_chunks::<{ Pixmap::PIXEL_BYTES }>().0;
    let output = data.as_chunks_mut::<{ Pixmap::PIXEL_BYTES }>().0;
    for top in (0..height).step_by(TILE) {
        for left in (0..width).step_by(TILE) {
            for y in top..height.min(top + TILE) {
                for x in left..width.min(left + TILE) {
                    let (source_x, source_y) = origin(x, y);
                    // The source is as wide as the output is high.
                    output[y * width + x] = source[source_y * height + source_x];
                }
            }
        }
    }
    Pixmap::from_vec(size, data)
}

#[cfg(test)]
mod tests {
    use super::super::flip::{flip_h, flip_v};
    use super::*;
    use crate::Size;

    /// A 3×2 picture whose pixels are a to f.
    fn letters() -> Pixmap {
        Pixmap::from_vec(Size::new(3, 2), b"abcdef".iter().flat_map(|&letter| [letter; 4]).collect()).unwrap()
    }

    fn spelled(picture: &Pixmap) -> String {
        let rows: Vec<String> =
            picture.rows().map(|row| row.iter().step_by(4).map(|&letter| char::from(letter)).collect()).collect();
        rows.join("/")
    }

    #[test]
    fn rotate_letters() {
        assert_eq!(spelled(&rotate_quarter(&letters()).unwrap()), "da/eb/fc");
        assert_eq!(spelled(&rotate_three_quarters(&letters()).unwrap()), "cf/be/ad");
        let mut half = letters();
        rotate_half(&mut half);
        assert_eq!(spelled(&half), "fed/cba");
    }

    #[test]
    fn flip_letters() {
        let (mut horizontal, mut vertical) = (letters(), letters());
        {
            let row_bytes = horizontal.row_bytes();
            flip_h(horizontal.data_mut(), row_bytes)
        };
        flip_v(&mut vertical);
        assert_eq!(spelled(&horizontal), "cba/fed");
        assert_eq!(spelled(&vertical), "def/abc");
    }

    #[test]
    fn rotate_across_tiles() {
        let size = Size::new(70, 41);
        let data = (0..size.area() * 4).map(|i| u8::try_from(i * 31 % 251).unwrap()).collect();
        let picture = Pixmap::from_vec(size, data).unwrap();
        let turned = rotate_quarter(&picture).unwrap();
        assert!((0..41).all(|x| (0..70).all(|y| turned.pixel(x, y) == picture.pixel(y, 40 - x))));
        assert_eq!(rotate_three_quarters(&turned).unwrap(), picture);
    }
}
