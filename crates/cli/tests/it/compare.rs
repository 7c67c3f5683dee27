//! `palmette compare`: what it sees, where it says that it is, and what it leaves behind.

use palmette::codec::{AnimationEncoder, EncodeFormat, EncodeOptions, encode};
use palmette::core::{Pixmap, Size};
use serde_json::{Value, json};

use crate::support::{EX_DATAERR, EX_NOINPUT, EX_USAGE, Folder};

/// A change of one pixel.
type Change = fn([u8; 4]) -> [u8; 4];

/// A picture without any symmetry, part of a larger one that begins at `left`, `top`; half clear in its last column.
fn part(left: u32, top: u32, width: u32, height: u32, change: Change) -> Pixmap {
    let mut picture = Pixmap::filled(Size::new(width, height), [0; 4]).unwrap();
    for y in 0..height {
        for (x, pixel) in (0..).zip(picture.row_mut(y).as_chunks_mut::<4>().0) {
            let (across, down) = (x + left, y + top);
            let [red, green, blue] = [across * 9 + down * 2, across * down, 40 + down * 5].map(|value| value % 256);
            let [red, green, blue] = [red, green, blue].map(|value| u8::try_from(value).unwrap());
            *pixel = change([red, green, blue, if across == 20 { 128 } else { 255 }]);
        }
    }
    picture
}

fn file(picture: Pixmap, format: EncodeFormat) -> Vec<u8> {
    let quality = (format == EncodeFormat::Webp).then_some(100);
    encode(picture, &EncodeOptions { quality, ..EncodeOptions::new(format) }).unwrap().bytes
}

/// A folder with `expected.png`.
fn folder() -> Folder {
    let folder = Folder::new();
    folder.write("expected.png", &file(part(5, 5, 16, 12, |it| it), EncodeFormat::Png));
    folder
}

/// Compares, which must end with this status and nothing on standard error.
fn run(folder: &Folder, args: &[&str], status: i32) -> String {
    let output = folder.run(&[&["compare"], args].concat());
    assert_eq!((output.status.code(), &output.stderr[..]), (Some(status), &b""[..]), "{args:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn run_json(folder: &Folder, args: &[&str], status: i32) -> Value {
    serde_json::from_str(&run(folder, &[args, &["--json"]].concat(), status)).unwrap()
}

#[test]
fn compare_equal_pixels_of_other_formats() {
    let folder = folder();
    folder.write("actual.webp", &file(part(5, 5, 16, 12, |it| it), EncodeFormat::Webp));
    let text = run(&folder, &["expected.png", "actual.webp", "--diff", "diff.png"], 0);
    assert_eq!(text, "equal: expected.png and actual.webp\n  16×12, no pixel differs\n");
    assert!(!folder.path().join("diff.png").exists());
    let json = run_json(&folder, &["expected.png", "actual.webp"], 0);
    assert_eq!((&json["equal"], &json["ssimulacra2"]), (&json!(true), &json!(100.0)));
    assert_eq!(
        json["actual"],
        json!({"path": "actual.webp", "format": "image/webp", "width": 16, "height": 12, "frames": 1})
    );
}

/// A JPEG is in planes, whose way to pixels is Palmette's own: the two commands take the same one.
#[test]
fn compare_reads_a_jpeg_as_transform_does() {
    let folder = Folder::new();
    folder.write("actual.jpg", &file(part(5, 5, 61, 43, |it| it), EncodeFormat::Jpeg));
    folder.succeed(&["transform", "--output", "expected.png", "actual.jpg"]);
    run(&folder, &["expected.png", "actual.jpg"], 0);
}

#[test]
fn compare_sees_what_goes_wrong_and_says_where() {
    let swap: Change = |[red, green, blue, alpha]| [blue, green, red, alpha];
    let cases: [(&str, Pixmap, &str, &str); 4] = [
        ("moved", part(4, 5, 16, 12, |it| it), "it moved by 1,0 pixels", "box 16×12 at 0,0"),
        ("swapped", part(5, 5, 16, 12, swap), "its channels are in the order bgr", "box 16×12 at 0,0"),
        ("opaque", part(5, 5, 16, 12, |[r, g, b, _]| [r, g, b, 255]), "its alpha is lost", "box 1×12 at 15,0"),
        ("cropped", part(6, 5, 15, 12, |it| it), "it moved by -1,0 pixels", "15×12 pixels, expected were 16×12"),
    ];
    for (name, picture, hint, place) in cases {
        let folder = folder();
        folder.write("actual.png", &file(picture.clone(), EncodeFormat::Png));
        let text = run(&folder, &["expected.png", "actual.png", "--diff", "diff.png"], 1);
        assert!(text.starts_with("different: expected.png and actual.png\n"), "{name}: {text}");
        assert!(text.contains(hint) && text.contains(place), "{name}: {text}");
        // Expected, differences and actual, four pixels apart.
        let strip = folder.read("diff.png");
        let (expected, left) = (folder.read("expected.png"), strip.width() - picture.width());
        assert_eq!(strip.height(), 12);
        for y in 0..12 {
            assert_eq!(strip.row(y)[..16 * 4], *expected.row(y), "{name}");
            assert_eq!(strip.row(y)[left as usize * 4..], *picture.row(y), "{name}");
        }
        let red = (0..16).filter(|x| strip.pixel(20 + x, 0)[1..3] == [0, 0] && strip.pixel(20 + x, 0)[0] >= 64);
        assert!(red.count() >= 1, "{name}");
    }
}

#[test]
fn compare_measures_differences() {
    let folder = folder();
    let mut picture = part(5, 5, 16, 12, |it| it);
    picture.row_mut(3)[4 * 7] ^= 4;
    picture.row_mut(5)[4 * 2 + 2] ^= 2;
    folder.write("actual.png", &file(picture, EncodeFormat::Png));
    let json = run_json(&folder, &["expected.png", "actual.png"], 1);
    assert_eq!((&json["differences"], &json["count"], &json["frame"]), (&json!(["pixels"]), &json!(2), &json!(0)));
    assert_eq!(json["max"], json!({"red": 4.0, "green": 0.0, "blue": 2.0, "alpha": 0.0}));
    assert_eq!(json["box"], json!({"left": 2, "top": 3, "width": 6, "height": 3}));
    assert_eq!((&json["first"][0]["x"], &json["first"][0]["y"]), (&json!(7), &json!(3)));
    assert!((json["share"].as_f64().unwrap() - 2.0 / 192.0).abs() < 1e-12);
    let score = json["ssimulacra2"].as_f64().unwrap();
    assert!(score > 50.0 && score < 100.0, "{score}");

    let json = run_json(&folder, &["expected.png", "actual.png", "--tolerance", "3"], 1);
    assert_eq!((&json["count"], &json["box"]["width"]), (&json!(1), &json!(1)));
    let json = run_json(&folder, &["expected.png", "actual.png", "--tolerance", "4"], 0);
    assert_eq!((&json["count"], &json["max"]["red"], &json["box"]), (&json!(0), &json!(4.0), &Value::Null));
}

#[test]
fn compare_does_not_see_colours_of_clear_pixels() {
    let folder = Folder::new();
    for (name, rgba) in [("a.png", [255, 0, 0, 0]), ("b.png", [0, 0, 255, 0]), ("c.png", [0, 0, 255, 1])] {
        folder.write(name, &file(Pixmap::filled(Size::new(9, 9), rgba).unwrap(), EncodeFormat::Png));
    }
    run(&folder, &["a.png", "b.png"], 0);
    run(&folder, &["b.png", "c.png"], 1);
    run(&folder, &["b.png", "c.png", "--tolerance", "1"], 0);
}

/// An animation of frames of one grey each.
fn animation(format: EncodeFormat, frames: &[(u8, u32)]) -> Vec<u8> {
    let size = Size::new(10, 8);
    let options = EncodeOptions { quality: Some(100), ..EncodeOptions::new(format) };
    let mut encoder = AnimationEncoder::new(&options, size, None).unwrap();
    for &(grey, delay_ms) in frames {
        encoder.push(Pixmap::filled(size, [grey, grey, grey, 255]).unwrap(), delay_ms).unwrap();
    }
    encoder.finish().unwrap().bytes
}

#[test]
fn compare_goes_through_animations() {
    let folder = Folder::new();
    folder.write("a.gif", &animation(EncodeFormat::Gif, &[(10, 100), (20, 200), (30, 100)]));
    folder.write("same.webp", &animation(EncodeFormat::Webp, &[(10, 100), (20, 200), (30, 100)]));
    folder.write("pixels.webp", &animation(EncodeFormat::Webp, &[(10, 100), (25, 200), (30, 100)]));
    folder.write("times.webp", &animation(EncodeFormat::Webp, &[(10, 100), (20, 100), (30, 100)]));
    folder.write("short.webp", &animation(EncodeFormat::Webp, &[(10, 100), (20, 200)]));
    folder.write("still.png", &file(Pixmap::filled(Size::new(10, 8), [10, 10, 10, 255]).unwrap(), EncodeFormat::Png));

    run(&folder, &["a.gif", "same.webp"], 0);
    let text = run(&folder, &["a.gif", "pixels.webp"], 1);
    assert!(text.contains("80 of 240 pixels (33.33 %) differ, at most by red 5, green 5, blue 5, alpha 0"), "{text}");
    assert!(text.contains("box 10×8 at 0,0 of frame 1"), "{text}");
    let text = run(&folder, &["a.gif", "times.webp"], 1);
    assert!(text.contains("frame 1 is shown for 100 ms, expected were 200 ms"), "{text}");
    let text = run(&folder, &["a.gif", "short.webp"], 1);
    assert!(text.contains("2 frames, expected were 3"), "{text}");
    let text = run(&folder, &["still.png", "a.gif"], 0);
    assert!(text.contains("only first frames were compared: the actual picture has 3"), "{text}");
}

#[test]
fn compare_failures() {
    let folder = folder();
    folder.write("notes.png", b"no picture");
    folder.write("folder/a.png", b"no picture");
    folder.fail(&["compare", "expected.png", "nowhere.png"], EX_NOINPUT, &["nowhere.png"]);
    folder.fail(
        &["compare", "notes.png", "expected.png"],
        EX_DATAERR,
        &["ERROR 9412: ", "cannot open the picture: not an image", "notes.png"],
    );
    folder.fail(
        &["compare", "expected.png", "notes.png"],
        EX_DATAERR,
        &["ERROR 9412: ", "cannot open the picture: not an image", "notes.png"],
    );
    folder.fail(&["compare", "expected.png", "folder"], EX_USAGE, &["folder is a folder and expected.png is none"]);
    folder.fail(&["compare", "folder", "folder", "--diff", "a.png"], EX_USAGE, &["--report"]);
    let output = folder.run(&["compare", "expected.png", "expected.png", "--tolerance", "256"]);
    assert_eq!(output.status.code(), Some(EX_USAGE));
}

/// Two folders with a pair of each kind.
fn folders() -> Folder {
    let folder = Folder::new();
    let right = || part(5, 5, 16, 12, |it| it);
    for name in ["a/same.png", "a/in/moved.png", "a/tone.png", "a/gone.png", "a/broken.png", "b/new.png"] {
        folder.write(name, &file(right(), EncodeFormat::Png));
    }
    folder.write("b/same.webp", &file(right(), EncodeFormat::Webp));
    folder.write("b/in/moved.png", &file(part(4, 5, 16, 12, |it| it), EncodeFormat::Png));
    folder.write("b/tone.png", &file(part(5, 5, 16, 12, |[r, g, b, a]| [r, g, b ^ 1, a]), EncodeFormat::Png));
    folder.write("b/broken.png", b"no picture");
    folder.write("b/notes.txt", b"notes");
    folder
}

#[test]
fn compare_folders_lists_the_worst_first() {
    let folder = folders();
    let text = run(&folder, &["a", "b"], 1);
    let heads: Vec<&str> = text.lines().filter(|line| !line.starts_with(' ')).collect();
    assert_eq!(
        heads,
        [
            "unreadable: broken.png",
            "missing: gone.png",
            "not expected: new.png",
            "different: in/moved.png",
            "different: tone.png",
            "left out, no pictures by their names: notes.txt",
            "5 of 6 pictures differ",
        ]
    );
    let json = run_json(&folder, &["a", "b"], 1);
    let names: Vec<&str> =
        json["pairs"].as_array().unwrap().iter().map(|pair| pair["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["broken.png", "gone.png", "new.png", "in/moved.png", "tone.png", "same"]);
    assert_eq!(run(&folder, &["a/in", "a/in"], 0), "1 picture is equal\n");
}

#[test]
fn compare_folders_writes_a_page() {
    let folder = folders();
    folder.write("a/<b>'\".png", &file(part(5, 5, 16, 12, |it| it), EncodeFormat::Png));
    // Within one of the folders, and run twice: what was written is no picture of the folder.
    for _ in 0..2 {
        assert!(run(&folder, &["a", "b", "--report", "b/report"], 1).ends_with("6 of 7 pictures differ\n"));
    }
    let page = std::fs::read_to_string(folder.path().join("b/report/index.html")).unwrap();
    assert!(page.contains("<h1>6 of 7 pictures differ</h1>") && page.contains("&lt;b&gt;&#39;&quot;.png"), "{page}");
    assert!(!page.contains("<b>") && !page.contains("http"), "nothing is fetched from elsewhere");
    let sources: Vec<&str> = page.split(" src=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    // Two pictures of each pair that can be read, differences of those that differ, and what has no counterpart.
    assert_eq!(sources.len(), 3 * 2 + 2 + 3, "{sources:?}");
    for source in sources {
        assert!(folder.read(&format!("b/report/{source}")).height() == 12, "{source}");
    }
}

#[test]
#[cfg(unix)]
fn compare_folders_that_cannot_be_read() {
    let folder = folders();
    std::os::unix::fs::symlink("nowhere", folder.path().join("a/link.png")).unwrap();
    let text = run(&folder, &["a", "b"], 1);
    assert!(text.contains("missing: link.png"), "{text}");
    folder.fail(&["compare", "a", "nowhere"], EX_NOINPUT, &["nowhere"]);
    folder.fail(&["compare", "a", "b", "--report", "a/same.png/report"], crate::support::EX_CANTCREAT, &["report"]);
}
