//! What is named on the command line and on standard input, as objects with their names below what was named.

use std::ffi::OsStr;
use std::fs;
use std::io::{self, BufRead};
use std::path::{Component, Path, PathBuf};

use globset::{GlobBuilder, GlobMatcher};
use palmette_store::{Buckets, Found, Key, Object, Place};

use super::BatchError;
use super::args::BatchArgs;
use crate::error::Error;
use crate::files;
use crate::pictures::is_picture;

/// Characters that make a name a glob.
const WILDCARDS: [char; 4] = ['*', '?', '[', '{'];

/// Finds all sources, in the order in which they were named. `out` is left out of what is listed.
pub(super) fn find(args: &BatchArgs, out: &Place, buckets: &Buckets) -> Result<Vec<Found>, Error> {
    let mut found = Vec::new();
    // A picture that is drawn and read from standard input would be the list.
    let lists = args.sources.iter().filter(|source| *source == files::STANDARD).count();
    let is_drawn = args.work.draw.iter().any(|draw| files::is_standard(&draw.file));
    if lists + usize::from(is_drawn) > 1 {
        return Err(BatchError::StandardInputTwice.into());
    }
    for source in &args.sources {
        if source == files::STANDARD {
            found.extend(read_list(args.base.as_deref(), buckets)?);
        } else {
            found.extend(find_one(source, out, buckets)?);
        }
    }
    Ok(found)
}

/// Finds what an argument stands for: a file of that very name, a folder, or a glob.
fn find_one(source: &str, out: &Place, buckets: &Buckets) -> Result<Vec<Found>, Error> {
    if Place::is_url(source) {
        if let Some(object) = Place::find_in_bucket(source, buckets)? {
            let name = source.rsplit('/').next().unwrap_or(source);
            let key = Key::parse(name).ok_or_else(|| BatchError::Name { named: source.to_owned() })?;
            return Ok(vec![Found { object, key }]);
        }
        if !source.contains(WILDCARDS) {
            return list_folder(source, out, buckets);
        }
    } else {
        let path = Path::new(source);
        match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => return list_folder(source, out, buckets),
            Ok(_) => {
                let key = path.file_name().map(Path::new).and_then(key_of);
                let key = key.ok_or_else(|| BatchError::Name { named: source.to_owned() })?;
                return Ok(vec![Found { object: Object::file(path), key }]);
            }
            Err(_) if source.contains(WILDCARDS) => {}
            Err(error) => return Err(Error::Read { path: path.to_owned(), source: error }),
        }
    }
    list_glob(source, out, buckets)
}

/// Lists the pictures of a folder.
fn list_folder(source: &str, out: &Place, buckets: &Buckets) -> Result<Vec<Found>, Error> {
    let place = Place::parse(source, buckets)?;
    if place.is_same_as(out) {
        return Err(BatchError::OutIsSource { named: source.to_owned() }.into());
    }
    let mut found = place.list(usize::MAX, Some(out))?;
    found.retain(|found| is_picture(Path::new(found.key.as_str())));
    if found.is_empty() { Err(BatchError::NoPictures { named: source.to_owned() }.into()) } else { Ok(found) }
}

/// Lists what a glob matches.
fn list_glob(source: &str, out: &Place, buckets: &Buckets) -> Result<Vec<Found>, Error> {
    let (base, pattern) = split_glob(source);
    let matcher = compile(pattern).map_err(|error| BatchError::Glob { named: source.to_owned(), source: error })?;
    // Without `**` nothing deeper can match.
    let depth = if pattern.contains("**") { usize::MAX } else { pattern.matches('/').count() + 1 };
    let mut found = Place::parse(base, buckets)?.list(depth, Some(out))?;
    found.retain(|found| matcher.is_match(found.key.as_str()));
    if found.is_empty() { Err(BatchError::NoMatch { named: source.to_owned() }.into()) } else { Ok(found) }
}

/// Cuts a glob behind the last slash before its first wildcard.
fn split_glob(source: &str) -> (&str, &str) {
    let wildcard = source.find(WILDCARDS).unwrap_or(source.len());
    match source[..wildcard].rfind('/') {
        Some(0) => ("/", &source[1..]),
        Some(slash) => (&source[..slash], &source[slash + 1..]),
        None => (".", source),
    }
}

/// Compiles a glob: `*` and `?` stay within a part of a path, `**` is any number of parts, `{a,b}` is either.
fn compile(pattern: &str) -> Result<GlobMatcher, globset::Error> {
    Ok(GlobBuilder::new(pattern).literal_separator(true).build()?.compile_matcher())
}

/// Reads names from standard input, one a line.
fn read_list(base: Option<&str>, buckets: &Buckets) -> Result<Vec<Found>, Error> {
    let mut found = Vec::new();
    let base = base.map(|base| base.trim_end_matches('/'));
    for line in io::stdin().lock().lines() {
        let line = line.map_err(|source| Error::Read { path: files::STANDARD.into(), source })?;
        if !line.is_empty() {
            found.push(if Place::is_url(&line) { found_url(&line, base, buckets) } else { found_path(&line, base) }?);
        }
    }
    Ok(found)
}

/// Takes a URL of the list. Whether there is such an object is seen when its turn comes.
fn found_url(url: &str, base: Option<&str>, buckets: &Buckets) -> Result<Found, Error> {
    let object = Place::name_in_bucket(url, buckets)?;
    let below = match base {
        Some(base) => url.strip_prefix(base).and_then(|rest| rest.strip_prefix('/')),
        None => url.splitn(4, '/').nth(3),
    };
    let key = below.and_then(Key::parse).ok_or_else(|| not_below(url, base, "the bucket"))?;
    Ok(Found { object, key })
}

/// Takes a path of the list. Only its text decides what it is below: links are not followed for that, and `..` leads out.
fn found_path(line: &str, base: Option<&str>) -> Result<Found, Error> {
    let path = plain(Path::new(line));
    let below = path.strip_prefix(plain(Path::new(base.unwrap_or(".")))).ok().filter(|below| below.is_relative());
    match below.and_then(key_of) {
        Some(key) => Ok(Found { object: Object::file(path), key }),
        None => Err(not_below(line, base, "the current folder")),
    }
}

/// Returns a path without the parts that mean nothing.
fn plain(path: &Path) -> PathBuf {
    path.components().filter(|part| *part != Component::CurDir).collect()
}

/// Makes a key of a relative path.
fn key_of(path: &Path) -> Option<Key> {
    let parts: Vec<&str> = path.iter().map(OsStr::to_str).collect::<Option<_>>()?;
    Key::parse(&parts.join("/"))
}

fn not_below(named: &str, base: Option<&str>, otherwise: &str) -> Error {
    BatchError::NotBelow { named: named.to_owned(), base: base.unwrap_or(otherwise).to_owned() }.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_are_cut_before_wildcards() {
        for (source, base, pattern) in [
            ("in/**/*.{jpg,png}", "in", "**/*.{jpg,png}"),
            ("*.jpg", ".", "*.jpg"),
            ("/*.jpg", "/", "*.jpg"),
            ("a/b/c?d/e.jpg", "a/b", "c?d/e.jpg"),
            ("s3://b/in/2026-*/a.jpg", "s3://b/in", "2026-*/a.jpg"),
            ("s3://b/*", "s3://b", "*"),
        ] {
            assert_eq!(split_glob(source), (base, pattern), "{source}");
        }
    }

    #[test]
    fn globs_match_as_a_shell_does() {
        let matches = |pattern: &str, name: &str| compile(pattern).unwrap().is_match(name);
        assert!(matches("**/*.{jpg,png}", "a.jpg") && matches("**/*.{jpg,png}", "a/b c/ü.png"));
        assert!(!matches("*.jpg", "a/b.jpg") && matches("*/*.jpg", "a/b.jpg") && matches("[ab].jpg", "b.jpg"));
        assert!(compile("{a").is_err());
    }

    #[test]
    fn names_of_a_list_are_below_their_base() {
        let key = |line: &str, base| found_path(line, base).map(|found| found.key.to_string()).ok();
        assert_eq!(key("./in/a b.jpg", None).as_deref(), Some("in/a b.jpg"));
        assert_eq!(key("in/./a.jpg", Some("./in")).as_deref(), Some("a.jpg"));
        assert_eq!(key("/data/in/a.jpg", Some("/data")).as_deref(), Some("in/a.jpg"));
        for (line, base) in
            [("../a.jpg", None), ("in/../../a.jpg", None), ("/a.jpg", None), ("a.jpg", Some("in")), ("in", Some("in"))]
        {
            assert_eq!(key(line, base), None, "{line}");
        }
    }
}
