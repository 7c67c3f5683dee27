//! Rounds of a case: the CPU, the GPU, and the GPU once more with its phases apart, each first in a third of the rounds. Who
//! comes later finds memory that others have left.

use std::time::{Duration, Instant};

use palmette_benches::picture;
use palmette_codec::{DecodeOptions, EncodeFormat, EncodeOptions, Encoded};
use palmette_core::engine::Collected;
use palmette_core::plan::{Plan, StepKind};
use palmette_core::{CpuEngine, Deadline, Engine, Layout, Picture, PictureRows, Pixmap, Reading, Size};
use palmette_gpu::{Error, GpuEngine, Timings};

use crate::cases::{Case, Kind};
use crate::record::Part;

/// Rounds of a case, at least and at most.
const ROUNDS: (usize, usize) = (3, 100);

/// What happens once in a round.
#[derive(Clone, Copy, Debug)]
enum Take {
    /// The CPU engine.
    Cpu,
    /// The GPU engine, as a request has it.
    Gpu,
    /// The GPU engine with its phases apart.
    Phases,
}

const TAKES: [Take; 3] = [Take::Cpu, Take::Gpu, Take::Phases];

/// What a round begins with.
#[derive(Clone, Copy, Debug)]
enum Input<'a> {
    /// Decoded pictures; the result is not encoded.
    Pictures(&'a [Picture]),
    /// A photo; the result is encoded.
    File(&'a [u8]),
}

/// Both engines.
#[derive(Debug)]
pub(crate) struct Engines {
    pub(crate) cpu: CpuEngine,
    pub(crate) gpu: GpuEngine,
}

impl Engines {
    /// Measures a case on a canvas of a size for about so long.
    ///
    /// # Errors
    ///
    /// Those of the device, which may be too small.
    ///
    /// # Panics
    ///
    /// If the engines differ in one byte, or if the CPU fails.
    pub(crate) fn measure(&self, case: &Case, size: Size, time: Duration) -> Result<Vec<Part>, Error> {
        let (plan, mut sources) = case.prepare(size);
        let file = (case.kind == Kind::Request).then(|| encode_photo(picture(size, false)));
        if file.is_some() {
            sources.remove(0);
        }
        // What is compared is what comes out of the decoder.
        sources.extend(file.as_deref().map(|file| decode(file, &plan)));
        let input = file.as_ref().map_or(Input::Pictures(&sources), |file| Input::File(file));
        let expected = self.cpu(&plan, sources.clone());
        assert!(self.gpu(&plan, sources.clone())? == expected, "the engines differ: {} at {size}", case.name);

        let bytes = |picture: &Picture| picture.layout().bytes(picture.size());
        let (upload, download) = (sources.iter().map(bytes).sum(), bytes(&expected));
        let mut parts = Parts { upload, download, is_one_step: case.kind == Kind::Kernel, parts: Vec::new() };
        let start = Instant::now();
        for round in 0..ROUNDS.1 {
            if round >= ROUNDS.0 && start.elapsed() >= time {
                break;
            }
            for place in 0..TAKES.len() {
                self.run_take(TAKES[(round + place) % TAKES.len()], &plan, input, &mut parts)?;
            }
        }
        Ok(parts.parts)
    }

    fn run_take(&self, take: Take, plan: &Plan, input: Input<'_>, parts: &mut Parts) -> Result<(), Error> {
        match (take, input) {
            (Take::Cpu, Input::Pictures(sources)) => {
                // The engine takes the pictures, which a request has made for it.
                let taken = sources.to_vec();
                parts.add("cpu", "total", None, time(|| self.cpu(plan, taken)).0);
            }
            (Take::Gpu, Input::Pictures(sources)) => {
                let taken = sources.to_vec();
                let (total, result) = time(|| self.gpu(plan, taken));
                result?;
                parts.add("gpu", "total", None, total);
            }
            (Take::Cpu, Input::File(file)) => request("cpu", (file, plan), parts, |source| Ok(self.cpu(plan, source)))?,
            (Take::Gpu, Input::File(file)) => request("gpu", (file, plan), parts, |source| self.gpu(plan, source))?,
            (Take::Phases, Input::Pictures(sources)) => self.phases(plan, &sources.to_vec(), parts)?,
            (Take::Phases, Input::File(file)) => self.phases(plan, &vec![decode(file, plan)], parts)?,
        }
        Ok(())
    }

    /// Runs on the GPU with the phases apart.
    fn phases(&self, plan: &Plan, sources: &Vec<Picture>, parts: &mut Parts) -> Result<(), Error> {
        let timings = self.gpu.run_timed(plan, sources, &mut Collected::default(), Deadline::NONE)?;
        let Timings { upload, run, read_back, kernels } = timings;
        parts.add("gpu", "upload", Some(parts.upload), upload);
        parts.add("gpu", "run", None, run);
        parts.add("gpu", "read_back", Some(parts.download), read_back);
        let mut times: Vec<(&str, Duration)> = Vec::new();
        for kernel in kernels {
            match times.iter_mut().find(|(name, _)| *name == kernel.name) {
                Some((_, time)) => *time += kernel.time,
                None => times.push((kernel.name, kernel.time)),
            }
        }
        for (name, time) in times {
            parts.add("gpu", name, parts.is_one_step.then(|| parts.least_bytes(name)), time);
        }
        Ok(())
    }

    fn cpu(&self, plan: &Plan, sources: Vec<Picture>) -> Picture {
        let mut made = Collected::default();
        self.cpu.run(plan, &sources, &mut made, Deadline::NONE).expect("the CPU runs every plan");
        made.pictures.swap_remove(0)
    }

    fn gpu(&self, plan: &Plan, sources: Vec<Picture>) -> Result<Picture, Error> {
        let mut made = Collected::default();
        self.gpu.try_run(plan, &sources, &mut made, Deadline::NONE)?;
        Ok(made.pictures.swap_remove(0))
    }

    /// Times a plain copy of a picture of a size from one buffer of the device to another.
    ///
    /// # Errors
    ///
    /// Those of the device.
    pub(crate) fn measure_copy(&self, size: Size) -> Result<Part, Error> {
        /// Bytes of all copies in a row, so that the way to the device and back is little of their time.
        const MUCH: u64 = 2 << 30;
        let bytes = 4 * size.area();
        let copies = u32::try_from((MUCH / bytes).clamp(16, 1024)).expect("a clamped number");
        let times = (0..5).map(|_| self.gpu.time_copy(bytes, copies)).collect::<Result<_, _>>()?;
        Ok(Part { engine: "gpu", name: "copy", times, bytes: Some(2 * bytes) })
    }
}

/// Runs a file to a file: both engines between the same codecs.
fn request(
    engine: &'static str,
    (file, plan): (&[u8], &Plan),
    parts: &mut Parts,
    run: impl FnOnce(Vec<Picture>) -> Result<Picture, Error>,
) -> Result<(), Error> {
    let (decode, source) = time(|| decode(file, plan));
    let (run, result) = time(|| run(vec![source]));
    let result = result?;
    let (encode, _) = time(|| encode(result, 85));
    parts.add(engine, "total", None, decode + run + encode);
    for (name, time) in [("decode", decode), ("engine", run), ("encode", encode)] {
        parts.add(engine, name, None, time);
    }
    Ok(())
}

/// The parts of the rounds so far.
struct Parts {
    /// Bytes that go to the device, and that come back.
    upload: u64,
    download: u64,
    /// So that a kernel makes all of the result of all that was uploaded.
    is_one_step: bool,
    parts: Vec<Part>,
}

impl Parts {
    /// Counts the bytes that a kernel has to read and write, however it works.
    fn least_bytes(&self, kernel: &str) -> u64 {
        match kernel {
            // Four numbers are all it writes, and what is then cut out is all that the other reads.
            "border" => self.upload,
            "map" | "map_plane" => 2 * self.download,
            _ => self.upload + self.download,
        }
    }

    /// Adds what a part took in this round.
    fn add(&mut self, engine: &'static str, name: &'static str, bytes: Option<u64>, time: Duration) {
        match self.parts.iter_mut().find(|part| (part.engine, part.name) == (engine, name)) {
            Some(part) => part.times.push(time),
            None => self.parts.push(Part { engine, name, times: vec![time], bytes }),
        }
    }
}

/// Encodes the photo of a request, which peers take, too: with chroma of half size, as the case draws it.
pub(crate) fn encode_photo(picture: Pixmap) -> Vec<u8> {
    encode(picture.into(), 85).bytes
}

/// Decodes a photo as the plan reads it.
fn decode(file: &[u8], plan: &Plan) -> Picture {
    let reading = plan.steps().iter().find_map(|step| match step.kind {
        StepKind::Read(read) => Some(read.reading),
        _ => None,
    });
    let reading = reading.unwrap_or(Reading::whole(Layout::Rgba));
    let read =
        palmette_codec::reader(file, &reading, &DecodeOptions::default()).and_then(|reader| reader.into_picture());
    read.expect("a photo that was just encoded").0
}

fn encode(picture: Picture, quality: u8) -> Encoded {
    let options = EncodeOptions { quality: Some(quality), ..EncodeOptions::new(EncodeFormat::Jpeg) };
    palmette_codec::encode_rows(Box::new(PictureRows::new(picture)), &options).expect("a picture")
}

/// Times something; what it makes is dropped outside of the clock.
fn time<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let start = Instant::now();
    let made = work();
    (start.elapsed(), made)
}
