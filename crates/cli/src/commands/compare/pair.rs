//! Two files, compared frame by frame.

use std::path::Path;

use palmette::Transformer;
use palmette::codec::{Animation, Frame, animation, sniff};
use palmette::core::Pixmap;
use palmette_compare::{Agreement, Hint, diff, hint, score, strip};

use super::Reading;
use super::finding::{Different, Finding, Problem, Score, Side};
use crate::error::Error;
use crate::files;

/// The two pictures that are shown: the first frames that differ, or the first of all.
#[derive(Debug)]
pub(super) struct Shown {
    pub(super) expected: Pixmap,
    pub(super) actual: Pixmap,
}

impl Shown {
    /// Lays expected, differences and actual side by side.
    pub(super) fn strip(&self, tolerance: u8) -> Result<Pixmap, Error> {
        strip(&[&self.expected, &self.diff(tolerance)?, &self.actual]).map_err(of_core)
    }

    /// Shows the differences.
    pub(super) fn diff(&self, tolerance: u8) -> Result<Pixmap, Error> {
        diff(&self.expected, &self.actual, Agreement::Within(tolerance)).map_err(of_core)
    }
}

fn of_core(source: palmette::core::Error) -> Error {
    Error::Pipeline { source: palmette::Error::Core(source), sources: Vec::new() }
}

/// Compares two files.
pub(super) fn compare(expected: &Path, actual: &Path, reading: &Reading) -> Result<(Finding, Shown), Error> {
    let files = [File::read(expected, reading)?, File::read(actual, reading)?];
    let [mut expected, mut actual] = [files[0].open(reading)?, files[1].open(reading)?];
    let mut finding = Finding::new(expected.side.clone(), actual.side.clone(), reading.tolerance);
    finding.compare_sides();

    let (first_expected, first_actual) = (expected.next()?, actual.next()?);
    let mut shown = Shown { expected: first_expected.pixmap.clone(), actual: first_actual.pixmap.clone() };
    if finding.has_one_size() {
        let mut different: Option<Different> = None;
        let (mut expected_frame, mut actual_frame) = (first_expected, first_actual);
        for frame in 0.. {
            let (one, other) = (&expected_frame, &actual_frame);
            let difference =
                palmette_compare::compare(&one.pixmap, &other.pixmap, Agreement::Within(reading.tolerance));
            let difference = difference.expect("all frames have the size of their file, and the two sizes are equal");
            finding.measure(&difference);
            if finding.frames_compared() > 1 && one.delay_ms != other.delay_ms {
                finding.add(Problem::Delay { frame, expected: one.delay_ms, actual: other.delay_ms });
            }
            if !difference.is_none() {
                match &mut different {
                    Some(different) => different.add(difference.count),
                    None => {
                        different = Some(Different::new(frame, difference));
                        shown = Shown { expected: one.pixmap.clone(), actual: other.pixmap.clone() };
                    }
                }
            }
            if frame + 1 == finding.frames_compared() {
                break;
            }
            (expected_frame, actual_frame) = (expected.next()?, actual.next()?);
        }
        if let Some(different) = different {
            finding.add(Problem::Pixels(different));
        }
    }
    if finding.shows_difference() {
        finding.explain(hint_of(&shown, reading.tolerance), score_of(&shown));
    }
    Ok((finding, shown))
}

/// Reads the first frame of a file.
pub(super) fn first_frame(path: &Path, reading: &Reading) -> Result<Pixmap, Error> {
    File::read(path, reading)?.open(reading)?.next().map(|frame| frame.pixmap)
}

fn hint_of(shown: &Shown, tolerance: u8) -> Option<Hint> {
    hint(&shown.expected, &shown.actual, Agreement::Within(tolerance))
}

/// Scores two pictures, if they have one size.
fn score_of(shown: &Shown) -> Option<Score> {
    if shown.expected.size() != shown.actual.size() {
        return None;
    }
    Some(match score(&shown.expected, &shown.actual) {
        Ok(score) => Score::Number(score),
        Err(reason) => Score::None(reason.to_string()),
    })
}

/// A file in memory.
struct File {
    name: String,
    bytes: Vec<u8>,
}

impl File {
    fn read(path: &Path, reading: &Reading) -> Result<Self, Error> {
        Ok(Self { name: path.display().to_string(), bytes: files::read(path, reading.max_bytes)? })
    }

    fn open(&self, reading: &Reading) -> Result<Frames<'_>, Error> {
        let unreadable = |source| self.unreadable(source);
        let of_codec = |source| unreadable(palmette::Error::Open(source));
        let format = sniff(&self.bytes).map_err(of_codec)?.mime();
        let still = reading.pipeline.open(self.bytes.clone()).map_err(unreadable)?;
        let (size, frame_count) = (still.size(), still.frame_count());
        let side = |plays| Side { name: self.name.clone(), format, size, frame_count, plays };
        if frame_count == 1 {
            return Ok(Frames { file: self, side: side(None), pixels: Pixels::Still(Some(still)) });
        }
        let animation = animation(&self.bytes, &reading.options).map_err(of_codec)?;
        Ok(Frames { file: self, side: side(animation.plays()), pixels: Pixels::Moving(animation) })
    }

    /// Names the file that an error is about. To the pipeline it is a canvas, which means nothing to people who compare files.
    fn unreadable(&self, error: palmette::Error) -> Error {
        let source = match error {
            palmette::Error::Source { source, .. } => palmette::Error::Open(source),
            other => other,
        };
        Error::Pipeline { source, sources: vec![self.name.clone()] }
    }
}

/// The frames of a file.
struct Frames<'a> {
    file: &'a File,
    side: Side,
    pixels: Pixels<'a>,
}

/// Where pixels come from.
enum Pixels<'a> {
    /// What `palmette transform` makes of a picture without any option, to the bit: a JPEG is not read by the codec alone.
    Still(Option<Transformer>),
    Moving(Animation<'a>),
}

impl Frames<'_> {
    /// Decodes the next frame.
    fn next(&mut self) -> Result<Frame, Error> {
        let frame = match &mut self.pixels {
            Pixels::Still(still) => {
                still.take().map(|still| still.pixels().map(|pixmap| Frame { pixmap, delay_ms: 0 }))
            }
            Pixels::Moving(animation) => animation.next().map(|frame| frame.map_err(palmette::Error::Open)),
        };
        // Frames are missing only if what is damaged may be shown.
        let missing = || Error::FramesMissing { path: self.file.name.clone().into() };
        frame.ok_or_else(missing)?.map_err(|error| self.file.unreadable(error))
    }
}
