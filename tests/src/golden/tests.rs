//! The golden rules, each broken once.

use palmette_core::{Pixmap, Size};

use super::*;
use crate::pictures::{gradient, noise, solid};

/// Goldens in a folder of their own that is removed again.
struct Scratch(Goldens);

impl Scratch {
    fn new(test: &str, update: Update) -> Self {
        let root = env::temp_dir().join(format!("palmette-goldens-{}-{test}", std::process::id()));
        Self(Goldens { folder: root.join("goldens"), out: root.join("out"), update })
    }

    fn check(&self, picture: Pixmap) -> Result<(), String> {
        self.0.check("topic/test", &picture.into())
    }

    fn accept(&mut self, picture: Pixmap) {
        self.0.update = Update::All;
        self.check(picture).unwrap_err();
        self.0.update = Update::Never;
    }

    fn left_behind(&self) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(self.0.out.join("topic/test")) else { return Vec::new() };
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(self.0.folder.parent().unwrap());
    }
}

fn picture() -> Pixmap {
    gradient(Size::new(9, 7))
}

#[test]
fn golden_variables_are_refused_in_ci() {
    assert_eq!(Update::from_variables(None, Some("true")), Update::Never);
    assert_eq!(Update::from_variables(Some("all"), None), Update::All);
    assert_eq!(Update::from_variables(Some("fit/cover"), Some("false")), Update::Only("fit/cover".to_owned()));
    assert_eq!(Update::from_variables(Some("all"), Some("true")), Update::Refused);
    let mut scratch = Scratch::new("ci", Update::Never);
    scratch.accept(picture());
    scratch.0.update = Update::Refused;
    assert!(scratch.check(picture()).unwrap_err().contains("CI"));
}

#[test]
fn golden_missing_fails_and_leaves_the_result() {
    let scratch = Scratch::new("missing", Update::Never);
    let message = scratch.check(picture()).unwrap_err();
    assert!(message.contains("no golden") && message.contains("UPDATE_GOLDENS=topic/test"), "{message}");
    assert_eq!(scratch.left_behind(), ["actual.png", "report.json"]);
}

#[test]
fn golden_update_writes_and_still_fails() {
    let mut scratch = Scratch::new("update", Update::Only("topic/other".to_owned()));
    assert!(scratch.check(picture()).unwrap_err().contains("no golden"));
    scratch.0.update = Update::Only("topic/test".to_owned());
    assert!(scratch.check(picture()).unwrap_err().contains("written"));
    scratch.0.update = Update::Never;
    scratch.check(picture()).unwrap();
    assert!(scratch.left_behind().is_empty());
    assert_eq!(scratch.0.names().unwrap()[0].0, "topic/test");
}

#[test]
fn golden_difference_leaves_strip_and_report() {
    let mut scratch = Scratch::new("difference", Update::Never);
    scratch.accept(picture());
    let mut changed = picture();
    changed.row_mut(3)[4 * 5 + 3] = 250;
    let message = scratch.check(changed).unwrap_err();
    assert!(message.contains("1 pixels differ") && message.contains("at 5,3"), "{message}");
    assert_eq!(scratch.left_behind(), ["actual.png", "diff.png", "expected.png", "report.json", "strip.png"]);
    let report = std::fs::read_to_string(scratch.0.out.join("topic/test/report.json")).unwrap();
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    assert_eq!((&report["count"], &report["max"]["alpha"]), (&1.into(), &5.0.into()));
    let strip = file::read(&scratch.0.out.join("topic/test/strip.png")).unwrap();
    assert_eq!(strip.size(), Size::new(3 * 9 + 2 * 4, 7));
}

#[test]
fn golden_difference_names_the_cell() {
    let sheet = |second: u8| {
        let cells = [("first", [9; 4]), ("second", [second; 4])];
        Sheet::of_rows(vec![cells.map(|(name, color)| (name.to_owned(), solid(Size::new(3, 3), color))).to_vec()])
    };
    let mut scratch = Scratch::new("cell", Update::All);
    scratch.0.check("topic/test", &sheet(1)).unwrap_err();
    scratch.0.update = Update::Never;
    let message = scratch.0.check("topic/test", &sheet(2)).unwrap_err();
    assert!(message.contains("9 pixels differ") && message.contains("\n  in second\n"), "{message}");
}

#[test]
fn golden_of_another_size_fails() {
    let mut scratch = Scratch::new("size", Update::Never);
    scratch.accept(picture());
    let message = scratch.check(gradient(Size::new(9, 8))).unwrap_err();
    assert!(message.contains("9×8") && message.contains("9×7"), "{message}");
    assert_eq!(scratch.left_behind(), ["actual.png", "diff.png", "expected.png", "report.json", "strip.png"]);
}

#[test]
fn golden_unreadable_fails() {
    let mut scratch = Scratch::new("unreadable", Update::Never);
    scratch.accept(picture());
    std::fs::write(scratch.0.folder.join("topic/test.png"), b"no picture").unwrap();
    assert!(scratch.check(picture()).unwrap_err().contains("cannot be read"));
}

#[test]
fn golden_too_long_is_said() {
    let scratch = Scratch::new("long", Update::All);
    let noise = noise(Size::new(100, 100), crate::pictures::Alpha::Soft, &mut crate::random::Random::new(1));
    assert!(scratch.check(noise).unwrap_err().contains("over the limit of 16384"));
    assert!(scratch.check(solid(Size::new(100, 100), [1; 4])).unwrap_err().contains("look at"));
}
