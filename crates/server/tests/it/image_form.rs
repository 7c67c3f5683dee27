//! Image URLs and `cf.image` whose source comes in the request: what an image URL answers, and pictures drawn on it.

use axum::Router;
use axum::http::StatusCode;
use palmette::codec::{EncodeFormat, EncodeOptions, Format, encode, probe};
use palmette_protocol::url::{ImageOptions, Strictness, url_options};
use palmette_server::Config;
use palmette_server::config::{OptionSets, SigningKeys, UrlAccess};
use serde_json::{Value, json};

use crate::support::{Answer, Form, app_with, call, default_app, form, get, pixmap, png, post, transform};

/// What requests for sources carry.
const VIA: &str = "1.1 palmette, 1.1 image-resizing";

/// Asks with headers of the one who asked first.
async fn ask(app: &Router, form: Form, headers: &[(&'static str, &str)]) -> Answer {
    let mut request = post("/cdn-cgi/image", form.bytes());
    for (name, value) in headers {
        request.headers_mut().insert(*name, value.parse().unwrap());
    }
    call(app, request).await
}

/// Asks as a Worker does.
async fn cf_image(app: &Router, options: &Value, pictures: &[&[u8]]) -> Answer {
    let form = Form::new().text("options", &options.to_string()).file("image", &png(40, 30));
    let form = pictures.iter().fold(form, |form, picture| form.file("draw_image", picture));
    ask(app, form, &[]).await
}

/// Asks as a page does.
fn url(path: &str) -> Form {
    Form::new().text("url", &format!("http://localhost:8787{path}"))
}

fn code(answer: &Answer) -> (u16, u16) {
    assert_eq!(answer.header("cf-images-binding"), "");
    let number = answer.header("cf-resized").strip_prefix("err=").map_or(0, |number| number.parse().unwrap());
    (number, answer.status.as_u16())
}

#[tokio::test]
async fn image_forms_make_what_the_form_of_the_binding_makes() {
    let app = default_app();
    let (canvas, mark) = (png(40, 30), png(20, 10));
    for (options, list, count) in [
        (json!({ "width": 20, "format": "png" }), r#"[{"imageIndex":0,"width":20}]"#, 0),
        (
            json!({ "width": 10, "dpr": 2, "border": { "color": "gold", "width": 1 } }),
            r#"[{"imageIndex":0,"width":20,"border":{"color":"gold","width":2}}]"#,
            0,
        ),
        (
            json!({ "width": 20, "draw": [
                { "url": "https://a.example/b.png", "width": 0.5, "rotate": 180, "bottom": 1, "right": 2, "opacity": 0.5 },
                { "url": "https://a.example/c.png", "height": 4, "repeat": true, "composite": "atop" },
            ] }),
            r#"[{"imageIndex":0,"width":20},
                {"imageIndex":1,"rotate":180,"width":10},{"drawImageIndex":1,"targetImageIndex":0,"bottom":1,"right":2,"opacity":0.5},
                {"imageIndex":2,"height":4},{"drawImageIndex":2,"targetImageIndex":0,"repeat":true,"composite":"atop"}]"#,
            2,
        ),
    ] {
        let by_options = cf_image(&app, &options, &vec![&mark[..]; count]).await;
        assert_eq!((by_options.status, code(&by_options).0), (StatusCode::OK, 0), "{options}: {}", by_options.text());
        assert!(by_options.header("cf-resized").starts_with("internal=ok/m q="));
        assert_eq!(by_options.header("x-content-type-options"), "nosniff");
        let plain = form(&canvas, list, "image/png");
        let by_list = transform(&app, (0..count).fold(plain, |form, _| form.file("draw_image", &mark))).await;
        assert_eq!(by_list.status, StatusCode::OK, "{}", by_list.text());
        assert!(by_options.body == by_list.body, "{options}");
    }
}

#[tokio::test]
async fn image_forms_take_every_option_of_urls() {
    let folder = tempfile::tempdir().unwrap();
    let picture = png(40, 30);
    std::fs::write(folder.path().join("a.png"), &picture).unwrap();
    let mut config = Config::default();
    config.url.origins = vec![folder.path().to_str().unwrap().parse().unwrap()];
    let app = app_with(config);
    let mut count = 0;
    for example in url_options().iter().flat_map(|option| option.examples) {
        let object = ImageOptions::parse(example, Strictness::Strict).unwrap().0.to_object();
        let by_options = cf_image(&app, &object.clone().into(), &[]).await;
        if ["onerror=redirect", "format=auto"].contains(example) {
            assert_eq!(code(&by_options), (9401, 400), "{example}");
            continue;
        }
        let by_url = get(&app, &format!("/cdn-cgi/image/{example}/a.png")).await;
        assert_eq!(code(&by_options), code(&by_url), "{example}");
        assert!(by_options.body == by_url.body, "{example}: {}", by_options.text());
        count += 1;
    }
    assert!(count > 30, "{count}");
}

#[tokio::test]
async fn image_forms_answer_a_url_as_if_it_had_been_fetched() {
    let app = default_app();
    let photo = encode(pixmap(60, 40), &EncodeOptions::new(EncodeFormat::Jpeg)).unwrap().bytes;
    let headers = r#"{"etag":"\"abc\"","last-modified":"Fri, 27 Nov 2026 10:00:00 GMT","cache-control":"no-cache"}"#;
    let form =
        || url("/cdn-cgi/image/w=20,fit=cover,f=auto/photo.jpg").file("image", &photo).text("source_headers", headers);
    let answer = ask(&app, form(), &[("accept", "image/webp")]).await;
    assert_eq!(probe(&answer.body).unwrap().format, Format::Webp);
    assert_eq!((answer.header("vary"), answer.header("cache-control")), ("accept", "no-cache"));
    assert_eq!(answer.header("last-modified"), "Fri, 27 Nov 2026 10:00:00 GMT");
    assert_eq!(answer.header("warning"), "cf-images 299 \"cover fit mode needs both width and height\"");
    let etag = answer.header("etag");
    assert!(etag.ends_with(":abc\""), "{etag}");
    let again = ask(&app, form(), &[("accept", "image/webp"), ("if-none-match", etag)]).await;
    assert_eq!((again.status, again.body.len()), (StatusCode::NOT_MODIFIED, 0));
    // The tag is of what is drawn, too.
    let drawn = |picture: &[u8]| {
        let options = json!({ "draw": [{ "url": "https://a.example/b.png" }] });
        Form::new().text("options", &options.to_string()).file("image", &photo).file("draw_image", picture)
    };
    let [one, other] = [ask(&app, drawn(&png(3, 3)), &[]).await, ask(&app, drawn(&png(4, 3)), &[]).await];
    assert_ne!(one.header("etag"), other.header("etag"));
}

#[tokio::test]
async fn image_forms_tell_sizes_and_leave_svgs() {
    let app = default_app();
    let answer = cf_image(&app, &json!({ "width": 20, "format": "json" }), &[]).await;
    assert_eq!(answer.header("content-type"), "application/json");
    let told: Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!((&told["width"], &told["original"]["width"]), (&json!(20), &json!(40)));
    let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script><rect/></svg>";
    let answer = ask(&app, Form::new().text("options", "{}").file("image", svg.as_bytes()), &[]).await;
    assert_eq!(answer.header("content-type"), "image/svg+xml");
    assert!(answer.text().contains("<rect") && !answer.text().contains("alert"), "{}", answer.text());
}

#[tokio::test]
async fn image_forms_say_why_there_is_no_source() {
    let app = default_app();
    for (failed, expected, text) in [
        (r#"{"cause":{"status":404}}"#, (9404, 404), "ERROR 9404: the source: its server answered with status 404"),
        (r#"{"cause":{"status":403}}"#, (9408, 502), "status 403"),
        (r#"{"cause":{"status":408}}"#, (9408, 408), "status 408"),
        (r#"{"cause":{"status":500}}"#, (9509, 502), "status 500"),
        (r#"{"cause":{"status":508}}"#, (9403, 508), "status 508"),
        (r#"{"cause":{"reason":"connection refused"}}"#, (9505, 502), "could not be fetched: connection refused"),
        (r#"{"picture":0,"cause":{"status":404}}"#, (9404, 404), "draw 2 on the canvas: its server answered"),
    ] {
        let options = json!({ "draw": [
            { "text": "a", "font": { "url": "font:b" } },
            { "url": "https://a.example/b.png" },
        ] });
        let answer = ask(&app, Form::new().text("options", &options.to_string()).text("failed", failed), &[]).await;
        assert_eq!(code(&answer), expected, "{failed}: {}", answer.text());
        assert!(answer.text().contains(text), "{}", answer.text());
    }
    let redirect = |path: &str| url(path).text("failed", r#"{"cause":{"status":404}}"#);
    let answer = ask(&app, redirect("/cdn-cgi/image/w=5,onerror=redirect/a.jpg"), &[]).await;
    assert_eq!((answer.status.as_u16(), answer.header("location")), (302, "/a.jpg"));
    assert_eq!(answer.header("cf-resized"), "err=9404");
    let answer = ask(&app, redirect("/cdn-cgi/image/w=5,onerror=redirect/http://localhost:5173/a.jpg"), &[]).await;
    assert_eq!(answer.header("location"), "http://localhost:5173/a.jpg");
    let answer = ask(&app, redirect("/cdn-cgi/image/w=5,onerror=redirect/https://a.example/a.jpg"), &[]).await;
    assert_eq!(code(&answer), (9404, 404));
}

#[tokio::test]
async fn image_forms_say_what_to_fetch() {
    let app = default_app();
    let told = async |form: Form| {
        let answer = ask(&app, form, &[]).await;
        assert_eq!((answer.status, answer.header("content-type")), (StatusCode::OK, "application/json"));
        serde_json::from_slice::<Value>(&answer.body).unwrap()
    };
    assert_eq!(
        told(url("/cdn-cgi/image/w=5,background=rgb(1,2,3)/a%20b.jpg?v=1")).await,
        json!({ "source": "/a%20b.jpg?v=1", "draw": [], "sharesCredentials": false, "via": VIA })
    );
    let remote = told(url("/cdn-cgi/image/w=5/https:/a.example/b.jpg")).await;
    assert_eq!(remote["source"], "https://a.example/b.jpg");
    let (first, second) = ("https://a.example/b.png", "http://c.example/");
    let options = json!({
        "origin-auth": "share-publicly",
        "draw": [{ "url": first }, { "text": "a", "font": { "url": "font:b" } }, { "url": second }],
    });
    assert_eq!(
        told(Form::new().text("options", &options.to_string())).await,
        json!({ "source": null, "draw": [first, second], "sharesCredentials": true, "via": VIA })
    );
    for form in [url("/cdn-cgi/image/w=5/a.jpg"), Form::new().text("options", "{}").file("image", &png(4, 3))] {
        let answer = ask(&app, form, &[("via", &format!("1.0 fred, {VIA}"))]).await;
        assert_eq!(code(&answer), (9403, 508), "{}", answer.text());
    }
}

#[tokio::test]
async fn image_forms_are_refused() {
    let app = default_app();
    let image = png(4, 3);
    let options = |options: Value| Form::new().text("options", &options.to_string()).file("image", &image);
    let draw = |entry: Value| options(json!({ "draw": [entry] })).file("draw_image", &image);
    let mark = "https://a.example/b.png";
    for (form, expected, text) in [
        (options(json!({ "widht": 5 })), (9401, 400), "did you mean width?"),
        (options(json!({ "format": "auto" })), (9401, 400), "a Worker reads the header accept"),
        (options(json!({ "draw": [{ "url": mark }] })), (9432, 400), "draw names 1 pictures by URL, and 0 came"),
        (
            draw(json!({ "url": mark, "opacity": 2 })),
            (9401, 400),
            "draw 1 on the canvas: opacity must be 0 to 1, got 2",
        ),
        (draw(json!({ "url": mark, "left": 1, "right": 1 })), (9401, 400), "left and right cannot be used together"),
        (
            options(json!({ "trim": "border", "draw": [{ "url": mark, "width": 0.5 }] })).file("draw_image", &image),
            (9401, 400),
            "a fraction of the width or height needs a picture of a known size",
        ),
        (
            Form::new().text("options", "{}").file("image", b"no picture"),
            (9412, 415),
            "not an image in a supported format",
        ),
        (url("/cdn-cgi/image/w=5/cdn-cgi/image/w=6/a.jpg").file("image", &image), (9403, 508), "leads back"),
        (
            url("/cdn-cgi/image/w=5/http://b.example/cdn-cgi/image/w=6/a.jpg").file("image", &image),
            (9403, 508),
            "leads back",
        ),
        (url("/cdn-cgi/image/w=5/a.jpg").file("image", &image).file("draw_image", &image), (9432, 400), "0 pictures"),
        (url("/photos/a.jpg").file("image", &image), (9401, 400), "the URL must be /cdn-cgi/image/"),
        (Form::new().text("url", "a.jpg").file("image", &image), (9406, 403), "the source must be"),
        (url("/cdn-cgi/image/w=5/cdn-cgi/image/w=6/a.jpg"), (9403, 508), "leads back"),
        (Form::new().file("image", &image), (9432, 400), "either url or options must be sent"),
    ] {
        let answer = ask(&app, form, &[]).await;
        assert_eq!(code(&answer), expected, "{}", answer.text());
        assert!(answer.text().contains(text), "{} does not say: {text}", answer.text());
    }
}

#[tokio::test]
async fn image_forms_draw_fractions_of_what_is_beneath() {
    let app = default_app();
    let mark = png(20, 10);
    // Gravity looks at pixels, and leaves the size as it is.
    for more in [json!({}), json!({ "gravity": "auto" })] {
        let mut options = json!({
            "width": 20, "height": 20, "fit": "cover", "format": "json",
            "draw": [{ "url": "https://a.example/b.png", "width": 0.25 }],
        });
        options.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let answer = cf_image(&app, &options, &[&mark]).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    }
}

#[tokio::test]
async fn image_forms_need_a_token_and_nothing_else_of_urls() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        std::fs::write(folder.path().join(name), text).unwrap();
        folder.path().join(name)
    };
    let mut config = Config::default();
    config.url.access = UrlAccess::Signed;
    config.url.keys = SigningKeys::read(&file("keys", "0123456789abcdef\n")).unwrap();
    config.url.sets = Some(OptionSets::read(&file("sets", "width=5\n")).unwrap());
    let open = app_with(config.clone());
    let answer = ask(&open, url("/cdn-cgi/image/w=9/a.png").file("image", &png(40, 30)), &[]).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());

    config.server.token_files = vec![file("tokens", "secret-token-of-the-test\n")];
    let closed = app_with(config);
    let form = || Form::new().text("options", "{}").file("image", &png(4, 3));
    assert_eq!(ask(&closed, form(), &[]).await.status, StatusCode::UNAUTHORIZED);
    let bearer = [("authorization", "Bearer secret-token-of-the-test")];
    assert_eq!(ask(&closed, form(), &bearer).await.status, StatusCode::OK);
}
