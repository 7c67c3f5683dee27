//! The steps of a plan, recorded for the device one after the other.
//!
//! Results and measurements come back as soon as they are made, and nothing else does. Steps that make each pixel of one other wait until
//! something needs their result, and run as one kernel.

use palmette_core::engine::{open_planned, read_together};
use palmette_core::measure::{MeasureStep, Measurement};
use palmette_core::plan::{DrawStep, Plan, StepKind, Value, ValueId};
use palmette_core::{Layout, Picture as CorePicture, PictureRows, Sink, Size, Sources, Spacing};

use crate::image::{Image, Picture};
use crate::job::{Job, Phase};
use crate::kernels::draw_plane::{self, Canvas};
use crate::kernels::map::MapRun;
use crate::kernels::{border, draw, map_plane, sharpen};
use crate::{Error, blur, model, resize};

/// A plan on the device, as far as it came.
pub(crate) struct Chain<'a, 'p> {
    job: Job<'a>,
    plan: &'p Plan,
    values: Values,
    /// The step that comes next.
    step: usize,
    /// The result that comes next.
    output: usize,
}

/// What comes of a plan.
pub(crate) enum Made {
    /// The result of this index.
    Picture(usize, CorePicture),
    /// What was found.
    Measurement(Measurement),
}

impl Made {
    /// Hands it to a sink.
    pub(crate) fn hand_on(self, sink: &mut dyn Sink) -> Result<(), palmette_core::Error> {
        match self {
            Self::Picture(index, picture) => sink.picture(index, Box::new(PictureRows::new(picture))),
            Self::Measurement(found) => {
                sink.measurement(found);
                Ok(())
            }
        }
    }
}

impl<'a, 'p> Chain<'a, 'p> {
    /// Reads all sources.
    pub(crate) fn begin(mut job: Job<'a>, plan: &'p Plan, sources: &dyn Sources) -> Result<Self, Error> {
        job.check()?;
        let values = Values::read(&mut job, plan, sources)?;
        job.enter(Phase::Run)?;
        Ok(Self { job, plan, values, step: 0, output: 0 })
    }

    /// Runs steps until something comes of them; nothing at the end.
    pub(crate) fn next_made(&mut self) -> Result<Option<Made>, Error> {
        loop {
            if let Some(&output) = self.plan.outputs().get(self.output).filter(|id| self.values.has(**id)) {
                let picture = self.values.take(&mut self.job, output)?;
                let made = Made::Picture(self.output, self.job.download(&picture)?);
                self.job.recycle_picture(picture);
                self.output += 1;
                return Ok(Some(made));
            }
            if self.step == self.plan.steps().len() {
                return Ok(None);
            }
            if let Some(found) = self.run_step()? {
                return Ok(Some(Made::Measurement(found)));
            }
        }
    }

    /// Tells whether nothing more comes, so that the job need not be kept.
    pub(crate) fn is_over(&self) -> bool {
        let is_at_end = self.step == self.plan.steps().len();
        self.output == self.plan.outputs().len() && (is_at_end || self.plan.missing().is_none())
    }

    /// Gives the job back.
    pub(crate) fn into_job(self) -> Job<'a> {
        self.job
    }

    /// Takes the next step; returns what it measured, if it measures.
    fn run_step(&mut self) -> Result<Option<Measurement>, Error> {
        let Self { job, plan, values, step: next, .. } = self;
        let step = &plan.steps()[*next];
        *next += 1;
        let mut found = None;
        match (&step.kind, step.output) {
            // All were read before.
            (StepKind::Read(_), _) => return Ok(None),
            (StepKind::Measure { measure, answer: None, .. }, _) => {
                let picture = values.take(job, step.inputs[0])?;
                found = Some(self::measure(job, measure, picture)?);
            }
            (StepKind::Draw(draw), Some(output)) => {
                let overlay = values.take(job, step.inputs[1])?;
                let target = values.take(job, step.inputs[0])?;
                self::draw(job, draw, overlay.into_pixels()?, &target)?;
                values.put(output, target);
            }
            (kind, Some(output)) => {
                let value = plan.value(output);
                if !values.defer(step.inputs[0], kind, value, output) {
                    let picture = values.take(job, step.inputs[0])?;
                    let picture = self::step(job, kind, picture, value)?;
                    values.put(output, picture);
                }
            }
            (_, None) => {}
        }
        job.end_step()?;
        Ok(found)
    }
}

/// Takes a step that did not wait.
fn step(job: &mut Job<'_>, kind: &StepKind, picture: Picture, output: Value) -> Result<Picture, Error> {
    match kind {
        StepKind::Resize(step) => {
            let result = resize::resize(job, step, &picture, output)?;
            job.recycle_picture(picture);
            Ok(result)
        }
        StepKind::Model(step) => model::run(job, step, picture, output.size),
        StepKind::Blur(step) => Ok(Picture::of_pixels(blur::blur(job, step, picture.into_pixels()?)?)),
        StepKind::Sharpen(step) => Ok(Picture::of_pixels(sharpen::sharpen(job, *step, picture.into_pixels()?)?)),
        // A run of its own: of a second pad, or on a picture that another step takes, too.
        kind => {
            let mut waiting = Waiting::new(picture);
            if waiting.add(kind, output) {
                return waiting.run(job);
            }
            let actual = waiting.picture.layout;
            Err(Error::Core(palmette_core::Error::WrongLayout { expected: Layout::Rgba, actual }))
        }
    }
}

/// Draws pixels on a picture, in place.
fn draw(job: &mut Job<'_>, step: &DrawStep, overlay: Image, target: &Picture) -> Result<(), Error> {
    for (index, image) in target.planes.iter().enumerate() {
        match target.layout {
            Layout::Rgba => draw::draw(job, step, &overlay, image)?,
            layout => {
                let (plane, spacing) = (plane_number(index), layout.spacing(index));
                draw_plane::draw(job, step, &overlay, Canvas { image, plane, spacing, size: target.size })?;
            }
        }
    }
    job.recycle(overlay.lease);
    Ok(())
}

/// Returns the number that shaders know a plane by.
fn plane_number(index: usize) -> u32 {
    u32::try_from(index).expect("one of three")
}

/// Answers the questions that a plan cannot. A border is found on the device; a window and faces are found by the host, on the small copy that the
/// plan has had made.
fn measure(job: &mut Job<'_>, step: &MeasureStep, picture: Picture) -> Result<Measurement, Error> {
    match step {
        MeasureStep::Border(step) => {
            let image = picture.into_pixels()?;
            let found = border::measure(job, step, &image)?;
            job.recycle(image.lease);
            Ok(found)
        }
        MeasureStep::Window(_) | MeasureStep::Faces(_) => {
            let copy = job.download(&picture)?;
            job.recycle_picture(picture);
            Ok(step.run(Box::new(PictureRows::new(copy)))?)
        }
    }
}

/// A picture with what is still to be done to it.
struct Waiting {
    picture: Picture,
    /// One of each plane.
    runs: Vec<MapRun>,
}

impl Waiting {
    /// A picture that nothing is to be done to.
    fn new(picture: Picture) -> Self {
        let samples = (0..picture.planes.len()).map(|plane| picture.layout.samples(plane, picture.size));
        Self { runs: samples.map(MapRun::new).collect(), picture }
    }

    /// Adds a step that makes such a value, if it is one that can wait; says whether it is.
    fn add(&mut self, kind: &StepKind, Value { size, layout }: Value) -> bool {
        let is_on_colors = matches!(kind, StepKind::Lookup(_) | StepKind::Saturation(_) | StepKind::Background(_));
        // Nothing that waits makes pixels of planes.
        if layout.planes() != self.runs.len() || (is_on_colors && !layout.is_rgba()) {
            return false;
        }
        // The planes of one picture have runs of the same steps, so one answer stands for all.
        let mut is_added = false;
        for (plane, run) in self.runs.iter_mut().enumerate() {
            is_added = add(run, kind, layout.spacing(plane), layout.samples(plane, size));
        }
        if is_added {
            (self.picture.size, self.picture.layout) = (size, layout);
        }
        is_added
    }

    /// Does what is still to be done.
    fn run(self, job: &mut Job<'_>) -> Result<Picture, Error> {
        let Self { picture: Picture { size, layout, planes }, runs } = self;
        let planes = planes.into_iter().zip(runs).enumerate().map(|(index, (image, run))| match layout {
            Layout::Rgba => run.run(job, image),
            Layout::Planes { .. } => map_plane::run(job, &run, image, plane_number(index)),
        });
        Ok(Picture { size, layout, planes: planes.collect::<Result<_, _>>()? })
    }
}

/// Adds a step to what is to be done to a plane, whose samples stand for so many pixels, and of which so many are left.
fn add(run: &mut MapRun, kind: &StepKind, spacing: Spacing, samples: Size) -> bool {
    match kind {
        StepKind::Crop { left, top } => run.crop(left / spacing.x, top / spacing.y, samples),
        StepKind::Flip(flip) => run.flip(*flip),
        StepKind::Rotate(rotate) => run.rotate(*rotate),
        StepKind::Pad { left, top, surround, under } if run.can_pad() => {
            if *under {
                run.background(*surround);
            }
            run.pad(left / spacing.x, top / spacing.y, samples, *surround);
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

/// The values that are on the device.
struct Values {
    waiting: Vec<Option<Waiting>>,
    /// How often each is still taken.
    uses: Vec<usize>,
}

impl Values {
    /// Copies all sources to the device, one after the other, while they are read.
    fn read(job: &mut Job<'_>, plan: &Plan, sources: &dyn Sources) -> Result<Self, Error> {
        let mut values = Self { waiting: (0..plan.value_count()).map(|_| None).collect(), uses: plan.uses() };
        for group in plan.read_together() {
            let reads: Vec<_> = group.iter().filter_map(|&id| plan.read(id)).collect();
            let pictures = read_together(sources, &reads)?.into_iter().flatten();
            for (id, picture) in group.into_iter().zip(pictures) {
                let picture = job.upload(Box::new(PictureRows::new(picture)))?;
                values.put(id, picture);
            }
        }
        for step in plan.steps() {
            if let (StepKind::Read(read), Some(output)) = (&step.kind, step.output)
                && !values.has(output)
            {
                let picture = job.upload(open_planned(sources, read, plan.value(output))?)?;
                values.put(output, picture);
            }
        }
        Ok(values)
    }

    /// Tells whether a value is there.
    fn has(&self, id: ValueId) -> bool {
        self.waiting[id.index()].is_some()
    }

    /// Takes a value after doing everything that is still to be done; a copy, if it is taken again.
    fn take(&mut self, job: &mut Job<'_>, id: ValueId) -> Result<Picture, Error> {
        let picture = self.remove(id).run(job)?;
        let uses = &mut self.uses[id.index()];
        *uses -= 1;
        if *uses > 0 {
            let kept = job.copy(&picture)?;
            self.put(id, kept);
        }
        Ok(picture)
    }

    /// Keeps a value.
    fn put(&mut self, id: ValueId, picture: Picture) {
        self.waiting[id.index()] = Some(Waiting::new(picture));
    }

    /// Adds a step to what is still to be done, if it is one that can wait; says whether it is.
    fn defer(&mut self, input: ValueId, kind: &StepKind, value: Value, output: ValueId) -> bool {
        if self.uses[input.index()] > 1 {
            return false;
        }
        let mut waiting = self.remove(input);
        let is_added = waiting.add(kind, value);
        let place = if is_added { output } else { input };
        self.waiting[place.index()] = Some(waiting);
        is_added
    }

    fn remove(&mut self, id: ValueId) -> Waiting {
        self.waiting[id.index()].take().expect("a value is made before it is taken")
    }
}
