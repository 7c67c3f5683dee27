//! The exact area in real numbers, another way: the twin of `outline` and `raster`, for tests only.
//!
//! A pixel is cut into a thousand lines; on each, everything between two edges is inside if the winding number there is not 0. Along a line
//! that is exact, and from line to line it is a sum whose error is below an eighth of a level.

use approx::assert_abs_diff_eq;
use palmette_ops::text::{Text, TextLayout, Variation};
use read_fonts::model::glyph::outline::PathElement;

use crate::budget::Budget;
use crate::laid::LaidText;
use crate::outline::{Affine, Outline};
use crate::test_fonts::{ALL, ARABIC, CFF, DEVANAGARI, HAN, SERIF, THAI, TestFont, VARIABLE};
use crate::{FontFolder, lay_out};

/// Lines in a pixel.
const LINES: usize = 1024;

/// Chords of a curve.
const CHORDS: i32 = 200;

/// A straight piece of a contour: from, to.
type Chord = ((f64, f64), (f64, f64));

/// Returns every piece of every contour, in pixels.
fn chords(laid: &LaidText) -> Vec<Chord> {
    let mut chords = Vec::new();
    let visit = |outline: &Outline, map: &Affine, _: &mut Budget| {
        let point = |x: f32, y: f32| map.apply((f64::from(x), f64::from(y)));
        let (mut start, mut here) = ((0.0, 0.0), (0.0, 0.0));
        for element in outline.elements() {
            // A curve by the rule of de Casteljau.
            let mut controls = vec![here];
            match *element {
                PathElement::MoveTo { x, y } => {
                    chords.push((here, start));
                    (start, here) = (point(x, y), point(x, y));
                    continue;
                }
                PathElement::LineTo { x, y } => controls.push(point(x, y)),
                PathElement::QuadTo { cx0, cy0, x, y } => controls.extend([point(cx0, cy0), point(x, y)]),
                PathElement::CurveTo { cx0, cy0, cx1, cy1, x, y } => {
                    controls.extend([point(cx0, cy0), point(cx1, cy1), point(x, y)]);
                }
                PathElement::Close => controls.push(start),
            }
            let count = if controls.len() == 2 { 1 } else { CHORDS };
            for number in 1..=count {
                let t = f64::from(number) / f64::from(count);
                let mut points = controls.clone();
                while points.len() > 1 {
                    points = points
                        .windows(2)
                        .map(|it| (it[0].0 + (it[1].0 - it[0].0) * t, it[0].1 + (it[1].1 - it[0].1) * t))
                        .collect();
                }
                chords.push((here, points[0]));
                here = points[0];
            }
        }
        chords.push((here, start));
        Ok(())
    };
    laid.each_outline(&mut Budget::new(), visit).unwrap();
    chords
}

/// Computes the coverage of every pixel.
fn coverages(laid: &LaidText) -> Vec<f64> {
    let (width, height) = (laid.size().width as usize, laid.size().height as usize);
    let chords = chords(laid);
    let mut coverages = vec![0.0; width * height];
    for (y, row) in coverages.chunks_mut(width).enumerate() {
        let near: Vec<&Chord> =
            chords.iter().filter(|it| it.0.1.min(it.1.1) <= y as f64 + 1.0 && it.0.1.max(it.1.1) >= y as f64).collect();
        for line in 0..LINES {
            let line = y as f64 + (line as f64 + 0.5) / LINES as f64;
            let mut crossings: Vec<(f64, i32)> = near
                .iter()
                .filter(|it| (it.0.1 <= line) != (it.1.1 <= line))
                .map(|&&(from, to)| {
                    let x = from.0 + (to.0 - from.0) * (line - from.1) / (to.1 - from.1);
                    (x, if from.1 < to.1 { 1 } else { -1 })
                })
                .collect();
            crossings.sort_by(|a, b| a.0.total_cmp(&b.0));
            let mut winding = 0;
            for pair in crossings.windows(2) {
                winding += pair[0].1;
                if winding != 0 {
                    for (x, pixel) in row.iter_mut().enumerate() {
                        let inside = pair[1].0.min(x as f64 + 1.0) - pair[0].0.max(x as f64);
                        *pixel += inside.max(0.0) / LINES as f64;
                    }
                }
            }
        }
    }
    coverages
}

/// Sets a text.
fn set(content: &str, size: f64, font: TestFont, weight: Option<f64>) -> LaidText {
    let variations = weight.map(|value| Variation { tag: *b"wght", value }).into_iter().collect();
    let layout = TextLayout { variations, ..TextLayout::default() };
    let text = Text { size, layout, ..Text::new(content, "") };
    lay_out(&text, &font.read(), &FontFolder::default()).unwrap()
}

/// Compares every pixel with the twin.
fn compare(laid: &LaidText) {
    let picture = laid.draw().unwrap();
    let mut ink = 0;
    for (exact, pixel) in coverages(laid).iter().zip(picture.data().as_chunks::<4>().0) {
        assert_abs_diff_eq!(exact * 255.0, f64::from(pixel[3]), epsilon = 1.0);
        ink += u64::from(pixel[3]);
    }
    assert!(ink > 0, "there is ink");
}

#[test]
fn coverage_is_exact_for_quadratic_curves() {
    compare(&set("Rag&8", 29.3, SERIF, None));
}

#[test]
fn coverage_is_exact_for_cubic_curves() {
    compare(&set("S@g8", 23.0, CFF, None));
}

#[test]
fn coverage_is_exact_where_contours_overlap() {
    compare(&set("Ag4@tQ", 31.0, VARIABLE, Some(830.0)));
}

#[test]
fn coverage_is_exact_where_letters_join() {
    compare(&set("السلام", 27.0, ARABIC, None));
    compare(&set("क्षत्रिय", 22.0, DEVANAGARI, None));
}

#[test]
fn coverage_is_exact_for_tiny_and_large_text() {
    compare(&set("Hamburgefonstiv 漢字", 1.0, HAN, None));
    compare(&set("Hamburg", 3.0, SERIF, None));
    compare(&set("g", 150.0, THAI, None));
}

/// Letters that random texts are made of.
const LETTERS: &str =
    "AVTWfijgQ@|_ \t-.,ÄÅĄẤ́̈\nשלםالسلامعليكم٠١ क्षत्रियि् สวัสดีน้ำ 漢字かな。🙂👨\u{200d}👩\u{fe0f}\u{202e}\u{202c}\u{200b}\r";

#[test]
fn the_picture_holds_all_ink_of_random_texts() {
    let fonts = ALL.map(|font| font.read());
    let letters: Vec<char> = LETTERS.chars().collect();
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = |end: usize| {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        (state.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % end
    };
    let mut grown = 0;
    for number in 0..500 {
        let content: String = (0..1 + random(12)).map(|_| letters[random(letters.len())]).collect();
        let layout = TextLayout {
            max_width: (random(3) == 0).then(|| 1.0 + random(200) as f64),
            line_height: (random(3) == 0).then(|| 0.1 + random(20) as f64 / 10.0),
            letter_spacing: [0.0, 0.0, 2.5, -3.0][random(4)],
            variations: vec![Variation { tag: *b"wght", value: random(1000) as f64 }],
            ..TextLayout::default()
        };
        let text = Text { size: 0.5 + random(400) as f64 / 4.0, layout, ..Text::new(content, "") };
        let font = &fonts[number % fonts.len()];
        let laid = lay_out(&text, font, &FontFolder::default()).unwrap_or_else(|error| panic!("{text:?}: {error}"));
        let (width, height) = (f64::from(laid.size().width), f64::from(laid.size().height));
        // Half a step of the grid may be lost to rounding.
        let slack = 1.0 / 65_536.0;
        for (from, to) in chords(&laid).into_iter().filter(|(from, to)| from != to) {
            for (x, y) in [from, to] {
                assert!((-slack..=width + slack).contains(&x), "{text:?} in {font:?}: {x} of {width}");
                assert!((-slack..=height + slack).contains(&y), "{text:?} in {font:?}: {y} of {height}");
            }
        }
        grown += usize::from(laid.has_grown());
        assert_eq!(laid.draw().unwrap().size(), laid.size());
    }
    assert!(grown > 50, "ink stuck out of {grown} of them only");
}
