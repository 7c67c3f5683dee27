//! A run of a net: its layers, recorded one after the other.

use palmette_core::net::{Place, Positions, ValueId, Window};
use palmette_core::{Deadline, Size, alloc};

use super::layers::{DeviceLayer, Kind, narrow};
use super::{DeviceNet, to_samples, to_words};
use crate::Error;
use crate::device::Gpu;
use crate::job::{Job, Source, Target};
use crate::kernels::{
    Kernel, Parameters, net_add, net_average, net_bilinear, net_convolve, net_depthwise, net_max_pool, net_nearest,
    net_pixel_shuffle, net_place, net_table,
};
use crate::pool::Lease;

/// Products that take about as long as an invocation of a picture's kernel.
const PRODUCTS_OF_UNIT: u64 = 32;

/// Rows of invocations that a dispatch has at most: workgroups have four of them.
const MAX_ROWS: u64 = 4 * 65_535;

/// Pixels of a picture whose mean is taken: twice a sum of so many samples fits 32 bits.
const MAX_AVERAGED: u64 = 1 << 14;

/// Runs a net on samples by row, column and channel; `sizes` are those of all values.
///
/// # Errors
///
/// [`Error::TooLarge`] for a value that a kernel cannot see whole, and those of the device.
pub(crate) fn run(
    gpu: &Gpu,
    net: &DeviceNet,
    sizes: &[Size],
    inputs: &[&[i16]],
    deadline: Deadline,
) -> Result<Vec<Vec<i16>>, Error> {
    let mut job = Job::new(gpu, deadline);
    job.check()?;
    let mut values = Values::new(net, sizes);
    for (index, (input, samples)) in net.inputs.iter().zip(inputs).enumerate() {
        values.check(&job, index)?;
        let lease = job.numbers(&to_words(input, samples)?)?;
        values.put(&mut job, index, lease);
    }
    for (index, layer) in net.layers.iter().enumerate() {
        let value = net.inputs.len() + index;
        values.check(&job, value)?;
        let output = job.storage(values.words(value))?;
        record(&mut job, &values, layer, value, &output)?;
        values.put(&mut job, value, output);
        layer.inputs.iter().for_each(|input| values.release(&mut job, input.0));
        job.end_step()?;
    }
    let outputs: Vec<(&Lease, u64)> =
        net.outputs.iter().map(|output| (values.lease(*output), 4 * values.words(output.0))).collect();
    job.read_back(&outputs, |mut bytes| {
        let mut made = alloc::try_with_capacity(outputs.len())?;
        for (output, (_, len)) in net.outputs.iter().zip(&outputs) {
            let (own, behind) = bytes.split_at(usize::try_from(*len).expect("it was read"));
            bytes = behind;
            let words: Vec<u32> = bytemuck::pod_collect_to_vec(own);
            made.push(to_samples(net.channels[output.0] as usize, &words)?);
        }
        Ok(made)
    })
}

/// The values of a run.
struct Values<'a> {
    net: &'a DeviceNet,
    sizes: &'a [Size],
    leases: Vec<Option<Lease>>,
    /// How often each is still read.
    uses: Vec<usize>,
}

impl<'a> Values<'a> {
    fn new(net: &'a DeviceNet, sizes: &'a [Size]) -> Self {
        let mut uses = vec![0; sizes.len()];
        let read = net.layers.iter().flat_map(|layer| &layer.inputs).chain(&net.outputs);
        read.for_each(|input| uses[input.0] += 1);
        Self { net, sizes, leases: sizes.iter().map(|_| None).collect(), uses }
    }

    /// Returns the pairs of channels of a value.
    fn pairs(&self, value: usize) -> u32 {
        self.net.channels[value].div_ceil(2)
    }

    /// Returns the words of a value.
    fn words(&self, value: usize) -> u64 {
        u64::from(self.pairs(value)) * self.sizes[value].area()
    }

    /// Checks that kernels see a value whole.
    fn check(&self, job: &Job<'_>, value: usize) -> Result<(), Error> {
        let (words, max_words) = (self.words(value), job.tiling().page_words());
        let rows = u64::from(self.pairs(value)) * u64::from(self.sizes[value].height);
        match (words > max_words, rows > MAX_ROWS) {
            (true, _) => Err(Error::TooLarge { words, max_words }),
            (_, true) => Err(Error::TooLarge { words: rows, max_words: MAX_ROWS }),
            _ => Ok(()),
        }
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
}

/// How a window lies on a picture.
struct Lie {
    taps: [u32; 2],
    stride: [u32; 2],
    dilation: [u32; 2],
    before: [u32; 2],
}

impl Lie {
    fn new(window: &Window, input: Size) -> Self {
        let sides = [input.height, input.width];
        Self {
            taps: window.taps.map(narrow),
            stride: window.stride.map(narrow),
            dilation: window.dilation.map(narrow),
            before: [0, 1].map(|axis| narrow(window.before(axis, sides[axis] as usize))),
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
    let (size, pairs, input) = (values.sizes[value], values.pairs(value), values.sizes[first.0]);
    let (width, height, rows) = (size.width, size.height, pairs * size.height);
    let leases = [values.lease(first), values.lease(layer.inputs.get(1).copied().unwrap_or(first))];
    let source = Source::Values(leases, layer.table.as_ref().unwrap_or(leases[0]));
    let dispatch = Dispatch { source, output, width };
    let channels = values.net.channels[value];
    match layer.kind {
        Kind::Convolution(window) => {
            let Lie { taps, stride, dilation, before } = Lie::new(&window, input);
            let (blocks, input_pairs) = (pairs.div_ceil(4), values.pairs(first.0));
            let products = u64::from(taps[0] * taps[1]) * u64::from(16 * input_pairs);
            for (first_row, block_rows) in bands(size, blocks, products) {
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
            let Lie { taps, stride, dilation, before } = Lie::new(&window, input);
            let products = u64::from(2 * taps[0] * taps[1]);
            for (first_row, block_rows) in bands(size, pairs, products) {
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
        Kind::Add => dispatch.whole(job, &net_add::KERNEL, &net_add::KernelParameters { width, rows, height }, rows),
        Kind::MaxPool(window) => {
            let Lie { taps, stride, before, .. } = Lie::new(&window, input);
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
        Kind::Average => {
            if input.area() > MAX_AVERAGED {
                return Err(Error::TooLarge { words: input.area(), max_words: MAX_AVERAGED });
            }
            let pixels = input.width * input.height;
            let parameters = net_average::KernelParameters { width: pairs, rows: 1, pixels };
            Dispatch { width: pairs, ..dispatch }.whole(job, &net_average::KERNEL, &parameters, 1);
        }
        Kind::Nearest { factor } => {
            let parameters = net_nearest::KernelParameters { width, rows, input_width: input.width, factor };
            dispatch.whole(job, &net_nearest::KERNEL, &parameters, rows);
        }
        Kind::Bilinear { factor, positions } => {
            let places = job.numbers(&places(positions, factor, input, size)?)?;
            let (input_width, input_height) = (input.width, input.height);
            let parameters = net_bilinear::KernelParameters { width, rows, height, input_width, input_height };
            let source = Source::Values(leases, &places);
            Dispatch { source, ..dispatch }.whole(job, &net_bilinear::KERNEL, &parameters, rows);
            job.recycle(places);
        }
        Kind::Place => place(job, values, layer, value, output),
        Kind::PixelShuffle { factor } => {
            let parameters =
                net_pixel_shuffle::KernelParameters { width, rows, height, channels, input_width: input.width, factor };
            dispatch.whole(job, &net_pixel_shuffle::KERNEL, &parameters, rows);
        }
        Kind::Table { low, entries, list_words } => {
            let parameters = net_table::KernelParameters { width, rows, height, channels, low, entries, list_words };
            dispatch.whole(job, &net_table::KERNEL, &parameters, rows);
        }
    }
    Ok(())
}

/// Puts the channels of values behind each other; what is left of the last pairs is 0.
fn place(job: &mut Job<'_>, values: &Values<'_>, layer: &DeviceLayer, value: usize, output: &Lease) {
    let (size, pairs) = (values.sizes[value], values.pairs(value));
    let mut offset = 0;
    for (index, &input) in layer.inputs.iter().enumerate() {
        let channels = values.net.channels[input.0];
        let first_pair = offset / 2;
        let end_pair = if index + 1 == layer.inputs.len() { pairs } else { (offset + channels).div_ceil(2) };
        let rows = (end_pair - first_pair) * size.height;
        let parameters =
            net_place::KernelParameters { width: size.width, rows, height: size.height, first_pair, offset, channels };
        let lease = values.lease(input);
        let source = Source::Values([lease; 2], lease);
        Dispatch { source, output, width: size.width }.whole(job, &net_place::KERNEL, &parameters, rows);
        offset += channels;
    }
}

/// What the dispatches of a layer have in common.
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
fn bands(size: Size, blocks: u32, products: u64) -> impl Iterator<Item = (u32, u32)> {
    let row_units = (u64::from(size.width) * u64::from(blocks) * products / PRODUCTS_OF_UNIT).max(1);
    let rows = (Job::MUCH / row_units).min(MAX_ROWS / u64::from(blocks)).clamp(1, size.height.into());
    let rows = u32::try_from(rows).expect("at most the height");
    (0..size.height).step_by(rows as usize).map(move |first| (first, rows.min(size.height - first)))
}

/// Lays out where the columns of an enlargement lie, then its rows.
fn places(positions: Positions, factor: usize, input: Size, size: Size) -> Result<Vec<u32>, Error> {
    let mut words = alloc::try_with_capacity(3 * (size.width as usize + size.height as usize))?;
    for (len, count) in [(input.width, size.width), (input.height, size.height)] {
        for index in 0..count as usize {
            let Place { pixels: [before, behind], weight } = Place::new(positions, factor, len as usize, index);
            words.extend([narrow(before), narrow(behind), weight.into()]);
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
            for (first, rows) in bands(size, blocks, products) {
                assert_eq!(first, next);
                assert!(rows > 0);
                next += rows;
            }
            assert_eq!(next, size.height);
        }
        // 640 columns of 8 blocks, 144 units each: five rows are more than a submission has.
        assert_eq!(bands(Size::new(640, 481), 8, 9 * 16 * 32).next(), Some((0, 5)));
    }
}
