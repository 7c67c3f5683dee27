//! What is published: every crate but those that only build and test, each with what a page of the registry shows.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// Crates that stay in the repository.
const PRIVATE: &[&str] = &[
    "palmette-benches",
    "palmette-fault-driver",
    "palmette-fuzz",
    "palmette-python",
    "palmette-test-postgres",
    "palmette-tests",
    "palmette-xtask",
];

/// The most keywords that the registry takes, and the most characters of one.
const MAX_KEYWORDS: usize = 5;
const MAX_KEYWORD_CHARS: usize = 20;

/// What cargo knows of the crates of the workspace.
pub(crate) fn packages() -> Vec<Value> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs, as it runs this test");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo writes JSON");
    metadata["packages"].as_array().expect("a list").clone()
}

#[test]
fn packages_are_published_or_private() {
    for package in packages() {
        let name = package["name"].as_str().expect("a name");
        assert_eq!(PRIVATE.contains(&name), !package["publish"].is_null(), "{name}");
    }
}

#[test]
fn packages_say_what_they_are() {
    let published = packages().into_iter().filter(|package| package["publish"].is_null());
    let mut count = 0;
    for package in published {
        count += 1;
        let name = package["name"].as_str().expect("a name");
        let folder = Path::new(package["manifest_path"].as_str().expect("a path")).parent().expect("a folder");
        for field in ["description", "license", "repository", "rust_version"] {
            assert!(package[field].is_string(), "{name} has no {field}");
        }
        let keywords = package["keywords"].as_array().expect("a list");
        assert!((1..=MAX_KEYWORDS).contains(&keywords.len()), "{name}: {keywords:?}");
        let is_short = |keyword: &Value| keyword.as_str().is_some_and(|keyword| keyword.len() <= MAX_KEYWORD_CHARS);
        assert!(keywords.iter().all(is_short), "{name}: {keywords:?}");
        assert!(!package["categories"].as_array().expect("a list").is_empty(), "{name} has no category");
        let readme = folder.join(package["readme"].as_str().unwrap_or_else(|| panic!("{name} has no README")));
        let readme = fs::read_to_string(&readme).unwrap_or_else(|error| panic!("{}: {error}", readme.display()));
        assert!(readme.len() > 500, "{name}: what it is, for whom, an example, what it leaves out");
        for licence in ["LICENSE-APACHE", "LICENSE-MIT"] {
            let own = fs::read(folder.join(licence)).unwrap_or_else(|error| panic!("{name}, {licence}: {error}"));
            let ours = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(licence)).expect("it is there");
            assert!(own == ours, "{name}: its {licence} is another one");
        }
        // A dependency without a version is one that the registry does not take.
        for dependency in package["dependencies"].as_array().expect("a list") {
            let is_bound = dependency["kind"] == "dev" || dependency["req"] != "*";
            assert!(is_bound, "{name} takes any version of {}", dependency["name"]);
        }
    }
    assert!(count >= 11, "only {count} are published");
}
