//! Several results of one request: their parts, their order, and when they leave.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::StatusCode;
use http_body_util::BodyExt;
use palmette::codec::EncodeFormat;
use palmette_protocol::Code;
use palmette_protocol::mixed::{MixedPart, MixedReader};
use palmette_server::config::MaxBytes;
use palmette_server::{Config, app};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::engines::{Fragile, Halting};
use crate::support::{Answer, Form, app_with, call, default_app, form, get, moving, pipeline, png, post, transform};

/// A form for several results.
fn several(image: &[u8], list: &str, outputs: &Value) -> Form {
    Form::new().file("image", image).text("transforms", list).text("outputs", &outputs.to_string())
}

/// Takes an answer apart, which has to be whole.
fn parts(answer: &Answer) -> Vec<MixedPart> {
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let mut reader = MixedReader::new(answer.header("content-type")).expect("multipart/mixed");
    reader.feed(&answer.body);
    let parts = std::iter::from_fn(|| reader.next_part().unwrap()).collect();
    assert!(reader.is_over());
    parts
}

/// A service that computes everything, whatever it has made before.
fn forgetful_app() -> Router {
    let mut config = Config::default();
    config.cache.memory_bytes = MaxBytes::Exactly(0);
    app_with(config)
}

async fn results(app: &Router, form: Form) -> Vec<MixedPart> {
    parts(&transform(app, form).await)
}

#[tokio::test]
async fn results_are_those_of_single_requests_in_order() {
    let app = forgetful_app();
    let list = r#"[{"imageIndex":0,"rotate":90}]"#;
    let outputs = json!([
        { "output_format": "image/webp", "transforms": [{ "width": 20 }] },
        { "output_format": "image/png" },
        { "output_format": "image/jpeg", "output_quality": 50, "transforms": [{ "width": 10 }, { "blur": 2 }] },
        { "output_format": "rgba", "transforms": [{ "width": 5 }], "background": "red" },
    ]);
    let image = png(40, 30);
    let parts = results(&app, several(&image, list, &outputs)).await;
    let single = |own: &str, format: &str| form(&image, &format!(r#"[{{"imageIndex":0,"rotate":90}}{own}]"#), format);
    let singles = [
        single(r#",{"imageIndex":0,"width":20}"#, "image/webp"),
        single("", "image/png"),
        single(r#",{"imageIndex":0,"width":10},{"imageIndex":0,"blur":2}"#, "image/jpeg").text("output_quality", "50"),
        single(r#",{"imageIndex":0,"width":5}"#, "rgba").text("background", "red"),
    ];
    assert_eq!(parts.len(), singles.len());
    let sizes = [("20", "27"), ("30", "40"), ("10", "13"), ("5", "7")];
    for ((part, single), (width, height)) in parts.iter().zip(singles).zip(sizes) {
        let answer = transform(&app, single).await;
        assert_eq!(part.bytes, answer.body);
        assert_eq!(part.header("content-type"), Some(answer.header("content-type")));
        assert_eq!((part.header("image-width"), part.header("image-height")), (Some(width), Some(height)));
        assert_eq!(part.header("palmette-engine"), Some("cpu"));
        assert!(part.header("server-timing").is_some_and(|times| times.contains("run;dur=")));
        assert_eq!(part.code(), None);
    }
    let metrics = get(&app, "/metrics").await.text();
    assert!(metrics.contains("palmette_answer_bytes 0\n") && metrics.contains("palmette_pixel_bytes 0\n"), "{metrics}");
    assert!(metrics.contains(r#"palmette_selections_total{engine="cpu",reason="cpu_wanted"} 8"#), "{metrics}");
}

#[tokio::test]
async fn results_that_fail_leave_the_others_alone() {
    let outputs = json!([
        { "output_format": "rgb", "transforms": [{ "width": 17_001, "fit": "contain" }] },
        { "output_format": "rgb", "transforms": [{ "width": 2 }] },
        { "output_format": "rgb", "transforms": [{}, { "trim": { "left": 40 } }] },
        { "output_format": "image/webp", "transforms": [{ "trim": { "height": 1 } }, { "border": { "left": 8000, "right": 8400 } }] },
        { "output_format": "rgb", "transforms": [{ "segment": "foreground" }] },
        { "output_format": "rgba", "transforms": [{ "width": 1 }] },
    ]);
    let mut config = Config::default();
    config.limits.pixels.max_side_px = 17_000;
    let parts = results(&app_with(config), several(&png(40, 30), r#"[{"imageIndex":0}]"#, &outputs)).await;
    let failures: Vec<_> = parts.iter().map(MixedPart::code).collect();
    let [limit, option, damaged] = [Code::DimensionsTooLarge, Code::InvalidOption, Code::Damaged].map(Code::number);
    assert_eq!(failures, [Some(limit), None, Some(option), Some(damaged), Some(option), None]);
    for (part, start) in [
        (0, "ERROR 9413: transform 1 of output 1: 17001×12751 pixels"),
        (2, "ERROR 9401: transform 2 of output 3: `trim` cuts away all of 40×30 pixels"),
        (3, "ERROR 9516: output: "),
        (4, "ERROR 9401: transform 1 of output 5: `segment: foreground` needs a model"),
    ] {
        let text = std::str::from_utf8(&parts[part].bytes).unwrap();
        assert!(text.starts_with(start), "{text}");
        assert_eq!(parts[part].header("content-type"), Some("text/plain; charset=utf-8"));
        assert_eq!(parts[part].header("image-width"), None);
    }
    assert_eq!([1, 5].map(|part| parts[part].bytes.len()), [2 * 2 * 3, 4], "the others are there");
}

#[tokio::test]
async fn results_of_what_is_wrong_for_all_are_one_failure() {
    let app = default_app();
    let outputs = json!([{ "output_format": "rgb" }, { "output_format": "rgba" }]);
    for (image, list, code) in [
        (&b"no picture"[..], "[]", Code::NotAPicture),
        (&png(4, 4), r#"[{"imageIndex":0,"width":12001,"fit":"contain"}]"#, Code::DimensionsTooLarge),
        (&png(4, 4), r#"[{"imageIndex":0,"widht":1}]"#, Code::InvalidOption),
    ] {
        let answer = transform(&app, several(image, list, &outputs)).await;
        let single = transform(&app, form(image, list, "rgb")).await;
        assert_eq!((answer.code(), answer.status), (code.number(), single.status));
        assert_eq!(answer.text(), single.text());
    }
}

#[tokio::test]
async fn results_of_damaged_sources_fail_each_as_it_would_alone() {
    let image = png(64, 64);
    let damaged = &image[..image.len() / 2];
    let outputs =
        json!([{ "output_format": "rgb" }, { "output_format": "rgb", "transforms": [{ "trim": { "height": 1 } }] }]);
    let app = default_app();
    let parts = results(&app, several(damaged, "[]", &outputs)).await;
    let whole = transform(&app, form(damaged, "[]", "rgb")).await;
    assert_eq!((parts[0].code(), &parts[0].bytes[..]), (Some(whole.code()), &whole.body[..]));
    let top = transform(&app, form(damaged, r#"[{"imageIndex":0,"trim":{"height":1}}]"#, "rgb")).await;
    assert_eq!((parts[1].code().unwrap_or(0), &parts[1].bytes[..]), (top.code(), &top.body[..]));
}

#[tokio::test]
async fn results_may_move() {
    let app = forgetful_app();
    let outputs = json!([
        { "output_format": "image/webp", "transforms": [{ "width": 20 }] },
        { "output_format": "image/png", "transforms": [{ "width": 20 }] },
        { "output_format": "image/gif" },
        { "output_format": "image/webp", "anim": false },
    ]);
    let image = moving(EncodeFormat::Gif, 4);
    let parts = results(&app, several(&image, "[]", &outputs)).await;
    let singles = [
        form(&image, r#"[{"imageIndex":0,"width":20}]"#, "image/webp"),
        form(&image, r#"[{"imageIndex":0,"width":20}]"#, "image/png"),
        form(&image, "[]", "image/gif"),
        form(&image, "[]", "image/webp").text("anim", "false"),
    ];
    for (part, single) in parts.iter().zip(singles) {
        assert_eq!(part.bytes, transform(&app, single).await.body);
    }
    let metrics = get(&app, "/metrics").await.text();
    assert!(metrics.contains("palmette_answer_bytes 0\n") && metrics.contains("palmette_pixel_bytes 0\n"), "{metrics}");
}

#[tokio::test]
async fn results_leave_as_they_come_and_nothing_is_made_for_a_reader_that_left() {
    let config = Config::default();
    let (engine, gate) = Halting::new();
    let pipeline = pipeline(&config, engine);
    let app = app(config, pipeline).unwrap();
    let outputs =
        json!([1, 2, 3, 4].map(|width| json!({ "output_format": "rgb", "transforms": [{ "width": width }] })));
    let request = post("/transform", several(&png(8, 8), "[]", &outputs).bytes());
    let response = app.clone().oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK, "before anything is made");
    let content_type = response.headers()["content-type"].to_str().unwrap().to_owned();
    let mut reader = MixedReader::new(&content_type).unwrap();
    let mut body = response.into_body();
    for width in 1..=2 {
        gate.begun().await;
        gate.open();
        let part = loop {
            if let Some(part) = reader.next_part().unwrap() {
                break part;
            }
            reader.feed(&body.frame().await.unwrap().unwrap().into_data().unwrap());
        };
        assert_eq!(part.bytes.len(), 3 * width * width, "it is here while the next is not made");
    }
    gate.begun().await;
    drop(body);
    gate.open();
    for _ in 0..500 {
        if get(&app, "/metrics").await.text().contains("palmette_working_requests 0\n") {
            assert!(!gate.has_begun(), "the fourth is never begun");
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("the worker goes on");
}

#[tokio::test]
async fn results_that_are_not_there_in_time_say_so() {
    let mut config = Config::default();
    config.limits.timeout = Duration::from_millis(300);
    let (engine, gate) = Halting::new();
    let pipeline = pipeline(&config, engine);
    let app = app(config, pipeline).unwrap();
    let outputs = json!([{ "output_format": "rgb" }, { "output_format": "rgb" }, { "output_format": "rgb" }]);
    gate.open();
    let answer = transform(&app, several(&png(4, 4), "[]", &outputs)).await;
    let codes: Vec<_> = parts(&answer).iter().map(MixedPart::code).collect();
    assert_eq!(codes, [None, Some(Code::TimedOut.number()), Some(Code::TimedOut.number())]);
    drop(gate);
}

#[tokio::test]
async fn results_of_a_worker_that_panics_are_failures() {
    let config = Config::default();
    let pipeline = pipeline(&config, std::sync::Arc::new(Fragile));
    let app = app(config, pipeline).unwrap();
    let outputs = json!([{ "output_format": "rgb" }, { "output_format": "rgb" }]);
    let request = axum::http::Request::post("/transform")
        .header("content-type", format!("multipart/form-data; boundary={}", crate::support::BOUNDARY))
        .header("x-request-id", "the-one")
        .body(Body::from(several(&png(1, 4), "[]", &outputs).bytes()))
        .unwrap();
    for part in parts(&call(&app, request).await) {
        assert_eq!(part.code(), Some(Code::Internal.number()));
        let text = std::str::from_utf8(&part.bytes).unwrap();
        assert!(text.ends_with("under request.id the-one") && !text.contains("secret"), "{text}");
    }
    let metrics = get(&app, "/metrics").await.text();
    assert!(metrics.contains("palmette_pixel_bytes 0\n") && metrics.contains("palmette_body_bytes 0\n"), "{metrics}");
}

#[tokio::test]
async fn results_are_counted_until_they_are_sent() {
    let mut config = Config::default();
    config.admission.max_answer_bytes = MaxBytes::Exactly(1_000);
    let app = app_with(config);
    let outputs = json!([{ "output_format": "rgb" }, { "output_format": "rgba" }, { "output_format": "rgb" }]);
    let request = post("/transform", several(&png(16, 16), "[]", &outputs).bytes());
    let response = app.clone().oneshot(request).await.unwrap();
    let held = async |lines: [&str; 2]| {
        for _ in 0..500 {
            let metrics = get(&app, "/metrics").await.text();
            if lines.iter().all(|line| metrics.contains(line)) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("no {lines:?}");
    };
    // The first has room among answers; the others count as pictures. Nothing of the work is left, though nobody reads.
    held(["palmette_answer_bytes 768\n", "palmette_pixel_bytes 1792\n"]).await;
    drop(response);
    held(["palmette_answer_bytes 0\n", "palmette_pixel_bytes 0\n"]).await;
}

#[tokio::test]
async fn results_are_explained() {
    let outputs = json!([
        { "output_format": "image/webp", "transforms": [{ "width": 20 }], "output_quality": 70 },
        { "output_format": "rgb", "transforms": [{ "width": 12_001, "fit": "contain" }] },
    ]);
    let form = several(&png(40, 30), r#"[{"imageIndex":0,"rotate":90}]"#, &outputs).text("explain", "true");
    let answer = transform(&default_app(), form).await;
    assert_eq!((answer.status, answer.header("content-type")), (StatusCode::OK, "application/json"));
    let explanations: Value = serde_json::from_slice(&answer.body).unwrap();
    let [planned, failed] = &explanations["outputs"].as_array().unwrap()[..] else { panic!("two: {explanations}") };
    assert_eq!((&planned["output"]["width"], &planned["output"]["quality"]), (&json!(20), &json!(70)));
    assert_eq!(failed["code"], 9413);
    assert!(failed["error"].as_str().unwrap().starts_with("transform 1 of output 2: "), "{failed}");
    assert!(explanations["memory_bytes"].as_u64().unwrap() > 0);
    assert_eq!((&explanations["step_count"], &explanations["shared_count"]), (&json!(3), &json!(0)));

    let outputs = json!([20, 10].map(|width| json!({ "output_format": "rgb", "transforms": [{ "width": width }] })));
    let form = several(&png(40, 30), r#"[{"imageIndex":0,"blur":1}]"#, &outputs).text("explain", "true");
    let explanations: Value = serde_json::from_slice(&transform(&default_app(), form).await.body).unwrap();
    assert_eq!((&explanations["step_count"], &explanations["shared_count"]), (&json!(4), &json!(2)));
}
