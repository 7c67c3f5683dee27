//! `cargo xtask bench reduction`: what reading a JPEG at a half, a quarter or an eighth costs, after encoding.
//!
//! A program of the benches makes each result twice, read as the plan says and read in full; the one that scores for `bench peers`
//! scores both against the exact reduction of the source.

mod record;

use std::path::PathBuf;

use self::record::{Pair, Reading, Record};
use super::dialogue::Dialogue;
use super::folder::Folder;
use super::photos::{self, Picture};
use super::score::{Rgb, Score};
use super::{codecs, machine};
use crate::command::Invocation;
use crate::error::Error;
use crate::workspace;

/// How many times smaller results are.
const REDUCTIONS: [u32; 8] = [4, 5, 6, 8, 10, 12, 16, 20];

/// Results with a shorter side are left out: the metric looks at a picture at six sizes, each half of the one before.
const MIN_SIDE_PX: u32 = 64;

/// What is asked for.
#[derive(Debug, PartialEq, Eq)]
struct Arguments<'a> {
    quality: u8,
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
        let mut asked = Self { quality: 80, name: None, folders: Vec::new() };
        let mut rest = arguments.iter();
        while let Some(&argument) = rest.next() {
            let wrong = || Error::Argument { argument: argument.to_owned() };
            match argument {
                "--quality" => {
                    let quality = rest.next().and_then(|text| text.parse().ok());
                    asked.quality = quality.filter(|quality| (1..=100).contains(quality)).ok_or_else(wrong)?;
                }
                "--name" => asked.name = Some(rest.next().ok_or_else(wrong)?),
                folder if !folder.starts_with('-') => asked.folders.push(folder.into()),
                _ => return Err(wrong()),
            }
        }
        Ok(asked)
    }
}

/// Makes, scores, and writes a record.
///
/// # Errors
///
/// [`Error::Argument`], those of fetching photos, of building and running the programs, and of reading and writing files.
pub(crate) fn run(arguments: &[&str]) -> Result<(), Error> {
    let asked = Arguments::parse(arguments)?;
    let facts = machine::facts()?;
    let pictures = photos::of_packages_and(&asked.folders)?;
    let build = ["build", "--release", "--locked", "--package", "palmette-benches", "--example", "reduction"];
    Invocation::cargo(&build).run()?;
    let programs = codecs::build()?;
    let mut judge = Judge {
        maker: Dialogue::start(workspace::target().join("release/examples/reduction"), &[])?,
        score: Score::start(&programs)?,
        folder: codecs::empty("reduction")?,
        quality: asked.quality,
    };
    let mut record = Record::default();
    for picture in &pictures {
        eprintln!("{}", picture.name);
        // The size that is asked for is a fraction of the photo's, which the maker tells first.
        let (width, height) = judge.make(picture, (1, 1))?.source;
        for reduction in REDUCTIONS {
            let size = (width / reduction, height / reduction);
            if size.0.min(size.1) >= MIN_SIDE_PX {
                record.add(judge.judge(picture, reduction, size)?);
            }
        }
    }
    let folder = Folder::create(&format!("{}-reduction", asked.name.map_or_else(machine::name, str::to_owned)))?;
    folder.write("README.md", &record.readme(&facts, asked.quality, asked.folders.len()))?;
    folder.write("raw.csv", &record.raw())?;
    eprintln!("{}\nrecorded in {}", record.summary(), folder.path().display());
    Ok(())
}

/// Who makes results and scores them.
struct Judge {
    maker: Dialogue,
    score: Score,
    folder: PathBuf,
    quality: u8,
}

impl Judge {
    /// Makes a photo fit into a size, both ways.
    fn make(&mut self, picture: &Picture, (width, height): (u32, u32)) -> Result<Numbers, Error> {
        let Self { maker, folder, quality, .. } = self;
        let (folder, path) = (folder.to_string_lossy(), picture.path.to_string_lossy());
        Numbers::of(maker, &format!("{width} {height} {quality} {folder} {path}"))
    }

    /// Makes a photo so many times smaller, and scores both results.
    fn judge(&mut self, picture: &Picture, reduction: u32, size: (u32, u32)) -> Result<Pair, Error> {
        let made = self.make(picture, size)?;
        let Self { score, folder, .. } = self;
        let mut scored = |name: &str| {
            let (source, result) = (folder.join("source.rgb"), folder.join(name));
            score.of(Rgb { size: made.source, path: &source }, Rgb { size: made.result, path: &result })
        };
        let [full, reduced] = [scored("full.rgb")?, scored("reduced.rgb")?];
        Ok(Pair {
            photo: picture.name.clone(),
            reduction,
            result: made.result,
            spacings: made.spacings,
            full: Reading { bytes: made.bytes.1, scores: full },
            reduced: Reading { bytes: made.bytes.0, scores: reduced },
        })
    }
}

/// What the maker answers.
struct Numbers {
    source: (u32, u32),
    result: (u32, u32),
    /// Of luma and chroma, as they are read.
    spacings: (u32, u32),
    /// Of the result that was read reduced, and of the one that was read in full.
    bytes: (u32, u32),
}

impl Numbers {
    /// Asks the maker.
    fn of(maker: &mut Dialogue, line: &str) -> Result<Self, Error> {
        let answer = maker.ask(line)?;
        let numbers: Vec<u32> = answer.split(' ').filter_map(|number| number.parse().ok()).collect();
        let [width, height, made_width, made_height, luma, chroma, reduced, full] = numbers[..] else {
            return Err(maker.failed(&answer));
        };
        Ok(Self {
            source: (width, height),
            result: (made_width, made_height),
            spacings: (luma, chroma),
            bytes: (reduced, full),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_understood() {
        let asked = Arguments::parse(&["--quality", "70", "a", "--name", "m", "b"]).unwrap();
        assert_eq!(asked, Arguments { quality: 70, name: Some("m"), folders: vec!["a".into(), "b".into()] });
        for arguments in [&["--quality"][..], &["--quality", "0"], &["--quality", "101"], &["--what"]] {
            assert!(matches!(Arguments::parse(arguments), Err(Error::Argument { .. })), "{arguments:?}");
        }
    }
}
