//! Files that are made of code: complete, and as the code would make them today.

use std::fs;
use std::path::Path;

use palmette_ops::{Draw, Transform};
use palmette_protocol::OptionObject;
use palmette_tests::generated::FILES;

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
