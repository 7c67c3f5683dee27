//! That ARCHITECTURE.md walks the path that a request takes: through functions that are there, in the order of a real trace.

use std::path::Path;
use std::sync::{Arc, Mutex};

use axum::http::HeaderValue;
use palmette::codec::{EncodeFormat, EncodeOptions, encode};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id};
use tracing::{Subscriber, subscriber};
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::{Layer, Registry};

use crate::support::{call, default_app, form, pixmap, post};

/// The id of the request that is followed, and of no other.
const REQUEST_ID: &str = "the-walk";

/// A stage of the walk.
#[derive(Debug)]
struct Stage<'a> {
    /// The path of its function, such as `Pipeline::run`.
    function: &'a str,
    /// The file that has it.
    file: &'a str,
    /// Its span, if it has one of its own.
    span: Option<&'a str>,
}

/// The repository.
fn top() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// Returns the text between two marks.
fn between<'a>(text: &'a str, start: &str, end: &str) -> Option<&'a str> {
    Some(text.split_once(start)?.1.split_once(end)?.0)
}

/// Reads the stages of the walk: headings such as ``### 3. [`multipart::collect`](crates/…) · span `collect` ``.
fn stages(document: &str) -> Vec<Stage<'_>> {
    let walk = between(document, "\n## The path of a request\n", "\n## ").expect("the walk");
    let headings = walk.lines().filter(|line| line.starts_with("### "));
    let stage = |heading| {
        let function = between(heading, "[`", "`]").unwrap_or_else(|| panic!("a function in {heading}"));
        let file = between(heading, "](", ")").unwrap_or_else(|| panic!("a file in {heading}"));
        Stage { function, file, span: between(heading, "span `", "`") }
    };
    headings.map(stage).collect()
}

#[test]
fn walk_goes_through_functions_that_exist() {
    let document = std::fs::read_to_string(top().join("ARCHITECTURE.md")).unwrap();
    let stages = stages(&document);
    assert!(stages.len() >= 10, "{stages:?}");
    for Stage { function, file, .. } in stages {
        let code = std::fs::read_to_string(top().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
        let (owner, name) = function.rsplit_once("::").expect("a module or a type, and a function");
        let defines = [format!("fn {name}("), format!("fn {name}<")].iter().any(|start| code.contains(start));
        let owner = owner.rsplit("::").next().unwrap();
        let is_there = match owner.starts_with(char::is_uppercase) {
            true => code.contains(&format!("{owner} {{")),
            // A module is a file, or the file of a folder.
            false => file.split(['/', '.']).any(|part| part == owner),
        };
        assert!(defines && is_there, "{function} is not in {file}");
    }
}

#[test]
fn walk_and_all_else_links_to_what_is_there() {
    let document = std::fs::read_to_string(top().join("ARCHITECTURE.md")).unwrap();
    let links: Vec<&str> = document.split("](").skip(1).filter_map(|rest| Some(rest.split_once(')')?.0)).collect();
    assert!(links.len() > 30, "{links:?}");
    for link in links {
        assert!(top().join(link).exists(), "{link} is not there");
    }
}

/// The spans of the request that is followed, in their order.
#[derive(Clone, Default)]
struct Trace(Arc<Mutex<Vec<String>>>);

/// Marks the span of the request, and so all that are below it.
struct IsFollowed;

/// Whether a span has the id of the request that is followed.
#[derive(Default)]
struct HasId(bool);

impl Visit for HasId {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0 |= field.name() == "request.id" && value == REQUEST_ID;
    }

    fn record_debug(&mut self, _field: &Field, _value: &dyn std::fmt::Debug) {}
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Trace {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut has_id = HasId::default();
        attributes.record(&mut has_id);
        let span = context.span(id).expect("a span that was just made");
        if has_id.0 {
            span.extensions_mut().insert(IsFollowed);
        }
        // Libraries may have spans of their own.
        let is_ours = attributes.metadata().target().starts_with("palmette");
        if is_ours && span.scope().from_root().any(|span| span.extensions().get::<IsFollowed>().is_some()) {
            self.0.lock().unwrap().push(attributes.metadata().name().to_owned());
        }
    }
}

#[tokio::test]
async fn walk_is_in_the_order_of_a_trace() {
    let trace = Trace::default();
    subscriber::set_global_default(Registry::default().with(trace.clone())).unwrap();

    // One that takes no shortcut: a JPEG that stays in planes, resized, to a JPEG.
    let jpeg = encode(pixmap(64, 48), &EncodeOptions::new(EncodeFormat::Jpeg)).unwrap().bytes;
    let form = form(&jpeg, r#"[{"imageIndex":0,"width":20}]"#, "image/jpeg");
    let mut request = post("/transform", form.bytes());
    request.headers_mut().insert("x-request-id", HeaderValue::from_static(REQUEST_ID));
    assert_eq!(call(&default_app(), request).await.status, 200);

    let document = std::fs::read_to_string(top().join("ARCHITECTURE.md")).unwrap();
    let walked: Vec<&str> = stages(&document).iter().filter_map(|stage| stage.span).collect();
    assert_eq!(*trace.0.lock().unwrap(), walked, "ARCHITECTURE.md has another order of spans than this trace (left)");
}
