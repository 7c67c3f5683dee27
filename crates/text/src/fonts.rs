//! The fonts of one text: its own, and those that it falls back on.

use crate::folder::FontFolder;
use crate::font::Font;

/// The font of a text at its place on the axes, and the fallback fonts that came into use.
#[derive(Debug)]
pub(crate) struct Fonts<'a> {
    /// The font of the text comes first.
    used: Vec<Font>,
    /// Where each fallback font in use is in the folder.
    places: Vec<usize>,
    /// What there is to fall back on.
    folder: &'a FontFolder,
}

impl<'a> Fonts<'a> {
    /// Begins with the font of the text.
    pub(crate) fn new(font: Font, folder: &'a FontFolder) -> Self {
        Self { used: vec![font], places: Vec::new(), folder }
    }

    /// Returns a font by its number.
    pub(crate) fn get(&self, number: usize) -> &Font {
        &self.used[number]
    }

    /// Gives the fonts away.
    pub(crate) fn into_used(self) -> Vec<Font> {
        self.used
    }

    /// Returns the number of the font that sets a cluster: that of the text if it can, else the first of the folder that can, else
    /// that of the text, which has a sign for what it lacks. What draws nothing goes with the font `before`.
    pub(crate) fn choose(&mut self, cluster: &str, before: Option<usize>) -> usize {
        let mut needed = cluster.chars().filter(|it| !draws_nothing(*it)).peekable();
        if needed.peek().is_none() {
            return before.unwrap_or(0);
        }
        let needed: Vec<char> = needed.collect();
        if needed.iter().all(|it| self.used[0].has(*it)) {
            return 0;
        }
        let Some((place, font)) = self.folder.fallback(&needed) else { return 0 };
        if let Some(known) = self.places.iter().position(|it| *it == place) {
            return known + 1;
        }
        self.places.push(place);
        self.used.push(font);
        self.places.len()
    }
}

/// Tells whether a character has an effect on others at most: joiners, selectors of variants, marks of direction.
const fn draws_nothing(character: char) -> bool {
    matches!(character,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{e0000}'..='\u{e0fff}')
}
