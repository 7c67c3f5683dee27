//! Two folders: which pictures belong together, and all pairs compared, on all cores.

use std::collections::BTreeMap;
use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use serde_json::json;

use super::report::{Entry, Report, State};
use super::{CompareArgs, Reading, pair};
use crate::error::Error;
use crate::pictures::is_picture;

/// What is to be done.
#[derive(Debug, PartialEq, Eq)]
enum Job {
    /// Two pictures are compared.
    Pair { name: String, expected: PathBuf, actual: PathBuf },
    /// A picture has no counterpart.
    Alone { name: String, path: PathBuf, is_expected: bool },
}

/// The pictures of a folder, relative to it, and what else is there.
#[derive(Debug, Default)]
struct Listing {
    pictures: Vec<PathBuf>,
    others: Vec<PathBuf>,
}

/// Compares all pictures of two folders; returns what is printed, and whether they are equal.
pub(super) fn compare(args: &CompareArgs, reading: &Reading) -> Result<(String, bool), Error> {
    let report = args.report.as_deref().map(Report::create).transpose()?;
    // It may be within one of the two, and its pictures belong to neither.
    let skipped = args.report.as_deref().and_then(|folder| folder.canonicalize().ok());
    let [expected, actual] = [&args.expected, &args.actual].map(|folder| list(folder, skipped.as_deref()));
    let (expected, actual) = (expected?, actual?);

    let jobs = jobs(&expected.pictures, &actual.pictures);
    let mut entries = on_all_cores(&jobs, |index, job| run(index, job, args, reading, report.as_ref()))?;
    entries.sort_by(|one, other| one.rank().total_cmp(&other.rank()).then_with(|| one.name.cmp(&other.name)));
    let is_equal = entries.iter().all(|entry| entry.state == State::Equal);

    let text = if args.json {
        let pairs: Vec<_> = entries.iter().map(Entry::to_json).collect();
        format!("{}\n", json!({ "equal": is_equal, "tolerance": reading.tolerance, "pairs": pairs }))
    } else {
        to_text(&entries, &[expected.others, actual.others].concat())
    };
    if let Some(report) = report {
        report.finish(&entries, &args.expected, &args.actual, reading.tolerance)?;
    }
    Ok((text, is_equal))
}

/// Writes what differs, and how much of all that is.
fn to_text(entries: &[Entry], others: &[PathBuf]) -> String {
    let mut lines = Vec::new();
    let different: Vec<&Entry> = entries.iter().filter(|entry| entry.state != State::Equal).collect();
    for entry in &different {
        lines.push(format!("{}: {}", entry.state.word(), entry.name));
        lines.extend(entry.lines.iter().map(|line| format!("  {line}")));
    }
    if !others.is_empty() {
        let names: Vec<_> = others.iter().map(|path| path.display().to_string()).collect();
        lines.push(format!("left out, no pictures by their names: {}", names.join(", ")));
    }
    let count = entries.len();
    lines.push(match (different.len(), count) {
        (_, 0) => "there is no picture in either folder".to_owned(),
        (0, 1) => "1 picture is equal".to_owned(),
        (0, _) => format!("all {count} pictures are equal"),
        (some, _) => format!("{some} of {count} pictures differ"),
    });
    lines.join("\n") + "\n"
}

/// Does one job. What cannot be read is a difference; that a picture of the report cannot be written ends everything.
fn run(
    index: usize,
    job: &Job,
    args: &CompareArgs,
    reading: &Reading,
    report: Option<&Report>,
) -> Result<Entry, Error> {
    match job {
        Job::Pair { name, expected, actual } => {
            let pair = pair::compare(&args.expected.join(expected), &args.actual.join(actual), reading);
            let (finding, shown) = match pair {
                Ok(pair) => pair,
                Err(error) => return Ok(Entry::unreadable(name.clone(), &error)),
            };
            let mut entry = Entry::compared(name.clone(), &finding);
            if let Some(report) = report {
                let diff = if finding.shows_difference() { Some(shown.diff(reading.tolerance)?) } else { None };
                entry.pictures = report.write(index, [Some(shown.expected), diff, Some(shown.actual)])?;
            }
            Ok(entry)
        }
        Job::Alone { name, path, is_expected } => {
            let mut entry = Entry::alone(name.clone(), path, *is_expected);
            let folder = if *is_expected { &args.expected } else { &args.actual };
            if let Some(report) = report
                && let Ok(picture) = pair::first_frame(&folder.join(path), reading)
            {
                let pictures = if *is_expected { [Some(picture), None, None] } else { [None, None, Some(picture)] };
                entry.pictures = report.write(index, pictures)?;
            }
            Ok(entry)
        }
    }
}

/// Lists a folder and what is below it, without hidden files and links to folders.
fn list(folder: &Path, skipped: Option<&Path>) -> Result<Listing, Error> {
    let mut listing = Listing::default();
    let mut below = vec![PathBuf::new()];
    while let Some(relative) = below.pop() {
        let path = folder.join(&relative);
        let unreadable = |source| Error::Read { path: path.clone(), source };
        for entry in fs::read_dir(&path).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            let relative = relative.join(entry.file_name());
            let is_hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
            if is_hidden || skipped.is_some() && entry.path().canonicalize().ok().as_deref() == skipped {
                continue;
            }
            if entry.file_type().map_err(unreadable)?.is_dir() {
                below.push(relative);
            } else if is_picture(&relative) {
                listing.pictures.push(relative);
            } else {
                listing.others.push(relative);
            }
        }
    }
    listing.pictures.sort();
    listing.others.sort();
    Ok(listing)
}

/// Finds what belongs together: what has the same name; of the rest, what has the same name but for its extension, if there is one on each side.
fn jobs(expected: &[PathBuf], actual: &[PathBuf]) -> Vec<Job> {
    let mut jobs = Vec::new();
    let mut left: BTreeMap<PathBuf, [Vec<&PathBuf>; 2]> = BTreeMap::new();
    for (side, (own, others)) in [(expected, actual), (actual, expected)].into_iter().enumerate() {
        for path in own {
            if others.binary_search(path).is_err() {
                left.entry(path.with_extension("")).or_default()[side].push(path);
            } else if side == 0 {
                jobs.push(Job::Pair { name: name(path), expected: path.clone(), actual: path.clone() });
            }
        }
    }
    for (stem, sides) in left {
        if let [[expected], [actual]] = [&sides[0][..], &sides[1][..]] {
            let (expected, actual) = ((*expected).clone(), (*actual).clone());
            jobs.push(Job::Pair { name: name(&stem), expected, actual });
            continue;
        }
        for (paths, is_expected) in sides.into_iter().zip([true, false]) {
            let alone = paths.into_iter();
            jobs.extend(alone.map(|path| Job::Alone { name: name(path), path: path.clone(), is_expected }));
        }
    }
    jobs
}

/// Writes a name for people, with the same slashes everywhere.
fn name(path: &Path) -> String {
    path.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/")
}

/// Runs something for all items, and returns what comes of them in their order, or the first failure.
fn on_all_cores<Item: Sync, Done: Send>(
    items: &[Item],
    run: impl Fn(usize, &Item) -> Result<Done, Error> + Sync,
) -> Result<Vec<Done>, Error> {
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let work = || {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(index) else { break };
            let result = run(index, item);
            done.lock().expect("a panic ends all of it").push((index, result));
        }
    };
    let cores = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    thread::scope(|scope| {
        for _ in 1..cores.min(items.len()) {
            scope.spawn(work);
        }
        work();
    });
    let mut done = done.into_inner().expect("a panic ends all of it");
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(names: &[&str]) -> Vec<PathBuf> {
        let mut paths: Vec<PathBuf> = names.iter().map(PathBuf::from).collect();
        paths.sort();
        paths
    }

    fn found(expected: &[&str], actual: &[&str]) -> Vec<String> {
        let jobs = jobs(&paths(expected), &paths(actual)).into_iter();
        jobs.map(|job| match job {
            Job::Pair { name, expected, actual } => format!("{name}: {} = {}", expected.display(), actual.display()),
            Job::Alone { name, is_expected, .. } => {
                format!("{name}: only {}", if is_expected { "expected" } else { "actual" })
            }
        })
        .collect()
    }

    #[test]
    fn folders_pair_names_without_extensions() {
        assert_eq!(
            found(&["a.png", "in/b.png"], &["a.webp", "in/b.png"]),
            ["in/b.png: in/b.png = in/b.png", "a: a.png = a.webp"]
        );
        assert_eq!(found(&["v1.2.png"], &["v1.2.webp"]), ["v1.2: v1.2.png = v1.2.webp"]);
    }

    #[test]
    fn folders_list_what_has_no_counterpart() {
        assert_eq!(found(&["a.png"], &["b.png"]), ["a.png: only expected", "b.png: only actual"]);
        // Which of the two is meant is not guessed, unless one has the very name.
        assert_eq!(
            found(&["a.png"], &["a.webp", "a.gif"]),
            ["a.png: only expected", "a.gif: only actual", "a.webp: only actual"]
        );
        assert_eq!(found(&["a.png"], &["a.webp", "a.png"]), ["a.png: a.png = a.png", "a.webp: only actual"]);
    }
}
