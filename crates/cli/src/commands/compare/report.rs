//! The web page: a slider over every pair, the worst first. One file, with the pictures beside it.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use palmette::core::{Pixmap, Size};
use serde_json::{Value, json};

use super::finding::Finding;
use crate::error::Error;

/// The folder of the pictures, within the folder of the page.
const PICTURES: &str = "pictures";

/// Smaller pictures than this are enlarged, by a whole factor.
const COMFORTABLE_PX: u32 = 320;

/// The largest factor.
const MAX_ZOOM: u32 = 16;

const STYLE: &str = include_str!("report.css");
const SCRIPT: &str = include_str!("report.js");

/// What became of a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Unreadable,
    Missing,
    Unexpected,
    Different,
    Equal,
}

impl State {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::Missing => "missing",
            Self::Unexpected => "not expected",
            Self::Different => "different",
            Self::Equal => "equal",
        }
    }
}

/// A pair on the page.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) state: State,
    pub(super) lines: Vec<String>,
    pub(super) pictures: Pictures,
    rank: f64,
    json: Value,
}

/// The pictures of a pair, by their paths within the folder of the page.
#[derive(Debug, Default)]
pub(super) struct Pictures {
    expected: Option<Shown>,
    diff: Option<Shown>,
    actual: Option<Shown>,
}

#[derive(Debug)]
struct Shown {
    path: String,
    size: Size,
}

impl Entry {
    pub(super) fn compared(name: String, finding: &Finding) -> Self {
        let state = if finding.is_equal() { State::Equal } else { State::Different };
        let (lines, rank, json) = (finding.lines(), finding.rank(), finding.to_json());
        Self { name, state, lines, rank, json, pictures: Pictures::default() }
    }

    pub(super) fn unreadable(name: String, error: &Error) -> Self {
        Self::failed(name, State::Unreadable, error.to_string())
    }

    pub(super) fn alone(name: String, path: &Path, is_expected: bool) -> Self {
        let path = path.display();
        if is_expected {
            Self::failed(name, State::Missing, format!("{path} was expected, and no picture came"))
        } else {
            Self::failed(name, State::Unexpected, format!("{path} came, and no picture was expected"))
        }
    }

    fn failed(name: String, state: State, line: String) -> Self {
        let json = json!({ "equal": false, "differences": [state.word()] });
        Self { name, state, lines: vec![line], rank: f64::NEG_INFINITY, json, pictures: Pictures::default() }
    }

    /// Returns a number that is smaller the worse the difference is.
    pub(super) const fn rank(&self) -> f64 {
        self.rank
    }

    pub(super) fn to_json(&self) -> Value {
        let mut json = self.json.clone();
        json["name"] = self.name.clone().into();
        json["lines"] = self.lines.clone().into();
        json
    }
}

/// A page that is being made.
#[derive(Debug)]
pub(super) struct Report {
    folder: PathBuf,
}

impl Report {
    /// Makes the folder.
    pub(super) fn create(folder: &Path) -> Result<Self, Error> {
        let pictures = folder.join(PICTURES);
        fs::create_dir_all(&pictures).map_err(|source| Error::Write { path: pictures, source })?;
        Ok(Self { folder: folder.to_owned() })
    }

    /// Writes the pictures of a pair: expected, differences, actual. Files are named by number, whatever the pair is called.
    pub(super) fn write(&self, index: usize, pictures: [Option<Pixmap>; 3]) -> Result<Pictures, Error> {
        let one = |what: &str, picture: Option<Pixmap>| -> Result<Option<Shown>, Error> {
            let Some(picture) = picture else { return Ok(None) };
            let (path, size) = (format!("{PICTURES}/{index:04}-{what}.png"), picture.size());
            crate::files::write(&self.folder.join(&path), &super::png(picture)?)?;
            Ok(Some(Shown { path, size }))
        };
        let [expected, diff, actual] = pictures;
        Ok(Pictures { expected: one("expected", expected)?, diff: one("diff", diff)?, actual: one("actual", actual)? })
    }

    /// Writes the page.
    pub(super) fn finish(&self, entries: &[Entry], expected: &Path, actual: &Path, tolerance: u8) -> Result<(), Error> {
        let page = page(entries, &expected.display().to_string(), &actual.display().to_string(), tolerance);
        crate::files::write(&self.folder.join("index.html"), page.as_bytes())
    }
}

/// Writes the page.
fn page(entries: &[Entry], expected: &str, actual: &str, tolerance: u8) -> String {
    let different = entries.iter().filter(|entry| entry.state != State::Equal).count();
    let summary = match (different, entries.len()) {
        (0, 1) => "The pictures are equal".to_owned(),
        (0, count) => format!("All {count} pictures are equal"),
        (1, 1) => "The pictures differ".to_owned(),
        (some, count) => format!("{some} of {count} pictures differ"),
    };
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{summary}</title>\n<style>\n{STYLE}</style>\n\
         <header>\n<h1>{summary}</h1>\n<p>Expected: <code>{}</code>. Actual: <code>{}</code>. Tolerance: {tolerance}.</p>\n\
         <p>Move a line with the mouse, or with the arrow keys once its slider has the focus: expected is left of it, actual right.</p>\n\
         </header>\n<main>\n",
        escape(expected),
        escape(actual)
    );
    for entry in entries {
        section(&mut page, entry);
    }
    page + "</main>\n<script>\n" + SCRIPT + "</script>\n</html>\n"
}

/// Writes a pair.
fn section(page: &mut String, entry: &Entry) {
    let Entry { name, state, lines, pictures, .. } = entry;
    let (name, word) = (escape(name), state.word());
    let class = word.replace(' ', "-");
    // Writing to a string cannot fail.
    let _ = write!(page, "<section class=\"{class}\">\n<h2>{name} <small>{word}</small></h2>\n<ul>\n");
    for line in lines {
        let _ = writeln!(page, "<li>{}</li>", escape(line));
    }
    let _ = writeln!(page, "</ul>");
    let all = || [("expected", &pictures.expected), ("actual", &pictures.actual), ("diff", &pictures.diff)].into_iter();
    let sides = || all().filter_map(|(_, shown)| shown.as_ref()).map(|shown| shown.size);
    let Some(width) = sides().map(|size| size.width).max() else {
        let _ = writeln!(page, "</section>");
        return;
    };
    let zoom = (COMFORTABLE_PX / width).clamp(1, MAX_ZOOM);
    let zoomed = if zoom > 1 { " class=\"zoomed\"" } else { "" };
    let _ = writeln!(page, "<figure{zoomed} style=\"width: min(100%, {}px)\">\n<div class=\"stack\">", width * zoom);
    for (what, shown) in all().filter_map(|(what, shown)| shown.as_ref().map(|shown| (what, shown))) {
        let Shown { path, size } = shown;
        let hidden = if what == "diff" { " hidden" } else { "" };
        let percent = 100.0 * f64::from(size.width) / f64::from(width);
        let _ = writeln!(
            page,
            "<div class=\"{what}\"{hidden}><img src=\"{path}\" width=\"{}\" height=\"{}\" style=\"width: {percent}%\" \
             alt=\"{what}: {name}\" loading=\"lazy\"></div>",
            size.width, size.height
        );
    }
    let _ = writeln!(page, "</div>");
    if pictures.expected.is_some() && pictures.actual.is_some() {
        let _ = writeln!(
            page,
            "<input type=\"range\" min=\"0\" max=\"100\" value=\"50\" aria-label=\"line between expected and actual: {name}\">"
        );
    }
    if pictures.diff.is_some() {
        let _ = writeln!(page, "<label><input type=\"checkbox\"> show differences</label>");
    }
    let _ = writeln!(page, "</figure>\n</section>");
}

/// Writes text so that it is nothing else on a page.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn report_escapes_names_and_lines() {
        let name = "<img src=x onerror=\"alert('1')\">&.png";
        let entry = Entry::failed(name.to_owned(), State::Unreadable, "<b>".to_owned());
        let page = page(&[entry], name, name, 0);
        let escaped = "&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;.png";
        assert_eq!(page.matches(escaped).count(), 3);
        assert!(!page.contains("<img") && !page.contains("<b>"), "{page}");
    }
}
