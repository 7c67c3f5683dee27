//! Postgres, if this build has it.
//!
//! The two modules have the same signatures, so that no other code depends on the features of the build.

#[cfg(not(feature = "postgres"))]
mod disabled;
#[cfg(feature = "postgres")]
mod enabled;

#[cfg(not(feature = "postgres"))]
pub use disabled::{PostgresError, PostgresUrl};
#[cfg(feature = "postgres")]
pub use enabled::{PostgresError, PostgresUrl};

#[cfg(not(feature = "postgres"))]
pub(super) use disabled::Postgres;
#[cfg(feature = "postgres")]
pub(super) use enabled::Postgres;

/// How the URL of a database begins.
const SCHEMES: [&str; 2] = ["postgres://", "postgresql://"];

impl PostgresUrl {
    /// Tells whether a text is the URL of a database of Postgres, whatever else may be wrong with it.
    #[must_use]
    pub fn is_one(text: &str) -> bool {
        SCHEMES.iter().any(|scheme| text.starts_with(scheme))
    }
}
