//! Which files of a folder are pictures.

use std::path::Path;

/// The extensions of pictures. By these and not by first bytes, so that a broken picture is missed.
const EXTENSIONS: [&str; 21] = [
    "apng", "avif", "bmp", "gif", "heic", "heif", "ico", "jfif", "jpe", "jpeg", "jpg", "pam", "pbm", "pgm", "pnm",
    "png", "ppm", "qoi", "tif", "tiff", "webp",
];

/// Tells whether a file has the name of a picture.
pub(crate) fn is_picture(path: &Path) -> bool {
    path.extension()
        .and_then(|extension| extension.to_str())
        .is_some_and(|extension| EXTENSIONS.contains(&extension.to_ascii_lowercase().as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_known_by_their_names() {
        let is = |name: &str| is_picture(Path::new(name));
        assert!(is("a.PNG") && is("a.tif") && is("a.b.jpeg"));
        assert!(!is("notes.txt") && !is("png"));
    }
}
