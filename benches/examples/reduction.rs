//! Makes a smaller JPEG of a JPEG twice: read as the plan says, at a half, a quarter or an eighth, and read in full.
//!
//! Lines come in on the standard input, `WIDTH HEIGHT QUALITY FOLDER FILE`: fit the picture of a file into this size. Into the
//! folder go `source.rgb`, `reduced.rgb` and `full.rgb`, bare RGB of what is in the file and in both results. The answer is the
//! size of the source, that of the results, the spacing of luma and of chroma as the plan reads them, and the bytes of both
//! results. `cargo xtask bench reduction` asks, and scores them.

use std::error::Error;
use std::io::{self, BufRead, Write};
use std::num::NonZeroU32;
use std::path::Path;

use palmette_codec::{DecodeOptions, EncodeFormat, EncodeOptions, decode, encode_rows, planes_taken, probe, reader};
use palmette_core::engine::Collected;
use palmette_core::plan::{Plan, Planned, Planner, ReadStep, Source, StepKind, Value};
use palmette_core::{CpuEngine, Deadline, Engine, Error as CoreError, Limits, PictureRows, Pixmap, Rows, Sources};
use palmette_ops::{ImageIndex, Op, Transform};

/// A file as the only source.
struct File<'a>(&'a [u8]);

impl Sources for File<'_> {
    fn open(&self, read: &ReadStep, _planned: Value) -> Result<Box<dyn Rows + '_>, CoreError> {
        let failed = |_| CoreError::SourceFailed { index: read.source };
        let opened = reader(self.0, &read.reading, &DecodeOptions::default()).map_err(failed)?;
        Ok(Box::new(PictureRows::new(opened.into_picture().map_err(failed)?.0)))
    }
}

/// One request.
struct Request<'a> {
    file: &'a [u8],
    options: Transform,
    encoding: EncodeOptions,
}

impl Request<'_> {
    /// Plans it; `is_reducible` says whether the file may be read reduced.
    fn plan(&self, is_reducible: bool) -> Result<Plan, Box<dyn Error>> {
        let probe = probe(self.file)?;
        let stored = Value { size: probe.rows_size(), layout: probe.layout };
        let source =
            Source { stored, orientation: probe.orientation, is_reducible: is_reducible && probe.is_reducible };
        let ops = [Op::Transform { image_index: ImageIndex::CANVAS, options: self.options.clone() }];
        let planner = Planner::of_sources(&ops, vec![source], &Limits::default())?;
        match planner.with_target(planes_taken(&self.encoding)).plan()? {
            Planned::Complete(plan) => Ok(plan),
            Planned::Measure(_) => Err("nothing here is measured".into()),
        }
    }

    /// Makes the file.
    fn run(&self, plan: &Plan) -> Result<Vec<u8>, Box<dyn Error>> {
        let mut collected = Collected::default();
        CpuEngine::new().run(plan, &File(self.file), &mut collected, Deadline::NONE)?;
        let picture = collected.pictures.pop().ok_or("a plan without a result")?;
        Ok(encode_rows(Box::new(PictureRows::new(picture)), &self.encoding)?.bytes)
    }
}

/// Decodes a file and leaves its bare RGB.
fn save(file: &[u8], path: &Path) -> Result<Pixmap, Box<dyn Error>> {
    let pixmap = decode(file, &DecodeOptions::default())?.pixmap;
    let rgb: Vec<u8> =
        pixmap.data().as_chunks::<4>().0.iter().flat_map(|&[red, green, blue, _]| [red, green, blue]).collect();
    std::fs::write(path, rgb)?;
    Ok(pixmap)
}

/// Answers one line.
fn answer(line: &str) -> Result<String, Box<dyn Error>> {
    let [width, height, quality, folder, path] = line.splitn(5, ' ').collect::<Vec<_>>()[..] else {
        return Err(format!("not a line of a request: {line}").into());
    };
    let file = std::fs::read(path)?;
    let side = |text: &str| text.parse().map(NonZeroU32::new);
    let request = Request {
        file: &file,
        options: Transform { width: side(width)?, height: side(height)?, ..Transform::default() },
        encoding: EncodeOptions { quality: Some(quality.parse()?), ..EncodeOptions::new(EncodeFormat::Jpeg) },
    };
    let folder = Path::new(folder);
    let source = save(&file, &folder.join("source.rgb"))?.size();
    let (reduced, full) = (request.plan(true)?, request.plan(false)?);
    let StepKind::Read(read) = reduced.steps()[0].kind else { return Err("a plan begins with a source".into()) };
    let layout = read.reading.layout;
    let [luma, chroma] = [0, layout.planes() - 1].map(|plane| layout.spacing(plane).x);
    let (reduced, full) = (request.run(&reduced)?, request.run(&full)?);
    let size = save(&reduced, &folder.join("reduced.rgb"))?.size();
    save(&full, &folder.join("full.rgb"))?;
    let bytes = (reduced.len(), full.len());
    Ok(format!(
        "{} {} {} {} {luma} {chroma} {} {}",
        source.width, source.height, size.width, size.height, bytes.0, bytes.1
    ))
}

fn main() -> io::Result<()> {
    let mut out = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        match answer(&line?) {
            Ok(answer) => writeln!(out, "{answer}")?,
            Err(error) => writeln!(out, "! {error}")?,
        }
        out.flush()?;
    }
    Ok(())
}
