//! The flags that describe a request, and the form that they stand for.

use std::path::{Path, PathBuf};

use clap::Args;
use palmette::ops::{ImageIndex, Op};
use palmette::protocol::form::Part;
use palmette::protocol::list::list_to_json;
use palmette::protocol::request::outputs_to_json;
use palmette::protocol::{Options, OutputFormat, RawOutput, RawRendition};

use crate::args::SetupArgs;
use crate::draw_flag::DrawFlag;
use crate::error::Error;
use crate::form::{Form, Input};
use crate::option_flags::OptionFlags;
use crate::request_file;
use crate::srcset::Widths;
use crate::text_flag::{TextDefaults, TextFlag};

/// How a request is written, below the flags; a macro, so that a command can put something before it.
macro_rules! request_help {
    () => {
        "\
The canvas is transformed first. Then every --draw is drawn on it, in order, and then every --draw-text. Option values are read as
JSON (100, true, {\"x\":0.5,\"y\":0}) if they are JSON, and as text otherwise (cover, #ff8800).

--draw FILE:KEY=VALUE,... takes the options of a draw (opacity, repeat, composite, top, left, bottom, right) and the options of a
transform, which apply to the drawn picture. FILE ends at the first `:` that is followed by `KEY=`.

--draw-text TEXT:KEY=VALUE,... takes the same options, and also font, size, color, maxWidth, align, lineHeight, letterSpacing,
weight, slant, italic, opticalSize and axes. A font is a file, a URL, or font:NAME for a font in the folder of --fonts. --font, --size
and --color apply to every text without its own.

--request FILE.json describes the whole request: `sources` (file names relative to the JSON file, or texts) and the fields of the
HTTP form: {\"sources\": [\"photo.jpg\", \"mark.png\"], \"transforms\": [{\"drawImageIndex\": 1,
\"targetImageIndex\": 0, \"bottom\": 10}], \"output_format\": \"image/avif\", \"output_quality\": 80}"
    };
}
pub(crate) use request_help;

/// How a request is written, below the flags.
pub(crate) const REQUEST_HELP: &str = request_help!();

/// The flags that describe a request with its canvas.
#[derive(Debug, Args)]
pub(crate) struct RequestArgs {
    /// The canvas; `-` is standard input
    #[arg(value_name = "IN", required_unless_present_any = ["request", "text"], conflicts_with_all = ["request", "text"])]
    pub(crate) input: Option<PathBuf>,
    /// Text as the canvas, with options: `TEXT` or `TEXT:key=value,...`
    #[arg(long, value_name = "TEXT:KEY=VALUE,...", conflicts_with = "request")]
    pub(crate) text: Option<TextFlag>,
    #[command(flatten)]
    pub(crate) work: WorkArgs,
}

/// The flags that describe what is done with a canvas.
#[derive(Debug, Args)]
pub(crate) struct WorkArgs {
    /// Picture to draw, with options: `FILE` or `FILE:key=value,...`; repeatable
    #[arg(long, value_name = "FILE:KEY=VALUE,...", conflicts_with = "request")]
    pub(crate) draw: Vec<DrawFlag>,
    /// Text to draw, above all drawn pictures, with options: `TEXT` or `TEXT:key=value,...`; repeatable
    #[arg(long, value_name = "TEXT:KEY=VALUE,...", conflicts_with = "request")]
    pub(crate) draw_text: Vec<TextFlag>,
    /// File that describes the whole request, as JSON
    #[arg(long, value_name = "FILE.json")]
    pub(crate) request: Option<PathBuf>,
    /// Output format: jpeg, png, gif, webp, avif, rgb, rgba or a media type [default: from the name of OUT; in a batch, from that of each picture]
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

/// A file to write a result to.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    /// The file that was named.
    pub(crate) base: PathBuf,
    /// The file itself, with its width in its name if there are several.
    pub(crate) path: PathBuf,
    /// The width to scale to at the end.
    pub(crate) width: Option<u32>,
}

impl RequestArgs {
    /// Makes the form that the flags, or the request file, describe; it asks for a result for each of these files, unless the request file
    /// says itself what it asks for.
    pub(crate) fn to_form_of(&self, targets: &[Target]) -> Result<Form, Error> {
        if let [Target { path, width: None, .. }] = targets {
            return self.to_form(path);
        }
        let mut form = self.to_form_without_output()?;
        if !form.has(Part::Outputs) || targets.iter().any(|target| target.width.is_some()) {
            let outputs = targets.iter().map(|Target { path, width, .. }| self.work.rendition(path, *width));
            let outputs = outputs.collect::<Result<Vec<_>, _>>()?;
            form.push_text(Part::Outputs, outputs_to_json(&outputs));
        }
        Ok(form)
    }

    /// Makes the form that the flags, or the request file, describe; `output` is where the picture goes.
    pub(crate) fn to_form(&self, output: &Path) -> Result<Form, Error> {
        let mut form = self.to_form_without_output()?;
        self.work.push_output(&mut form, output)?;
        Ok(form)
    }

    fn to_form_without_output(&self) -> Result<Form, Error> {
        match &self.work.request {
            Some(path) => request_file::read(path),
            None => Ok(self.form_of_flags()),
        }
    }

    /// Makes the form that the flags describe.
    fn form_of_flags(&self) -> Form {
        let mut form = Form::default();
        let mut own = Vec::new();
        if let Some(canvas) = &self.input {
            form.push_file(Part::Image, canvas.clone());
        }
        if let Some(text) = &self.text {
            form.push_text_source(Part::TextInput, text.to_source(&self.work.text_defaults), Path::new(""));
            // What a text says of itself comes first; how it would be drawn is refused by the protocol.
            own.extend([&text.transform, &text.draw]);
        }
        self.work.push_steps(&mut form, own);
        form
    }
}

impl WorkArgs {
    /// Makes the form that the flags, or the request file, describe, with a picture as the canvas; `output` is where the result goes, or one
    /// for each width.
    pub(crate) fn to_form_on(&self, canvas: Input, output: &Path, widths: Option<&Widths>) -> Result<Form, Error> {
        let mut form = match &self.request {
            Some(path) => {
                let mut form = request_file::read(path)?;
                if !form.replace_canvas(canvas) {
                    return Err(Error::TextCanvas { path: path.clone() });
                }
                form
            }
            None => {
                let mut form = Form::default();
                form.push_input(Part::Image, canvas);
                self.push_steps(&mut form, Vec::new());
                form
            }
        };
        if form.has(Part::Outputs) {
            return Err(Error::SeveralResults);
        }
        match widths {
            None => self.push_output(&mut form, output)?,
            Some(widths) => {
                let outputs = widths.iter().map(|width| self.rendition(output, Some(width)));
                form.push_text(Part::Outputs, outputs_to_json(&outputs.collect::<Result<Vec<_>, _>>()?));
            }
        }
        Ok(form)
    }

    /// Adds the steps that the flags describe: the transforms of the canvas, its own first, then the draws in their order.
    fn push_steps(&self, form: &mut Form, own: Vec<&Options>) {
        let mut ops = Vec::new();
        for options in own.into_iter().chain([&self.options.0]).filter(|options| !options.is_empty()) {
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
    }

    /// Adds the fields of the output; a flag overrules nothing, so a field that a request file has already is then doubled,
    /// and refused.
    fn push_output(&self, form: &mut Form, output: &Path) -> Result<(), Error> {
        if self.format.is_some() || !(form.has(Part::OutputFormat) || form.has(Part::Outputs)) {
            form.push_text(Part::OutputFormat, self.format_for(output)?);
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

impl WorkArgs {
    /// Returns the format of a result, as the wire calls it: the one that was asked for, or that of the name.
    fn format_for(&self, output: &Path) -> Result<String, Error> {
        if let Some(format) = &self.format {
            return Ok(format_called(format).map_or_else(|| format.clone(), |format| format.as_str().to_owned()));
        }
        let format = format_of_name(output).ok_or_else(|| Error::NoFormat { path: output.to_owned() })?;
        Ok(format.as_str().to_owned())
    }

    /// Describes one of several results, scaled to a width at the end if there is one.
    pub(crate) fn rendition(&self, output: &Path, width: Option<u32>) -> Result<RawRendition, Error> {
        let transforms = width.map(|width| Options::from_iter([("width".to_owned(), width.into())]));
        Ok(RawRendition {
            transforms: transforms.into_iter().collect(),
            output: RawOutput {
                format: self.format_for(output)?,
                quality: self.quality.clone(),
                background: self.output_background.clone(),
                anim: self.anim.clone(),
            },
        })
    }
}

/// Returns the format that the end of a file's name stands for.
fn format_of_name(path: &Path) -> Option<OutputFormat> {
    format_called(path.extension()?.to_str()?)
}

/// Returns the format that a short name, or an extension, stands for.
pub(crate) fn format_called(name: &str) -> Option<OutputFormat> {
    Some(match name.to_ascii_lowercase().as_str() {
        "jpg" | "jpeg" => OutputFormat::Jpeg,
        "png" => OutputFormat::Png,
        "gif" => OutputFormat::Gif,
        "webp" => OutputFormat::Webp,
        "avif" => OutputFormat::Avif,
        "rgb" => OutputFormat::Rgb,
        "rgba" => OutputFormat::Rgba,
        _ => return None,
    })
}
