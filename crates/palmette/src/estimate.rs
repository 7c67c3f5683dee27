//! The most memory that a request will hold, by its plan and the headers of its sources: known before a pixel is decoded.

use palmette_codec::EncodeOptions;
use palmette_core::Size;
use palmette_core::plan::{Plan, ReadingMemory, StepKind, Value};

/// Pictures that a decoder of animations holds beside the one that it hands out, all of the size of the canvas.
const DECODER_FRAMES: u64 = 3;

/// Pictures that an encoder of animations holds, all of the size of the result.
const ENCODER_FRAMES: u64 = 3;

/// A request whose memory is estimated.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Weighed<'a> {
    /// The whole plan, guessed where it depends on measurements.
    pub(crate) plan: &'a Plan,
    /// The memory for reading each source, the way that the plan reads it.
    pub(crate) reading: &'a [ReadingMemory],
    /// The most that a C library holds to read one of them.
    pub(crate) library_bytes: u64,
    /// The size of the canvas.
    pub(crate) canvas: Size,
    pub(crate) output: &'a EncodeOptions,
    /// Whether the canvas may have alpha before its first step.
    pub(crate) has_alpha: bool,
    /// The frames that the steps of the canvas run on; 1 unless the result moves.
    pub(crate) frame_count: u32,
    /// Whether a device runs the steps, so that its result comes back whole. What the engine holds there, and to reach it, has a
    /// limit of its own for all requests together.
    pub(crate) is_on_device: bool,
}

/// Estimates the bytes that a request takes at its worst moment: before its rows come, while they do, or while they are encoded. In
/// an animation decoder and encoder live through all steps, and the overlays are kept for the next frame.
///
/// The memory of C libraries comes on top: the allocator of the process keeps for a while what it gets back, and a library does
/// not get it from there.
#[must_use]
pub(crate) fn estimate(weighed: Weighed<'_>) -> u64 {
    let Weighed { plan, reading, library_bytes, canvas, output, has_alpha, frame_count, is_on_device } = weighed;
    let result = plan.result().map_or(Size::new(0, 0), |value| value.size);
    let encoding = palmette_codec::encoding_memory(output, result, has_alpha || !plan.keeps_opaque());
    let kept = if frame_count > 1 { kept_for_frames(plan, canvas, result) + encoding.own_bytes } else { 0 };
    let held = plan.memory(reading);
    let result_bytes = plan.result().map_or(0, Value::bytes);
    let encoded = if palmette_codec::takes_rows(output) { held } else { held.collected(result_bytes) };
    let on_host = if is_on_device { largest_on_host(plan, reading).max(result_bytes + encoding.own_bytes) } else { 0 };
    let moments = [encoded.before, encoded.while_rows + encoding.own_bytes, on_host];
    moments.into_iter().max().unwrap_or(0) + library_bytes.max(encoding.library_bytes) + kept
}

/// Estimates the most that is held at once beside what a device is given: what a decoder holds whose rows go there, or what a model
/// without a program for devices takes, makes and uses.
fn largest_on_host(plan: &Plan, reading: &[ReadingMemory]) -> u64 {
    let sources = plan.reads().map(|(read, _)| {
        let ReadingMemory { before, bytes, .. } = reading.get(read.source).copied().unwrap_or_default();
        before.max(bytes)
    });
    let models = plan.steps().iter().filter_map(|step| {
        let StepKind::Model(model) = &step.kind else { return None };
        let (input, output) = (plan.input(step)?, plan.output(step)?);
        if model.program(input.size, output.size).is_some() {
            return None;
        }
        Some(input.bytes() + output.bytes() + model.memory_bytes(input.size, output.size))
    });
    sources.chain(models).max().unwrap_or(0)
}

/// Estimates the memory that stays between the frames of an animation.
fn kept_for_frames(plan: &Plan, canvas: Size, result: Size) -> u64 {
    let drawn = plan.canvas_steps().map(|step| match &step.kind {
        StepKind::Draw(draw) => draw.foreground_size.bytes(),
        _ => 0,
    });
    DECODER_FRAMES * canvas.bytes() + ENCODER_FRAMES * result.bytes() + drawn.sum::<u64>()
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
        let output = &EncodeOptions::new(EncodeFormat::Rgba);
        let reading = &sources.iter().map(|&size| whole(size, 0)).collect::<Vec<_>>();
        let (canvas, has_alpha, library_bytes) = (sources[0], false, 0);
        estimate(Weighed { plan, reading, library_bytes, canvas, output, has_alpha, frame_count, is_on_device })
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
        let output = &EncodeOptions::new(EncodeFormat::Rgba);
        let reading = &[whole(sources[0], 5_000_000), whole(sources[1], 70)];
        let (library_bytes, canvas) = (100, sources[0]);
        let (has_alpha, frame_count, is_on_device) = (false, 1, false);
        let weighed =
            Weighed { plan: &plan, reading, library_bytes, canvas, output, has_alpha, frame_count, is_on_device };
        assert_eq!(
            estimate(weighed),
            13_000_100,
            "of Rust while the canvas is decoded beside its overlay, of C whenever"
        );
        let output = &EncodeOptions::new(EncodeFormat::Avif);
        let library = palmette_codec::encoding_memory(output, sources[0], false).library_bytes;
        assert!(library > 100 && estimate(Weighed { output, ..weighed }) >= 8_000_000 + library);
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
