//! The probe: a tiny scene through every kernel, compared with a committed answer before a device is trusted with a request.
//!
//! The answer was computed by the scalar CPU engine, and a test keeps it true; so this crate needs no CPU engine.

use palmette_core::measure::{BorderMeasure, Measurement};
use palmette_core::plan::blur::BlurStep;
use palmette_core::plan::tone::{LookupTable, SaturationMatrix};
use palmette_core::plan::weights::WeightTable;
use palmette_core::plan::{
    Axis, AxisOrder, Builder, DrawStep, Passes, Plan, ResizeStep, SharpenStep, StepKind, Tiling, Value, ValueId,
};
use palmette_core::{Deadline, Pixmap, Rectangle, Size};
use palmette_ops::{Color, Composite, Flip, ImageIndex, Rotate};

use crate::device::Gpu;
use crate::job::Job;
use crate::kernels::border;
use crate::{Error, GpuEngine};

/// What [`hash`] makes of the picture that the scene leads to.
pub const ANSWER: u64 = 0x3498_7651_1c8e_6a30;

/// Returns a plan of every kernel and its sources.
///
/// # Errors
///
/// Those of the tables and pictures it allocates.
pub fn scene() -> Result<(Plan, Vec<Pixmap>), palmette_core::Error> {
    let sources = vec![noise(Size::new(40, 24), 1)?, noise(Size::new(9, 7), 2)?, noise(Size::new(15, 5), 3)?];
    let mut scene = Scene::new(&sources);
    let tint = Color { red: 20, green: 90, blue: 200, alpha: 130 };

    scene.push(1, Size::new(9, 7), StepKind::Flip(Flip::Horizontal));
    scene.push(1, Size::new(7, 9), StepKind::Rotate(Rotate::Quarter));
    scene.push(1, Size::new(7, 9), StepKind::Lookup(LookupTable::brightness(1.3)));
    scene.push(1, Size::new(7, 9), StepKind::Saturation(SaturationMatrix::new(0.4)));
    scene.resize(1, Size::new(15, 5), AxisOrder::VerticalFirst)?;

    scene.push(0, Size::new(37, 22), StepKind::Crop { left: 2, top: 1 });
    scene.resize(0, Size::new(21, 30), AxisOrder::HorizontalFirst)?;
    scene.push(0, Size::new(21, 30), StepKind::Blur(BlurStep::new(3)));
    scene.push(0, Size::new(21, 30), StepKind::Sharpen(SharpenStep { strength: 1_700 }));
    scene.push(0, Size::new(26, 33), StepKind::Pad { left: 2, top: 1, surround: tint, under: false });
    for (foreground, composite, opacity) in [(1, Composite::Over, 9_600), (2, Composite::Lighter, 5_000)] {
        let draw = DrawStep {
            foreground: ImageIndex(foreground),
            foreground_size: Size::new(15, 5),
            composite,
            opacity,
            horizontal: Tiling::Repeat(4),
            vertical: Tiling::Once(7),
        };
        scene.push(0, Size::new(26, 33), StepKind::Draw(draw));
    }
    scene.push(0, Size::new(26, 33), StepKind::Background(tint));
    Ok((scene.builder.finish(vec![scene.nodes[0]]), sources))
}

/// Hashes the bytes of a picture (FNV-1a, 64 bits).
#[must_use]
pub fn hash(picture: &Pixmap) -> u64 {
    picture
        .data()
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}

/// Runs the scene on a device.
///
/// # Errors
///
/// [`Error::Probe`] if the answer is wrong, and whatever else goes wrong on the way.
pub(crate) fn run(engine: &GpuEngine, gpu: &Gpu) -> Result<(), Error> {
    let (plan, sources) = scene()?;
    let got = hash(&engine.picture(&plan, &sources, Deadline::NONE)?);
    if got != ANSWER {
        return Err(Error::Probe { got, expected: ANSWER });
    }
    find_border(gpu)
}

/// Measures a border: the one kernel that makes no picture.
fn find_border(gpu: &Gpu) -> Result<(), Error> {
    let mut framed = Pixmap::filled(Size::new(70, 9), [250, 250, 250, 255])?;
    framed.row_mut(3)[4 * 65..4 * 66].copy_from_slice(&[0, 0, 0, 255]);
    framed.row_mut(6)[4 * 2..4 * 3].copy_from_slice(&[250, 250, 250, 9]);
    let mut job = Job::new(gpu, Deadline::NONE);
    let image = job.upload(&framed)?;
    let found = border::measure(&mut job, &BorderMeasure { color: None, tolerance: 2_550, keep: 0 }, &image)?;
    let expected = Measurement::Rectangle { left: 2, top: 3, size: Size::new(64, 4) };
    if found == expected { Ok(()) } else { Err(Error::ProbeBorder) }
}

/// A plan in the making.
struct Scene {
    builder: Builder,
    /// The picture of each node by now.
    nodes: Vec<ValueId>,
}

impl Scene {
    fn new(sources: &[Pixmap]) -> Self {
        let mut builder = Builder::default();
        let read = |(index, source): (usize, &Pixmap)| builder.read(index, Value::rgba(source.size()));
        let nodes = sources.iter().enumerate().map(read).collect();
        Self { builder, nodes }
    }

    fn push(&mut self, node: usize, output: Size, kind: StepKind) {
        let overlay = match &kind {
            StepKind::Draw(draw) => Some(self.nodes[draw.foreground.0 as usize]),
            _ => None,
        };
        let inputs: Vec<ValueId> = [self.nodes[node]].into_iter().chain(overlay).collect();
        self.nodes[node] = self.builder.then(&inputs, output, kind);
    }

    fn resize(&mut self, node: usize, output: Size, order: AxisOrder) -> Result<(), palmette_core::Error> {
        let input = self.builder.value(self.nodes[node]).size;
        let axis = |from, to| Ok::<_, palmette_core::Error>(Axis::Filter(WeightTable::new(from, to, 0, to)?));
        let horizontal = axis(input.width, output.width)?;
        let vertical = axis(input.height, output.height)?;
        let first = Passes { horizontal, vertical, order };
        let window = Rectangle::whole(output);
        self.push(node, output, StepKind::Resize(ResizeStep { scaled: output, window, first, chroma: None }));
        Ok(())
    }
}

/// Makes a picture of noise, in alpha too.
fn noise(size: Size, seed: u32) -> Result<Pixmap, palmette_core::Error> {
    let mut picture = Pixmap::filled(size, [0; 4])?;
    let mut state = seed;
    for byte in picture.data_mut() {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        *byte = state.to_le_bytes()[1];
    }
    Ok(picture)
}
