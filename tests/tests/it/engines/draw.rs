//! Goldens of `draw`: every composite at every opacity on every kind of base, then positions and tiling.

use palmette_core::{Pixmap, Size};
use palmette_ops::{AxisPosition, Composite, Draw, Repeat};
use palmette_tests::Case;
use palmette_tests::pictures::{Alpha, disc, gradient, gradient_with, letter, letter_on_clear, solid};
use palmette_tests::sheet::Sheet;

use crate::goldens::goldens;

const BASE: Size = Size::new(28, 24);
const OVERLAY: Size = Size::new(18, 18);
const OPACITIES: [f64; 5] = [1.0, 0.75, 0.5, 0.1, 0.0];

/// A row a base; a column an opacity, first with an opaque overlay, then with a soft one.
fn composite_sheet(composite: Composite) -> Sheet {
    let overlays: [(&str, Pixmap); 2] = [("opaque", letter(OVERLAY)), ("soft", disc(OVERLAY, [230, 120, 20]))];
    let row = |base: Alpha| {
        let cell = |(name, overlay): &(&str, Pixmap), opacity: f64| {
            let options = Draw { opacity, composite, ..Draw::default() };
            let case = Case::of(gradient_with(BASE, base)).draw(Case::of(overlay.clone()), options);
            (format!("{base:?} base, {name} overlay at {opacity}"), case.check_against_reference())
        };
        overlays.iter().flat_map(|overlay| OPACITIES.map(|opacity| cell(overlay, opacity))).collect()
    };
    Sheet::of_rows(Alpha::ALL.map(row).to_vec())
}

/// A row a vertical position, a column a horizontal one.
fn position_sheet() -> Sheet {
    use AxisPosition::{FromEnd, FromStart, Unset};
    let positions = [FromStart(-7), FromStart(0), FromStart(2), Unset, FromEnd(2), FromEnd(0), FromEnd(-7)];
    let row = |vertical| {
        let cell = |horizontal| {
            let options = Draw { horizontal, vertical, ..Draw::default() };
            let overlay = Case::of(letter_on_clear(OVERLAY, [255, 255, 255]));
            let case = Case::of(gradient(BASE)).draw(overlay, options);
            (format!("{horizontal:?}, {vertical:?}"), case.check_against_reference())
        };
        positions.map(cell).to_vec()
    };
    Sheet::of_rows(positions.map(row).to_vec())
}

/// A row a kind of tiling, a column a position; a composite that clears shows the tiled area.
fn repeat_sheet() -> Sheet {
    use AxisPosition::{FromEnd, FromStart, Unset};
    let base = Size::new(40, 30);
    let positions = [(Unset, Unset), (FromStart(5), FromStart(-4)), (FromEnd(3), FromEnd(20)), (FromStart(60), Unset)];
    let row = |(repeat, composite)| {
        let cell = |(horizontal, vertical)| {
            let options = Draw { repeat, composite, horizontal, vertical, opacity: 0.9 };
            let overlay = Case::of(letter_on_clear(Size::new(11, 9), [250, 250, 180]));
            let case = Case::of(gradient(base)).draw(overlay, options);
            (format!("{repeat:?} {composite:?} at {horizontal:?}, {vertical:?}"), case.check_against_reference())
        };
        positions.map(cell).to_vec()
    };
    let rows = [Repeat::None, Repeat::X, Repeat::Y, Repeat::Both];
    Sheet::of_rows(
        [Composite::Over, Composite::In].map(|composite| rows.map(|repeat| row((repeat, composite)))).concat(),
    )
}

/// The scene of the first page: a mark scaled by its own transform, drawn near a corner.
fn watermark() -> Pixmap {
    let mark = Case::of(disc(Size::new(120, 120), [255, 255, 255]))
        .draw(Case::of(letter_on_clear(Size::new(80, 80), [20, 40, 120])), Draw::default())
        .transform(crate::options::into(24, 24));
    let corner = Draw {
        opacity: 0.75,
        horizontal: AxisPosition::FromEnd(4),
        vertical: AxisPosition::FromEnd(4),
        ..Draw::default()
    };
    Case::of(gradient(Size::new(96, 64))).draw(mark, corner).check_against_reference()
}

/// Draws on draws: three levels, each turned or scaled before it is drawn.
fn nested() -> Pixmap {
    let inner = Case::of(letter_on_clear(Size::new(20, 20), [255, 230, 0]))
        .transform(crate::options::turned(palmette_ops::Rotate::Quarter));
    let middle = Case::of(solid(Size::new(40, 30), [0, 60, 160, 200]))
        .draw(inner, Draw { horizontal: AxisPosition::FromStart(2), ..Draw::default() })
        .transform(crate::options::into(30, 30));
    Case::of(letter(Size::new(64, 64)))
        .draw(middle, Draw { vertical: AxisPosition::FromEnd(3), opacity: 0.8, ..Draw::default() })
        .check_against_reference()
}

goldens! { "draw":
    over => composite_sheet(Composite::Over);
    inside => composite_sheet(Composite::In);
    atop => composite_sheet(Composite::Atop);
    out => composite_sheet(Composite::Out);
    xor => composite_sheet(Composite::Xor);
    lighter => composite_sheet(Composite::Lighter);
    position => position_sheet();
    repeat => repeat_sheet();
    scene => watermark();
    nested_three => nested();
}
