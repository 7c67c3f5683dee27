//! Draws a watermark in the corner of a photo: `remote_watermark URL PHOTO WATERMARK OUT.avif`, with the address of a Palmette server.

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

use palmette_client::{Draw, Images, OutputFormat, Picture, Source, Transform};

/// Pixels of each side of the watermark.
const SIDE: u32 = 100;

/// Pixels between the watermark and the edges of the photo.
const MARGIN: i32 = 10;

/// Makes the picture; nothing of it is in memory whole.
///
/// # Errors
///
/// If a file cannot be read, or what the server says against them.
pub(crate) async fn watermark(images: &Images, photo: &Path, mark: &Path) -> Result<Picture, Box<dyn Error>> {
    let mark = images.input(Source::file(mark).await?).transform(Transform::resize(SIDE, SIDE));
    let corner = Draw { opacity: 0.75, ..Draw::bottom_right(MARGIN, MARGIN) };
    let photo = images.input(Source::file(photo).await?).draw(mark, corner);
    Ok(photo.output(OutputFormat::Avif).await?)
}

#[tokio::main]
async fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [url, photo, mark, out] = args.as_slice() else {
        eprintln!("usage: remote_watermark URL PHOTO WATERMARK OUT.avif");
        return ExitCode::from(64);
    };
    match write(url, photo.as_ref(), mark.as_ref(), out.as_ref()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("remote_watermark: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn write(url: &str, photo: &Path, mark: &Path, out: &Path) -> Result<(), Box<dyn Error>> {
    let picture = watermark(&Images::new(url)?, photo, mark).await?;
    for (stage, time) in picture.timings() {
        eprintln!("{stage}: {} ms", time.as_millis());
    }
    tokio::fs::write(out, picture.bytes().await?).await?;
    Ok(())
}
