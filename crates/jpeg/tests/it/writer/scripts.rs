//! Orders of scans, those of well-known encoders among them.

/// What a scan holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Scan {
    /// The components, by their places in the frame.
    pub(crate) components: Vec<u8>,
    /// The first and the last coefficient.
    pub(crate) band: (u8, u8),
    /// The lowest bit before (0: none was sent) and after it.
    pub(crate) bits: (u8, u8),
}

impl Scan {
    /// Some coefficients of some components, or a further bit of them.
    pub(crate) fn new(components: impl IntoIterator<Item = u8>, band: (u8, u8), bits: (u8, u8)) -> Self {
        Self { components: components.into_iter().collect(), band, bits }
    }

    /// Everything of some components.
    pub(crate) fn sequential(components: impl IntoIterator<Item = u8>) -> Self {
        Self::new(components, (0, 63), (0, 0))
    }
}

/// The ways to spread components over sequential scans.
pub(crate) fn sequential_scripts(components: u8) -> Vec<(&'static str, Vec<Scan>)> {
    let mut scripts = vec![
        ("one scan", vec![Scan::sequential(0..components)]),
        ("a scan each", (0..components).map(|i| Scan::sequential([i])).collect()),
        ("a scan each, backwards", (0..components).rev().map(|i| Scan::sequential([i])).collect()),
    ];
    if components > 2 {
        scripts.push(("luma, the others", vec![Scan::sequential([0]), Scan::sequential(1..components)]));
        scripts.push(("the last, the others", {
            vec![Scan::sequential([components - 1]), Scan::sequential(0..components - 1)]
        }));
    }
    scripts
}

/// Orders of progressive scans.
pub(crate) fn scripts(components: u8) -> Vec<(&'static str, Vec<Scan>)> {
    let each = |band, bits| (0..components).map(move |i| Scan::new([i], band, bits));
    let chroma = |band, bits| (1..components).map(move |i| Scan::new([i], band, bits));
    let all = |bits| Scan::new(0..components, (0, 0), bits);
    let luma = |band, bits| Scan::new([0], band, bits);
    let mut simple = vec![all((0, 1)), luma((1, 5), (0, 2))];
    simple.extend(chroma((1, 63), (0, 1)));
    simple.extend([luma((6, 63), (0, 2)), luma((1, 63), (2, 1)), all((1, 0))]);
    simple.extend(chroma((1, 63), (1, 0)));
    simple.push(luma((1, 63), (1, 0)));
    let mut mozjpeg = vec![luma((0, 0), (0, 0))];
    mozjpeg.extend(chroma((0, 0), (0, 0)));
    mozjpeg.push(luma((1, 8), (0, 2)));
    mozjpeg.extend(chroma((1, 8), (0, 0)));
    mozjpeg.extend([luma((9, 63), (0, 2)), luma((1, 63), (2, 1)), luma((1, 63), (1, 0))]);
    mozjpeg.extend(chroma((9, 63), (0, 0)));
    let mut jpegli = vec![all((0, 0))];
    jpegli.extend(each((1, 2), (0, 0)));
    for bits in [(0, 2), (2, 1), (1, 0)] {
        jpegli.extend(each((3, 63), bits));
    }
    // Bit by bit, DC of each component by itself, and bands that are cut otherwise from bit to bit.
    let mut fine: Vec<Scan> = each((0, 0), (0, 5)).collect();
    fine.extend((0..5).rev().map(|bit| all((bit + 1, bit))));
    fine.extend(each((1, 63), (0, 6)));
    fine.extend((0..6).rev().flat_map(|bit| {
        let cut = 10 * (bit + 1);
        each((cut + 1, 63), (bit + 1, bit)).chain(each((1, cut), (bit + 1, bit)))
    }));
    let mut single: Vec<Scan> = vec![all((0, 0))];
    single.extend((1..64).map(|k| luma((k, k), (0, 0))));
    single.extend(chroma((1, 63), (0, 0)));
    vec![
        ("libjpeg", simple),
        ("mozjpeg", mozjpeg),
        ("jpegli", jpegli),
        ("all at once", std::iter::once(all((0, 0))).chain(each((1, 63), (0, 0))).collect()),
        ("bit by bit", fine),
        ("a coefficient each", single),
    ]
}
