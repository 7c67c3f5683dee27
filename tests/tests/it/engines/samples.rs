//! The pictures of options in the documentation: complete, and as every engine would draw them today.

use std::fs;
use std::path::Path;

use palmette_codec::DecodeOptions;
use palmette_core::Pixmap;
use palmette_ops::{Draw, Transform};
use palmette_protocol::OptionObject;
use palmette_tests::option_samples::{FOLDER, draw_sample, path};

/// The top of the repository.
const TOP: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

#[test]
fn samples_pictures_are_as_drawn_today() {
    let decode = |bytes: &[u8]| palmette_codec::decode(bytes, &DecodeOptions::default()).unwrap().pixmap;
    // Encoders of other processors may round otherwise.
    let close = |a: &Pixmap, b: &Pixmap| {
        a.size() == b.size() && a.data().iter().zip(b.data()).all(|(a, b)| a.abs_diff(*b) <= 8)
    };
    let mut expected = Vec::new();
    let transform = Transform::OPTIONS.iter().map(|spec| (spec.name, spec.examples, false));
    let draw = Draw::OPTIONS.iter().map(|spec| (spec.name, spec.examples, true));
    for (name, examples, is_draw) in transform.chain(draw) {
        for json in examples {
            let path = path(name, json);
            let bytes = fs::read(Path::new(TOP).join(&path)).unwrap_or_else(|error| panic!("{path}: {error}"));
            assert!(close(&decode(&bytes), &decode(&draw_sample(json, is_draw))), "{path} is another picture today");
            expected.push(path);
        }
    }
    for entry in fs::read_dir(Path::new(TOP).join(FOLDER)).unwrap() {
        let path = format!("{FOLDER}/{}", entry.unwrap().file_name().to_string_lossy());
        assert!(expected.contains(&path), "{path} belongs to no option");
    }
}
