//! Answers probes here, by the same path that a request to a server takes.

use palmette::core::{Deadline, Error as CoreError};
use palmette::ops::Node;
use palmette::ops::tree::flatten;
use palmette::protocol::form::{FormSource, Part};
use palmette::protocol::list::list_to_json;
use palmette::protocol::request::RequestLimits;
use palmette::protocol::{Options, RawNode};
use palmette::{Info, Pipeline};
use serde_json::{Value, json};

use super::kit::{Answer, Call, Draw, List, Probe, Text};
use crate::error::Error;
use crate::form::{Form, Input};

/// The name that texts call the font of the kit by.
const FONT: &str = "font";

/// The fields of an output, by the names that they have in `output()`.
const OUTPUT: [(&str, Part); 4] = [
    ("format", Part::OutputFormat),
    ("quality", Part::OutputQuality),
    ("background", Part::Background),
    ("anim", Part::Anim),
];

/// Answers a probe.
pub(super) fn answer(probe: &Probe, list: &List, pipeline: &Pipeline, limits: RequestLimits) -> Result<Answer, Error> {
    match picture(probe, list, pipeline, limits) {
        Err(Error::Pipeline { source, .. }) if needs_model(&source) => Ok(Answer::Skipped(source.to_string())),
        Err(error) if error.code().is_some() => Ok(Answer::Refused { code: error.code(), message: error.to_string() }),
        other => other,
    }
}

fn picture(probe: &Probe, list: &List, pipeline: &Pipeline, limits: RequestLimits) -> Result<Answer, Error> {
    let failed = |source| Error::Pipeline { source, sources: Vec::new() };
    if let Some(Call::Info) = probe.call {
        return Ok(Answer::Info(in_the_binding(&pipeline.info(&list.source(&probe.source)?).map_err(failed)?)));
    }
    let mut request = form(probe, list)?.into_request(limits)?;
    if probe.text.is_some() {
        request.fonts.insert(FONT, list.font()?);
    }
    let answer = pipeline.transform(request, Deadline::NONE).map_err(failed)?;
    Ok(Answer::Picture { content_type: answer.content_type.to_owned(), bytes: answer.bytes })
}

/// Makes the form that the binding would send.
fn form(probe: &Probe, list: &List) -> Result<Form, Error> {
    let (sources, ops) = flatten(tree(probe, list)?);
    let mut form = Form::default();
    for (index, source) in sources.into_iter().enumerate() {
        match (source, index) {
            (FormSource::Image(image), 0) => form.push_input(Part::Image, image),
            (FormSource::Image(image), _) => form.push_input(Part::DrawImage, image),
            (FormSource::Text(text), 0) => form.push_text(Part::TextInput, Value::Object(text).to_string()),
            (FormSource::Text(text), _) => form.push_text(Part::DrawText, Value::Object(text).to_string()),
        }
    }
    form.push_text(Part::Transforms, list_to_json(&ops));
    for (name, part) in OUTPUT {
        match probe.output.get(name) {
            None | Some(Value::Null) => {}
            Some(Value::String(text)) => form.push_text(part, text.clone()),
            Some(other) => form.push_text(part, other.to_string()),
        }
    }
    Ok(form)
}

fn tree(probe: &Probe, list: &List) -> Result<RawNode<FormSource<Input>>, Error> {
    let image = |name: &str| Ok::<_, Error>(Node::new(FormSource::Image(Input::Bytes(list.source(name)?))));
    let mut node = match &probe.text {
        Some(Text { text, options }) => {
            let mut all = Options::from_iter([("text".to_owned(), text.as_str().into())]);
            all.insert("font".to_owned(), json!({"url": FONT}));
            all.extend(options.clone());
            Node::new(FormSource::Text(all))
        }
        None => image(&probe.source)?,
    };
    for options in &probe.transforms {
        node = node.transform(options.clone());
    }
    if let Some(Draw { source, options }) = &probe.draw {
        node = node.draw(image(source)?, options.clone());
    }
    Ok(node)
}

/// Returns facts by the names that they have in the binding.
fn in_the_binding(info: &Info) -> Value {
    match info {
        Info::Raster { format, file_size, width, height } => {
            json!({"fileSize": file_size, "width": width, "height": height, "format": format})
        }
        Info::Svg => json!({"format": "image/svg+xml"}),
    }
}

/// Tells whether a picture needs a model that is not installed.
fn needs_model(error: &palmette::Error) -> bool {
    let palmette::Error::Core(error) = error else { return false };
    let mut error = error;
    while let CoreError::At { source, .. } = error {
        error = source;
    }
    matches!(error, CoreError::NeedsModel { .. })
}
