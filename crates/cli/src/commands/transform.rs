//! `palmette transform`: the server's work on files.

use std::path::Path;

use palmette::core::Deadline;
use palmette::protocol::form::Part;
use palmette::protocol::{ImageIndex, Op, OutputFormat};

use crate::args::TransformArgs;
use crate::draw_flag::DrawFlag;
use crate::error::Error;
use crate::form::Form;
use crate::{files, request_file};

/// Makes one picture.
pub(crate) fn transform(args: &TransformArgs) -> Result<(), Error> {
    let config = args.setup.to_config()?;
    let pipeline = super::build(&config)?;
    let mut form = match &args.request {
        Some(path) => request_file::read(path)?,
        None => form_of_flags(args),
    };
    push_output(&mut form, args)?;

    let sources = form.source_names();
    let request = form.into_request(config.limits.request)?;
    let answer = pipeline.transform(request, Deadline::NONE).map_err(|source| Error::Pipeline { source, sources })?;
    files::write(&args.output, &answer.bytes)
}

/// Makes the form that the flags describe: one transform of the canvas, then the draws in their order.
fn form_of_flags(args: &TransformArgs) -> Form {
    let mut form = Form::default();
    let mut ops = Vec::new();
    if let Some(canvas) = &args.input {
        form.push_file(Part::Image, canvas.clone());
    }
    if !args.options.0.is_empty() {
        ops.push(Op::Transform { image_index: ImageIndex::CANVAS, options: args.options.0.clone() });
    }
    for (index, DrawFlag { file, transform, draw }) in (1..).map(ImageIndex).zip(&args.draw) {
        form.push_file(Part::DrawImage, file.clone());
        if !transform.is_empty() {
            ops.push(Op::Transform { image_index: index, options: transform.clone() });
        }
        ops.push(Op::Draw { draw_image_index: index, target_image_index: ImageIndex::CANVAS, options: draw.clone() });
    }
    form.push_text(Part::Transforms, palmette::protocol::ops::list_to_json(&ops));
    form
}

/// Adds the fields of the output; a flag overrules nothing, so a field that a request file has already is then doubled, and
/// refused.
fn push_output(form: &mut Form, args: &TransformArgs) -> Result<(), Error> {
    if let Some(format) = &args.format {
        form.push_text(Part::OutputFormat, wire_format(format).unwrap_or(format).to_owned());
    } else if !form.has(Part::OutputFormat) {
        let format = format_of_name(&args.output).ok_or_else(|| Error::NoFormat { path: args.output.clone() })?;
        form.push_text(Part::OutputFormat, format.to_owned());
    }
    let fields =
        [(Part::OutputQuality, &args.quality), (Part::Background, &args.output_background), (Part::Anim, &args.anim)];
    for (part, value) in fields {
        if let Some(value) = value {
            form.push_text(part, value.clone());
        }
    }
    Ok(())
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
