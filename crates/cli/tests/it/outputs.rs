//! Several results of one picture: `--output` repeated, `--srcset`, and request files with `outputs`; here, and with a server.

use palmette::core::Size;

use crate::server::Server;
use crate::support::{EX_CANTCREAT, EX_DATAERR, EX_USAGE, Folder, palmette, png};

/// Runs something here and with a server, each in a folder of its own.
fn here_and_there(check: impl Fn(&Folder, &[&str])) {
    let server = Server::start(&["--engine", "cpu"]);
    check(&Folder::new(), &[]);
    check(&Folder::new(), &["--server", &server.url()]);
}

fn bytes(folder: &Folder, name: &str) -> Vec<u8> {
    std::fs::read(folder.path().join(name)).unwrap()
}

#[test]
fn outputs_are_what_each_alone_would_be() {
    here_and_there(|folder, server| {
        let flags = ["grey.png", "--width", "30", "--draw", "red.png:width=8,left=1", "--quality", "60"];
        let printed = folder
            .succeed(&[&["transform", "-o", "a.webp", "-o", "a.jpg", "-o", "b.png"], &flags[..], server].concat());
        assert!(printed.is_empty());
        for name in ["a.webp", "a.jpg", "b.png"] {
            let alone = format!("alone-{name}");
            folder.succeed(&[&["transform", "-o", &alone], &flags[..]].concat());
            assert!(bytes(folder, name) == bytes(folder, &alone), "{name}");
        }
    });
}

#[test]
fn srcset_scales_what_the_other_flags_make_and_prints_the_attribute() {
    here_and_there(|folder, server| {
        folder.write("photo.png", &png(400, 300, [9, 9, 9, 255]));
        let flags = ["photo.png", "--width", "200", "--height", "100", "--fit", "cover", "--srcset", "50,100,200,800"];
        let args = [&["transform", "-o", "out/my photo.webp", "-o", "photo.avif"], &flags[..], server].concat();
        folder.write("out/.keep", b"");
        let printed = String::from_utf8(folder.succeed(&args)).unwrap();
        assert_eq!(
            printed,
            "my%20photo-50.webp 50w, my%20photo-100.webp 100w, my%20photo-200.webp 200w\n\
             photo-50.avif 50w, photo-100.avif 100w, photo-200.avif 200w\n"
        );
        for (width, size) in [(50, (50, 25)), (100, (100, 50)), (200, (200, 100)), (800, (200, 100))] {
            for name in [format!("out/my photo-{width}.webp"), format!("photo-{width}.avif")] {
                assert_eq!(folder.read(&name).size(), Size::new(size.0, size.1), "{name}");
            }
        }
    });
}

#[test]
fn outputs_of_a_request_file_go_to_files_in_their_order() {
    here_and_there(|folder, server| {
        folder.write(
            "request.json",
            br#"{"sources": ["grey.png"], "transforms": [{"imageIndex": 0, "rotate": 90}],
                 "outputs": [{"output_format": "image/png"}, {"output_format": "rgba", "transforms": [{"width": 3}]}]}"#,
        );
        folder.succeed(&[&["transform", "--request", "request.json", "-o", "first", "-o", "second"], server].concat());
        assert_eq!((folder.read("first").size(), bytes(folder, "second").len()), (Size::new(30, 40), 3 * 4 * 4));
        let words = ["the request asks for 2 results, and 1 files are named to write them to; give --output 2 times"];
        folder.fail(&[&["transform", "--request", "request.json", "-o", "only"], server].concat(), EX_USAGE, &words);
        let words = ["outputs and output_quality cannot be used together"];
        let args = ["transform", "--request", "request.json", "-o", "one", "--quality", "5"];
        folder.fail(&[&args, server].concat(), EX_USAGE, &words);
    });
}

#[test]
fn outputs_that_fail_are_told_and_the_others_are_made() {
    here_and_there(|folder, server| {
        folder.write(
            "request.json",
            br#"{"sources": ["grey.png"], "transforms": [], "outputs": [{"output_format": "image/png"},
                 {"output_format": "image/png", "transforms": [{"width": 20000, "fit": "contain"}]}, {"output_format": "image/webp"}]}"#,
        );
        let args = ["transform", "--request", "request.json", "-o", "a.png", "-o", "b.png", "-o", "c.webp"];
        folder.fail(&[&args, server].concat(), EX_DATAERR, &["b.png: ERROR 9413: ", "output 2"]);
        assert_eq!(folder.read("a.png").size(), folder.read("c.webp").size());
        assert!(!folder.path().join("b.png").exists());
        let args = ["transform", "grey.png", "-o", "nowhere/a.png", "-o", "b.png"];
        folder.fail(&[&args, server].concat(), EX_CANTCREAT, &["nowhere/a.png"]);
    });
}

#[test]
fn outputs_that_make_no_sense_are_refused_before_anything_is_made() {
    let folder = Folder::new();
    for (args, words) in [
        (&["-o", "a.png", "-o", "-", "--format", "png"][..], "`-` is standard output, which takes one result"),
        (&["-o", "-", "--format", "png", "--srcset", "5"], "`-` is standard output, which takes one result"),
        (&["-o", "a.png", "-o", "a.png"], "a.png would be written twice"),
        (&["-o", "a.png", "--srcset", "5,5"], "5 is given twice"),
        (&["-o", "a.png", "--srcset", "5,x"], "\"x\" is no width; write whole pixels with commas between them"),
        (&["-o", "a.png", "-o", "b.bmp"], "b.bmp"),
        (&["-o", "a.png", "--srcset", "5", "--quality", "0"], "output 1: output_quality must be 1 to 100"),
    ] {
        let output = folder.run(&[&["transform", "grey.png"], args].concat());
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(EX_USAGE), "{args:?}: {text}");
        assert!(text.contains(words), "{args:?}: {text}");
    }
    let many: Vec<String> = (1..=33).map(|width| width.to_string()).collect();
    let words = ["outputs must be a list of 1 to 32 objects, got 33 of them"];
    folder.fail(&["transform", "grey.png", "-o", "a.png", "--srcset", &many.join(",")], EX_USAGE, &words);
    let files: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(files.len(), 2, "nothing was written: {files:?}");
}

#[test]
fn outputs_are_explained_together() {
    let folder = Folder::new();
    let request = br#"{"sources": ["grey.png"], "transforms": [], "explain": true,
                       "outputs": [{"output_format": "image/png"}, {"output_format": "rgb"}]}"#;
    folder.write("request.json", request);
    folder.succeed(&["transform", "--request", "request.json", "-o", "plan.json", "-o", "unused"]);
    let plan: serde_json::Value = serde_json::from_slice(&bytes(&folder, "plan.json")).unwrap();
    assert_eq!(plan["outputs"].as_array().unwrap().len(), 2);
    let server = Server::start(&[]);
    let args = ["transform", "--request", "request.json", "-o", "a", "-o", "b", "--server", &server.url()];
    folder.fail(&args, EX_USAGE, &["explain of several results is written without --server only"]);
}

#[test]
fn outputs_are_in_the_manual_and_the_completions() {
    let manual = palmette().args(["help", "transform"]).output().unwrap().stdout;
    let manual = String::from_utf8(manual).unwrap();
    assert!(manual.contains("--srcset <WIDTHS>") && manual.contains("photo-320.webp"), "{manual}");
    let completions = palmette().args(["completions", "bash"]).output().unwrap().stdout;
    assert!(String::from_utf8(completions).unwrap().matches("--srcset").count() >= 2);
}
