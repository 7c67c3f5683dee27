//! This crate and libjpeg-turbo on the same file, whatever it is: what each says, and whether that may be.

use std::fmt;

use palmette_jpeg::{Decoder, Error, Model, Request, Scale};

use crate::differences::{self, Difference};
use crate::turbo::{self, Plane};

/// How a file is decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// To planes, all at one scale.
    Planes(Scale),
    /// To rows of pixels.
    Pixels,
}

impl Way {
    /// Every way.
    pub(crate) const ALL: [Self; 5] = [
        Self::Planes(Scale::Full),
        Self::Planes(Scale::Half),
        Self::Planes(Scale::Quarter),
        Self::Planes(Scale::Eighth),
        Self::Pixels,
    ];
}

/// The way that needs DC alone.
const EIGHTH: Way = Way::Planes(Scale::Eighth);

/// What both make of a file.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    /// What was found to be lacking here, if a picture came.
    pub(crate) ours: Result<Option<palmette_jpeg::Damage>, Error>,
    /// What libjpeg-turbo warned about, if a picture came.
    pub(crate) theirs: Result<Option<String>, String>,
    /// The first sample that differs, if both show one: its plane, column and row, and both values.
    pub(crate) differing: Option<Sample>,
}

/// A sample that is not the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sample {
    pub(crate) plane: usize,
    pub(crate) x: usize,
    pub(crate) y: usize,
    pub(crate) ours: u8,
    pub(crate) theirs: u8,
}

/// Whether an outcome may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Both show the same samples, or both refuse.
    Agreed,
    /// One shows less than the other, or another picture, of a file that at least one of them says is broken.
    Broken,
    /// It is in the list of differences.
    Meant(Difference),
    /// It may not be.
    Wrong,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.ours {
            Ok(None) => f.write_str("ours whole")?,
            Ok(Some(damage)) => write!(f, "ours damaged: {damage}")?,
            Err(error) => write!(f, "ours refused: {error}")?,
        }
        match &self.theirs {
            Ok(None) => f.write_str("; theirs whole")?,
            Ok(Some(warning)) => write!(f, "; theirs with a warning: {warning}")?,
            Err(error) => write!(f, "; theirs refused: {error}")?,
        }
        match self.differing {
            None => Ok(()),
            Some(Sample { plane, x, y, ours, theirs }) => {
                write!(f, "; plane or channel {plane}, ({x}, {y}): ours {ours}, theirs {theirs}")
            }
        }
    }
}

/// Decodes by both; absent if the picture has more pixels than that.
pub(crate) fn compare(file: &[u8], way: Way, max_pixels: u32) -> Option<Outcome> {
    let mut width = 1;
    if let Ok(decoder) = Decoder::new(file) {
        let (columns, rows) = decoder.size();
        if columns.saturating_mul(rows) > max_pixels {
            return None;
        }
        width = columns as usize;
    } else if turbo::header(file).is_ok_and(|header| header.width * header.height > max_pixels as usize) {
        return None;
    }
    match way {
        Way::Planes(scale) => {
            let denominator = u8::try_from(scale.denominator()).expect("at most 8");
            let (ours, theirs) = (our_planes(file, scale), turbo::decode_planes(file, denominator));
            let pair = ours.as_ref().ok().zip(theirs.as_ref().ok());
            let differing = pair.and_then(|((ours, _), theirs)| differing_planes(ours, &theirs.result.0));
            Some(Outcome { ours: ours.map(|it| it.1), theirs: theirs.map(|it| it.warning), differing })
        }
        Way::Pixels => {
            let (ours, theirs) = (our_pixels(file), turbo::decode_pixels(file));
            let pair = ours.as_ref().ok().zip(theirs.as_ref().ok());
            let differing = pair.and_then(|((ours, _), theirs)| {
                let theirs = &theirs.result;
                let at = ours.iter().zip(theirs).position(|(a, b)| a != b)?;
                Some(Sample { plane: at % 4, x: at / 4 % width, y: at / 4 / width, ours: ours[at], theirs: theirs[at] })
            });
            Some(Outcome { ours: ours.map(|it| it.1), theirs: theirs.map(|it| it.warning), differing })
        }
    }
}

impl Outcome {
    /// Says whether this may come of a file.
    pub(crate) fn verdict(&self, file: &[u8], way: Way) -> Verdict {
        let meant = |difference: Option<Difference>| difference.map_or(Verdict::Wrong, Verdict::Meant);
        let (damage, warning) = match (&self.ours, &self.theirs) {
            (Err(_), Err(_)) => return Verdict::Agreed,
            (Err(error), Ok(warning)) => {
                let otherwise = if warning.is_some() { Verdict::Broken } else { Verdict::Wrong };
                return differences::only_theirs(error).map_or(otherwise, Verdict::Meant);
            }
            (Ok(Some(_)), Err(_)) => return Verdict::Broken,
            (Ok(None), Err(error)) => {
                let behind = || is_right_before_its_end(file, way).then_some(Difference::Behind);
                let unneeded = || (way == EIGHTH && !is_whole(file)).then_some(Difference::Unneeded);
                return meant(differences::only_ours(file, error).or_else(unneeded).or_else(behind));
            }
            (Ok(damage), Ok(warning)) => (damage, warning),
        };
        match (damage, warning, self.differing) {
            (None, _, None) | (Some(_), Some(_), None) => Verdict::Agreed,
            (Some(damage), None, None) => meant(differences::only_our_damage(damage)),
            (Some(_), Some(_), Some(_)) => differences::samples(file).map_or(Verdict::Broken, Verdict::Meant),
            (None, Some(_), Some(_)) if way == EIGHTH && !is_whole(file) => Verdict::Meant(Difference::Unneeded),
            (None, _, Some(_)) | (Some(_), None, Some(_)) => meant(differences::samples(file)),
        }
    }
}

/// Tells whether nothing is lacking of a file at full size.
fn is_whole(file: &[u8]) -> bool {
    our_planes(file, Scale::Full).is_ok_and(|(_, damage)| damage.is_none())
}

/// Tells whether a file, cut at one of its markers, shows the same picture, to both.
fn is_right_before_its_end(file: &[u8], way: Way) -> bool {
    let is_same = |cut: &[u8]| match way {
        Way::Planes(scale) => our_planes(cut, scale) == our_planes(file, scale),
        Way::Pixels => our_pixels(cut) == our_pixels(file),
    };
    differences::places_behind_scan(file).into_iter().any(|at| {
        let cut = [&file[..at], &[0xff, 0xd9]].concat();
        let outcome = compare(&cut, way, u32::MAX);
        outcome.is_some_and(|it| it.ours == Ok(None) && it.theirs.is_ok() && it.differing.is_none()) && is_same(&cut)
    })
}

/// Decodes whole planes here.
pub(crate) fn our_planes(file: &[u8], scale: Scale) -> Result<(Vec<Plane>, Option<palmette_jpeg::Damage>), Error> {
    let decoder = Decoder::new(file)?;
    let mut bands = decoder.bands(&Request::at(scale))?;
    let mut planes = Vec::new();
    while let Some(band) = bands.next_band() {
        planes.resize(band.len(), Plane { width: 0, height: 0, samples: Vec::new() });
        for (plane, band) in planes.iter_mut().zip(band) {
            plane.width = band.width();
            plane.height += band.rows().len();
            band.rows().for_each(|row| plane.samples.extend_from_slice(row));
        }
    }
    for (plane, component) in planes.iter().zip(decoder.components()) {
        let (width, height) = component.plane_size(scale);
        assert_eq!((plane.width, plane.height), (width as usize, height as usize), "a whole plane");
    }
    Ok((planes, bands.damage().copied()))
}

/// Decodes pixels here.
pub(crate) fn our_pixels(file: &[u8]) -> Result<(Vec<u8>, Option<palmette_jpeg::Damage>), Error> {
    let decoder = Decoder::new(file)?;
    let mut rows = decoder.rows()?;
    let mut pixels = Vec::new();
    while let Some(row) = rows.next_row() {
        pixels.extend_from_slice(row);
    }
    let (width, height) = decoder.size();
    assert_eq!(pixels.len(), 4 * width as usize * height as usize, "every row");
    assert_ne!(decoder.model(), Model::Unknown);
    Ok((pixels, rows.damage().copied()))
}

/// Finds the first sample that differs, as far as our planes reach: the others may have a column or a row more.
fn differing_planes(ours: &[Plane], theirs: &[Plane]) -> Option<Sample> {
    assert_eq!(ours.len(), theirs.len(), "planes");
    for (number, (plane, judge)) in ours.iter().zip(theirs).enumerate() {
        assert!(plane.width <= judge.width && plane.height <= judge.height, "plane {number}: {plane:?} of {judge:?}");
        for (y, (ours, theirs)) in plane.samples.chunks(plane.width).zip(judge.samples.chunks(judge.width)).enumerate()
        {
            if let Some(x) = ours.iter().zip(theirs).position(|(a, b)| a != b) {
                return Some(Sample { plane: number, x, y, ours: ours[x], theirs: theirs[x] });
            }
        }
    }
    None
}
