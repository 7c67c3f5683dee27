//! Pictures that are drawn by code, for examples and for the benches of `benches/peers`.

/// Draws RGBA by a function of place and channel.
pub(crate) fn picture((width, height): (usize, usize), level: impl Fn(usize, usize, u32) -> u8) -> Vec<u8> {
    let places = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    places.flat_map(|(x, y)| [level(x, y, 0), level(x, y, 1), level(x, y, 2), 255]).collect()
}

/// Eight octaves of noise; each has so many percent of the strength of the coarser one.
pub(crate) fn clouds(x: usize, y: usize, channel: u32, roughness: usize) -> u8 {
    let (mut sum, mut total, mut strength) = (0, 0, 100_000);
    for octave in (0..8).rev() {
        let side = 1 << octave;
        let (left, top) = (x / side, y / side);
        let (right_part, bottom_part) = (x % side, y % side);
        let corner = |dx: usize, dy: usize| hash(left + dx, top + dy, octave + 100 * (channel / 2)) % 256;
        let upper = corner(0, 0) * (side - right_part) + corner(1, 0) * right_part;
        let lower = corner(0, 1) * (side - right_part) + corner(1, 1) * right_part;
        sum += (upper * (side - bottom_part) + lower * bottom_part) / side / side * strength;
        total += strength;
        strength = strength * roughness / 100;
    }
    u8::try_from(sum / total).unwrap_or(255)
}

/// A number that looks random.
pub(crate) fn hash(x: usize, y: usize, seed: u32) -> usize {
    let mut state = (x as u64) << 40 ^ (y as u64) << 16 ^ u64::from(seed);
    for _ in 0..2 {
        state = (state ^ state >> 29).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
    usize::try_from(state >> 33).unwrap_or(0)
}
