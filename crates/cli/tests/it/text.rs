//! Texts by flags and in request files: as the canvas and drawn, in fonts that are files, named, or sent to a server.
//!
//! The fonts are those of Debian's package `fonts-dejavu-core`.

use palmette::core::Pixmap;

use crate::server::Server;
use crate::support::{EX_DATAERR, EX_NOINPUT, EX_USAGE, Folder};

const FONTS: &str = "/usr/share/fonts/truetype/dejavu";
const MONO: &str = "/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf";

/// Counts the pixels of a colour.
fn count(pixmap: &Pixmap, rgba: [u8; 4]) -> usize {
    pixmap.data().as_chunks::<4>().0.iter().filter(|pixel| **pixel == rgba).count()
}

#[test]
fn text_is_the_canvas() {
    let folder = Folder::new();
    folder.succeed(&[
        "transform",
        "--text",
        "Palmette",
        "--font",
        MONO,
        "--size",
        "40",
        "--color",
        "red",
        "-o",
        "out.png",
    ]);
    let out = folder.read("out.png");
    assert_eq!((out.size().height, count(&out, [255, 0, 0, 255]) > 500), (47, true), "{}", out.size());
    // Options of the flags are a transform, those behind the text say how it is set.
    let args =
        ["--text", "one\ntwo: three:size=20,align=right,lineHeight=2,weight=700", "--font", MONO, "--rotate", "90"];
    folder.succeed(&[&["transform", "-o", "turned.png"], &args[..]].concat());
    assert_eq!(folder.read("turned.png").size().width, 80);
}

#[test]
fn text_is_drawn_above_pictures() {
    let folder = Folder::new();
    let draw = format!("Hi:font={MONO},size=20,color=white,left=2,top=2");
    let args = ["transform", "grey.png", "-o", "out.png", "--draw", "red.png:top=0,left=0", "--draw-text", &draw];
    folder.succeed(&args);
    let out = folder.read("out.png");
    assert!(count(&out, [255, 255, 255, 255]) > 20 && count(&out, [255, 0, 0, 255]) > 20);
}

#[test]
fn text_takes_fonts_of_a_folder_by_name() {
    let folder = Folder::new();
    let text = ["--text", "Name", "--size", "30", "-o"];
    folder.succeed(
        &[&["transform", "--fonts", FONTS, "--font", "font:DejaVu Sans Mono"], &text[..], &["named.png"]].concat(),
    );
    folder.succeed(&[&["transform", "--font", MONO], &text[..], &["file.png"]].concat());
    assert_eq!(folder.read("named.png"), folder.read("file.png"));
    let explained = folder.succeed(&["explain", "--text", "Name\nAge", "--font", MONO]);
    let explained = String::from_utf8(explained).unwrap();
    assert!(explained.contains("the canvas: 2 lines, 7 glyphs of DejaVu Sans Mono"), "{explained}");
}

#[test]
fn text_of_a_request_file_finds_its_font_beside_it() {
    let folder = Folder::new();
    folder.write("job/mono.ttf", &std::fs::read(MONO).unwrap());
    let request = br##"{"sources": [{"text": "x", "font": {"url": "mono.ttf"}}], "transforms": []}"##;
    folder.write("job/request.json", request);
    folder.succeed(&["transform", "--request", "job/request.json", "-o", "out.png"]);
    folder.succeed(&["transform", "--text", "x", "--font", MONO, "-o", "flags.png"]);
    assert_eq!(folder.read("out.png"), folder.read("flags.png"));
}

#[test]
fn text_goes_to_a_server_with_its_font() {
    let server = Server::start(&["--fonts", FONTS]);
    let folder = Folder::new();
    for font in [MONO, "font:DejaVu Sans"] {
        let text = ["--text", "there", "--font", font, "--size", "30", "-o"];
        folder.succeed(&[&["transform", "--fonts", FONTS], &text[..], &["here.png"]].concat());
        folder.succeed(&[&["transform", "--server", &server.url()], &text[..], &["there.png"]].concat());
        assert_eq!(folder.read("here.png"), folder.read("there.png"), "{font}");
    }
}

#[test]
fn text_that_cannot_be_set_says_why() {
    let folder = Folder::new();
    folder.write("none.ttf", b"none");
    for (args, status, words) in [
        (&["--text", "a"][..], EX_USAGE, &["font.url is missing"][..]),
        (
            &["--text", "a:font=none.ttf"],
            EX_DATAERR,
            &["ERROR 9410", "the canvas: font \"none.ttf\"", "not a font in a supported format"],
        ),
        (&["--text", "a", "--font", "gone.ttf"], EX_NOINPUT, &["gone.ttf"]),
        (&["--text", "a", "--font", "font:Gone"], EX_DATAERR, &["there is no font of that name"]),
        (&["--text", "a:algin=left", "--font", "none.ttf"], EX_USAGE, &["did you mean align?"]),
        (&["grey.png", "--draw-text", "a:size=x", "--font", "none.ttf"], EX_USAGE, &["size must be a number above 0"]),
        (&["grey.png", "--fonts", "gone"], EX_NOINPUT, &["--fonts", "gone"]),
    ] {
        folder.fail(&[&["transform", "-o", "out.png"], args].concat(), status, words);
    }
}
