//! Files that are made of code, and the pictures of options: complete, and as the code would make them today.

use std::fs;
use std::path::Path;

use palmette_codec::DecodeOptions;
use palmette_core::Pixmap;
use palmette_ops::{Draw, Transform};
use palmette_protocol::OptionObject;
use palmette_tests::generated::FILES;
use palmette_tests::option_samples::{FOLDER, draw_sample, path};

fn top() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

#[test]
fn samples_show_what_needs_no_model() {
    let examples = |name: &str| Transform::OPTIONS.iter().find(|spec| spec.name == name).unwrap().examples;
    for name in Transform::OPTIONS.iter().map(|spec| spec.name) {
        assert_eq!(examples(name).is_empty(), ["zoom", "segment"].contains(&name), "{name}");
    }
    assert!(Draw::OPTIONS.iter().all(|spec| !spec.examples.is_empty()));
}

#[test]
fn samples_are_what_generated_files_say() {
    for file in FILES {
        let text = fs::read_to_string(top().join(file.path)).unwrap();
        assert!((file.make)(&text) == text, "{} is behind: `cargo xtask generate` writes it anew", file.path);
    }
}

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
            let bytes = fs::read(top().join(&path)).unwrap_or_else(|error| panic!("{path}: {error}"));
            assert!(close(&decode(&bytes), &decode(&draw_sample(json, is_draw))), "{path} is another picture today");
            expected.push(path);
        }
    }
    for entry in fs::read_dir(top().join(FOLDER)).unwrap() {
        let path = format!("{FOLDER}/{}", entry.unwrap().file_name().to_string_lossy());
        assert!(expected.contains(&path), "{path} belongs to no option");
    }
}
