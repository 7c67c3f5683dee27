//! Where libjpeg-turbo and this crate may make something else of a file, though one of them has no complaint: the whole list.
//! Tests that compare the two on files of strangers ask here.
//!
//! Where both complain, or one complains and the other refuses, they may show whatever they can. Samples of coefficients
//! beyond all measure are equal on x86-64, as both compute them alike; libjpeg-turbo's C code makes others of them.

use palmette_jpeg::{Damage, DamageKind, Decoder, Error, Model};

/// A difference that is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Difference {
    /// A progressive file lacks bits of lower AC coefficients: libjpeg guesses them from the blocks around. Here blocks stay as
    /// they were sent.
    Smoothed,
    /// Coefficients are sent twice: libjpeg writes those of the second scan over those of the first, zeros apart. Here a second
    /// sequential scan replaces the first, and none is read once all that can come is there.
    Repeated,
    /// More than one 0xff before a stuffed zero: one 0xff of data to both. But libjpeg-turbo's fast path takes the second one for
    /// a marker and decodes zeros, then its slow path decodes the MCU again over what that has left.
    Fill,
    /// A code leads beyond the last coefficient, or a component has no scan: damage here, passed over in silence there. The
    /// samples are equal.
    Stricter,
    /// This crate stops after so many scans, whatever they hold.
    Scans,
    /// Arithmetic and lossless coding, and samples of other than 8 bits, are not read here.
    Process,
    /// Height 0 in the frame and DNL behind the scan: libjpeg has no such thing.
    Dnl,
    /// Planes of two components, of four, or of a layout of chroma that has no name: TurboJPEG has no such planes.
    Unnamed,
    /// A Huffman table that uses the code of all ones, which the standard keeps free: libjpeg refuses it.
    AllOnes,
    /// Segments that nobody knows, or of arithmetic coding: libjpeg refuses them, or what they say. Here they are passed.
    Segment,
    /// At 1/8, something wrong with scans of AC: here they are not even opened.
    Unneeded,
    /// Something wrong behind the last scan that is needed: libjpeg reads up to the end mark, this crate does not.
    Behind,
}

/// Why libjpeg-turbo may show a picture where this crate says an error.
pub(crate) fn only_theirs(error: &Error) -> Option<Difference> {
    match error {
        Error::TooManyScans { .. } => Some(Difference::Scans),
        Error::UnsupportedProcess(_) | Error::UnsupportedPrecision { .. } => Some(Difference::Process),
        _ => None,
    }
}

/// Why this crate may show a whole picture where libjpeg-turbo says an error, apart from [`Difference::Behind`].
pub(crate) fn only_ours(file: &[u8], error: &str) -> Option<Difference> {
    let is_one_of = |texts: &[&str]| texts.iter().any(|it| error.contains(it));
    let is_unknown = Decoder::new(file).is_ok_and(|decoder| decoder.model() == Model::Unknown);
    if error.contains("DNL not supported") {
        Some(Difference::Dnl)
    } else if is_unknown || is_one_of(&["layout without a name", "must have 3 or fewer", "unknown colour space"]) {
        Some(Difference::Unnamed)
    } else if is_one_of(&["Unsupported marker type", "Bogus DAC"]) {
        Some(Difference::Segment)
    } else if error.contains("Bogus Huffman table definition") {
        Some(Difference::AllOnes)
    } else {
        None
    }
}

/// Why this crate may complain of a picture that libjpeg-turbo shows without a warning, if the samples are equal.
pub(crate) fn only_our_damage(damage: &Damage) -> Option<Difference> {
    matches!(damage.kind, DamageKind::Code | DamageKind::MissingScans).then_some(Difference::Stricter)
}

/// Why both may show other samples, though one or both have no complaint.
pub(crate) fn samples(file: &[u8]) -> Option<Difference> {
    let mut scans = Scans { is_progressive: false, components: Vec::new(), is_repeated: false };
    segments(file).for_each(|segment| scans.read(&segment));
    let lacks_bits = |low: &[Option<u8>; 64]| low[1..10].iter().any(|&low| low != Some(0));
    if scans.is_progressive && scans.components.iter().any(|(_, low)| lacks_bits(low)) {
        Some(Difference::Smoothed)
    } else if scans.is_repeated {
        Some(Difference::Repeated)
    } else if !scans.is_progressive && file.windows(3).any(|bytes| bytes == [0xff, 0xff, 0]) {
        Some(Difference::Fill)
    } else {
        None
    }
}

/// Where the markers behind the first scan header stand.
pub(crate) fn places_behind_scan(file: &[u8]) -> Vec<usize> {
    let start = segments(file).find(|segment| segment.marker == 0xda).map_or(file.len(), |segment| segment.at + 2);
    let pairs = file.windows(2).enumerate().skip(start);
    pairs.filter(|(_, pair)| pair[0] == 0xff && !matches!(pair[1], 0 | 0xff)).map(|(at, _)| at).collect()
}

/// What the scans of a file have sent.
struct Scans {
    is_progressive: bool,
    /// The numbers of the components, and of each coefficient the lowest bit that was sent.
    components: Vec<(u8, [Option<u8>; 64])>,
    /// Whether a scan had a component that was in one before.
    is_repeated: bool,
}

impl Scans {
    /// Takes note of a segment.
    fn read(&mut self, segment: &Segment<'_>) {
        match (segment.marker, segment.content) {
            (0xc0..=0xc2, [_, _, _, _, _, _, components @ ..]) if self.components.is_empty() => {
                self.is_progressive = segment.marker == 0xc2;
                self.components = components.chunks(3).map(|it| (it[0], [None; 64])).collect();
            }
            (0xda, [count, rest @ ..]) => {
                let Some((named, &[first, last, bits])) = rest.split_at_checked(2 * usize::from(*count)) else {
                    return;
                };
                let band = if self.is_progressive { usize::from(first)..usize::from(last) + 1 } else { 0..64 };
                let is_first = !self.is_progressive || bits >> 4 == 0;
                for id in named.chunks(2).map(|it| it[0]) {
                    for (_, low) in self.components.iter_mut().filter(|it| it.0 == id) {
                        if let Some(low) = low.get_mut(band.clone()) {
                            self.is_repeated |= low.iter().any(|&low| low == Some(0) || is_first && low.is_some());
                            low.fill(Some(bits & 15));
                        }
                    }
                }
            }
            _ => {}
        }
    }
}

/// A segment of a file.
struct Segment<'a> {
    at: usize,
    marker: u8,
    content: &'a [u8],
}

/// The segments of a file, from its start to its end mark.
fn segments(file: &[u8]) -> impl Iterator<Item = Segment<'_>> {
    let mut next = 2;
    std::iter::from_fn(move || {
        loop {
            let at = next;
            match (*file.get(at)?, *file.get(at + 1)?) {
                (0xff, 0xd9) => return None,
                (0xff, 0 | 1 | 0xd0..=0xd8) => next += 2,
                (0xff, marker @ 2..=0xfe) => {
                    let len = usize::from(u16::from_be_bytes([*file.get(at + 2)?, *file.get(at + 3)?])).max(2);
                    let content = file.get(at + 4..at + 2 + len)?;
                    next += 2 + len;
                    return Some(Segment { at, marker, content });
                }
                _ => next += 1,
            }
        }
    })
}
