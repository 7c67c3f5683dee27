//! Makes files of different formats and qualities of one picture, for their scores.
//!
//! Lines come in on the standard input. `open SIDE FOLDER FILE` takes the picture of a file, at most `SIDE` pixels long, leaves
//! it in the folder as `source.rgb`, bare RGB, and answers with its width and height. `FORMAT QUALITY SETTING` encodes it, such
//! as `image/webp 80 74`, leaves what is decoded again in the folder as `result.rgb`, and answers with the bytes of the file;
//! `-` for a setting leaves it to the quality. `cargo xtask bench quality` asks.

use std::error::Error;
use std::io::{self, BufRead, Write};
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use palmette_codec::{DecodeOptions, EncodeFormat, EncodeOptions, decode, encode};
use palmette_core::engine::picture;
use palmette_core::plan::{Planned, Planner};
use palmette_core::{CpuEngine, Deadline, Limits, Pixmap};
use palmette_ops::{ImageIndex, Op, Transform};

/// The formats that lose something.
const FORMATS: [EncodeFormat; 3] = [EncodeFormat::Jpeg, EncodeFormat::Webp, EncodeFormat::Avif];

/// The picture that is encoded, and where results go.
struct Opened {
    pixmap: Pixmap,
    folder: PathBuf,
}

/// Leaves bare RGB.
fn save(pixmap: &Pixmap, path: &Path) -> io::Result<()> {
    let pixels = pixmap.data().as_chunks::<4>().0.iter();
    std::fs::write(path, pixels.flat_map(|&[red, green, blue, _]| [red, green, blue]).collect::<Vec<_>>())
}

/// Opens a file.
fn open(side: &str, folder: &str, path: &str) -> Result<Opened, Box<dyn Error>> {
    let source = decode(&std::fs::read(path)?, &DecodeOptions::default())?.pixmap;
    let side: Option<NonZeroU32> = Some(side.parse()?);
    let options = Transform { width: side, height: side, ..Transform::default() };
    let ops = [Op::Transform { image_index: ImageIndex::CANVAS, options }];
    let Planned::Complete(plan) = Planner::new(&ops, &[source.size()], &Limits::default())?.plan()? else {
        return Err("nothing here is measured".into());
    };
    let pixmap = picture(&CpuEngine::new(), &plan, &source, Deadline::NONE)?;
    let folder = PathBuf::from(folder);
    save(&pixmap, &folder.join("source.rgb"))?;
    Ok(Opened { pixmap, folder })
}

/// Encodes what is open.
fn make(opened: &Opened, format: &str, quality: &str, setting: &str) -> Result<usize, Box<dyn Error>> {
    let format = FORMATS.into_iter().find(|it| it.as_str() == format).ok_or("no lossy format")?;
    let setting = if setting == "-" { None } else { Some(setting.parse()?) };
    let options = EncodeOptions { quality: Some(quality.parse()?), setting, ..EncodeOptions::new(format) };
    let file = encode(opened.pixmap.clone(), &options)?.bytes;
    save(&decode(&file, &DecodeOptions::default())?.pixmap, &opened.folder.join("result.rgb"))?;
    Ok(file.len())
}

/// Answers one line.
fn answer(line: &str, opened: &mut Option<Opened>) -> Result<String, Box<dyn Error>> {
    if let ["open", side, folder, path] = line.splitn(4, ' ').collect::<Vec<_>>()[..] {
        let size = opened.insert(open(side, folder, path)?).pixmap.size();
        return Ok(format!("{} {}", size.width, size.height));
    }
    let [format, quality, setting] = line.split(' ').collect::<Vec<_>>()[..] else {
        return Err(format!("not a line of a request: {line}").into());
    };
    Ok(make(opened.as_ref().ok_or("no picture is open")?, format, quality, setting)?.to_string())
}

fn main() -> io::Result<()> {
    let (mut opened, mut out) = (None, io::stdout().lock());
    for line in io::stdin().lock().lines() {
        match answer(&line?, &mut opened) {
            Ok(answer) => writeln!(out, "{answer}")?,
            Err(error) => writeln!(out, "! {error}")?,
        }
        out.flush()?;
    }
    Ok(())
}
