//! The probe: a tiny scene through every kernel, compared with a committed answer before a device is trusted with a request.
//!
//! The answer was computed by the scalar CPU engine, and a test keeps it true; so this crate needs no CPU engine.

mod model;

use std::sync::Arc;

use palmette_core::engine::Collected;
use palmette_core::measure::{BorderMeasure, Measurement};
use palmette_core::model::{ModelStep, SharedModel};
use palmette_core::plan::blur::BlurStep;
use palmette_core::plan::tone::{LookupTable, SaturationMatrix};
use palmette_core::plan::weights::WeightTable;
use palmette_core::plan::{
    Axis, AxisOrder, Builder, DrawStep, Origin, Passes, Placed, Plan, ResizeStep, SharpenStep, StepKind, Tiling, Value,
    ValueId,
};
use palmette_core::{Deadline, Layout, Model, Picture, PictureRows, Pixmap, Rectangle, Size, Spacing, alloc};
use palmette_ops::{Color, Composite, Flip, ImageIndex, Rotate};

use crate::device::Gpu;
use crate::job::Job;
use crate::kernels::border;
use crate::{Error, GpuEngine};
use model::ProbeModel;

/// What [`hash`] makes of the pictures that the scene leads to.
pub const ANSWER: u64 = 0xd1d9_417a_fd30_6d45;

/// Chroma of half size along both axes.
const HALF: Layout = Layout::ycc(Spacing::new(2, 2));

/// Returns a plan of every kernel that makes a picture, and its sources: pixels, and planes that stay planes or become pixels. A model
/// enlarges one of them and makes a mask for it: [`model()`], or another one that does the same.
///
/// # Errors
///
/// Those of the tables and pictures it allocates.
pub fn scene(model: SharedModel) -> Result<(Plan, Vec<Picture>), palmette_core::Error> {
    scaled_scene(1, model)
}

/// Returns the model of the scene. It has programs for devices, and cannot do anything itself.
#[must_use]
pub fn model() -> SharedModel {
    model_of(1)
}

/// Returns the model of a scene of a scale.
fn model_of(scale: u32) -> SharedModel {
    SharedModel::from(Arc::new(ProbeModel::new(scale)) as Arc<dyn Model>)
}

/// Returns the scene with all lengths so many times as large.
pub(crate) fn scene_of(scale: u32) -> Result<(Plan, Vec<Picture>), palmette_core::Error> {
    scaled_scene(scale, model_of(scale))
}

/// Returns the scene of a scale, with a model.
fn scaled_scene(scale: u32, model: SharedModel) -> Result<(Plan, Vec<Picture>), palmette_core::Error> {
    let size = |width: u32, height: u32| Size::new(scale * width, scale * height);
    let pixels = |width, height, seed| noise(size(width, height), Layout::Rgba, seed);
    let sources = vec![
        pixels(40, 24, 1)?,
        pixels(9, 7, 2)?,
        pixels(15, 5, 3)?,
        noise(size(46, 34), HALF, 4)?,
        noise(size(23, 17), HALF, 5)?,
        pixels(model::SIDE_PX, model::SIDE_PX, 6)?,
    ];
    let mut scene = Scene::new(&sources);
    let tint = Color { red: 20, green: 90, blue: 200, alpha: 130 };
    let crop = |left: u32, top: u32| StepKind::Crop { left: scale * left, top: scale * top };
    let pad =
        |left: u32, top: u32| StepKind::Pad { left: scale * left, top: scale * top, surround: tint, under: false };
    let draw = |foreground, composite, opacity| StepKind::Draw(drawn(scale, foreground, composite, opacity));

    scene.push(1, size(9, 7), StepKind::Flip(Flip::Horizontal));
    scene.push(1, size(7, 9), StepKind::Rotate(Rotate::Quarter));
    scene.push(1, size(7, 9), StepKind::Lookup(LookupTable::brightness(1.3)));
    scene.push(1, size(7, 9), StepKind::Saturation(SaturationMatrix::new(0.4)));
    scene.resize(1, size(15, 5), AxisOrder::VerticalFirst)?;

    scene.push(0, size(37, 22), crop(2, 1));
    scene.resize(0, size(21, 30), AxisOrder::HorizontalFirst)?;
    scene.push(0, size(21, 30), StepKind::Blur(BlurStep::new(3)));
    scene.push(0, size(21, 30), StepKind::Sharpen(SharpenStep { strength: 1_700 }));
    scene.push(0, size(26, 33), pad(2, 1));
    for (foreground, composite, opacity) in [(1, Composite::Over, 9_600), (2, Composite::Lighter, 5_000)] {
        scene.push(0, size(26, 33), draw(foreground, composite, opacity));
    }
    scene.push(0, size(26, 33), StepKind::Background(tint));

    scene.push(3, size(34, 46), StepKind::Rotate(Rotate::Quarter));
    scene.push(3, size(30, 38), crop(4, 2));
    scene.resize(3, size(21, 50), AxisOrder::VerticalFirst)?;
    scene.resize(3, size(16, 17), AxisOrder::HorizontalFirst)?;
    scene.push(3, size(25, 23), pad(2, 4));
    scene.push(3, size(25, 23), draw(2, Composite::Over, 9_600));

    let enlarged = size(21, 17);
    scene.push(5, enlarged, StepKind::Model(ModelStep::Enlarge(model.clone())));
    scene.push(5, enlarged, StepKind::Model(ModelStep::Segment(model)));

    let (source, size) = (scene.builder.value(scene.nodes[4]), size(19, 17));
    let resize = ResizeStep::new(&Placed::from(source), size, Rectangle::whole(size), Layout::Rgba)?;
    let converted = scene.builder.then(&[scene.nodes[4]], size, StepKind::Resize(resize));
    Ok((scene.builder.finish(vec![scene.nodes[0], scene.nodes[3], converted, scene.nodes[5]]), sources))
}

/// Draws a node, tiled from left to right.
fn drawn(scale: u32, foreground: u32, composite: Composite, opacity: u32) -> DrawStep {
    DrawStep {
        foreground: ImageIndex(foreground),
        foreground_size: Size::new(scale * 15, scale * 5),
        composite,
        opacity,
        horizontal: Tiling::Repeat(scale * 4),
        vertical: Tiling::Once((scale * 7).into()),
    }
}

/// Hashes the bytes of pictures, plane by plane (FNV-1a, 64 bits).
#[must_use]
pub fn hash(pictures: &[Picture]) -> u64 {
    let planes = pictures.iter().flat_map(|picture| (0..Layout::MAX_PLANES).map(|plane| picture.plane(plane)));
    planes.flatten().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}

/// Runs the scene on a device.
///
/// # Errors
///
/// [`Error::Probe`] if the answer is wrong, and whatever else goes wrong on the way.
pub(crate) fn run(engine: &GpuEngine, gpu: &Gpu) -> Result<(), Error> {
    let (plan, sources) = scene_of(1)?;
    let mut collected = Collected::default();
    engine.try_run(&plan, &sources, &mut collected, Deadline::NONE)?;
    let got = hash(&collected.pictures);
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
    let image = job.upload(Box::new(PictureRows::new(framed.into())))?.into_pixels()?;
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
    fn new(sources: &[Picture]) -> Self {
        let mut builder = Builder::default();
        let read = |(index, source): (usize, &Picture)| {
            builder.read(index, Value { size: source.size(), layout: source.layout() })
        };
        let nodes = sources.iter().enumerate().map(read).collect();
        Self { builder, nodes }
    }

    fn push(&mut self, node: usize, output: Size, kind: StepKind) {
        let overlay = match &kind {
            StepKind::Draw(draw) => Some(self.nodes[draw.foreground.0 as usize]),
            _ => None,
        };
        let inputs: Vec<ValueId> = [self.nodes[node]].into_iter().chain(overlay).collect();
        let Value { layout, .. } = self.builder.value(self.nodes[node]);
        self.nodes[node] = self.builder.push(Origin::source(0), inputs, Value { size: output, layout }, kind);
    }

    fn resize(&mut self, node: usize, output: Size, order: AxisOrder) -> Result<(), palmette_core::Error> {
        let Value { size: input, layout } = self.builder.value(self.nodes[node]);
        let axis = |from, to| Ok::<_, palmette_core::Error>(Axis::Filter(WeightTable::new(from, to, 0, to)?));
        let passes = |plane: usize| {
            let (from, to) = (layout.samples(plane, input), layout.samples(plane, output));
            let (horizontal, vertical) = (axis(from.width, to.width)?, axis(from.height, to.height)?);
            Ok::<_, palmette_core::Error>(Passes { horizontal, vertical, order })
        };
        let chroma = if layout.planes() > 1 { Some(passes(1)?) } else { None };
        let step = ResizeStep { scaled: output, window: Rectangle::whole(output), first: passes(0)?, chroma };
        self.push(node, output, StepKind::Resize(step));
        Ok(())
    }
}

/// Makes a picture of noise, in alpha too.
fn noise(size: Size, layout: Layout, seed: u32) -> Result<Picture, palmette_core::Error> {
    let mut noise = Noise::new(seed);
    let mut planes: [Vec<u8>; Layout::MAX_PLANES] = Default::default();
    for (index, plane) in planes.iter_mut().enumerate().take(layout.planes()) {
        let bytes = layout.row_bytes(index, size) * layout.samples(index, size).height as usize;
        *plane = alloc::try_filled(bytes, 0)?;
        plane.fill_with(|| noise.byte());
    }
    Picture::from_planes(size, layout, planes)
}

/// Numbers that look random.
struct Noise(u32);

impl Noise {
    const fn new(seed: u32) -> Self {
        Self(seed)
    }

    /// Returns 0 to 255.
    const fn byte(&mut self) -> u8 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        self.0.to_le_bytes()[1]
    }

    /// Returns −64 to 63.
    fn weight(&mut self) -> i16 {
        i16::from(self.byte() / 2) - 64
    }
}
