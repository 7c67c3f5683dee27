//! Draws a watermark in the corner of a photo: `watermark PHOTO WATERMARK OUT`, in the format that OUT ends with.

use std::process::ExitCode;

use palmette::{Draw, Error};

/// Pixels of the longer side of the watermark.
const SIDE: u32 = 100;

/// Pixels between the watermark and the edges of the photo.
const MARGIN: i32 = 10;

/// Makes the picture.
///
/// # Errors
///
/// If a file cannot be read or written, is no picture, or is damaged.
fn watermark(photo: &str, mark: &str, out: &str) -> Result<(), Error> {
    let mark = palmette::open_file(mark)?.resize(SIDE, SIDE);
    let corner = Draw { opacity: 0.75, ..Draw::bottom_right(MARGIN, MARGIN) };
    palmette::open_file(photo)?.draw(mark, corner).save(out)
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [photo, mark, out] = args.as_slice() else {
        eprintln!("usage: watermark PHOTO WATERMARK OUT");
        return ExitCode::from(64);
    };
    match watermark(photo, mark, out) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("watermark: {error}");
            ExitCode::FAILURE
        }
    }
}
