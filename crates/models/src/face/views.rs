//! Which parts of a picture the nets look at: a copy of a long picture in a square is small, and so are its faces.

use palmette_core::plan::NetArithmetic;
use palmette_core::{Pixmap, Rectangle, Size};

use super::{FaceNet, Found, join};
use crate::{Error, scale};

/// A long picture is looked at in at most so many squares.
const MOST_SQUARES: u32 = 8;

/// Finds faces with all nets, in the whole picture and, if it is long, in squares that overlap by half.
///
/// # Errors
///
/// Those of running the nets.
pub fn look(nets: &[FaceNet], picture: &Pixmap) -> Result<Vec<Found>, Error> {
    let squares = squares(picture.size());
    let side = squares.first().map_or(0, |square| square.size.width.max(square.size.height));
    let mut found = Vec::new();
    for net in nets {
        let whole = net.find(picture)?.into_iter();
        // Smaller ones are seen better in a square.
        found.extend(whole.filter(|face| 2.0 * (face.edges[2] - face.edges[0]) > f64::from(side)));
    }
    for square in squares {
        let part = scale::part(picture, square)?;
        for net in nets {
            let mut in_part = net.find(&part)?;
            for face in &mut in_part {
                let [left, top] = [square.left, square.top].map(f64::from);
                face.edges.iter_mut().zip([left, top, left, top]).for_each(|(edge, start)| *edge += start);
            }
            found.extend(in_part);
        }
    }
    Ok(join(found))
}

/// Counts what all nets compute for a picture of a size.
#[must_use]
pub fn arithmetic(nets: &[FaceNet], picture: Size) -> NetArithmetic {
    let mut sum = NetArithmetic::default();
    for _ in 0..=squares(picture).len() {
        nets.iter().for_each(|net| sum += net.arithmetic());
    }
    sum
}

/// Cuts a picture that is longer than one and a half squares.
fn squares(size: Size) -> Vec<Rectangle> {
    let (long, short) = (size.width.max(size.height), size.width.min(size.height));
    if u64::from(long) * 2 <= u64::from(short) * 3 {
        return Vec::new();
    }
    let side = short.max(u32::try_from(u64::from(long) * 2 / u64::from(MOST_SQUARES + 1)).unwrap_or(short));
    let free = long - side;
    let count = (u64::from(free) * 2).div_ceil(u64::from(side));
    let square = |index: u64| {
        let start = u32::try_from(u64::from(free) * index / count).unwrap_or(0);
        if size.width == long {
            Rectangle { left: start, top: 0, size: Size::new(side, short) }
        } else {
            Rectangle { left: 0, top: start, size: Size::new(short, side) }
        }
    };
    (0..=count).map(square).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn squares_cover_long_pictures() {
        assert_eq!(squares(Size::new(300, 200)), []);
        let spans = |size| squares(size).iter().map(|square| (square.left, square.top)).collect::<Vec<_>>();
        assert_eq!(spans(Size::new(400, 200)), [(0, 0), (100, 0), (200, 0)]);
        assert_eq!(spans(Size::new(100, 151)), [(0, 0), (0, 25), (0, 51)]);
        for size in [Size::new(1024, 3), Size::new(1, 1024), Size::new(1000, 300)] {
            let squares = squares(size);
            assert!((2..=10).contains(&squares.len()), "{size}: {squares:?}");
            let last = squares.last().unwrap();
            assert_eq!((last.left + last.size.width, last.top + last.size.height), (size.width, size.height));
        }
    }
}
