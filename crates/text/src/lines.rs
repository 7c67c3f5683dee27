//! Paragraphs become lines.

use unicode_linebreak::linebreaks;

use crate::fonts::Fonts;
use crate::shape::{Line, Paragraph, Spacing};

/// How many spaces stand for a tab.
const TAB: &str = "    ";

/// Cuts a text at `\n`, and leaves out what draws nothing and means nothing: a tab becomes four spaces, and other control characters, `\r`
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
        let shape = |end: usize| {
            let shown = paragraph.text()[start..end].trim_end_matches(' ');
            paragraph.shape(start..start + shown.len(), fonts, spacing)
        };
        let mut taken = 1;
        let mut line = shape(rest[0]);
        while taken < rest.len() {
            let longer = shape(rest[taken]);
            if longer.advance > max_width {
                break;
            }
            line = longer;
            taken += 1;
        }
        start = rest[taken - 1];
        rest = &rest[taken..];
        lines.push(line);
    }
    lines
}
