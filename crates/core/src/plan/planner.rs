//! The planner: from a list and what is known of its sources to a plan, with measurements in between.
//!
//! Where an option needs pixels to know geometry, the planner hands out a plan that measures, is told the answer, and goes on. The
//! plan that it ends with contains what was found, and engines only run it.

use std::sync::Arc;

use palmette_ops::{Draw, ImageIndex, Op, Transform};

use super::draft::{Draft as PlanDraft, DraftKind, Source};
use super::graph::{Builder, Plan, ValueId};
use super::layout;
use super::lower::{Lowering, Stop};
use super::step::Origin;
use crate::measure::Measurement;
use crate::model::SharedModel;
use crate::{Error, Limits, Size, Spacing};

/// A plan that a planner hands out.
#[derive(Clone, Debug, PartialEq)]
pub enum Planned {
    /// A plan that ends with a measurement: [`Planner::answer`] takes what an engine finds.
    Measure(Plan),
    /// The plan of the request. Its one result is the picture of the canvas.
    Complete(Plan),
}

impl Planned {
    /// Returns the plan of either kind.
    #[must_use]
    pub const fn plan(&self) -> &Plan {
        match self {
            Self::Measure(plan) | Self::Complete(plan) => plan,
        }
    }

    /// Tells whether no measurement is missing.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        matches!(self, Self::Complete(_))
    }
}

/// The cost of a request, as far as that can be told without pixels.
#[derive(Clone, Debug, PartialEq)]
pub struct Guess {
    /// The plans that measure, in their order.
    pub measuring: Vec<Plan>,
    /// The plan that they lead to.
    pub plan: Plan,
}

/// Turns a resolved list into a plan, entry by entry.
#[derive(Clone, Debug)]
pub struct Planner {
    ops: Arc<[Op<Transform, Draw>]>,
    sources: Arc<[Source]>,
    /// The spacing of chroma that the result may have.
    target: Option<Spacing>,
    /// How things stand before the next entry.
    lowering: Lowering,
    next: usize,
    /// What is known of the measurements of that entry, in their order. Only that entry is lowered again when one more is
    /// there: a list may measure in every entry.
    answers: Vec<Measurement>,
}

impl Planner {
    /// Begins a plan: `sources[i]` is the size of node `i`, and node 0 becomes the result.
    ///
    /// # Errors
    ///
    /// [`Error::TooLarge`] if a source breaks a limit, [`Error::NodeMissing`] if there is none.
    pub fn new(ops: &[Op<Transform, Draw>], sources: &[Size], limits: &Limits) -> Result<Self, Error> {
        Self::of_sources(ops, sources.iter().copied().map(Source::rgba).collect(), limits)
    }

    /// Begins a plan for sources that need not be stored as upright pictures of RGBA.
    ///
    /// # Errors
    ///
    /// Those of [`Planner::new`].
    pub fn of_sources(ops: &[Op<Transform, Draw>], sources: Vec<Source>, limits: &Limits) -> Result<Self, Error> {
        let mut draft = PlanDraft::default();
        let mut nodes = Vec::new();
        for (index, source) in sources.iter().enumerate() {
            limits.check(source.size())?;
            let kind = DraftKind::Source(index);
            nodes.push(Some(draft.push(Origin::source(index), Vec::new(), source.size(), kind)));
        }
        let lowering = Lowering { limits: *limits, model: None, draft, nodes };
        lowering.find(ImageIndex::CANVAS)?;
        Ok(Self { ops: ops.into(), sources: sources.into(), target: None, lowering, next: 0, answers: Vec::new() })
    }

    /// Lets the result be in planes, with this spacing of chroma, if nothing on the way needs RGBA.
    #[must_use]
    pub fn with_target(mut self, chroma: Option<Spacing>) -> Self {
        self.target = chroma;
        self
    }

    /// Lets a model do what options such as `segment` need one for; without one, they are refused.
    #[must_use]
    pub fn with_model(mut self, model: Option<SharedModel>) -> Self {
        self.lowering.model = model;
        self
    }

    /// Plans as far as the measurements reach.
    ///
    /// # Errors
    ///
    /// [`Error::At`], which names the entry of the list, around: [`Error::TooLarge`] if the result of a step breaks a limit,
    /// [`Error::NeedsModel`] for an option that needs a model which is not there or cannot do that,
    /// [`Error::NodeMissing`] if a node does not exist or was drawn already, [`Error::OutOfMemory`] if a table cannot be
    /// allocated, [`Error::WrongMeasurement`] for an answer to another question.
    pub fn plan(&mut self) -> Result<Planned, Error> {
        let ops = Arc::clone(&self.ops);
        while self.next < ops.len() {
            let (mark, nodes) = (self.lowering.draft.mark(), self.lowering.nodes.clone());
            match self.lowering.entry(&ops, self.next, &self.answers) {
                Ok(()) => {
                    self.next += 1;
                    self.answers.clear();
                }
                Err(Stop::Failed(error)) => return Err(error),
                Err(Stop::Unmeasured) => {
                    let measuring = layout::settle(&self.lowering.draft, None, &self.sources, self.target);
                    self.lowering.draft.rewind(mark);
                    self.lowering.nodes = nodes;
                    return Ok(Planned::Measure(measuring?));
                }
            }
        }
        let canvas = self.lowering.find(ImageIndex::CANVAS)?;
        Ok(Planned::Complete(self.finish(canvas)?))
    }

    /// Tells the answer to the measurement that the last plan ended with.
    ///
    /// # Errors
    ///
    /// [`Error::WrongMeasurement`] if the plan was complete.
    pub fn answer(&mut self, measurement: Measurement) -> Result<(), Error> {
        if self.next == self.ops.len() {
            return Err(Error::WrongMeasurement);
        }
        self.answers.push(measurement);
        Ok(())
    }

    /// Plans to the end as if every measurement found nothing: a guess at what the request will take.
    ///
    /// A picture without its border is smaller, but of another shape, so what follows may be larger. No step is ever over the
    /// limit of one picture. Where the guess cannot be planned, though the real answer may well be, it ends there.
    #[must_use]
    pub fn guess(&self) -> Guess {
        let mut planner = self.clone();
        let mut measuring = Vec::new();
        let plan = loop {
            match planner.plan() {
                Ok(Planned::Complete(plan)) => break plan,
                Ok(Planned::Measure(plan)) => {
                    let answer = plan.missing().map(|(measure, picture)| measure.nothing_found(picture));
                    if answer.is_none_or(|answer| planner.answer(answer).is_err()) {
                        break plan;
                    }
                    measuring.push(plan);
                }
                Err(_) => {
                    let canvas = planner.lowering.find(ImageIndex::CANVAS).and_then(|id| planner.finish(id));
                    break canvas.unwrap_or_else(|_| Builder::default().finish(Vec::new()));
                }
            }
        };
        Guess { measuring, plan }
    }

    /// Returns the plan that makes one value.
    fn finish(&self, canvas: ValueId) -> Result<Plan, Error> {
        layout::settle(&self.lowering.draft, Some(canvas), &self.sources, self.target)
    }
}

/// Plans a list that measures nothing.
///
/// # Errors
///
/// Those of [`Planner::new`] and [`Planner::plan`]; [`Error::Unmeasured`] if the list does measure something.
pub fn lower(ops: &[Op<Transform, Draw>], sources: &[Size], limits: &Limits) -> Result<Plan, Error> {
    match Planner::new(ops, sources, limits)?.plan()? {
        Planned::Complete(plan) => Ok(plan),
        Planned::Measure(_) => Err(Error::Unmeasured),
    }
}

#[cfg(test)]
mod tests {
    use palmette_ops::Place;
    use palmette_protocol::list::{parse_list, resolve};

    use super::*;

    const PHOTO: Size = Size::new(4000, 3000);

    fn planner(list: &str, sources: &[Size]) -> Planner {
        Planner::new(&resolve(&parse_list(list).unwrap()).unwrap(), sources, &Limits::default()).unwrap()
    }

    /// Plans on, and returns the names of the steps, and the size of the result unless a measurement is missing.
    fn plan(planner: &mut Planner) -> (Vec<&'static str>, Option<Size>) {
        let planned = planner.plan().unwrap();
        let names = planned.plan().asked_steps().map(|step| step.kind.name()).collect();
        (names, planned.plan().result().filter(|_| planned.is_complete()).map(|value| value.size))
    }

    #[test]
    fn planner_stops_at_a_measurement_and_goes_on_with_its_answer() {
        let list = r#"[{"imageIndex":0,"trim":"border","fit":"cover","gravity":"auto","width":300,"height":300}]"#;
        let mut planner = planner(list, &[PHOTO]);
        assert_eq!(plan(&mut planner), (vec!["measure"], None));
        let size = Size::new(2000, 1000);
        planner.answer(Measurement::Rectangle { left: 5, top: 6, size }).unwrap();
        // The window is measured on a copy.
        assert_eq!(plan(&mut planner), (vec!["measure", "crop", "resize", "measure"], None));
        planner.answer(Measurement::Offset { left: 300, top: 0 }).unwrap();
        assert_eq!(plan(&mut planner), (vec!["measure", "crop", "measure", "resize"], Some(Size::new(300, 300))));
    }

    #[test]
    fn planner_goes_on_in_the_entry_that_measured() {
        let list = r#"[{"imageIndex":0,"width":400}, {"drawImageIndex":1,"targetImageIndex":0},
            {"imageIndex":0,"trim":"border"}, {"imageIndex":0,"trim":"border"}, {"imageIndex":0,"width":10,"height":10}]"#;
        let mut planner = planner(list, &[PHOTO, Size::new(9, 9)]);
        assert_eq!(plan(&mut planner), (vec!["resize", "draw", "measure"], None));
        let answer = |width| Measurement::Rectangle { left: 1, top: 1, size: Size::new(width, 30) };
        planner.answer(answer(60)).unwrap();
        assert_eq!(plan(&mut planner), (vec!["resize", "draw", "measure", "crop", "measure"], None));
        assert_eq!(planner.clone().guess().plan.result().unwrap().size, Size::new(10, 5));
        planner.answer(answer(20)).unwrap();
        let all = vec!["resize", "draw", "measure", "crop", "measure", "crop", "resize"];
        assert_eq!(plan(&mut planner), (all, Some(Size::new(7, 10))));
        assert!(matches!(planner.answer(answer(5)), Err(Error::WrongMeasurement)));
    }

    #[test]
    fn planner_takes_no_answer_to_another_question() {
        let mut trimmed = planner(r#"[{"imageIndex":0,"trim":"border"}]"#, &[PHOTO]);
        trimmed.plan().unwrap();
        trimmed.answer(Measurement::Offset { left: 1, top: 1 }).unwrap();
        assert!(matches!(trimmed.plan(), Err(Error::At { place: Place::Transform { number: 1, .. }, .. })));
        let mut twice = planner(r#"[{"imageIndex":0,"trim":"border"}]"#, &[PHOTO]);
        for _ in 0..2 {
            twice.answer(Measurement::Rectangle { left: 0, top: 0, size: PHOTO }).unwrap();
        }
        assert!(matches!(twice.plan(), Err(Error::At { place: Place::Transform { number: 1, .. }, .. })));
    }

    #[test]
    fn planner_reads_nothing_that_nobody_takes() {
        let plan = lower(&[], &[PHOTO, PHOTO], &Limits::default()).unwrap();
        assert_eq!((plan.steps().len(), plan.result()), (1, Some(crate::plan::Value::rgba(PHOTO))));
        let measured = resolve(&parse_list(r#"[{"imageIndex":0,"trim":"border"}]"#).unwrap()).unwrap();
        assert!(matches!(lower(&measured, &[PHOTO], &Limits::default()), Err(Error::Unmeasured)));
    }
}
