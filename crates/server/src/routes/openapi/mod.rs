//! `GET /openapi.json`: the whole interface in the form of OpenAPI 3.1, for programs that make clients, tests and pages of it.
//!
//! The options, the parts of forms and the codes come from the tables that requests are read by, so the document cannot promise
//! what the server refuses. It is the same for every server of a version. Left out are hosted pictures, whose API is the real service's, and has
//! clients.

mod answers;
mod forms;
mod urls;

use std::sync::LazyLock;

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// The document as it is sent.
static DOCUMENT: LazyLock<String> = LazyLock::new(|| document().to_string());

/// Describes every path.
pub(crate) async fn openapi() -> Response {
    let content_type = HeaderValue::from_static("application/json");
    ([(header::CONTENT_TYPE, content_type)], DOCUMENT.as_str()).into_response()
}

/// Makes the document. The playground is for people, and is left out.
fn document() -> Value {
    json!({
        "openapi": "3.1.1",
        "info": {
            "title": "Palmette",
            "summary": "The Images binding of Cloudflare Workers, self-hosted",
            "description": "Pictures in, pictures out. Programs should use a client, which writes these forms: the Images binding, \
                            the npm package `palmette`, or a library.",
            "version": env!("CARGO_PKG_VERSION"),
            "license": { "name": "Apache-2.0 OR MIT", "identifier": "Apache-2.0 OR MIT" },
        },
        "servers": [{ "url": "/" }],
        "security": [{}, { "token": [] }],
        "paths": {
            "/transform": { "post": {
                "operationId": "transform",
                "summary": "Make a picture",
                "description": "Or, with `explain`, say how it would be made.",
                "requestBody": forms::transform_body(),
                "responses": answers::of_transform(),
            } },
            "/info": { "post": {
                "operationId": "info",
                "summary": "Tell the format and the size of a picture",
                "requestBody": forms::info_body(),
                "responses": answers::of_info(),
            } },
            "/purge": { "post": {
                "operationId": "purge",
                "summary": "Forget results of image URLs, and their sources",
                "requestBody": forms::purge_body(),
                "responses": answers::of_purge(),
            } },
            "/cdn-cgi/image/{options}/{source}": { "get": urls::image_url() },
            "/_next/image": { "get": urls::next_url() },
            "/_ipx/{modifiers}/{source}": { "get": urls::ipx_url() },
            "/options": { "get": {
                "operationId": "options",
                "summary": "List every option, with the engines, fonts and models of this server",
                "responses": answers::of_options(),
            } },
            "/openapi.json": { "get": {
                "operationId": "openapi",
                "summary": "Describe the interface: this document",
                "responses": answers::of_openapi(),
            } },
            "/live": { "get": {
                "operationId": "live",
                "summary": "Tell whether the process answers",
                "security": [],
                "responses": answers::of_live(),
            } },
            "/ready": { "get": {
                "operationId": "ready",
                "summary": "Tell whether requests are welcome, and which engines and models there are",
                "security": [],
                "responses": answers::of_ready(),
            } },
            "/metrics": { "get": {
                "operationId": "metrics",
                "summary": "Write all metrics for Prometheus",
                "responses": answers::of_metrics(),
            } },
        },
        "components": {
            "schemas": forms::schemas(),
            "headers": answers::headers(),
            "responses": answers::failures(),
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer", "description": "Needed where the server has tokens." } },
        },
    })
}

#[cfg(test)]
mod tests {
    use palmette_protocol::Code;
    use palmette_protocol::form::Part;
    use palmette_protocol::url::url_options;

    use super::*;

    /// Calls `visit` with every value of a tree.
    fn walk(value: &Value, visit: &mut impl FnMut(&Value)) {
        visit(value);
        match value {
            Value::Array(entries) => entries.iter().for_each(|entry| walk(entry, visit)),
            Value::Object(fields) => fields.values().for_each(|field| walk(field, visit)),
            _ => {}
        }
    }

    #[test]
    fn openapi_refers_to_what_is_there() {
        let document = document();
        let mut count = 0;
        walk(&document, &mut |value| {
            if let Some(Value::String(target)) = value.get("$ref") {
                count += 1;
                assert!(document.pointer(target.trim_start_matches('#')).is_some(), "{target}");
            }
        });
        assert!(count > 20, "{count}");
    }

    #[test]
    fn openapi_has_every_part_and_every_code() {
        let document = document();
        let form = &document["components"]["schemas"]["TransformForm"]["properties"];
        for part in Part::OF_TRANSFORM {
            assert!(form[part.as_str()].is_object(), "{part}");
        }
        assert_eq!(form.as_object().unwrap().len(), Part::OF_TRANSFORM.len());
        let text = document["components"]["responses"].to_string();
        for code in Code::ALL {
            // Only clients report that one.
            assert_eq!(text.contains(&code.to_string()), code != Code::Reused, "{code}");
        }
    }
    #[test]
    fn openapi_has_every_option_of_urls() {
        let document = document();
        let options = &document["components"]["schemas"]["UrlOptions"]["properties"];
        for option in url_options() {
            let names = [Some(option.info.name), option.alias];
            let is_there = |name: &str| {
                let fields = options.as_object().unwrap().keys();
                options[name].is_object() || fields.into_iter().any(|field| field.starts_with(&format!("{name}.")))
            };
            assert!(names.into_iter().flatten().all(is_there), "{}", option.info.name);
        }
        let next = document["paths"]["/_next/image"]["get"]["parameters"].as_array().unwrap();
        let names: Vec<_> = next.iter().map(|parameter| parameter["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["url", "w", "q", "dpl"]);
        for path in ["/cdn-cgi/image/{options}/{source}", "/_next/image", "/_ipx/{modifiers}/{source}"] {
            let failure = &document["paths"][path]["get"]["responses"]["404"]["$ref"];
            let failure = document.pointer(failure.as_str().unwrap().trim_start_matches('#')).unwrap();
            assert!(failure["headers"]["cf-resized"].is_object(), "{path}: {failure}");
        }
    }
}
