//! Bodies as they arrive: cut anywhere, in any order, broken off.

use std::convert::Infallible;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use bytes::Bytes;
use http_body::Frame;
use palmette_protocol::Code;

use crate::support::{Form, call, default_app, form, png, post, transform, watermark_form};

/// A body of one-byte chunks.
struct Drops(std::vec::IntoIter<u8>);

impl http_body::Body for Drops {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        std::task::Poll::Ready(self.0.next().map(|byte| Ok(Frame::data(Bytes::copy_from_slice(&[byte])))))
    }
}

#[tokio::test]
async fn forms_in_single_bytes_give_the_same_picture() {
    let app = default_app();
    let whole = transform(&app, watermark_form()).await;
    assert_eq!(whole.status, StatusCode::OK, "{}", whole.text());
    let body = Body::new(Drops(watermark_form().bytes().into_iter()));
    let drops = call(&app, post("/transform", body)).await;
    assert_eq!(drops.body, whole.body);
}

#[tokio::test]
async fn forms_without_closing_boundary_are_refused() {
    let app = default_app();
    for path in ["/transform", "/info"] {
        let body = if path == "/info" { Form::new().file("image", &png(4, 4)) } else { watermark_form() };
        let answer = call(&app, post(path, body.unclosed())).await;
        assert_eq!((answer.code(), answer.status.as_u16()), (Code::BadForm.number(), 400), "{}", answer.text());
    }
}

#[tokio::test]
async fn forms_may_have_their_fields_first() {
    let app = default_app();
    let form = Form::new()
        .text("output_format", "rgba")
        .text("transforms", r#"[{"imageIndex":0,"rotate":90}]"#)
        .file("image", &png(4, 2));
    let answer = transform(&app, form).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    assert_eq!((answer.header("image-width"), answer.header("image-height")), ("2", "4"));
}

#[tokio::test]
async fn forms_of_other_types_are_refused() {
    let app = default_app();
    for content_type in
        ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "multipart/mixed; boundary=x"]
    {
        let request = Request::post("/transform").header("content-type", content_type);
        let answer = call(&app, request.body(Body::from(watermark_form().bytes())).unwrap()).await;
        assert_eq!(answer.code(), Code::BadForm.number(), "`{content_type}`: {}", answer.text());
    }
    let answer = call(&app, Request::post("/transform").body(Body::empty()).unwrap()).await;
    assert_eq!(answer.code(), Code::BadForm.number());
}

#[tokio::test]
async fn forms_that_ask_for_what_is_not_built_are_refused() {
    let app = default_app();
    for (list, option) in [
        (r#"[{"imageIndex":0,"segment":"foreground"}]"#, "segment"),
        (r#"[{"imageIndex":0,"width":2,"height":2,"fit":"cover","gravity":"face"}]"#, "gravity"),
        (r#"[{"imageIndex":0,"upscale":"generate"}]"#, "upscale"),
    ] {
        let answer = transform(&app, form(&png(4, 4), list, "image/png")).await;
        assert_eq!(answer.code(), Code::InvalidOption.number());
        assert!(answer.text().contains(option), "{}", answer.text());
    }
}
