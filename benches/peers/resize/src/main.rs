//! A resize of 12 megapixels, by Palmette and by fast_image_resize in turn, on one thread each.
//!
//! `palmette-peers-resize TURNS` writes a line for each turn of each program: the case, the program, and the nanoseconds that
//! its thread had the processor, with tabs between them. Each set of Palmette's kernels that this machine runs has its turns, and
//! its cases its name. Before a case is timed, its results are checked: Palmette's vector
//! code has to give the bytes of its reference, and the other program nearly the same picture.

mod picture;

use std::error::Error;
use std::hint::black_box;
use std::num::NonZeroU32;

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use palmette_core::cpu::kernels::Kernels;
use palmette_core::engine::Collected;
use palmette_core::plan::{Plan, Planner, Source, Value};
use palmette_core::{CpuEngine, Deadline, Engine, Layout, Limits, Orientation, Picture, Size, Spacing};
use palmette_ops::{Fit, ImageIndex, Op, Transform};
use rustix::time::{ClockId, clock_gettime};

use crate::picture::Lent;

/// The size of the source: 12 megapixels.
const PHOTO: Size = Size::new(4000, 3000);

/// How far a level of the other program may be off on average: it rounds to 8 bits between the axes.
const MAX_MEAN_DIFFERENCE: f64 = 1.0;

/// What is resized to what.
struct Case {
    name: &'static str,
    layout: Layout,
    width: u32,
}

/// The cases: opaque pixels as a PNG has them, and planes as a JPEG has them.
const CASES: [Case; 5] = [
    Case { name: "opaque RGBA to 2000", layout: Layout::Rgba, width: 2000 },
    Case { name: "opaque RGBA to 800", layout: Layout::Rgba, width: 800 },
    Case { name: "opaque RGBA to 300", layout: Layout::Rgba, width: 300 },
    Case { name: "planes 4:2:0 to 1600", layout: Layout::ycc(Spacing::new(2, 2)), width: 1600 },
    Case { name: "planes 4:2:0 to 800", layout: Layout::ycc(Spacing::new(2, 2)), width: 800 },
];

fn main() -> Result<(), Box<dyn Error>> {
    let turns: usize = std::env::args().nth(1).ok_or("usage: palmette-peers-resize TURNS")?.parse()?;
    for Case { name, layout, width } in CASES {
        let size = Size::new(width, width * PHOTO.height / PHOTO.width);
        let source = picture::photo(PHOTO, layout)?;
        let plan = plan(layout, size)?;
        let lent = Lent::new(source.clone());
        let theirs = || peer(&source, size);
        let reference = run(&CpuEngine::scalar(), &plan, &lent)?;
        // The fastest set first: it is what runs. The others say what it is worth, and what other machines do.
        for (set, kernels) in Kernels::all().into_iter().skip(1).rev() {
            let engine = CpuEngine::with_kernels(kernels);
            let ours = || run(&engine, &plan, &lent);
            check(&ours()?, &reference, &theirs()?)?;
            let case = format!("{name}, {set}");
            for _ in 0..turns {
                report(&case, "palmette", ours)?;
                report(&case, "fast_image_resize", theirs)?;
            }
        }
    }
    Ok(())
}

/// Times a turn and writes it down.
fn report<T>(case: &str, program: &str, turn: impl Fn() -> Result<T, Box<dyn Error>>) -> Result<(), Box<dyn Error>> {
    let start = thread_nanoseconds();
    let result = black_box(turn()?);
    let end = thread_nanoseconds();
    drop(result);
    println!("{case}\t{program}\t{}", end - start);
    Ok(())
}

/// How long this thread has had a processor.
fn thread_nanoseconds() -> i128 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    i128::from(time.tv_sec) * 1_000_000_000 + i128::from(time.tv_nsec)
}

/// Plans a resize that stays in its layout.
fn plan(layout: Layout, size: Size) -> Result<Plan, Box<dyn Error>> {
    let [width, height] = [size.width, size.height].map(NonZeroU32::new);
    let options = Transform { width, height, fit: Some(Fit::Squeeze), ..Transform::default() };
    let ops = [Op::Transform { image_index: ImageIndex::CANVAS, options }];
    let stored = Value { size: PHOTO, layout };
    let source = Source { stored, orientation: Orientation::AS_STORED, is_reducible: false };
    let chroma = (!layout.is_rgba()).then(|| layout.spacing(1));
    let mut planner = Planner::of_sources(&ops, vec![source], &Limits::default())?.with_target(chroma);
    let plan = planner.plan()?.plan().clone();
    let result = plan.result().ok_or("a resize has a result")?;
    if result != (Value { size, layout }) {
        return Err(format!("planned {result:?}").into());
    }
    Ok(plan)
}

/// Resizes by Palmette.
fn run(engine: &CpuEngine, plan: &Plan, source: &Lent) -> Result<Picture, Box<dyn Error>> {
    let mut collected = Collected::default();
    engine.run(plan, source, &mut collected, Deadline::NONE)?;
    collected.pictures.pop().ok_or_else(|| "a resize has a result".into())
}

/// Resizes by fast_image_resize, plane by plane.
fn peer(source: &Picture, size: Size) -> Result<Vec<Vec<u8>>, Box<dyn Error>> {
    let layout = source.layout();
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3)).use_alpha(false);
    let pixel = if layout.is_rgba() { PixelType::U8x4 } else { PixelType::U8 };
    let mut resizer = Resizer::new();
    let mut planes = Vec::new();
    for plane in 0..layout.planes() {
        let (from, to) = (layout.samples(plane, source.size()), layout.samples(plane, size));
        let input = ImageRef::new(from.width, from.height, source.plane(plane), pixel)?;
        let mut output = Image::new(to.width, to.height, pixel);
        resizer.resize(&input, &mut output, &options)?;
        planes.push(output.into_vec());
    }
    Ok(planes)
}

/// Compares the results.
fn check(ours: &Picture, reference: &Picture, theirs: &[Vec<u8>]) -> Result<(), Box<dyn Error>> {
    if ours != reference {
        return Err("the vector code is not equal to the reference".into());
    }
    for (plane, theirs) in theirs.iter().enumerate() {
        let ours = ours.plane(plane);
        let sum: u64 = ours.iter().zip(theirs).map(|(&a, &b)| u64::from(a.abs_diff(b))).sum();
        let mean = sum as f64 / ours.len() as f64;
        if ours.len() != theirs.len() || mean > MAX_MEAN_DIFFERENCE {
            return Err(format!("plane {plane} is {mean} levels off on average").into());
        }
    }
    Ok(())
}
