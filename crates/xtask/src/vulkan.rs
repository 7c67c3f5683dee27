//! The stages of the check in which Vulkan is another one: a second driver, and the validation layer.
//!
//! The driver of the other stages is lavapipe (`scripts/check`). SwiftShader shares nothing with it, neither the compiler of
//! shaders nor the scheduler, so what both compute alike follows from the shaders, not from a driver.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::command::Invocation;
use crate::error::Error;
use crate::workspace;

/// Where Debian's Chromium has SwiftShader.
const SWIFTSHADER: &str = "/usr/lib/chromium/vk_swiftshader_icd.json";

/// Names the manifest of another second driver than [`SWIFTSHADER`].
const DRIVER_VARIABLE: &str = "PALMETTE_SECOND_DRIVER";

/// The tests that hold engines against each other, or against the exact reference: all that compute pictures.
const PARITY: &str = "package(palmette-gpu) or package(palmette-tests) and test(/^(chains|draw|effects|exactness|fallback|fit|gravity|oracle|parity|parity_nets|parity_planes|planes|properties|resize)::/)";

/// What runs under the validation layer: every kernel at every size where its work is divided, lost devices, random chains, and
/// the layer's own test.
const VALIDATED: &str = "package(palmette-gpu) or package(palmette-tests) and test(/^(chains|parity|parity_nets|parity_planes|planes|validation)::/)";

/// Runs every parity test on a driver that shares nothing with the first one.
pub(crate) fn second_driver() -> Result<(), Error> {
    let given = std::env::var_os(DRIVER_VARIABLE);
    let name = if given.is_none() { "SwiftShader" } else { "" };
    let manifest = given.unwrap_or_else(|| SWIFTSHADER.into());
    if !Path::new(&manifest).exists() {
        return Err(Error::NoSecondDriver { manifest: PathBuf::from(manifest), variable: DRIVER_VARIABLE });
    }
    tests(PARITY).with("VK_DRIVER_FILES", manifest).with("PALMETTE_TEST_ADAPTER", name).run()
}

/// Runs parity tests under the Khronos validation layer, which ends a test that it has something to say of.
pub(crate) fn validation() -> Result<(), Error> {
    let settings: OsString = workspace::root().join("tests/validation/vk_layer_settings.txt").into();
    tests(VALIDATED)
        .with("VK_INSTANCE_LAYERS", "VK_LAYER_KHRONOS_validation")
        .with("VK_LAYER_SETTINGS_PATH", settings)
        // A layer of Mesa, which chooses a device, writes a line about the desktop that is not there.
        .with("NODEVICE_SELECT", "1")
        .with("PALMETTE_VALIDATION", "require")
        .run()
}

/// Runs some tests, which need an adapter.
fn tests(expression: &str) -> Invocation {
    Invocation::cargo(&["nextest", "run", "--workspace", "--locked", "--filterset", expression])
        .with("PALMETTE_GPU", "require")
}
