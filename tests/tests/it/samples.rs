//! The tables of options in README.md, and their pictures: complete, and as the code would make them today.

use std::fs;
use std::path::Path;

use palmette_codec::DecodeOptions;
use palmette_core::Pixmap;
use palmette_ops::{Draw, Transform};
use palmette_protocol::OptionObject;
use palmette_tests::option_samples::{
    DRAW_ROWS, FOLDER, Row, Shown, TRANSFORM_ROWS, draw_sample, draw_table, path, transform_table,
};

fn top() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

#[test]
fn samples_show_every_option() {
    let names = |rows: &[Row]| rows.iter().map(|row| row.name).collect::<Vec<_>>();
    let (transform, draw) = (names(&TRANSFORM_ROWS), names(&DRAW_ROWS));
    assert!(Transform::OPTIONS.iter().all(|spec| transform.contains(&spec.name)), "{transform:?}");
    assert!(Draw::OPTIONS.iter().all(|spec| draw.contains(&spec.name)), "{draw:?}");
}

#[test]
fn samples_tables_are_those_of_the_readme() {
    let readme = fs::read_to_string(top().join("README.md")).unwrap();
    for table in [transform_table(), draw_table()] {
        assert!(readme.contains(&table), "cargo run -p palmette-tests --example options writes them anew");
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
    for (rows, is_draw) in [(&TRANSFORM_ROWS[..], false), (&DRAW_ROWS[..], true)] {
        for row in rows {
            let Shown::Pictures(samples) = row.shown else { continue };
            for json in samples {
                let path = path(row, json);
                let bytes = fs::read(top().join(&path)).unwrap_or_else(|error| panic!("{path}: {error}"));
                assert!(
                    close(&decode(&bytes), &decode(&draw_sample(json, is_draw))),
                    "{path} is another picture today"
                );
                expected.push(path);
            }
        }
    }
    for entry in fs::read_dir(top().join(FOLDER)).unwrap() {
        let path = format!("{FOLDER}/{}", entry.unwrap().file_name().to_string_lossy());
        assert!(expected.contains(&path), "{path} belongs to no option");
    }
}
