//! Makes a picture in several widths for a page and prints the `srcset` to use: `srcset PHOTO FOLDER`.
//!
//! The photo is read once; each width is a clone of it with steps of its own, and they are made side by side.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::ExitCode;
use std::thread;

use palmette::{OutputFormat, Pipeline, Transformer};

/// The widths, in pixels.
const WIDTHS: [u32; 4] = [320, 640, 1280, 1920];

/// Makes one width and returns its entry of the `srcset`.
///
/// # Errors
///
/// If the picture cannot be made, or its file not be written.
fn entry(photo: Transformer, width: u32, folder: &Path) -> Result<String, Box<dyn Error + Send + Sync>> {
    let answer = photo.resize(width, 0).output(OutputFormat::Avif.quality(75))?;
    let name = format!("{width}.avif");
    fs::write(folder.join(&name), answer.bytes)?;
    // A photo that is smaller is not enlarged, so its true width is told.
    Ok(format!("{name} {}w", answer.size.width))
}

/// Makes all widths.
///
/// # Errors
///
/// If the photo cannot be opened, and those of [`entry`].
fn srcset(photo: &str, folder: &Path) -> Result<String, Box<dyn Error + Send + Sync>> {
    let photo = Pipeline::builder().max_pixel_bytes(512 << 20).build()?.open_file(photo)?;
    let entries = thread::scope(|scope| {
        let works = WIDTHS.map(|width| {
            let photo = photo.clone();
            scope.spawn(move || entry(photo, width, folder))
        });
        works.map(|work| work.join().expect("nothing here panics"))
    });
    Ok(entries.into_iter().collect::<Result<Vec<_>, _>>()?.join(", "))
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [photo, folder] = args.as_slice() else {
        eprintln!("usage: srcset PHOTO FOLDER");
        return ExitCode::from(64);
    };
    match srcset(photo, folder.as_ref()) {
        Ok(srcset) => {
            eprintln!("{srcset}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("srcset: {error}");
            ExitCode::FAILURE
        }
    }
}
