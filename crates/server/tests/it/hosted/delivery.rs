//! Delivery: variants and options by their pixels, formats by who asks, headers, and signatures.

use std::io::Write;
use std::process::{Command, Stdio};

use palmette::codec::{Format, probe};

use super::*;
use crate::support::transform;

async fn ask(service: &Service, url: &str, headers: &[(&str, &str)]) -> Answer {
    let request =
        headers.iter().fold(Request::get(path_of(url)), |request, (name, value)| request.header(*name, *value));
    call(&service.app, request.body(Body::empty()).unwrap()).await
}

fn size(answer: &Answer) -> (Format, u32, u32) {
    let probe = probe(&answer.body).unwrap_or_else(|error| panic!("{error}: {}", answer.text()));
    assert_eq!(answer.header("content-type"), probe.format.mime());
    (probe.format, probe.size.width, probe.size.height)
}

fn code(answer: &Answer) -> &str {
    answer.header("cf-resized").strip_prefix("err=").unwrap_or_default()
}

/// Makes a URL of a picture with another variant.
fn with_variant(image: &Value, variant: &str) -> String {
    let public = texts(&image["variants"])[0];
    format!("{}/{variant}", public.rsplit_once('/').unwrap().0)
}

#[tokio::test]
async fn delivery_applies_variants() {
    let service = Service::new();
    let options = json!({"fit": "cover", "width": 16, "height": 16, "metadata": "none"});
    service.ask(Method::POST, "v1/variants", json!({"id": "thumb", "options": options})).await;
    let image = service.upload(picture().text("id", "cats/tom 100%")).await;
    let thumb = ask(&service, &with_variant(&image, "thumb"), &[]).await;
    assert_eq!(size(&thumb), (Format::Png, 16, 16));
    let form =
        crate::support::form(&png(40, 30), r#"[{"imageIndex":0,"fit":"cover","width":16,"height":16}]"#, "image/png");
    assert_eq!(thumb.body, transform(&service.app, form).await.body, "the pixels of a form");
    assert_eq!(size(&ask(&service, &with_variant(&image, "public"), &[]).await), (Format::Png, 40, 30), "never larger");

    let webp = ask(&service, &with_variant(&image, "thumb"), &[("accept", "image/webp,*/*")]).await;
    assert_eq!((size(&webp), webp.header("vary")), ((Format::Webp, 16, 16), "accept"));
    let avif = ask(&service, &with_variant(&image, "thumb"), &[("accept", "image/avif,image/webp")]).await;
    assert_eq!(size(&avif).0, Format::Avif);

    assert_eq!(thumb.header("cache-control"), "public, max-age=172800, stale-while-revalidate=7200");
    assert!(thumb.header("cf-resized").starts_with("internal=ok/m"), "{}", thumb.header("cf-resized"));
    assert_eq!(thumb.header("x-content-type-options"), "nosniff");
    let etag = thumb.header("etag");
    assert!(etag.starts_with("\"cf-"), "{etag}");
    let known = ask(&service, &with_variant(&image, "thumb"), &[("if-none-match", etag)]).await;
    assert_eq!((known.status, known.body.len()), (StatusCode::NOT_MODIFIED, 0));
    service.ask(Method::PATCH, "v1/config", json!({"browser_ttl": 3600})).await;
    let shorter = ask(&service, &with_variant(&image, "thumb"), &[]).await;
    assert_eq!(shorter.header("cache-control"), "public, max-age=3600, stale-while-revalidate=7200");

    let svg = br#"<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>alert(1)</script><rect width="5" height="5"/></svg>"#;
    let svg = service.upload(Form::new().file("file", svg)).await;
    let shown = ask(&service, &with_variant(&svg, "thumb"), &[]).await;
    assert_eq!(shown.header("content-type"), "image/svg+xml");
    assert!(shown.text().contains("<rect") && !shown.text().contains("alert"), "it is cleaned");

    for (url, expected) in [
        (with_variant(&image, "none"), "9431"),
        (with_variant(&image, "thumb").replace("tom", "tim"), "9431"),
        (with_variant(&image, "w=5"), "9429"),
        ("/cdn-cgi/imagedelivery/other/cats/tom/public".to_owned(), "9427"),
        ("/cdn-cgi/imagedelivery/other".to_owned(), "9431"),
    ] {
        let answer = ask(&service, &url, &[]).await;
        assert_eq!(code(&answer), expected, "{url}: {}", answer.text());
        assert!(answer.text().starts_with(&format!("ERROR {expected}: ")), "{}", answer.text());
    }
}

#[tokio::test]
async fn delivery_takes_options_where_they_are_allowed() {
    let service = Service::new();
    service.ask(Method::PATCH, "v1/config", json!({"flexible_variants": true})).await;
    let image = service.upload(picture()).await;
    let answer = ask(&service, &with_variant(&image, "w=10,h=10,fit=pad,background=%23ff0000"), &[]).await;
    assert_eq!(size(&answer), (Format::Png, 10, 10));
    let list = r##"[{"imageIndex":0,"width":10,"height":10,"fit":"pad","background":"#ff0000"}]"##;
    let form = crate::support::form(&png(40, 30), list, "image/png");
    assert_eq!(answer.body, transform(&service.app, form).await.body, "the pixels of a form");
    let webp = ask(&service, &with_variant(&image, "w=20"), &[("accept", "image/webp")]).await;
    assert_eq!(size(&webp), (Format::Webp, 20, 15), "the format is negotiated");
    let jpeg = ask(&service, &with_variant(&image, "w=20,f=jpeg"), &[("accept", "image/webp")]).await;
    assert_eq!(size(&jpeg), (Format::Jpeg, 20, 15));
    let json: Value =
        serde_json::from_slice(&ask(&service, &with_variant(&image, "w=20,f=json"), &[]).await.body).unwrap();
    assert_eq!((&json["width"], &json["original"]["width"]), (&json!(20), &json!(40)));
    assert_eq!(code(&ask(&service, &with_variant(&image, "widht=20"), &[]).await), "9401");
    let redirect = ask(&service, &with_variant(&image, "w=0,onerror=redirect"), &[]).await;
    assert_ne!(redirect.status, StatusCode::FOUND, "there is nothing to send to");

    let private = service.upload(picture().text("requireSignedURLs", "true")).await;
    assert_eq!(code(&ask(&service, &with_variant(&private, "w=5"), &[]).await), "9429");
}

#[tokio::test]
async fn delivery_asks_for_signatures() {
    let service = Service::new();
    let options = json!({"fit": "cover", "width": 4, "height": 4, "metadata": "none"});
    let open = json!({"id": "open", "options": options, "neverRequireSignedURLs": true});
    service.ask(Method::POST, "v1/variants", open).await;
    let image = service.upload(picture().text("requireSignedURLs", "true")).await;
    let id = image["id"].as_str().unwrap();
    let plain = with_variant(&image, "public");
    assert_eq!(code(&ask(&service, &plain, &[]).await), "9425");
    assert_eq!(ask(&service, &with_variant(&image, "open"), &[]).await.status, StatusCode::OK);

    let signed = async |body: Value| {
        let result = service.ask(Method::POST, &format!("v1/{id}/signed_url"), body).await;
        result["url"].as_str().unwrap().to_owned()
    };
    let for_ever = signed(json!({"variant": "public"})).await;
    let shown = ask(&service, &for_ever, &[]).await;
    assert_eq!((shown.status, shown.header("cache-control").contains("172800")), (StatusCode::OK, true));
    let for_a_minute = signed(json!({"variant": "public", "expiresIn": 60})).await;
    let shown = ask(&service, &for_a_minute, &[]).await;
    assert_eq!(shown.status, StatusCode::OK);
    let max_age: u64 = shown.header("cache-control").strip_prefix("public, max-age=").unwrap().parse().unwrap();
    assert!((50..=60).contains(&max_age), "no longer than the URL holds");

    // Another implementation of HMAC makes the same signature, of the whole path, or of what stands for it on the host of the real service.
    let keys = service.ask(Method::GET, "v1/keys", Value::Null).await;
    let key = keys["keys"][0]["value"].as_str().unwrap();
    let path = path_of(&plain);
    let short = path.strip_prefix("/cdn-cgi/imagedelivery").unwrap();
    assert_eq!(path_of(&for_ever), format!("{path}?sig={}", openssl(key, path)));
    let later = "exp=4102444800";
    for query in [
        format!("sig={}", openssl(key, short)),
        format!("{later}&sig={}", openssl(key, &format!("{path}?{later}"))),
        format!("{later}&sig={}", openssl(key, &format!("{short}?{later}"))),
    ] {
        assert_eq!(ask(&service, &format!("{path}?{query}"), &[]).await.status, StatusCode::OK, "{query}");
    }
    let sig = openssl(key, path);
    let over = format!("exp=1000&sig={}", openssl(key, &format!("{path}?exp=1000")));
    for (path, query) in [
        (path, format!("sig={}", openssl("another key", path))),
        (path, format!("{later}&sig={sig}")),
        (path, over),
        (path, "sig=".to_owned()),
        (&*path.replace("/public", "/thumb"), format!("sig={sig}")),
    ] {
        let code = code(&ask(&service, &format!("{path}?{query}"), &[]).await).to_owned();
        assert!(["9425", "9431"].contains(&code.as_str()), "{path}?{query}: {code}");
    }

    service.ask(Method::PUT, "v1/keys/second", Value::Null).await;
    let by_second = signed(json!({"variant": "public", "keyName": "second"})).await;
    for url in [&by_second, &for_ever] {
        assert_eq!(ask(&service, url, &[]).await.status, StatusCode::OK, "either key will do");
    }
    assert_eq!(signed(json!({"variant": "public"})).await, for_ever, "by the key `default`, if none is named");
    service.ask(Method::PUT, "v1/keys/default", Value::Null).await;
    assert_eq!(code(&ask(&service, &for_ever, &[]).await), "9425", "its key was replaced");
    assert_eq!(ask(&service, &by_second, &[]).await.status, StatusCode::OK);

    for body in [
        json!({}),
        json!({"variant": "none"}),
        json!({"variant": "w=5"}),
        json!({"variant": "public", "expiresIn": 0}),
        json!({"variant": "public", "expiresIn": -5}),
        json!({"variant": "public", "expiresIn": 18_446_744_073_709_551_615_u64}),
    ] {
        let refused = service.refused(Method::POST, &format!("v1/{id}/signed_url"), body.clone()).await;
        assert_eq!((refused.0, refused.1), (400, 5400), "{body}");
    }
    let body = json!({"variant": "public", "keyName": "third"});
    assert_eq!(service.refused(Method::POST, &format!("v1/{id}/signed_url"), body).await.1, 5404);
    let none = service.refused(Method::POST, "v1/none/signed_url", json!({"variant": "public"})).await;
    assert_eq!(none.1, 5404);
}

/// Signs a text by the command `openssl`.
fn openssl(key: &str, text: &str) -> String {
    let mut command = Command::new("openssl");
    command.args(["dgst", "-sha256", "-hmac", key]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().expect("openssl is there, as Debian and macOS have it");
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    text.trim().rsplit(' ').next().unwrap().to_owned()
}
