//! The steps of a plan, recorded for the device one after the other.
//!
//! Nothing comes back before the end but what is measured. Steps that make each pixel of one other wait until something needs
//! their result, and run as one kernel.

use palmette_core::engine::{Collected, open_planned};
use palmette_core::measure::{MeasureStep, Measurement, measure_window};
use palmette_core::model::ModelStep;
use palmette_core::plan::{Plan, StepKind, ValueId};
use palmette_core::{Size, Sources};

use crate::image::Image;
use crate::job::{Job, Phase};
use crate::kernels::map::MapRun;
use crate::kernels::{border, draw, sharpen};
use crate::{Error, blur, resize};

/// Runs every step, and keeps what comes of them.
pub(crate) fn run<'a>(mut job: Job<'a>, plan: &Plan, sources: &dyn Sources) -> Result<(Collected, Job<'a>), Error> {
    job.check()?;
    let mut collected = Collected::default();
    let mut values = Values::read(&mut job, plan, sources)?;
    job.enter(Phase::Run)?;
    for step in plan.steps() {
        match (&step.kind, step.output) {
            (StepKind::Read(_), _) => continue,
            (StepKind::Measure { measure, answer, .. }, _) => {
                if answer.is_none() {
                    let image = values.take(&mut job, step.inputs[0])?;
                    collected.measurement = Some(self::measure(&mut job, measure, &image)?);
                    job.recycle(image.lease);
                }
            }
            (StepKind::Draw(draw), Some(output)) => {
                let overlay = values.take(&mut job, step.inputs[1])?;
                let target = values.take(&mut job, step.inputs[0])?;
                draw::draw(&mut job, draw, overlay, &target)?;
                values.put(output, target);
            }
            (kind, Some(output)) => {
                let size = plan.value(output).size;
                if !values.defer(step.inputs[0], kind, size, output)? {
                    let image = values.take(&mut job, step.inputs[0])?;
                    let image = match kind {
                        StepKind::Resize(resize) => {
                            let result = resize::resize(&mut job, resize, &image, size)?;
                            job.recycle(image.lease);
                            result
                        }
                        StepKind::Blur(blur) => blur::blur(&mut job, blur, image)?,
                        StepKind::Model(model) => self::model(&mut job, model, image, size)?,
                        StepKind::Sharpen(step) => sharpen::sharpen(&mut job, *step, image)?,
                        _ => image,
                    };
                    values.put(output, image);
                    // A second pad has a run to itself now.
                    if matches!(kind, StepKind::Pad { .. }) {
                        values.defer(output, kind, size, output)?;
                    }
                }
            }
            (_, None) => {}
        }
        job.end_step()?;
    }
    for &output in plan.outputs() {
        let image = values.take(&mut job, output)?;
        collected.pictures.push(job.download(&image)?.into());
        job.recycle(image.lease);
    }
    Ok((collected, job))
}

/// Answers what a plan cannot know. A border is found on the device; a window is found by the host, on the small copy that the
/// plan has had made.
fn measure(job: &mut Job<'_>, step: &MeasureStep, image: &Image) -> Result<Measurement, Error> {
    match step {
        MeasureStep::Border(step) => border::measure(job, step, image),
        MeasureStep::Window(window) => Ok(measure_window(window, &job.download(image)?)?),
    }
}

/// Has a model change a picture, which happens on the host: the one step that a chain leaves the device for.
fn model(job: &mut Job<'_>, step: &ModelStep, image: Image, output: Size) -> Result<Image, Error> {
    let picture = step.run(job.download(&image)?, output)?;
    job.recycle(image.lease);
    job.upload(&picture)
}

/// The values that are on the device, each with what is still to be done to it.
struct Values {
    images: Vec<Option<(Image, MapRun)>>,
    /// How often each is still taken.
    uses: Vec<usize>,
}

impl Values {
    /// Copies all sources to the device, one after the other.
    fn read(job: &mut Job<'_>, plan: &Plan, sources: &dyn Sources) -> Result<Self, Error> {
        let mut values = Self { images: (0..plan.value_count()).map(|_| None).collect(), uses: plan.uses() };
        for step in plan.steps() {
            if let (StepKind::Read(read), Some(output)) = (&step.kind, step.output) {
                let rows = open_planned(sources, read, plan.value(output))?;
                let image = job.upload(&rows.into_picture()?.into_pixmap()?)?;
                values.put(output, image);
            }
        }
        Ok(values)
    }

    /// Takes a value after doing everything that is still to be done; a copy, if it is taken again.
    fn take(&mut self, job: &mut Job<'_>, id: ValueId) -> Result<Image, Error> {
        let index = id.index();
        let (image, run) = self.images[index].take().expect("a value is made before it is taken");
        let image = run.run(job, image)?;
        self.uses[index] -= 1;
        if self.uses[index] > 0 {
            let kept = job.copy(&image)?;
            self.put(id, kept);
        }
        Ok(image)
    }

    /// Keeps a value.
    fn put(&mut self, id: ValueId, image: Image) {
        let run = MapRun::new(image.size);
        self.images[id.index()] = Some((image, run));
    }

    /// Adds a step to what is still to be done, if it is one that can wait; says whether it is.
    fn defer(&mut self, input: ValueId, kind: &StepKind, size: Size, output: ValueId) -> Result<bool, Error> {
        if self.uses[input.index()] > 1 {
            return Ok(false);
        }
        let (image, mut run) = self.images[input.index()].take().expect("a value is made before it is taken");
        let is_deferred = defer(&mut run, kind, size);
        let place = if is_deferred { output } else { input };
        self.images[place.index()] = Some((image, run));
        Ok(is_deferred)
    }
}

/// Adds a step to a run, if it is one that can wait; says whether it is.
fn defer(run: &mut MapRun, kind: &StepKind, output: Size) -> bool {
    match kind {
        StepKind::Crop { left, top } => run.crop(*left, *top, output),
        StepKind::Flip(flip) => run.flip(*flip),
        StepKind::Rotate(rotate) => run.rotate(*rotate),
        StepKind::Pad { left, top, surround, under } if run.can_pad() => {
            if *under {
                run.background(*surround);
            }
            run.pad(*left, *top, output, *surround);
        }
        StepKind::Lookup(table) => run.lookup(table),
        StepKind::Saturation(matrix) => run.saturation(matrix),
        StepKind::Background(color) => run.background(*color),
        StepKind::Pad { .. }
        | StepKind::Read(_)
        | StepKind::Resize(_)
        | StepKind::Blur(_)
        | StepKind::Sharpen(_)
        | StepKind::Measure { .. }
        | StepKind::Model(_)
        | StepKind::Draw(_) => return false,
    }
    true
}
