//! `palmette doctor`.

use crate::support::{Folder, NO_GPU};

#[test]
fn doctor_says_what_is_there() {
    let text = String::from_utf8(Folder::new().succeed(&["doctor"])).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[0].starts_with("cpu: ready"), "{text}");
    assert!(lines[1].starts_with(&format!("gpu: not usable: {NO_GPU}")), "{text}");
    let heic = palmette::codec::heic::version()
        .map_or("heic: not decoded".into(), |version| format!("heic: libheif {version}"));
    assert!(lines[2].starts_with(&heic), "{text}");
    assert_eq!(lines[3], "models: none, and no folder for them", "{text}");
}
