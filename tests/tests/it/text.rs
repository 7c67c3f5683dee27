//! Texts: goldens in every script and layout. What is right in numbers is tested in the crate of texts itself.

use palmette_core::Pixmap;
use palmette_ops::Color;
use palmette_ops::text::{Align, Text, TextLayout, Variation};
use palmette_text::{FontFolder, lay_out};

use crate::fonts::{ARABIC, CFF, COLORED, DEVANAGARI, EMOJI, HAN, SERIF, THAI, TestFont, VARIABLE};
use crate::goldens::goldens;

goldens! { "text":
    latin => set(SERIF, &text("AVATAR, Toffee ffi\nWöhlk “Tj” fåg"));
    cubic_outlines => set(CFF, &text("Cantarell @ 8&"));
    arabic_with_a_number => set(ARABIC, &text("السلام عليكم 2026 يا صديقي"));
    arabic_in_latin => set(ARABIC, &text("see مرحبا 12/7 there"));
    right_to_left_lines => set(ARABIC, &text("السلام عليكم\nمرحبا\nLatin"));
    devanagari => set(DEVANAGARI, &text("नमस्ते क्षत्रिय हिन्दी"));
    thai => set(THAI, &text("สวัสดี น้ำตาล ที่นี่"));
    chinese_from_a_fallback => chinese();
    wrapped => set(SERIF, &with("A line that is longer than that breaks, at spaces.", 170.0, None));
    at_the_right => set(SERIF, &with("One line,\nanother one\nand the last", 400.0, Some(Align::Right)));
    in_the_middle => set(SERIF, &with("One line,\nanother one\nand the last", 400.0, Some(Align::Center)));
    spaced => set(SERIF, &far_apart());
    thin => set(VARIABLE, &heavy(100.0));
    black => set(VARIABLE, &heavy(900.0));
    one_pixel => set(SERIF, &Text { size: 1.0, ..text("The quick brown fox jumps over the lazy dog.") });
    four_hundred_pixels => set(SERIF, &Text { size: 400.0, ..text("&") });
    in_color_by_layers => set(COLORED, &text("بِسْمِ ٱللَّهِ ۝١٢"));
    in_color_by_gradients => set(EMOJI, &Text { size: 40.0, ..text("🙂🔥🍋🐦") });
    soft => set(SERIF, &Text { color: Color { red: 200, green: 40, blue: 90, alpha: 100 }, ..text("overlap") });
    unknown => set(SERIF, &text("a🙂b"));
}

/// Sets a text without fallback fonts.
fn set(font: TestFont, text: &Text) -> Pixmap {
    let laid = lay_out(text, &font.read_exactly(), &FontFolder::default()).expect("a text that fits");
    laid.draw().expect("simple outlines")
}

/// Makes a text of 28 pixels.
fn text(content: &str) -> Text {
    Text { size: 28.0, color: Color::opaque(20, 30, 60), ..Text::new(content, "") }
}

/// Makes a text with a width and a side.
fn with(content: &str, max_width: f64, align: Option<Align>) -> Text {
    Text { layout: TextLayout { max_width: Some(max_width), align, ..TextLayout::default() }, ..text(content) }
}

/// Makes a text whose letters and lines are far apart.
fn far_apart() -> Text {
    let layout = TextLayout { letter_spacing: 6.0, line_height: Some(1.8), ..TextLayout::default() };
    Text { layout, ..text("wide\nffi") }
}

/// Makes a text with a weight.
fn heavy(value: f64) -> Text {
    let variations = vec![Variation { tag: *b"wght", value }];
    Text { layout: TextLayout { variations, ..TextLayout::default() }, ..text("Weight Rag&4") }
}

/// Sets Latin and Chinese in a font without Chinese.
fn chinese() -> Pixmap {
    let font = HAN.path();
    HAN.read_exactly();
    let folder = FontFolder::scan(font.parent().expect("it is in a folder")).expect("a folder of fonts");
    let laid =
        lay_out(&text("Hello 世界,\nかな 漢字 ok"), &VARIABLE.read_exactly(), &folder).expect("a text that fits");
    assert_eq!((laid.font_names().count(), laid.missing_count()), (2, 0));
    laid.draw().expect("simple outlines")
}
