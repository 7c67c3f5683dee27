//! Sources that can be drawn.

use bytes::Bytes;
use palmette_ops::{Node, Text};
use palmette_protocol::form::FormSource;
use palmette_protocol::{IntoOptions, RawNode};
use tokio::fs::File;

use crate::{Source, Transformer};

/// The tree of a request: sources, and the steps on each.
pub(crate) type Tree = RawNode<FormSource<Source>>;

/// A picture to draw on another: a [`Transformer`], or a [`Source`] or [`Text`] as it is.
#[derive(Debug)]
pub struct Overlay(pub(crate) Tree);

impl From<Transformer> for Overlay {
    fn from(transformer: Transformer) -> Self {
        Self(transformer.into_tree())
    }
}

impl From<Source> for Overlay {
    fn from(source: Source) -> Self {
        Self(Node::new(FormSource::Image(source)))
    }
}

impl From<Text> for Overlay {
    fn from(text: Text) -> Self {
        Self(Node::new(FormSource::Text(text.into_options())))
    }
}

impl From<Bytes> for Overlay {
    fn from(bytes: Bytes) -> Self {
        Source::from(bytes).into()
    }
}

impl From<Vec<u8>> for Overlay {
    fn from(bytes: Vec<u8>) -> Self {
        Source::from(bytes).into()
    }
}

impl From<&'static [u8]> for Overlay {
    fn from(bytes: &'static [u8]) -> Self {
        Source::from(bytes).into()
    }
}

impl From<File> for Overlay {
    fn from(file: File) -> Self {
        Source::from(file).into()
    }
}
