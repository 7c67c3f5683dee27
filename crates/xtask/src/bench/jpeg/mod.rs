//! `cargo xtask bench jpeg`: JPEG codecs side by side, on pictures drawn by code and on your own photos.

mod arguments;
mod instructions;
mod pictures;
mod record;
mod turns;

use self::arguments::Arguments;
use self::record::{Record, Unit};
use self::turns::Codecs;
use super::folder::Folder;
use super::{codecs, machine};
use crate::error::Error;

/// Measures, and writes a record.
///
/// # Errors
///
/// [`Error::Argument`], those of building and running the codecs, and those of reading and writing files.
pub(crate) fn run(arguments: &[&str]) -> Result<(), Error> {
    let asked = Arguments::parse(arguments)?;
    // Before anything is built, since that is a load of its own.
    let facts = machine::facts()?;
    let programs = codecs::build()?;
    let pictures = pictures::gather(&programs, &asked)?;
    let mut record = Record::new(if asked.instructions { Unit::Instructions } else { Unit::Time });
    if asked.instructions {
        for picture in &pictures {
            instructions::count(&programs, asked.direction, picture, &mut record)?;
        }
    } else {
        let mut codecs = Codecs::start(&programs, asked.direction)?;
        for picture in &pictures {
            codecs.measure(picture, asked.turns, &mut record)?;
        }
    }
    let suffix = if asked.instructions { "-instructions" } else { "" };
    let machine = asked.name.map_or_else(machine::name, str::to_owned);
    let folder = Folder::create(&format!("{machine}-jpeg-{}{suffix}", asked.direction.word()))?;
    folder.write("README.md", &readme(&facts, &asked, &record))?;
    folder.write("raw.csv", &record.raw())?;
    folder.write("summary.md", &record.by_picture()?)?;
    eprintln!("{}\nrecorded in {}", record.by_work(), folder.path().display());
    Ok(())
}

/// Says what was measured, where and how, and what came of it.
fn readme(facts: &str, asked: &Arguments<'_>, record: &Record) -> String {
    let unit = if asked.instructions { INSTRUCTIONS } else { TIMES };
    let title = asked.direction.title();
    let turns = if asked.instructions { String::new() } else { format!("- turns: {}\n", asked.turns) };
    let command = asked.command();
    format!("# {title}\n\n{facts}{turns}- command: `{command}`\n\n{}\n{unit}{WORKS}", record.by_work().trim_start())
}

/// What a record of times says about its numbers.
const TIMES: &str = "
A cell is the geometric mean over all pictures, and the least and the greatest of them: what a codec took over what libjpeg-turbo
took, in time that its thread had the processor. Codecs took turns; a ratio is of turns that followed each other, and the median of
all turns counts. Below 1 is faster than libjpeg-turbo.
";

/// What a record of instructions says about its numbers.
const INSTRUCTIONS: &str = "
A cell is the geometric mean over all pictures, and the least and the greatest of them: the instructions that a codec took over
those that libjpeg-turbo took, counted by callgrind, which shows every program a processor with AVX2 and without AVX-512. Such
counts are the same in every run. They say nothing of what waits: for memory, for branches, for what came before.
";

/// What every record says.
const WORKS: &str = "
libjpeg-turbo has its vector code and the accurate DCT, palmette-jpeg gives RGB by the traits of the crate `image`, and `mozjpeg,
fast` is mozjpeg with its own setting for speed. The quality is 80 and chroma 4:2:0 where RGBA is encoded, which jpegli gets as RGB;
planes are encoded as the file has them. At one quality mozjpeg and jpegli write other files than the rest: their bytes are in the
tables of [summary.md](summary.md), picture by picture. Before it was timed, palmette-jpeg had to give libjpeg-turbo's pixels, and
to write its files from its planes, byte by byte. Raw numbers are in [raw.csv](raw.csv).
";
