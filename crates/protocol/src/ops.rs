//! The flat list as it is sent: one [`Op`] an entry, its options untouched.
//!
//! The type is generic over the options, because the list lives twice: first with the [`Options`] exactly as the client
//! wrote them (order of keys and `null`s included, so that a list can be written back byte for byte), then with the typed
//! [`Transform`](crate::Transform) and [`Draw`](crate::Draw).

use crate::{Draw, Error, Transform};

/// The options of one entry as sent: a JSON object in the order of its keys.
pub type Options = serde_json::Map<String, serde_json::Value>;

/// Numbers a source of the form: 0 is the canvas, then one count over `draw_image` and `draw_text` parts alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ImageIndex(pub u32);

impl ImageIndex {
    /// The node that becomes the result.
    pub const CANVAS: Self = Self(0);
}

/// One entry of the flat list.
#[derive(Clone, Debug, PartialEq)]
pub enum Op<T = Options, D = Options> {
    /// Applies one `transform` object to the picture of a node.
    Transform {
        /// The node that is changed.
        image_index: ImageIndex,
        /// What is done to it.
        options: T,
    },
    /// Draws one node on another; the drawn node is finished by then and is gone afterwards.
    Draw {
        /// The overlay.
        draw_image_index: ImageIndex,
        /// The node it is drawn on, which keeps its size.
        target_image_index: ImageIndex,
        /// Where and how.
        options: D,
    },
}

/// Reads the text of the `transforms` part.
///
/// # Errors
///
/// 9401 if it is not a JSON array of entries; names the entry.
pub fn parse_list(_text: &str) -> Result<Vec<Op>, Error> {
    todo!()
}

/// Writes a list as the client does.
#[must_use]
pub fn list_to_json(_ops: &[Op]) -> String {
    todo!()
}

/// Turns the options of every entry into typed values.
///
/// # Errors
///
/// 9401 for the first option that is unknown or out of range; names the entry.
pub fn resolve(_ops: &[Op]) -> Result<Vec<Op<Transform, Draw>>, Error> {
    todo!()
}
