//! One chain on the device: what is recorded, what is submitted, and what comes back.

use palmette_core::plan::Value;
use palmette_core::{Deadline, Size};

use crate::Error;
use crate::device::Gpu;
use crate::image::{Band, Image, Picture, Tiling, words_of};
use crate::kernels::{Kernel, Parameters};
use crate::pool::{Lease, Purpose};
use crate::scopes::Scopes;
use crate::shaders::{OUTPUT_BINDING, PAGE_BINDING, TABLE_BINDING, Variant};
use crate::staging::Stage;

mod read_back;
mod timing;
mod upload;

pub(crate) use timing::Phase;
pub use timing::{KernelTime, Timings};
use upload::MAX_TABLE_BYTES;

/// One chain.
///
/// Buffers that a step no longer needs are used again by later steps of the same job, since the device runs them in order.
/// They go back to the pool only with the job: another one might write to them before what is recorded here is submitted.
#[derive(Debug)]
pub(crate) struct Job<'a> {
    gpu: &'a Gpu,
    pub(crate) deadline: Deadline,
    scopes: Option<Scopes>,
    encoder: Option<wgpu::CommandEncoder>,
    /// Invocations recorded and not submitted.
    recorded: u64,
    /// What was written for the device since the last submission; the last one may have room for more.
    stages: Vec<Stage>,
    /// Buffers that later steps may write to.
    spare: Vec<Lease>,
    /// Tables. A write that no stage had room for runs ahead of all that is recorded, so they are not used again.
    tables: Vec<Lease>,
    /// In a job that is timed.
    stopwatch: Option<timing::Stopwatch>,
}

/// What a kernel reads.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Source<'a> {
    /// Pixels, in as many pages as they take.
    Pixels(&'a Image),
    /// A plane, in as many pages as it takes.
    Plane(&'a Image),
    /// Samples, at most a page of them.
    Samples(&'a Lease),
    /// Y, Cb and Cr, samples or planes, at most a page of each.
    Ycc([&'a Lease; 3]),
    /// Two values of a net, and what is known of the layer that reads them; at most a page of each.
    Values([&'a Lease; 2], &'a Lease),
}

/// What a kernel writes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Target<'a> {
    /// A band of pixels.
    Pixels(&'a Image, Band),
    /// A band of a plane.
    Plane(&'a Image, Band),
    /// Samples, at most a page of them.
    Samples(&'a Lease),
    /// A few numbers.
    Numbers(&'a Lease),
}

impl<'a> Job<'a> {
    /// Invocations from which on a submission is worth its price.
    pub(crate) const MUCH: u64 = 4_000_000;

    /// Begins a chain.
    pub(crate) fn new(gpu: &'a Gpu, deadline: Deadline) -> Self {
        Self {
            gpu,
            deadline,
            scopes: Some(Scopes::push(&gpu.device)),
            encoder: None,
            recorded: 0,
            stages: Vec::new(),
            spare: Vec::new(),
            tables: Vec::new(),
            stopwatch: None,
        }
    }

    /// Returns how pictures are cut up.
    pub(crate) const fn tiling(&self) -> Tiling {
        self.gpu.tiling
    }

    /// Says whether there is time left and the device is there.
    pub(crate) fn check(&self) -> Result<(), Error> {
        self.deadline.check()?;
        if self.gpu.is_lost() { Err(Error::Lost) } else { Ok(()) }
    }

    /// Makes room for a picture of any layout.
    pub(crate) fn picture(&mut self, Value { size, layout }: Value) -> Result<Picture, Error> {
        let planes = (0..layout.planes()).map(|plane| self.image(words_of(layout, plane, size)));
        Ok(Picture { size, layout, planes: planes.collect::<Result<_, _>>()? })
    }

    /// Makes room for pixels, or for a plane, of so many words and rows.
    pub(crate) fn image(&mut self, size: Size) -> Result<Image, Error> {
        self.tiling().check(size)?;
        Ok(Image { lease: self.storage(size.area())?, size })
    }

    /// Makes room for words that a kernel writes.
    pub(crate) fn storage(&mut self, words: u64) -> Result<Lease, Error> {
        let bytes = crate::pool::size_class(4 * words);
        match self.spare.iter().position(|spare| spare.buffer().size() == bytes) {
            Some(index) => Ok(self.spare.swap_remove(index)),
            None => self.gpu.pool.take(Purpose::Storage, bytes),
        }
    }

    /// Copies a picture, for two steps that take it.
    pub(crate) fn copy(&mut self, picture: &Picture) -> Result<Picture, Error> {
        let copy = self.picture(Value { size: picture.size, layout: picture.layout })?;
        let encoder = encoder_of(&mut self.encoder, &self.gpu.device);
        for (from, to) in picture.planes.iter().zip(&copy.planes) {
            encoder.copy_buffer_to_buffer(from.lease.buffer(), 0, to.lease.buffer(), 0, 4 * from.size.area());
            self.recorded += from.size.area();
        }
        Ok(copy)
    }

    /// Lets later steps write to a buffer.
    pub(crate) fn recycle(&mut self, lease: Lease) {
        self.spare.push(lease);
    }

    /// Lets later steps write to the buffers of a picture.
    pub(crate) fn recycle_picture(&mut self, picture: Picture) {
        self.spare.extend(picture.planes.into_iter().map(|plane| plane.lease));
    }

    /// Records one dispatch of a kernel, on `grid` columns and rows of invocations.
    pub(crate) fn dispatch<P: Parameters>(
        &mut self,
        kernel: &Kernel,
        source: Source<'_>,
        target: Target<'_>,
        table: Option<TableIndex>,
        parameters: &P,
        grid: (u32, u32),
    ) {
        debug_assert_eq!(P::FIELDS, kernel.fields, "the parameters of this kernel");
        let variant = Variant {
            is_paged: matches!(source, Source::Pixels(image) | Source::Plane(image) if self.tiling().is_paged(image.size)),
            from_levels: matches!(source, Source::Pixels(_) | Source::Plane(_)),
            to_levels: matches!(target, Target::Pixels(..) | Target::Plane(..)),
            is_plane: matches!(source, Source::Plane(_)) || matches!(target, Target::Plane(..)),
        };
        let device = &self.gpu.device;
        let pipeline = self.gpu.pipelines.get(device, kernel, variant);
        let group = device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some(kernel.name),
            layout: self.gpu.pipelines.bindings(),
            entries: &self.bindings(source, target, table),
        });
        // The pipeline's layout has room for the largest, and all of it has to be set.
        let mut immediates = [0; crate::device::IMMEDIATE_BYTES as usize];
        immediates[..size_of::<P>()].copy_from_slice(bytemuck::bytes_of(parameters));
        let encoder = encoder_of(&mut self.encoder, device);
        let timestamp_writes = self.stopwatch.as_mut().and_then(|stopwatch| stopwatch.dispatch(kernel.name));
        let mut pass =
            encoder.begin_compute_pass(&wgpu::ComputePassDescriptor { label: Some(kernel.name), timestamp_writes });
        pass.set_pipeline(&pipeline);
        pass.set_bind_group(0, &group, &[]);
        pass.set_immediates(0, &immediates);
        let [width, height] = kernel.workgroup;
        pass.dispatch_workgroups(grid.0.div_ceil(width), grid.1.div_ceil(height), 1);
        drop(pass);
        self.recorded += u64::from(grid.0) * u64::from(grid.1);
    }

    /// Names what is bound where. Every binding has to be there: what a kernel does not read is the first page again.
    fn bindings<'b>(
        &'b self,
        source: Source<'b>,
        target: Target<'b>,
        table: Option<TableIndex>,
    ) -> [wgpu::BindGroupEntry<'b>; 6] {
        let page_bytes = self.tiling().page_bytes();
        let bind_most = |buffer: &'b wgpu::Buffer, offset: u64, max_bytes: u64| {
            let size = wgpu::BufferSize::new(max_bytes.min(buffer.size() - offset));
            wgpu::BindingResource::Buffer(wgpu::BufferBinding { buffer, offset, size })
        };
        let bind = |buffer, offset| bind_most(buffer, offset, page_bytes);
        let pages = match source {
            Source::Pixels(image) | Source::Plane(image) => {
                let pages = image.size.area().div_ceil(self.tiling().page_words());
                [0, 1, 2, 3].map(|page| (&image.lease, if page < pages { page * page_bytes } else { 0 }))
            }
            Source::Samples(lease) => [(lease, 0); 4],
            Source::Ycc([luma, blue, red]) => [luma, blue, red, luma].map(|lease| (lease, 0)),
            Source::Values([first, second], layer) => [first, second, layer, first].map(|lease| (lease, 0)),
        };
        let output = match target {
            Target::Pixels(image, band) | Target::Plane(image, band) => bind(image.lease.buffer(), band.offset),
            Target::Samples(lease) | Target::Numbers(lease) => bind(lease.buffer(), 0),
        };
        let table = match table {
            Some(TableIndex(index)) => bind_most(self.tables[index].buffer(), 0, MAX_TABLE_BYTES),
            None => bind(pages[0].0.buffer(), 0),
        };
        let mut pages = (PAGE_BINDING..)
            .zip(pages)
            .map(|(binding, (lease, offset))| wgpu::BindGroupEntry { binding, resource: bind(lease.buffer(), offset) });
        let mut page = || pages.next().expect("four pages");
        [
            page(),
            page(),
            page(),
            page(),
            wgpu::BindGroupEntry { binding: OUTPUT_BINDING, resource: output },
            wgpu::BindGroupEntry { binding: TABLE_BINDING, resource: table },
        ]
    }

    /// Counts work that an invocation of a picture's kernel would be a unit of.
    pub(crate) const fn count(&mut self, units: u64) {
        self.recorded += units;
    }

    /// Submits what was recorded if it is much, so that the device works while the host goes on recording, and a step that
    /// is too slow is noticed between two submissions.
    pub(crate) fn end_step(&mut self) -> Result<(), Error> {
        if self.recorded >= Self::MUCH {
            self.submit()?;
        }
        self.check()
    }

    /// Submits what was recorded, perhaps together with what other jobs recorded.
    fn submit(&mut self) -> Result<wgpu::SubmissionIndex, Error> {
        self.stages.iter().for_each(Stage::close);
        let encoder = self.encoder.take().unwrap_or_else(|| new_encoder(&self.gpu.device));
        let commands = encoder.finish();
        // What is wrong with them must not be found in a submission, where it would harm others.
        self.check_scopes()?;
        let submission = self.gpu.submitter.submit(commands, std::mem::take(&mut self.recorded))?;
        self.stages.drain(..).for_each(Stage::give_back);
        Ok(submission)
    }

    /// Looks whether anything went wrong on this thread.
    fn check_scopes(&mut self) -> Result<(), Error> {
        let result = self.scopes.take().map_or(Ok(()), Scopes::pop);
        self.scopes = Some(Scopes::push(&self.gpu.device));
        result
    }
}

/// A table of a job.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TableIndex(usize);

/// Returns the encoder of a job, which it begins if there is none.
fn encoder_of<'e>(
    encoder: &'e mut Option<wgpu::CommandEncoder>,
    device: &wgpu::Device,
) -> &'e mut wgpu::CommandEncoder {
    encoder.get_or_insert_with(|| new_encoder(device))
}

fn new_encoder(device: &wgpu::Device) -> wgpu::CommandEncoder {
    device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("chain") })
}
