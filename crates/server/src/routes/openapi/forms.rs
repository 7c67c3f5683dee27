//! The forms of requests, and the options in them.

use palmette::ops::text::MAX_CHARS;
use palmette::ops::{Draw, Text, Transform};
use palmette_protocol::form::Part;
use palmette_protocol::request::MAX_OUTPUTS;
use palmette_protocol::{EngineChoice, OptionInfo, OptionObject, OptionSpec, Output, object_schema};
use serde_json::{Map, Value, json};

use super::urls;

/// The body of `POST /transform`.
pub(super) fn transform_body() -> Value {
    json!({
        "required": true,
        "content": { "multipart/form-data": {
            "schema": { "$ref": "#/components/schemas/TransformForm" },
            "encoding": {
                "image": { "contentType": "application/octet-stream" },
                "draw_image": { "contentType": "application/octet-stream" },
            },
        } },
    })
}

/// The body of `POST /purge`.
pub(super) fn purge_body() -> Value {
    let texts =
        |description: &str| json!({ "type": "array", "items": { "type": "string" }, "description": description });
    let schema = json!({
        "type": "object",
        "properties": {
            "urls": texts("Image URLs, with or without a host, such as `/cdn-cgi/image/width=320/lake.jpg`: what they led to is forgotten."),
            "sources": texts("Sources of image URLs, such as `/lake.jpg`: what all URLs with them led to is forgotten."),
        },
        "minProperties": 1,
        "additionalProperties": false,
    });
    json!({ "required": true, "content": { "application/json": { "schema": schema } } })
}

/// The body of `POST /info`.
pub(super) fn info_body() -> Value {
    json!({
        "required": true,
        "content": { "multipart/form-data": {
            "schema": {
                "type": "object",
                "properties": { "image": picture("The picture.") },
                "required": ["image"],
                "additionalProperties": false,
            },
            "encoding": { "image": { "contentType": "application/octet-stream" } },
        } },
    })
}

/// The schemas of forms and options.
pub(super) fn schemas() -> Value {
    json!({
        "TransformForm": transform_form(),
        "Steps": {
            "type": "array",
            "description": "What to do with the pictures, in order: the flattening of one tree. The canvas has index 0; each \
                            `draw_image` or `draw_text` takes the next index, in the order of the parts, one count across both names.",
            "items": { "oneOf": [{ "$ref": "#/components/schemas/TransformStep" }, { "$ref": "#/components/schemas/DrawStep" }] },
        },
        "TransformStep": step(&["imageIndex"], &infos::<Transform>(), "Changes a picture."),
        "DrawStep": step(&["drawImageIndex", "targetImageIndex"], &infos::<Draw>(), "Draws a picture on another one, once."),
        "Text": text(),
        "Outputs": outputs(),
        "UrlOptions": urls::options(),
    })
}

/// The parts of the form.
fn transform_form() -> Value {
    let part = |part: &Part| (part.as_str().to_owned(), schema_of(*part));
    // With `not` it would be said in one place, but programs that make requests of a schema cannot go by that.
    let without = |part: Part, others: &[Part]| {
        let absent: Map<_, _> = others.iter().map(|other| (other.as_str().to_owned(), false.into())).collect();
        json!({ "required": [part.as_str()], "properties": absent })
    };
    json!({
        "type": "object",
        "description": "A canvas, which is `image` or `text_input`, the pictures that are drawn, and what to do with them.",
        "properties": Part::OF_TRANSFORM.iter().map(part).collect::<Map<_, _>>(),
        "required": [Part::Transforms.as_str()],
        "allOf": [
            { "oneOf": [without(Part::Image, &[Part::TextInput]), without(Part::TextInput, &[Part::Image])] },
            { "oneOf": [without(Part::OutputFormat, &[Part::Outputs]), without(Part::Outputs, Part::OF_OUTPUT)] },
        ],
        "additionalProperties": false,
    })
}

/// The schema of a part.
fn schema_of(part: Part) -> Value {
    match part {
        Part::Image => picture("The canvas."),
        Part::TextInput => json_text("Text", "The canvas as text to set."),
        Part::DrawImage => json!({ "type": "array", "items": picture("A picture that is drawn.") }),
        Part::DrawText => json!({ "type": "array", "items": json_text("Text", "A text that is drawn.") }),
        Part::Transforms => json_text("Steps", "What to do with the pictures."),
        Part::OutputFormat | Part::OutputQuality | Part::Background | Part::Anim => output_field(part),
        Part::Outputs => json_text("Outputs", "Several results, in place of the output fields."),
        Part::Explain => {
            json!({ "type": "boolean", "description": "Whether the plan is asked for instead of the picture." })
        }
        // Of image URLs, which are left out here.
        Part::Url | Part::Options | Part::SourceHeaders | Part::Failed => json!({ "type": "string" }),
        Part::Engine => {
            json!({ "enum": EngineChoice::ALL.map(EngineChoice::as_str), "description": "Which engine computes." })
        }
    }
}

/// The schema of a field of the output.
fn output_field(part: Part) -> Value {
    let field = Output::FIELDS.into_iter().find(|field| field.name == part.as_str());
    field.as_ref().map_or(Value::Null, OptionInfo::text_schema)
}

/// A file.
fn picture(description: &str) -> Value {
    json!({ "type": "string", "format": "binary", "contentMediaType": "application/octet-stream", "description": description })
}

/// A part that is JSON in a text.
fn json_text(schema: &str, description: &str) -> Value {
    json!({
        "type": "string",
        "contentMediaType": "application/json",
        "contentSchema": { "$ref": format!("#/components/schemas/{schema}") },
        "description": description,
    })
}

/// An entry of the list: indices, and options.
fn step(indices: &[&str], options: &[OptionInfo], description: &str) -> Value {
    let mut schema = object_schema(options);
    for index in indices {
        schema["properties"][*index] = json!({ "type": "integer", "minimum": 0, "maximum": u32::MAX });
    }
    schema["required"] = json!(indices);
    schema["description"] = description.into();
    schema
}

/// The list of several results.
fn outputs() -> Value {
    let mut entry = object_schema(&Output::FIELDS);
    let transforms = json!({ "type": ["array", "null"], "items": object_schema(&infos::<Transform>()) });
    entry["properties"][Part::Transforms.as_str()] = transforms;
    entry["required"] = json!([Part::OutputFormat.as_str()]);
    json!({
        "type": "array",
        "description": "Each takes the canvas as the list of the request left it, applies its own transforms in order, and is encoded. \
                        The answer is `multipart/mixed`, a part for each, in this order.",
        "items": entry,
        "minItems": 1,
        "maxItems": MAX_OUTPUTS,
    })
}

/// A text to set, whose text and font have to be there.
fn text() -> Value {
    let mut schema = object_schema(&infos::<Text>());
    schema["required"] = json!(["text", "font"]);
    let content = &mut schema["properties"]["text"];
    content["type"] = "string".into();
    content["maxLength"] = MAX_CHARS.into();
    let font = &mut schema["properties"]["font"];
    font["type"] = "object".into();
    font["required"] = json!(["url"]);
    font["properties"]["url"]["type"] = "string".into();
    font["properties"]["url"]["minLength"] = 1.into();
    schema
}

fn infos<T: OptionObject>() -> Vec<OptionInfo> {
    T::OPTIONS.iter().map(OptionSpec::info).collect()
}
