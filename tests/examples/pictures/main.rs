//! Draws the pictures that the README works on: `cargo run -p palmette-tests --example pictures`.
//!
//! They are made of formulas, so nobody owns them but this project, and anybody can make them again.

mod landscape;
mod ornament;

use std::error::Error;
use std::fs;
use std::path::Path;

use palmette_codec::{EncodeFormat, EncodeOptions, encode};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/pictures");
    fs::create_dir_all(&folder)?;

    let photo = EncodeOptions { quality: Some(82), ..EncodeOptions::new(EncodeFormat::Jpeg) };
    fs::write(folder.join("lake.jpg"), encode(landscape::draw(1200, 800), &photo)?.bytes)?;
    let mark = EncodeOptions::new(EncodeFormat::Png);
    fs::write(folder.join("palmette.png"), encode(ornament::draw(320), &mark)?.bytes)?;
    Ok(())
}
