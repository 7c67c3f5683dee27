//! The flags that describe a request, and the form that they stand for.

use std::path::{Path, PathBuf};

use clap::Args;
use palmette::ops::{ImageIndex, Op};
use palmette::protocol::OutputFormat;
use palmette::protocol::form::Part;
use palmette::protocol::list::list_to_json;

use crate::args::SetupArgs;
use crate::draw_flag::DrawFlag;
use crate::error::Error;
use crate::form::Form;
use crate::option_flags::OptionFlags;
use crate::request_file;
use crate::text_flag::{TextDefaults, TextFlag};

/// How a request is written, below the flags.
pub(crate) const REQUEST_HELP: &str = "\
The canvas is transformed first. Then every --draw is drawn on it, in order, and then every --draw-text. Option values are read as
JSON (100, true, {\"x\":0.5,\"y\":0}) if they are JSON, and as text otherwise (cover, #ff8800).

--draw FILE:KEY=VALUE,... takes the options of a draw (opacity, repeat, composite, top, left, bottom, right) and the options of a
transform, which apply to the drawn picture. FILE ends at the first `:` that is followed by `KEY=`.

--draw-text TEXT:KEY=VALUE,... takes the same options, and also font, size, color, maxWidth, align, lineHeight, letterSpacing,
weight, slant, italic, opticalSize and axes. A font is a file, a URL, or font:NAME for a font in the folder of --fonts. --font, --size
and --color apply to every text without its own.

--request FILE.json describes the whole request: `sources` (file names relative to the JSON file, or texts) and the fields of the
HTTP form: {\"sources\": [\"photo.jpg\", \"mark.png\"], \"transforms\": [{\"drawImageIndex\": 1,
\"targetImageIndex\": 0, \"bottom\": 10}], \"output_format\": \"image/avif\", \"output_quality\": 80}";

/// The flags that describe a request.
#[derive(Debug, Args)]
pub(crate) struct RequestArgs {
    /// The canvas; `-` is standard input
    #[arg(value_name = "IN", required_unless_present_any = ["request", "text"], conflicts_with_all = ["request", "text"])]
    pub(crate) input: Option<PathBuf>,
    /// Picture to draw, with options: `FILE` or `FILE:key=value,...`; repeatable
    #[arg(long, value_name = "FILE:KEY=VALUE,...", conflicts_with = "request")]
    pub(crate) draw: Vec<DrawFlag>,
    /// Text as the canvas, with options: `TEXT` or `TEXT:key=value,...`
    #[arg(long, value_name = "TEXT:KEY=VALUE,...", conflicts_with = "request")]
    pub(crate) text: Option<TextFlag>,
    /// Text to draw, above all drawn pictures, with options: `TEXT` or `TEXT:key=value,...`; repeatable
    #[arg(long, value_name = "TEXT:KEY=VALUE,...", conflicts_with = "request")]
    pub(crate) draw_text: Vec<TextFlag>,
    /// File that describes the whole request, as JSON
    #[arg(long, value_name = "FILE.json")]
    pub(crate) request: Option<PathBuf>,
    /// Output format: jpeg, png, gif, webp, avif, rgb, rgba or a media type [default: from the name of OUT]
    #[arg(long)]
    pub(crate) format: Option<String>,
    /// Output quality: 1 to 100, high, medium-high, medium-low or low
    #[arg(long)]
    pub(crate) quality: Option<String>,
    /// Colour to flatten the result on
    #[arg(long, value_name = "COLOUR")]
    pub(crate) output_background: Option<String>,
    /// Whether animations stay animated: true or false
    #[arg(long, value_name = "BOOL")]
    pub(crate) anim: Option<String>,
    #[command(flatten)]
    pub(crate) setup: SetupArgs,
    #[command(flatten)]
    pub(crate) text_defaults: TextDefaults,
    #[command(flatten)]
    pub(crate) options: OptionFlags,
}

impl RequestArgs {
    /// Makes the form that the flags, or the request file, describe; `output` is where the picture goes.
    pub(crate) fn to_form(&self, output: &Path) -> Result<Form, Error> {
        let mut form = match &self.request {
            Some(path) => request_file::read(path)?,
            None => self.form_of_flags(),
        };
        self.push_output(&mut form, output)?;
        Ok(form)
    }

    /// Makes the form that the flags describe: one transform of the canvas, then the draws in their order.
    fn form_of_flags(&self) -> Form {
        let mut form = Form::default();
        let mut ops = Vec::new();
        if let Some(canvas) = &self.input {
            form.push_file(Part::Image, canvas.clone());
        }
        if let Some(text) = &self.text {
            form.push_text_source(Part::TextInput, text.to_source(&self.text_defaults), Path::new(""));
        }
        // What a text that is the canvas says of itself comes first; how it would be drawn is refused by the protocol.
        let own = self.text.iter().flat_map(|text| [&text.transform, &text.draw]);
        for options in own.chain([&self.options.0]).filter(|options| !options.is_empty()) {
            ops.push(Op::Transform { image_index: ImageIndex::CANVAS, options: options.clone() });
        }
        let mut draws = Vec::new();
        for DrawFlag { file, transform, draw } in &self.draw {
            form.push_file(Part::DrawImage, file.clone());
            draws.push((transform, draw));
        }
        for text in &self.draw_text {
            form.push_text_source(Part::DrawText, text.to_source(&self.text_defaults), Path::new(""));
            draws.push((&text.transform, &text.draw));
        }
        for (index, (transform, draw)) in (1..).map(ImageIndex).zip(draws) {
            if !transform.is_empty() {
                ops.push(Op::Transform { image_index: index, options: transform.clone() });
            }
            let target_image_index = ImageIndex::CANVAS;
            ops.push(Op::Draw { draw_image_index: index, target_image_index, options: draw.clone() });
        }
        form.push_text(Part::Transforms, list_to_json(&ops));
        form
    }

    /// Adds the fields of the output; a flag overrules nothing, so a field that a request file has already is then doubled,
    /// and refused.
    fn push_output(&self, form: &mut Form, output: &Path) -> Result<(), Error> {
        if let Some(format) = &self.format {
            form.push_text(Part::OutputFormat, wire_format(format).unwrap_or(format).to_owned());
        } else if !form.has(Part::OutputFormat) {
            let format = format_of_name(output).ok_or_else(|| Error::NoFormat { path: output.to_owned() })?;
            form.push_text(Part::OutputFormat, format.to_owned());
        }
        let fields = [
            (Part::OutputQuality, &self.quality),
            (Part::Background, &self.output_background),
            (Part::Anim, &self.anim),
        ];
        for (part, value) in fields {
            if let Some(value) = value {
                form.push_text(part, value.clone());
            }
        }
        Ok(())
    }
}

/// Returns the format that the end of a file's name stands for, as it is written on the wire.
fn format_of_name(path: &Path) -> Option<&'static str> {
    wire_format(&path.extension()?.to_str()?.to_ascii_lowercase())
}

/// Returns the name on the wire of a format that is named shortly.
fn wire_format(name: &str) -> Option<&'static str> {
    let format = match name {
        "jpg" | "jpeg" => OutputFormat::Jpeg,
        "png" => OutputFormat::Png,
        "gif" => OutputFormat::Gif,
        "webp" => OutputFormat::Webp,
        "avif" => OutputFormat::Avif,
        "rgb" => OutputFormat::Rgb,
        "rgba" => OutputFormat::Rgba,
        _ => return None,
    };
    Some(format.as_str())
}
