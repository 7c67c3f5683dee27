//! Who may depend on whom: every edge that is not written here is a mistake.
//!
//! Pixels know no HTTP, the protocol knows no pixels, and only the codecs know an image library. The borders are only worth
//! something if nothing crosses them by accident.

use std::process::Command;

use serde_json::Value;

/// What each crate of the workspace may use of the workspace.
const ALLOWED: &[(&str, &[&str])] = &[
    ("palmette-protocol", &[]),
    ("palmette-core", &["palmette-protocol"]),
    ("palmette-jpeg", &[]),
    ("palmette-codec", &["palmette-core", "palmette-jpeg"]),
    ("palmette-gpu", &["palmette-core"]),
    ("palmette", &["palmette-protocol", "palmette-core", "palmette-codec", "palmette-gpu"]),
    ("palmette-server", &["palmette", "palmette-protocol"]),
    ("palmette-client", &["palmette-protocol"]),
    // The last one is for tests only: a crate that is not shipped.
    ("palmette-cli", &["palmette-server", "palmette", "palmette-client", "palmette-fault-driver"]),
];

/// Crates of the workspace that are not shipped and may use anything.
const FREE: &[&str] =
    &["palmette-tests", "palmette-fuzz", "palmette-benches", "palmette-xtask", "palmette-fault-driver"];

/// Outside crates that only some of the workspace may name, by the beginning of their names.
const RESERVED: &[(&[&str], &[&str])] = &[
    (&["axum"], &["palmette-server"]),
    (&["tokio", "hyper", "reqwest", "tower"], &["palmette-server", "palmette-client", "palmette-cli"]),
    (&["wgpu", "naga"], &["palmette-gpu"]),
    (
        &[
            "png",
            "gif",
            "image",
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
        // The JPEG crate names its judges, in tests, and the traits of `image`, behind a feature.
        &["palmette-codec", "palmette-jpeg"],
    ),
];

/// Every edge between a crate of the workspace and a crate it names, whatever the kind of dependency.
fn edges() -> Vec<(String, String)> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs, as it runs this test");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo writes JSON");
    let name = |value: &Value| value["name"].as_str().expect("everything has a name").to_owned();
    let list = |value: &Value| value.as_array().expect("a list").clone();
    let packages = list(&metadata["packages"]);
    packages
        .iter()
        .flat_map(|package| list(&package["dependencies"]).into_iter().map(move |to| (name(package), name(&to))))
        .collect()
}

#[test]
fn dependencies_stay_inside_their_borders() {
    let edges = edges();
    assert!(edges.iter().any(|(from, to)| from == "palmette-core" && to == "palmette-protocol"), "the list is read");
    for (from, to) in edges.iter().filter(|(from, to)| to.starts_with("palmette") && !FREE.contains(&from.as_str())) {
        let (_, allowed) =
            ALLOWED.iter().find(|(name, _)| name == from).unwrap_or_else(|| panic!("{from} has no place yet"));
        assert!(allowed.contains(&to.as_str()), "{from} may not use {to}");
    }
}

#[test]
fn dependencies_on_frameworks_stay_where_they_belong() {
    for (from, to) in edges() {
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
