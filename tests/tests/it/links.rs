//! Links in the Markdown files of the repository lead somewhere: to a file that is there, to a heading that the file has. Links to
//! other sites are not followed.
//!
//! The pages of `docs` are a site as well, which has nothing of the repository around it. So they name what lies outside by its URL;
//! a URL of a file on the main branch counts as that file.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path, PathBuf};

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// Where the files of the main branch are shown.
const FILES: &str = "https://github.com/palmette/palmette/blob/main/";
/// Where its folders are shown.
const FOLDERS: &str = "https://github.com/palmette/palmette/tree/main/";

/// What matters of a Markdown file.
#[derive(Debug, Default, PartialEq)]
struct Page {
    /// Where its links and pictures lead, as written.
    targets: Vec<String>,
    /// The names of its headings in links.
    anchors: BTreeSet<String>,
}

impl Page {
    fn parse(text: &str) -> Self {
        let mut page = Self::default();
        let mut heading: Option<String> = None;
        for event in Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES) {
            match event {
                Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                    page.targets.push(dest_url.into_string());
                }
                Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
                Event::Text(text) | Event::Code(text) => {
                    if let Some(heading) = &mut heading {
                        heading.push_str(&text);
                    }
                }
                Event::End(TagEnd::Heading(_)) => page.add_anchor(&heading.take().unwrap_or_default()),
                _ => {}
            }
        }
        page
    }

    /// Adds the name that a heading gets: its words, joined by hyphens; one that was there before gets a number.
    fn add_anchor(&mut self, heading: &str) {
        let is_kept = |character: &char| character.is_alphanumeric() || " -_".contains(*character);
        let name = heading.trim().to_lowercase().chars().filter(is_kept).collect::<String>().replace(' ', "-");
        let numbered = (1..).map(|number| format!("{name}-{number}"));
        let free = std::iter::once(name.clone()).chain(numbered).find(|name| !self.anchors.contains(name));
        self.anchors.extend(free);
    }
}

/// The Markdown files of the repository by their paths, from its top.
fn pages(top: &Path) -> BTreeMap<PathBuf, Page> {
    let mut pages = BTreeMap::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(top.join(&folder)).expect("a folder that was just listed") {
            let entry = entry.expect("an entry of a folder");
            let (name, path) = (entry.file_name(), folder.join(entry.file_name()));
            let name = name.to_string_lossy();
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                // What tools write and install.
                if !name.starts_with('.') && !["target", "node_modules", "dist", "out"].contains(&&*name) {
                    folders.push(path);
                }
            } else if name.ends_with(".md") {
                let text = fs::read_to_string(top.join(&path)).expect("a text in UTF-8");
                pages.insert(path, Page::parse(&text));
            }
        }
    }
    pages
}

/// Says what is wrong with a link, if something is.
fn fault(top: &Path, pages: &BTreeMap<PathBuf, Page>, from: &Path, target: &str) -> Option<&'static str> {
    let (path, anchor) = target.split_once('#').map_or((target, None), |(path, anchor)| (path, Some(anchor)));
    let path = match path.strip_prefix(FILES).or_else(|| path.strip_prefix(FOLDERS)) {
        Some(path) => PathBuf::from(path),
        None if path.contains(':') => return None,
        None if path.is_empty() => from.to_owned(),
        None => normal(&from.with_file_name(path)),
    };
    if from.starts_with("docs") && !path.starts_with("docs") && !target.starts_with("https://") {
        return Some("is outside of docs, and the site has nothing but docs: write the URL");
    }
    if !top.join(&path).exists() {
        return Some("is not there");
    }
    let is_known = |anchor| pages.get(&path).is_some_and(|page| page.anchors.contains(anchor));
    anchor.filter(|anchor| !is_known(*anchor)).map(|_| "has no such heading")
}

/// Resolves the `..` of a path.
fn normal(path: &Path) -> PathBuf {
    let mut resolved = PathBuf::new();
    for component in path.components() {
        if component == Component::ParentDir {
            resolved.pop();
        } else {
            resolved.push(component);
        }
    }
    resolved
}

fn top() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

#[test]
fn links_lead_somewhere() {
    let pages = pages(top());
    let mut count = 0;
    let mut faults = Vec::new();
    for (from, page) in &pages {
        for target in &page.targets {
            count += 1;
            faults.extend(
                fault(top(), &pages, from, target).map(|fault| format!("{}: {target} {fault}", from.display())),
            );
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(count > 100, "only {count} links were found");
}

#[test]
fn links_in_the_summary_are_all_pages() {
    let pages = pages(top());
    let listed: BTreeSet<PathBuf> =
        pages[Path::new("docs/SUMMARY.md")].targets.iter().map(|target| Path::new("docs").join(target)).collect();
    let there = pages.keys().filter(|path| path.starts_with("docs") && !path.ends_with("SUMMARY.md"));
    assert_eq!(there.cloned().collect::<BTreeSet<_>>(), listed);
}

#[test]
fn links_that_lead_nowhere_are_found() {
    let pages = pages(top());
    let fault = |from: &str, target: &str| fault(top(), &pages, Path::new(from), target);
    for (from, target, expected) in [
        ("README.md", "docs/errors.md", None),
        ("README.md", "docs/errors.md#places", None),
        ("README.md", "docs/card.jpg", None),
        ("README.md", "https://example.com/nothing", None),
        ("docs/errors.md", "#places", None),
        ("docs/errors.md", "https://github.com/palmette/palmette/blob/main/README.md#licence", None),
        ("README.md", "docs/error.md", Some("is not there")),
        ("README.md", "docs/errors.md#place", Some("has no such heading")),
        ("docs/errors.md", "#place", Some("has no such heading")),
        ("docs/errors.md", "https://github.com/palmette/palmette/tree/main/example", Some("is not there")),
        (
            "docs/errors.md",
            "../README.md",
            Some("is outside of docs, and the site has nothing but docs: write the URL"),
        ),
    ] {
        assert_eq!(fault(from, target), expected, "{from}: {target}");
    }
}

#[test]
fn links_name_headings_as_the_site_does() {
    let page =
        Page::parse("# `POST /info`, [twice](a.md)\n\nText ![](b.png)\n\n## Our-own x_y: ✓\n\n## Twice\n\n## Twice\n");
    assert_eq!(page.targets, ["a.md", "b.png"]);
    let anchors = ["post-info-twice", "our-own-x_y-", "twice", "twice-1"];
    assert_eq!(page.anchors, anchors.map(str::to_owned).into());
}
