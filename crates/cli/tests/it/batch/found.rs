//! Which pictures are found, and what their results are called.

use super::{count, draw, last_line, names, run};
use crate::support::{EX_NOINPUT, EX_USAGE, Folder, png};

const GREY: [u8; 4] = [128, 128, 128, 255];

fn picture() -> Vec<u8> {
    png(4, 3, GREY)
}

#[test]
fn batch_keeps_the_path_below_a_folder_or_a_glob() {
    let folder = Folder::new();
    for name in ["in/a b.png", "in/ü/日本.png", "in/ü/x.y.PNG", "in/notes.txt", "in/.hidden.png", "in/.git/c.png"] {
        folder.write(name, &picture());
    }
    let all = ["a b.webp", "ü/x.y.webp", "ü/日本.webp"];
    for (source, expected) in [
        ("in", &all[..]),
        ("./in/", &all),
        ("in/**/*.{png,PNG}", &all),
        (
            "in/*/*",
            &["x.y.webp", "日本.webp"].map(|name| ["ü/", name].concat())[..]
                .iter()
                .map(String::as_str)
                .collect::<Vec<_>>(),
        ),
        ("in/ü/[x-z]*", &["x.y.webp"]),
        ("in/a b.png", &["a b.webp"]),
    ] {
        let out = tempfile::tempdir().unwrap();
        let (output, _) = run(&folder, &[source, "-o", out.path().to_str().unwrap(), "--format", "webp"]);
        assert!(output.status.success(), "{source}: {output:?}");
        assert_eq!(names(out.path()), expected, "{source}");
    }
}

#[test]
fn batch_keeps_formats_and_extensions_that_fit() {
    let folder = Folder::new();
    for name in ["in/a.png", "in/b.JPG", "in/c.jpeg"] {
        folder.write(name, &picture());
    }
    folder.run(&["batch", "in", "-o", "own"]);
    assert_eq!(names(&folder.path().join("own")), ["a.png", "b.JPG", "c.jpeg"]);
    let starts = |name: &str| std::fs::read(folder.path().join(name)).unwrap()[..2].to_vec();
    assert_eq!([starts("own/a.png"), starts("own/b.JPG")], [b"\x89P".to_vec(), b"\xff\xd8".to_vec()]);
    folder.run(&["batch", "in", "-o", "jpeg", "--format", "jpeg"]);
    assert_eq!(names(&folder.path().join("jpeg")), ["a.jpg", "b.JPG", "c.jpeg"]);
    folder.write("in/d.tiff", &picture());
    folder.fail(&["batch", "in", "-o", "none"], EX_USAGE, &["in/d.tiff", "--format"]);
    assert!(!folder.path().join("none").exists());
}

#[test]
fn batch_takes_no_other_url_for_a_path() {
    let folder = Folder::new();
    draw(&folder, "in", 1);
    for url in ["https://pictures.example/a.png", "ftp://x", "file:///a.png", "http://a/*.png"] {
        let words = [url, "s3://BUCKET/KEY"];
        folder.fail(&["batch", url, "-o", "out"], EX_USAGE, &words);
        folder.fail(&["batch", "in", "-o", url], EX_USAGE, &words);
        let output = folder.run_with_input(&["batch", "-", "-o", "out"], url.as_bytes());
        assert_eq!(output.status.code(), Some(EX_USAGE), "{output:?}");
    }
    assert!(!folder.path().join("https:").exists(), "no folder is made of a URL");
    // What is called so is reached as a path.
    folder.write("http:/in/a.png", &picture());
    assert!(run(&folder, &["./http://in", "-o", "out"]).0.status.success());
    assert_eq!(names(&folder.path().join("out")), ["a.png"]);
}

#[cfg(unix)]
#[test]
fn batch_reads_through_links_to_files_only() {
    use std::os::unix::fs::symlink;
    let folder = Folder::new();
    folder.write("elsewhere/a.png", &picture());
    folder.write("in/b.png", &picture());
    symlink("../elsewhere/a.png", folder.path().join("in/a.png")).unwrap();
    symlink("../elsewhere", folder.path().join("in/folder")).unwrap();
    symlink(".", folder.path().join("in/loop")).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(folder.path().join("in/pipe.png")).status().unwrap().success());
    let (output, _) = run(&folder, &["in", "-o", "out"]);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(names(&folder.path().join("out")), ["a.png", "b.png"]);
}

#[test]
fn batch_does_not_read_its_own_results() {
    let folder = Folder::new();
    draw(&folder, "in", 6);
    for _ in 0..2 {
        for source in ["in", "in/**/*.png", "./in/../in/*/*.png"] {
            let (output, report) = run(&folder, &[source, "-o", "in/small", "--width", "5"]);
            assert!(output.status.success());
            assert_eq!(count(&report, "made"), 6, "{source}");
        }
    }
}

#[test]
fn batch_reads_a_list() {
    let folder = Folder::new();
    for name in ["in/a b.png", "in/c.png", "d.png"] {
        folder.write(name, &picture());
    }
    let run = |args: &[&str], list: &str| {
        let out = tempfile::tempdir().unwrap();
        let args = [&["batch", "-", "-o", out.path().to_str().unwrap()], args].concat();
        let output = folder.run_with_input(&args, list.as_bytes());
        (output.status.code(), names(out.path()), last_line(&output))
    };
    let (code, found, _) = run(&[], "in/a b.png\n\n./d.png\nd.png\n");
    assert_eq!((code, found), (Some(0), vec!["d.png".to_owned(), "in/a b.png".to_owned()]));
    let absolute = folder.path().join("in/c.png");
    let base = folder.path().to_str().unwrap();
    assert_eq!(run(&["--base", base], absolute.to_str().unwrap()).1, ["in/c.png"]);
    assert_eq!(run(&["--base", "in"], "in/c.png").1, ["c.png"]);
    for list in [absolute.to_str().unwrap(), "in/../../x.png", "../x.png"] {
        let (code, found, line) = run(&[], list);
        assert_eq!((code, found.len()), (Some(EX_USAGE), 0));
        assert!(line.contains(list) && line.contains("--base"), "{line}");
    }
}

#[test]
fn batch_refusals() {
    let folder = Folder::new();
    for name in ["in/a.png", "in/a.jpg", "one/b.png", "two/b.png", "empty/notes.txt", "in/[x].png"] {
        folder.write(name, &picture());
    }
    folder.write("text.json", br#"{"sources": [{"text": "a", "font": {"url": "b"}}], "transforms": []}"#);
    folder.write("plan.json", br#"{"sources": ["x"], "transforms": [], "explain": true}"#);
    for (args, status, words) in [
        (&["in", "-o", "out", "--format", "webp"][..], EX_USAGE, &["in/a.jpg and in/a.png", "out/a.webp"][..]),
        (&["one", "two", "-o", "out"], EX_USAGE, &["one/b.png and two/b.png", "out/b.png"]),
        (&["one", "-o", "one"], EX_USAGE, &["one", "--out"]),
        (&["one", "-o", "./two/../one"], EX_USAGE, &["one", "--out"]),
        (&["one/b.png", "-o", "one"], EX_USAGE, &["one/b.png", "over it"]),
        (&["empty", "-o", "out"], EX_NOINPUT, &["empty", "no picture"]),
        (&["nowhere", "-o", "out"], EX_NOINPUT, &["nowhere"]),
        (&["nowhere/*.png", "-o", "out"], EX_NOINPUT, &["nowhere"]),
        (&["one/*.jpg", "-o", "out"], EX_NOINPUT, &["one/*.jpg", "no file"]),
        (&["one/{b.png", "-o", "out"], EX_USAGE, &["one/{b.png"]),
        (&["-", "-", "-o", "out"], EX_USAGE, &["standard input"]),
        (&["one", "-o", "out", "--width", "0x"], EX_USAGE, &["ERROR 9401: ", "width"]),
        (&["one", "-o", "out", "--format", "tiff"], 65, &["ERROR 9432: ", "tiff"]),
        (&["one", "-o", "out", "--draw", "nowhere.png"], EX_NOINPUT, &["nowhere.png"]),
        (&["one", "-o", "out", "--draw", "text.json"], 65, &["ERROR 9412: ", "picture 1", "(text.json)"]),
        (&["one", "-o", "out", "--request", "text.json"], 65, &["text.json", "must be a picture"]),
        (&["one", "-o", "out", "--request", "plan.json"], EX_USAGE, &["palmette explain"]),
        (&["s3:///a", "-o", "out"], EX_USAGE, &["s3:///a", "s3://BUCKET/KEY"]),
    ] {
        folder.fail(&[&["batch"], args].concat(), status, words);
        assert!(!folder.path().join("out").exists(), "{args:?}: nothing is written");
    }
    // A file of that very name comes before a glob.
    let (output, report) = run(&folder, &["in/[x].png", "-o", "out"]);
    assert!(output.status.success() && report.contains_key("out/[x].png"), "{output:?}");
    for shard in ["8/8", "x", "1"] {
        let output = folder.run(&["batch", "one", "-o", "out", "--shard", shard]);
        assert_eq!(output.status.code(), Some(EX_USAGE));
    }
}

#[test]
fn batch_shards_are_all_pictures_each_once() {
    let folder = Folder::new();
    draw(&folder, "in", 40);
    let mut sizes = Vec::new();
    for shard in ["0/3", "1/3", "2/3"] {
        let (output, report) = run(&folder, &["in", "-o", "out", "--shard", shard, "--skip-existing"]);
        assert!(output.status.success());
        assert_eq!(count(&report, "made"), report.len(), "another share has not made any of {shard}");
        sizes.push(report.len());
    }
    assert_eq!(sizes.iter().sum::<usize>(), 40);
    assert!(sizes.iter().all(|size| *size > 5), "{sizes:?}");
    assert_eq!(names(&folder.path().join("out")), names(&folder.path().join("in")));
    let (_, report) = run(&folder, &["in", "-o", "out", "--skip-existing"]);
    assert_eq!(count(&report, "skipped"), 40, "marks of all shares are known to all");
}

#[cfg(not(feature = "buckets"))]
#[test]
fn batch_says_that_there_are_no_buckets() {
    let folder = Folder::new();
    folder.fail(&["batch", "grey.png", "-o", "s3://b"], EX_USAGE, &["s3://b", "was built without buckets"]);
}
