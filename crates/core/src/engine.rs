//! What an engine is: something that runs a plan on pictures, to the byte as every other engine does.

use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use crate::measure::Measurement;
use crate::plan::{Plan, Planned, Planner, ReadStep, Value};
use crate::rows::{CropRows, LentRows};
use crate::{Error, IdleCores, Picture, PictureRows, Pixmap, Rectangle, Rows};

/// Runs plans.
///
/// Engines are synchronous and shared: callers run them off their async threads, several at once.
pub trait Engine: Send + Sync + fmt::Debug {
    /// Names the engine in logs, metrics and the `palmette-engine` header.
    fn kind(&self) -> EngineKind;

    /// Runs `plan`: hands each of its results, and what it measures, to `sink`.
    ///
    /// # Errors
    ///
    /// [`Error::DeadlineExceeded`] when `deadline` passes between two bands of rows, [`Error::OutOfMemory`] when a buffer cannot
    /// be had, [`Error::SourceMismatch`] when a source is not that of the plan, those of `sources` and `sink`, and
    /// [`Error::Device`] when the engine has a device and that fails; another engine can then run the plan.
    fn run(&self, plan: &Plan, sources: &dyn Sources, sink: &mut dyn Sink, deadline: Deadline) -> Result<(), Error>;

    /// Returns the same engine, which borrows cores that are idle for what takes long; nothing if it has no use for them. What
    /// it makes does not depend on them.
    fn with_idle_cores(&self, _idle: &IdleCores) -> Option<Arc<dyn Engine>> {
        None
    }
}

/// The pictures that a plan reads. Several threads may read, each a source of its own or the same one again.
pub trait Sources: Sync {
    /// Begins to read a source, to a value of that size and layout. A source may be read again, from its beginning.
    ///
    /// # Errors
    ///
    /// [`Error::SourceFailed`] if it cannot be read; its maker knows why.
    fn open(&self, read: &ReadStep, planned: Value) -> Result<Box<dyn Rows + '_>, Error>;

    /// Reads one source in several ways at once, to whole pictures in the order of `reads`; nothing if that would take as much as
    /// one after the other.
    ///
    /// # Errors
    ///
    /// Those of [`Sources::open`] and of its rows.
    fn read_together(&self, _reads: &[(ReadStep, Value)]) -> Result<Option<Vec<Picture>>, Error> {
        Ok(None)
    }
}

/// Takes what a plan leads to.
pub trait Sink {
    /// Takes a result, the one of that index.
    ///
    /// # Errors
    ///
    /// Those of the rows; [`Error::SinkFailed`] if they cannot be handed on, for a reason that the sink knows.
    fn picture(&mut self, index: usize, rows: Box<dyn Rows + '_>) -> Result<(), Error>;

    /// Takes what was found.
    fn measurement(&mut self, found: Measurement);
}

/// A sink that keeps everything.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Collected {
    /// The results, in their order.
    pub pictures: Vec<Picture>,
    /// What was measured.
    pub measurement: Option<Measurement>,
}

impl Collected {
    /// Returns the first result, as pixels.
    ///
    /// # Errors
    ///
    /// [`Error::WrongLayout`] if it is no picture of RGBA, [`Error::Unmeasured`] if there is none.
    pub fn into_pixmap(self) -> Result<Pixmap, Error> {
        self.pictures.into_iter().next().ok_or(Error::Unmeasured)?.into_pixmap()
    }

    /// Hands everything on to another sink.
    ///
    /// # Errors
    ///
    /// Those of the sink.
    pub fn hand_on(self, sink: &mut dyn Sink) -> Result<(), Error> {
        if let Some(found) = self.measurement {
            sink.measurement(found);
        }
        self.pictures
            .into_iter()
            .enumerate()
            .try_for_each(|(index, picture)| sink.picture(index, Box::new(PictureRows::new(picture))))
    }
}

impl Sink for Collected {
    fn picture(&mut self, _index: usize, rows: Box<dyn Rows + '_>) -> Result<(), Error> {
        self.pictures.push(rows.into_picture()?);
        Ok(())
    }

    fn measurement(&mut self, found: Measurement) {
        self.measurement = Some(found);
    }
}

/// One picture, the only source.
impl Sources for Pixmap {
    fn open(&self, read: &ReadStep, planned: Value) -> Result<Box<dyn Rows + '_>, Error> {
        open_pixmap(std::slice::from_ref(self), read, planned)
    }
}

impl Sources for &[Pixmap] {
    fn open(&self, read: &ReadStep, planned: Value) -> Result<Box<dyn Rows + '_>, Error> {
        open_pixmap(self, read, planned)
    }
}

impl Sources for Vec<Pixmap> {
    fn open(&self, read: &ReadStep, planned: Value) -> Result<Box<dyn Rows + '_>, Error> {
        open_pixmap(self, read, planned)
    }
}

/// Pictures of any layout, each read whole.
impl Sources for Vec<Picture> {
    fn open(&self, read: &ReadStep, planned: Value) -> Result<Box<dyn Rows + '_>, Error> {
        open_picture(self.get(read.source), read, planned)
    }
}

/// Gives the rows of one of some pictures, or of a part of it.
fn open_pixmap<'a>(pixmaps: &'a [Pixmap], read: &ReadStep, planned: Value) -> Result<Box<dyn Rows + 'a>, Error> {
    let index = read.source;
    let pixmap = pixmaps.get(index).ok_or(Error::SourceMismatch { index, planned, actual: None })?;
    Ok(open_part(LentRows::of_pixmap(pixmap)?, read))
}

/// Gives the part of a picture of RGBA that is read.
pub(crate) fn open_part<'a>(rows: LentRows<'a>, read: &ReadStep) -> Box<dyn Rows + 'a> {
    if read.reading.window.is_none() {
        return Box::new(rows);
    }
    let Rectangle { left, top, size } = read.reading.window_of(rows.size());
    Box::new(CropRows::new(Box::new(rows), left, top, size))
}

/// Sources, and pictures that were kept: what a plan reads that was cut off another one.
pub struct WithKept<'a> {
    /// The sources.
    pub sources: &'a dyn Sources,
    /// The index of the first kept picture.
    pub first_kept: usize,
    /// The kept pictures.
    pub kept: &'a [Picture],
}

impl fmt::Debug for WithKept<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { first_kept, kept, .. } = self;
        f.debug_struct("WithKept").field("first_kept", first_kept).field("kept", kept).finish_non_exhaustive()
    }
}

impl Sources for WithKept<'_> {
    fn open(&self, read: &ReadStep, planned: Value) -> Result<Box<dyn Rows + '_>, Error> {
        match read.source.checked_sub(self.first_kept) {
            None => self.sources.open(read, planned),
            Some(place) => open_picture(self.kept.get(place), read, planned),
        }
    }
}

/// Gives the rows of a picture, if there is one.
fn open_picture<'a>(
    picture: Option<&'a Picture>,
    read: &ReadStep,
    planned: Value,
) -> Result<Box<dyn Rows + 'a>, Error> {
    match picture {
        Some(picture) => Ok(Box::new(LentRows::of_picture(picture)?)),
        None => Err(Error::SourceMismatch { index: read.source, planned, actual: None }),
    }
}

/// Opens a source for an engine, and checks that it is what was planned.
///
/// # Errors
///
/// Those of [`Sources::open`], and [`Error::SourceMismatch`].
pub fn open_planned<'a>(
    sources: &'a dyn Sources,
    read: &ReadStep,
    planned: Value,
) -> Result<Box<dyn Rows + 'a>, Error> {
    let rows = sources.open(read, planned)?;
    let actual = Value { size: rows.size(), layout: rows.layout() };
    if actual == planned {
        Ok(rows)
    } else {
        Err(Error::SourceMismatch { index: read.source, planned, actual: Some(actual) })
    }
}

/// Reads a source in several ways at once for an engine, and checks that the pictures are what was planned; nothing if they are to be
/// read one after the other.
///
/// # Errors
///
/// Those of [`Sources::read_together`], and [`Error::SourceMismatch`].
pub fn read_together(sources: &dyn Sources, reads: &[(ReadStep, Value)]) -> Result<Option<Vec<Picture>>, Error> {
    let Some(pictures) = sources.read_together(reads)? else { return Ok(None) };
    let actual = |index: usize| {
        pictures.get(index).map(|picture: &Picture| Value { size: picture.size(), layout: picture.layout() })
    };
    for (index, &(read, planned)) in reads.iter().enumerate() {
        if actual(index) != Some(planned) {
            return Err(Error::SourceMismatch { index: read.source, planned, actual: actual(index) });
        }
    }
    Ok(Some(pictures))
}

/// Runs a plan and returns its first result, as pixels.
///
/// # Errors
///
/// Those of [`Engine::run`] and [`Collected::into_pixmap`].
pub fn picture(engine: &dyn Engine, plan: &Plan, sources: &dyn Sources, deadline: Deadline) -> Result<Pixmap, Error> {
    let mut collected = Collected::default();
    engine.run(plan, sources, &mut collected, deadline)?;
    collected.into_pixmap()
}

/// Plans to the end: has the engine measure what the plan depends on.
///
/// # Errors
///
/// Those of [`Planner::plan`] and [`Engine::run`].
pub fn complete(
    planner: &mut Planner,
    engine: &dyn Engine,
    sources: &dyn Sources,
    deadline: Deadline,
) -> Result<Plan, Error> {
    Measured::default().complete(planner, engine, sources, deadline)
}

/// What was measured so far, for plans of the same sources: what one has had measured, another one need not measure again.
#[derive(Clone, Debug, Default)]
pub struct Measured(Vec<(Plan, Measurement)>);

impl Measured {
    /// Plans to the end, as [`complete`] does.
    ///
    /// # Errors
    ///
    /// Those of [`complete`].
    pub fn complete(
        &mut self,
        planner: &mut Planner,
        engine: &dyn Engine,
        sources: &dyn Sources,
        deadline: Deadline,
    ) -> Result<Plan, Error> {
        loop {
            match planner.plan()? {
                Planned::Complete(plan) => return Ok(plan),
                Planned::Measure(plan) => planner.answer(self.measure(plan, engine, sources, deadline)?)?,
            }
        }
    }

    /// Returns what a plan measures.
    fn measure(
        &mut self,
        plan: Plan,
        engine: &dyn Engine,
        sources: &dyn Sources,
        deadline: Deadline,
    ) -> Result<Measurement, Error> {
        if let Some(&(_, found)) = self.0.iter().find(|(known, _)| *known == plan) {
            return Ok(found);
        }
        let mut collected = Collected::default();
        engine.run(&plan, sources, &mut collected, deadline)?;
        let found = collected.measurement.ok_or(Error::Unmeasured)?;
        self.0.push((plan, found));
        Ok(found)
    }
}

/// The engines that exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EngineKind {
    /// The reference engine of this crate.
    Cpu,
    /// Compute shaders.
    Gpu,
}

impl EngineKind {
    /// Returns the name as it appears on the wire and in logs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::Gpu => "gpu",
        }
    }
}

impl fmt::Display for EngineKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The moment after which nobody waits for the result any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadline(Option<Instant>);

impl Deadline {
    /// Never passes.
    pub const NONE: Self = Self(None);

    /// Passes at the given moment.
    #[must_use]
    pub const fn at(instant: Instant) -> Self {
        Self(Some(instant))
    }

    /// Returns the moment; absent if it never passes.
    #[must_use]
    pub const fn instant(self) -> Option<Instant> {
        self.0
    }

    /// Says whether there is time left.
    ///
    /// # Errors
    ///
    /// [`Error::DeadlineExceeded`] if the moment has passed.
    pub fn check(self) -> Result<(), Error> {
        match self.0 {
            Some(instant) if Instant::now() >= instant => Err(Error::DeadlineExceeded),
            _ => Ok(()),
        }
    }
}
