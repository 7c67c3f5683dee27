//! Text that is set and used as a picture.

use crate::Color;

/// The most characters that a text may have. Cloudflare documents it, as the two limits below.
pub const MAX_CHARS: usize = 1000;

/// The most pixels that a side of its picture may have.
pub const MAX_SIDE_PX: u16 = 4096;

/// The most bytes that the file of a font may have.
pub const MAX_FONT_BYTES: u64 = 20_000_000;

/// A text and how it is set. It makes a picture of its glyphs on nothing.
///
/// ```
/// use palmette_ops::text::{Align, Text, TextLayout, Variation};
///
/// let title = Text {
///     size: 48.0,
///     layout: TextLayout {
///         max_width: Some(600.0),
///         align: Some(Align::Center),
///         variations: vec![Variation { tag: *b"wght", value: 700.0 }],
///         ..TextLayout::default()
///     },
///     ..Text::new("Hello", "https://example.com/font.woff2")
/// };
/// assert_eq!(title.color, palmette_ops::Color::BLACK);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Text {
    /// The text itself. Lines break at `\n`.
    pub content: String,
    /// Where the font is, as it was written: an `http`, `https` or `data` URL, or `font:` and the name of one that the operator has.
    pub font_url: String,
    /// Pixels per em, above 0; default 12.
    pub size: f64,
    /// The colour of the glyphs; default opaque black. Glyphs that have colours of their own keep them.
    pub color: Color,
    /// How lines are laid out, and how a variable font is set.
    pub layout: TextLayout,
}

impl Text {
    /// Sets a text with a font, everything else as it is by default.
    #[must_use]
    pub fn new(content: impl Into<String>, font_url: impl Into<String>) -> Self {
        Self { content: content.into(), font_url: font_url.into(), ..Self::default() }
    }
}

impl Default for Text {
    /// Nothing, in a font that is yet to be named.
    fn default() -> Self {
        Self {
            content: String::new(),
            font_url: String::new(),
            size: 12.0,
            color: Color::BLACK,
            layout: TextLayout::default(),
        }
    }
}

/// How the lines of a text are laid out, besides the size.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct TextLayout {
    /// Pixels that a line may take, above 0: a longer one breaks where Unicode allows it. Default: lines break at `\n` only.
    pub max_width: Option<f64>,
    /// Where lines begin. Default: at the side where the paragraph begins, which is the right for one that runs right to left.
    pub align: Option<Align>,
    /// Pixels from one baseline to the next, as a multiple of the size. Default: from the font.
    pub line_height: Option<f64>,
    /// Pixels that are added after each cluster; may be negative. Default: 0.
    pub letter_spacing: f64,
    /// The axes of a variable font that are not at their default; a font without such an axis ignores it.
    pub variations: Vec<Variation>,
}

/// On which side lines of different widths meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Align {
    /// At the left.
    Left,
    /// In the middle.
    Center,
    /// At the right.
    Right,
}

/// The place of a variable font on one of its axes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Variation {
    /// The axis, such as `wght`.
    pub tag: [u8; 4],
    /// The place, in the axis's own unit. A place beyond the axis becomes its nearest end.
    pub value: f64,
}
