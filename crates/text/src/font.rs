//! A font, read once and shared.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use palmette_ops::text::Variation;
use read_fonts::model::attribute::Style;
use read_fonts::model::{self, Blob};
use read_fonts::types::{NameId, Tag};

use crate::{Error, unpack};

/// Bytes that the file of a font may have.
pub const MAX_FONT_BYTES: u64 = palmette_ops::text::MAX_FONT_BYTES;

/// A font with outlines, at one place of its axes. Clones share it.
#[derive(Clone)]
pub struct Font {
    /// The tables.
    model: model::Font,
    /// The name of the font.
    name: Arc<str>,
    /// Bytes that its tables take.
    bytes: u64,
}

/// Where a line of a font ends above and below its baseline, in units of the font.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct LineBox {
    /// Units above the baseline.
    pub(crate) ascent: f64,
    /// Units below the baseline, as a positive number.
    pub(crate) descent: f64,
    /// Units between two lines.
    pub(crate) gap: f64,
}

impl Font {
    /// Reads a font in TrueType, OpenType, WOFF or WOFF2; of a collection, the first.
    ///
    /// # Errors
    ///
    /// Every [`Error`] that [is of the font](Error::is_of_the_font): it has more than [`MAX_FONT_BYTES`], unpacks to more than
    /// [`MAX_UNPACKED_BYTES`](crate::MAX_UNPACKED_BYTES), is in another format or damaged, or has no characters or no outlines.
    pub fn read(bytes: impl Into<Bytes>) -> Result<Self, Error> {
        Self::read_within(bytes.into(), MAX_FONT_BYTES)
    }

    /// Reads a font whose file has at most some bytes.
    pub(crate) fn read_within(bytes: Bytes, max_bytes: u64) -> Result<Self, Error> {
        if bytes.len() as u64 > max_bytes {
            return Err(Error::FontTooLarge { bytes: bytes.len() as u64, max_bytes });
        }
        let plain = match bytes.get(..4) {
            Some(b"wOFF") => unpack::woff(&bytes)?,
            Some(b"wOF2") => unpack::woff2(&bytes)?,
            Some(b"\0\x01\0\0" | b"true" | b"OTTO" | b"ttcf") => bytes,
            _ => return Err(Error::UnknownFormat),
        };
        let length = plain.len() as u64;
        let model = model::Font::new(Blob::Shared(Arc::new(plain)), 0).ok_or(Error::DamagedTables)?;
        if model.num_glyphs() == 0 {
            return Err(Error::DamagedTables);
        }
        if !model.charmap().has_unicode() {
            return Err(Error::NoCharacters);
        }
        if model.outline_glyphs().is_empty() {
            return Err(Error::NoOutlines);
        }
        let name = name(&model, NameId::FULL_NAME).or_else(|| name(&model, NameId::FAMILY_NAME));
        Ok(Self { model, name: name.unwrap_or_else(|| "(nameless)".into()).into(), bytes: length })
    }

    /// Returns the name of the font, such as `DejaVu Sans Bold`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the bytes that its tables take in memory.
    #[must_use]
    pub const fn memory_bytes(&self) -> u64 {
        self.bytes
    }

    /// Returns the font at another place of its axes; those that it has not are ignored.
    pub(crate) fn at(&self, variations: &[Variation]) -> Self {
        if variations.is_empty() {
            return self.clone();
        }
        let places = variations.iter().map(|it| (Tag::new(&it.tag), number(it.value)));
        Self { model: self.model.instance_builder().variations(places).build(), ..self.clone() }
    }

    /// Returns the tables.
    pub(crate) const fn model(&self) -> &model::Font {
        &self.model
    }

    /// Tells whether the font has a glyph for a character.
    pub(crate) fn has(&self, character: char) -> bool {
        self.model.charmap().map_unicode(character).is_some_and(|glyph| glyph.to_u32() != 0)
    }

    /// Returns the height of a line, as the font asks for it.
    pub(crate) fn line_box(&self) -> LineBox {
        let line = self.model.metrics().h_line();
        line.map_or(LineBox { ascent: 0.0, descent: 0.0, gap: 0.0 }, |line| LineBox {
            ascent: line.ascender.to_f64(),
            descent: -line.descender.to_f64(),
            gap: line.line_gap.to_f64().max(0.0),
        })
    }

    /// Returns the names that the font can be asked for: of its family, in both ways that fonts have, and its full name.
    pub(crate) fn names(&self) -> Vec<String> {
        let ids = [NameId::TYPOGRAPHIC_FAMILY_NAME, NameId::FAMILY_NAME, NameId::FULL_NAME];
        let mut names: Vec<String> = ids.into_iter().filter_map(|id| name(&self.model, id)).collect();
        names.dedup();
        names
    }

    /// Returns the characters of the font, as ranges with their last, in order.
    pub(crate) fn characters(&self) -> Vec<(u32, u32)> {
        let mut codes: Vec<u32> =
            self.model.charmap().unicodes().filter(|it| it.1.to_u32() != 0).map(|it| it.0).collect();
        codes.sort_unstable();
        let mut ranges: Vec<(u32, u32)> = Vec::new();
        for code in codes {
            match ranges.last_mut() {
                Some((_, last)) if code <= last.saturating_add(1) => *last = code,
                _ => ranges.push((code, code)),
            }
        }
        ranges
    }

    /// Tells how far the font is from an upright one of weight 400 and normal width: the larger, the farther.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a weight has at most four digits")]
    pub(crate) fn strangeness(&self) -> u32 {
        let attributes = self.model.default_attributes();
        let weight = (attributes.weight.value() - 400.0).abs().clamp(0.0, 1000.0) as u32;
        let width = (attributes.width.percentage() - 100.0).abs().clamp(0.0, 1000.0) as u32;
        weight + 10 * width + if attributes.style == Style::Normal { 0 } else { 5000 }
    }
}

impl fmt::Debug for Font {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Font").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Returns one of the names of a font, in English if it has it.
fn name(model: &model::Font, id: NameId) -> Option<String> {
    let name: String = model.names().get(id)?.english_or_first()?.name().chars().take(200).collect();
    (!name.is_empty()).then_some(name)
}

/// Narrows a place on an axis, whose numbers have 16 bits before the point.
#[expect(clippy::cast_possible_truncation, reason = "an axis has fewer digits than either")]
const fn number(value: f64) -> f32 {
    value.clamp(-32_768.0, 32_767.0) as f32
}
