//! What most often goes wrong with a picture, recognised.

use std::fmt;

use palmette_core::Pixmap;

use crate::{Agreement, distance};

/// How far a picture is tried to have moved, in pixels along each axis.
const FARTHEST_PX: i64 = 3;

/// The orders of channels that are tried, by their names.
const ORDERS: [(&str, [usize; 3]); 5] =
    [("bgr", [2, 1, 0]), ("grb", [1, 0, 2]), ("rbg", [0, 2, 1]), ("gbr", [1, 2, 0]), ("brg", [2, 0, 1])];

/// A change that explains every difference of two pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hint {
    /// The picture moved by this many pixels, to the right and down; what is in both is the same.
    Moved {
        /// Pixels to the right; negative is to the left.
        x: i64,
        /// Pixels down; negative is up.
        y: i64,
    },
    /// Red, green and blue changed places.
    Channels {
        /// The order that they are in.
        order: &'static str,
    },
    /// The picture was not opaque, and is; what was opaque is the same.
    AlphaLost,
    /// Colours were multiplied by alpha.
    Multiplied,
    /// Left and right changed places.
    Mirrored,
    /// Top and bottom changed places.
    UpsideDown,
    /// The picture is turned by 180°.
    Turned,
}

impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Moved { x, y } => write!(f, "it moved by {x},{y} pixels"),
            Self::Channels { order } => write!(f, "its channels are in the order {order}"),
            Self::AlphaLost => f.write_str("its alpha is lost: it is opaque"),
            Self::Multiplied => f.write_str("its colours are multiplied by alpha"),
            Self::Mirrored => f.write_str("left and right are exchanged"),
            Self::UpsideDown => f.write_str("top and bottom are exchanged"),
            Self::Turned => f.write_str("it is turned by 180°"),
        }
    }
}

/// Looks for a change that explains every difference of two pictures that differ.
#[must_use]
pub fn hint(expected: &Pixmap, actual: &Pixmap, agreement: Agreement) -> Option<Hint> {
    let pair = Pair { expected, actual, agreement };
    pair.moved().or_else(|| if expected.size() == actual.size() { pair.changed() } else { None })
}

struct Pair<'a> {
    expected: &'a Pixmap,
    actual: &'a Pixmap,
    agreement: Agreement,
}

impl Pair<'_> {
    /// Looks for a change of pictures of one size.
    fn changed(&self) -> Option<Hint> {
        let (right, bottom) = (self.expected.width() - 1, self.expected.height() - 1);
        let in_place = |x, y| (x, y);
        for (order, channels) in ORDERS {
            let swap = |[red, green, blue, alpha]: [u8; 4]| {
                let rgb = [red, green, blue];
                [rgb[channels[0]], rgb[channels[1]], rgb[channels[2]], alpha]
            };
            if self.is_explained(in_place, swap) {
                return Some(Hint::Channels { order });
            }
        }
        if self.has_lost_alpha() {
            return Some(Hint::AlphaLost);
        }
        if !self.expected.is_opaque() && self.is_explained(in_place, multiplied) {
            return Some(Hint::Multiplied);
        }
        let as_it_is = |pixel| pixel;
        if self.is_explained(|x, y| (right - x, y), as_it_is) {
            return Some(Hint::Mirrored);
        }
        if self.is_explained(|x, y| (x, bottom - y), as_it_is) {
            return Some(Hint::UpsideDown);
        }
        self.is_explained(|x, y| (right - x, bottom - y), as_it_is).then_some(Hint::Turned)
    }

    /// Tells whether a picture that was not opaque is, and is the same where it was: what was drawn below the rest of it is not asked.
    fn has_lost_alpha(&self) -> bool {
        let pixels = || self.expected.data().as_chunks::<4>().0.iter().zip(self.actual.data().as_chunks::<4>().0);
        let is_kept =
            |(&expected, &actual): (&[u8; 4], &[u8; 4])| expected[3] < u8::MAX || self.agree(expected, actual);
        self.actual.is_opaque() && !self.expected.is_opaque() && pixels().all(is_kept)
    }

    /// Tells whether every pixel is what a change makes of the pixel at some place of what was expected.
    fn is_explained(&self, place: impl Fn(u32, u32) -> (u32, u32), change: impl Fn([u8; 4]) -> [u8; 4]) -> bool {
        let size = self.actual.size();
        (0..size.height).all(|y| {
            (0..size.width).all(|x| {
                let (from_x, from_y) = place(x, y);
                self.agree(change(self.expected.pixel(from_x, from_y)), self.actual.pixel(x, y))
            })
        })
    }

    /// Looks for a move, the shortest first.
    fn moved(&self) -> Option<Hint> {
        let steps = || -FARTHEST_PX..=FARTHEST_PX;
        let mut moves: Vec<(i64, i64)> = steps().flat_map(|y| steps().map(move |x| (x, y))).collect();
        moves.sort_by_key(|(x, y)| (x.abs() + y.abs(), x.abs()));
        moves.into_iter().find(|&(x, y)| self.has_moved(x, y)).map(|(x, y)| Hint::Moved { x, y })
    }

    /// Tells whether what both pictures show is the same after a move. It has to show something, more than one colour, and be
    /// another picture where it was: else a line at an edge that came or went would pass for a move.
    fn has_moved(&self, x: i64, y: i64) -> bool {
        if (x, y) == (0, 0) {
            return false;
        }
        let columns = overlap(self.expected.width(), self.actual.width(), x);
        let rows = overlap(self.expected.height(), self.actual.height(), y);
        let (Some((left, moved_left, width)), Some((top, moved_top, height))) = (columns, rows) else { return false };
        let first = self.expected.pixel(left, top);
        let (mut has_shapes, mut differs_in_place) = (false, false);
        for row in 0..height {
            for column in 0..width {
                let expected = self.expected.pixel(left + column, top + row);
                let (to_x, to_y) = (moved_left + column, moved_top + row);
                if !self.agree(expected, self.actual.pixel(to_x, to_y)) {
                    return false;
                }
                has_shapes |= expected != first;
                let is_in_place = to_x < self.expected.width() && to_y < self.expected.height();
                differs_in_place |=
                    is_in_place && !self.agree(self.expected.pixel(to_x, to_y), self.actual.pixel(to_x, to_y));
            }
        }
        has_shapes && differs_in_place
    }

    fn agree(&self, expected: [u8; 4], actual: [u8; 4]) -> bool {
        let allowed = f64::from(self.agreement.levels());
        expected == actual || distance(expected, actual, self.agreement).iter().all(|&levels| levels <= allowed)
    }
}

/// Returns what two axes have in common if the second is moved: where it starts on each of them, and its length.
fn overlap(expected: u32, actual: u32, step: i64) -> Option<(u32, u32, u32)> {
    let (start, moved_start) = (u32::try_from((-step).max(0)).ok()?, u32::try_from(step.max(0)).ok()?);
    let length = expected.checked_sub(start)?.min(actual.checked_sub(moved_start)?);
    (length > 0).then_some((start, moved_start, length))
}

/// Multiplies a pixel by its alpha, as a picture is kept that others draw on.
fn multiplied([red, green, blue, alpha]: [u8; 4]) -> [u8; 4] {
    let times = |channel: u8| {
        let product = (u32::from(channel) * u32::from(alpha) + 127) / 255;
        u8::try_from(product).expect("at most 255")
    };
    [times(red), times(green), times(blue), alpha]
}

#[cfg(test)]
mod tests {
    use palmette_core::Size;

    use super::*;

    /// A picture without any symmetry, part of a larger one.
    fn part(left: u32, top: u32, width: u32, height: u32) -> Pixmap {
        let mut picture = Pixmap::filled(Size::new(width, height), [0; 4]).unwrap();
        for y in 0..height {
            for x in 0..width {
                let (across, down) = (x + left, y + top);
                let [red, green, blue] =
                    [across * 7 + down * 3, across * down, across + 50].map(|value| u8::try_from(value % 256).unwrap());
                picture.row_mut(y)[4 * x as usize..][..4].copy_from_slice(&[red, green, blue, 200]);
            }
        }
        picture
    }

    fn hint_of(change: impl Fn(&mut [u8; 4])) -> Option<Hint> {
        let (expected, mut actual) = (part(5, 5, 12, 9), part(5, 5, 12, 9));
        actual.data_mut().as_chunks_mut::<4>().0.iter_mut().for_each(change);
        hint(&expected, &actual, Agreement::Within(0))
    }

    #[test]
    fn hint_knows_moves_and_crops() {
        let expected = part(5, 5, 12, 9);
        let of = |actual: &Pixmap| hint(&expected, actual, Agreement::Within(0));
        assert_eq!(of(&part(4, 5, 12, 9)), Some(Hint::Moved { x: 1, y: 0 }));
        assert_eq!(of(&part(5, 7, 12, 9)), Some(Hint::Moved { x: 0, y: -2 }));
        assert_eq!(of(&part(6, 6, 11, 8)), Some(Hint::Moved { x: -1, y: -1 }));
        assert_eq!(of(&part(9, 9, 12, 9)), None);
    }

    #[test]
    fn hint_takes_no_line_for_a_move() {
        let expected = Pixmap::filled(Size::new(6, 5), [255; 4]).unwrap();
        let mut actual = expected.clone();
        actual.row_mut(0).fill(0);
        assert_eq!(hint(&expected, &actual, Agreement::Within(0)), None);
        let (expected, mut actual) = (part(5, 5, 12, 9), part(5, 5, 12, 9));
        actual.row_mut(0).fill(0);
        assert_eq!(hint(&expected, &actual, Agreement::Within(0)), None);
    }

    #[test]
    fn hint_knows_channels_and_alpha() {
        assert_eq!(hint_of(|[red, _, blue, _]| std::mem::swap(red, blue)), Some(Hint::Channels { order: "bgr" }));
        assert_eq!(hint_of(|pixel| pixel[3] = 255), Some(Hint::AlphaLost));
        assert_eq!(hint_of(|pixel| *pixel = multiplied(*pixel)), Some(Hint::Multiplied));
        assert_eq!(hint_of(|pixel| pixel[0] ^= 1), None);
    }

    #[test]
    fn hint_knows_turns() {
        let expected = part(5, 5, 12, 9);
        let of = |place: fn(u32, u32) -> (u32, u32)| {
            let mut actual = expected.clone();
            for y in 0..9 {
                for x in 0..12 {
                    let (from_x, from_y) = place(x, y);
                    actual.row_mut(y)[4 * x as usize..][..4].copy_from_slice(&expected.pixel(from_x, from_y));
                }
            }
            hint(&expected, &actual, Agreement::Within(0))
        };
        assert_eq!(of(|x, y| (11 - x, y)), Some(Hint::Mirrored));
        assert_eq!(of(|x, y| (x, 8 - y)), Some(Hint::UpsideDown));
        assert_eq!(of(|x, y| (11 - x, 8 - y)), Some(Hint::Turned));
    }
}
