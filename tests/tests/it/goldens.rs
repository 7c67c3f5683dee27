//! Goldens: how tests declare them, and what must hold for all of them together.

use palmette_tests::golden::{Goldens, MAX_FILE_BYTES};

use crate::{engines, text};

/// Declares one golden test a line, `name => picture or sheet;`, and lists their names for [`goldens_all_have_a_test`].
macro_rules! goldens {
    ($topic:literal: $($name:ident => $picture:expr;)+) => {
        /// The goldens of this topic.
        pub(crate) const GOLDENS: &[&str] = &[$(concat!($topic, "/", stringify!($name))),+];

        $(
            #[test]
            fn $name() {
                palmette_tests::golden::check(concat!($topic, "/", stringify!($name)), $picture);
            }
        )+
    };
}
pub(crate) use goldens;

/// All goldens together, so that a clone stays small.
const MAX_TOTAL_BYTES: u64 = 3 * 1024 * 1024;

#[test]
fn goldens_all_have_a_test() {
    let declared: Vec<&str> = [
        engines::draw::GOLDENS,
        engines::effects::GOLDENS,
        engines::fit::GOLDENS,
        engines::resize::GOLDENS,
        text::GOLDENS,
    ]
    .concat();
    for (name, _) in Goldens::of_workspace().names().unwrap() {
        assert!(declared.contains(&name.as_str()), "golden {name} belongs to no test: delete tests/goldens/{name}.png");
    }
}

#[test]
fn goldens_stay_small() {
    let names = Goldens::of_workspace().names().unwrap();
    for (name, bytes) in &names {
        assert!(*bytes <= MAX_FILE_BYTES as u64, "golden {name} has {bytes} bytes, allowed are {MAX_FILE_BYTES}");
    }
    let total: u64 = names.iter().map(|(_, bytes)| bytes).sum();
    assert!(total <= MAX_TOTAL_BYTES, "all goldens have {total} bytes, allowed are {MAX_TOTAL_BYTES}");
}
