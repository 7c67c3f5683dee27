//! A Vulkan driver that forwards every call to another one, and fails where a test wants it to.
//!
//! Nothing of the program under test knows of it: the Vulkan loader opens this library instead of the real driver, because
//! its manifest is named in `VK_DRIVER_FILES`, so faults come from where they come from in life. Built as a `cdylib` it is
//! that driver; as a crate it is what tests control it with, from another process ([`Faults`]).
//!
//! A fault is a file. A test puts tickets into the folder of a fault, and a call that fails takes one away: a file can be
//! removed once, whichever thread comes first, so exactly so many calls fail. A ticket named `always` stays.

mod driver;
mod faults;

use std::time::Duration;

pub use faults::Faults;

/// What can go wrong inside the driver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A submission fails: the device is lost.
    SubmitLost,
    /// Waiting for the device fails: it is lost.
    WaitLost,
    /// A queue accepts a submission and never does it, nor any that follows.
    Hang,
    /// No buffer and no memory for one can be had.
    MemoryFull,
    /// A kernel is not run, so what it should have written is wrong.
    KernelSkipped,
    /// A copy is not made, of what is uploaded or read back.
    CopySkipped,
    /// A submission takes [`SLOWNESS`] longer: no failure, but something to measure.
    SlowSubmission,
    /// Recording a kernel of [`LARGE_KERNEL_GROUPS`] or more takes [`SLOWNESS`] longer.
    SlowLargeKernel,
    /// Recording a copy of [`LARGE_COPY_BYTES`] or more takes [`SLOWNESS`] longer.
    SlowLargeCopy,
    /// The adapter claims to be hardware: no failure, but a way to have software treated as a real GPU.
    Disguise,
}

impl Fault {
    /// Returns the name of the folder with its tickets.
    const fn folder(self) -> &'static str {
        match self {
            Self::SubmitLost => "submit-lost",
            Self::WaitLost => "wait-lost",
            Self::Hang => "hang",
            Self::MemoryFull => "memory-full",
            Self::KernelSkipped => "kernel-skipped",
            Self::CopySkipped => "copy-skipped",
            Self::SlowSubmission => "slow-submission",
            Self::SlowLargeKernel => "slow-large-kernel",
            Self::SlowLargeCopy => "slow-large-copy",
            Self::Disguise => "disguise",
        }
    }
}

/// How much longer takes what is slow.
pub const SLOWNESS: Duration = Duration::from_millis(100);

/// From how many bytes on a copy is large.
pub const LARGE_COPY_BYTES: u64 = 1 << 20;

/// From how many groups of invocations on a kernel is large.
pub const LARGE_KERNEL_GROUPS: u32 = 100;

/// The name of a ticket that is not used up.
const ALWAYS: &str = "always";

/// The environment variable that names the folder of all faults.
const FOLDER_VARIABLE: &str = "PALMETTE_FAULT_FOLDER";

/// The environment variable that names the library of the driver that calls go to.
const DRIVER_VARIABLE: &str = "PALMETTE_FAULT_DRIVER";
