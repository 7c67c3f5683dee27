//! `palmette transform`: flags, request files, standard input and output, failures.

use palmette::codec::{AnimationEncoder, EncodeFormat, EncodeOptions};
use palmette::core::{Pixmap, Size};

use crate::support::{EX_CANTCREAT, EX_DATAERR, EX_NOINPUT, EX_UNAVAILABLE, EX_USAGE, Folder, NO_GPU, png};

const GREY: [u8; 4] = [128, 128, 128, 255];
const RED: [u8; 4] = [255, 0, 0, 255];

#[test]
fn transform_draws_a_watermark_in_the_corner() {
    let folder = Folder::new();
    let draw = "red.png:width=10,height=10,fit=squeeze,bottom=2,right=3,opacity=0.5";
    folder.succeed(&["transform", "grey.png", "-o", "out.png", "--draw", draw]);
    let out = folder.read("out.png");
    assert_eq!(out.size(), Size::new(40, 30));
    for y in 0..30 {
        for x in 0..40 {
            let is_inside = (27..37).contains(&x) && (18..28).contains(&y);
            assert_eq!(out.pixel(x, y), if is_inside { [192, 64, 64, 255] } else { GREY }, "at {x}, {y}");
        }
    }
}

#[test]
fn transform_takes_a_flag_for_every_option() {
    let folder = Folder::new();
    folder.succeed(&["transform", "grey.png", "-o", "out.png", "--width", "10", "--height", "10", "--fit", "pad"]);
    let out = folder.read("out.png");
    assert_eq!((out.size(), out.pixel(0, 0), out.pixel(5, 5)), (Size::new(10, 10), [255; 4], GREY));

    folder.succeed(&["transform", "grey.png", "-o", "out.png", "--rotate", "90", "--gravity", r#"{"x":0,"y":1}"#]);
    assert_eq!(folder.read("out.png").size(), Size::new(30, 40));
}

#[test]
fn transform_draws_in_order_and_files_may_hold_colons() {
    let folder = Folder::new();
    folder.write("a:b.png", &png(2, 2, [0, 0, 255, 255]));
    folder.succeed(&["transform", "grey.png", "-o", "out.png", "--draw", "red.png", "--draw", "a:b.png:left=20"]);
    let out = folder.read("out.png");
    assert_eq!((out.pixel(10, 10), out.pixel(20, 14), out.pixel(22, 14)), (RED, [0, 0, 255, 255], RED));
}

#[test]
fn transform_takes_a_request_file_with_relative_names() {
    let folder = Folder::new();
    folder.write("job/mark.png", &png(4, 4, RED));
    folder.write(
        "job/request.json",
        br#"{
            "sources": ["../grey.png", "mark.png"],
            "transforms": [
                {"imageIndex": 1, "width": 2},
                {"drawImageIndex": 1, "targetImageIndex": 0, "top": 0, "left": 0}
            ],
            "output_format": "image/png",
            "output_quality": null
        }"#,
    );
    folder.succeed(&["transform", "--request", "job/request.json", "-o", "out"]);
    let out = folder.read("out");
    assert_eq!((out.size(), out.pixel(1, 1), out.pixel(2, 2)), (Size::new(40, 30), RED, GREY));
}

#[test]
fn transform_reads_standard_input_and_writes_standard_output() {
    let folder = Folder::new();
    let output = folder
        .run_with_input(&["transform", "-", "-o", "-", "--format", "rgba", "--width", "2"], &png(4, 2, [1, 2, 3, 255]));
    assert_eq!(output.stdout, [1, 2, 3, 255].repeat(2));
}

#[test]
fn transform_takes_the_format_from_the_flag_before_the_name() {
    let folder = Folder::new();
    for (flags, name, start) in [
        (&[][..], "out.jpeg", &b"\xFF\xD8"[..]),
        (&[], "out.WEBP", b"RIFF"),
        (&["--format", "png"], "out.jpg", b"\x89PNG"),
        (&["--format", "image/png"], "out", b"\x89PNG"),
        (&["--quality", "low", "--output-background", "#fff"], "out.jpg", b"\xFF\xD8"),
    ] {
        folder.succeed(&[&["transform", "grey.png", "-o", name], flags].concat());
        assert!(std::fs::read(folder.path().join(name)).unwrap().starts_with(start), "{name}");
    }
}

#[test]
fn transform_failures() {
    let folder = Folder::new();
    folder.write("notes.txt", b"no picture");
    folder.write("broken.png", &png(40, 30, GREY)[..60]);
    folder.write("twice.json", br#"{"sources": ["grey.png"], "transforms": [], "output_format": "image/png"}"#);
    folder.write("odd.json", br#"{"sources": ["grey.png"], "transforms": [], "surprise": 1}"#);
    for (args, status, words) in [
        (&["grey.png", "-o", "out"][..], EX_USAGE, &["out", "--format"][..]),
        (
            &["grey.png", "-o", "out.png", "--width", "0x"],
            EX_USAGE,
            &["ERROR 9401: ", "transform 1 of the canvas", "width"],
        ),
        (
            &["grey.png", "-o", "out.png", "--draw", "red.png:widht=1"],
            EX_USAGE,
            &["ERROR 9401: ", "transform 1 of picture 1", "widht"],
        ),
        (
            &["grey.png", "-o", "out.png", "--draw", "red.png:top=1,bottom=1"],
            EX_USAGE,
            &["ERROR 9401: ", "draw 1 on the canvas"],
        ),
        (&["grey.png", "-o", "out.png", "--quality", "101"], EX_USAGE, &["ERROR 9401: ", "101"]),
        (&["grey.png", "-o", "out.png", "--engine", "gpu"], EX_UNAVAILABLE, &["engine `gpu` cannot be used", NO_GPU]),
        (&["grey.png", "-o", "out.png", "--config", "none.toml"], EX_USAGE, &["none.toml"]),
        (&["notes.txt", "-o", "out.png"], EX_DATAERR, &["ERROR 9412: ", "the canvas", "notes.txt"]),
        (
            &["grey.png", "-o", "out.png", "--draw", "broken.png"],
            EX_DATAERR,
            &["ERROR 9516: ", "picture 1", "broken.png"],
        ),
        (&["grey.png", "-o", "out.png", "--width", "20000", "--fit", "cover"], EX_DATAERR, &["ERROR 9413: "]),
        (&["nowhere.png", "-o", "out.png"], EX_NOINPUT, &["nowhere.png"]),
        (&["grey.png", "-o", "no/such/folder/out.png"], EX_CANTCREAT, &["no/such/folder/out.png"]),
        (&["--request", "odd.json", "-o", "out.png"], EX_DATAERR, &["odd.json", "surprise"]),
        (
            &["--request", "twice.json", "-o", "out.png", "--format", "png"],
            EX_DATAERR,
            &["ERROR 9432: ", "output_format"],
        ),
    ] {
        folder.fail(&[&["transform"], args].concat(), status, words);
    }
    assert!(!folder.path().join("out.png").exists(), "nothing is written by what failed");
}

#[test]
fn transform_takes_limits_from_the_settings() {
    let folder = Folder::new();
    folder.write("palmette.toml", b"[limits]\nmax_source_bytes = 10\n");
    let args = ["transform", "grey.png", "-o", "out.png", "--config", "palmette.toml"];
    folder.fail(&args, EX_DATAERR, &["ERROR 9402: ", "10"]);
}

#[test]
fn command_line_mistakes_are_usage_errors() {
    let folder = Folder::new();
    for args in [&["transform"][..], &["transform", "grey.png"], &["paint"], &["serve", "--max-sorces", "1"], &[]] {
        let output = folder.run(args);
        assert_eq!(output.status.code(), Some(EX_USAGE), "{args:?}");
    }
    assert!(folder.run(&["--help"]).status.success());
    assert!(folder.run(&["transform", "--help"]).status.success());
    assert!(folder.run(&["--version"]).status.success());
}

/// Makes an animation of two frames of noise, and damages the second.
fn damaged_gif() -> Vec<u8> {
    let size = Size::new(20, 10);
    let mut encoder = AnimationEncoder::new(&EncodeOptions::new(EncodeFormat::Gif), size, None).unwrap();
    for frame in 0..2_u8 {
        let bytes = (0..200_u8).flat_map(|pixel| [pixel.wrapping_mul(77) ^ frame, frame, 0, 255]).collect();
        encoder.push(Pixmap::from_vec(size, bytes).unwrap(), 100).unwrap();
    }
    let mut bytes = encoder.finish().unwrap().bytes;
    let end = bytes.len() - 2;
    bytes[end - 60..end].fill(255);
    bytes
}

#[test]
fn transform_shows_damaged_pictures_only_when_told_to_and_says_so() {
    let folder = Folder::new();
    folder.write("broken.gif", &damaged_gif());
    let args = ["transform", "broken.gif", "-o", "out.gif"];
    folder.fail(&args, EX_DATAERR, &["ERROR 9516: ", "(broken.gif)"]);
    folder.fail(&[&args[..], &["--damaged", "hide"]].concat(), EX_USAGE, &["--damaged", "hide", "refuse, show"]);

    let output = folder.run(&[&args[..], &["--damaged", "show"]].concat());
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success() && text.lines().count() == 1, "{text}");
    assert!(
        text.starts_with("palmette: the canvas (broken.gif) is damaged; the pixels that could be read are shown: "),
        "{text}"
    );
    assert_eq!(folder.read("out.gif").size(), Size::new(20, 10));
}
