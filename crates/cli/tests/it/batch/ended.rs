//! Runs that end in the middle: nothing is half there, and the next run goes on.
#![cfg(unix)]

use std::fs;
use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::Duration;

use palmette::codec::{DecodeOptions, decode};
use rustix::process::{Pid, Signal, kill_process};

use super::{assert_is_transformed, count, draw, files, last_line, run};
use crate::support::{Folder, palmette};

/// Pictures of a run.
const COUNT: u32 = 300;
const FLAGS: [&str; 4] = ["--width", "20", "--format", "webp"];

/// Begins a run, and waits until part of it is done.
fn begin(folder: &Folder, args: &[&str]) -> Child {
    let mut command = palmette();
    command.current_dir(folder.path()).args(["batch", "in", "-o", "out", "--jobs", "2"]).args(FLAGS).args(args);
    let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
    let done =
        || ["0", "1", "2"].map(|below| fs::read_dir(folder.path().join("out").join(below)).map_or(0, Iterator::count));
    while done().iter().sum::<usize>() < COUNT as usize / 4 {
        assert!(child.try_wait().unwrap().is_none(), "it ended too soon");
        sleep(Duration::from_millis(1));
    }
    child
}

/// Finishes what was begun; returns how many were made now.
fn finish(folder: &Folder) -> usize {
    let before = files(&folder.path().join("out"));
    for (name, bytes) in &before {
        assert!(decode(bytes, &DecodeOptions::default()).is_ok(), "{name} is half written");
    }
    let (output, report) = run(folder, &[&["in", "-o", "out", "--skip-existing"], &FLAGS[..]].concat());
    assert!(output.status.success(), "{output:?}");
    assert_eq!(report.len(), COUNT as usize);
    for name in before.keys().filter(|name| report[&format!("out/{name}")]["outcome"] == "made") {
        // Between a result and its mark there is a moment; with two at once, no more than two were in it.
        eprintln!("{name} was there, and was made again");
    }
    let again = before.keys().filter(|name| report[&format!("out/{name}")]["outcome"] == "made").count();
    assert!(again <= 2, "{again} of {} were made again", before.len());
    count(&report, "made")
}

/// Asserts that all results are what a run makes that nobody ends.
fn assert_all_right(folder: &Folder) {
    let (output, _) = run(folder, &[&["in", "-o", "reference"], &FLAGS[..]].concat());
    assert!(output.status.success());
    let (results, expected) = (files(&folder.path().join("out")), files(&folder.path().join("reference")));
    assert_eq!(expected.len(), COUNT as usize);
    assert!(results == expected, "all bytes are the same");
    for number in [0, 7, 150, 299] {
        let below = number % 3;
        let result = &results[&format!("{below}/{number}.webp")];
        assert_is_transformed(folder, &format!("in/{below}/{number}.png"), &FLAGS, result);
    }
}

#[test]
fn batch_goes_on_after_it_was_killed() {
    let folder = Folder::new();
    draw(&folder, "in", COUNT);
    for _ in 0..2 {
        // The second time there is all, until it is made anew and killed in that.
        let _ = fs::remove_dir_all(folder.path().join("out"));
        let mut child = begin(&folder, &[]);
        child.kill().unwrap();
        child.wait().unwrap();
        let made = finish(&folder);
        assert!(made > 0 && made < COUNT as usize, "{made}");
    }
    assert_all_right(&folder);
}

#[test]
fn batch_finishes_what_runs_when_it_is_interrupted() {
    for (signal, status) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let folder = Folder::new();
        draw(&folder, "in", COUNT);
        let child = begin(&folder, &[]);
        kill_process(Pid::from_child(&child), signal).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(status), "{output:?}");
        assert!(last_line(&output).contains("left for the next run"), "{output:?}");
        let there = files(&folder.path().join("out")).len();
        let parts = fs::read_dir(folder.path().join("out/0")).unwrap();
        assert!(parts.flatten().all(|entry| entry.file_name().to_str().is_some_and(|name| name.ends_with(".webp"))));
        assert_eq!(finish(&folder), COUNT as usize - there);
    }
}
