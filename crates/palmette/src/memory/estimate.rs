//! What a request will hold at its worst moment, by its plan and the headers of its sources.

use std::borrow::Cow;

use palmette_core::measure::{MeasureStep, Measurement};
use palmette_core::plan::{Plan, Step, StepKind};
use palmette_core::{Pixmap, Size};
use palmette_protocol::ImageIndex;

/// Bytes a pixel that a codec may hold beside the pixmap: planes of a video frame at 16 bits, and a copy.
const CODEC_PIXEL_BYTES: u64 = 12;

/// Pictures that a decoder of animations holds beside the one that it hands out, all of the size of the canvas.
const DECODER_FRAMES: u64 = 3;

/// Pictures that an encoder of animations holds, all of the size of the result.
const ENCODER_FRAMES: u64 = 3;

/// Estimates the bytes that a plan takes at its worst moment: decoding, one of its steps, or encoding. In an animation
/// decoder and encoder live through all steps, and what is drawn on the canvas is kept for the next frame.
///
/// `stored` are the sizes that the decoders have to hold, which may be far larger than the pictures that come of them.
///
/// An engine that `keeps_sources` until it is done, as a GPU does so that the CPU can take over, holds them beside its result.
/// What it holds on its device, and to reach it, has a limit of its own for all requests together.
#[must_use]
pub(crate) fn estimate(plan: &Plan, stored: &[Size], frame_count: u32, keeps_sources: bool) -> u64 {
    let plan = guess_rest(plan);
    let kept = if frame_count > 1 { kept_for_frames(&plan) } else { 0 };
    let sources: u64 = plan.sources.iter().copied().map(pixmap_bytes).sum();
    let decode = stored.iter().map(|&size| pixmap_bytes(size) + size.area() * CODEC_PIXEL_BYTES).max().unwrap_or(0);
    let encode = pixmap_bytes(plan.result) + plan.result.area() * CODEC_PIXEL_BYTES;

    // Sizes of all nodes while the plan runs; a node is replaced by the result of each of its steps. What a step holds beside
    // them is a few rows.
    let mut nodes = plan.sources.clone();
    let mut worst_step = 0;
    for step in &plan.steps {
        let live: u64 = nodes.iter().copied().map(pixmap_bytes).sum();
        worst_step = worst_step.max(live + pixmap_bytes(step.output));
        if let Some(node) = nodes.get_mut(step.node.0 as usize) {
            *node = step.output;
        }
    }
    let beside_sources = if keeps_sources { sources + largest_on_host(&plan) } else { 0 };
    (sources + decode).max(worst_step).max(encode).max(beside_sources) + kept
}

/// Estimates the most that comes back from a device at once: the result, or what a model on the host takes and makes.
fn largest_on_host(plan: &Plan) -> u64 {
    let models = plan.steps.iter().filter(|step| matches!(step.kind, StepKind::Model(_)));
    let models = models.map(|step| pixmap_bytes(step.input) + pixmap_bytes(step.output));
    models.max().unwrap_or(0).max(pixmap_bytes(plan.result))
}

/// Estimates what stays between the frames of an animation.
fn kept_for_frames(plan: &Plan) -> u64 {
    let canvas = plan.sources.first().map_or(0, |&size| pixmap_bytes(size));
    let drawn = plan.steps.iter().filter(|step| step.node == ImageIndex::CANVAS).map(|step| match &step.kind {
        StepKind::Draw(draw) => pixmap_bytes(draw.foreground_size),
        _ => 0,
    });
    DECODER_FRAMES * canvas + ENCODER_FRAMES * pixmap_bytes(plan.result) + drawn.sum::<u64>()
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

/// Returns the bytes of a picture between steps.
const fn pixmap_bytes(size: Size) -> u64 {
    size.area() * Pixmap::PIXEL_BYTES as u64
}

#[cfg(test)]
mod tests {
    use palmette_core::Limits;
    use palmette_core::plan::lower;

    use super::*;

    /// Estimates a list for one source.
    fn estimate_of(list: &str, source: Size) -> u64 {
        let ops = palmette_protocol::ops::parse_list(list).unwrap();
        let ops = palmette_protocol::ops::resolve(&ops).unwrap();
        estimate(&lower(&ops, &[source], &Limits::default()).unwrap(), &[source], 1, false)
    }

    #[test]
    fn estimate_counts_the_worst_moment() {
        let source = Size::new(1000, 1000);
        assert_eq!(estimate_of("[]", source), 20_000_000, "a picture, and what a codec holds for it");
        let shrunk = estimate_of(r#"[{"imageIndex":0,"width":10}]"#, source);
        assert_eq!(shrunk, 20_000_000, "small results cost nothing");
        let grown = estimate_of(r#"[{"imageIndex":0,"width":4000,"fit":"contain"}]"#, source);
        assert!(grown >= 16_000_000 * 4 + 4_000_000, "large ones do: {grown}");
    }

    #[test]
    fn estimate_counts_sources_that_are_kept_beside_the_result() {
        let size = Size::new(1000, 1000);
        let sources = [size; 20];
        // All but the canvas become tiny before that grows, so the CPU never holds large pictures together.
        let shrunk_and_drawn =
            |node| format!(r#"{{"imageIndex":{node},"width":1}},{{"drawImageIndex":{node},"targetImageIndex":0}},"#);
        let drawn: String = (1..sources.len()).map(shrunk_and_drawn).collect();
        let list = format!(r#"[{drawn}{{"imageIndex":0,"width":2300,"fit":"contain"}}]"#);
        let ops = palmette_protocol::ops::resolve(&palmette_protocol::ops::parse_list(&list).unwrap()).unwrap();
        let plan = lower(&ops, &sources, &Limits::default()).unwrap();
        let [given_away, kept] = [false, true].map(|keeps_sources| estimate(&plan, &sources, 1, keeps_sources));
        assert_eq!(kept, 20 * pixmap_bytes(size) + pixmap_bytes(plan.result));
        assert!(given_away < kept, "{given_away}");
    }

    #[test]
    fn estimate_counts_what_a_decoder_holds_for_a_small_picture() {
        let plan = lower(&[], &[Size::new(1, 1)], &Limits::default()).unwrap();
        assert!(estimate(&plan, &[Size::new(12_000, 8_000)], 1, false) >= 12_000 * 8_000 * 16);
    }

    #[test]
    fn estimate_looks_beyond_measurements() {
        let source = Size::new(1000, 1000);
        let grown = estimate_of(r#"[{"imageIndex":0,"trim":"border","width":4000,"fit":"contain"}]"#, source);
        assert!(grown >= 16_000_000 * 4 + 4_000_000, "{grown}");
    }

    #[test]
    fn estimate_of_an_animation_does_not_grow_with_its_frames() {
        let plan = lower(&[], &[Size::new(100, 100)], &Limits::default()).unwrap();
        let [still, two, many] = [1, 2, 1000].map(|frame_count| estimate(&plan, &plan.sources, frame_count, false));
        assert_eq!((two - still, many), (6 * 40_000, two));
    }
}
