//! `cargo xtask check`: what CI runs, stage by stage, cheap ones first and the tests last.
//!
//! Every stage runs even if one before it failed, so that one run shows everything that is wrong.

use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::time::{Duration, Instant};

use crate::command::Invocation;
use crate::error::Error;
use crate::{suites, vulkan, workspace};

/// One part of the check.
struct Stage {
    name: &'static str,
    run: fn() -> Result<(), Error>,
}

const STAGES: [Stage; 22] = [
    Stage { name: "toolchain", run: toolchain },
    Stage { name: "fmt", run: fmt },
    Stage { name: "typos", run: typos },
    Stage { name: "workflows", run: workflows },
    Stage { name: "docs", run: docs },
    Stage { name: "deny", run: deny },
    Stage { name: "clippy", run: clippy },
    Stage { name: "features", run: features },
    Stage { name: "doc", run: doc },
    Stage { name: "package", run: package },
    Stage { name: "models", run: models },
    Stage { name: "doctest", run: doctest },
    Stage { name: "test", run: test },
    Stage { name: "otel", run: otel },
    Stage { name: "driver", run: vulkan::second_driver },
    Stage { name: "validation", run: vulkan::validation },
    Stage { name: "aarch64", run: aarch64 },
    Stage { name: "fuzz", run: fuzz },
    Stage { name: "openapi", run: openapi },
    Stage { name: "deploy", run: deploy },
    Stage { name: "node", run: node },
    Stage { name: "python", run: python },
];

/// Runs the named stages, or all of them.
///
/// # Errors
///
/// [`Error::UnknownStage`], or [`Error::Stages`] if any failed.
pub(crate) fn run(names: &[&str]) -> Result<(), Error> {
    if let Some(name) = names.iter().find(|name| STAGES.iter().all(|stage| stage.name != **name)) {
        let known = STAGES.map(|stage| stage.name).join(", ");
        return Err(Error::UnknownStage { name: (*name).to_owned(), known });
    }
    let mut finished = Vec::new();
    for stage in STAGES.iter().filter(|stage| names.is_empty() || names.contains(&stage.name)) {
        eprintln!("\n==> {}", stage.name);
        let start = Instant::now();
        let result = (stage.run)();
        if let Err(error) = &result {
            eprintln!("==> {}: {error}", stage.name);
        }
        finished.push((stage.name, start.elapsed(), result.is_ok()));
    }
    summarise(&finished);
    let failed: Vec<&str> = finished.iter().filter(|(_, _, passed)| !passed).map(|(name, ..)| *name).collect();
    if failed.is_empty() { Ok(()) } else { Err(Error::Stages { names: failed.join(", ") }) }
}

/// Prints how long each stage took and how it ended.
fn summarise(finished: &[(&str, Duration, bool)]) {
    eprintln!();
    for (name, time, passed) in finished {
        eprintln!("{name:<10} {:>6.1} s  {}", time.as_secs_f64(), if *passed { "ok" } else { "FAILED" });
    }
    let total: Duration = finished.iter().map(|(_, time, _)| *time).sum();
    eprintln!("{:<10} {:>6.1} s", "total", total.as_secs_f64());
}

/// The pinned toolchain is the oldest that the crates promise to build with, so the promise is tested by everything here.
fn toolchain() -> Result<(), Error> {
    let value = |path: &'static str, key: &str| {
        let text = workspace::read(path)?;
        let line = text.lines().find_map(|line| line.strip_prefix(key)?.trim().strip_prefix('='));
        line.map(|value| value.trim().trim_matches('"').to_owned()).ok_or(Error::Unexpected { what: path })
    };
    let pinned = value("rust-toolchain.toml", "channel")?;
    let promised = value("Cargo.toml", "rust-version")?;
    if pinned == promised || pinned.strip_prefix(&promised).is_some_and(|patch| patch.starts_with('.')) {
        Ok(())
    } else {
        Err(Error::Toolchain { pinned, promised })
    }
}

fn fmt() -> Result<(), Error> {
    Invocation::cargo(&["fmt", "--all", "--check"]).run()
}

fn typos() -> Result<(), Error> {
    Invocation::new("typos", &[]).run()
}

/// The workflows of GitHub: whether they are ones, and what they let in.
fn workflows() -> Result<(), Error> {
    Invocation::new("zizmor", &["--offline", "--quiet", ".github/workflows"]).run()
}

/// Makes a site of the documentation. Its links are checked by a test of `palmette-tests`.
fn docs() -> Result<(), Error> {
    Invocation::new("mdbook", &["build", "docs"]).run()
}

fn deny() -> Result<(), Error> {
    Invocation::cargo(&["deny", "--log-level", "error", "check", "bans", "licenses", "sources"]).run()
}

fn clippy() -> Result<(), Error> {
    Invocation::cargo(&["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"]).run()
}

/// Lints every crate without its features, with each of them alone, and with all if there are several. A feature of which no line of
/// the crate speaks turns on features of others, and is tried alone there.
fn features() -> Result<(), Error> {
    for package in workspace::packages()? {
        let lint = |features: &[&str]| {
            let package = ["clippy", "--locked", "--package", &package.name, "--no-default-features"];
            Invocation::cargo(&[&package, features, &["--", "-D", "warnings"]].concat()).run()
        };
        if package.features.is_empty() {
            continue;
        }
        lint(&[])?;
        let sources = workspace::sources(&package)?;
        for feature in &package.features {
            if sources.contains(&format!("feature = \"{feature}\"")) {
                lint(&["--features", feature])?;
            }
        }
        if package.features.len() > 1 {
            lint(&["--all-features"])?;
        }
    }
    Ok(())
}

fn doc() -> Result<(), Error> {
    Invocation::cargo(&["doc", "--workspace", "--no-deps", "--document-private-items", "--locked"])
        .with("RUSTDOCFLAGS", "-Dwarnings")
        .run()
}

/// Packs every crate that goes to the registry, in order. What was packed is not built again: what the stages around this one build
/// is the same, except for files that are not in a package, and that a file is missing from a package is seen when it is published.
fn package() -> Result<(), Error> {
    let packages = workspace::packages()?;
    let names = packages.iter().filter(|package| package.is_published).flat_map(|package| ["--package", &package.name]);
    let names: Vec<&str> = names.collect();
    Invocation::cargo(&[&["package", "--locked", "--no-verify", "--allow-dirty"], &names[..]].concat()).run()
}

/// Gets the models that tests need, unless they are there.
fn models() -> Result<(), Error> {
    Invocation::new("scripts/models", &[]).run()
}

fn doctest() -> Result<(), Error> {
    Invocation::cargo(&["test", "--workspace", "--doc", "--locked"]).run()
}

fn test() -> Result<(), Error> {
    suites::run("all()", |tests| tests)
}

/// Traces, which no build has that does not ask for them.
fn otel() -> Result<(), Error> {
    const FEATURE: [&str; 2] = ["--features", "palmette-cli/otel"];
    Invocation::cargo(&[&["nextest", "run", "--workspace", "--locked", "--test", "otel"], &FEATURE[..]].concat()).run()
}

/// Lints what is only compiled for AArch64, and runs the twins with NEON, under an emulator. On AArch64 other stages do that.
fn aarch64() -> Result<(), Error> {
    const TARGET: [&str; 3] = ["--locked", "--target", "aarch64-unknown-linux-gnu"];
    if cfg!(target_arch = "aarch64") {
        return Ok(());
    }
    let cargo = |arguments: &[&[&str]]| {
        Invocation::cargo(&arguments.concat())
            .with("CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER", "aarch64-linux-gnu-gcc")
            .with("CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER", "qemu-aarch64 -L /usr/aarch64-linux-gnu")
            .run()
    };
    cargo(&[&["clippy"], &TARGET, &["--package", "palmette-jpeg", "--lib", "--", "-D", "warnings"]])?;
    cargo(&[&["clippy"], &TARGET, &["--package", "palmette-core", "--lib", "--tests", "--", "-D", "warnings"]])?;
    cargo(&[&["test"], &TARGET, &["--package", "palmette-core", "--lib"]])
}

/// Every fuzz target for two seconds, the same mutations in every run; longer ones are run by hand.
fn fuzz() -> Result<(), Error> {
    programs()?;
    Invocation::new(workspace::built("palmette-fuzz"), &["all", "2", "1"]).run()
}

/// Whether `GET /openapi.json` is what it says it is, and the server what that says.
fn openapi() -> Result<(), Error> {
    with_program("tests/openapi/check.py")
}

/// Everything below `deploy`, by the tools of its kinds, and by the program whose arguments it has.
fn deploy() -> Result<(), Error> {
    with_program("deploy/check.py")
}

/// Runs a check in Python of the program `palmette`.
fn with_program(script: &str) -> Result<(), Error> {
    programs()?;
    Invocation::new("python3", &[script, &workspace::built("palmette").to_string_lossy()]).run()
}

/// Everything that is not Rust, against the server and the JPEG codec as they are built here: lints, types and tests of the
/// npm package, of the examples, of Workers in workerd, of pages in a browser, and of JPEG files that Pillow and the browser
/// read and write.
fn node() -> Result<(), Error> {
    programs()?;
    Invocation::new("scripts/setup", &["packages"]).run()?;
    Invocation::new("npm", &["run", "lint"]).run()?;
    Invocation::new("npm", &["test"])
        .with("PALMETTE_BINARY", workspace::built("palmette"))
        .with("PALMETTE_JPEG_EXCHANGE", workspace::built("examples/exchange"))
        .run()
}

/// The Python package, around the module as it is built here: its form, pictures, types, and the wheel in an empty environment.
fn python() -> Result<(), Error> {
    const SOURCES: [&str; 3] = ["clients/python", "examples/ray", "examples/ray/check"];
    Invocation::new("ruff", &[&["format", "--quiet", "--check"], &SOURCES[..]].concat()).run()?;
    Invocation::new("ruff", &[&["check", "--quiet"], &SOURCES[..]].concat()).run()?;
    programs()?;
    Invocation::new("python3", &["-m", "pytest", "--quiet", "clients/python"])
        .with("PALMETTE_BINARY", workspace::built("palmette"))
        .with("PALMETTE_PYTHON_MODULE", workspace::built(&format!("{DLL_PREFIX}_palmette{DLL_SUFFIX}")))
        .run()
}

/// Builds all programs, and the module for Python, together with the tests, so that crates have the features that they have there. One
/// package alone would have others, and most crates were built again for it.
fn programs() -> Result<(), Error> {
    Invocation::cargo(&["build", "--quiet", "--workspace", "--locked", "--lib", "--bins", "--examples", "--tests"])
        .run()
}
