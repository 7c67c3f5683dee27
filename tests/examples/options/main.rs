//! Makes the pictures of README.md's tables of options anew, and the tables with them.

use std::fs;
use std::path::Path;

use palmette_tests::option_samples::{
    DRAW_ROWS, Row, Shown, TRANSFORM_ROWS, draw_sample, draw_table, path, transform_table,
};

fn main() -> std::io::Result<()> {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    write_pictures(&top, &TRANSFORM_ROWS, false)?;
    write_pictures(&top, &DRAW_ROWS, true)?;
    let readme = fs::read_to_string(top.join("README.md"))?;
    let readme = replace(&readme, "### Options of `transform`", &transform_table());
    fs::write(top.join("README.md"), replace(&readme, "### Options of `draw`", &draw_table()))
}

fn write_pictures(top: &Path, rows: &[Row], is_draw: bool) -> std::io::Result<()> {
    for row in rows {
        let Shown::Pictures(samples) = row.shown else { continue };
        for json in samples {
            fs::write(top.join(path(row, json)), draw_sample(json, is_draw))?;
        }
    }
    Ok(())
}

/// Replaces the first table after a heading.
fn replace(readme: &str, heading: &str, table: &str) -> String {
    let (before, rest) = readme.split_once(heading).expect("README.md has the heading");
    let start = rest.find("| option").expect("a table follows the heading");
    let end = start + rest[start..].find("\n\n").expect("a table ends with an empty line") + 1;
    format!("{before}{heading}{}{table}{}", &rest[..start], &rest[end..])
}
