//! Engines that misbehave on purpose.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex};

use palmette::core::measure::Measurement;
use palmette::core::plan::Plan;
use palmette::core::{CpuEngine, Deadline, Engine, EngineKind, Error, Rows, Sink, Sources};

/// Panics at canvases one pixel wide, works otherwise.
#[derive(Debug)]
pub(crate) struct Fragile;

impl Engine for Fragile {
    fn kind(&self) -> EngineKind {
        EngineKind::Cpu
    }

    fn run(&self, plan: &Plan, sources: &dyn Sources, sink: &mut dyn Sink, deadline: Deadline) -> Result<(), Error> {
        let canvas = plan.steps().iter().find_map(|step| plan.output(step)).expect("a source");
        assert_ne!(canvas.size.width, 1, "secret inner workings");
        CpuEngine::new().run(plan, sources, sink, deadline)
    }
}

/// Counts what it runs.
#[derive(Debug, Default)]
pub(crate) struct Counting {
    /// Plans.
    runs: AtomicUsize,
    /// Sources that they read, and results.
    reads: AtomicUsize,
    results: AtomicUsize,
}

impl Counting {
    /// Returns how many plans were run, how many sources those read, and how many results they had.
    pub(crate) fn counts(&self) -> [usize; 3] {
        [&self.runs, &self.reads, &self.results].map(|count| count.load(Ordering::Relaxed))
    }
}

impl Engine for Counting {
    fn kind(&self) -> EngineKind {
        EngineKind::Cpu
    }

    fn run(&self, plan: &Plan, sources: &dyn Sources, sink: &mut dyn Sink, deadline: Deadline) -> Result<(), Error> {
        self.runs.fetch_add(1, Ordering::Relaxed);
        self.reads.fetch_add(plan.reads().count(), Ordering::Relaxed);
        self.results.fetch_add(plan.outputs().len(), Ordering::Relaxed);
        CpuEngine::new().run(plan, sources, sink, deadline)
    }
}

/// Works on a request only when it is told to, and tells when it begins.
#[derive(Debug)]
pub(crate) struct Gated {
    begun: Mutex<Sender<()>>,
    gate: Mutex<Receiver<()>>,
}

/// The other side of a [`Gated`] engine.
#[derive(Debug)]
pub(crate) struct Gate {
    begun: Receiver<()>,
    open: Sender<()>,
}

impl Gated {
    pub(crate) fn new() -> (Arc<Self>, Gate) {
        let (begun_sender, begun) = mpsc::channel();
        let (open, gate) = mpsc::channel();
        (Arc::new(Self { begun: Mutex::new(begun_sender), gate: Mutex::new(gate) }), Gate { begun, open })
    }

    /// Tells that something begins, and waits until it may.
    fn pass(&self) {
        // Nobody listens any more when a test is over.
        let _ = self.begun.lock().unwrap().send(());
        // A gate that was dropped lets everybody pass.
        let _ = self.gate.lock().unwrap().recv();
    }
}

/// Hands a picture on only when it is told to, and tells when it would.
#[derive(Debug)]
pub(crate) struct Halting(Gated);

impl Halting {
    pub(crate) fn new() -> (Arc<Self>, Gate) {
        let (gated, gate) = Gated::new();
        (Arc::new(Self(Arc::into_inner(gated).unwrap())), gate)
    }
}

/// A sink behind a gate.
struct HaltingSink<'a> {
    gated: &'a Gated,
    sink: &'a mut dyn Sink,
}

impl Sink for HaltingSink<'_> {
    fn picture(&mut self, index: usize, rows: Box<dyn Rows + '_>) -> Result<(), Error> {
        self.gated.pass();
        self.sink.picture(index, rows)
    }

    fn measurement(&mut self, found: Measurement) {
        self.sink.measurement(found);
    }
}

impl Engine for Halting {
    fn kind(&self) -> EngineKind {
        EngineKind::Cpu
    }

    fn run(&self, plan: &Plan, sources: &dyn Sources, sink: &mut dyn Sink, deadline: Deadline) -> Result<(), Error> {
        CpuEngine::new().run(plan, sources, &mut HaltingSink { gated: &self.0, sink }, deadline)
    }
}

impl Gate {
    /// Waits, without blocking the runtime, until a worker has begun.
    pub(crate) async fn begun(&self) {
        while self.begun.try_recv().is_err() {
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
    }

    /// Tells whether something has begun since the last time that it was asked.
    pub(crate) fn has_begun(&self) -> bool {
        self.begun.try_recv().is_ok()
    }

    /// Lets one request pass.
    pub(crate) fn open(&self) {
        let _ = self.open.send(());
    }
}

impl Engine for Gated {
    fn kind(&self) -> EngineKind {
        EngineKind::Cpu
    }

    fn run(&self, plan: &Plan, sources: &dyn Sources, sink: &mut dyn Sink, deadline: Deadline) -> Result<(), Error> {
        self.pass();
        CpuEngine::new().run(plan, sources, sink, deadline)
    }
}
