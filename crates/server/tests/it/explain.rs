//! The field `explain`: a plan instead of a picture.

use axum::http::StatusCode;
use palmette_protocol::Code;
use serde_json::{Value, json};

use crate::support::{Answer, Form, default_app, form, get, png, transform, watermark_form};

async fn explain(form: Form) -> Answer {
    transform(&default_app(), form.text("explain", "true")).await
}

/// Explains a list for a picture of 40×30 and returns what every step does, with the sizes in and out.
async fn steps(list: &str) -> Vec<String> {
    let answer = explain(form(&png(40, 30), list, "image/png")).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let explanation: Value = serde_json::from_slice(&answer.body).unwrap();
    let size = |size: &Value| format!("{}×{}", size["width"], size["height"]);
    let line =
        |step: &Value| format!("{} {} {}", step["kind"].as_str().unwrap(), size(&step["input"]), size(&step["output"]));
    explanation["steps"].as_array().unwrap().iter().map(line).collect()
}

#[tokio::test]
async fn explain_answers_with_the_plan() {
    for (list, expected) in [
        ("[]", &[][..]),
        (r#"[{"imageIndex":0,"width":20}]"#, &["resize 40×30 20×15"]),
        (r#"[{"imageIndex":0,"rotate":90,"flip":"h"}]"#, &["flip 40×30 40×30", "rotate 40×30 30×40"]),
        (
            r#"[{"imageIndex":0,"width":10,"height":10,"fit":"pad"},{"imageIndex":0,"border":{"width":1}}]"#,
            &["resize 40×30 10×8", "pad 10×8 10×10", "pad 10×10 12×12"],
        ),
        (
            r#"[{"imageIndex":0,"width":10,"height":10,"fit":"cover","gravity":"auto"}]"#,
            &["measure 40×30 40×30", "resize 40×30 10×10"],
        ),
    ] {
        assert_eq!(steps(list).await, expected, "{list}");
    }
}

#[tokio::test]
async fn explain_answers_with_json_alone() {
    let answer = explain(watermark_form()).await;
    assert_eq!((answer.status, answer.header("content-type")), (StatusCode::OK, "application/json"));
    let explanation: Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(explanation["output"]["background"], json!("#ff880080"));
    assert_eq!(explanation["steps"][1]["options"], json!({"bottom": 1, "right": 1, "opacity": 0.75}));

    let answer = transform(&default_app(), watermark_form().text("explain", "false")).await;
    assert_eq!(answer.header("content-type"), "image/png");
}

#[tokio::test]
async fn explain_fails_as_the_picture_would() {
    let app = default_app();
    for (list, code) in [
        (r#"[{"imageIndex":0,"widht":1}]"#, Code::InvalidOption),
        (r#"[{"imageIndex":0,"segment":"foreground"}]"#, Code::InvalidOption),
        (r#"[{"imageIndex":0,"trim":{"left":40}}]"#, Code::InvalidOption),
        (r#"[{"imageIndex":0,"width":12001,"fit":"contain"}]"#, Code::DimensionsTooLarge),
    ] {
        let form = form(&png(40, 30), list, "image/png");
        let (picture, plan) =
            (transform(&app, form.clone()).await, transform(&app, form.text("explain", "true")).await);
        assert_eq!((plan.code(), plan.text()), (code.number(), picture.text()));
    }
    let metrics = get(&app, "/metrics").await.text();
    assert!(metrics.contains("palmette_body_bytes 0") && metrics.contains("palmette_pixel_bytes 0"), "{metrics}");
}
