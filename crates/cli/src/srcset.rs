//! `--srcset 320,640,1280`: several widths of one picture, what their files are called, and the text that names them all in a page.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// Widths in pixels, each once, in the order in which they were given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Widths(Vec<NonZeroU32>);

impl Widths {
    /// Returns the widths.
    pub(crate) fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.0.iter().map(|width| width.get())
    }
}

impl FromStr for Widths {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut widths: Vec<NonZeroU32> = Vec::new();
        for word in text.split(',') {
            let width = word.trim().parse().map_err(|_| {
                format!("{word:?} is no width; write whole pixels with commas between them, such as 320,640,1280")
            })?;
            if widths.contains(&width) {
                return Err(format!("{width} is given twice"));
            }
            widths.push(width);
        }
        Ok(Self(widths))
    }
}

/// Names the file of a width: `photo.webp` becomes `photo-320.webp`.
pub(crate) fn path_of_width(path: &Path, width: u32) -> PathBuf {
    let mut name: OsString = path.file_stem().unwrap_or_default().to_owned();
    name.push(format!("-{width}"));
    if let Some(extension) = path.extension() {
        name.push(".");
        name.push(extension);
    }
    path.with_file_name(name)
}

/// Writes the attribute `srcset` of files, by their names and their widths. A width that several have, since no picture is enlarged, is
/// there once: a browser would never take the others.
pub(crate) fn attribute<'a>(files: impl IntoIterator<Item = (&'a Path, u32)>) -> String {
    let mut seen = Vec::new();
    let mut candidates = Vec::new();
    for (path, width) in files {
        if !seen.contains(&width) {
            seen.push(width);
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            candidates.push(format!("{} {width}w", in_url(&name)));
        }
    }
    candidates.join(", ")
}

/// Writes a name as a relative URL. Spaces and commas would end it in a `srcset`.
fn in_url(name: &str) -> String {
    let mut url = String::new();
    for byte in name.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => url.push(char::from(byte)),
            other => write!(url, "%{other:02X}").expect("a string takes everything"),
        }
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_are_whole_pixels_each_once() {
        let widths: Widths = "320, 640,1280".parse().unwrap();
        assert_eq!(widths.iter().collect::<Vec<_>>(), [320, 640, 1280]);
        for (text, word) in [("", "\"\""), ("320,", "\"\""), ("0", "\"0\""), ("1.5", "\"1.5\""), ("320px", "\"320px\"")]
        {
            let error = text.parse::<Widths>().unwrap_err();
            assert!(error.starts_with(&format!("{word} is no width; write whole pixels")), "{error}");
        }
        assert_eq!("320,640,320".parse::<Widths>().unwrap_err(), "320 is given twice");
    }

    #[test]
    fn files_are_called_by_their_width() {
        for (path, expected) in [
            ("photo.webp", "photo-320.webp"),
            ("out/a.b.avif", "out/a.b-320.avif"),
            ("out.d/photo", "out.d/photo-320"),
            (".hidden", ".hidden-320"),
        ] {
            assert_eq!(path_of_width(Path::new(path), 320), Path::new(expected));
        }
    }

    #[test]
    fn attributes_name_each_width_once_in_urls() {
        let files = [("out/my photo, 1-320.webp", 320), ("out/é-640.webp", 500), ("out/c-1280.webp", 500)];
        let files = files.map(|(path, width)| (Path::new(path), width));
        assert_eq!(attribute(files), "my%20photo%2C%201-320.webp 320w, %C3%A9-640.webp 500w");
        assert_eq!(attribute([]), "");
    }
}
