//! Uploads by URL.

use std::time::Duration;

use super::*;
use crate::image_url::{http, raw_server};

#[tokio::test]
async fn hosted_pictures_come_from_urls() {
    let length = |bytes: &[u8]| format!("content-type: text/html\r\ncontent-length: {}\r\n", bytes.len());
    let soft = png(40, 30);
    let answer = http("200 OK", &length(&soft), &soft);
    let origin = raw_server(&[
        ("/a%20b/c%C3%BC.png?d=e", answer.clone(), Duration::ZERO),
        ("/", answer, Duration::ZERO),
        ("/text", http("200 OK", &length(b"hello"), b"hello"), Duration::ZERO),
        ("/endless", http("200 OK", "", b"ENDLESS"), Duration::ZERO),
    ])
    .await;
    let allowed = origin.parse().unwrap();
    let service = Service::with(|config| config.fetch.fetcher.allow = vec![allowed]);
    let by_url = |path: &str| Form::new().text("url", &format!("{origin}{path}"));

    let image = service.upload(by_url("/a%20b/c%C3%BC.png?d=e").text("metadata", r#"{"a":1}"#)).await;
    assert_eq!((&image["filename"], &image["meta"]), (&json!("cü.png"), &json!({"a": 1})));
    let blob = get(&service.app, &format!("{API}/v1/{}/blob", image["id"].as_str().unwrap())).await;
    assert_eq!((blob.header("content-type"), &blob.body), ("image/png", &soft), "whatever its server says");
    let nameless = service.upload(by_url("/")).await;
    assert_eq!(nameless.get("filename"), None);
    let json = send(&service.app, Method::POST, "v1", json!({"url": format!("{origin}/"), "id": "by-json"})).await;
    assert_eq!(envelope(&json)["result"]["id"], "by-json");
    let metrics = get(&service.app, "/metrics").await.text();
    assert!(metrics.contains("palmette_fetches_total{outcome=\"server\"} "), "they are counted as other fetches");

    for (path, status, code) in [("/none", 404, 9404), ("/text", 415, 5455), ("/endless", 413, 9402)] {
        let refused = service.refused_upload(by_url(path)).await;
        assert_eq!((refused.0, refused.1), (status, code), "{path}: {}", refused.2);
    }
    assert_eq!(service.ask(Method::GET, "v1/stats", Value::Null).await["count"]["current"], 3);
}
