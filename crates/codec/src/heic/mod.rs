//! HEIC: the container is read by code of ours, the picture decoded by the machine's own libheif.
//!
//! No decoder of HEVC may be linked: those that there are have licences that do not go with ours, and HEVC has patents. So the
//! library is loaded when the first file asks for it, and only if the machine has it. It decodes within this process, on the
//! thread that asks, within our limits; it cannot be stopped, so a deadline counts before and after.

#[cfg(not(feature = "heic"))]
mod disabled;
#[cfg(feature = "heic")]
mod enabled;
#[cfg(feature = "heic")]
mod libheif;

#[cfg(not(feature = "heic"))]
pub use self::disabled::version;
#[cfg(feature = "heic")]
pub use self::enabled::version;
#[cfg(feature = "heic")]
pub(crate) use self::enabled::{open, probe};
