//! What those who watch over a process see, and what those who lost their way do.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, StatusCode};

use palmette::core::{Ability, CpuEngine, Model};
use palmette_server::{Config, app};
use serde_json::json;

use crate::support::{call, default_app, form, get, pipeline, png, transform};

#[tokio::test]
async fn health_says_live_and_ready() {
    let app = default_app();
    assert_eq!(get(&app, "/live").await.status, StatusCode::OK);
    let ready = get(&app, "/ready").await;
    let body: serde_json::Value = serde_json::from_slice(&ready.body).unwrap();
    assert_eq!((ready.status, &body["ready"], &body["profile"]), (StatusCode::OK, &true.into(), &"2026-12".into()));
    assert_eq!(body["engine"]["cpu"], "ready");
    assert_eq!(body["libheif"].as_str(), palmette::codec::heic::version());
}

/// Finds faces, and can do nothing else.
#[derive(Debug)]
struct FaceModel;

impl Model for FaceModel {
    fn name(&self, _ability: Ability) -> &str {
        "eyes 1"
    }

    fn can(&self, ability: Ability) -> bool {
        ability == Ability::Faces
    }
}

#[tokio::test]
async fn health_names_the_models() {
    let config = Config::default();
    let with_model = pipeline(&config, Arc::new(CpuEngine::new())).with_model(Arc::new(FaceModel));
    for (app, face) in [(default_app(), json!(null)), (app(config, with_model).unwrap(), json!("eyes 1"))] {
        for path in ["/ready", "/options"] {
            let body: serde_json::Value = serde_json::from_slice(&get(&app, path).await.body).unwrap();
            assert_eq!(body["models"], json!({ "face": face, "segment": null, "generate": null }), "{path}");
        }
    }
}

#[tokio::test]
async fn health_counts_requests_and_stages() {
    let app = default_app();
    transform(&app, form(&png(4, 4), "[]", "image/png")).await;
    transform(&app, form(b"nothing", "[]", "image/png")).await;
    get(&app, "/made/up").await;
    let answer = get(&app, "/metrics").await;
    assert!(answer.header("content-type").starts_with("application/openmetrics-text"));
    let text = answer.text();
    for line in [
        r#"palmette_requests_total{route="/transform",status="200",code="0"} 1"#,
        r#"palmette_requests_total{route="/transform",status="415",code="9412"} 1"#,
        r#"palmette_requests_total{route="none",status="404",code="9401"} 1"#,
        r#"palmette_request_seconds_count{route="/transform"} 2"#,
        r#"palmette_stage_seconds_count{stage="decode"} 1"#,
        r#"palmette_selections_total{engine="cpu",reason="cpu_wanted"} 1"#,
        "palmette_queued_requests 0",
        "palmette_working_requests 0",
        "palmette_body_bytes 0",
        "palmette_pixel_bytes 0",
        "palmette_answer_bytes 0",
        "palmette_connections 0",
        "palmette_damaged_total 0",
        r#"palmette_stage_seconds_count{stage="wait"} 1"#,
    ] {
        assert!(text.lines().any(|found| found == line), "`{line}` is not in:\n{text}");
    }
}

#[tokio::test]
async fn health_unknown_paths_and_methods_are_answered() {
    let app = default_app();
    let answer = get(&app, "/nowhere").await;
    assert_eq!((answer.status, answer.code()), (StatusCode::NOT_FOUND, 9401));
    assert!(answer.text().contains("/nowhere"));
    for (method, path, allowed) in
        [("GET", "/transform", "POST"), ("DELETE", "/info", "POST"), ("POST", "/live", "GET,HEAD")]
    {
        let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
        let answer = call(&app, request).await;
        assert_eq!((answer.status, answer.code()), (StatusCode::METHOD_NOT_ALLOWED, 9401), "{method} {path}");
        assert_eq!(answer.header("allow"), allowed, "{method} {path}");
    }
}

#[tokio::test]
async fn health_requests_have_ids() {
    let app = default_app();
    let own = call(&app, Request::get("/live").header("x-request-id", "abc-123").body(Body::empty()).unwrap()).await;
    assert_eq!(own.header("x-request-id"), "abc-123");
    let long = "x".repeat(1000);
    let replaced = call(&app, Request::get("/live").header("x-request-id", &long).body(Body::empty()).unwrap()).await;
    let made = get(&app, "/live").await;
    assert!(replaced.header("x-request-id").len() < 100);
    assert_ne!(replaced.header("x-request-id"), made.header("x-request-id"));
}
