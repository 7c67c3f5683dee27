//! The most memory that a request will hold, by its plan and the headers of its sources: known before a pixel is decoded.

use palmette_codec::{EncodeOptions, WorkingMemory};
use palmette_core::Size;
use palmette_core::plan::{Plan, ReadStep, ReadingMemory, ResultMemory, StepKind, Value, ValueId};

/// Pictures that a decoder of animations holds beside the one that it hands out, all of the size of the canvas.
const DECODER_FRAMES: u64 = 3;

/// Pictures that an encoder of animations holds, all of the size of the result.
const ENCODER_FRAMES: u64 = 3;

/// A request whose memory is estimated.
#[derive(Clone, Copy)]
pub(crate) struct Weighed<'a> {
    /// The whole plan, guessed where it depends on measurements.
    pub(crate) plan: &'a Plan,
    /// The memory for each reading.
    pub(crate) reading: &'a dyn Fn(&ReadStep) -> ReadingMemory,
    /// The most that a C library holds to read a source.
    pub(crate) library_bytes: u64,
    /// The size of the canvas.
    pub(crate) canvas: Size,
    /// How the results of the plan are encoded, in their order.
    pub(crate) outputs: &'a [Weight],
    /// The frames that the steps of the canvas run on; 1 unless the results move.
    pub(crate) frame_count: u32,
    /// Whether a device runs the steps, so that results come back whole. What the engine holds there, and to reach it, has a
    /// limit of its own for all requests together.
    pub(crate) is_on_device: bool,
}

/// How a result is encoded.
#[derive(Clone, Debug)]
pub(crate) struct Weight {
    pub(crate) options: EncodeOptions,
    /// Whether the result may have alpha.
    pub(crate) has_alpha: bool,
}

impl Weight {
    /// Estimates what encoding holds.
    fn encoding(&self, size: Size) -> WorkingMemory {
        palmette_codec::encoding_memory(&self.options, size, self.has_alpha)
    }
}

/// Estimates the bytes that a request takes at its worst moment: before the rows of a result come, while they do, or while they are
/// encoded. In animations the decoder and all encoders live through all steps, and the overlays are kept for the next frame.
///
/// The memory of C libraries comes on top: the allocator of the process keeps for a while what it gets back, and a library does
/// not get it from there.
#[must_use]
pub(crate) fn estimate(weighed: Weighed<'_>) -> u64 {
    let Weighed { plan, library_bytes, frame_count, is_on_device, .. } = weighed;
    let results: Vec<_> =
        plan.outputs().iter().zip(weighed.outputs).map(|(&id, weight)| (plan.value(id), weight)).collect();
    let encodings = || results.iter().map(|(value, weight)| weight.encoding(value.size));
    let memory = plan.memory(weighed.reading);
    let moments = memory.iter().enumerate().map(|(index, memory)| match results.get(index) {
        Some((value, weight)) => while_encoded(memory, *value, weight),
        // What is measured.
        None => memory.worst(),
    });
    let on_host = if is_on_device { on_host(weighed, &results) } else { 0 };
    let worst = moments.chain([on_host]).max().unwrap_or(0);
    let library = encodings().map(|encoding| encoding.library_bytes).chain([library_bytes]).max().unwrap_or(0);
    let for_frames = if frame_count > 1 { kept_for_frames(weighed, &results) } else { 0 };
    worst + library + for_frames
}

/// Estimates what a result holds until it is encoded.
fn while_encoded(memory: &ResultMemory, value: Value, weight: &Weight) -> u64 {
    let ResultMemory { making_bytes, kept_bytes, held } = *memory;
    let encoded = if palmette_codec::takes_rows(&weight.options) { held } else { held.collected(value.bytes()) };
    let rows = encoded.before.max(encoded.while_rows + weight.encoding(value.size).own_bytes);
    making_bytes.max(kept_bytes + rows)
}

/// Estimates the most that is held at once beside what a device is given: what a decoder holds whose rows go there, what a model
/// without a program for devices takes, makes and uses, or a result that came back and is encoded.
fn on_host(weighed: Weighed<'_>, results: &[(Value, &Weight)]) -> u64 {
    let Weighed { plan, reading, .. } = weighed;
    let held = |(read, value): (ReadStep, Value), is_whole: bool| {
        let ReadingMemory { before, bytes, .. } = reading(&read);
        before.max(bytes) + if is_whole { value.bytes() } else { 0 }
    };
    let together = plan.read_together();
    let group = |group: &Vec<ValueId>| group.iter().filter_map(|&id| plan.read(id)).map(|read| held(read, true)).sum();
    let sources = plan.reads().map(|read| held(read, false)).chain(together.iter().map(group));
    let models = plan.steps().iter().filter_map(|step| {
        let StepKind::Model(model) = &step.kind else { return None };
        let (input, output) = (plan.input(step)?, plan.output(step)?);
        if model.program(input.size, output.size).is_some() {
            return None;
        }
        Some(input.bytes() + output.bytes() + model.memory_bytes(input.size, output.size))
    });
    let back = results.iter().map(|(value, weight)| value.bytes() + weight.encoding(value.size).own_bytes);
    sources.chain(models).chain(back).max().unwrap_or(0)
}

/// Estimates the memory that stays between the frames of animations.
fn kept_for_frames(weighed: Weighed<'_>, results: &[(Value, &Weight)]) -> u64 {
    let drawn = weighed.plan.canvas_steps().map(|step| match &step.kind {
        StepKind::Draw(draw) => draw.foreground_size.bytes(),
        _ => 0,
    });
    let encoders = results
        .iter()
        .map(|(value, weight)| ENCODER_FRAMES * value.size.bytes() + weight.encoding(value.size).own_bytes);
    DECODER_FRAMES * weighed.canvas.bytes() + encoders.sum::<u64>() + drawn.sum::<u64>()
}

#[cfg(test)]
mod tests {
    use palmette_codec::EncodeFormat;
    use palmette_core::Limits;
    use palmette_core::plan::Planner;

    use super::*;

    /// Plans a list.
    fn plan(list: &str, sources: &[Size]) -> Plan {
        let ops = palmette_protocol::list::parse_list(list).unwrap();
        let ops = palmette_protocol::list::resolve(&ops).unwrap();
        Planner::new(&ops, sources, &Limits::default()).unwrap().guess().plan
    }

    /// Returns the memory for decoding a whole picture.
    fn whole(size: Size, beside_bytes: u64) -> ReadingMemory {
        ReadingMemory { before: size.bytes() + beside_bytes, bytes: size.bytes(), is_whole: true }
    }

    /// Estimates a plan whose sources take nothing to decode, and whose result nothing to encode.
    fn estimate_of_plan(plan: &Plan, sources: &[Size], frame_count: u32, is_on_device: bool) -> u64 {
        let outputs = &[Weight { options: EncodeOptions::new(EncodeFormat::Rgba), has_alpha: false }];
        let reading = &|read: &ReadStep| whole(sources[read.source], 0);
        let (canvas, library_bytes) = (sources[0], 0);
        estimate(Weighed { plan, reading, library_bytes, canvas, outputs, frame_count, is_on_device })
    }

    /// Estimates a list for one source.
    fn estimate_of(list: &str, source: Size) -> u64 {
        estimate_of_plan(&plan(list, &[source]), &[source], 1, false)
    }

    #[test]
    fn estimate_counts_the_worst_moment() {
        let source = Size::new(1000, 1000);
        assert_eq!(estimate_of("[]", source), 4_000_000, "a picture");
        assert_eq!(estimate_of(r#"[{"imageIndex":0,"brightness":2}]"#, source), 4_000_000, "changed where it is");
        assert_eq!(estimate_of(r#"[{"imageIndex":0,"rotate":90}]"#, source), 8_000_000, "and a second one");
        let shrunk = estimate_of(r#"[{"imageIndex":0,"width":10}]"#, source);
        assert!((4_000_000..5_000_000).contains(&shrunk), "small results cost little: {shrunk}");
        let grown = estimate_of(r#"[{"imageIndex":0,"width":4000,"fit":"contain"}]"#, source);
        assert!((68_000_000..70_000_000).contains(&grown), "large ones do not: {grown}");
        let blurred = estimate_of(r#"[{"imageIndex":0,"blur":250}]"#, source);
        assert!(blurred >= 4_000_000 + 503 * 8_000, "rows of a blur: {blurred}");
    }

    #[test]
    fn estimate_counts_what_codecs_hold() {
        let sources = &[Size::new(1000, 1000); 2];
        let plan = plan(r#"[{"drawImageIndex":1,"targetImageIndex":0}]"#, sources);
        let outputs = &[Weight { options: EncodeOptions::new(EncodeFormat::Rgba), has_alpha: false }];
        let reading = &|read: &ReadStep| whole(sources[read.source], [5_000_000, 70][read.source]);
        let (library_bytes, canvas) = (100, sources[0]);
        let (frame_count, is_on_device) = (1, false);
        let weighed = Weighed { plan: &plan, reading, library_bytes, canvas, outputs, frame_count, is_on_device };
        assert_eq!(
            estimate(weighed),
            13_000_100,
            "of Rust while the canvas is decoded beside its overlay, of C whenever"
        );
        let outputs = &[Weight { options: EncodeOptions::new(EncodeFormat::Avif), has_alpha: false }];
        let library = outputs[0].encoding(sources[0]).library_bytes;
        assert!(library > 100 && estimate(Weighed { outputs, ..weighed }) >= 8_000_000 + library);
    }

    #[test]
    fn estimate_counts_what_is_drawn_beside_the_canvas() {
        let sources = [Size::new(1000, 1000); 20];
        // All but the canvas become tiny before they are drawn, so large pictures are never held together.
        let shrunk_and_drawn =
            |node| format!(r#"{{"imageIndex":{node},"width":1}},{{"drawImageIndex":{node},"targetImageIndex":0}},"#);
        let drawn: String = (1..sources.len()).map(shrunk_and_drawn).collect();
        let plan = plan(&format!(r#"[{drawn}{{"imageIndex":0,"width":500}}]"#), &sources);
        let [by_rows, whole] = [false, true].map(|is_on_device| estimate_of_plan(&plan, &sources, 1, is_on_device));
        assert!((4_000_000..6_500_000).contains(&by_rows) && whole == by_rows, "{by_rows}, {whole}");
    }

    #[test]
    fn estimate_looks_beyond_measurements() {
        let source = Size::new(1000, 1000);
        let grown = estimate_of(r#"[{"imageIndex":0,"trim":"border","width":4000,"fit":"contain"}]"#, source);
        assert!(grown >= 16_000_000 * 4 + 4_000_000, "{grown}");
    }

    #[test]
    fn estimate_of_an_animation_does_not_grow_with_its_frames() {
        let sources = [Size::new(100, 100)];
        let plan = plan("[]", &sources);
        let [still, two, many] = [1, 2, 1000].map(|frame_count| estimate_of_plan(&plan, &sources, frame_count, false));
        assert_eq!((two - still, many), (6 * 40_000, two));
    }
}
