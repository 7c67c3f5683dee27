//! A chain is a case with sources of any layout, and a result in planes where that is asked for and can be.
//!
//! [`Case`](crate::Case) has pictures of RGBA; here a tree starts from planes or files, in every sampling and orientation. What is held
//! against the exact reference is, first, all that is done to a source up to its first resize, in one: it is read so that
//! the resize starts from where its samples lie. Then every option by itself.

use std::fmt;

use palmette_core::engine::{Collected, complete};
use palmette_core::plan::Planner;
use palmette_core::{Deadline, DeviceFault, Engine, Error, Layout, Limits, Orientation, Picture, Size, Spacing};
use palmette_ops::tree::{self, Node, Step};
use palmette_ops::{Draw, Fit, Transform};

use crate::Agreement;
use crate::case::{Candidate, apart, candidates, check_pixels, describe};
use crate::compare::{compare, compare_planes, compare_with_real};
use crate::reference::geometry;
use crate::reference::layout::{self, Change, Form, Part};
use crate::reference::planes::{Made, RealPlanes};
use crate::stored::{AllStored, Stored};

/// A tree of sources of any layout, and what its result may be.
#[derive(Clone)]
pub struct Chain {
    root: Node<Stored, Transform, Draw>,
    /// The chroma of the planes that the output takes; absent if it takes pixels only.
    output: Option<Spacing>,
}

impl Chain {
    /// Starts with a source.
    #[must_use]
    pub const fn of(source: Stored, output: Option<Spacing>) -> Self {
        Self { root: Node { source, steps: Vec::new() }, output }
    }

    /// Adds one `transform`.
    #[must_use]
    pub fn transform(mut self, options: Transform) -> Self {
        self.root.steps.push(Step::Transform(options));
        self
    }

    /// Draws another tree, which becomes pixels whatever it says of its output.
    #[must_use]
    pub fn draw(mut self, overlay: Self, options: Draw) -> Self {
        self.root.steps.push(Step::Draw { child: overlay.root, options });
        self
    }

    /// Runs the chain on every engine and returns what the scalar CPU made of it.
    ///
    /// # Panics
    ///
    /// If planning or an engine fails, or if an engine disagrees with the scalar CPU in a byte.
    #[must_use]
    pub fn run(&self) -> Picture {
        let (stored, ops) = tree::flatten(self.root.clone());
        let sources = stored.iter().map(Stored::source).collect();
        let planner = Planner::of_sources(&ops, sources, &Limits::default())
            .unwrap_or_else(|error| panic!("{error}\n{self:?}"))
            .with_target(self.output);
        let mut judge: Option<Picture> = None;
        for Candidate { name, engine, .. } in candidates() {
            let result = match run(&*engine, planner.clone(), &stored) {
                Ok(result) => result,
                // What the small pages of a tiled engine cannot hold; whole pages hold every picture here.
                Err(Error::Device { fault: DeviceFault::TooLarge }) if name == "gpu-tiled" => continue,
                Err(error) => panic!("{name} failed: {error}\n{self:?}"),
            };
            match &judge {
                None => judge = Some(result),
                Some(judge) => assert!(*judge == result, "{name} differs from the scalar CPU\n{self:?}"),
            }
        }
        judge.expect("at least one engine")
    }

    /// Runs the chain on every engine, step by step, and holds each result against the exact reference; then runs it as a
    /// whole, which must come to the same bytes. Returns the result.
    ///
    /// # Panics
    ///
    /// As [`Chain::run`], and if a result is further from the reference than the specification allows.
    pub fn check_against_reference(&self) -> Picture {
        let stepwise = check_node(&self.root, self.output);
        let whole = self.run();
        assert_eq!(whole.layout(), stepwise.layout(), "another layout than the specification says\n{self:?}");
        assert!(whole == stepwise, "step by step comes to another picture\n{self:?}");
        whole
    }
}

/// Plans to the end, and runs that.
fn run(engine: &dyn Engine, mut planner: Planner, stored: &[Stored]) -> Result<Picture, Error> {
    let sources = AllStored(stored);
    let plan = complete(&mut planner, engine, &sources, Deadline::NONE)?;
    let mut collected = Collected::default();
    engine.run(&plan, &sources, &mut collected, Deadline::NONE)?;
    Ok(collected.pictures.swap_remove(0))
}

/// Checks everything that is done to a node, and to those drawn on it.
fn check_node(node: &Node<Stored, Transform, Draw>, output: Option<Spacing>) -> Picture {
    let source = node.source.source();
    let parts = parts(node, source.size());
    let (first, rest) = match &node.source {
        Stored::Pixels(pixmap) => (pixmap.clone().into(), &parts[..]),
        stored => check_first(stored, &parts, output),
    };
    rest.iter().fold(first, check_part)
}

/// Takes all steps of a node apart, each into one option, and makes the pictures that are drawn.
fn parts(node: &Node<Stored, Transform, Draw>, mut size: Size) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut add = |part: Part, size: &mut Size| {
        *size = layout::change(*size, &part).map_or(*size, |change| change.size(*size));
        parts.push(part);
    };
    for step in &node.steps {
        match step {
            Step::Draw { child, options } => {
                let overlay = check_node(child, None).into_pixmap().expect("what is drawn is RGBA");
                add(Part::Draw(overlay, options.clone()), &mut size);
            }
            Step::Transform(options) => {
                for options in apart(options) {
                    // A picture is scaled, and then placed on its canvas.
                    if let (Some(Fit::Pad), Some(request)) =
                        (options.fit, geometry::request(size, options.width, options.height))
                    {
                        let scaled = geometry::fit(size, request, Fit::Pad, None).scaled;
                        let side = std::num::NonZeroU32::new;
                        let (width, height, fit) = (side(scaled.width), side(scaled.height), Some(Fit::Squeeze));
                        add(
                            Part::Transform(Box::new(Transform { width, height, fit, ..Transform::default() })),
                            &mut size,
                        );
                    }
                    add(Part::Transform(Box::new(options)), &mut size);
                }
            }
        }
    }
    parts
}

/// Checks what a source becomes up to its first resize, or to the first step that is neither a turn nor a crop; returns that, and
/// what is left to be done.
fn check_first<'a>(stored: &Stored, parts: &'a [Part], output: Option<Spacing>) -> (Picture, &'a [Part]) {
    let source = stored.source();
    let (mut size, mut moves, mut scaled, mut taken) = (source.size(), Vec::new(), None, 0);
    for part in parts {
        match layout::change(size, part) {
            None => {}
            Some(change) if change.is_move() => {
                size = change.size(size);
                moves.push(change);
            }
            Some(Change::Scale(fitted)) => {
                scaled = Some(fitted);
                taken += 1;
                break;
            }
            Some(_) => break,
        }
        taken += 1;
    }
    let (first, rest) = parts.split_at(taken);
    let fitted = scaled.unwrap_or(layout::unscaled(size));
    let has_chroma = source.stored.layout.planes() > 1;
    let form = layout::form(has_chroma, output, fitted.window, rest);

    let mut turned = source.orientation.swaps_axes();
    for change in &moves {
        turned ^= matches!(change, Change::Rotate(palmette_ops::Rotate::Quarter | palmette_ops::Rotate::ThreeQuarters));
    }
    let reductions = std::array::from_fn(|plane| {
        if plane >= source.stored.layout.planes() || scaled.is_none() || !source.is_reducible {
            return 1;
        }
        let Spacing { x, y } = source.stored.layout.spacing(plane);
        let stored = if turned { Spacing::new(y, x) } else { Spacing::new(x, y) };
        let made = match form {
            Form::Planes(Some(chroma)) if plane > 0 => chroma,
            Form::Planes(_) | Form::Rgba => Spacing::ONE,
        };
        layout::reduction(size, fitted.scaled, stored, made)
    });
    let planes = stored.planes(reductions).expect("a source in planes");
    let Orientation { flip, rotate } = source.orientation;
    let upright = flip.map_or(planes.clone(), |flip| planes.flipped(flip)).rotated(rotate);
    let moved = moves.iter().fold(upright, |planes, change| change.make(&planes).0);
    let (expected, levels) = layout::first_made(&moved, &fitted, form);

    let output = if form == Form::Rgba { None } else { output };
    let chain = first.iter().fold(Chain::of(stored.clone(), output), Chain::part);
    (chain.check(&expected, levels), rest)
}

/// Checks one part of what is done to a picture that its source has become.
fn check_part(picture: Picture, part: &Part) -> Picture {
    if picture.layout().is_rgba() {
        let pixmap = picture.into_pixmap().expect("pixels");
        return check_pixels(pixmap, part).into();
    }
    let Some(change) = layout::change(picture.size(), part) else { return picture };
    let (expected, levels) = change.make(&RealPlanes::of_picture(&picture));
    let chroma = if picture.layout().planes() > 1 { picture.layout().spacing(1) } else { Spacing::ONE };
    let chain = Chain::of(Stored::Planes(picture, Orientation::AS_STORED), Some(chroma)).part(part);
    chain.check(&Made::Planes(expected), levels)
}

impl Chain {
    /// Adds one part.
    fn part(self, part: &Part) -> Self {
        match part {
            Part::Transform(options) => self.transform(Transform::clone(options)),
            Part::Draw(overlay, options) => self.draw(Self::of(Stored::Pixels(overlay.clone()), None), options.clone()),
        }
    }

    /// Runs it on every engine, and compares.
    fn check(&self, expected: &Made, levels: f64) -> Picture {
        let actual = self.run();
        let compared = match expected {
            Made::Planes(planes) => compare_planes(planes, &actual, levels),
            Made::Pixels(pixels) => {
                let actual = actual.clone().into_pixmap().unwrap_or_else(|error| panic!("{error}\n{self:?}"));
                if levels == 0.0 {
                    compare(&pixels.rounded(), &actual, Agreement::Exact)
                } else {
                    compare_with_real(pixels, &actual, levels)
                }
            }
        };
        if let Err(mismatch) = compared {
            panic!("the engines differ from the exact reference: {mismatch}\n{self:?}");
        }
        actual
    }
}

impl fmt::Debug for Chain {
    /// Writes what is needed to make the chain again: how sources are stored, and the list.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sources, ops) = tree::flatten(self.root.clone());
        writeln!(f, "output: {:?}", self.output)?;
        for (index, stored) in sources.iter().enumerate() {
            let kind = match stored {
                Stored::Pixels(_) => "pixels",
                Stored::Planes(..) => "planes",
                Stored::Jpeg(_) => "jpeg",
            };
            let source = stored.source();
            let layout = if source.stored.layout == Layout::GRAY {
                "grey".to_owned()
            } else {
                format!("{:?}", source.stored.layout)
            };
            writeln!(f, "source {index}: {kind} {} {layout} {:?}", source.stored.size, source.orientation)?;
        }
        describe(f, &ops)
    }
}
