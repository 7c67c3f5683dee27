//! A run of a net: its layers, recorded one after the other, for the part of each value that a tile takes.

use std::sync::Arc;

use palmette_core::net::{Graph, Place, Positions, ValueId, Window};
use palmette_core::{Deadline, Rectangle, Size, alloc};

use super::layers::{DeviceLayer, Kind, narrow};
use super::tiles::{MAX_ROWS, Tiles};
use super::{DeviceNet, to_samples, to_words};
use crate::Error;
use crate::device::Gpu;
use crate::job::{Job, Source, Target};
use crate::kernels::{
    Kernel, Parameters, net_add, net_average, net_bilinear, net_convolve, net_depthwise, net_max_pool, net_nearest,
    net_pixel_shuffle, net_place, net_sum, net_table,
};
use crate::pool::Lease;

/// Products that take about as long as an invocation of a picture's kernel.
const PRODUCTS_OF_UNIT: u64 = 16;

/// Runs a net on whole samples by row, column and channel; `sizes` are those of all values.
///
/// # Errors
///
/// [`Error::TooLarge`] for a value that a kernel cannot see whole; [`Error::Core`] when the deadline passes; and those of the device.
pub(crate) fn run(
    gpu: &Gpu,
    graph: &Arc<Graph>,
    sizes: &[Size],
    inputs: &[&[i16]],
    deadline: Deadline,
) -> Result<Vec<Vec<i16>>, Error> {
    let mut job = Job::new(gpu, deadline);
    job.check()?;
    samples(&mut job, graph, sizes, inputs)
}

/// Runs a net as [`run`] does, as a part of a job, which it waits for.
///
/// # Errors
///
/// Those of [`run`].
pub(crate) fn samples(
    job: &mut Job<'_>,
    graph: &Arc<Graph>,
    sizes: &[Size],
    inputs: &[&[i16]],
) -> Result<Vec<Vec<i16>>, Error> {
    let net = &*job.net(graph)?;
    let words = sizes.iter().zip(&net.channels).map(|(size, &channels)| size.area() * u64::from(channels.div_ceil(2)));
    let too_large = Error::TooLarge { words: words.max().unwrap_or(0), max_words: job.tiling().page_words() };
    let tiles = Tiles::whole(graph, sizes, job.tiling()).ok_or(too_large)?;
    let mut leases = alloc::try_with_capacity(inputs.len())?;
    for (input, samples) in graph.inputs.iter().zip(inputs) {
        leases.push(job.numbers(&to_words(input, samples)?)?);
    }
    let parts: Vec<Rectangle> = sizes.iter().map(|&size| Rectangle::whole(size)).collect();
    let made = tile(job, net, &tiles, &parts, leases)?;
    let mut named = net.outputs.clone();
    named.sort_unstable();
    named.dedup();
    let bytes = |output: &ValueId| 4 * tiles.words()[output.0];
    let outputs: Vec<(&Lease, u64)> = made.iter().zip(named.iter().map(bytes)).collect();
    let samples = job.read_back(&outputs, |mut bytes| {
        let mut made = alloc::try_with_capacity(outputs.len())?;
        for (output, (_, len)) in named.iter().zip(&outputs) {
            let (own, behind) = bytes.split_at(usize::try_from(*len).expect("it was read"));
            bytes = behind;
            let words: Vec<u32> = bytemuck::pod_collect_to_vec(own);
            made.push(to_samples(net.channels[output.0] as usize, &words)?);
        }
        Ok(made)
    })?;
    let place = |output: &ValueId| named.binary_search(output).expect("it is one of them");
    Ok(net.outputs.iter().map(|output| samples[place(output)].clone()).collect())
}

/// Records the layers for a tile, whose `parts` are what there is of each value. Takes the inputs, and returns the outputs, each once, by
/// their numbers.
///
/// # Errors
///
/// Those of the device, and of the deadline between two layers.
pub(crate) fn tile(
    job: &mut Job<'_>,
    net: &DeviceNet,
    tiles: &Tiles,
    parts: &[Rectangle],
    inputs: Vec<Lease>,
) -> Result<Vec<Lease>, Error> {
    let mut values = Values::new(net, tiles.sizes(), parts);
    for (index, lease) in inputs.into_iter().enumerate() {
        values.put(job, index, lease);
    }
    for (index, layer) in net.layers.iter().enumerate() {
        let value = net.inputs.len() + index;
        if parts[value].size.area() > 0 {
            let output = job.storage(tiles.words()[value])?;
            record(job, &values, layer, value, &output)?;
            values.put(job, value, output);
        }
        layer.inputs.iter().for_each(|input| values.release(job, input.0));
        job.end_step()?;
    }
    Ok(values.leases.into_iter().flatten().collect())
}

/// The values of a run.
struct Values<'a> {
    net: &'a DeviceNet,
    /// The size of each, all tiles together.
    pixels: &'a [Size],
    /// The part of each that there is.
    parts: &'a [Rectangle],
    leases: Vec<Option<Lease>>,
    /// How often each is still read.
    uses: Vec<usize>,
}

impl<'a> Values<'a> {
    fn new(net: &'a DeviceNet, pixels: &'a [Size], parts: &'a [Rectangle]) -> Self {
        let mut uses = vec![0; parts.len()];
        let read = net.layers.iter().flat_map(|layer| &layer.inputs).chain(&net.outputs);
        read.for_each(|input| uses[input.0] += 1);
        Self { net, pixels, parts, leases: parts.iter().map(|_| None).collect(), uses }
    }

    /// Returns the pairs of channels of a value.
    fn pairs(&self, value: usize) -> u32 {
        self.net.channels[value].div_ceil(2)
    }

    /// Keeps a value for who reads it.
    fn put(&mut self, job: &mut Job<'_>, value: usize, lease: Lease) {
        if self.uses[value] == 0 {
            job.recycle(lease);
        } else {
            self.leases[value] = Some(lease);
        }
    }

    /// Lets others have the buffer of a value that nobody reads any more.
    fn release(&mut self, job: &mut Job<'_>, value: usize) {
        self.uses[value] -= 1;
        if self.uses[value] == 0 {
            self.leases[value].take().into_iter().for_each(|lease| job.recycle(lease));
        }
    }

    fn lease(&self, value: ValueId) -> &Lease {
        self.leases[value.0].as_ref().expect("a value is made before it is read")
    }

    /// Says how the part of an input lies to that of a value, where each pixel is made of the one at its place.
    fn within(&self, input: ValueId, value: usize) -> Within {
        let (part, made) = (self.parts[input.0], self.parts[value]);
        Within { size: part.size, left: made.left - part.left, top: made.top - part.top }
    }
}

/// The part of an input that there is, and where the part of a value that is made of it begins in it.
struct Within {
    size: Size,
    left: u32,
    top: u32,
}

/// How a window lies on a picture.
struct Lie {
    taps: [u32; 2],
    stride: [u32; 2],
    dilation: [u32; 2],
    before: [u32; 2],
}

impl Lie {
    /// Looks at the part of an input that there is from the part of a value that is made of it. All of the input that lies under the window
    /// is there, so that what is not there is padding. `pixels` are those of the whole input.
    fn new(window: &Window, pixels: Size, input: Rectangle, made: Rectangle) -> Self {
        let sides = [pixels.height, pixels.width];
        let starts = [[input.top, made.top], [input.left, made.left]];
        // Modulo 2³², as the shaders compute.
        let before = |axis: usize| {
            let [input, made] = starts[axis];
            let step = narrow(window.stride[axis]);
            let before = narrow(window.before(axis, sides[axis] as usize));
            before.wrapping_add(input).wrapping_sub(made.wrapping_mul(step))
        };
        Self {
            taps: window.taps.map(narrow),
            stride: window.stride.map(narrow),
            dilation: window.dilation.map(narrow),
            before: [before(0), before(1)],
        }
    }
}

/// Records a layer.
fn record(
    job: &mut Job<'_>,
    values: &Values<'_>,
    layer: &DeviceLayer,
    value: usize,
    output: &Lease,
) -> Result<(), Error> {
    let first = layer.inputs[0];
    let (size, pairs, part) = (values.parts[value].size, values.pairs(value), values.parts[first.0]);
    let input = part.size;
    let (width, height, rows) = (size.width, size.height, pairs * size.height);
    let leases = [values.lease(first), values.lease(layer.inputs.get(1).copied().unwrap_or(first))];
    let source = Source::Values(leases, layer.table.as_ref().unwrap_or(leases[0]));
    let dispatch = Dispatch { source, output, width };
    let channels = values.net.channels[value];
    let lie = |window: &Window| Lie::new(window, values.pixels[first.0], part, values.parts[value]);
    match layer.kind {
        Kind::Convolution(window) => {
            let Lie { taps, stride, dilation, before } = lie(&window);
            let (blocks, input_pairs) = (pairs.div_ceil(4), values.pairs(first.0));
            let products = u64::from(taps[0] * taps[1]) * u64::from(16 * input_pairs);
            for (first_row, block_rows) in bands(job.much(), size, blocks, products) {
                let parameters = net_convolve::KernelParameters {
                    width,
                    rows: blocks * block_rows,
                    block_rows,
                    first_row,
                    height,
                    pairs,
                    input_pairs,
                    input_width: input.width,
                    input_height: input.height,
                    taps_x: taps[1],
                    taps_y: taps[0],
                    stride_x: stride[1],
                    stride_y: stride[0],
                    dilation_x: dilation[1],
                    dilation_y: dilation[0],
                    before_x: before[1],
                    before_y: before[0],
                };
                dispatch.band(job, &net_convolve::KERNEL, &parameters, blocks * block_rows, products)?;
            }
        }
        Kind::Depthwise(window) => {
            let Lie { taps, stride, dilation, before } = lie(&window);
            let products = u64::from(2 * taps[0] * taps[1]);
            for (first_row, block_rows) in bands(job.much(), size, pairs, products) {
                let parameters = net_depthwise::KernelParameters {
                    width,
                    rows: pairs * block_rows,
                    block_rows,
                    first_row,
                    height,
                    pairs,
                    input_width: input.width,
                    input_height: input.height,
                    taps_x: taps[1],
                    taps_y: taps[0],
                    stride_x: stride[1],
                    stride_y: stride[0],
                    dilation_x: dilation[1],
                    dilation_y: dilation[0],
                    before_x: before[1],
                    before_y: before[0],
                };
                dispatch.band(job, &net_depthwise::KERNEL, &parameters, pairs * block_rows, products)?;
            }
        }
        Kind::Add => {
            let [first, second] = [0, 1].map(|index| values.within(layer.inputs[index], value));
            let parameters = net_add::KernelParameters {
                width,
                rows,
                height,
                first_width: first.size.width,
                first_height: first.size.height,
                first_left: first.left,
                first_top: first.top,
                second_width: second.size.width,
                second_height: second.size.height,
                second_left: second.left,
                second_top: second.top,
            };
            dispatch.whole(job, &net_add::KERNEL, &parameters, rows);
        }
        Kind::MaxPool(window) => {
            let Lie { taps, stride, before, .. } = lie(&window);
            let parameters = net_max_pool::KernelParameters {
                width,
                rows,
                height,
                input_width: input.width,
                input_height: input.height,
                taps_x: taps[1],
                taps_y: taps[0],
                stride_x: stride[1],
                stride_y: stride[0],
                before_x: before[1],
                before_y: before[0],
            };
            dispatch.whole(job, &net_max_pool::KERNEL, &parameters, rows);
        }
        Kind::Average => average(job, dispatch, pairs, narrow_area(input)?)?,
        Kind::Nearest { factor } => {
            let made = values.parts[value];
            let parameters = net_nearest::KernelParameters {
                width,
                rows,
                height,
                input_width: input.width,
                input_height: input.height,
                left: made.left - factor * part.left,
                top: made.top - factor * part.top,
                factor,
            };
            dispatch.whole(job, &net_nearest::KERNEL, &parameters, rows);
        }
        Kind::Bilinear { factor, positions } => {
            let places = places(positions, factor, values.pixels[first.0], part, values.parts[value])?;
            let places = job.numbers(&places)?;
            let (input_width, input_height) = (input.width, input.height);
            let parameters = net_bilinear::KernelParameters { width, rows, height, input_width, input_height };
            let source = Source::Values(leases, &places);
            Dispatch { source, ..dispatch }.whole(job, &net_bilinear::KERNEL, &parameters, rows);
            job.recycle(places);
        }
        Kind::Place => place(job, values, layer, value, output),
        Kind::PixelShuffle { factor } => {
            let made = values.parts[value];
            let parameters = net_pixel_shuffle::KernelParameters {
                width,
                rows,
                height,
                channels,
                input_width: input.width,
                input_height: input.height,
                left: made.left - factor * part.left,
                top: made.top - factor * part.top,
                factor,
            };
            dispatch.whole(job, &net_pixel_shuffle::KERNEL, &parameters, rows);
        }
        Kind::Table { low, entries, list_words } => {
            let Within { left, top, .. } = values.within(first, value);
            let parameters = net_table::KernelParameters {
                width,
                rows,
                height,
                channels,
                low,
                entries,
                list_words,
                input_width: input.width,
                input_height: input.height,
                left,
                top,
            };
            dispatch.whole(job, &net_table::KERNEL, &parameters, rows);
        }
    }
    Ok(())
}

/// Makes the mean of each channel, in two steps: one invocation alone would take long for a large picture.
fn average(job: &mut Job<'_>, dispatch: Dispatch<'_>, pairs: u32, pixels: u32) -> Result<(), Error> {
    let parts = pixels.div_ceil(net_sum::PART);
    let sums = job.storage(2 * u64::from(pairs) * u64::from(parts))?;
    let parameters = net_sum::KernelParameters { width: parts, rows: pairs, pixels };
    Dispatch { output: &sums, width: parts, ..dispatch }.whole(job, &net_sum::KERNEL, &parameters, pairs);
    job.count(u64::from(pixels) * u64::from(pairs));
    let parameters = net_average::KernelParameters { width: pairs, rows: 1, parts, pixels };
    let dispatch = Dispatch { source: Source::Samples(&sums), width: pairs, ..dispatch };
    dispatch.whole(job, &net_average::KERNEL, &parameters, 1);
    job.recycle(sums);
    Ok(())
}

/// Returns the pixels of a part, which are fewer than the words of a page.
fn narrow_area(size: Size) -> Result<u32, Error> {
    u32::try_from(size.area()).map_err(|_| Error::TooLarge { words: size.area(), max_words: u32::MAX.into() })
}

/// Puts the channels of values behind each other; what is left of the last pairs is 0.
fn place(job: &mut Job<'_>, values: &Values<'_>, layer: &DeviceLayer, value: usize, output: &Lease) {
    let (size, pairs) = (values.parts[value].size, values.pairs(value));
    let mut offset = 0;
    for (index, &input) in layer.inputs.iter().enumerate() {
        let channels = values.net.channels[input.0];
        let first_pair = offset / 2;
        let end_pair = if index + 1 == layer.inputs.len() { pairs } else { (offset + channels).div_ceil(2) };
        let rows = (end_pair - first_pair) * size.height;
        let Within { size: input_size, left, top } = values.within(input, value);
        let parameters = net_place::KernelParameters {
            width: size.width,
            rows,
            height: size.height,
            first_pair,
            offset,
            channels,
            input_width: input_size.width,
            input_height: input_size.height,
            left,
            top,
        };
        let lease = values.lease(input);
        let source = Source::Values([lease; 2], lease);
        Dispatch { source, output, width: size.width }.whole(job, &net_place::KERNEL, &parameters, rows);
        offset += channels;
    }
}

/// The common part of all dispatches of a layer.
#[derive(Clone, Copy)]
struct Dispatch<'a> {
    source: Source<'a>,
    output: &'a Lease,
    /// Columns of invocations.
    width: u32,
}

impl Dispatch<'_> {
    /// Records a kernel on so many rows of invocations.
    fn whole<P: Parameters>(&self, job: &mut Job<'_>, kernel: &Kernel, parameters: &P, rows: u32) {
        job.dispatch(kernel, self.source, Target::Samples(self.output), None, parameters, (self.width, rows));
    }

    /// Records a band, with so many products for each invocation, and looks at the clock.
    fn band<P: Parameters>(
        &self,
        job: &mut Job<'_>,
        kernel: &Kernel,
        parameters: &P,
        rows: u32,
        products: u64,
    ) -> Result<(), Error> {
        self.whole(job, kernel, parameters, rows);
        job.count(u64::from(self.width) * u64::from(rows) * products / PRODUCTS_OF_UNIT);
        job.end_step()
    }
}

/// Cuts a value into bands of rows, each with about as much work as a submission has: the first row and the rows of each.
fn bands(much: u64, size: Size, blocks: u32, products: u64) -> impl Iterator<Item = (u32, u32)> {
    let row_units = (u64::from(size.width) * u64::from(blocks) * products / PRODUCTS_OF_UNIT).max(1);
    let rows = (much / row_units).min(MAX_ROWS / u64::from(blocks)).clamp(1, size.height.into());
    let rows = u32::try_from(rows).expect("at most the height");
    (0..size.height).step_by(rows as usize).map(move |first| (first, rows.min(size.height - first)))
}

/// Lays out where the columns of a part of an enlargement lie in the part of the input that there is, then its rows. `pixels` are those of
/// the whole input.
fn places(
    positions: Positions,
    factor: usize,
    pixels: Size,
    input: Rectangle,
    made: Rectangle,
) -> Result<Vec<u32>, Error> {
    let mut words = alloc::try_with_capacity(3 * (made.size.width as usize + made.size.height as usize))?;
    let across = (pixels.width, input.left, made.left, made.size.width);
    let down = (pixels.height, input.top, made.top, made.size.height);
    for (len, start, first, count) in [across, down] {
        for index in first..first + count {
            let Place { pixels, weight } = Place::new(positions, factor, len as usize, index as usize);
            let [before, behind] = pixels.map(|pixel| narrow(pixel) - start);
            words.extend([before, behind, weight.into()]);
        }
    }
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn net_bands_cover_every_row() {
        for (size, blocks, products) in [(Size::new(7, 5), 1, 1), (Size::new(640, 481), 8, 9 * 16 * 32)] {
            let mut next = 0;
            for (first, rows) in bands(4_000_000, size, blocks, products) {
                assert_eq!(first, next);
                assert!(rows > 0);
                next += rows;
            }
            assert_eq!(next, size.height);
        }
        // 640 columns of 8 blocks, 288 units each: three rows are more than such a submission has.
        assert_eq!(bands(4_000_000, Size::new(640, 481), 8, 9 * 16 * 32).next(), Some((0, 2)));
    }
}
