//! Sizes, lines and alignment; what becomes of characters that draw nothing or that no font has.

use std::fs;

use palmette_core::{Pixmap, Size};
use palmette_ops::text::{Align, Text, TextLayout, Variation};
use palmette_ops::{Class, Color};
use palmette_text::{Error, FontFolder, LaidText, MAX_SIDE_PX, lay_out};

use crate::fonts::{ALL, ARABIC, COLORED, EMOJI, HAN, SANS, SERIF, TestFont, VARIABLE};

/// Sets a text without fallback fonts.
fn set(font: TestFont, text: &Text) -> LaidText {
    lay_out(text, &font.read(), &FontFolder::default()).unwrap_or_else(|error| panic!("{text:?}: {error}"))
}

/// Makes a text in 20 pixels per em.
fn text(content: &str) -> Text {
    Text { size: 20.0, ..Text::new(content, "") }
}

/// Makes a text with a layout.
fn with(content: &str, layout: TextLayout) -> Text {
    Text { layout, ..text(content) }
}

/// Lays a text out with a layout that is refused.
fn refused(text: &Text) -> Error {
    lay_out(text, &SANS.read(), &FontFolder::default()).expect_err("it is refused")
}

/// Returns the first column and one behind the last that have ink in some rows.
fn ink(picture: &Pixmap, rows: std::ops::Range<u32>) -> Option<(u32, u32)> {
    let columns: Vec<u32> =
        (0..picture.width()).filter(|&x| rows.clone().any(|y| picture.pixel(x, y)[3] > 0)).collect();
    Some((*columns.first()?, *columns.last()? + 1))
}

#[test]
fn layout_of_a_line_is_its_advances_by_the_height_of_the_font() {
    // DejaVu Sans: 2048 units per em, ascent 1901, descent 483, no gap; `l` is 569 wide.
    let laid = set(SANS, &Text { size: 2048.0, ..Text::new("l", "") });
    assert_eq!((laid.size(), laid.line_count(), laid.glyph_count()), (Size::new(569, 2384), 1, 1));
    assert_eq!(set(SANS, &text("l")).size(), Size::new(6, 24));
}

#[test]
fn layout_of_no_text_is_one_empty_line() {
    for content in ["", "\r", "\u{200b}"] {
        let laid = set(SANS, &text(content));
        assert_eq!((laid.size(), laid.line_count(), laid.missing_count()), (Size::new(1, 24), 1, 0), "{content:?}");
        assert_eq!(ink(&laid.draw().unwrap(), 0..24), None);
    }
}

#[test]
fn layout_counts_every_newline() {
    // 23.28 pixels a line.
    let heights = ["a", "a\n", "a\nb", "\n\n\n"].map(|content| set(SANS, &text(content)).size().height);
    assert_eq!(heights, [24, 47, 47, 94]);
    assert_eq!(set(SANS, &text("a\r\nb")).size(), set(SANS, &text("a\nb")).size());
}

#[test]
fn layout_counts_spaces_and_takes_a_tab_for_four() {
    let width = |content: &str| set(SANS, &Text { size: 204.8, ..Text::new(content, "") }).size().width;
    // A space has 651 units.
    assert_eq!([width(" "), width("    "), width("\t")], [66, 261, 261]);
    assert_eq!(width("a\u{7}\u{1b}\u{2028}b"), width("ab"));
}

#[test]
fn layout_grows_where_ink_sticks_out() {
    let tall = set(SANS, &with("Äg", TextLayout { line_height: Some(0.2), ..TextLayout::default() }));
    assert!(tall.has_grown() && tall.size().height > 15, "{}", tall.size());
    let picture = tall.draw().unwrap();
    // Nothing was added that has no ink.
    assert!(ink(&picture, 0..1).is_some() && ink(&picture, picture.height() - 1..picture.height()).is_some());
    // The j of this font begins before its origin.
    let left = set(SANS, &text("j"));
    assert!(left.has_grown());
    assert_eq!(ink(&left.draw().unwrap(), 0..left.size().height).map(|it| it.0), Some(0));
}

#[test]
fn layout_kerns_and_joins() {
    let width = |content: &str| set(SERIF, &Text { size: 200.0, ..Text::new(content, "") }).size().width;
    assert!(width("AV") + 10 < width("A") + width("V"));
    assert_eq!((set(SERIF, &text("ffi")).glyph_count(), set(SERIF, &text("ff i")).glyph_count()), (2, 3));
}

#[test]
fn layout_breaks_lines_where_unicode_allows_it() {
    let layout = |max_width| TextLayout { max_width: Some(max_width), ..TextLayout::default() };
    let laid = set(SANS, &with("The quick brown fox", layout(110.0)));
    assert_eq!(laid.line_count(), 2);
    assert!(laid.size().width <= 110, "{}", laid.size());
    // What cannot break is longer, and spaces at the end of a line hang out.
    assert_eq!(set(SANS, &with("Donaudampfschiff", layout(50.0))).line_count(), 1);
    let hung = set(SANS, &with("aaaa      bbbb", layout(60.0)));
    assert_eq!((hung.line_count(), hung.size().width), (2, set(SANS, &text("bbbb")).size().width));
    // Chinese breaks between any two, and a newline still breaks.
    assert_eq!(set(HAN, &with("漢字漢字漢字漢字", layout(45.0))).line_count(), 4);
    assert_eq!(set(SANS, &with("a b\nc d", layout(500.0))).line_count(), 2);
    assert_eq!(set(SANS, &with("one two three", layout(0.001))).line_count(), 3);
}

#[test]
fn layout_breaks_each_line_as_late_as_it_can() {
    let content = "one two three four five six seven eight nine ten";
    let whole = set(SANS, &text(content)).size().width;
    for max_width in (60..whole).step_by(7) {
        let layout = TextLayout { max_width: Some(f64::from(max_width)), ..TextLayout::default() };
        let laid = set(SANS, &with(content, layout));
        assert!(laid.size().width <= max_width, "{max_width}");
        // Each line but the last lacks no word that it has room for.
        let fewest = whole.div_ceil(max_width) as usize;
        assert!((fewest..fewest * 2 + 1).contains(&laid.line_count()), "{max_width}: {}", laid.line_count());
    }
}

#[test]
fn layout_aligns_lines_within_the_widest() {
    let starts = |align| {
        let laid = set(SANS, &with("mmmm\nm", TextLayout { align, ..TextLayout::default() }));
        let picture = laid.draw().unwrap();
        ink(&picture, 24..47).map(|(first, end)| (first, picture.width() - end)).unwrap()
    };
    let (left, center, right) = (starts(Some(Align::Left)), starts(Some(Align::Center)), starts(Some(Align::Right)));
    assert_eq!(starts(None), left);
    assert!(left.0 <= 2 && right.1 <= 2, "{left:?} {right:?}");
    assert!(center.0.abs_diff(center.1) <= 1, "{center:?}");
}

#[test]
fn layout_of_a_paragraph_that_runs_right_to_left_is_at_the_right() {
    let start = |content: &str, align| {
        let laid = set(ARABIC, &with(content, TextLayout { align, ..TextLayout::default() }));
        let half = laid.size().height / 2;
        ink(&laid.draw().unwrap(), half..laid.size().height).unwrap().0
    };
    assert!(start("السلام عليكم\nسلام", None) > 40);
    assert!(start("السلام عليكم\nسلام", Some(Align::Left)) < 10);
    // The second paragraph runs left to right.
    assert!(start("السلام عليكم\nab", None) < 10);
}

#[test]
fn layout_takes_the_height_of_a_line_from_the_text() {
    let layout = TextLayout { line_height: Some(2.0), ..TextLayout::default() };
    assert_eq!(set(SANS, &with("a\nb", layout)).size().height, 80);
}

#[test]
fn layout_spaces_letters_but_not_those_that_join() {
    let layout = |letter_spacing| TextLayout { letter_spacing, ..TextLayout::default() };
    let width = |font, content: &str, spacing| set(font, &with(content, layout(spacing))).size().width;
    assert_eq!(width(SANS, "abc", 10.0) - width(SANS, "abc", 0.0), 30);
    assert!(width(SANS, "abc", -4.0) < width(SANS, "abc", 0.0));
    assert_eq!(width(ARABIC, "سلام", 10.0), width(ARABIC, "سلام", 0.0));
    // A ligature comes apart.
    assert_eq!(set(SERIF, &with("ffi", layout(1.0))).glyph_count(), 3);
}

#[test]
fn layout_follows_the_axes_of_a_variable_font() {
    let set_at = |value: f64| {
        let variations = vec![Variation { tag: *b"wght", value }, Variation { tag: *b"none", value: 3.0 }];
        set(VARIABLE, &with("Weight", TextLayout { variations, ..TextLayout::default() }))
    };
    let ink =
        |laid: &LaidText| laid.draw().unwrap().data().as_chunks::<4>().0.iter().map(|it| u64::from(it[3])).sum::<u64>();
    let [thin, regular, black, beyond] = [100.0, 400.0, 900.0, 5000.0].map(set_at);
    assert!(ink(&thin) * 2 < ink(&black), "{} {}", ink(&thin), ink(&black));
    assert!(thin.size().width < black.size().width);
    assert_eq!(ink(&regular), ink(&set(VARIABLE, &text("Weight"))));
    // What the axis does not reach is its end.
    assert_eq!((beyond.size(), ink(&beyond)), (black.size(), ink(&black)));
}

#[test]
fn layout_falls_back_within_a_family_first() {
    // A file for each script and style, in which those in italics come first.
    let folder = FontFolder::scan(VARIABLE.path().parent().unwrap()).unwrap();
    for (name, is_italic) in [("Inter", false), ("Inter Italic", true)] {
        let font = folder.find(name).unwrap();
        let laid = lay_out(&text("Latin, Ελληνικά, Кириллица"), &font, &folder).unwrap();
        let names: Vec<_> = laid.font_names().collect();
        assert!(names.len() >= 3 && names.iter().all(|used| used.contains("Italic") == is_italic), "{names:?}");
        assert_eq!(laid.missing_count(), 0);
    }
}

#[test]
fn layout_falls_back_in_the_order_of_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.txt"), "no font").unwrap();
    fs::write(folder.path().join("b.ttf"), "no font either").unwrap();
    fs::copy(ARABIC.path(), folder.path().join("c.ttf")).unwrap();
    fs::create_dir(folder.path().join("d")).unwrap();
    fs::copy(HAN.path(), folder.path().join("d/e.TTC")).unwrap();
    let fallback = FontFolder::scan(folder.path()).unwrap();
    assert_eq!((fallback.len(), fallback.problems().len()), (2, 1));
    assert!(matches!(fallback.problems()[0].error, Error::UnknownFormat));
    assert_eq!(fallback.names(), ["Amiri", "WenQuanYi Micro Hei"]);
    for name in ["Amiri", "amiri regular", "WENQUANYI MICRO HEI", "e"] {
        assert!(fallback.find(name).is_some(), "{name}");
    }
    assert!(fallback.find("DejaVu Sans").is_none());

    let font = VARIABLE.read();
    let laid = lay_out(&text("ab 漢字 سلام \u{10ffff}"), &font, &fallback).unwrap();
    assert_eq!(laid.font_names().count(), 3);
    assert_eq!((laid.missing_count(), laid.font_names().last()), (1, Some("Amiri Regular")));
    // Both fonts of the folder have Latin: what the font of the text has is never taken from them.
    assert_eq!(lay_out(&text("only Latin"), &font, &fallback).unwrap().font_names().count(), 1);
    // A cluster stays in one font: the mark comes with its letter.
    assert_eq!(lay_out(&text("é"), &font, &fallback).unwrap().missing_count(), 0);
    // What was scanned may be gone when it is needed; then it is as if it were not there.
    let fallback = FontFolder::scan(folder.path()).unwrap();
    fs::remove_file(folder.path().join("d/e.TTC")).unwrap();
    assert_eq!(lay_out(&text("漢字"), &font, &fallback).unwrap().missing_count(), 2);
    assert!(matches!(FontFolder::scan(folder.path().join("none")), Err(Error::Unreadable { .. })));
}

#[test]
fn layout_shows_the_sign_of_the_font_for_what_none_has() {
    let laid = set(SERIF, &text("🙂"));
    assert_eq!(laid.missing_count(), 1);
    assert!(ink(&laid.draw().unwrap(), 0..24).is_some());
}

#[test]
fn color_and_alpha_are_those_of_the_text() {
    let red =
        Text { color: Color { red: 200, green: 10, blue: 30, alpha: 128 }, size: 100.0, ..Text::new("■■", "") };
    let picture = set(SANS, &red).draw().unwrap();
    let pixels = picture.data().as_chunks::<4>().0;
    assert!(pixels.iter().all(|pixel| *pixel == [0; 4] || pixel[..3] == [200, 10, 30]));
    assert_eq!(pixels.iter().map(|pixel| pixel[3]).max(), Some(128));
    let clear = Text { color: Color::TRANSPARENT, ..red };
    assert!(set(SANS, &clear).draw().unwrap().data().iter().all(|it| *it == 0));
}

#[test]
fn glyphs_in_color_keep_their_colors() {
    for (font, content) in [(COLORED, "بِسْمِ"), (EMOJI, "🙂🔥🍋🐦")] {
        let blue = Text { color: Color::opaque(0, 0, 255), size: 60.0, ..Text::new(content, "") };
        let picture = set(font, &blue).draw().unwrap();
        let other = picture.data().as_chunks::<4>().0.iter().filter(|it| it[3] == 255 && it[2] < 100).count();
        assert!(other > 20, "{font:?}: {other} pixels have another colour");
    }
}

#[test]
fn drawing_twice_gives_the_same_bytes() {
    for font in ALL {
        let laid = set(font, &text("Ag 漢 سلام 🙂\nस्ते สี"));
        assert_eq!(laid.draw().unwrap(), laid.draw().unwrap());
        assert!(laid.memory_bytes() >= laid.size().area() * 4);
    }
}

#[test]
fn a_text_that_is_too_large_is_refused() {
    let size = |size: f64, content: &str| refused(&Text { size, ..Text::new(content, "") });
    for error in [size(1e9, "x"), size(1e9, ""), size(1e300, "xyz"), size(4000.0, "x"), size(100.0, &"m".repeat(100))] {
        assert!(matches!(error, Error::TooLarge { max_side_px: MAX_SIDE_PX, .. }), "{error}");
        assert_eq!((error.class(), error.is_of_the_font()), (Class::Limit, false));
    }
    let lines = refused(&text(&"\n".repeat(999)));
    assert!(matches!(lines, Error::TooLarge { .. }), "{lines}");
    let layout = TextLayout { line_height: Some(1e300), ..TextLayout::default() };
    assert!(matches!(refused(&with("a\nb", layout)), Error::TooLarge { .. }));
    let layout = TextLayout { letter_spacing: 1e300, ..TextLayout::default() };
    assert!(matches!(refused(&with("ab", layout)), Error::TooLarge { .. }));
    let layout = TextLayout { letter_spacing: -1e300, ..TextLayout::default() };
    assert!(matches!(refused(&with("ab", layout)), Error::TooLarge { .. }));
}

#[test]
fn a_text_of_too_many_characters_is_refused() {
    let error = refused(&Text { size: 1.0, ..Text::new("é".repeat(1001), "") });
    assert!(matches!(error, Error::TooManyCharacters { count: 1001, max_count: 1000 }), "{error}");
    let most = Text { size: 1.0, ..Text::new("é".repeat(1000), "") };
    assert_eq!(set(SANS, &most).glyph_count(), 1000);
}

#[test]
fn numbers_that_cannot_be_meant_are_refused() {
    let layout = TextLayout::default;
    let infinite = vec![Variation { tag: *b"wght", value: f64::INFINITY }];
    let texts = [
        Text { size: f64::NAN, ..text("a") },
        Text { size: 0.0, ..text("a") },
        Text { size: -3.0, ..text("a") },
        Text { size: f64::INFINITY, ..text("a") },
        with("a", TextLayout { max_width: Some(0.0), ..layout() }),
        with("a", TextLayout { line_height: Some(f64::NAN), ..layout() }),
        with("a", TextLayout { letter_spacing: f64::NEG_INFINITY, ..layout() }),
        with("a", TextLayout { variations: infinite, ..layout() }),
    ];
    for text in texts {
        let error = refused(&text);
        assert!(matches!(error, Error::BadNumber { .. }), "{text:?}: {error}");
        assert_eq!(error.class(), Class::Caller);
    }
}
