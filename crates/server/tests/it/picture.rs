//! What a successful answer is made of.

use std::num::NonZeroU32;

use axum::http::StatusCode;
use palmette::codec::{DecodeOptions, EncodeFormat, Frame, OnDamage, animation, decode};
use palmette::core::Size;
use palmette_protocol::Code;
use palmette_server::Config;

use crate::support::{
    Form, app_with, call, default_app, form, get, moving, pixmap, png, post, transform, watermark_form,
};

#[tokio::test]
async fn picture_of_every_format_comes_with_its_type() {
    let app = default_app();
    for (format, content_type) in [
        ("image/jpeg", "image/jpeg"),
        ("image/png", "image/png"),
        ("image/gif", "image/gif"),
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
            assert_eq!(decode(&answer.body, &DecodeOptions::default()).unwrap().pixmap.width(), 40);
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

#[tokio::test]
async fn picture_that_moves_keeps_frames_delays_and_loops() {
    let list = r#"[{"imageIndex":0,"width":20},{"drawImageIndex":1,"targetImageIndex":0,"left":0,"top":0}]"#;
    for format in ["image/webp", "image/gif"] {
        let form = form(&moving(EncodeFormat::Gif, 30), list, format)
            .file("draw_image", &png(4, 4))
            .text("output_quality", "100");
        let answer = transform(&default_app(), form).await;
        assert_eq!((answer.status, answer.header("content-type")), (StatusCode::OK, format), "{}", answer.text());

        let frames = animation(&answer.body, &DecodeOptions::default()).unwrap();
        assert_eq!((frames.size(), frames.frame_count(), frames.plays()), (Size::new(20, 15), 30, NonZeroU32::new(2)));
        for (index, frame) in (0_u32..).zip(frames) {
            let Frame { pixmap, delay_ms } = frame.unwrap();
            assert_eq!(delay_ms, 30 + 10 * index);
            let is_lit = |x| pixmap.pixel(x, 12)[1] > 128;
            // The bar is 4 wide now, and moves half a pixel a frame.
            assert!(is_lit(index / 2 + 1) && is_lit(index / 2 + 2), "frame {index}");
            assert!(!is_lit((index / 2 + 10) % 20), "frame {index}");
            assert_eq!(pixmap.pixel(0, 0), [0, 0, 0, 255], "the overlay does not move");
        }
    }
}

#[tokio::test]
async fn picture_that_moves_is_limited_in_all() {
    let mut config = Config::default();
    config.limits.pixels.max_animation_area_px = 10_000;
    let answer = transform(&app_with(config), form(&moving(EncodeFormat::Gif, 9), "[]", "image/webp")).await;
    assert_eq!(answer.code(), Code::DimensionsTooLarge.number());
    for word in ["the canvas", "9 frames", "40×30", "10000"] {
        assert!(answer.text().contains(word), "{}", answer.text());
    }
}

#[tokio::test]
async fn picture_stands_still_where_it_must() {
    let app = default_app();
    for form in [
        form(&moving(EncodeFormat::Gif, 3), "[]", "image/webp").text("anim", "false"),
        form(&moving(EncodeFormat::Gif, 3), "[]", "image/png").text("anim", "true"),
        form(&png(4, 4), "[]", "image/webp").text("anim", "true"),
    ] {
        let still = transform(&app, form).await;
        assert_eq!(still.status, StatusCode::OK, "{}", still.text());
        assert_eq!(animation(&still.body, &DecodeOptions::default()).unwrap().frame_count(), 1);
    }
}

#[tokio::test]
async fn picture_that_is_damaged_is_shown_only_where_the_operator_wants_it() {
    let whole = moving(EncodeFormat::Gif, 3);
    let mut damaged = whole.clone();
    let end = damaged.len() - 2;
    damaged[end - 4..end].fill(255);
    let request = || form(&damaged, "[]", "image/gif");
    let refused = transform(&default_app(), request()).await;
    assert_eq!((refused.status.as_u16(), refused.code()), (422, 9516), "{}", refused.text());

    let mut config = Config::default();
    config.limits.on_damage = OnDamage::Show;
    let app = app_with(config);
    let shown = transform(&app, request()).await;
    assert_eq!(shown.status, StatusCode::OK, "{}", shown.text());
    assert!(shown.header("palmette-damaged").starts_with("the canvas: "), "{:?}", shown.headers);
    let whole = transform(&app, form(&whole, "[]", "image/gif")).await;
    assert!(!whole.headers.contains_key("palmette-damaged"), "{:?}", whole.headers);
    assert!(get(&app, "/metrics").await.text().contains("palmette_damaged_total 1\n"));
}
