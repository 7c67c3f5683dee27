//! The encoding of a result, with every default filled in.

use palmette_codec::EncodeOptions;
use palmette_core::Size;
use palmette_ops::Color;
use palmette_protocol::{Metadata, Output, OutputFormat};
use serde::Serialize;

use super::{details, serialize_size};
use crate::image::Image;
use crate::rendering::moves;

/// The encoding of a result.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OutputEntry {
    /// The format, as in the field `output_format`.
    pub format: &'static str,
    /// Its size in pixels.
    #[serde(flatten, serialize_with = "serialize_size")]
    pub size: Size,
    /// The quality, 1 to 100; absent where the format has none, and for PNG unless it was given.
    pub quality: Option<u8>,
    /// The colour that the result is flattened on; absent if it keeps its alpha.
    pub background: Option<String>,
    /// Whether it is animated.
    pub is_animated: bool,
    /// The copyright notice that is carried over from the canvas.
    pub copyright: Option<String>,
}

/// Resolves the output fields, and names those that were given and change nothing.
pub(super) fn explain(output: &Output, canvas: &Image, size: Size) -> (OutputEntry, Vec<&'static str>) {
    let given = output.quality.map(palmette_protocol::Quality::get);
    let quality = match output.format {
        OutputFormat::Jpeg | OutputFormat::Webp | OutputFormat::Avif => {
            Some(given.unwrap_or(EncodeOptions::DEFAULT_QUALITY))
        }
        OutputFormat::Png => given,
        OutputFormat::Gif | OutputFormat::Rgb | OutputFormat::Rgba => None,
    };
    let is_opaque = matches!(output.format, OutputFormat::Jpeg | OutputFormat::Rgb);
    let background = output.background.or(is_opaque.then_some(Color::WHITE));
    let is_animated = moves(canvas.frame_count(), output);
    // `false` has stopped something if it would move without being told otherwise.
    let anim_matters = moves(canvas.frame_count(), &Output { anim: None, ..output.clone() });

    let idle =
        [("output_quality", given.is_some() && quality.is_none()), ("anim", output.anim.is_some() && !anim_matters)];
    let entry = OutputEntry {
        format: output.format.as_str(),
        size,
        quality,
        background: background.map(details::color),
        is_animated,
        copyright: canvas
            .probe()
            .and_then(|probe| probe.copyright.clone())
            .filter(|_| output.format == OutputFormat::Jpeg && output.metadata != Metadata::None),
    };
    (entry, idle.into_iter().filter(|(_, is_idle)| *is_idle).map(|(field, _)| field).collect())
}
