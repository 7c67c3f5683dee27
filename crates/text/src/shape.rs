//! Characters become glyphs: runs of one direction, one script and one font, each shaped by HarfBuzz's rules.

use std::ops::Range;

use harfrust::{Buffer, Direction, Feature, Script, ShapeOptions, ShaperFont, Tag};
use read_fonts::types::GlyphId;
use unicode_bidi::ParagraphBidiInfo;
use unicode_script::{Script as ScriptName, UnicodeScript};
use unicode_segmentation::UnicodeSegmentation;

use crate::font::Font;
use crate::fonts::Fonts;

/// The text between two `\n`: one paragraph of the Unicode algorithm for text in both directions.
#[derive(Debug)]
pub(crate) struct Paragraph<'a> {
    /// Its text, without characters that draw nothing and mean nothing to a shaper.
    text: &'a str,
    /// The direction of each of its bytes.
    bidi: ParagraphBidiInfo<'a>,
    /// Stretches of one script and one font, in the order of the text.
    items: Vec<Item>,
}

/// A stretch of text in one script, set in one font.
#[derive(Clone, Debug)]
struct Item {
    /// Its bytes.
    range: Range<usize>,
    /// Its script.
    script: ScriptName,
    /// The number of its font.
    font: usize,
}

/// A glyph in a line, in pixels.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Glyph {
    /// The number of its font.
    pub(crate) font: usize,
    /// Its number in the font.
    pub(crate) id: GlyphId,
    /// Where its origin is, from the left end of the line.
    pub(crate) x: f64,
    /// How far its origin is above the baseline.
    pub(crate) rise: f64,
}

/// Glyphs from left to right.
#[derive(Clone, Debug, Default)]
pub(crate) struct Line {
    /// The glyphs.
    pub(crate) glyphs: Vec<Glyph>,
    /// Pixels from the left end to the right one.
    pub(crate) advance: f64,
    /// Whether its paragraph runs from right to left.
    pub(crate) is_rtl: bool,
}

/// How glyphs are scaled and spaced.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spacing {
    /// Pixels per em.
    pub(crate) size: f64,
    /// Pixels after each cluster.
    pub(crate) letter: f64,
}

impl<'a> Paragraph<'a> {
    /// Finds the directions, scripts and fonts of a text.
    pub(crate) fn new(text: &'a str, fonts: &mut Fonts<'_>) -> Self {
        Self { text, bidi: ParagraphBidiInfo::new(text, None), items: items(text, fonts) }
    }

    /// Returns the text.
    pub(crate) const fn text(&self) -> &'a str {
        self.text
    }

    /// Shapes a part of the text as one line.
    pub(crate) fn shape(&self, line: Range<usize>, fonts: &Fonts<'_>, spacing: Spacing) -> Line {
        let mut shaped = Line { is_rtl: self.bidi.paragraph_level.is_rtl(), ..Line::default() };
        if line.is_empty() {
            return shaped;
        }
        let (levels, runs) = self.bidi.visual_runs(line);
        for run in runs {
            let is_rtl = levels[run.start].is_rtl();
            let inside = |item: &Item| {
                let range = item.range.start.max(run.start)..item.range.end.min(run.end);
                (!range.is_empty()).then(|| Item { range, ..item.clone() })
            };
            let mut parts: Vec<Item> = self.items.iter().filter_map(inside).collect();
            if is_rtl {
                parts.reverse();
            }
            for part in parts {
                self.shape_item(&part, is_rtl, fonts, spacing, &mut shaped);
            }
        }
        shaped
    }

    /// Shapes a stretch in one direction, and adds it to the right of a line.
    fn shape_item(&self, item: &Item, is_rtl: bool, fonts: &Fonts<'_>, spacing: Spacing, line: &mut Line) {
        let font = fonts.get(item.font);
        let mut buffer = Buffer::new();
        buffer.set_pre_context(&self.text[..item.range.start]);
        buffer.set_post_context(&self.text[item.range.end..]);
        for (at, character) in self.text[item.range.clone()].char_indices() {
            let at = u32::try_from(item.range.start + at).unwrap_or(u32::MAX);
            buffer.push(character.into(), at);
        }
        buffer.set_direction(if is_rtl { Direction::RightToLeft } else { Direction::LeftToRight });
        buffer.set_script(script(item.script));
        let letter = if is_cursive(item.script) { 0.0 } else { spacing.letter };
        // A ligature has no place for the space between its letters.
        let apart = [b"liga", b"clig"].map(|tag| Feature::new(Tag::new(tag), 0, ..));
        let features = if letter == 0.0 { &[][..] } else { &apart[..] };
        let shaper = ShaperFont::new(font.model());
        if harfrust::shape(&shaper, &mut buffer, ShapeOptions::new().features(features)).is_err() {
            // It fails for a buffer that has been used or has no direction.
            return;
        }
        let scale = spacing.size / f64::from(font.model().units_per_em());
        let infos = buffer.glyph_infos();
        for (number, (info, position)) in infos.iter().zip(buffer.glyph_positions()).enumerate() {
            let is_first = number == 0 || infos[number - 1].cluster != info.cluster;
            let is_last = infos.get(number + 1).is_none_or(|next| next.cluster != info.cluster);
            if is_rtl && is_first {
                line.advance += letter;
            }
            line.glyphs.push(Glyph {
                font: item.font,
                id: GlyphId::new(info.glyph_id),
                x: line.advance + f64::from(position.x_offset) * scale,
                rise: f64::from(position.y_offset) * scale,
            });
            line.advance += f64::from(position.x_advance) * scale;
            if !is_rtl && is_last {
                line.advance += letter;
            }
        }
    }
}

/// Tells whether a font has a glyph for everything in a cluster, composed or not.
pub(crate) fn has_all(font: &Font, cluster: &str) -> bool {
    let mut buffer = Buffer::new();
    buffer.push_str(cluster);
    buffer.guess_segment_properties();
    let is_shaped = harfrust::shape(&ShaperFont::new(font.model()), &mut buffer, ShapeOptions::new()).is_ok();
    is_shaped && buffer.glyph_infos().iter().all(|info| info.glyph_id != 0)
}

/// Cuts a text where its script or font changes. Characters of no script, such as spaces, go with the text before them.
fn items(text: &str, fonts: &mut Fonts<'_>) -> Vec<Item> {
    let mut items: Vec<Item> = Vec::new();
    for (start, cluster) in text.grapheme_indices(true) {
        let range = start..start + cluster.len();
        let named = cluster.chars().map(|it| it.script()).find(|it| !is_shared(*it));
        let before = items.last().map(|item| (item.script, item.font));
        let script = named.or(before.map(|it| it.0)).unwrap_or(ScriptName::Common);
        let font = fonts.choose(cluster, before.map(|it| it.1));
        match items.last_mut() {
            Some(last) if last.font == font && (last.script == script || is_shared(last.script)) => {
                last.script = script;
                last.range.end = range.end;
            }
            _ => items.push(Item { range, script, font }),
        }
    }
    items
}

/// Tells whether a script is none of its own.
const fn is_shared(script: ScriptName) -> bool {
    matches!(script, ScriptName::Common | ScriptName::Inherited | ScriptName::Unknown)
}

/// Tells whether the letters of a script are joined, so that no space may be put between them.
const fn is_cursive(script: ScriptName) -> bool {
    matches!(
        script,
        ScriptName::Arabic
            | ScriptName::Syriac
            | ScriptName::Mongolian
            | ScriptName::Nko
            | ScriptName::Mandaic
            | ScriptName::Manichaean
            | ScriptName::Psalter_Pahlavi
            | ScriptName::Phags_Pa
            | ScriptName::Adlam
            | ScriptName::Hanifi_Rohingya
            | ScriptName::Sogdian
    )
}

/// Names a script to the shaper.
fn script(script: ScriptName) -> Option<Script> {
    let name = <[u8; 4]>::try_from(script.short_name().as_bytes()).ok()?;
    Script::from_iso15924_tag(Tag::new(&name))
}
