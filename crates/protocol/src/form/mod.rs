//! `multipart/form-data` as a stream, without I/O: [`FormReader`] takes bytes as they come, [`FormWriter`] hands them out.

mod reader;
mod writer;

pub use reader::{FormEvent, FormLimits, FormReader};
pub use writer::{Boundary, FormWriter};
