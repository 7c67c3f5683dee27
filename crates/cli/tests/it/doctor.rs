//! `palmette doctor`.

use crate::support::Folder;

#[test]
fn doctor_says_what_is_there() {
    let text = String::from_utf8(Folder::new().succeed(&["doctor"])).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[0].starts_with("cpu: ready"), "{text}");
    assert!(lines[1].starts_with("gpu: not usable: there is no adapter"), "{text}");
}
