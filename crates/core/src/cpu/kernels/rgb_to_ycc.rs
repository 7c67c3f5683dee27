//! From colours to planes, by the formula of JFIF (ITU-T T.871), as exact fractions.
//!
//! Luma is `0.299·R + 0.587·G + 0.114·B`, Cb `(B - luma) / 1.772 + 128`, Cr `(R - luma) / 1.402 + 128`. Each is a whole number
//! of parts of a level; later computation takes the parts, so that a result is rounded once.

/// Parts of a level of Y, Cb and Cr.
pub const PARTS: [u32; 3] = [1_000, 1_772, 1_402];

/// Returns Y, Cb or Cr of a colour, plane 0, 1 or 2, in [`PARTS`] of a level: 0 to 255.5 levels.
///
/// # Panics
///
/// If there is no such plane.
#[must_use]
pub fn parts(plane: usize, [red, green, blue]: [u8; 3]) -> u32 {
    let [red, green, blue] = [red, green, blue].map(u32::from);
    // Additions come first, so that nothing on the way is negative.
    match plane {
        0 => 299 * red + 587 * green + 114 * blue,
        1 => 128 * PARTS[1] + 886 * blue - (299 * red + 587 * green),
        2 => 128 * PARTS[2] + 701 * red - (587 * green + 114 * blue),
        _ => panic!("no such plane"),
    }
}

/// Converts a colour, each sample rounded to nearest, halves up, and clamped.
#[must_use]
pub fn rgb_to_ycc(color: [u8; 3]) -> [u8; 3] {
    std::array::from_fn(|plane| {
        let rounded = (2 * parts(plane, color) + PARTS[plane]) / (2 * PARTS[plane]);
        u8::try_from(rounded.min(255)).expect("clamped")
    })
}

#[cfg(test)]
mod tests {
    use super::super::ycc_to_rgba::ycc_to_rgba;
    use super::*;

    #[test]
    fn ycc_of_known_colours() {
        for (color, ycc) in [
            ([0, 0, 0], [0, 128, 128]),
            ([255, 255, 255], [255, 128, 128]),
            ([77, 77, 77], [77, 128, 128]),
            // 127.5 above the middle, which is clamped; and below it, which is a half.
            ([255, 0, 0], [76, 85, 255]),
            ([0, 255, 0], [150, 44, 21]),
            ([0, 0, 255], [29, 255, 107]),
            ([0, 255, 255], [179, 171, 1]),
        ] {
            assert_eq!(rgb_to_ycc(color), ycc, "{color:?}");
        }
    }

    #[test]
    fn ycc_comes_back_within_what_rounding_takes() {
        for color in (0..4096_u32).map(|i| [i, i >> 4, i >> 8].map(|i| u8::try_from((i & 15) * 17).unwrap())) {
            let units = rgb_to_ycc(color).map(|level| [i16::from(level) * 64]);
            let mut pixel = [0; 4];
            ycc_to_rgba(units.each_ref().map(|row| row.as_slice()), &mut pixel);
            assert!(color.iter().zip(pixel).all(|(&a, b)| a.abs_diff(b) <= 2), "{color:?} came back as {pixel:?}");
        }
    }
}
