//! What strangers try, and what several do at the same moment.

use palmette_server::config::MaxBytes;
use tower::ServiceExt;

use super::*;

/// Asks for a delivery URL.
async fn ask(service: &Service, method: Method, url: &str, headers: &[(&str, &str)]) -> Answer {
    let request = Request::builder().method(method).uri(path_of(url));
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    call(&service.app, request.body(Body::empty()).unwrap()).await
}

fn public(image: &Value) -> String {
    texts(&image["variants"])[0].to_owned()
}

#[tokio::test]
async fn hosted_ids_are_nothing_but_names() {
    let service = Service::new();
    for id in [
        "%2e%2e/x",
        "a%2Fb",
        "a\\..\\b",
        "<script>alert(1)</script>",
        "a?b#c;d=e&f",
        "keys/x",
        "variants/x",
        "a/signed_url",
        "a/blob/b",
        "w=5",
        "public",
        " ",
        "\u{202e}gnp.\u{200b}",
        "é",
        // The same to the eye, and another one.
        "e\u{301}",
    ] {
        let image = service.upload(picture().text("id", id)).await;
        assert_eq!(image["id"], json!(id));
        let escaped: String = id.bytes().map(|byte| format!("%{byte:02X}")).collect();
        assert_eq!(service.ask(Method::GET, &format!("v1/{escaped}"), Value::Null).await, image, "{id}");
        assert_eq!(get(&service.app, &format!("{API}/v1/{escaped}/blob")).await.body, png(40, 30), "{id}");
        assert_eq!(service.show(&public(&image)).await.status, StatusCode::OK, "{id}: {}", public(&image));
        let signed = format!("v1/{escaped}/signed_url");
        let signed = service.ask(Method::POST, &signed, json!({"variant": "public"})).await;
        assert_eq!(service.show(signed["url"].as_str().unwrap()).await.status, StatusCode::OK, "{id}");
    }
    for id in ["../a", "a/..", "a/./b", "a//b", "a\0b", "a\r\nset-cookie: b", "a\u{7f}", "a\u{85}"] {
        let (status, code, message) = service.refused_upload(picture().text("id", id)).await;
        assert_eq!((status, code), (400, 5400), "{id:?}: {message}");
    }
    let folder = std::fs::read_dir(service.folder.path()).unwrap().count();
    assert_eq!(folder, 1, "there is nothing beside the store");
}

#[tokio::test(flavor = "multi_thread")]
async fn hosted_links_have_one_winner() {
    let service = Service::new();
    for _ in 0..4 {
        let link = service.ask(Method::POST, "v2/direct_upload", json!({})).await;
        let url = path_of(link["uploadURL"].as_str().unwrap()).to_owned();
        let sent: Vec<_> = (1..=6_u32)
            .map(|width| {
                let (app, form) = (service.app.clone(), Form::new().file("file", &png(width, 1)));
                let request = form_request(&url, form);
                tokio::spawn(async move { (width, call(&app, request).await) })
            })
            .collect();
        let mut winners = Vec::new();
        for task in sent {
            match task.await.unwrap() {
                (width, answer) if answer.status == StatusCode::OK => winners.push(width),
                (_, answer) => assert_eq!(refusal(&answer).1, 5409),
            }
        }
        let [winner] = winners[..] else { panic!("{winners:?}") };
        let blob = get(&service.app, &format!("{API}/v1/{}/blob", link["id"].as_str().unwrap())).await;
        assert_eq!(blob.body, png(winner, 1), "it is the one of whom that was said");
    }
}

#[tokio::test]
async fn delivery_shows_nothing_that_is_gone() {
    let service = Service::new();
    let image = service.upload(picture().text("id", "cat")).await;
    let first = ask(&service, Method::GET, &public(&image), &[]).await;
    let tag = first.header("etag").to_owned();
    assert_eq!(ask(&service, Method::GET, &public(&image), &[]).await.header("palmette-cache"), "hit");

    service.ask(Method::DELETE, "v1/cat", Value::Null).await;
    for headers in [&[][..], &[("if-none-match", tag.as_str())], &[("if-none-match", "*")]] {
        for method in [Method::GET, Method::HEAD] {
            let gone = ask(&service, method.clone(), &public(&image), headers).await;
            assert_eq!((gone.status, gone.header("cf-resized")), (StatusCode::NOT_FOUND, "err=9431"), "{method}");
        }
    }
    // Another picture of the same id.
    service.upload(Form::new().text("id", "cat").file("file", &png(20, 30))).await;
    let second = ask(&service, Method::GET, &public(&image), &[("if-none-match", tag.as_str())]).await;
    assert_eq!(second.status, StatusCode::OK);
    assert!(second.body != first.body && second.header("etag") != tag);
    // And the same one again, which nobody but the cache has seen before.
    service.ask(Method::DELETE, "v1/cat", Value::Null).await;
    service.upload(picture().text("id", "cat")).await;
    assert_eq!(ask(&service, Method::GET, &public(&image), &[]).await.body, first.body);

    let options = |width| json!({"width": width, "height": 9, "fit": "cover"});
    service.ask(Method::POST, "v1/variants", json!({"id": "thumb", "options": options(9)})).await;
    let thumb = public(&image).replace("/public", "/thumb");
    let narrow = ask(&service, Method::GET, &thumb, &[]).await;
    service.ask(Method::PATCH, "v1/variants/thumb", json!({"options": options(12)})).await;
    let wide = ask(&service, Method::GET, &thumb, &[("if-none-match", narrow.header("etag"))]).await;
    assert!(wide.status == StatusCode::OK && wide.body != narrow.body);
    service.ask(Method::DELETE, "v1/variants/thumb", Value::Null).await;
    assert_eq!(ask(&service, Method::GET, &thumb, &[]).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn delivery_tells_nobody_that_it_has_a_private_picture() {
    let service = Service::new();
    let image = service.upload(picture()).await;
    let shown = ask(&service, Method::GET, &public(&image), &[]).await;
    let tag = shown.header("etag");
    let id = image["id"].as_str().unwrap();
    let private = service.ask(Method::PATCH, &format!("v1/{id}"), json!({"requireSignedURLs": true})).await;
    assert_eq!(ask(&service, Method::GET, &public(&image), &[]).await.status, StatusCode::NOT_FOUND, "the old URL");
    for headers in [&[][..], &[("if-none-match", tag)], &[("if-none-match", "*")]] {
        for method in [Method::GET, Method::HEAD] {
            let hidden = ask(&service, method, &public(&private), headers).await;
            assert_eq!((hidden.status, hidden.header("cf-resized")), (StatusCode::FORBIDDEN, "err=9425"));
            assert_eq!(hidden.header("etag"), "");
        }
    }
    let id = private["id"].as_str().unwrap();
    let signed = service.ask(Method::POST, &format!("v1/{id}/signed_url"), json!({"variant": "public"})).await;
    let signed = signed["url"].as_str().unwrap();
    let shown = ask(&service, Method::GET, signed, &[]).await;
    let known = ask(&service, Method::GET, signed, &[("if-none-match", shown.header("etag"))]).await;
    assert_eq!((shown.status, known.status), (StatusCode::OK, StatusCode::NOT_MODIFIED));
    let head = ask(&service, Method::HEAD, signed, &[]).await;
    assert_eq!((head.status, head.body.len()), (StatusCode::OK, 0));
    assert_eq!(head.header("content-length"), shown.body.len().to_string());

    let later = signed.replace("?sig", "?exp=4102444800&sig");
    let (plain, sig) = signed.split_once("?sig=").unwrap();
    for url in [
        format!("{signed}&"),
        format!("{signed}&a=b"),
        format!("{signed}&sig={sig}"),
        format!("{plain}?sig=00&sig={sig}"),
        format!("{plain}?&sig={sig}"),
        format!("{plain}?SIG={sig}"),
        format!("{plain}?s%69g={sig}"),
        format!("{plain}?sig={sig}0"),
        later,
        // The same picture by another path.
        signed.replace(id, &format!("%{:02x}{}", id.as_bytes()[0], &id[1..])),
    ] {
        let refused = ask(&service, Method::GET, &url, &[]).await;
        assert_eq!((refused.status, refused.header("cf-resized")), (StatusCode::FORBIDDEN, "err=9425"), "{url}");
    }
}

#[tokio::test]
async fn hosted_pages_of_other_sites_are_kept_out() {
    let service = Service::new();
    let image = service.upload(picture()).await;
    let from = |mut request: Request<Body>, site: &'static str| {
        request.headers_mut().insert("sec-fetch-site", site.parse().unwrap());
        request
    };
    // What needs no question before it: a form, and JSON that says it is text.
    let form = call(&service.app, from(form_request(&format!("{API}/v1"), picture()), "cross-site")).await;
    assert_eq!((form.status.as_u16(), refusal(&form).1), (403, 5403));
    let config = Request::patch(format!("{API}/v1/config")).body(r#"{"flexible_variants":true}"#.into()).unwrap();
    assert_eq!(refusal(&call(&service.app, from(config, "cross-site")).await).1, 5403);
    assert_eq!(service.ask(Method::GET, "v1/stats", Value::Null).await["count"]["current"], 1);
    for site in ["same-origin", "same-site", "none"] {
        let form = call(&service.app, from(form_request(&format!("{API}/v1"), picture()), site)).await;
        assert_eq!(form.status, StatusCode::OK, "{site}");
    }
    // Pictures, and links that somebody was given, are for all pages.
    let shown = from(Request::get(path_of(&public(&image))).body(Body::empty()).unwrap(), "cross-site");
    assert_eq!(call(&service.app, shown).await.status, StatusCode::OK);
    let link = service.ask(Method::POST, "v2/direct_upload", json!({})).await;
    let sent = from(form_request(path_of(link["uploadURL"].as_str().unwrap()), picture()), "cross-site");
    assert_eq!(call(&service.app, sent).await.status, StatusCode::OK);

    // A page cannot have a token, so one is as good as another place that the request came through.
    let tokens = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(tokens.path(), "0123456789abcdef\n").unwrap();
    let service = Service::with(|config| config.server.token_files = vec![tokens.path().to_owned()]);
    let mut request = from(form_request(&format!("{API}/v1"), picture()), "cross-site");
    request.headers_mut().insert("authorization", "Bearer 0123456789abcdef".parse().unwrap());
    assert_eq!(call(&service.app, request).await.status, StatusCode::OK);
}

#[tokio::test]
async fn hosted_bytes_run_no_scripts() {
    let service = Service::new();
    let svg = br#"<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(2)</script></svg>"#;
    let image = service.upload(Form::new().file("file", svg)).await;
    let blob = get(&service.app, &format!("{API}/v1/{}/blob", image["id"].as_str().unwrap())).await;
    assert_eq!((blob.header("content-type"), &blob.body[..]), ("image/svg+xml", &svg[..]));
    assert_eq!(blob.header("content-security-policy"), "default-src 'none'; sandbox");
    let shown = service.show(&public(&image)).await;
    assert!(shown.header("content-security-policy").starts_with("default-src 'none'"));
    assert!(!shown.text().contains("alert"), "{}", shown.text());

    // What a form says of a file's type and name decides nothing.
    let page = [&png(40, 30)[..], b"<script>alert(1)</script>"].concat();
    let head =
        "content-disposition: form-data; name=\"file\"; filename*=utf-8''a%22%0D%0Ab.html\r\ncontent-type: text/html";
    let form = [format!("--{BOUNDARY}\r\n{head}\r\n\r\n").as_bytes(), &page, b"\r\n"].concat();
    let form = [form, Form::new().bytes()].concat();
    let request = crate::support::post(&format!("{API}/v1"), form);
    let image = envelope(&call(&service.app, request).await)["result"].clone();
    assert_eq!(image["filename"], "a\"\r\nb.html");
    let blob = get(&service.app, &format!("{API}/v1/{}/blob", image["id"].as_str().unwrap())).await;
    assert_eq!((blob.header("content-type"), blob.header("x-content-type-options")), ("image/png", "nosniff"));
    let html = Form::new().file("file", b"<html><svg xmlns='http://www.w3.org/2000/svg'/></html>");
    assert_eq!(service.refused_upload(html).await.1, 5455);
}

#[tokio::test]
async fn hosted_bytes_are_counted_until_they_are_sent() {
    let svg = format!(r#"<svg xmlns="http://www.w3.org/2000/svg"><text>{}</text></svg>"#, "x".repeat(1000));
    let service = Service::with(|config| config.admission.max_answer_bytes = MaxBytes::Exactly(1500));
    let image = service.upload(Form::new().file("file", svg.as_bytes())).await;
    let blob = format!("{API}/v1/{}/blob", image["id"].as_str().unwrap());
    for path in [blob.as_str(), path_of(&public(&image))] {
        let request = || Request::get(path).body(Body::empty()).unwrap();
        // Nobody reads it yet.
        let waiting = service.app.clone().oneshot(request()).await.unwrap();
        assert_eq!(waiting.status(), StatusCode::OK, "{path}");
        let refused = call(&service.app, request()).await;
        assert_eq!((refused.status.as_u16(), refused.header("retry-after").is_empty()), (503, false), "{path}");
        assert!(refused.text().contains("9522"), "{}", refused.text());
        drop(waiting);
        assert_eq!(call(&service.app, request()).await.status, StatusCode::OK, "{path}");
    }
}

#[tokio::test]
async fn hosted_uploads_find_no_room_beside_others() {
    let service = Service::with(|config| config.admission.max_body_bytes = MaxBytes::Exactly(1000));
    let mut large = png(4, 4);
    large.resize(2000, 0);
    let refused = service.refused_upload(Form::new().file("file", &large)).await;
    assert_eq!((refused.0, refused.1), (503, 9522), "{}", refused.2);
    service.upload(Form::new().file("file", &png(4, 4))).await;
}
