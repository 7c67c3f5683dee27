//! Image URLs: their paths, options and parameters, by the tables that they are read by.

use palmette_protocol::url::{ipx, next, options_schema};
use serde_json::{Value, json};

use super::answers;

/// `GET /cdn-cgi/image/OPTIONS/SOURCE`.
pub(super) fn image_url() -> Value {
    json!({
        "operationId": "imageUrl",
        "summary": "Make the picture that a URL describes",
        "description": "A page writes such URLs. The source may be a path, with slashes as they are, or a URL of `http` or `https`. Without a \
                        setting that says where sources come from, every URL is refused.",
        "parameters": [
            {
                "name": "options",
                "in": "path",
                "required": true,
                "description": "`name=value`, with commas between them, in any order: `width=320,format=auto`.",
                "style": "simple",
                "explode": true,
                "schema": { "$ref": "#/components/schemas/UrlOptions" },
            },
            source(),
            signature("sig", &json!({ "type": "string", "pattern": "^[0-9a-f]{64}$" }), "The signature, where URLs have to be signed."),
            signature("exp", &json!({ "type": "integer", "minimum": 0 }), "The Unix time until which a signed URL holds."),
        ],
        "responses": answers::of_image_urls(),
    })
}

/// `GET /_next/image?url=…`.
pub(super) fn next_url() -> Value {
    let parameter = |parameter: next::Parameter| {
        let schema = match parameter.most {
            Some(most) => json!({ "type": "integer", "minimum": 1, "maximum": most }),
            None => json!({ "type": "string" }),
        };
        json!({
            "name": parameter.name,
            "in": "query",
            "required": parameter.is_required,
            "description": parameter.summary,
            "schema": schema,
        })
    };
    json!({
        "operationId": "nextUrl",
        "summary": "Make a picture for the `<Image>` of Next",
        "parameters": next::PARAMETERS.map(parameter),
        "responses": answers::of_image_urls(),
    })
}

/// `GET /_ipx/MODIFIERS/SOURCE`.
pub(super) fn ipx_url() -> Value {
    let names: Vec<String> =
        ipx::MODIFIERS.iter().map(|modifier| format!("`{}`", modifier.names.join("`, `"))).collect();
    let one = |modifier: ipx::Modifier| format!("({}){}", modifier.names.join("|"), modifier.pattern);
    let any = ipx::MODIFIERS.map(one).join("|");
    json!({
        "operationId": "ipxUrl",
        "summary": "Make a picture for Nuxt Image, where it writes the URLs of IPX",
        "parameters": [
            {
                "name": "modifiers",
                "in": "path",
                "required": true,
                "description": format!("`name_value`, with commas between them, or `_` for none. The names: {}.", names.join("; ")),
                "schema": { "type": "string", "pattern": format!("^(_|({any})([,&]({any}))*)$") },
            },
            source(),
        ],
        "responses": answers::of_image_urls(),
    })
}

/// The schema of the options.
pub(super) fn options() -> Value {
    let mut schema = options_schema();
    schema["description"] =
        "The options of an image URL: those of a transform, and those that say how a picture is delivered.".into();
    schema
}

/// The end of a path that is a source.
fn source() -> Value {
    json!({
        "name": "source",
        "in": "path",
        "required": true,
        "description": "The source: a path such as `photos/lake.jpg`, or a URL.",
        "schema": { "type": "string", "minLength": 1 },
    })
}

fn signature(name: &str, schema: &Value, description: &str) -> Value {
    json!({ "name": name, "in": "query", "required": false, "description": description, "schema": schema })
}
