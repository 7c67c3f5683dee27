//! What a plan holds at its worst moment, so that it can be weighed before it runs.
//!
//! A picture passes through its steps by rows, so most steps hold a few rows. Some need a whole picture: of them, and of what is
//! drawn, whole pictures are counted. This is how the CPU engine works; a GPU has memory of its own.

use palmette_ops::Rotate;

use super::blur::BlurStep;
use super::graph::{Plan, Value};
use super::kind::StepKind;
use super::stay::Stay;
use super::step::{ReadStep, Step};
use crate::measure::MeasureStep;
use crate::model::ModelStep;
use crate::{Pixmap, Size};

/// Bytes of a 16-bit RGBA pixel, as rows between two passes hold them.
const WIDE_PIXEL_BYTES: u64 = 8;

/// Rows that a step lends at a time, at most, beside those of its input.
const BAND_ROWS: u32 = 16;

/// The memory that reading a source holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReadingMemory {
    /// Bytes at the worst moment before the first row comes.
    pub before: u64,
    /// Bytes while rows come.
    pub bytes: u64,
    /// Whether a whole picture is among them, so that it costs nothing more to need one.
    pub is_whole: bool,
}

/// What has to be held for the rows of a picture to come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// Bytes at the worst moment before the first row comes.
    pub before: u64,
    /// Bytes while rows come.
    pub while_rows: u64,
    /// Whether a whole picture is among them.
    pub is_whole: bool,
}

/// The memory that making one result of a plan holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ResultMemory {
    /// Bytes at the worst moment while values are made that this result is the first to need, and others need, too; with all that is kept.
    pub making_bytes: u64,
    /// Bytes that are kept while the result is made, tables among them.
    pub kept_bytes: u64,
    /// What its rows hold beside those.
    pub held: Held,
}

impl ResultMemory {
    /// Returns the bytes at the worst moment.
    #[must_use]
    pub fn worst(self) -> u64 {
        self.making_bytes.max(self.kept_bytes + self.held.worst())
    }
}

impl Held {
    /// Returns the bytes at the worst moment.
    #[must_use]
    pub fn worst(self) -> u64 {
        self.before.max(self.while_rows)
    }

    /// Adds what a step holds beside the rows of its input.
    const fn with_rows(self, bytes: u64) -> Self {
        Self { while_rows: self.while_rows + bytes, is_whole: false, ..self }
    }

    /// Collects a whole picture of so many bytes.
    #[must_use]
    pub fn collected(self, bytes: u64) -> Self {
        let added = if self.is_whole { 0 } else { bytes };
        // Whatever made the rows is gone when they are collected; a reader that holds the whole picture hands it over.
        Self { before: self.before.max(self.while_rows + added), while_rows: bytes, is_whole: true }
    }

    /// Replaces a whole picture by another one, both there for a moment.
    fn replaced(self, bytes: u64, beside: u64) -> Self {
        let both = self.while_rows + bytes + beside;
        Self { before: self.before.max(both), while_rows: bytes, is_whole: true }
    }
}

/// Follows the values of a plan to its results, and behind them to its measurement.
pub(super) fn of_plan(plan: &Plan, reading: &dyn Fn(&ReadStep) -> ReadingMemory) -> Vec<ResultMemory> {
    let stays = plan.stays();
    let mut held = vec![Held::default(); plan.value_count()];
    // By kept value, what making it holds, in the end the picture itself.
    let mut making = vec![Held::default(); plan.value_count()];
    let mut measured = Held::default();
    for step in plan.steps() {
        let input = step.inputs.first().map(|id| held[id.index()]).unwrap_or_default();
        match step.output {
            Some(output) => {
                held[output.index()] = match &step.kind {
                    StepKind::Read(read) => {
                        let ReadingMemory { before, bytes, is_whole } = reading(read);
                        Held { before, while_rows: bytes, is_whole }
                    }
                    StepKind::Draw(_) => {
                        let [target, overlay] = [0, 1].map(|i| step.inputs[i]);
                        let overlay = held[overlay.index()].collected(plan.value(overlay).bytes());
                        let target = held[target.index()];
                        Held {
                            before: overlay.before.max(overlay.while_rows + target.before),
                            while_rows: overlay.while_rows + target.while_rows,
                            is_whole: target.is_whole,
                        }
                    }
                    _ => of_step(plan, step, input),
                };
                if stays[output.index()].is_some() {
                    let Value { size, layout } = plan.value(output);
                    making[output.index()] = held[output.index()].collected(plan.value(output).bytes());
                    // It is lent as copies of a few rows.
                    let rows = layout.bytes(Size::new(size.width, BAND_ROWS));
                    held[output.index()] = Held { before: 0, while_rows: rows, is_whole: false };
                }
            }
            None if step.is_answered() => {}
            None => {
                let picture = if step.measures_rows() {
                    input
                } else {
                    input.collected(plan.input(step).map_or(0, Value::bytes))
                };
                measured = Held { while_rows: picture.while_rows + step.measuring_bytes(), ..picture };
            }
        }
    }
    let tables: u64 = plan.steps().iter().map(Step::table_bytes).sum();
    let results = plan.outputs().iter().map(|id| held[id.index()]).chain([measured]);
    let result = |(index, held): (usize, Held)| {
        let (making_bytes, kept_bytes) = kept_for(plan, &stays, &making, index);
        ResultMemory { making_bytes: making_bytes + tables, kept_bytes: kept_bytes + tables, held }
    };
    results.enumerate().map(result).collect()
}

/// Returns what is held at worst while the values are made that a result is the first to need, and what is kept while it is made.
fn kept_for(plan: &Plan, stays: &[Option<Stay>], making: &[Held], index: usize) -> (u64, u64) {
    let together = plan.read_together();
    let values = || plan.steps().iter().filter_map(|step| Some((step.output?, stays[step.output?.index()]?)));
    let is_there = |stay: &Stay| stay.first < index && index <= stay.last;
    let mut there: u64 = values().filter(|(_, stay)| is_there(stay)).map(|(id, _)| plan.value(id).bytes()).sum();
    let mut worst_bytes = 0;
    for (id, _) in values().filter(|(_, stay)| stay.first == index) {
        let group = together.iter().find(|group| group.contains(&id));
        let worst = match group {
            // All of a group are read at once, with what each of its readings takes.
            Some(group) if group[0] == id => group.iter().map(|id| making[id.index()].worst()).sum(),
            Some(_) => 0,
            None => making[id.index()].worst(),
        };
        worst_bytes = worst_bytes.max(there + worst);
        there += plan.value(id).bytes();
    }
    (worst_bytes, there)
}

/// Follows one picture through a step.
fn of_step(plan: &Plan, step: &Step, input: Held) -> Held {
    let [before, after] =
        [plan.input(step), plan.output(step)].map(|value| value.expect("a step that changes a picture"));
    let between = between_passes_bytes(step, before, after);
    match step.kind {
        StepKind::Crop { .. } | StepKind::Pad { .. } if !before.layout.is_rgba() => {
            input.collected(before.bytes()).replaced(after.bytes(), 0)
        }
        StepKind::Resize(_) | StepKind::Pad { .. } => {
            input.with_rows(between + after.layout.bytes(Size::new(after.size.width, BAND_ROWS)))
        }
        // Rows are made where rows were lent, and the last ones in a band of their own.
        StepKind::Blur(_) | StepKind::Sharpen(_) => {
            let last_rows = after.layout.bytes(Size::new(after.size.width, BAND_ROWS));
            Held { while_rows: input.while_rows + between + last_rows, ..input }
        }
        // The result comes by rows; its input stays until the last one.
        StepKind::Model(ref model @ ModelStep::Enlarge(_)) => {
            input.collected(before.bytes()).with_rows(model.memory_bytes(before.size, after.size))
        }
        StepKind::Model(ref model) => {
            let used = model.memory_bytes(before.size, after.size);
            input.collected(before.bytes()).replaced(after.bytes(), used)
        }
        StepKind::Flip(_) | StepKind::Rotate(_) => {
            let whole = input.collected(before.bytes());
            if step.is_in_place() { whole } else { whole.replaced(after.bytes(), between) }
        }
        // The part that is cut off is never collected.
        StepKind::Crop { .. } => Held { is_whole: false, ..input },
        StepKind::Lookup(_) | StepKind::Saturation(_) | StepKind::Background(_) => input,
        StepKind::Read(_) | StepKind::Measure { .. } | StepKind::Draw(_) => {
            unreachable!("followed by themselves, since they have no input, no output, or two inputs")
        }
    }
}

impl Plan {
    /// Tells whether the result of an opaque canvas is opaque, whatever is drawn on it.
    #[must_use]
    pub fn keeps_opaque(&self) -> bool {
        self.canvas_steps().all(|step| step.kind.keeps_opaque())
    }
}

impl Step {
    /// Returns the bytes of the tables that this step carries, as long as its plan lives.
    #[must_use]
    pub fn table_bytes(&self) -> u64 {
        match &self.kind {
            StepKind::Resize(step) => step.table_bytes(),
            _ => 0,
        }
    }

    /// Tells whether a whole picture is changed where it is, so that there is never a second one.
    #[must_use]
    pub const fn is_in_place(&self) -> bool {
        matches!(self.kind, StepKind::Flip(_) | StepKind::Rotate(Rotate::Half))
    }

    /// Tells whether this measures rows as they come.
    const fn measures_rows(&self) -> bool {
        matches!(&self.kind, StepKind::Measure { measure, .. } if measure.takes_rows())
    }

    /// Returns the bytes that measuring takes beside the picture itself.
    fn measuring_bytes(&self) -> u64 {
        /// The sums that windows are compared by.
        const PIXEL_BYTES: u64 = 64;
        match &self.kind {
            StepKind::Measure { measure: MeasureStep::Window(window), .. } => window.copy_size.area() * PIXEL_BYTES,
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

/// Returns the bytes that are held only while the step runs.
fn between_passes_bytes(step: &Step, input: Value, output: Value) -> u64 {
    match &step.kind {
        StepKind::Resize(step) => step.between_bytes((input.size, input.layout), (output.size, output.layout)),
        StepKind::Blur(step) => blur_bytes(step, input.size),
        // The row, its neighbours, sums of columns, and the result.
        StepKind::Sharpen(_) => 6 * wide_row_bytes(input.size.width),
        _ => 0,
    }
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

    const MEGAPIXEL: Size = Size::new(1000, 1000);

    fn plan(list: &str, sources: &[Size]) -> Plan {
        lower(&resolve(&parse_list(list).unwrap()).unwrap(), sources, &Limits::default()).unwrap()
    }

    fn held(options: &str, is_whole: bool) -> ResultMemory {
        let bytes = if is_whole { 4_000_000 } else { 0 };
        let plan = plan(&format!(r#"[{{"imageIndex":0,{options}}}]"#), &[MEGAPIXEL]);
        plan.memory(&|_| ReadingMemory { before: 0, bytes, is_whole })[0]
    }

    #[test]
    fn memory_of_rows_is_rows() {
        for options in [r#""brightness":2"#, r#""saturation":2"#, r##""background":"#fff""##, r#""trim":{"left":3}"#] {
            assert_eq!(held(options, false).worst(), 0, "{options}");
        }
        let padded = held(r#""border":{"width":1}"#, false).worst();
        assert!((4_000..100_000).contains(&padded), "{padded}");
        let ring = (251 + 251 + 1 + 8) * 8_000;
        let [by_rows, whole] = [false, true].map(|is_whole| held(r#""blur":250"#, is_whole).worst());
        assert_eq!(by_rows, ring + 64_000, "rows of both widths of the means, and the last ones of the result");
        assert_eq!(whole, 4_000_000 + by_rows, "changed where it is");
        let sharpened = held(r#""sharpen":2"#, false).worst();
        assert!((6 * 8_000..150_000).contains(&sharpened), "{sharpened}");
    }

    #[test]
    fn memory_of_whole_pictures_is_counted_once() {
        assert_eq!(held(r#""flip":"v""#, false).worst(), 4_000_000, "collected");
        assert_eq!(held(r#""flip":"v""#, true).worst(), 4_000_000, "and there already");
        assert_eq!(held(r#""rotate":90"#, true).worst(), 8_000_000, "and a second one");
    }

    #[test]
    fn memory_of_overlays_is_theirs_and_that_of_the_canvas() {
        let list = r#"[{"imageIndex":1,"rotate":90},{"drawImageIndex":1,"targetImageIndex":0}]"#;
        let held = plan(list, &[MEGAPIXEL, Size::new(100, 100)]).memory(&|_| ReadingMemory {
            before: 0,
            bytes: 7,
            is_whole: false,
        })[0];
        assert_eq!((held.held.before, held.held.while_rows), (80_000, 40_007));
    }

    #[test]
    fn memory_of_several_results_is_what_they_share_and_one_of_them() {
        let results = ["", r#","rotate":90"#, r#","width":500"#]
            .map(|own| plan(&format!(r#"[{{"imageIndex":0,"flip":"v"{own}}}]"#), &[MEGAPIXEL]));
        let memory = Plan::merged(&results).memory(&|_| ReadingMemory { before: 0, bytes: 7, is_whole: false });
        let megabytes: Vec<_> = memory.iter().map(|memory| memory.worst() / 1_000_000).collect();
        // The source is kept for the last, which is mirrored behind its resize, and the mirrored picture for the second, which is turned
        // beside both.
        assert_eq!(megabytes, [8, 16, 5, 0]);
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
}
