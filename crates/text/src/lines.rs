//! Paragraphs become lines.

use unicode_linebreak::linebreaks;

use crate::fonts::Fonts;
use crate::shape::{Line, Paragraph, Spacing};

/// How many spaces stand for a tab.
const TAB: &str = "    ";

/// Cuts a text at `\n`, and leaves out characters that draw nothing and mean nothing: a tab becomes four spaces, and other control characters, `\r`
/// and the separators of lines and paragraphs among them, are dropped.
pub(crate) fn paragraphs(content: &str) -> Vec<String> {
    content.split('\n').map(clean).collect()
}

/// Prepares a paragraph.
fn clean(paragraph: &str) -> String {
    let mut text = String::new();
    for character in paragraph.chars() {
        match character {
            '\t' => text.push_str(TAB),
            '\u{2028}' | '\u{2029}' => {}
            _ if character.is_control() => {}
            _ => text.push(character),
        }
    }
    text
}

/// Sets a paragraph as one line, or as several where there is a width that none may pass.
///
/// A line breaks at the last place where Unicode allows it and it still fits; the spaces there hang out and do not count. What
/// has no such place is longer than the width.
pub(crate) fn set(text: &str, max_width: Option<f64>, fonts: &mut Fonts<'_>, spacing: Spacing) -> Vec<Line> {
    let paragraph = Paragraph::new(text, fonts);
    let whole = paragraph.shape(0..text.len(), fonts, spacing);
    let Some(max_width) = max_width.filter(|max_width| whole.advance > *max_width) else { return vec![whole] };
    let breaks: Vec<usize> = linebreaks(text).map(|(at, _)| at).collect();
    let mut lines = Vec::new();
    let mut start = 0;
    let mut rest = &breaks[..];
    while !rest.is_empty() {
        let shape = |count: usize| {
            let shown = paragraph.text()[start..rest[count - 1]].trim_end_matches(' ');
            paragraph.shape(start..start + shown.len(), fonts, spacing)
        };
        let (count, line) = longest(rest.len(), max_width, shape);
        start = rest[count - 1];
        rest = &rest[count..];
        lines.push(line);
    }
    lines
}

/// Finds the largest count, from 1 to `most`, for which a line fits, and that line; 1 if none does.
///
/// It doubles the count until the line is too long, and halves the rest, so that a rest that does not fit is not shaped whole.
fn longest(most: usize, max_width: f64, shape: impl Fn(usize) -> Line) -> (usize, Line) {
    let (mut fits, mut line) = (1, shape(1));
    let mut too_many = most + 1;
    while fits + 1 < too_many {
        let count = if too_many > most { (2 * fits).min(most) } else { (fits + too_many) / 2 };
        let longer = shape(count);
        if longer.advance <= max_width {
            (fits, line) = (count, longer);
        } else {
            too_many = count;
        }
    }
    (fits, line)
}
