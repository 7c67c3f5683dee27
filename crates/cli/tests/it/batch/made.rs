//! What is made of each picture, what is skipped, and what is told.

use std::fs;

use palmette::core::Size;

use super::{assert_is_transformed, count, draw, files, last_line, run, size};
use crate::server::Server;
use crate::support::{EX_DATAERR, EX_NOINPUT, Folder, palmette, png};

#[test]
fn batch_makes_what_transform_makes() {
    let folder = Folder::new();
    draw(&folder, "in", 9);
    folder.write("mark.png", &png(3, 3, [255, 0, 0, 255]));
    let flags = ["--width", "12", "--format", "webp", "--draw", "mark.png:top=1,left=1", "--quality", "60"];
    let (output, report) = run(&folder, &[&["in", "-o", "out"], &flags[..]].concat());
    assert!(output.status.success());
    assert_eq!(count(&report, "made"), 9);
    for line in report.values() {
        let (source, target) = (line["source"].as_str().unwrap(), line["target"].as_str().unwrap());
        let result = fs::read(folder.path().join(target)).unwrap();
        assert_is_transformed(&folder, source, &flags, &result);
        assert_eq!((line["bytes"].as_u64(), &line["code"]), (Some(result.len() as u64), &serde_json::Value::Null));
        assert!(line["ms"].is_u64());
    }
}

#[test]
fn batch_takes_a_request_file() {
    let folder = Folder::new();
    draw(&folder, "in", 3);
    folder.write(
        "job/request.json",
        br#"{"sources": ["any.jpg", "../red.png"], "output_format": "image/png",
             "transforms": [{"imageIndex": 0, "width": 6}, {"drawImageIndex": 1, "targetImageIndex": 0}]}"#,
    );
    let (output, report) = run(&folder, &["in", "-o", "out", "--request", "job/request.json"]);
    assert!(output.status.success(), "{output:?}");
    assert_eq!((count(&report, "made"), size(&folder, "out/0/0.png").width), (3, 6));
}

#[test]
fn batch_on_a_server_makes_the_same() {
    let server = Server::start(&[]);
    let folder = Folder::new();
    draw(&folder, "in", 8);
    let flags = ["in", "--width", "9", "--format", "webp", "--draw", "red.png:width=2"];
    for (out, more) in [("here", vec![]), ("there", vec!["--server".to_owned(), server.url()])] {
        let more: Vec<&str> = more.iter().map(String::as_str).collect();
        let (output, report) = run(&folder, &[&flags[..], &["-o", out, "--jobs", "4"], &more].concat());
        assert!(output.status.success(), "{output:?}");
        assert_eq!(count(&report, "made"), 8);
    }
    assert_eq!(files(&folder.path().join("here")), files(&folder.path().join("there")));
}

#[test]
fn batch_skips_what_was_made_of_the_same() {
    let folder = Folder::new();
    draw(&folder, "in", 6);
    folder.write("mark.png", &png(3, 3, [255, 0, 0, 255]));
    let made = |more: &[&str]| {
        let flags = ["in", "-o", "out", "--format", "webp", "--draw", "mark.png", "--skip-existing"];
        let (output, report) = run(&folder, &[&flags[..], more].concat());
        assert!(output.status.success(), "{output:?}");
        assert_eq!(report.len(), 6);
        let made = report.iter().filter(|(_, line)| line["outcome"] == "made");
        made.map(|(target, _)| target.clone()).collect::<Vec<_>>()
    };
    assert_eq!(made(&[]).len(), 6);
    assert_eq!(made(&[]), [""; 0]);

    fs::remove_file(folder.path().join("out/0/0.webp")).unwrap();
    assert_eq!(made(&[]), ["out/0/0.webp"], "a result that is gone");
    folder.write("out/1/1.webp", b"half of a pict");
    assert_eq!(made(&[]), ["out/1/1.webp"], "a result that is not the one");
    folder.write("in/2/2.png", &png(7, 7, [9, 9, 9, 255]));
    assert_eq!(made(&[]), ["out/2/2.webp"], "a source that changed");
    let touched = fs::read(folder.path().join("in/0/3.png")).unwrap();
    folder.write("in/0/3.png", &touched);
    assert_eq!(made(&[]), [""; 0], "a source that has only a new date");

    assert_eq!(made(&["--width", "5"]).len(), 6, "other options");
    assert_eq!(made(&["--width", "5"]), [""; 0]);
    assert_eq!(made(&[]).len(), 6, "the results are those of other options");
    folder.write("mark.png", &png(3, 3, [0, 0, 255, 255]));
    assert_eq!(made(&[]).len(), 6, "a mark that changed");
}

#[test]
fn batch_makes_all_anew_unless_told_to_skip() {
    let folder = Folder::new();
    draw(&folder, "in", 3);
    for _ in 0..2 {
        assert_eq!(count(&run(&folder, &["in", "-o", "out"]).1, "made"), 3);
    }
}

#[test]
fn batch_ends_with_the_first_failure_or_goes_on() {
    let folder = Folder::new();
    draw(&folder, "in", 12);
    folder.write("in/0/0.png", b"no picture");
    #[cfg(unix)]
    std::os::unix::fs::symlink("nowhere.png", folder.path().join("in/2/gone.png")).unwrap();

    let (output, report) = run(&folder, &["in", "-o", "out", "--keep-going", "--jobs", "1"]);
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(EX_DATAERR), "{text}");
    assert_eq!((report.len(), count(&report, "made"), count(&report, "failed")), (13, 11, 2));
    let failed = &report["out/0/0.png"];
    assert_eq!((failed["code"].as_u64(), &failed["bytes"]), (Some(9412), &serde_json::Value::Null));
    assert!(text.contains("palmette: in/0/0.png: ERROR 9412: "), "{text}");
    assert!(text.contains("in/2/gone.png") && report["out/2/gone.png"]["code"].is_null(), "{text}");
    assert!(last_line(&output).contains("11 made") && last_line(&output).contains("2 failed"), "{text}");

    let (output, report) = run(&folder, &["in", "-o", "other", "--jobs", "1"]);
    assert_eq!((output.status.code(), report.len()), (Some(EX_DATAERR), 1));
    assert!(last_line(&output).contains("12 not begun"), "{output:?}");
    fs::remove_file(folder.path().join("in/0/0.png")).unwrap();
    let (output, _) = run(&folder, &["in/2", "-o", "other", "--keep-going"]);
    assert_eq!(output.status.code(), Some(EX_NOINPUT));
}

#[test]
fn batch_refuses_what_is_larger_than_the_limits() {
    let folder = Folder::new();
    draw(&folder, "in", 2);
    folder.write("palmette.toml", b"[limits]\nmax_source_bytes = 10\n");
    let (output, report) = run(&folder, &["in", "-o", "out", "--config", "palmette.toml", "--keep-going"]);
    assert_eq!((output.status.code(), count(&report, "failed")), (Some(EX_DATAERR), 2));
}

#[test]
fn batch_fails_where_it_cannot_write() {
    let folder = Folder::new();
    draw(&folder, "in", 2);
    folder.write("out", b"a file");
    folder.write("other/0/0.png/in the way", b"a folder");
    let (output, _) = run(&folder, &["in", "-o", "out"]);
    assert_eq!(output.status.code(), Some(66), "{output:?}");
    let (output, report) = run(&folder, &["in", "-o", "other", "--keep-going"]);
    assert_eq!((output.status.code(), count(&report, "made")), (Some(73), 1), "{output:?}");
    assert!(folder.path().join("other/0/0.png/in the way").is_file());
}

/// Large pictures at once take the memory of as many as fit into the budget.
#[cfg(target_os = "linux")]
#[test]
fn batch_bounds_memory() {
    let folder = Folder::new();
    // A whole picture is held to be turned.
    for number in 0..8 {
        folder.write(&format!("in/{number}.png"), &png(3000, 2000, [number, 0, 0, 255]));
    }
    folder.write("small.toml", b"[admission]\nmax_pixel_bytes = 60000000\n");
    let peak = |config: &[&str]| {
        let mut command = palmette();
        let args = ["batch", "in", "-o", "out", "--rotate", "90", "--format", "jpeg", "--jobs", "8"];
        command.current_dir(folder.path()).args(args).args(config);
        let mut child = command.spawn().unwrap();
        let mut peak_bytes = 0;
        while child.try_wait().unwrap().is_none() {
            let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
            let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("0");
            let kilobytes = line.trim_matches(|it: char| !it.is_ascii_digit()).parse::<u64>().unwrap_or(0);
            peak_bytes = peak_bytes.max(kilobytes * 1024);
        }
        assert!(child.wait().unwrap().success());
        peak_bytes
    };
    let (free, bounded) = (peak(&[]), peak(&["--config", "small.toml"]));
    eprintln!("eight at once: {free} bytes; bounded: {bounded}");
    assert!(bounded < 110_000_000 && free > bounded * 3 / 2, "{bounded} of {free}");
    assert_eq!(size(&folder, "out/0.jpg"), Size::new(2000, 3000));
}

#[test]
fn batch_makes_several_widths_of_each() {
    let server = Server::start(&[]);
    let folder = Folder::new();
    draw(&folder, "in", 6);
    let flags = ["in", "--srcset", "6,12,99", "--format", "webp", "--quality", "60"];
    for (out, more) in [("here", vec![]), ("there", vec!["--server".to_owned(), server.url()])] {
        let more: Vec<&str> = more.iter().map(String::as_str).collect();
        let (output, report) = run(&folder, &[&flags[..], &["-o", out], &more].concat());
        assert!(output.status.success(), "{output:?}");
        assert_eq!((count(&report, "made"), files(&folder.path().join(out)).len()), (18, 18));
        assert!(last_line(&output).starts_with("palmette: 18 made"));
    }
    assert_eq!(files(&folder.path().join("here")), files(&folder.path().join("there")));
    for (width, actual) in [(6, 6), (12, 12), (99, 24)] {
        let name = format!("here/0/0-{width}.webp");
        assert_eq!(size(&folder, &name).width, actual);
        let result = fs::read(folder.path().join(&name)).unwrap();
        let flags = ["--format", "webp", "--quality", "60", "--width", &width.to_string()];
        assert_is_transformed(&folder, "in/0/0.png", &flags, &result);
    }
    // All of a picture are there, or all of it is made again.
    fs::remove_file(folder.path().join("here/0/0-12.webp")).unwrap();
    let (_, report) = run(&folder, &[&flags[..], &["-o", "here", "--skip-existing"]].concat());
    assert_eq!((count(&report, "made"), count(&report, "skipped")), (3, 15));
}

#[test]
fn batch_tells_a_failure_of_several_widths_once() {
    let folder = Folder::new();
    draw(&folder, "in", 1);
    folder.write("in/broken.png", b"\x89PNG\r\n\x1a\nand no more");
    let (output, report) = run(&folder, &["in", "-o", "out", "--srcset", "5,10", "--keep-going"]);
    assert_eq!(output.status.code(), Some(EX_DATAERR));
    assert_eq!((count(&report, "made"), count(&report, "failed")), (2, 2));
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(told.matches("in/broken.png: ERROR 9516").count(), 1, "{told}");

    folder
        .write("request.json", br#"{"sources": ["any.png"], "transforms": [], "outputs": [{"output_format": "rgb"}]}"#);
    let (output, _) = run(&folder, &["in", "-o", "out", "--request", "request.json"]);
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("outputs in a request file are for one picture; use --srcset for many"), "{told}");
}
