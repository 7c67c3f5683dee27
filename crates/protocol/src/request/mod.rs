//! Collects the parts of a form to a request, checking them as they arrive.
//!
//! Sources come before the list in the client's forms, but any order is taken as long as drawn sources keep theirs. So a
//! source waits as counted, undecoded bytes; names, doubles, counts and sizes are refused at once, and what needs the whole
//! form (missing parts, the list, the output fields) at the end.

mod info;
mod part;
mod transform;

use bytes::Bytes;

pub use info::InfoCollector;
pub use transform::{TransformCollector, TransformRequest};

use crate::Text;
use crate::tree::TreeLimits;

/// How large a request may be, apart from the form as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestLimits {
    /// Bytes of one source; default 20,000,000. A breach is [`Error::SourceTooLarge`](crate::Error), code 9402.
    pub max_source_bytes: usize,
    /// Bytes of any other part; default 1,048,576. A breach is [`Error::FieldTooLarge`](crate::Error), code 9432.
    pub max_field_bytes: usize,
    /// Sources, steps and depth; a breach is code 9401.
    pub tree: TreeLimits,
}

impl Default for RequestLimits {
    fn default() -> Self {
        Self { max_source_bytes: 20_000_000, max_field_bytes: 1 << 20, tree: TreeLimits::default() }
    }
}

/// What a node starts as.
#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    /// A picture, encoded, its format unknown.
    Image(Bytes),
    /// Text to set.
    Text(Text),
}
