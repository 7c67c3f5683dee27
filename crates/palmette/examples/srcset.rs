//! Makes a picture in several widths for a page and prints the `srcset` to use: `srcset PHOTO FOLDER`.
//!
//! The photo is decoded once, and each width is written as soon as it is made.

use std::error::Error;
use std::fs;
use std::ops::ControlFlow;
use std::path::Path;
use std::process::ExitCode;

use palmette::{Answer, OutputFormat, Pipeline, Rendition, Transform};

/// The widths, in pixels.
const WIDTHS: [u32; 4] = [320, 640, 1280, 1920];

/// Writes one width and returns its entry of the `srcset`.
///
/// # Errors
///
/// If the picture could not be made, or its file cannot be written.
fn entry(answer: Result<Answer, palmette::Error>, width: u32, folder: &Path) -> Result<String, Box<dyn Error>> {
    let answer = answer?;
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
fn srcset(photo: &str, folder: &Path) -> Result<String, Box<dyn Error>> {
    let photo = Pipeline::builder().max_pixel_bytes(512 << 20).build()?.open_file(photo)?;
    let output = OutputFormat::Avif.quality(75);
    let widths = WIDTHS.map(|width| Rendition::new(output.clone()).transform(Transform::resize(width, 0)));
    let mut entries = Vec::new();
    photo.outputs_each(widths, |index, answer| {
        entries.push(entry(answer, WIDTHS[index], folder));
        ControlFlow::Continue(())
    })?;
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
