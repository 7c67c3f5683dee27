//! Collects the parts of a form to a request, checking them as they arrive.

use bytes::Bytes;

use crate::form::FormEvent;
use crate::tree::TreeLimits;
use crate::{Draw, Error, Op, Output, Text, Transform};

/// How large a request may be, apart from the form as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestLimits {
    /// Bytes of one source; default 20,000,000. A breach is 9402.
    pub max_source_bytes: usize,
    /// Bytes of any other part; default 1,048,576. A breach is 9432.
    pub max_field_bytes: usize,
    /// Sources, steps and depth.
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

/// A request to `/transform`, checked: the list is a tree, every option is in range.
#[derive(Clone, Debug, PartialEq)]
pub struct TransformRequest {
    /// The sources by index; 0 is the canvas.
    pub sources: Vec<Source>,
    /// What is done, in this order.
    pub ops: Vec<Op<Transform, Draw>>,
    /// The same list as it was sent.
    pub raw_ops: Vec<Op>,
    /// What the result is encoded as.
    pub output: Output,
    /// Whether the plan is asked for instead of the picture.
    pub explain: bool,
}

/// Collects the form of a request to `/transform`.
#[derive(Debug)]
pub struct TransformCollector {}

impl TransformCollector {
    /// Makes a collector of nothing yet.
    #[must_use]
    pub fn new(_limits: RequestLimits) -> Self {
        todo!()
    }

    /// Takes the next event of the form.
    ///
    /// # Errors
    ///
    /// 9401 for an unknown part, too many sources, or a wrong text source; 9402 for a source over the limit; 9432 for a
    /// doubled part or a field over the limit.
    pub fn accept(&mut self, _event: FormEvent<'_>) -> Result<(), Error> {
        todo!()
    }

    /// Makes the request, once the form has ended.
    ///
    /// # Errors
    ///
    /// 9432 for a missing part; 9401 and 9520 for what the fields hold.
    pub fn finish(self) -> Result<TransformRequest, Error> {
        todo!()
    }
}

/// Collects the form of a request to `/info`.
#[derive(Debug)]
pub struct InfoCollector {}

impl InfoCollector {
    /// Makes a collector of nothing yet.
    #[must_use]
    pub fn new(_limits: RequestLimits) -> Self {
        todo!()
    }

    /// Takes the next event of the form.
    ///
    /// # Errors
    ///
    /// 9401 for an unknown part, 9402 for a picture over the limit, 9432 for a second picture.
    pub fn accept(&mut self, _event: FormEvent<'_>) -> Result<(), Error> {
        todo!()
    }

    /// Returns the picture, once the form has ended.
    ///
    /// # Errors
    ///
    /// 9432 if there is none.
    pub fn finish(self) -> Result<Bytes, Error> {
        todo!()
    }
}
