//! A case is data: a tree of pictures and options, and how closely engines must agree on it.

use std::fmt;
use std::sync::Arc;

use palmette_core::cpu::kernels::Kernels;
use palmette_core::engine::{complete, picture};
use palmette_core::plan::Planner;
use palmette_core::{CpuEngine, Deadline, DeviceFault, Engine, Error, Limits, Pixmap, Size, plan};
use palmette_ops::tree::{self, Node, Step};
use palmette_ops::{Draw, Fit, Op, Transform};

use crate::Agreement;
use crate::compare::{compare, compare_with_real};
use crate::gpu;
use crate::reference::layout::Part;
use crate::reference::{self, Outcome};

/// A list with its options resolved.
pub type ResolvedOps = Vec<Op<Transform, Draw>>;

/// An engine that runs every case.
#[derive(Debug)]
pub struct Candidate {
    /// Names it in failures.
    pub name: &'static str,
    /// What runs.
    pub engine: Arc<dyn Engine>,
    /// How closely it must agree with the scalar CPU.
    pub agreement: Agreement,
}

/// Every engine that exists here, the CPU with every set of kernels that the machine has, the scalar one first: that one judges the others, and it alone writes goldens.
#[must_use]
pub fn candidates() -> Vec<Candidate> {
    let exact = |name, engine| Candidate { name, engine, agreement: Agreement::Exact };
    let sets = Kernels::all().into_iter();
    let cpus = sets.map(|(name, kernels)| exact(name, Arc::new(CpuEngine::with_kernels(kernels)) as Arc<dyn Engine>));
    let mut candidates: Vec<Candidate> = cpus.collect();
    if let Some(engines) = gpu::engines() {
        candidates.push(exact("gpu", Arc::clone(&engines.whole)));
        candidates.push(exact("gpu-tiled", Arc::clone(&engines.tiled)));
    }
    candidates
}

/// A tree in the making, written like the calls of a client: `Case::of(photo).transform(…).draw(Case::of(mark), …)`.
#[derive(Clone)]
pub struct Case {
    root: Node<Pixmap, Transform, Draw>,
}

impl Case {
    /// Starts with a picture.
    #[must_use]
    pub const fn of(source: Pixmap) -> Self {
        Self { root: Node { source, steps: Vec::new() } }
    }

    /// Adds one `transform`.
    #[must_use]
    pub fn transform(mut self, options: Transform) -> Self {
        self.root.steps.push(Step::Transform(options));
        self
    }

    /// Draws another tree.
    #[must_use]
    pub fn draw(mut self, overlay: Self, options: Draw) -> Self {
        self.root.steps.push(Step::Draw { child: overlay.root, options });
        self
    }

    /// Returns the sources in the order of their indices, and the list.
    #[must_use]
    pub fn flatten(&self) -> (Vec<Pixmap>, ResolvedOps) {
        tree::flatten(self.root.clone())
    }

    /// Begins to plan the case.
    ///
    /// # Errors
    ///
    /// Those of [`Planner::new`].
    pub fn planner(&self) -> Result<Planner, palmette_core::Error> {
        let (sources, ops) = self.flatten();
        let sizes: Vec<Size> = sources.iter().map(Pixmap::size).collect();
        Planner::new(&ops, &sizes, &Limits::default())
    }

    /// Plans a case that measures nothing.
    ///
    /// # Errors
    ///
    /// Those of [`plan::lower()`].
    pub fn plan(&self) -> Result<plan::Plan, palmette_core::Error> {
        let (sources, ops) = self.flatten();
        let sizes: Vec<Size> = sources.iter().map(Pixmap::size).collect();
        plan::lower(&ops, &sizes, &Limits::default())
    }

    /// Runs the case on every engine and returns what the scalar CPU made of it.
    ///
    /// # Panics
    ///
    /// If planning or an engine fails, if an engine disagrees with the scalar CPU, or if the size is not the planned one.
    #[must_use]
    pub fn run(&self) -> Pixmap {
        let planner = self.planner().unwrap_or_else(|error| panic!("{error}\n{self:?}"));
        let (sources, _) = self.flatten();
        let mut judge: Option<Pixmap> = None;
        for Candidate { name, engine, agreement } in candidates() {
            let plan = complete(&mut planner.clone(), &*engine, &sources, Deadline::NONE);
            let result = plan.and_then(|plan| {
                let result = picture(&*engine, &plan, &sources, Deadline::NONE)?;
                let planned = plan.result().map(|value| value.size);
                assert_eq!(
                    Some(result.size()),
                    planned,
                    "{name} made a picture of another size than planned\n{self:?}"
                );
                Ok(result)
            });
            let result = match result {
                Ok(result) => result,
                // What the small pages of a tiled engine cannot hold; whole pages hold every picture here.
                Err(Error::Device { fault: DeviceFault::TooLarge }) if name == "gpu-tiled" => continue,
                Err(error) => panic!("{name} failed: {error}\n{self:?}"),
            };
            match &judge {
                None => judge = Some(result),
                Some(judge) => {
                    if let Err(mismatch) = compare(judge, &result, agreement) {
                        panic!("{name} differs from the scalar CPU: {mismatch}\n{self:?}");
                    }
                }
            }
        }
        judge.expect("at least one engine")
    }

    /// Runs the case on every engine, one option at a time, and holds each result against the exact reference; then runs it
    /// as a whole, which must come to the same bytes. Returns the result.
    ///
    /// One option at a time, because the next one may amplify what the one before it was allowed to be off.
    ///
    /// # Panics
    ///
    /// As [`Case::run`], and if a result is further from the reference than a level for each of its roundings.
    pub fn check_against_reference(&self) -> Pixmap {
        let stepwise = check_node(&self.root);
        let whole = self.run();
        assert!(whole == stepwise, "one option at a time comes to another picture\n{self:?}");
        whole
    }
}

/// Checks every option of a node and of those drawn on it.
fn check_node(node: &Node<Pixmap, Transform, Draw>) -> Pixmap {
    node.steps.iter().fold(node.source.clone(), |picture, step| match step {
        Step::Transform(options) => {
            let parts = apart(options).into_iter().map(|part| Part::Transform(Box::new(part)));
            parts.fold(picture, |picture, part| check_pixels(picture, &part))
        }
        Step::Draw { child, options } => check_pixels(picture, &Part::Draw(check_node(child), options.clone())),
    })
}

/// Checks what one part does to pixels.
pub(crate) fn check_pixels(picture: Pixmap, part: &Part) -> Pixmap {
    match part {
        Part::Transform(options) => {
            let expected = reference::transform(&picture, options);
            check_outcome(&Case::of(picture).transform(Transform::clone(options)), &expected)
        }
        Part::Draw(overlay, options) => {
            let expected = reference::draw(&picture, overlay, options);
            check_outcome(&Case::of(picture).draw(Case::of(overlay.clone()), options.clone()), &expected)
        }
    }
}

/// Runs a case of one option and compares.
fn check_outcome(case: &Case, expected: &Outcome) -> Pixmap {
    let actual = case.run();
    let compared = match expected.roundings {
        0 => compare(&expected.picture.rounded(), &actual, Agreement::Exact),
        roundings => compare_with_real(&expected.picture, &actual, f64::from(roundings)),
    };
    if let Err(mismatch) = compared {
        panic!("the engines differ from the exact reference: {mismatch}\n{case:?}");
    }
    actual
}

/// Takes a `transform` apart into one for each option, in the order in which they apply. What decides a size together stays
/// together, with the background where `pad` takes it.
pub(crate) fn apart(options: &Transform) -> Vec<Transform> {
    let none = Transform::default;
    let Transform { trim, flip, rotate, brightness, contrast, gamma, saturation, blur, sharpen, border, .. } = *options;
    let Transform { width, height, fit, gravity, background, .. } = *options;
    let is_sized = width.is_some() || height.is_some();
    let (inside, under) = if is_sized && fit == Some(Fit::Pad) { (background, None) } else { (None, background) };
    let parts = vec![
        Transform { trim, ..none() },
        Transform { flip, ..none() },
        Transform { rotate, ..none() },
        Transform { width, height, fit, gravity, background: inside, ..none() },
        Transform { brightness, ..none() },
        Transform { contrast, ..none() },
        Transform { gamma, ..none() },
        Transform { saturation, ..none() },
        Transform { blur, ..none() },
        Transform { sharpen, ..none() },
        Transform { background: under, ..none() },
        Transform { border, ..none() },
    ];
    parts.into_iter().filter(|part| *part != none()).collect()
}

impl fmt::Debug for Case {
    /// Writes the sizes of the sources and the list, which is what is needed to make the case again.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sources, ops) = self.flatten();
        for (index, source) in sources.iter().enumerate() {
            writeln!(f, "source {index}: {}", source.size())?;
        }
        describe(f, &ops)
    }
}

/// Writes a list, an entry a line.
pub(crate) fn describe(f: &mut fmt::Formatter<'_>, ops: &ResolvedOps) -> fmt::Result {
    for (position, op) in ops.iter().enumerate() {
        // Most options of a transform are absent and would hide those that are not.
        let op = format!("{op:?}");
        let said: Vec<&str> = op.split(", ").filter(|field| !field.ends_with(": None")).collect();
        writeln!(f, "op {position}: {}", said.join(", "))?;
    }
    Ok(())
}
