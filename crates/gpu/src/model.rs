//! Steps of a plan that a model takes: by its program, so that the picture stays on the device; or by the model itself, if it has none.
//!
//! An enlargement leaves nothing to the host. To tell foreground from background, two copies of some hundred pixels a side travel: the
//! one that the net looks at, and the mask that it makes. The host computes on those; a device would need kernels of their own with numbers of
//! 64 bits, for the work of a millisecond.

use palmette_core::model::{Ability, Enlarging, Line, ModelStep, Program, Segmenting};
use palmette_core::plan::Value;
use palmette_core::{PictureRows, Rectangle, Size, alloc};

use crate::Error;
use crate::image::{Image, Picture};
use crate::job::{Job, Source, TableIndex, Target};
use crate::kernels::{alpha, guide, net_pixels, net_samples};
use crate::net;
use crate::net::tiles::Tiles;
use crate::pool::Lease;
use crate::resize;

/// Takes a step; `output` is the size that the plan gives it.
pub(crate) fn run(job: &mut Job<'_>, step: &ModelStep, picture: Picture, output: Size) -> Result<Picture, Error> {
    match step.program(picture.size, output) {
        Some(Program::Enlarge(program)) => enlarge(job, &program, picture),
        Some(Program::Segment(program)) => segment(job, &program, picture),
        None => on_host(job, step, picture, output),
    }
}

/// Has a model change a picture on the host: the one step that a chain leaves the device for.
fn on_host(job: &mut Job<'_>, step: &ModelStep, picture: Picture, output: Size) -> Result<Picture, Error> {
    let changed = step.run(job.download(&picture)?.into_pixmap()?, output, job.deadline)?;
    job.recycle_picture(picture);
    job.upload(Box::new(PictureRows::new(changed.into())))
}

/// Enlarges a picture: by the net in tiles, then by the resize of every picture; gives it the picture's alpha.
fn enlarge(job: &mut Job<'_>, program: &Enlarging, picture: Picture) -> Result<Picture, Error> {
    let net = job.net(&program.net)?;
    let image = picture.into_pixels()?;
    let too_large = || Error::TooLarge { words: image.size.area(), max_words: job.tiling().page_words() };
    let pass = program.pass().ok_or_else(too_large)?;
    let tiles = Tiles::of_picture(&program.net, image.size, job.tiling()).ok_or_else(too_large)?;
    let mut made = job.image(pass)?;
    for parts in tiles.parts() {
        let lease = samples(job, program, &image, &tiles, parts[0])?;
        let output = program.net.outputs[0];
        for lease in net::tile(job, &net, &tiles, &parts, vec![lease])? {
            pixels(job, &lease, parts[output.0], program.shrink, &made)?;
            job.recycle(lease);
        }
        job.end_step()?;
    }
    if pass != program.made {
        let passed = Picture::of_pixels(made);
        made = resized(job, program, &passed)?;
        job.recycle_picture(passed);
    }
    let picture = Picture::of_pixels(image);
    let with_alpha = resized(job, program, &picture)?;
    for band in job.tiling().bands(made.size)? {
        let Size { width, .. } = made.size;
        let parameters =
            alpha::KernelParameters { width, rows: band.rows, first_row: band.first_row, output_base: band.base };
        let (source, target) = (Source::Pixels(&with_alpha), Target::Pixels(&made, band));
        job.dispatch(&alpha::KERNEL, source, target, None, &parameters, (width, band.rows));
    }
    job.recycle(with_alpha.lease);
    job.recycle_picture(picture);
    Ok(Picture::of_pixels(made))
}

/// Resizes a picture to the size that was asked for.
fn resized(job: &mut Job<'_>, program: &Enlarging, picture: &Picture) -> Result<Image, Error> {
    let step = program.resize(picture.size)?;
    resize::resize(job, &step, picture, Value::rgba(program.made))?.into_pixels()
}

/// Makes the samples of a part of a picture.
fn samples(
    job: &mut Job<'_>,
    program: &Enlarging,
    image: &Image,
    tiles: &Tiles,
    part: Rectangle,
) -> Result<Lease, Error> {
    let (input, Size { width, height }) = (program.net.inputs[0], part.size);
    let lease = job.storage(tiles.words()[0])?;
    let parameters = net_samples::KernelParameters {
        width,
        rows: height,
        left: part.left,
        top: part.top,
        picture_width: image.size.width,
        low: input.low.into(),
        high: input.high.into(),
    };
    let (source, target) = (Source::Pixels(image), Target::Samples(&lease));
    job.dispatch(&net_samples::KERNEL, source, target, None, &parameters, (width, height));
    Ok(lease)
}

/// Makes pixels of a part of what the net made, in bands as the picture is bound.
fn pixels(job: &mut Job<'_>, samples: &Lease, part: Rectangle, shrink: u32, made: &Image) -> Result<(), Error> {
    let (width, height) = (part.size.width / shrink, part.size.height / shrink);
    let (left, top) = (part.left / shrink, part.top / shrink);
    let max_rows = job.tiling().rows_of_page(made.size.width.into())?;
    for first in (0..height).step_by(max_rows as usize) {
        let band = job.tiling().band(made.size, top + first, max_rows.min(height - first));
        let parameters = net_pixels::KernelParameters {
            width,
            rows: band.rows,
            output_base: band.base + left,
            output_width: made.size.width,
            source_width: part.size.width,
            source_height: part.size.height,
            source_row: first * shrink,
            square_shift: shrink.trailing_zeros(),
        };
        let (source, target) = (Source::Samples(samples), Target::Pixels(made, band));
        job.dispatch(&net_pixels::KERNEL, source, target, None, &parameters, (width, band.rows));
    }
    Ok(())
}

/// Keeps the foreground: the net looks at a small copy, and its mask follows the picture.
fn segment(job: &mut Job<'_>, program: &Segmenting, picture: Picture) -> Result<Picture, Error> {
    let failed = |source| palmette_core::Error::ModelFailed { ability: Ability::Foreground, source };
    let image = picture.into_pixels()?;
    let picture = Picture::of_pixels(image);
    let copy = match program.resize(picture.size)? {
        Some(step) => {
            let copy = resize::resize(job, &step, &picture, Value::rgba(program.copy))?;
            let downloaded = job.download(&copy)?;
            job.recycle_picture(copy);
            downloaded
        }
        None => job.download(&picture)?,
    };
    let copy = copy.into_pixmap()?;
    let samples = (program.prepare)(&copy).map_err(failed)?;
    let sizes = program.net.sizes(&[program.copy]).ok_or(Error::TooLarge { words: u64::MAX, max_words: 0 })?;
    let mask = net::samples(job, &program.net, &sizes, &[&samples[..]])?.into_iter().next().unwrap_or_default();
    let lines = (program.lines)(&mask, &copy).map_err(failed)?;
    let image = picture.into_pixels()?;
    let table = table(job, &lines, program.copy, image.size)?;
    for band in job.tiling().bands(image.size)? {
        let parameters = guide::KernelParameters {
            width: image.size.width,
            rows: band.rows,
            first_row: band.first_row,
            output_base: band.base,
            copy_width: program.copy.width,
            copy_height: program.copy.height,
            one: program.one.unsigned_abs().into(),
        };
        // It reads what it writes, and nothing else but the table.
        let (source, target) = (Source::Table(table), Target::Pixels(&image, band));
        job.dispatch(&guide::KERNEL, source, target, Some(table), &parameters, (image.size.width, band.rows));
    }
    Ok(Picture::of_pixels(image))
}

/// Lays lines out, no steeper than `guide.wgsl` can compute with 32 bits, then between which of them each column and each row of a picture lies.
fn table(job: &mut Job<'_>, lines: &[Line], copy: Size, picture: Size) -> Result<TableIndex, Error> {
    let sides = picture.width as usize + picture.height as usize;
    let mut words = alloc::try_with_capacity(3 * (lines.len() + sides))?;
    for &[slope, offset] in lines {
        let slope = i32::try_from(slope).ok().filter(|slope| slope.unsigned_abs() < 1 << 29);
        let high = i32::try_from(offset >> 16).ok().filter(|high| high.unsigned_abs() < 1 << 21);
        let (Some(slope), Some(high)) = (slope, high) else {
            let error = format!("a line of slope {slope:?} and offset {offset} is too steep").into();
            return Err(palmette_core::Error::ModelFailed { ability: Ability::Foreground, source: error }.into());
        };
        let low = u32::try_from(offset & 0xffff).expect("16 bits");
        words.extend([slope.cast_unsigned(), high.cast_unsigned(), low]);
    }
    for (large, small) in [(picture.width, copy.width), (picture.height, copy.height)] {
        (0..large).for_each(|at| words.extend(Segmenting::between(at, large, small)));
    }
    job.table(&words)
}
