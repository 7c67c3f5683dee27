//! The fonts of one text: its own, and those that it falls back on.

use palmette_ops::text::Variation;

use crate::folder::FontFolder;
use crate::font::Font;
use crate::shape;

/// The font of a text at its place on the axes, and the fallback fonts that came into use.
#[derive(Debug)]
pub(crate) struct Fonts<'a> {
    /// The font of the text comes first.
    used: Vec<Font>,
    /// Where each fallback font in use is in the folder.
    places: Vec<usize>,
    /// Where all of them are set to, as far as they have the axes.
    variations: &'a [Variation],
    /// The fonts to fall back on.
    folder: &'a FontFolder,
    /// In which order it is looked through, once it was.
    order: Option<Vec<usize>>,
}

impl<'a> Fonts<'a> {
    /// Begins with the font of the text.
    pub(crate) fn new(font: &Font, variations: &'a [Variation], folder: &'a FontFolder) -> Self {
        Self { used: vec![font.at(variations)], places: Vec::new(), variations, folder, order: None }
    }

    /// Returns a font by its number.
    pub(crate) fn get(&self, number: usize) -> &Font {
        &self.used[number]
    }

    /// Gives the fonts away.
    pub(crate) fn into_used(self) -> Vec<Font> {
        self.used
    }

    /// Returns the number of the font that sets a cluster: that of the text if it can, else one of the folder that can, else
    /// that of the text, which has a sign for missing characters. Characters that draw nothing go with the font `before`.
    pub(crate) fn choose(&mut self, cluster: &str, before: Option<usize>) -> usize {
        let mut needed = cluster.chars().filter(|it| !draws_nothing(*it)).peekable();
        if needed.peek().is_none() {
            return before.unwrap_or(0);
        }
        let needed: Vec<char> = needed.collect();
        // A letter and its mark may be one glyph where the mark alone is none.
        if needed.iter().all(|it| self.used[0].has(*it)) || needed.len() > 1 && shape::has_all(&self.used[0], cluster) {
            return 0;
        }
        let order = self.order.get_or_insert_with(|| self.folder.fallback_order(&self.used[0]));
        let Some((place, font)) = self.folder.fallback(&needed, order) else { return 0 };
        if let Some(known) = self.places.iter().position(|it| *it == place) {
            return known + 1;
        }
        self.places.push(place);
        self.used.push(font.at(self.variations));
        self.places.len()
    }
}

/// Tells whether a character has an effect on others at most: joiners, selectors of variants, marks of direction.
const fn draws_nothing(character: char) -> bool {
    matches!(character,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{e0000}'..='\u{e0fff}')
}
