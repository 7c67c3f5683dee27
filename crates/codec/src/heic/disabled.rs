//! HEIC in a build without it.

/// Returns the version of the machine's libheif; `None` if there is none, as far as this build is concerned.
#[must_use]
pub const fn version() -> Option<&'static str> {
    None
}
