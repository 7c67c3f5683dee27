//! What a request will hold at its worst moment, by its plan and the headers of its sources: known before a pixel is decoded.

use std::borrow::Cow;

use palmette_codec::{EncodeOptions, WorkingMemory};
use palmette_core::Size;
use palmette_core::measure::{MeasureStep, Measurement};
use palmette_core::plan::{Plan, Step, StepKind};
use palmette_ops::ImageIndex;

/// Pictures that a decoder of animations holds beside the one that it hands out, all of the size of the canvas.
const DECODER_FRAMES: u64 = 3;

/// Pictures that an encoder of animations holds, all of the size of the result.
const ENCODER_FRAMES: u64 = 3;

/// What is known of a request whose memory is estimated.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Weighed<'a> {
    pub(crate) plan: &'a Plan,
    /// What decoding each source holds beside its picture, in the order of the sources.
    pub(crate) decoding: &'a [WorkingMemory],
    pub(crate) output: &'a EncodeOptions,
    /// Whether the canvas may have alpha before its first step.
    pub(crate) has_alpha: bool,
    /// The frames that the steps of the canvas run on; 1 unless the result moves.
    pub(crate) frame_count: u32,
    /// Whether the engine keeps the sources until it is done, as a GPU does so that the CPU can take over. What it holds on its
    /// device, and to reach it, has a limit of its own for all requests together.
    pub(crate) keeps_sources: bool,
}

/// Estimates the bytes that a request takes at its worst moment: decoding, one of the steps of its plan, or encoding. In an
/// animation decoder and encoder live through all steps, and what is drawn on the canvas is kept for the next frame.
///
/// What C libraries take comes on top: the allocator of the process keeps for a while what it gets back, and a library does
/// not get it from there.
#[must_use]
pub(crate) fn estimate(weighed: Weighed<'_>) -> u64 {
    let Weighed { decoding, output, has_alpha, frame_count, keeps_sources, .. } = weighed;
    let plan = guess_rest(weighed.plan);
    let encoding = palmette_codec::encoding_memory(output, plan.result, has_alpha || !plan.keeps_opaque());
    let kept = if frame_count > 1 { kept_for_frames(&plan) + encoding.own_bytes } else { 0 };
    let tables: u64 = plan.steps.iter().map(Step::table_bytes).sum();
    let beside_sources = if keeps_sources { sources_bytes(&plan) + largest_on_host(&plan) } else { 0 };
    let moments =
        [worst_decode(&plan, decoding), worst_step(&plan), plan.result.bytes() + encoding.own_bytes, beside_sources];
    let libraries = decoding.iter().chain([&encoding]).map(|memory| memory.library_bytes).max().unwrap_or(0);
    moments.into_iter().max().unwrap_or(0) + libraries + kept + tables
}

/// Estimates the worst moment of decoding: sources are decoded one after the other, and kept.
fn worst_decode(plan: &Plan, decoding: &[WorkingMemory]) -> u64 {
    let mut decoded = 0;
    let mut worst = 0;
    for (source, memory) in plan.sources.iter().zip(decoding) {
        decoded += source.bytes();
        worst = worst.max(decoded + memory.own_bytes);
    }
    worst
}

/// Estimates the worst moment of all steps: the pictures of all nodes, each replaced by the result of each of its steps, and
/// what a step holds beside them.
///
/// What a step gave back is still there for a moment, and of no use to a later one that takes more at once.
fn worst_step(plan: &Plan) -> u64 {
    let mut nodes = plan.sources.clone();
    let (mut worst, mut given_back) = (0, 0);
    for step in &plan.steps {
        let live: u64 = nodes.iter().map(|size| size.bytes()).sum();
        let taken = step.beside_input_bytes();
        let stale = if given_back < taken { given_back } else { 0 };
        worst = worst.max(live + taken + stale);
        if !step.is_in_place() {
            given_back = given_back.max(step.input.bytes());
        }
        if let Some(node) = nodes.get_mut(step.node.0 as usize) {
            *node = step.output;
        }
        if let StepKind::Draw(draw) = &step.kind
            && let Some(node) = nodes.get_mut(draw.foreground.0 as usize)
        {
            *node = Size::new(0, 0);
        }
    }
    worst
}

/// Adds up the sources as they are decoded.
fn sources_bytes(plan: &Plan) -> u64 {
    plan.sources.iter().map(|size| size.bytes()).sum()
}

/// Estimates the most that comes back from a device at once: the result, or what a model on the host takes and makes.
fn largest_on_host(plan: &Plan) -> u64 {
    let models = plan.steps.iter().filter(|step| matches!(step.kind, StepKind::Model(_)));
    let models = models.map(|step| step.input.bytes() + step.output.bytes());
    models.max().unwrap_or(0).max(plan.result.bytes())
}

/// Estimates what stays between the frames of an animation.
fn kept_for_frames(plan: &Plan) -> u64 {
    let canvas = plan.sources.first().map_or(0, |size| size.bytes());
    let drawn = plan.steps.iter().filter(|step| step.node == ImageIndex::CANVAS).map(|step| match &step.kind {
        StepKind::Draw(draw) => draw.foreground_size.bytes(),
        _ => 0,
    });
    DECODER_FRAMES * canvas + ENCODER_FRAMES * plan.result.bytes() + drawn.sum::<u64>()
}

/// Completes a plan that waits for measurements as if they had found nothing to cut. That is a guess: a picture without its
/// border is smaller, but of another shape, so what follows may be larger. No step is ever over the limit of one picture.
fn guess_rest(plan: &Plan) -> Cow<'_, Plan> {
    let mut plan = Cow::Borrowed(plan);
    while !plan.is_complete() {
        let Some(Step { kind: StepKind::Measure(measure), input, .. }) = plan.steps.last() else { break };
        let nothing_found = match measure {
            MeasureStep::Border(_) => Measurement::Rectangle { left: 0, top: 0, size: *input },
            MeasureStep::Window(_) => Measurement::Offset { left: 0, top: 0 },
        };
        // What cannot be planned with this guess may well be with the real answer.
        let Ok(next) = plan.resume(nothing_found) else { break };
        plan = Cow::Owned(next);
    }
    plan
}

#[cfg(test)]
mod tests {
    use palmette_codec::EncodeFormat;
    use palmette_core::Limits;
    use palmette_core::plan::lower;

    use super::*;

    /// Plans a list.
    fn plan(list: &str, sources: &[Size]) -> Plan {
        let ops = palmette_protocol::list::parse_list(list).unwrap();
        lower(&palmette_protocol::list::resolve(&ops).unwrap(), sources, &Limits::default()).unwrap()
    }

    /// Estimates a plan whose sources take nothing to decode, and whose result nothing to encode.
    fn estimate_of_plan(plan: &Plan, frame_count: u32, keeps_sources: bool) -> u64 {
        let output = &EncodeOptions::new(EncodeFormat::Rgba);
        let decoding = &vec![WorkingMemory::default(); plan.sources.len()];
        estimate(Weighed { plan, decoding, output, has_alpha: false, frame_count, keeps_sources })
    }

    /// Estimates a list for one source.
    fn estimate_of(list: &str, source: Size) -> u64 {
        estimate_of_plan(&plan(list, &[source]), 1, false)
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
        let plan = plan("[]", &[Size::new(1000, 1000); 2]);
        let output = &EncodeOptions::new(EncodeFormat::Rgba);
        let decoding = &[
            WorkingMemory { own_bytes: 5_000_000, library_bytes: 100 },
            WorkingMemory { own_bytes: 70, library_bytes: 30 },
        ];
        let weighed = Weighed { plan: &plan, decoding, output, has_alpha: false, frame_count: 1, keeps_sources: false };
        assert_eq!(estimate(weighed), 9_000_100, "of Rust while one is decoded, of C whenever");
        let output = &EncodeOptions::new(EncodeFormat::Avif);
        let library = palmette_codec::encoding_memory(output, plan.result, false).library_bytes;
        assert!(library > 100 && estimate(Weighed { output, ..weighed }) >= 9_000_000 + library);
    }

    #[test]
    fn estimate_counts_sources_that_are_kept_beside_the_result() {
        let size = Size::new(1000, 1000);
        let sources = [size; 20];
        // All but the canvas become tiny before that grows, so the CPU never holds large pictures together.
        let shrunk_and_drawn =
            |node| format!(r#"{{"imageIndex":{node},"width":1}},{{"drawImageIndex":{node},"targetImageIndex":0}},"#);
        let drawn: String = (1..sources.len()).map(shrunk_and_drawn).collect();
        let plan = plan(&format!(r#"[{drawn}{{"imageIndex":0,"width":2300,"fit":"contain"}}]"#), &sources);
        let [given_away, kept] = [false, true].map(|keeps_sources| estimate_of_plan(&plan, 1, keeps_sources));
        assert!(kept >= 20 * size.bytes() + plan.result.bytes() && given_away < kept, "{given_away}, {kept}");
    }

    #[test]
    fn estimate_looks_beyond_measurements() {
        let source = Size::new(1000, 1000);
        let grown = estimate_of(r#"[{"imageIndex":0,"trim":"border","width":4000,"fit":"contain"}]"#, source);
        assert!(grown >= 16_000_000 * 4 + 4_000_000, "{grown}");
    }

    #[test]
    fn estimate_of_an_animation_does_not_grow_with_its_frames() {
        let plan = plan("[]", &[Size::new(100, 100)]);
        let [still, two, many] = [1, 2, 1000].map(|frame_count| estimate_of_plan(&plan, frame_count, false));
        assert_eq!((two - still, many), (6 * 40_000, two));
    }
}
