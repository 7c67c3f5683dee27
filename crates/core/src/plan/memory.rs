//! What a step holds beside the picture that it takes, for whoever weighs a plan before it runs.

use palmette_ops::{Composite, ImageIndex};

use super::blur::BlurStep;
use super::{Plan, ResizeStep, Step, StepKind};
use crate::measure::MeasureStep;
use crate::{Layout, Pixmap, Size};

/// Bytes of a 16-bit RGBA pixel, as rows between two passes hold them.
const WIDE_PIXEL_BYTES: u64 = 8;

/// Bytes a pixel of the small copy that a window is measured on: the copy itself, and tables of sums.
const MEASURED_PIXEL_BYTES: u64 = 64;

/// Tells whether a part of a picture gets memory of its own when it is cut out, so that the whole can be given back.
///
/// Left where it is, it would keep memory that nobody counts; if that shrank in place, it would be the beginning of a hole that
/// the next picture of that size does not fit into, and an allocator keeps holes for a while.
#[must_use]
pub(crate) const fn is_small_part(part: Size, whole: Size) -> bool {
    part.area() < whole.area() / 2
}

impl Plan {
    /// Tells whether the result of an opaque canvas is opaque, whatever is drawn on it.
    #[must_use]
    pub fn keeps_opaque(&self) -> bool {
        self.steps.iter().filter(|step| step.node == ImageIndex::CANVAS).all(|step| match &step.kind {
            StepKind::Pad { surround, .. } => surround.alpha == u8::MAX,
            StepKind::Draw(draw) => match draw.composite {
                Composite::Over | Composite::Atop | Composite::Lighter => true,
                Composite::In | Composite::Out | Composite::Xor => false,
            },
            StepKind::Model(_) => false,
            _ => true,
        })
    }
}

impl Step {
    /// Returns the bytes that the CPU engine holds for this step beside its input: its result, unless that is the input
    /// changed in place, and the rows between its passes.
    #[must_use]
    pub fn beside_input_bytes(&self) -> u64 {
        let result = if self.is_in_place() { 0 } else { self.output.bytes() };
        result + self.between_passes_bytes()
    }

    /// Returns the bytes of the tables that this step carries, as long as its plan lives.
    #[must_use]
    pub fn table_bytes(&self) -> u64 {
        match &self.kind {
            StepKind::Resize(step) => step.table_bytes(),
            StepKind::Measure(MeasureStep::Window(window)) => window.copy.as_ref().map_or(0, |step| step.table_bytes()),
            _ => 0,
        }
    }

    /// Tells whether the picture of the node is changed where it is, so that there is never a second one.
    #[must_use]
    pub const fn is_in_place(&self) -> bool {
        match self.kind {
            // The part that is kept moves to the front.
            StepKind::Crop { .. } => !is_small_part(self.output, self.input),
            StepKind::Flip(_)
            | StepKind::Measure(_)
            | StepKind::Lookup(_)
            | StepKind::Saturation(_)
            | StepKind::Blur(_)
            | StepKind::Sharpen(_)
            | StepKind::Background(_)
            | StepKind::Draw(_) => true,
            StepKind::Rotate(_) | StepKind::Resize(_) | StepKind::Pad { .. } | StepKind::Model(_) => false,
        }
    }

    /// Returns the bytes of what only exists while the step runs.
    fn between_passes_bytes(&self) -> u64 {
        match &self.kind {
            StepKind::Resize(step) => resize_bytes(step, self.input, self.output),
            StepKind::Blur(step) => blur_bytes(step, self.input),
            // The row, its neighbours, sums of columns, and the result.
            StepKind::Sharpen(_) => 6 * wide_row_bytes(self.input.width),
            StepKind::Measure(MeasureStep::Window(window)) => {
                let copy = window.copy.as_ref().map_or(0, |step| resize_bytes(step, self.input, window.copy_size));
                copy + window.copy_size.area() * MEASURED_PIXEL_BYTES
            }
            _ => 0,
        }
    }
}

impl Size {
    /// Returns the bytes of a [`Pixmap`] of this size; the most that can be told for one that no memory could hold.
    #[must_use]
    pub const fn bytes(self) -> u64 {
        self.area().saturating_mul(Pixmap::PIXEL_BYTES as u64)
    }
}

/// The rows between the two passes.
fn resize_bytes(step: &ResizeStep, input: Size, output: Size) -> u64 {
    step.between_bytes((input, Layout::Rgba), (output, Layout::Rgba))
}

/// The ring of blurred rows, the sums of columns, and single rows.
fn blur_bytes(step: &BlurStep, input: Size) -> u64 {
    let ring = (step.narrow_width + step.wide_width + 1).min(input.height);
    (u64::from(ring) + 8) * wide_row_bytes(input.width)
}

/// A row of 16-bit RGBA.
const fn wide_row_bytes(width: u32) -> u64 {
    width as u64 * WIDE_PIXEL_BYTES
}

#[cfg(test)]
mod tests {
    use palmette_protocol::list::{parse_list, resolve};

    use super::*;
    use crate::Limits;
    use crate::plan::lower;

    fn plan(list: &str, sources: &[Size]) -> Plan {
        lower(&resolve(&parse_list(list).unwrap()).unwrap(), sources, &Limits::default()).unwrap()
    }

    fn step(options: &str, size: Size) -> Step {
        plan(&format!(r#"[{{"imageIndex":0,{options}}}]"#), &[size]).steps.swap_remove(0)
    }

    #[test]
    fn memory_of_steps_in_place_is_rows() {
        let size = Size::new(1000, 1000);
        assert_eq!(step(r#""brightness":2"#, size).beside_input_bytes(), 0);
        assert_eq!(step(r#""sharpen":2"#, size).beside_input_bytes(), 6 * 8_000);
        let blurred = step(r#""blur":250"#, size).beside_input_bytes();
        assert_eq!(blurred, (251 + 251 + 1 + 8) * 8_000, "a ring of both widths of the means");
    }

    #[test]
    fn memory_of_opaque_pictures_stays_that_of_opaque_ones() {
        let size = Size::new(100, 100);
        for (options, keeps) in [
            (r#""width":10,"rotate":90,"blur":3"#, true),
            (r#""width":10,"height":20,"fit":"pad""#, true),
            (r##""width":10,"height":20,"fit":"pad","background":"#fff8""##, false),
            (r#""border":{"color":"transparent","width":1}"#, false),
        ] {
            let plan = plan(&format!(r#"[{{"imageIndex":0,{options}}}]"#), &[size]);
            assert_eq!(plan.keeps_opaque(), keeps, "{options}");
        }
        for (composite, keeps) in [("over", true), ("atop", true), ("out", false)] {
            let list = format!(r#"[{{"drawImageIndex":1,"targetImageIndex":0,"composite":"{composite}"}}]"#);
            assert_eq!(plan(&list, &[size; 2]).keeps_opaque(), keeps, "{composite}");
        }
    }

    #[test]
    fn memory_of_other_steps_has_their_result() {
        let size = Size::new(1000, 1000);
        assert_eq!(step(r#""rotate":90"#, size).beside_input_bytes(), 4_000_000);
        let shrunk = step(r#""width":100"#, size);
        assert!((40_000..200_000).contains(&shrunk.beside_input_bytes()), "{}", shrunk.beside_input_bytes());
        assert!((5_000..40_000).contains(&shrunk.table_bytes()), "{}", shrunk.table_bytes());
    }
}
