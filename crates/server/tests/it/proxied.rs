//! The proxied form of miniflare, and targets in absolute form.

use axum::body::Body;
use axum::http::{Request, StatusCode};

use crate::support::{BOUNDARY, Form, call, default_app, png, watermark_form};

fn proxied(url: &str, body: Vec<u8>) -> Request<Body> {
    Request::post("/")
        .header("host", "127.0.0.1:9901")
        .header("mf-binding", "IMAGES")
        .header("mf-header-content-type", format!("multipart/form-data; boundary={BOUNDARY}"))
        .header("mf-header-transfer-encoding", "chunked")
        .header("mf-url", url)
        .body(Body::from(body))
        .unwrap()
}

#[tokio::test]
async fn proxied_requests_are_answered_as_if_sent_directly() {
    let app = default_app();
    let answer = call(&app, proxied("https://js.images.cloudflare.com/transform", watermark_form().bytes())).await;
    assert_eq!((answer.status, answer.header("content-type")), (StatusCode::OK, "image/png"));
    let info = Form::new().file("image", &png(3, 2)).bytes();
    let answer = call(&app, proxied("https://js.images.cloudflare.com/info", info)).await;
    assert!(answer.text().contains(r#""width":3"#), "{}", answer.text());
    let answer = call(&app, proxied("https://js.images.cloudflare.com/elsewhere", Vec::new())).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn proxied_websockets_are_not_served_but_answered() {
    let request = Request::get("/?MF-Binding=IMAGES").header("upgrade", "websocket").body(Body::empty()).unwrap();
    assert_eq!(call(&default_app(), request).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn absolute_targets_are_routed_by_their_path() {
    let request = Request::post("https://js.images.cloudflare.com/transform")
        .header("content-type", format!("multipart/form-data; boundary={BOUNDARY}"))
        .body(Body::from(watermark_form().bytes()))
        .unwrap();
    assert_eq!(call(&default_app(), request).await.status, StatusCode::OK);
}
