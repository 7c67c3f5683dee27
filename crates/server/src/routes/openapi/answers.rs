//! The answers: pictures, documents and failures.

use std::collections::BTreeMap;

use palmette::ops::Class;
use palmette_protocol::answer::{ERROR_HEADER, RESIZED_HEADER};
use palmette_protocol::{Code, OutputFormat, mixed};
use serde_json::{Map, Value, json};

use crate::metrics::CONTENT_TYPE as METRICS_TYPE;

/// Every class of failures.
const CLASSES: [Class; 5] = [Class::Caller, Class::Unsupported, Class::Limit, Class::Deadline, Class::Ours];

/// The media type of pictures that are not made of pixels.
const SVG: &str = "image/svg+xml";

/// What may happen to any request.
const ANYWHERE: [u16; 4] = [401, 500, 503, 504];

pub(super) fn of_transform() -> Value {
    let mut content: Map<_, _> =
        OutputFormat::ALL.iter().map(|format| (format.content_type().to_owned(), json!({}))).collect();
    content.insert("application/json".to_owned(), json!({ "schema": { "anyOf": [explanation(), explanations()] } }));
    content.insert(mixed::MEDIA_TYPE.to_owned(), json!({}));
    let header = |name: &str| (name.to_owned(), json!({ "$ref": format!("#/components/headers/{name}") }));
    let names =
        ["palmette-cache", "palmette-engine", "palmette-damaged", "server-timing", "image-width", "image-height"];
    let success = json!({
        "description": "The picture; for `outputs`, a part for each result: a picture with `image-width` and `image-height`, or a failure with \
                        `cf-images-binding`. Or the plan.",
        "headers": names.map(header).into_iter().collect::<Map<_, _>>(),
        "content": content,
    });
    with_failures(&success, &[400, 413, 415, 422, 502])
}

pub(super) fn of_info() -> Value {
    let raster = json!({
        "type": "object",
        "properties": {
            "format": { "type": "string", "description": "Its media type, such as `image/png`." },
            "file_size": { "type": "integer", "minimum": 0 },
            "width": { "type": "integer", "minimum": 1, "description": "As displayed, in pixels." },
            "height": { "type": "integer", "minimum": 1 },
        },
        "required": ["format", "file_size", "width", "height"],
    });
    let svg = json!({ "type": "object", "properties": { "format": { "const": SVG } }, "required": ["format"] });
    let success = json_answer("The format and the size.", &json!({ "anyOf": [raster, svg] }));
    with_failures(&success, &[400, 413, 415, 422])
}

pub(super) fn of_purge() -> Value {
    let schema = json!({
        "type": "object",
        "properties": { "purged": { "type": "integer", "minimum": 0, "description": "Results that were removed." } },
        "required": ["purged"],
    });
    with_failures(&json_answer("They are forgotten.", &schema), &[400, 403])
}

/// The answers to image URLs: pictures that may be kept, and failures in headers of their own.
pub(super) fn of_image_urls() -> Value {
    let header = |name: &&str| ((*name).to_owned(), json!({ "$ref": format!("#/components/headers/{name}") }));
    let headers = |names: &[&str]| names.iter().map(header).collect::<Map<_, _>>();
    let kept = ["etag", "cache-control", "last-modified", "vary"];
    let made = ["cf-resized", "palmette-cache", "palmette-engine", "palmette-damaged", "server-timing", "warning"];
    let pictures = OutputFormat::ALL.iter().filter(|format| !matches!(format, OutputFormat::Rgb | OutputFormat::Rgba));
    let types = pictures.map(|format| format.content_type()).chain([SVG]).map(|name| (name.to_owned(), json!({})));
    let mut content: Map<_, _> = types.collect();
    content.insert("application/json".to_owned(), json!({ "schema": sizes() }));
    let mut answers = Map::from_iter([
        (
            "200".to_owned(),
            json!({
                "description": "The picture; for `format=json`, sizes.",
                "headers": headers(&[&kept[..], &made].concat()),
                "content": content,
            }),
        ),
        (
            "302".to_owned(),
            json!({
                "description": "For `onerror=redirect`: there is no picture, and `location` leads to its source.",
                "headers": headers(&["cf-resized", "location"]),
            }),
        ),
        (
            "304".to_owned(),
            json!({ "description": "The client has the picture already, by its `if-none-match`.", "headers": headers(&kept) }),
        ),
    ]);
    let failures = codes_by_status().into_keys();
    let failures =
        failures.map(|status| (status.to_string(), json!({ "$ref": format!("#/components/responses/url-{status}") })));
    answers.extend(failures);
    answers.into()
}

/// What `format=json` answers.
fn sizes() -> Value {
    let side = json!({ "type": "integer", "minimum": 1 });
    json!({
        "type": "object",
        "properties": {
            "width": side,
            "height": side,
            "original": {
                "type": "object",
                "properties": { "file_size": { "type": "integer", "minimum": 0 }, "width": side, "height": side, "format": { "type": "string" } },
                "required": ["file_size", "format"],
            },
        },
        "required": ["original"],
    })
}

pub(super) fn of_options() -> Value {
    let names = ["profile", "engine", "models", "needs", "transform", "draw", "output", "text", "url", "fonts"];
    with_failures(&json_answer("Tables of options.", &json!({ "type": "object", "required": names })), &[])
}

pub(super) fn of_openapi() -> Value {
    let schema = json!({ "type": "object", "required": ["openapi", "info", "paths"] });
    with_failures(&json_answer("This document.", &schema), &[])
}

pub(super) fn of_live() -> Value {
    json!({ "200": { "description": "It does.", "content": { "text/plain": { "schema": { "const": "live\n" } } } } })
}

pub(super) fn of_ready() -> Value {
    let status = json!({
        "type": "object",
        "properties": {
            "ready": { "type": "boolean" },
            "version": { "type": "string" },
            "profile": { "type": "string" },
            "engine": { "type": "object" },
            "models": { "type": "object", "additionalProperties": { "type": ["string", "null"] } },
            "libheif": { "type": ["string", "null"] },
        },
        "required": ["ready", "version", "profile", "engine", "models", "libheif"],
    });
    json!({
        "200": json_answer("They are.", &status),
        "503": json_answer("They are not: the server is about to stop.", &status),
    })
}

pub(super) fn of_metrics() -> Value {
    let content = Map::from_iter([(METRICS_TYPE.to_owned(), json!({ "schema": { "type": "string" } }))]);
    with_failures(&json!({ "description": "Counters and times.", "content": content }), &[])
}

/// The answers of a path that may also fail in these ways.
fn with_failures(success: &Value, statuses: &[u16]) -> Value {
    let failure = |status: &u16| (status.to_string(), json!({ "$ref": format!("#/components/responses/{status}") }));
    let success = ("200".to_owned(), success.clone());
    std::iter::once(success).chain(statuses.iter().chain(&ANYWHERE).map(failure)).collect()
}

/// The failures by status, each with the codes that it may have: as all answers have them, and as those to image URLs do.
pub(super) fn failures() -> Value {
    let both = |(status, codes): (u16, Vec<Code>)| {
        [("", ERROR_HEADER), ("url-", RESIZED_HEADER)]
            .map(|(prefix, header)| (format!("{prefix}{status}"), failure(status, &codes, header)))
    };
    Value::Object(codes_by_status().into_iter().flat_map(both).collect())
}

/// Returns the codes that each status of a failure may have.
fn codes_by_status() -> BTreeMap<u16, Vec<Code>> {
    let mut codes: BTreeMap<u16, Vec<Code>> = BTreeMap::new();
    // Clients alone report what is used twice.
    for code in Code::ALL.into_iter().filter(|code| *code != Code::Reused) {
        for class in CLASSES {
            let known = codes.entry(code.status(class)).or_default();
            if !known.contains(&code) {
                known.push(code);
            }
        }
    }
    for status in [401, 403] {
        codes.entry(status).or_default().push(Code::InvalidOption);
    }
    // Where the server of a source said so.
    codes.entry(408).or_default().push(Code::SourceDenied);
    codes
}

fn failure(status: u16, codes: &[Code], header: &str) -> Value {
    let meaning = match status {
        401 => "9401: the token is missing or wrong.".to_owned(),
        _ => codes.iter().map(|code| format!("{code}: {}. ", code.summary())).collect::<String>().trim_end().to_owned(),
    };
    let of_failure = if header == RESIZED_HEADER { "cf-resized-failure" } else { header };
    let mut headers = json!({ header: { "$ref": format!("#/components/headers/{of_failure}") } });
    let more = match status {
        401 => Some("www-authenticate"),
        503 => Some("retry-after"),
        _ => None,
    };
    if let Some(name) = more {
        headers[name] = json!({ "$ref": format!("#/components/headers/{name}") });
    }
    let numbers: Vec<String> = codes.iter().map(ToString::to_string).collect();
    let pattern = format!("^ERROR ({}): ", numbers.join("|"));
    json!({
        "description": meaning,
        "headers": headers,
        "content": { "text/plain": { "schema": { "type": "string", "pattern": pattern } } },
    })
}

pub(super) fn headers() -> Value {
    let text = |description: &str| json!({ "description": description, "schema": { "type": "string" } });
    let number = |description: &str| json!({ "description": description, "schema": { "type": "integer" } });
    let code = |description: &str| json!({ "description": description, "required": true, "schema": { "type": "string", "pattern": "^err=[0-9]{4}$" } });
    json!({
        ERROR_HEADER: code("The code, as the binding reads it."),
        "cf-resized": text("How the picture was come by: `internal=ok/m` if it was computed, `internal=ok/h` if it was kept, with times and bytes; or a code."),
        "cf-resized-failure": code("The code."),
        "etag": text("Names the picture, by its source and the options."),
        "cache-control": text("How long the picture may be kept."),
        "last-modified": text("That of the source."),
        "vary": text("The headers of the request that decide the picture."),
        "warning": text("What was probably not meant."),
        "location": text("The source."),
        "www-authenticate": text("`Bearer`."),
        "retry-after": number("Seconds until another try makes sense."),
        "palmette-cache": text("How the result was come by: `hit`, `miss` or `shared`; nothing without a cache."),
        "palmette-engine": text("The engine that computed: `cpu` or `gpu`."),
        "palmette-damaged": text("The damage of a source that was shown all the same."),
        "server-timing": text("Milliseconds of each stage, or of the cache."),
        "image-width": number("Pixels of a row, for `rgb` and `rgba`, and in parts."),
        "image-height": number("Rows, for `rgb` and `rgba`, and in parts."),
    })
}

/// The plan of a request.
fn explanation() -> Value {
    json!({
        "type": "object",
        "description": "The plan, for `explain`.",
        "required": ["profile", "engine", "engine_reason", "memory_bytes", "is_measured", "sources", "frame_count", "steps", "idle", "output"],
    })
}

/// The plans of a request for several results.
fn explanations() -> Value {
    json!({
        "type": "object",
        "description": "The plans, for `explain` with `outputs`.",
        "required": ["profile", "memory_bytes", "step_count", "shared_count", "outputs"],
    })
}

fn json_answer(description: &str, schema: &Value) -> Value {
    json!({ "description": description, "content": { "application/json": { "schema": schema } } })
}
