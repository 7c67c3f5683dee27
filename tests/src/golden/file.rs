//! The files of goldens: PNGs of straight RGBA8, and nothing else.

use std::fs::File;
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};

use palmette_core::{Pixmap, Size};

/// A golden that cannot be read.
#[derive(Debug)]
pub enum Error {
    /// Occurs when there is no such file.
    Missing {
        /// Where it should be.
        path: PathBuf,
    },
    /// Occurs when the file is no PNG, or is damaged.
    Broken {
        /// The file.
        path: PathBuf,
        /// What the decoder says.
        source: png::DecodingError,
    },
    /// Occurs when the file is a PNG of other pixels than straight RGBA8.
    OtherPixels {
        /// The file.
        path: PathBuf,
    },
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Missing { path } => write!(f, "there is no golden at {}", path.display()),
            Self::Broken { path, source } => write!(f, "{} cannot be read: {source}", path.display()),
            Self::OtherPixels { path } => write!(f, "{} is not a PNG of 8-bit RGBA", path.display()),
        }
    }
}

impl std::error::Error for Error {}

/// Reads a PNG.
///
/// # Errors
///
/// See [`Error`].
pub fn read(path: &Path) -> Result<Pixmap, Error> {
    let broken = |source| Error::Broken { path: path.to_owned(), source };
    let other = || Error::OtherPixels { path: path.to_owned() };
    let file = File::open(path).map_err(|_| Error::Missing { path: path.to_owned() })?;
    let mut reader = png::Decoder::new(BufReader::new(file)).read_info().map_err(broken)?;
    if reader.output_color_type() != (png::ColorType::Rgba, png::BitDepth::Eight) {
        return Err(other());
    }
    let mut data = vec![0; reader.output_buffer_size().ok_or_else(other)?];
    let info = reader.next_frame(&mut data).map_err(broken)?;
    Pixmap::from_vec(Size::new(info.width, info.height), data).map_err(|_| other())
}

/// Writes a PNG, small rather than fast, and returns its length in bytes.
///
/// # Errors
///
/// Those of the file system.
pub fn write(path: &Path, picture: &Pixmap) -> io::Result<usize> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, picture.width(), picture.height());
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::High);
    encoder.write_header()?.write_image_data(picture.data())?;
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(path, &bytes)?;
    Ok(bytes.len())
}
