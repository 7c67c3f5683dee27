//! `multipart/form-data` (RFC 7578) as a stream, without I/O: [`FormReader`] takes the bytes of a body as they come,
//! [`TransformForm`] and [`InfoForm`] hand out those of the client's forms.

mod header;
mod part;
mod reader;
mod writer;

pub use part::Part;
pub use reader::{FormEvent, FormLimits, FormReader};
pub use writer::{Boundary, FormSource, InfoForm, Piece, TransformForm};
