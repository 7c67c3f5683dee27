//! What the codecs work on.

use std::path::Path;

use super::arguments::Arguments;
use crate::bench::codecs;
use crate::bench::photos::{self, Picture, jpegs};
use crate::command::Invocation;
use crate::error::Error;

/// Draws pictures, and finds those that are asked for.
///
/// # Errors
///
/// Those of drawing, installing and finding.
pub(super) fn gather(programs: &Path, asked: &Arguments<'_>) -> Result<Vec<Picture>, Error> {
    let drawn = codecs::empty("pictures")?;
    let turbo = programs.join("turbo");
    Invocation::new(&turbo, &["draw", &drawn.to_string_lossy()]).run()?;
    let mut pictures: Vec<Picture> = Vec::new();
    for path in jpegs(&drawn)? {
        // They are numbered, and a colon is not for names of files.
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let name = name.split_once(' ').map_or(&*name, |(_, name)| name).replace("4 4 4", "4:4:4");
        pictures.push(Picture { name, path });
    }
    if asked.package_photos {
        pictures.extend(photos::of_pypi()?);
    }
    pictures.extend(photos::of_folders(&asked.folders)?);
    Ok(pictures)
}
