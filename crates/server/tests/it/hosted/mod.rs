//! Hosted pictures over HTTP: every rule of the API, upload links, and delivery by pixels.

mod api;
mod by_url;
mod delivery;
mod hostile;
mod limits;
mod links;

use std::path::Path;

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use palmette_server::Config;
use serde_json::{Value, json};

use crate::support::{Answer, BOUNDARY, Form, app_with, call, get, png};

const API: &str = "/client/v4/accounts/me/images";

/// A service with a store of its own.
struct Service {
    folder: tempfile::TempDir,
    app: Router,
}

impl Service {
    fn new() -> Self {
        Self::with(|_| {})
    }

    fn with(change: impl FnOnce(&mut Config)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let app = app_of(folder.path(), change);
        Self { folder, app }
    }

    /// Asks the API, and returns the result.
    async fn ask(&self, method: Method, path: &str, body: Value) -> Value {
        let answer = send(&self.app, method.clone(), path, body).await;
        let envelope = envelope(&answer);
        assert_eq!(
            (answer.status, &envelope["success"]),
            (StatusCode::OK, &json!(true)),
            "{method} {path}: {envelope}"
        );
        assert_eq!((&envelope["errors"], &envelope["messages"]), (&json!([]), &json!([])));
        envelope["result"].clone()
    }

    /// Asks the API for what it refuses; returns the status, the code and the message.
    async fn refused(&self, method: Method, path: &str, body: Value) -> (u16, u64, String) {
        refusal(&send(&self.app, method, path, body).await)
    }

    /// Uploads a picture.
    async fn upload(&self, form: Form) -> Value {
        let answer = call(&self.app, form_request(&format!("{API}/v1"), form)).await;
        let envelope = envelope(&answer);
        assert_eq!(answer.status, StatusCode::OK, "{envelope}");
        envelope["result"].clone()
    }

    /// Uploads what is refused.
    async fn refused_upload(&self, form: Form) -> (u16, u64, String) {
        refusal(&call(&self.app, form_request(&format!("{API}/v1"), form)).await)
    }

    /// Gets the path of a URL of this service.
    async fn show(&self, url: &str) -> Answer {
        get(&self.app, path_of(url)).await
    }
}

fn app_of(folder: &Path, change: impl FnOnce(&mut Config)) -> Router {
    let mut config = Config::default();
    config.hosted.folder = Some(folder.join("store"));
    config.hosted.url = Some("https://pictures.example".to_owned());
    change(&mut config);
    app_with(config)
}

fn path_of(url: &str) -> &str {
    url.strip_prefix("https://pictures.example").unwrap_or(url)
}

fn form_request(path: &str, form: Form) -> Request<Body> {
    let content_type = format!("multipart/form-data; boundary={BOUNDARY}");
    Request::post(path).header("content-type", content_type).body(form.bytes().into()).unwrap()
}

/// Sends JSON, or nothing.
async fn send(app: &Router, method: Method, path: &str, body: Value) -> Answer {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let path = if path.starts_with('/') { path.to_owned() } else { format!("{API}/{path}") };
    let request = Request::builder().method(method).uri(path).header("content-type", "application/json");
    call(app, request.body(body.into()).unwrap()).await
}

fn envelope(answer: &Answer) -> Value {
    assert_eq!(answer.header("content-type"), "application/json", "{}", answer.text());
    assert_eq!(answer.header("cf-images-binding"), "");
    serde_json::from_slice(&answer.body).unwrap_or_else(|error| panic!("{error}: {}", answer.text()))
}

/// Reads the envelope of a failure.
fn refusal(answer: &Answer) -> (u16, u64, String) {
    let envelope = envelope(answer);
    assert_eq!((&envelope["result"], &envelope["success"]), (&Value::Null, &json!(false)), "{envelope}");
    assert_eq!(envelope["errors"].as_array().unwrap().len(), 1);
    let error = &envelope["errors"][0];
    (answer.status.as_u16(), error["code"].as_u64().unwrap(), error["message"].as_str().unwrap().to_owned())
}

/// A form with a picture.
fn picture() -> Form {
    Form::new().file("file", &png(40, 30))
}

fn texts(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect()
}
