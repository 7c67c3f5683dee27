//! What a successful answer is made of.

use axum::http::StatusCode;
use palmette::codec::decode;
use palmette::core::Limits;

use crate::support::{Form, call, default_app, form, pixmap, png, post, transform, watermark_form};

#[tokio::test]
async fn picture_of_every_format_comes_with_its_type() {
    let app = default_app();
    for (format, content_type) in [
        ("image/jpeg", "image/jpeg"),
        ("image/png", "image/png"),
        ("image/webp", "image/webp"),
        ("image/avif", "image/avif"),
        ("rgb", "application/octet-stream"),
        ("rgba", "application/octet-stream"),
    ] {
        let answer = transform(&app, form(&png(40, 30), "[]", format)).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        assert_eq!(answer.header("content-type"), content_type);
        assert_eq!(answer.header("palmette-engine"), "cpu");
        let is_bare = format.starts_with("rgb");
        assert_eq!(answer.header("image-width"), if is_bare { "40" } else { "" });
        assert_eq!(answer.header("image-height"), if is_bare { "30" } else { "" });
        for stage in ["decode;dur=", "run;dur=", "encode;dur="] {
            assert!(answer.header("server-timing").contains(stage), "{}", answer.header("server-timing"));
        }
        if !is_bare {
            assert_eq!(decode(&answer.body, &Limits::default()).unwrap().width(), 40);
        }
    }
}

#[tokio::test]
async fn picture_without_steps_is_unchanged() {
    let answer = transform(&default_app(), form(&png(40, 30), "[]", "rgba")).await;
    assert_eq!(answer.body, pixmap(40, 30).into_vec());
}

#[tokio::test]
async fn picture_with_a_watermark_changes_only_there() {
    let form = Form::new()
        .file("image", &png(8, 6))
        .file("draw_image", &png(5, 5))
        .text(
            "transforms",
            r#"[{"imageIndex":1,"width":3,"height":3},{"drawImageIndex":1,"targetImageIndex":0,"bottom":1,"right":1}]"#,
        )
        .text("output_format", "rgba");
    let answer = transform(&default_app(), form).await;
    let before = pixmap(8, 6);
    for (index, (now, then)) in answer.body.chunks(4).zip(before.data().chunks(4)).enumerate() {
        let (x, y) = (index % 8, index / 8);
        let is_inside = (4..7).contains(&x) && (2..5).contains(&y);
        assert_eq!(now != then, is_inside, "at {x}, {y}");
    }
    assert_eq!(transform(&default_app(), watermark_form()).await.status, StatusCode::OK);
}

#[tokio::test]
async fn picture_info() {
    let image = png(40, 30);
    let answer = call(&default_app(), post("/info", Form::new().file("image", &image).bytes())).await;
    let info: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
    let expected = serde_json::json!({"format": "image/png", "file_size": image.len(), "width": 40, "height": 30});
    assert_eq!((answer.status, info), (StatusCode::OK, expected));
    assert_eq!(answer.header("content-type"), "application/json");

    let svg = br#"<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>"#;
    let answer = call(&default_app(), post("/info", Form::new().file("image", svg).bytes())).await;
    let info: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(info, serde_json::json!({"format": "image/svg+xml"}));
}

/// A GIF of two frames of one pixel each.
const MOVING: &[u8] = b"GIF89a\x01\0\x01\0\x80\0\0\xFF\xFF\xFF\0\0\0\
    !\xF9\x04\0\x0A\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0\
    !\xF9\x04\0\x0A\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02L\x01\0;";

#[tokio::test]
async fn picture_stands_still_where_it_must() {
    let app = default_app();
    for form in [
        form(MOVING, "[]", "image/webp").text("anim", "false"),
        form(MOVING, "[]", "image/png").text("anim", "true"),
        form(&png(4, 4), "[]", "image/webp").text("anim", "true"),
    ] {
        let still = transform(&app, form).await;
        assert_eq!(still.status, StatusCode::OK, "{}", still.text());
    }
}
