//! Every code of the protocol is reached through HTTP, with its status, its header and a text that says what was wrong.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use palmette_protocol::Code;
use palmette_server::config::MaxBytes;
use palmette_server::{Config, app};

use crate::engines::{Fragile, Gated};
use crate::support::{Answer, Form, app_with, call, form, get, pipeline, png, post, transform};

/// One way to fail.
struct Case {
    code: Code,
    status: u16,
    /// What the text must name.
    names: &'static [&'static str],
    config: fn(&mut Config),
    request: fn() -> (&'static str, Form),
}

const fn unchanged(_: &mut Config) {}

fn with_list(list: &str) -> (&'static str, Form) {
    ("/transform", form(&png(4, 4), list, "image/png"))
}

fn with_image(image: &[u8]) -> (&'static str, Form) {
    ("/transform", form(image, "[]", "image/png"))
}

const CASES: &[Case] = &[
    Case {
        code: Code::InvalidOption,
        status: 400,
        names: &["transform 1 of the canvas", "widht"],
        config: unchanged,
        request: || with_list(r#"[{"imageIndex":0,"widht":5}]"#),
    },
    Case {
        code: Code::InvalidOption,
        status: 400,
        names: &["draw 1 on the canvas"],
        config: unchanged,
        request: || with_list(r#"[{"imageIndex":0},{"drawImageIndex":1,"targetImageIndex":0}]"#),
    },
    Case {
        code: Code::FontFailed,
        status: 502,
        names: &["the canvas", "font \"sans.ttf\""],
        config: unchanged,
        request: || {
            let text = r#"{"text":"hello","font":{"url":"sans.ttf"}}"#;
            let form = Form::new().text("text_input", text).text("transforms", "[]").text("output_format", "image/png");
            ("/transform", form)
        },
    },
    Case {
        code: Code::InvalidOption,
        status: 400,
        names: &["surprise"],
        config: unchanged,
        request: || ("/transform", form(&png(4, 4), "[]", "image/png").text("surprise", "1")),
    },
    Case {
        code: Code::InvalidOption,
        status: 400,
        names: &["2"],
        config: |config| config.limits.request.tree.max_steps = 2,
        request: || with_list(r#"[{"imageIndex":0},{"imageIndex":0},{"imageIndex":0}]"#),
    },
    Case {
        code: Code::InvalidOption,
        status: 400,
        names: &["1"],
        config: |config| config.limits.request.tree.max_sources = 1,
        request: || ("/transform", form(&png(4, 4), "[]", "image/png").file("draw_image", &png(1, 1))),
    },
    Case {
        code: Code::InvalidOption,
        status: 400,
        names: &["draw 1 on the canvas", "level 2"],
        config: |config| config.limits.request.tree.max_depth = 1,
        request: || {
            let list = r#"[{"drawImageIndex":1,"targetImageIndex":0}]"#;
            ("/transform", form(&png(4, 4), list, "image/png").file("draw_image", &png(1, 1)))
        },
    },
    Case {
        code: Code::SourceTooLarge,
        status: 413,
        names: &["image", "50"],
        config: |config| config.limits.request.max_source_bytes = 50,
        request: || with_image(&png(40, 40)),
    },
    Case {
        code: Code::SourceTooLarge,
        status: 413,
        names: &["200"],
        config: |config| config.limits.form.max_form_bytes = 200,
        request: || with_image(&png(40, 40)),
    },
    Case {
        code: Code::NotAPicture,
        status: 415,
        names: &["the canvas"],
        config: unchanged,
        request: || with_image(b"hello, I am no picture"),
    },
    Case {
        code: Code::NotAPicture,
        status: 415,
        names: &["the canvas", "svg"],
        config: unchanged,
        request: || with_image(br#"<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>"#),
    },
    Case {
        code: Code::NotAPicture,
        status: 415,
        names: &["the canvas"],
        config: unchanged,
        request: || ("/info", Form::new().file("image", b"hello, I am no picture")),
    },
    Case {
        code: Code::DimensionsTooLarge,
        status: 413,
        names: &["the canvas", "9×4", "8"],
        config: |config| config.limits.pixels.max_side_px = 8,
        request: || with_image(&png(9, 4)),
    },
    Case {
        code: Code::DimensionsTooLarge,
        status: 413,
        names: &["transform 1 of the canvas", "12000"],
        config: unchanged,
        request: || with_list(r#"[{"imageIndex":0,"width":12001,"fit":"contain"}]"#),
    },
    Case {
        code: Code::DimensionsTooLarge,
        status: 413,
        names: &["1000"],
        config: |config| config.admission.max_pixel_bytes = MaxBytes::Exactly(1000),
        request: || with_image(&png(40, 40)),
    },
    Case {
        code: Code::BadForm,
        status: 400,
        names: &["image"],
        config: unchanged,
        request: || ("/transform", Form::new().text("transforms", "[]").text("output_format", "image/png")),
    },
    Case {
        code: Code::BadForm,
        status: 400,
        names: &["output_format"],
        config: unchanged,
        request: || ("/transform", form(&png(1, 1), "[]", "image/png").text("output_format", "image/png")),
    },
    Case {
        code: Code::Damaged,
        status: 422,
        names: &["the canvas", "image/png"],
        config: unchanged,
        request: || {
            let whole = png(64, 64);
            with_image(&whole[..whole.len() / 2])
        },
    },
    // WebP holds no side above 16,383 pixels, which only shows when it is written.
    Case {
        code: Code::Damaged,
        status: 500,
        names: &["output", "image/webp"],
        config: |config| config.limits.pixels.max_side_px = 20_000,
        request: || ("/transform", form(&png(17_000, 1), "[]", "image/webp")),
    },
    Case {
        code: Code::UnsupportedFormat,
        status: 415,
        names: &["the canvas"],
        config: unchanged,
        request: || with_image(b"8BPS\0\x01\0\0\0\0\0\0\0\0\0\0"),
    },
    Case {
        code: Code::BadForm,
        status: 400,
        names: &["image/tiff"],
        config: unchanged,
        request: || ("/transform", form(&png(4, 4), "[]", "image/tiff")),
    },
];

fn assert_failure(answer: &Answer, code: Code, status: u16, names: &[&str]) {
    let text = answer.text();
    assert_eq!((answer.code(), answer.status.as_u16()), (code.number(), status), "{text}");
    for name in names {
        assert!(text.contains(name), "`{name}` is not in: {text}");
    }
    assert!(!text.contains('\n'), "one line: {text}");
}

#[tokio::test]
async fn codes_of_requests() {
    for case in CASES {
        let mut config = Config::default();
        (case.config)(&mut config);
        let (path, form) = (case.request)();
        let answer = call(&app_with(config), post(path, form.bytes())).await;
        assert_failure(&answer, case.code, case.status, case.names);
    }
}

#[tokio::test]
async fn codes_cover_the_protocol() {
    let elsewhere = [
        Code::Busy,     // below
        Code::Internal, // below
        Code::TimedOut, // below
        Code::Reused,   // never sent by a server
        // Of hosted pictures, in `hosted`.
        Code::HostedRequest,
        Code::HostedAccount,
        Code::HostedMissing,
        Code::HostedExists,
        Code::HostedExpired,
        Code::HostedFull,
        Code::HostedType,
        Code::DeliveryAccount,
        Code::NotFlexible,
        Code::DeliveryMissing,
        Code::NotAuthenticated,
        // Of image URLs, in `image_url`.
        Code::Loop,
        Code::SourceNotFound,
        Code::BadSource,
        Code::SourceNameUnknown,
        Code::SourceDenied,
        Code::SourceBroken,
        Code::BadRedirect,
        Code::TooManyRedirects,
        Code::AccessDenied,
        Code::SourceTimedOut,
        Code::NotFetched,
        Code::SourceFailed,
        Code::SourceUnreachable,
        Code::SourceRefused,
    ];
    for code in Code::ALL {
        assert!(elsewhere.contains(&code) || CASES.iter().any(|case| case.code == code), "{code} is not reached");
    }
}

fn one_worker(config: &mut Config, max_queued: usize) {
    config.admission.workers = palmette_server::config::Workers::Exactly(std::num::NonZeroUsize::MIN);
    config.admission.max_queued = max_queued;
}

#[tokio::test]
async fn codes_busy_comes_at_once_and_says_when_to_come_back() {
    let mut config = Config::default();
    one_worker(&mut config, 0);
    let (engine, gate) = Gated::new();
    let app = app(config.clone(), pipeline(&config, engine)).unwrap();
    let running = tokio::spawn({
        let app = app.clone();
        async move { transform(&app, form(&png(4, 4), "[]", "image/png")).await }
    });
    gate.begun().await;
    let refused = transform(&app, form(&png(4, 4), "[]", "image/png")).await;
    assert_failure(&refused, Code::Busy, 503, &["busy"]);
    assert_eq!(refused.header("retry-after"), "1", "nothing is known yet of how long requests take");
    gate.open();
    assert_eq!(running.await.unwrap().status, StatusCode::OK);
}

#[tokio::test]
async fn codes_busy_when_bodies_take_too_much_memory() {
    let mut config = Config::default();
    config.admission.max_body_bytes = MaxBytes::Exactly(100);
    let app = app_with(config);
    let refused = transform(&app, form(&png(40, 40), "[]", "image/png")).await;
    assert_failure(&refused, Code::Busy, 503, &["100"]);
    assert_eq!(refused.header("retry-after"), "1");
    let metrics = get(&app, "/metrics").await.text();
    assert!(metrics.contains("palmette_body_bytes 0"), "what was counted was given back: {metrics}");
}

#[tokio::test]
async fn codes_panic_in_a_worker_is_ours_and_the_server_goes_on() {
    let config = Config::default();
    let app: Router = app(config.clone(), pipeline(&config, Arc::new(Fragile))).unwrap();
    for _ in 0..10 {
        let answer = transform(&app, form(&png(1, 4), "[]", "image/png")).await;
        // The Images binding shows no headers, so the text has the id, too.
        let id = answer.header("x-request-id");
        assert!(!id.is_empty());
        assert_failure(&answer, Code::Internal, 500, &[&format!("request.id {id}")]);
        assert!(!answer.text().contains("secret"), "the log has it, the client does not");
    }
    assert_eq!(transform(&app, form(&png(2, 4), "[]", "image/png")).await.status, StatusCode::OK);
    let metrics = get(&app, "/metrics").await.text();
    assert!(metrics.contains("palmette_pixel_bytes 0"), "memory of those who panicked is free again");
}

#[tokio::test]
async fn codes_deadline_of_work() {
    let mut config = Config::default();
    config.limits.timeout = Duration::from_millis(50);
    let (engine, _gate) = Gated::new();
    let app = app(config.clone(), pipeline(&config, engine)).unwrap();
    let answer = transform(&app, form(&png(4, 4), "[]", "image/png")).await;
    assert_failure(&answer, Code::TimedOut, 504, &["50 ms"]);
}
