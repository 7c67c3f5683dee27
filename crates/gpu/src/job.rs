//! One chain on the device: what is recorded, what is submitted, and what comes back.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use palmette_core::net::Graph;
use palmette_core::plan::Value;
use palmette_core::{Deadline, Size};

use crate::Error;
use crate::device::Gpu;
use crate::image::{Band, Image, Picture, Tiling, words_of};
use crate::kernels::{Kernel, Parameters};
use crate::net::DeviceNet;
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
    /// Submissions that may still be on their way, the oldest first.
    ahead: VecDeque<Ahead>,
    /// Invocations from which on a submission is worth its price, on a device as fast as this one was so far.
    much: u64,
    /// When the device was last known to be done with one.
    done_at: Instant,
    /// In a job that is timed.
    stopwatch: Option<timing::Stopwatch>,
}

/// A submission that may still be on its way.
#[derive(Debug)]
struct Ahead {
    since: Instant,
    submission: wgpu::SubmissionIndex,
    is_done: Receiver<()>,
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
    /// Two values of a net, at most a page of each, and what is known of the layer that reads them, which is no longer than a table.
    Values([&'a Lease; 2], &'a Lease),
    /// A table alone.
    Table(TableIndex),
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
    /// Invocations from which on a submission is worth its price, as long as nothing is known of the device.
    const MUCH: u64 = 4_000_000;

    /// The least and the most that this becomes.
    const MUCH_LIMITS: [u64; 2] = [100_000, 16_000_000];

    /// How long a submission takes that is neither too small nor too large: its price is some 30 µs, and drivers give up on what takes
    /// seconds.
    const TAKES: [Duration; 2] = [Duration::from_millis(1), Duration::from_millis(50)];

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
            ahead: VecDeque::new(),
            much: Self::MUCH,
            done_at: Instant::now(),
            stopwatch: None,
        }
    }

    /// Submissions that may be on their way at once: enough for the device to be busy while the host records, and so few that a deadline,
    /// a lost device, and other jobs need not wait for many.
    const MAX_AHEAD: usize = 2;

    /// How long a wait lasts before it looks whether the device was lost: callbacks of a lost device are never called.
    const PATIENCE: Duration = Duration::from_millis(20);

    /// Returns how pictures are cut up.
    pub(crate) const fn tiling(&self) -> Tiling {
        self.gpu.tiling
    }

    /// Says whether there is time left and the device is there.
    pub(crate) fn check(&self) -> Result<(), Error> {
        self.deadline.check()?;
        if self.gpu.is_lost() { Err(Error::Lost) } else { Ok(()) }
    }

    /// Returns a net that is on the device.
    pub(crate) fn net(&self, graph: &Arc<Graph>) -> Result<Arc<DeviceNet>, Error> {
        self.gpu.nets.get(self.gpu, graph, self.deadline)
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

    /// Names the buffer of each binding. All have to be there: one that a kernel does not read is the first page again.
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
        // A layer is a table, whatever a page is.
        let seen_bytes = if matches!(source, Source::Values(..)) { MAX_TABLE_BYTES } else { page_bytes };
        let pages = match source {
            Source::Pixels(image) | Source::Plane(image) => {
                let pages = image.size.area().div_ceil(self.tiling().page_words());
                [0, 1, 2, 3].map(|page| (&image.lease, if page < pages { page * page_bytes } else { 0 }))
            }
            Source::Samples(lease) => [(lease, 0); 4],
            Source::Ycc([luma, blue, red]) => [luma, blue, red, luma].map(|lease| (lease, 0)),
            Source::Table(TableIndex(index)) => [(&self.tables[index], 0); 4],
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
            .map(|(binding, (lease, offset))| (binding, bind_most(lease.buffer(), offset, seen_bytes)))
            .map(|(binding, resource)| wgpu::BindGroupEntry { binding, resource });
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
    /// is too slow is noticed between two submissions. Waits for earlier ones if many are on their way.
    pub(crate) fn end_step(&mut self) -> Result<(), Error> {
        if self.recorded >= self.much {
            let submission = self.submit()?;
            let (sender, receiver) = channel();
            self.gpu.queue.on_submitted_work_done(move || {
                // If nobody receives any more, the job was given up.
                let _ = sender.send(());
            });
            self.ahead.push_back(Ahead { since: Instant::now(), submission, is_done: receiver });
            while self.ahead.len() > Self::MAX_AHEAD
                && let Some(Ahead { since, submission, is_done }) = self.ahead.pop_front()
            {
                self.gpu.poller.watch(submission);
                self.wait(&is_done)?;
                self.learn(since);
            }
        }
        self.check()
    }

    /// Makes submissions larger or smaller after one is done that was handed in at that time.
    fn learn(&mut self, since: Instant) {
        let now = Instant::now();
        let took = now - since.max(self.done_at);
        self.done_at = now;
        let ([least, most], [short, long]) = (Self::MUCH_LIMITS, Self::TAKES);
        if took < short {
            self.much = (2 * self.much).min(most);
        } else if took > long {
            self.much = (self.much / 2).max(least);
        }
    }

    /// Returns the work from which on a submission is worth its price.
    pub(crate) const fn much(&self) -> u64 {
        self.much
    }

    /// Waits for what a callback of the device sends.
    ///
    /// # Errors
    ///
    /// [`Error::TimedOut`] if the device does not answer, after which it counts as lost; and those of [`Job::check`] meanwhile.
    fn wait<T>(&self, receiver: &Receiver<T>) -> Result<T, Error> {
        let start = Instant::now();
        loop {
            self.check()?;
            match receiver.recv_timeout(Self::PATIENCE) {
                Ok(sent) => return Ok(sent),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected)
                    if start.elapsed() >= self.gpu.timeout =>
                {
                    // Nobody knows which of our buffers it still uses.
                    self.gpu.give_up();
                    return Err(Error::TimedOut { timeout_ms: self.gpu.timeout.as_millis() });
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Err(Error::ReadBack),
            }
        }
    }

    /// Submits what was recorded, perhaps together with what other jobs recorded.
    fn submit(&mut self) -> Result<wgpu::SubmissionIndex, Error> {
        self.stages.iter().for_each(Stage::close);
        let encoder = self.encoder.take().unwrap_or_else(|| new_encoder(&self.gpu.device));
        let commands = encoder.finish();
        // Mistakes in them must be found before the submission, where they would harm others.
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
