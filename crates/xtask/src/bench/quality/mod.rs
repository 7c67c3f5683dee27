//! `cargo xtask bench quality`: what WebP and AVIF have to be told to give the score that JPEG gives, and whether they do.
//!
//! A program of the benches encodes photos; the one that scores for `bench peers` scores what comes out against what went in.
//! With `--write` the settings of both formats are tried first, and the table of the codecs is written anew; it takes effect when
//! they are built again, so the run that proves it is another one.

mod record;
mod table;

use std::path::PathBuf;

use self::record::Record;
use self::table::Curve;
use super::dialogue::Dialogue;
use super::folder::Folder;
use super::photos::{self, Picture};
use super::score::{Rgb, Score};
use super::{codecs, machine};
use crate::command::Invocation;
use crate::error::Error;
use crate::workspace;

/// What photos are made smaller to first, at most, so that what an earlier encoder did to them is gone.
const SIDE_PX: u32 = 448;

/// Qualities at which the formats are compared.
const QUALITIES: [u8; 9] = [10, 30, 50, 70, 80, 85, 89, 90, 95];

/// The file that holds the settings.
const TABLE: &str = "crates/codec/src/quality/table.rs";

/// The formats, as the maker calls them, and as tables do.
const FORMATS: [(&str, &str); 3] = [("image/jpeg", "JPEG"), ("image/webp", "WebP"), ("image/avif", "AVIF")];

/// A run of settings that are tried, all at one quality, since that decides about chroma.
struct Trial {
    format: &'static str,
    quality: u8,
    settings: &'static [u8],
}

/// JPEG at its own numbers; WebP; AVIF with chroma of half size, and of full size.
const TRIALS: [Trial; 5] = [
    Trial { format: "image/jpeg", quality: 80, settings: &[1, 10, 30, 50, 70, 80, 89] },
    Trial { format: "image/jpeg", quality: 90, settings: &[90, 95, 99] },
    Trial { format: "image/webp", quality: 80, settings: &[0, 10, 30, 50, 65, 80, 90, 96, 100] },
    Trial { format: "image/avif", quality: 80, settings: &[63, 54, 46, 38, 30, 22, 16, 10, 4] },
    Trial { format: "image/avif", quality: 90, settings: &[22, 16, 12, 8, 4, 0] },
];

/// What is asked for.
#[derive(Debug, Default, PartialEq, Eq)]
struct Arguments<'a> {
    writes: bool,
    name: Option<&'a str>,
    folders: Vec<PathBuf>,
}

impl<'a> Arguments<'a> {
    /// Understands arguments.
    ///
    /// # Errors
    ///
    /// [`Error::Argument`].
    fn parse(arguments: &[&'a str]) -> Result<Self, Error> {
        let mut asked = Self::default();
        let mut rest = arguments.iter();
        while let Some(&argument) = rest.next() {
            let wrong = || Error::Argument { argument: argument.to_owned() };
            match argument {
                "--write" => asked.writes = true,
                "--name" => asked.name = Some(rest.next().ok_or_else(wrong)?),
                folder if !folder.starts_with('-') => asked.folders.push(folder.into()),
                _ => return Err(wrong()),
            }
        }
        Ok(asked)
    }
}

/// Compares the formats and records it; or tries settings, and writes the table.
///
/// # Errors
///
/// [`Error::Argument`], those of fetching photos, of building and running the programs, and of reading and writing files.
pub(crate) fn run(arguments: &[&str]) -> Result<(), Error> {
    let asked = Arguments::parse(arguments)?;
    let pictures = photos::of_packages_and(&asked.folders)?;
    let build = ["build", "--release", "--locked", "--package", "palmette-benches", "--example", "quality"];
    Invocation::cargo(&build).run()?;
    let programs = codecs::build()?;
    let mut judge = Judge {
        maker: Dialogue::start(workspace::target().join("release/examples/quality"), &[])?,
        score: Score::start(&programs)?,
        folder: codecs::empty("quality")?,
        size: (0, 0),
    };
    if asked.writes { write(&mut judge, &pictures) } else { compare(&mut judge, &pictures, &asked) }
}

/// Tries settings, and writes the table.
fn write(judge: &mut Judge, pictures: &[Picture]) -> Result<(), Error> {
    let mut curves = TRIALS.map(|trial| Curve::new(trial.settings));
    for picture in pictures {
        eprintln!("{}", picture.name);
        judge.open(picture)?;
        for (trial, curve) in TRIALS.iter().zip(&mut curves) {
            for (index, setting) in trial.settings.iter().enumerate() {
                let (score, _) = judge.judge(trial.format, trial.quality, &setting.to_string())?;
                curve.add(index, score);
            }
        }
    }
    let path = workspace::root().join(TABLE);
    std::fs::write(&path, table::text(&curves)).map_err(|source| Error::File { path: path.clone(), source })?;
    Invocation::new("rustfmt", &["--edition", "2024", &path.to_string_lossy()]).run()
}

/// Compares the formats as they are, and records it.
fn compare(judge: &mut Judge, pictures: &[Picture], asked: &Arguments<'_>) -> Result<(), Error> {
    let facts = machine::facts()?;
    let mut record = Record::default();
    for picture in pictures {
        eprintln!("{}", picture.name);
        judge.open(picture)?;
        for quality in QUALITIES {
            for (index, (format, _)) in FORMATS.iter().enumerate() {
                let (score, bytes) = judge.judge(format, quality, "-")?;
                record.add(&picture.name, quality, index, score, bytes);
            }
        }
    }
    let folder = Folder::create(&format!("{}-quality", asked.name.map_or_else(machine::name, str::to_owned)))?;
    folder.write("README.md", &record.readme(&facts, asked.folders.len()))?;
    folder.write("raw.csv", &record.raw())?;
    eprintln!("{}\nrecorded in {}", record.summary(), folder.path().display());
    Ok(())
}

/// Who makes files and scores them.
struct Judge {
    maker: Dialogue,
    score: Score,
    folder: PathBuf,
    /// Width and height of what is open.
    size: (u32, u32),
}

impl Judge {
    /// Opens a photo.
    fn open(&mut self, picture: &Picture) -> Result<(), Error> {
        let line = format!("open {SIDE_PX} {} {}", self.folder.display(), picture.path.display());
        let answer = self.maker.ask(&line)?;
        let size = answer.split_once(' ').and_then(|(width, height)| Some((width.parse().ok()?, height.parse().ok()?)));
        self.size = size.ok_or_else(|| self.maker.failed(&answer))?;
        Ok(())
    }

    /// Encodes what is open; returns the score and the bytes.
    fn judge(&mut self, format: &str, quality: u8, setting: &str) -> Result<(f64, u64), Error> {
        let Self { maker, score, folder, size } = self;
        let answer = maker.ask(&format!("{format} {quality} {setting}"))?;
        let bytes = answer.parse().map_err(|_| maker.failed(&answer))?;
        let [source, result] = ["source.rgb", "result.rgb"].map(|name| folder.join(name));
        let [gamma, _] = score.of(Rgb { size: *size, path: &source }, Rgb { size: *size, path: &result })?;
        Ok((gamma, bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_understood() {
        let asked = Arguments::parse(&["--write", "a", "--name", "m"]).unwrap();
        assert_eq!(asked, Arguments { writes: true, name: Some("m"), folders: vec!["a".into()] });
        for arguments in [&["--name"][..], &["--what"]] {
            assert!(matches!(Arguments::parse(arguments), Err(Error::Argument { .. })), "{arguments:?}");
        }
    }
}
