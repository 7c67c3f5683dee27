//! Files of the repository that say what the code says, and are therefore made of it.
//!
//! `cargo xtask generate` writes them; a test compares, so that none is behind.

use palmette_ops::{Draw, Transform};
use palmette_protocol::{OptionInfo, OptionObject, OptionSpec, Output};

use crate::option_samples;
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
pub const FILES: [Made; 3] = [
    Made {
        path: "README.md",
        make: |text| {
            let text = with_table(text, "### Options of `transform`", &option_samples::table(Transform::OPTIONS));
            with_table(&text, "### Options of `draw`", &option_samples::table(Draw::OPTIONS))
        },
    },
    Made {
        path: "clients/js/README.md",
        make: |text| {
            let infos = |infos: &[OptionInfo]| table(infos);
            let text = with_table(text, "### Options of `transform`", &of_specs(Transform::OPTIONS));
            let text = with_table(&text, "### Options of `draw`", &of_specs(Draw::OPTIONS));
            with_table(&text, "### Options of `output`", &infos(&Output::FIELDS))
        },
    },
    Made { path: "clients/js/src/options.ts", make: |_| typescript::options_module() },
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

/// Replaces the first table after a heading.
///
/// # Panics
///
/// If there is no such heading, or no table after it.
fn with_table(text: &str, heading: &str, table: &str) -> String {
    let (before, rest) = text.split_once(&format!("{heading}\n")).expect("the text has the heading");
    let start = rest.find("| option").expect("a table follows the heading");
    let end = start + rest[start..].find("\n\n").expect("a table ends with an empty line") + 1;
    format!("{before}{heading}\n{}{table}{}", &rest[..start], &rest[end..])
}
