//! Who may depend on whom: every edge that is not written here is a mistake.
//!
//! Pixels know no HTTP and no text, the protocol knows no pixels, and only the codecs know an image library. The borders are only
//! worth something if nothing crosses them by accident, nor through a crate that shows another's types as its own.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::packages::packages;

/// What each crate of the workspace may use of the workspace.
///
/// The vocabulary is under everything: a codec tells the class of a failure in it, and a client takes options in it.
const ALLOWED: &[(&str, &[&str])] = &[
    ("palmette-ops", &[]),
    ("palmette-protocol", &["palmette-ops"]),
    ("palmette-core", &["palmette-ops"]),
    ("palmette-jpeg", &[]),
    ("palmette-codec", &["palmette-ops", "palmette-core", "palmette-jpeg"]),
    ("palmette-text", &["palmette-ops", "palmette-core"]),
    ("palmette-compare", &["palmette-core"]),
    ("palmette-shaders", &[]),
    ("palmette-gpu", &["palmette-ops", "palmette-core", "palmette-shaders"]),
    ("palmette-models", &["palmette-ops", "palmette-core"]),
    ("palmette-origin", &[]),
    ("palmette-store", &[]),
    (
        "palmette",
        &[
            "palmette-ops",
            "palmette-protocol",
            "palmette-core",
            "palmette-codec",
            "palmette-gpu",
            "palmette-models",
            "palmette-text",
        ],
    ),
    ("palmette-server", &["palmette", "palmette-protocol", "palmette-origin", "palmette-store"]),
    ("palmette-client", &["palmette-ops", "palmette-protocol"]),
    ("palmette-python", &["palmette"]),
    ("palmette-cli", &["palmette-server", "palmette", "palmette-client", "palmette-compare", "palmette-store"]),
];

/// What the tests of a crate may use of the workspace beside that.
const ALLOWED_IN_TESTS: &[(&str, &str)] = &[
    // A value is tried exactly if it can arrive, so tests of plans read options as a request's are read.
    ("palmette-core", "palmette-protocol"),
    ("palmette-cli", "palmette-fault-driver"),
    ("palmette-cli", "palmette-test-postgres"),
    ("palmette-store", "palmette-test-postgres"),
];

/// Crates that show types of others as their own: the two that programs outside are written with.
const FACES: &[&str] = &["palmette", "client"];

/// Crates of the workspace that are not shipped and may use anything.
const FREE: &[&str] = &[
    "palmette-tests",
    "palmette-fuzz",
    "palmette-benches",
    "palmette-xtask",
    "palmette-fault-driver",
    "palmette-test-postgres",
];

/// Outside crates that only some of the workspace may name, by the beginning of their names.
const RESERVED: &[(&[&str], &[&str])] = &[
    (&["axum"], &["palmette-server"]),
    (
        &["tokio", "hyper", "reqwest", "tower"],
        &["palmette-server", "palmette-client", "palmette-origin", "palmette-store", "palmette-cli"],
    ),
    // Buckets, walks of folders, and the databases of hosted pictures.
    (&["object_store", "postgres", "rusqlite", "tokio-postgres", "walkdir"], &["palmette-store"]),
    (&["wgpu", "naga"], &["palmette-gpu"]),
    (
        &["serde"],
        &[
            "palmette-protocol",
            "palmette",
            "palmette-server",
            "palmette-client",
            "palmette-store",
            "palmette-cli",
            "palmette-python",
        ],
    ),
    (&["pyo3"], &["palmette-python"]),
    (
        &[
            "png",
            "gif",
            "jpeg-",
            "zune-",
            "mozjpeg",
            "turbojpeg",
            "libwebp",
            "webp",
            "libavif",
            "libaom",
            "dav1d",
            "libdav1d",
        ],
        // The JPEG crate names its judges, in tests.
        &["palmette-codec", "palmette-jpeg"],
    ),
    // Beside the codecs, behind a feature: the JPEG crate has its traits, and a pixmap converts from and to its pictures. That is
    // an exception to the rule above, since only the crate that owns a type can give it conversions. The library shows one in an example.
    (&["image"], &["palmette-codec", "palmette-jpeg", "palmette-core", "palmette"]),
];

/// Outside crates that only begin as a reserved one does: keys of the Web, and not WebP.
const NAMESAKES: &[&str] = &["webpki"];

/// A crate of the workspace names another.
struct Edge {
    from: String,
    to: String,
    /// Whether only tests, examples and benches of `from` do.
    in_tests: bool,
}

/// Every edge between a crate of the workspace and a crate it names, whatever the kind of dependency.
fn edges() -> Vec<Edge> {
    let name = |value: &Value| value["name"].as_str().expect("everything has a name").to_owned();
    let list = |value: &Value| value.as_array().expect("a list").clone();
    let edge = |from: &Value, to: &Value| Edge { from: name(from), to: name(to), in_tests: to["kind"] == "dev" };
    packages().iter().flat_map(|from| list(&from["dependencies"]).into_iter().map(move |to| edge(from, &to))).collect()
}

#[test]
fn dependencies_stay_inside_their_borders() {
    let edges = edges();
    assert!(edges.iter().any(|edge| edge.from == "palmette-core" && edge.to == "palmette-ops"), "the list is read");
    for Edge { from, to, in_tests } in &edges {
        if !to.starts_with("palmette") || FREE.contains(&from.as_str()) {
            continue;
        }
        let (_, allowed) =
            ALLOWED.iter().find(|(name, _)| name == from).unwrap_or_else(|| panic!("{from} has no place yet"));
        let is_allowed =
            allowed.contains(&to.as_str()) || *in_tests && ALLOWED_IN_TESTS.contains(&(from.as_str(), to.as_str()));
        assert!(is_allowed, "{from} may not use {to}");
    }
}

#[test]
fn dependencies_are_not_passed_on() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates");
    let mut folders = vec![crates.clone()];
    let mut passed_on = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder of sources") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let shown = path.strip_prefix(&crates).expect("it is inside").to_owned();
                let text = fs::read_to_string(&path).expect("a source");
                let doors = text.lines().filter(|line| is_side_door(line)).map(|line| (shown.clone(), line.to_owned()));
                passed_on.extend(doors);
            }
        }
    }
    assert!(passed_on.iter().any(|(path, _)| path.starts_with("palmette")), "the sources are read");
    passed_on.retain(|(path, _)| !FACES.iter().any(|face| path.starts_with(face)));
    assert!(passed_on.is_empty(), "{passed_on:?}: who needs a type names the crate that it is from");
}

/// Says whether a line shows something of another crate of the workspace as its own.
fn is_side_door(line: &str) -> bool {
    let item = line.trim_start().strip_prefix("pub ").and_then(|item| {
        item.strip_prefix("use ")
            .or_else(|| item.strip_prefix("extern crate "))
            .map(|path| path.trim_start_matches(':'))
    });
    item.is_some_and(|path| path.starts_with("palmette"))
}

#[test]
fn dependencies_on_frameworks_stay_where_they_belong() {
    for Edge { from, to, .. } in edges() {
        if NAMESAKES.iter().any(|name| to.starts_with(name)) {
            continue;
        }
        for (names, owners) in RESERVED {
            if names.iter().any(|name| to.starts_with(name)) && !FREE.contains(&from.as_str()) {
                assert!(owners.contains(&from.as_str()), "{from} may not name {to}: only {owners:?} may");
            }
        }
    }
}

#[test]
fn dependencies_of_a_build_without_features_name_no_gpu() {
    let tree = |features: &[&str]| {
        let output = Command::new(env!("CARGO"))
            .args(["tree", "--offline", "--package", "palmette-cli", "--edges", "normal", "--prefix", "none"])
            .args(features)
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .expect("cargo runs, as it runs this test");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("names are ASCII")
    };
    assert!(tree(&[]).contains("wgpu"), "the names are read");
    let without = tree(&["--no-default-features"]);
    assert!(!without.contains("wgpu") && !without.contains("palmette-gpu"), "{without}");
}
