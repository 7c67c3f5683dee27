//! Collects the parts of a form to a request, checking them as they arrive.
//!
//! Sources come before the list in the client's forms, but any order is taken as long as drawn sources keep theirs. So a
//! source waits as counted, undecoded bytes; names, doubles, counts and sizes are refused at once, and what needs the whole
//! form (missing parts, the list, the output fields) at the end.

mod fonts;
mod image;
mod info;
mod outputs;
mod part;
mod pieces;
mod transform;

use bytes::Bytes;
use palmette_ops::{Text, TreeLimits};

pub use fonts::{FontFiles, FontUrl};
pub use image::{Brought, Cause, Failed, ImageCollector, ImageForm, Original, SourceHeaders, Wanted};
pub use info::InfoCollector;
pub use outputs::{MAX_OUTPUTS, Outputs, RawRendition, Rendition, outputs_to_json, parse_outputs};
pub use transform::{TransformCollector, TransformRequest};

use crate::Error;
use crate::form::FormEvent;

/// How large a request may be, apart from the form as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestLimits {
    /// Bytes of one source; default 20,000,000. A breach is [`Error::SourceTooLarge`], code 9402.
    pub max_source_bytes: usize,
    /// Bytes of any other part; default 1,048,576. A breach is [`Error::FieldTooLarge`], code 9432.
    pub max_field_bytes: usize,
    /// Sources, steps and depth; a breach is code 9401.
    pub tree: TreeLimits,
}

impl Default for RequestLimits {
    fn default() -> Self {
        Self { max_source_bytes: 20_000_000, max_field_bytes: 1 << 20, tree: TreeLimits::default() }
    }
}

/// A collector, which takes the events of a form one after the other.
pub trait Collector {
    /// Takes the next event.
    ///
    /// # Errors
    ///
    /// Whatever is wrong with the part that it is about.
    fn accept(&mut self, event: FormEvent<'_>) -> Result<(), Error>;

    /// Returns the bytes of memory that is held, spare ones included.
    fn held_bytes(&self) -> usize;
}

/// The start of a node.
#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    /// A picture, encoded, its format unknown.
    Image(Bytes),
    /// Text to set.
    Text(Text),
}
