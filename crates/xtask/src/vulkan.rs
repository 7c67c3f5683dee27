//! The stages of the check in which Vulkan is another one: a second driver, and the validation layer.
//!
//! The driver of the other stages is lavapipe (`scripts/check`). SwiftShader shares nothing with it, neither the compiler of
//! shaders nor the scheduler, so what both compute alike follows from the shaders, not from a driver.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::{suites, workspace};

/// Where Debian's Chromium has SwiftShader.
const SWIFTSHADER: &str = "/usr/lib/chromium/vk_swiftshader_icd.json";

/// Names the manifest of another second driver than [`SWIFTSHADER`].
const DRIVER_VARIABLE: &str = "PALMETTE_SECOND_DRIVER";

/// What computes with a GPU beside the tests that compare engines.
const OWN: &str = "package(palmette-gpu)";

/// What runs under the validation layer beside them: the layer's own test, too.
const VALIDATED: &str = "package(palmette-gpu) or package(palmette-tests) and test(/^validation::/)";

/// Runs every test that uses a GPU on a driver that shares nothing with the first one.
pub(crate) fn second_driver() -> Result<(), Error> {
    let given = std::env::var_os(DRIVER_VARIABLE);
    let name = if given.is_none() { "SwiftShader" } else { "" };
    let manifest = given.unwrap_or_else(|| SWIFTSHADER.into());
    if !Path::new(&manifest).exists() {
        return Err(Error::NoSecondDriver { manifest: PathBuf::from(manifest), variable: DRIVER_VARIABLE });
    }
    suites::run(OWN, |tests| {
        tests.with("PALMETTE_GPU", "require").with("VK_DRIVER_FILES", &manifest).with("PALMETTE_TEST_ADAPTER", name)
    })
}

/// Runs them under the Khronos validation layer, which ends a process at the first thing that it has to say.
pub(crate) fn validation() -> Result<(), Error> {
    let settings: OsString = workspace::root().join("tests/validation/vk_layer_settings.txt").into();
    suites::run(VALIDATED, |tests| {
        let tests = tests.with("PALMETTE_GPU", "require").with("PALMETTE_VALIDATION", "require");
        // A layer of Mesa, which chooses a device, writes a line about the desktop that is not there.
        let tests = tests.with("NODEVICE_SELECT", "1").with("VK_LAYER_SETTINGS_PATH", &settings);
        tests.with("VK_INSTANCE_LAYERS", "VK_LAYER_KHRONOS_validation")
    })
}
