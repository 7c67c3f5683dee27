//! Rounds of a case: the CPU, the GPU, and the GPU once more with its phases apart, in turns.

use std::time::{Duration, Instant};

use palmette_codec::{EncodeFormat, EncodeOptions, Encoded};
use palmette_core::plan::Plan;
use palmette_core::{CpuEngine, Deadline, Engine, Limits, Pixmap, Size};
use palmette_gpu::{Error, GpuEngine, Timings};

use crate::cases::{Case, Kind};
use crate::record::Part;

/// Rounds of a case, at least and at most.
const ROUNDS: (usize, usize) = (3, 100);

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
        let (plan, sources) = case.prepare(size);
        let file = (case.kind == Kind::Request).then(|| encode_photo(sources[0].clone()));
        let expected = self.cpu(&plan, sources.clone());
        let actual = self.gpu(&plan, &sources)?;
        assert!(actual == expected, "the engines differ: {} at {size}", case.name);

        let area = |pictures: &[Pixmap]| pictures.iter().map(|picture| 4 * picture.size().area()).sum::<u64>();
        let (upload, download) = (area(&sources), 4 * expected.size().area());
        let mut parts = Parts { upload, download, is_one_step: case.kind == Kind::Kernel, parts: Vec::new() };
        let start = Instant::now();
        for round in 0..ROUNDS.1 {
            if round >= ROUNDS.0 && start.elapsed() >= time {
                break;
            }
            match &file {
                Some(file) => self.request_round(&plan, file, &mut parts)?,
                None => self.round(&plan, &sources, &mut parts)?,
            }
        }
        Ok(parts.parts)
    }

    /// Runs pixels to pixels.
    fn round(&self, plan: &Plan, sources: &[Pixmap], parts: &mut Parts) -> Result<(), Error> {
        // The engine takes the pictures, which a request has made for it.
        let taken = sources.to_vec();
        parts.add("cpu", "total", None, time(|| self.cpu(plan, taken)).0);
        let (total, result) = time(|| self.gpu(plan, sources));
        result?;
        parts.add("gpu", "total", None, total);
        self.timed(plan, sources, parts)
    }

    /// Runs a file to a file, as a request does: both engines between the same codecs.
    fn request_round(&self, plan: &Plan, file: &[u8], parts: &mut Parts) -> Result<(), Error> {
        let decode = || palmette_codec::decode(file, &Limits::default()).expect("a photo");
        for engine in ["cpu", "gpu"] {
            let (decode, source) = time(decode);
            let (run, result) = time(|| match engine {
                "cpu" => Ok(self.cpu(plan, vec![source])),
                _ => self.gpu(plan, &[source]),
            });
            let result = result?;
            let (encode, _) = time(|| encode_result(result));
            parts.add(engine, "total", None, decode + run + encode);
            for (name, time) in [("decode", decode), ("engine", run), ("encode", encode)] {
                parts.add(engine, name, None, time);
            }
        }
        self.timed(plan, &[decode()], parts)
    }

    /// Runs on the GPU with the phases apart.
    fn timed(&self, plan: &Plan, sources: &[Pixmap], parts: &mut Parts) -> Result<(), Error> {
        let (_, timings) = self.gpu.run_timed(&mut plan.clone(), sources, Deadline::NONE)?;
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

    fn cpu(&self, plan: &Plan, sources: Vec<Pixmap>) -> Pixmap {
        self.cpu.run(&mut plan.clone(), sources, Deadline::NONE).expect("the CPU runs every plan")
    }

    fn gpu(&self, plan: &Plan, sources: &[Pixmap]) -> Result<Pixmap, Error> {
        self.gpu.try_run(&mut plan.clone(), sources, Deadline::NONE)
    }

    /// Times a plain copy of a picture of a size from one buffer of the device to another.
    ///
    /// # Errors
    ///
    /// Those of the device.
    pub(crate) fn measure_copy(&self, size: Size) -> Result<Part, Error> {
        /// Copies in a row, so that the way to the device and back is little of their time.
        const COPIES: u32 = 32;
        let bytes = 4 * size.area();
        let times = (0..5).map(|_| self.gpu.time_copy(bytes, COPIES)).collect::<Result<_, _>>()?;
        Ok(Part { engine: "gpu", name: "copy", times, bytes: Some(2 * bytes) })
    }
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
            "map" => 2 * self.download,
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

/// Encodes the photo of a request, which peers take, too.
pub(crate) fn encode_photo(picture: Pixmap) -> Vec<u8> {
    encode(picture, 90).bytes
}

/// Encodes the answer of a request.
fn encode_result(picture: Pixmap) -> Encoded {
    encode(picture, 85)
}

fn encode(picture: Pixmap, quality: u8) -> Encoded {
    let options = EncodeOptions { quality: Some(quality), ..EncodeOptions::new(EncodeFormat::Jpeg) };
    palmette_codec::encode(picture, &options).expect("a picture")
}

/// Times something; what it makes is dropped outside of the clock.
fn time<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let start = Instant::now();
    let made = work();
    (start.elapsed(), made)
}
