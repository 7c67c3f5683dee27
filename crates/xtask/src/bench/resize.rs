//! `cargo xtask bench resize`: a resize by itself, beside that of fast_image_resize.
//!
//! The program of `benches/peers/resize` checks its results and takes turns; this builds it and writes down what it says.

use std::fmt::Write;

use super::folder::Folder;
use super::statistics::median;
use super::{codecs, machine, times};
use crate::command::Invocation;
use crate::error::Error;

/// The programs, by the names that the turns have, the one that is measured first.
const NAMES: [&str; 2] = ["palmette", "fast_image_resize"];

/// Turns of each program, where nobody says how many.
const TURNS: usize = 25;

/// What one program took, in milliseconds, a turn each.
type Turns = Vec<f64>;

/// Measures, and writes a record.
///
/// # Errors
///
/// [`Error::Argument`], [`Error::Unexpected`], those of building and running the program, and those of writing files.
pub(crate) fn run(arguments: &[&str]) -> Result<(), Error> {
    let (turns, name) = parse(arguments)?;
    // Before anything is built, since that is a load of its own.
    let facts = machine::facts()?;
    let target = codecs::scratch().join("resize");
    let (manifest, target_text) = ("benches/peers/resize/Cargo.toml", target.to_string_lossy());
    Invocation::cargo(&["build", "--release", "--locked", "--manifest-path", manifest, "--target-dir", &target_text])
        .run()?;
    let program = target.join("release/palmette-peers-resize");
    let output = Invocation::new(&program, &[&turns.to_string()]).output()?;
    let output = String::from_utf8_lossy(&output);
    let table = table(&cases(&output)?)?;
    let folder = Folder::create(&format!("{}-resize", name.map_or_else(machine::name, str::to_owned)))?;
    let command = format!("cargo xtask bench resize --turns {turns}");
    let readme =
        format!("# A resize beside fast_image_resize\n\n{facts}- turns: {turns}\n- command: `{command}`\n{table}");
    folder.write("README.md", &(readme + ABOUT))?;
    folder.write("raw.csv", &format!("case,program,ns\n{}", output.replace('\t', ",")))?;
    eprintln!("{table}\nrecorded in {}", folder.path().display());
    Ok(())
}

/// What every record says.
const ABOUT: &str = "
Medians of the time that a thread had the processor, in milliseconds; a ratio is of turns that followed each other, and the median
of all turns counts. Below 1 Palmette takes less. The source has 4000×3000 pixels in memory, drawn by code, and the filter is
Lanczos3. Each set of kernels that the machine runs is measured; the first of a size is what runs there, and fast_image_resize has
code for AVX2. Before a case was timed, Palmette's vector code had to give the bytes of its scalar reference, which is within a level of
the exact result; fast_image_resize rounds to 8 bits between the axes, and had to be less than a level off on average. All turns
are in [raw.csv](raw.csv).
";

/// Understands the arguments: turns, and what the machine is called.
fn parse<'a>(arguments: &[&'a str]) -> Result<(usize, Option<&'a str>), Error> {
    let wrong = |argument: &str| Error::Argument { argument: argument.to_owned() };
    let (mut turns, mut name) = (TURNS, None);
    let mut rest = arguments.iter();
    while let Some(&argument) = rest.next() {
        let value = rest.next();
        match (argument, value) {
            ("--turns", text) => turns = times(text).ok_or_else(|| wrong(argument))?,
            ("--name", Some(text)) => name = Some(*text),
            _ => return Err(wrong(argument)),
        }
    }
    Ok((turns, name))
}

/// Sorts the turns by case and program, in the order in which cases appear.
fn cases(output: &str) -> Result<Vec<(&str, [Turns; 2])>, Error> {
    const UNEXPECTED: Error = Error::Unexpected { what: "a turn of a resize" };
    let mut cases: Vec<(&str, [Turns; 2])> = Vec::new();
    for line in output.lines() {
        let mut fields = line.split('\t');
        let mut field = || fields.next().ok_or(UNEXPECTED);
        let (case, program, nanoseconds) = (field()?, field()?, field()?);
        let program = NAMES.iter().position(|name| *name == program).ok_or(UNEXPECTED)?;
        let nanoseconds: f64 = nanoseconds.parse().map_err(|_| UNEXPECTED)?;
        if cases.last().is_none_or(|(name, _)| *name != case) {
            cases.push((case, Default::default()));
        }
        let (_, turns) = cases.last_mut().ok_or(UNEXPECTED)?;
        turns[program].push(nanoseconds / 1e6);
    }
    Ok(cases)
}

/// A row for each case.
fn table(cases: &[(&str, [Turns; 2])]) -> Result<String, Error> {
    const UNEXPECTED: Error = Error::Unexpected { what: "a resize without turns" };
    let [ours, theirs] = NAMES;
    let mut table = format!("\n| case | {ours} | {theirs} | ratio |\n| --- | --- | --- | --- |\n");
    for (case, [of_ours, of_theirs]) in cases {
        let ratios: Turns = of_ours.iter().zip(of_theirs).map(|(ours, theirs)| ours / theirs).collect();
        let [ours, theirs, ratio] = [of_ours, of_theirs, &ratios].map(|numbers| median(numbers).ok_or(UNEXPECTED));
        writeln!(table, "| {case} | {:.1} | {:.1} | **{:.2}** |", ours?, theirs?, ratio?)
            .expect("a string takes everything");
    }
    Ok(table)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_become_ratios() {
        let turn = |case: &str, program: usize, ms: u32| format!("{case}\t{}\t{ms}000000\n", NAMES[program]);
        let output =
            [turn("a", 0, 3), turn("a", 1, 6), turn("b", 0, 5), turn("b", 1, 5), turn("b", 0, 4), turn("b", 1, 2)];
        let table = table(&cases(&output.concat()).unwrap()).unwrap();
        assert!(table.ends_with("| a | 3.0 | 6.0 | **0.50** |\n| b | 4.5 | 3.5 | **1.50** |\n"), "{table}");
        assert!(matches!(cases("a\tsomebody\t1"), Err(Error::Unexpected { .. })));
    }

    #[test]
    fn arguments_are_understood() {
        assert_eq!(parse(&["--turns", "3", "--name", "m"]).unwrap(), (3, Some("m")));
        assert!(matches!(parse(&["--turns", "0"]), Err(Error::Argument { .. })));
        assert!(matches!(parse(&["--name"]), Err(Error::Argument { .. })));
    }
}
