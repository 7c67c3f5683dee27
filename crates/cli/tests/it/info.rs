//! `palmette info`.

use serde_json::{Value, json};

use crate::support::{EX_DATAERR, EX_NOINPUT, Folder, png};

#[test]
fn info_prints_json_of_files_and_of_standard_input() {
    let folder = Folder::new();
    let bytes = png(40, 30, [128, 128, 128, 255]);
    let expected = json!({"format": "image/png", "file_size": bytes.len(), "width": 40, "height": 30});
    assert_eq!(serde_json::from_slice::<Value>(&folder.succeed(&["info", "grey.png"])).unwrap(), expected);
    let output = folder.run_with_input(&["info", "-"], &bytes);
    assert_eq!(serde_json::from_slice::<Value>(&output.stdout).unwrap(), expected);
}

#[test]
fn info_failures() {
    let folder = Folder::new();
    folder.write("notes.txt", b"no picture");
    folder.fail(&["info", "notes.txt"], EX_DATAERR, &["ERROR 9412: ", "notes.txt"]);
    folder.fail(&["info", "nowhere.png"], EX_NOINPUT, &["nowhere.png"]);
}
