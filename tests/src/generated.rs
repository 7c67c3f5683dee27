//! Files of the repository that say what the code says, and are therefore made of it.
//!
//! `cargo xtask generate` writes them; a test compares, so that none is behind.

use std::fmt::Write;

use palmette_ops::{Draw, Transform};
use palmette_protocol::url::{UrlOption, url_options};
use palmette_protocol::{OptionInfo, OptionObject, OptionSpec, Output};
use palmette_server::config::SETTINGS;

use crate::option_samples;
use crate::probes;
use crate::python;
use crate::typescript;

/// A file, all or a part of which is made.
#[derive(Clone, Copy, Debug)]
pub struct Made {
    /// Its path from the top of the repository.
    pub path: &'static str,
    /// Makes it anew; what is written by hand stays as it is in the text that is given.
    pub make: fn(&str) -> String,
}

/// Every such file, apart from the pictures of [`option_samples`].
pub const FILES: [Made; 7] = [
    Made {
        path: "docs/options.md",
        make: |text| {
            let text = with_table(text, "## Options of `transform`", &option_samples::table(Transform::OPTIONS));
            let text = with_table(&text, "## Options of `draw`", &option_samples::table(Draw::OPTIONS));
            with_table(&text, "## Options of `output`", &table(&Output::FIELDS))
        },
    },
    Made { path: "docs/settings.md", make: with_settings },
    Made { path: "docs/urls.md", make: |text| with_table(text, "## Options", &of_urls()) },
    Made {
        path: "clients/js/README.md",
        make: |text| {
            let text = with_table(text, "### Options of `transform`", &of_specs(Transform::OPTIONS));
            let text = with_table(&text, "### Options of `draw`", &of_specs(Draw::OPTIONS));
            with_table(&text, "### Options of `output`", &table(&Output::FIELDS))
        },
    },
    Made { path: probes::PATH, make: |_| probes::json() },
    Made { path: "clients/js/src/options.ts", make: |_| typescript::options_module() },
    Made { path: "clients/python/src/palmette/_options.py", make: |_| python::options_module() },
];

/// Writes a table of options without pictures.
fn of_specs<T>(specs: &[OptionSpec<T>]) -> String {
    table(&specs.iter().map(OptionSpec::info).collect::<Vec<_>>())
}

/// Writes a table of options, or of fields of a form under the names of the options that they carry.
fn table(infos: &[OptionInfo]) -> String {
    let row = |info: &OptionInfo| {
        let name = info.name.strip_prefix("output_").unwrap_or(info.name);
        format!("| `{name}` | {} | {} |\n", info.allowed, info.summary)
    };
    let rows: String = infos.iter().map(row).collect();
    format!("| option | values | what it does |\n| --- | --- | --- |\n{rows}")
}

/// Writes a table of the options of image URLs.
fn of_urls() -> String {
    let row = |option: &UrlOption| {
        let alias = option.alias.map_or_else(String::new, |alias| format!(", `{alias}`"));
        let examples: Vec<String> = option.examples.iter().map(|example| format!("`{example}`")).collect();
        format!("| `{}`{alias} | {} | {} |\n", option.info.name, examples.join("<br>"), option.info.summary)
    };
    let rows: String = url_options().iter().map(row).collect();
    format!("| option | examples | what it does |\n| --- | --- | --- |\n{rows}")
}

/// Writes the settings into the page that has a heading for each section.
fn with_settings(text: &str) -> String {
    let mut sections: Vec<(&str, String)> = Vec::new();
    for setting in SETTINGS {
        let (section, name) = setting.key.split_once('.').expect("a key is a section and a name");
        if sections.last().is_none_or(|(last, _)| *last != section) {
            sections.push((section, "| setting | flag | what it does |\n| --- | --- | --- |\n".to_owned()));
        }
        let (_, table) = sections.last_mut().expect("one was just pushed");
        // A bar would begin another cell.
        let doc = setting.doc.replace('|', "\\|");
        writeln!(table, "| `{name}` | `--{}` | {doc} |", setting.flag).expect("a string takes everything");
    }
    sections.iter().fold(text.to_owned(), |text, (section, table)| with_table(&text, &format!("## {section}"), table))
}

/// Replaces the first table after a heading.
///
/// # Panics
///
/// If there is no such heading, or no table after it.
fn with_table(text: &str, heading: &str, table: &str) -> String {
    let (before, rest) = text.split_once(&format!("{heading}\n")).expect("the text has the heading");
    let start = rest.find("\n| ").expect("a table follows the heading") + 1;
    // A table ends with an empty line, or with the page.
    let end = rest[start..].find("\n\n").map_or(rest.len(), |end| start + end + 1);
    format!("{before}{heading}\n{}{table}{}", &rest[..start], &rest[end..])
}
