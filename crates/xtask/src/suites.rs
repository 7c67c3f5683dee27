//! The two ways in which tests run.
//!
//! Most have a process each, by nextest: a test that hangs or crashes fails alone. Tests that compute with a GPU have one together.
//! To open a GPU that is software takes a second of processor time, or three, and each of some two hundred processes would do so.

use crate::command::Invocation;
use crate::error::Error;

/// The tests that have one process together, in nextest's words: those of the module that alone may open a GPU.
const TOGETHER: &str = "package(palmette-tests) and test(/^engines::/)";

/// After how long the one process ends, in seconds: many times as long as it takes on two cores.
const LIMIT_S: &str = "900";

/// Runs the tests of a filter, and those that have one process together, both prepared alike.
///
/// # Errors
///
/// Those of running them; all run even if some fail. Where the one process ends without a word, the filter [`TOGETHER`] has nextest
/// find the test.
pub(crate) fn run(filter: &str, prepare: impl Fn(Invocation) -> Invocation) -> Result<(), Error> {
    let filter = format!("({filter}) and not ({TOGETHER})");
    let apart = Invocation::cargo(&["nextest", "run", "--workspace", "--locked", "--filterset", &filter]);
    // Of the whole workspace, so that crates have the features that they have for all tests; no other has a module of this name.
    let together = ["test", "--workspace", "--locked", "--test", "it", "--", "engines::"];
    let together = Invocation::cargo(&together).within(LIMIT_S);
    prepare(apart).run().and(prepare(together).run())
}
