//! `palmette batch`: what is found, what results are called, what is skipped, and what a run leaves that was ended before its time.

pub(crate) mod bucket;
mod ended;
mod found;
mod made;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Output;

use palmette::core::Size;
use serde_json::Value;

use crate::support::{Folder, png};

/// Small pictures with numbers for names, all different.
fn draw(folder: &Folder, below: &str, count: u32) {
    for number in 0..count {
        let level = |shift: u32| u8::try_from(((number * 37) >> shift) & 255).unwrap();
        let picture = png(24 + number % 7, 16 + number % 5, [level(0), level(3), level(6), 255]);
        folder.write(&format!("{below}/{}/{number}.png", number % 3), &picture);
    }
}

/// Runs a batch and returns its report, by target below `out`.
fn run(folder: &Folder, args: &[&str]) -> (Output, BTreeMap<String, Value>) {
    let output = folder.run(&[&["batch", "--report", "-"], args].concat());
    let lines = String::from_utf8(output.stdout.clone()).unwrap();
    let lines = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let by_target = lines.map(|line| (line["target"].as_str().unwrap().to_owned(), line));
    (output, by_target.collect())
}

/// Counts the pictures of a report that had an outcome.
fn count(report: &BTreeMap<String, Value>, outcome: &str) -> usize {
    report.values().filter(|line| line["outcome"] == outcome).count()
}

/// Returns the files below a folder, without hidden ones, with their bytes.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut below = vec![folder.to_owned()];
    while let Some(path) = below.pop() {
        for entry in fs::read_dir(path).unwrap() {
            let entry = entry.unwrap();
            if entry.file_name().to_str().unwrap().starts_with('.') {
                continue;
            }
            if entry.file_type().unwrap().is_dir() {
                below.push(entry.path());
            } else {
                let name = entry.path().strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
                found.insert(name, fs::read(entry.path()).unwrap());
            }
        }
    }
    found
}

fn names(folder: &Path) -> Vec<String> {
    files(folder).into_keys().collect()
}

/// Returns the last line of standard error.
fn last_line(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).lines().last().unwrap_or_default().to_owned()
}

/// Asserts that a picture is what `palmette transform` makes.
fn assert_is_transformed(folder: &Folder, source: &str, flags: &[&str], result: &[u8]) {
    let expected = folder.succeed(&[&["transform", source, "-o", "-"], flags].concat());
    assert_eq!(result, expected, "{source}");
}

fn size(folder: &Folder, name: &str) -> Size {
    folder.read(name).size()
}
