//! Writes every file that is made of code: `cargo xtask generate` runs this.

use std::fs;
use std::path::Path;

use palmette_ops::{Draw, Transform};
use palmette_protocol::{OptionObject, OptionSpec};
use palmette_tests::generated::FILES;
use palmette_tests::option_samples::{FOLDER, draw_sample, path};

fn main() -> std::io::Result<()> {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for file in FILES {
        let path = top.join(file.path);
        fs::write(&path, (file.make)(&fs::read_to_string(&path)?))?;
    }
    // Pictures of options that are gone go, too.
    fs::remove_dir_all(top.join(FOLDER))?;
    fs::create_dir(top.join(FOLDER))?;
    write_pictures(&top, Transform::OPTIONS, false)?;
    write_pictures(&top, Draw::OPTIONS, true)
}

/// Draws the pictures of a table.
fn write_pictures<T>(top: &Path, specs: &[OptionSpec<T>], is_draw: bool) -> std::io::Result<()> {
    for spec in specs {
        for json in spec.examples {
            fs::write(top.join(path(spec.name, json)), draw_sample(json, is_draw))?;
        }
    }
    Ok(())
}
