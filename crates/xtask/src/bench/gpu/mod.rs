//! `cargo xtask bench gpu`: runs the bench of both engines and its peers, and records tables and charts.
//!
//! A machine with a card may have no Rust. There, the program that `cargo bench -p palmette-benches --bench gpu --no-run` builds
//! is run by itself; what it writes is recorded here with `--from`. `benches/README.md` says how.

mod chart;
mod crossing;
mod rows;
mod summary;

use std::fmt::Write;
use std::fs;
use std::path::PathBuf;

use self::crossing::Comparison;
use self::rows::Rows;
use super::folder::{Folder, commit, text};
use crate::command::Invocation;
use crate::error::Error;
use crate::workspace;

/// Runs the bench and writes a record.
///
/// # Errors
///
/// Those of running it, or of reading and writing files.
pub(crate) fn run(arguments: &[&str]) -> Result<(), Error> {
    let (name, flags) = match arguments {
        [name, flags @ ..] if !name.starts_with('-') => (Some(*name), flags),
        flags => (None, flags),
    };
    let folder = match flags {
        ["--from", folder] => PathBuf::from(folder),
        flags => measure(flags)?,
    };
    let mut rows = Rows::default();
    rows.read(&folder.join("rows.csv"))?;
    if rows.rows.is_empty() {
        return Err(Error::Unexpected { what: "a row of the bench of the GPU" });
    }
    let peers = folder.join("peers.csv");
    if peers.exists() {
        rows.read(&peers)?;
    } else {
        rows.facts.push(("no peers".to_owned(), "benches/peers/gpu.py was not run".to_owned()));
    }

    let name = name.map_or_else(|| default_name(&rows), str::to_owned);
    let record = Folder::create(&name)?;
    record.write("README.md", &readme(&name, arguments, &rows)?)?;
    record.write("raw.csv", &rows.to_csv())?;
    record.write("summary.md", &summary::summary(&rows))?;
    record.write("crossover.svg", &chart::crossover(&rows))?;
    record.write("parts.svg", &chart::parts(&rows))?;
    record.write("bandwidth.svg", &chart::bandwidth(&rows))?;
    eprintln!("recorded {} rows in {}", rows.rows.len(), record.path().display());
    Ok(())
}

/// Runs the bench, then its peers on the photos that it leaves; returns the folder of what they write.
fn measure(flags: &[&str]) -> Result<PathBuf, Error> {
    let folder = workspace::target().join("gpu-bench");
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(|source| Error::File { path: folder.clone(), source })?;
    }
    let out = folder.to_string_lossy();
    let command = ["bench", "--locked", "-p", "palmette-benches", "--bench", "gpu", "--", "--out", &*out];
    // Who asks for this wants no record of a machine without an adapter.
    Invocation::cargo(&[&command[..], flags].concat()).with("PALMETTE_GPU", "require").run()?;
    if let Err(error) = Invocation::new("python3", &["benches/peers/gpu.py", &*out]).run() {
        eprintln!("no peers: {error}");
    }
    Ok(folder)
}

/// Makes a name of the adapter's and the number of cores.
fn default_name(rows: &Rows) -> String {
    let adapter = rows.fact("adapter").unwrap_or("unknown");
    let adapter = adapter.split_once(" (").map_or(adapter, |(name, _)| name).to_lowercase();
    let cores = rows.fact("processor").and_then(|text| text.split(", ").find(|part| part.ends_with(" cores")));
    let name = format!("{adapter} {}", cores.unwrap_or_default());
    let words = name.split(|character: char| !character.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-")
}

/// Says what was measured, where and how, and what came of it.
fn readme(name: &str, arguments: &[&str], rows: &Rows) -> Result<String, Error> {
    let is_software = rows.fact("is in software") == Some("yes");
    let mut readme = format!("# Both engines on {name}\n\n- commit: {}\n", commit()?);
    for (key, value) in &rows.facts {
        writeln!(readme, "- {key}: {value}").expect("a string takes everything");
    }
    // The folder of another machine is of no interest.
    let is_folder = |index: usize| index.checked_sub(1).is_some_and(|flag| arguments[flag] == "--from");
    let told = arguments.iter().enumerate();
    let told = told.map(|(index, argument)| if is_folder(index) { "DIR" } else { argument });
    let command = ["cargo", "xtask", "bench", "gpu"].into_iter().chain(told).collect::<Vec<_>>().join(" ");
    write!(readme, "- compiler: {}\n- command: `{command}`\n\n", text(&["rustc", "--version"])?)
        .expect("a string takes everything");
    if is_software {
        readme += "**This adapter is software**: it computes on the cores that the CPU engine runs on, and all of them, where the \
                   CPU engine takes one. What it shows is that every byte is the same and how the kernels compare with each \
                   other. It says nothing about a card.\n\n";
    }
    readme += "![time over size, a panel for each chain](crossover.svg)\n\n";
    for kind in ["chain", "request"] {
        for name in rows.names(kind) {
            writeln!(readme, "- {name}: {}", Comparison::of(rows, kind, name).verdict())
                .expect("a string takes everything");
        }
    }
    Ok(readme + HOW)
}

/// What every record says about its numbers.
const HOW: &str = "
MP are millions of pixels of the canvas. Before a case was timed at a size, both engines made the same bytes of it. Then they took
turns, round by round: the CPU engine on one thread, the GPU as a request has it, and the GPU once more with its phases apart.
Medians, phases, kernels beside a plain copy, and ratios are in [summary.md](summary.md), with the quartiles of all rounds in
[raw.csv](raw.csv). Upload and read-back are those of memory that a program owns, as a decoder makes it and an encoder takes it.
";

#[cfg(test)]
mod tests {
    use super::rows::tests::sample;
    use super::*;

    #[test]
    fn name_is_made_of_the_adapter() {
        let mut rows = sample();
        rows.facts.push(("processor".to_owned(), "Some CPU, 16 cores, avx2".to_owned()));
        assert_eq!(default_name(&rows), "a-card-16-cores");
    }

    #[test]
    fn readme_says_what_software_is_worth() {
        let mut rows = sample();
        assert!(!readme("here", &[], &rows).unwrap().contains("software**"));
        rows.facts[1].1 = "yes".to_owned();
        let text = readme("here", &["here", "--seconds", "1"], &rows).unwrap();
        assert!(
            text.contains("**This adapter is software**") && text.contains("`cargo xtask bench gpu here --seconds 1`")
        );
        assert!(text.contains("- resize: GPU faster from"), "{text}");
    }

    #[test]
    fn peers_pass_their_own_tests() {
        let test = ["-B", "-m", "unittest", "discover", "benches/peers"];
        Invocation::new("python3", &test).run().unwrap();
    }
}
