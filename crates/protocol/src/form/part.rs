//! The names of the parts of a form.

use std::fmt;

/// A part of a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// `image`: the canvas, or the picture to inform about.
    Image,
    /// `text_input`: the canvas as text to set.
    TextInput,
    /// `draw_image`: a drawn picture.
    DrawImage,
    /// `draw_text`: a drawn text.
    DrawText,
    /// `transforms`: the list.
    Transforms,
    /// `output_format`
    OutputFormat,
    /// `output_quality`
    OutputQuality,
    /// `background`: the colour that the result is flattened on.
    Background,
    /// `anim`: whether animations stay animated.
    Anim,
    /// `outputs`: several results, in place of the output fields. Not of the client, but of this server.
    Outputs,
    /// `explain`: whether the plan is asked for instead of the picture. Not of the client, but of this server.
    Explain,
    /// `engine`: which engine computes. Not a part of the real client, but of this server.
    Engine,
    /// `url`: the image URL that was asked for, of which the form brings the source. This and what follows is of this server.
    Url,
    /// `options`: the object that a Worker wrote in `cf.image`.
    Options,
    /// `source_headers`: what the source says about keeping it.
    SourceHeaders,
    /// `failed`: why a source could not be got.
    Failed,
}

impl Part {
    /// The parts of a request to `/transform`, in the order in which the client writes them.
    pub const OF_TRANSFORM: &[Self] = &[
        Self::Image,
        Self::TextInput,
        Self::DrawImage,
        Self::DrawText,
        Self::Transforms,
        Self::OutputFormat,
        Self::OutputQuality,
        Self::Background,
        Self::Anim,
        Self::Outputs,
        Self::Explain,
        Self::Engine,
    ];

    /// The output fields, which ask for one result.
    pub const OF_OUTPUT: &[Self] = &[Self::OutputFormat, Self::OutputQuality, Self::Background, Self::Anim];

    /// The parts of a request to `/info`.
    pub const OF_INFO: &[Self] = &[Self::Image];

    /// The parts of a form that brings the source of an image URL, or of `cf.image`.
    pub const OF_IMAGE: &[Self] =
        &[Self::Url, Self::Options, Self::Image, Self::SourceHeaders, Self::DrawImage, Self::Failed];

    /// Returns the name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::TextInput => "text_input",
            Self::DrawImage => "draw_image",
            Self::DrawText => "draw_text",
            Self::Transforms => "transforms",
            Self::OutputFormat => "output_format",
            Self::OutputQuality => "output_quality",
            Self::Background => "background",
            Self::Anim => "anim",
            Self::Outputs => "outputs",
            Self::Explain => "explain",
            Self::Engine => "engine",
            Self::Url => "url",
            Self::Options => "options",
            Self::SourceHeaders => "source_headers",
            Self::Failed => "failed",
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
