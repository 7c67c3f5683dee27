//! The layout pass: settles how every source is read, and in which layout each picture is.
//!
//! A draft has upright pictures of any size, and says nothing of how samples lie. Here:
//!
//! - a source stays in planes if it has them, and every step and the output take them to the end; otherwise it becomes RGBA in
//!   its first resize, or right after it was read;
//! - mirrors, rotations and crops before the first resize go into the part that is read, and behind the resize;
//! - a source that can be read reduced is, where that leaves the filter enough to do.
//!
//! Everything else keeps its place.

use super::draft::{Draft, DraftKind, DraftStep, Source};
use super::graph::{Builder, Plan, Value, ValueId};
use super::kind::StepKind;
use super::resample::{Placed, ResizeStep};
use super::step::{Origin, ReadStep};
use super::turn::Turn;
use crate::{Error, Layout, Reading, Rectangle, Size, Spacing};

/// How many times smaller a source can be read, the strongest reduction first.
const REDUCTIONS: [u32; 3] = [8, 4, 2];

/// What a reduced reading has to leave of the reduction, for the filter.
///
/// What is left below 2 costs 1 to 5 points of SSIMULACRA2. From 2 on it is 0.3 on average, and up to 2 in thumbnails; from 3 on 0.2,
/// and at most 0.7 (`benches/results/2026-11-26-intel-xeon-2-cores-reduction`).
const LEFT_FOR_FILTER: u64 = 2;

/// Settles a draft: the plan that makes `result`, or ends with a measurement.
///
/// `target` is the chroma that an encoder takes in planes; without it, the result is RGBA.
///
/// # Errors
///
/// [`Error::OutOfMemory`] if a table cannot be allocated.
pub(super) fn settle(
    draft: &Draft,
    result: Option<ValueId>,
    sources: &[Source],
    target: Option<Spacing>,
) -> Result<Plan, Error> {
    let steps = draft.needed(result);
    let mut takers = vec![Vec::new(); draft.len()];
    for (index, step) in steps.iter().enumerate().filter(|(_, step)| !is_answered(step)) {
        step.inputs.iter().for_each(|id| takers[id.index()].push(index));
    }
    let leads = steps.iter().map(|_| None).collect();
    let is_settled = vec![false; steps.len()];
    let (places, builder) = (vec![None; draft.len()], Builder::default());
    let mut settling = Settling { draft, steps, takers, result, sources, target, leads, is_settled, places, builder };
    for index in 0..settling.steps.len() {
        if let Some(lead) = settling.leads[index].take() {
            settling.read(lead)?;
        } else if !settling.is_settled[index] {
            settling.step(index)?;
        }
    }
    let outputs = result.into_iter().filter_map(|id| settling.places[id.index()]).collect();
    Ok(settling.builder.finish(outputs))
}

/// Tells whether a step is a measurement that was made.
const fn is_answered(step: &DraftStep) -> bool {
    matches!(step.kind, DraftKind::Settled(StepKind::Measure { answer: Some(_), .. }))
}

/// A draft that is being settled.
struct Settling<'a> {
    draft: &'a Draft,
    steps: Vec<&'a DraftStep>,
    /// By picture, the steps that take it.
    takers: Vec<Vec<usize>>,
    result: Option<ValueId>,
    sources: &'a [Source],
    target: Option<Spacing>,
    /// By step, the source whose first steps end with it.
    leads: Vec<Option<Lead>>,
    /// By step, whether it is taken care of.
    is_settled: Vec<bool>,
    /// By picture of the draft, its value in the plan.
    places: Vec<Option<ValueId>>,
    builder: Builder,
}

/// A source while nothing but its geometry has been changed.
struct Lead {
    /// The source.
    source: usize,
    /// All changes to the stored picture together.
    turn: Turn,
    /// What is kept of it, in pixels of the stored picture.
    part: Rectangle,
    /// The picture that comes of it.
    picture: ValueId,
    /// The steps that did it.
    run: Vec<usize>,
    /// Who asked for the last crop among them, and for the last turn; the source itself if nothing did.
    crop_origin: Origin,
    turn_origin: Origin,
    /// The resize that follows, if one does.
    scale: Option<usize>,
}

impl Settling<'_> {
    fn step(&mut self, index: usize) -> Result<(), Error> {
        let step = self.steps[index];
        match &step.kind {
            DraftKind::Source(source) => self.source(index, *source),
            DraftKind::Scale { scaled, window } => {
                let input = self.place(step.inputs[0]);
                let output = step.output.expect("scaling makes a picture");
                let layout = self.scaled_layout(self.builder.value(input).layout, output);
                let value = self.builder.value(input);
                let resize = ResizeStep::new(&Placed::from(value), *scaled, *window, layout)?;
                let made = Value { size: window.size, layout };
                let place = self.builder.push(step.origin, vec![input], made, StepKind::Resize(resize));
                self.places[output.index()] = Some(place);
                Ok(())
            }
            DraftKind::Settled(kind) => {
                if is_answered(step) {
                    self.builder.measure(step.origin, Vec::new(), kind.clone());
                    return Ok(());
                }
                let inputs: Vec<ValueId> = step.inputs.iter().map(|&id| self.place(id)).collect();
                match step.output {
                    None => self.builder.measure(step.origin, inputs, kind.clone()),
                    Some(output) => {
                        let size = self.draft.size(output);
                        let layout = turned(self.builder.value(inputs[0]).layout, kind);
                        let place = self.builder.push(step.origin, inputs, Value { size, layout }, kind.clone());
                        self.places[output.index()] = Some(place);
                    }
                }
                Ok(())
            }
        }
    }

    /// Returns the value of a picture that was made.
    fn place(&self, id: ValueId) -> ValueId {
        self.places[id.index()].expect("steps are in an order in which they can run")
    }

    /// Reads a source of RGBA that needs no turn before a resize; puts any other one off to the last of its first steps.
    fn source(&mut self, index: usize, source: usize) -> Result<(), Error> {
        let lead = self.lead(index, source);
        let is_plain = lead.scale.is_none() || lead.turn == Turn::default();
        if self.sources[source].stored.layout.is_rgba() && is_plain {
            self.read_as_stored(index, source);
            return Ok(());
        }
        lead.run.iter().chain(&lead.scale).for_each(|&step| self.is_settled[step] = true);
        match lead.scale.or(lead.run.last().copied()) {
            Some(last) => self.leads[last] = Some(lead),
            None => return self.read(lead),
        }
        Ok(())
    }

    /// Settles how a source is read, and what is done before anything but its geometry is changed.
    fn read(&mut self, lead: Lead) -> Result<(), Error> {
        let source = lead.source;
        let Source { stored, is_reducible, .. } = self.sources[source];
        let shown = self.draft.size(lead.picture);
        let (scaled, window, result) = match lead.scale.map(|scale| self.steps[scale]) {
            Some(DraftStep { kind: DraftKind::Scale { scaled, window }, output: Some(output), .. }) => {
                (*scaled, *window, *output)
            }
            _ => (shown, Rectangle::whole(shown), lead.picture),
        };
        // From here on everything is as it is in the upright picture.
        let natural = lead.turn.layout(stored.layout);
        let layout = self.scaled_layout(natural, result);
        let read = match is_reducible && lead.scale.is_some() {
            true => reduced(natural, shown, scaled, layout),
            false => natural,
        };
        let reading = Reading {
            layout: lead.turn.layout(read),
            window: Some(lead.part).filter(|&part| part != Rectangle::whole(stored.size)),
        };
        let input = Placed::of_reading(&reading, stored.size, lead.turn);
        let resize = ResizeStep::new(&input, scaled, window, layout)?;

        let read_value = Value { size: reading.window_of(stored.size).size, layout: reading.layout };
        let read = StepKind::Read(ReadStep { source, reading });
        let mut picture = self.builder.push(lead.crop_origin, Vec::new(), read_value, read);
        let scale_origin = lead.scale.map_or(lead.crop_origin, |scale| self.steps[scale].origin);
        let changes_samples = !resize.is_copy() || reading.layout != lead.turn.layout(layout);
        let made = Value { size: window.size, layout };
        if !changes_samples && read_value.size == lead.turn.size(window.size) {
            picture = self.turn(lead.turn, lead.turn_origin, picture);
        } else if let Some(resize) = lead.turn.before(&resize, &input, made)? {
            let before = Value { size: lead.turn.size(window.size), layout: lead.turn.layout(layout) };
            picture = self.builder.push(scale_origin, vec![picture], before, StepKind::Resize(resize));
            picture = self.turn(lead.turn, lead.turn_origin, picture);
        } else {
            picture = self.turn(lead.turn, lead.turn_origin, picture);
            picture = self.builder.push(scale_origin, vec![picture], made, StepKind::Resize(resize));
        }
        self.places[result.index()] = Some(picture);
        Ok(())
    }

    /// Reads all of a source of RGBA, and makes it upright.
    fn read_as_stored(&mut self, index: usize, source: usize) {
        let Source { stored, orientation, .. } = self.sources[source];
        let picture = self.builder.read(source, stored);
        let picture = self.turn(Turn::of(orientation), Origin::source(source), picture);
        if let Some(output) = self.steps[index].output {
            self.places[output.index()] = Some(picture);
        }
    }

    /// Follows a source to the first step that changes more than its geometry.
    fn lead(&self, index: usize, source: usize) -> Lead {
        let Source { stored, orientation, .. } = self.sources[source];
        let step = self.steps[index];
        let mut lead = Lead {
            source,
            turn: Turn::of(orientation),
            part: Rectangle::whole(stored.size),
            picture: step.output.expect("a source is a picture"),
            run: Vec::new(),
            crop_origin: step.origin,
            turn_origin: step.origin,
            scale: None,
        };
        while let Some(taker) = self.only_taker(lead.picture) {
            let step = self.steps[taker];
            match &step.kind {
                DraftKind::Settled(StepKind::Flip(flip)) => {
                    lead.turn = lead.turn.flipped(*flip);
                    lead.turn_origin = step.origin;
                }
                DraftKind::Settled(StepKind::Rotate(rotate)) => {
                    lead.turn = lead.turn.rotated(*rotate);
                    lead.turn_origin = step.origin;
                }
                DraftKind::Settled(StepKind::Crop { left, top }) => {
                    let size = step.output.map_or(Size::new(0, 0), |output| self.draft.size(output));
                    let kept = Rectangle { left: *left, top: *top, size };
                    let kept = lead.turn.undo(kept, self.draft.size(lead.picture));
                    let Rectangle { left, top, .. } = lead.part;
                    lead.part = Rectangle { left: left + kept.left, top: top + kept.top, size: kept.size };
                    lead.crop_origin = step.origin;
                }
                DraftKind::Scale { .. } => {
                    lead.scale = Some(taker);
                    break;
                }
                _ => break,
            }
            lead.run.push(taker);
            lead.picture = step.output.unwrap_or(lead.picture);
        }
        lead
    }

    /// Returns the step that takes a picture, if it is the only use of it.
    fn only_taker(&self, id: ValueId) -> Option<usize> {
        match self.takers[id.index()][..] {
            [taker] if self.result != Some(id) => Some(taker),
            _ => None,
        }
    }

    /// Chooses the layout in which a resize, or a conversion, makes a picture out of one in `input`.
    fn scaled_layout(&self, input: Layout, picture: ValueId) -> Layout {
        let Some(target) = self.target.filter(|_| !input.is_rgba()) else { return Layout::Rgba };
        let layout = if input.planes() == 1 { Layout::GRAY } else { Layout::ycc(target) };
        if self.stays(layout, picture) { layout } else { Layout::Rgba }
    }

    /// Tells whether a picture in planes stays in them to the end.
    fn stays(&self, layout: Layout, mut picture: ValueId) -> bool {
        while self.result != Some(picture) || !self.takers[picture.index()].is_empty() {
            let Some(taker) = self.only_taker(picture) else { return false };
            let step = self.steps[taker];
            let Some(output) = step.output else { return false };
            let takes = match &step.kind {
                DraftKind::Scale { .. } => true,
                DraftKind::Source(_) => false,
                DraftKind::Settled(kind) => {
                    let is_target = step.inputs[0] == picture;
                    is_target && kind.takes(layout, self.draft.size(picture), self.draft.size(output))
                }
            };
            if !takes {
                return false;
            }
            picture = output;
        }
        true
    }

    /// Adds the steps of a turn.
    fn turn(&mut self, turn: Turn, origin: Origin, picture: ValueId) -> ValueId {
        turn.steps().fold(picture, |picture, kind| {
            let Value { size, layout } = self.builder.value(picture);
            let size = kind.turn().map_or(size, |turn| turn.size(size));
            let value = Value { size, layout: turned(layout, &kind) };
            self.builder.push(origin, vec![picture], value, kind)
        })
    }
}

/// Chooses the spacing at which each plane is read, for a picture that is scaled from one size to another.
fn reduced(natural: Layout, from: Size, to: Size, output: Layout) -> Layout {
    let Layout::Planes { luma, chroma } = natural else { return natural };
    let choose = |stored: Spacing, made: Spacing| {
        let leaves_enough = |reduction: u32| {
            let along = |from: u32, to: u32, stored: u32, made: u32| {
                let product = |a: u32, b: u32| u64::from(a) * u64::from(b);
                product(from, made) >= LEFT_FOR_FILTER * product(to, stored) * u64::from(reduction)
            };
            along(from.width, to.width, stored.x, made.x) && along(from.height, to.height, stored.y, made.y)
        };
        let reduction = REDUCTIONS.into_iter().find(|&reduction| leaves_enough(reduction)).unwrap_or(1);
        Spacing::new(stored.x * reduction, stored.y * reduction)
    };
    let made = |plane: usize| if plane < output.planes() { output.spacing(plane) } else { Spacing::ONE };
    Layout::Planes { luma: choose(luma, made(0)), chroma: chroma.map(|chroma| choose(chroma, made(1))) }
}

/// Returns the layout after a step that at most turns it.
fn turned(layout: Layout, kind: &StepKind) -> Layout {
    kind.turn().map_or(layout, |turn| turn.layout(layout))
}
