//! The API: pictures, lists, variants, keys, the config, and who may ask.

use std::fs;

use super::*;
use crate::support::moving;
use palmette::codec::EncodeFormat;

#[tokio::test]
async fn hosted_pictures_are_told_about() {
    let service = Service::new();
    let form = picture().text("metadata", r#"{"a":{"b":1}}"#).text("creator", "ann").text("requireSignedURLs", "false");
    let image = service.upload(form).await;
    let id = image["id"].as_str().unwrap();
    assert_eq!(id.len(), 36);
    assert_eq!(
        (&image["filename"], &image["meta"], &image["creator"]),
        (&json!("file"), &json!({"a":{"b":1}}), &json!("ann"))
    );
    assert_eq!((&image["requireSignedURLs"], image.get("draft")), (&json!(false), None));
    assert!(
        image["uploaded"].as_str().unwrap().starts_with("20") && image["uploaded"].as_str().unwrap().ends_with('Z')
    );
    let variants = texts(&image["variants"]);
    assert_eq!(variants.len(), 1);
    assert!(variants[0].starts_with("https://pictures.example/cdn-cgi/imagedelivery/"), "{variants:?}");
    assert!(variants[0].ends_with(&format!("/{id}/public")), "{variants:?}");

    assert_eq!(service.ask(Method::GET, &format!("v1/{id}"), Value::Null).await, image);
    let same = send(&service.app, Method::GET, &format!("/accounts/me/images/v1/{id}"), Value::Null).await;
    assert_eq!(envelope(&same)["result"], image, "without /client/v4");
    let blob = get(&service.app, &format!("{API}/v1/{id}/blob")).await;
    assert_eq!((blob.header("content-type"), &blob.body), ("image/png", &png(40, 30)));
    assert_eq!(blob.header("x-content-type-options"), "nosniff");

    let changed = service.ask(Method::PATCH, &format!("v1/{id}"), json!({"metadata": {"c": 2}})).await;
    assert_eq!((&changed["meta"], &changed["creator"], &changed["id"]), (&json!({"c": 2}), &json!("ann"), &json!(id)));
    let private = service.ask(Method::PATCH, &format!("v1/{id}"), json!({"requireSignedURLs": true})).await;
    assert_ne!(private["id"], image["id"], "it gets a new id");
    let id = private["id"].as_str().unwrap().to_owned();

    assert_eq!(service.ask(Method::GET, "v1/stats", Value::Null).await["count"]["current"], 1);
    assert_eq!(service.ask(Method::DELETE, &format!("v1/{id}"), Value::Null).await, json!({}));
    for (method, path) in [(Method::GET, ""), (Method::DELETE, ""), (Method::PATCH, ""), (Method::GET, "/blob")] {
        let refused = service.refused(method.clone(), &format!("v1/{id}{path}"), Value::Null).await;
        assert_eq!(refused, (404, 5404, format!("there is no picture `{id}`")), "{method} {path}");
    }
}

#[tokio::test]
async fn hosted_ids_may_be_chosen() {
    let service = Service::new();
    let image = service.upload(picture().text("id", "cats/tom 100%")).await;
    assert_eq!(image["id"], "cats/tom 100%");
    assert!(texts(&image["variants"])[0].ends_with("/cats/tom%20100%25/public"));
    for path in ["cats%2Ftom%20100%25", "cats/tom%20100%25"] {
        assert_eq!(service.ask(Method::GET, &format!("v1/{path}"), Value::Null).await, image);
        assert_eq!(get(&service.app, &format!("{API}/v1/{path}/blob")).await.body, png(40, 30));
    }
    let image = service.upload(picture().text("id", "cats/blob")).await;
    assert_eq!(service.ask(Method::GET, "v1/cats%2Fblob", Value::Null).await, image);

    let refused = service.refused_upload(picture().text("id", "cats/blob")).await;
    assert_eq!(refused, (409, 5409, "there is a picture `cats/blob` already".to_owned()));
    let long = "x".repeat(1025);
    for id in ["/a", "a/", "a//b", "2cdc28f0-017a-49c4-9ed7-87056c83901f", "stats", long.as_str()] {
        let (status, code, message) = service.refused_upload(picture().text("id", id)).await;
        assert_eq!((status, code), (400, 5400), "{id}: {message}");
    }
    let private = picture().text("id", "mine").text("requireSignedURLs", "true");
    assert_eq!(service.refused_upload(private).await.1, 5400);
    let refused = service.refused(Method::PATCH, "v1/cats%2Fblob", json!({"requireSignedURLs": true})).await;
    assert_eq!(refused.1, 5400, "{}", refused.2);
}

#[tokio::test]
async fn hosted_uploads_are_checked() {
    let service = Service::new();
    let file = |bytes: &[u8]| Form::new().file("file", bytes);
    let svg = br#"<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>"#;
    for bytes in [&moving(EncodeFormat::Gif, 3)[..], &moving(EncodeFormat::Webp, 2)[..], svg] {
        service.upload(file(bytes)).await;
    }
    let mut large = png(40, 30);
    large.resize(10_000_001, 0);
    let mut huge = png(1, 1);
    // The width in the header of a PNG, and the sum of that header.
    huge[16..20].copy_from_slice(&12_001_u32.to_be_bytes());
    let sum = crc(&huge[12..29]);
    huge[29..33].copy_from_slice(&sum.to_be_bytes());
    for (name, form, status, code, says) in [
        ("text", file(b"hello, I am no picture"), 415, 5455, "must be JPEG, PNG, WebP, GIF, AVIF, HEIC or SVG"),
        ("nothing", file(b""), 415, 5455, "not nothing"),
        ("BMP", file(&bmp()), 415, 5455, "image/bmp"),
        ("a damaged SVG", file(br#"<svg xmlns="http://www.w3.org/2000/svg"><g></svg>"#), 422, 9516, "SVG is damaged"),
        ("damaged", file(&png(40, 30)[..20]), 422, 9516, ""),
        ("too many bytes", file(&large), 413, 9402, "larger than 10000000 bytes"),
        ("too wide", file(&huge), 413, 9413, "12000"),
        ("no file", Form::new().text("id", "a"), 400, 5400, "either a `file` or a `url`"),
        ("both", picture().text("url", "https://a.example/b"), 400, 5400, "either a `file` or a `url`"),
        ("two files", picture().file("file", b"x"), 400, 5400, "`file` must be given once"),
        ("a doubled field", picture().text("id", "a").text("id", "b"), 400, 5400, "`id` must be given once"),
        (
            "a field that is a list, too",
            picture().text("metadata[a]", "1").text("metadata[a][]", "2"),
            400,
            5400,
            "once",
        ),
        (
            "a deep field",
            picture().text(&format!("metadata{}", "[a]".repeat(2_500)), "1"),
            400,
            5400,
            "at most 32 fields deep",
        ),
        ("objects in a list", picture().text("metadata[a][][b]", "1"), 400, 5400, "`metadata[a][][b]`"),
        ("an unknown field", picture().text("metadate", "{}"), 400, 5400, "no field `metadate`"),
        ("a wrong switch", picture().text("requireSignedURLs", "yes"), 400, 5400, "true or false, not `yes`"),
        ("metadata that is none", picture().text("metadata", "{a}"), 400, 5400, "not JSON"),
        ("a list as metadata", picture().text("metadata", "[1]"), 400, 5400, "must be an object"),
        (
            "much metadata",
            picture().text("metadata", &format!(r#"{{"a":"{}"}}"#, "x".repeat(1017))),
            400,
            5400,
            "1025 bytes",
        ),
        ("a large field", picture().text("creator", &"x".repeat(70_000)), 413, 9402, "65536 bytes"),
        ("a wrong URL", Form::new().text("url", "a.png"), 400, 5400, "`url` must be a URL"),
        ("a private address", Form::new().text("url", "http://127.0.0.1:1/a.png"), 403, 9406, ""),
    ] {
        let refused = service.refused_upload(form).await;
        assert_eq!((refused.0, refused.1), (status, code), "{name}: {}", refused.2);
        assert!(refused.2.contains(says), "{name}: {}", refused.2);
    }
    let cut = call(&service.app, {
        let content_type = format!("multipart/form-data; boundary={BOUNDARY}");
        Request::post(format!("{API}/v1"))
            .header("content-type", content_type)
            .body(picture().unclosed().into())
            .unwrap()
    });
    assert_eq!(refusal(&cut.await).1, 9432, "a form that breaks off");
    assert_eq!(service.ask(Method::GET, "v1/stats", Value::Null).await["count"]["current"], 3);
    let metadata = picture().text("metadata[a]", "1").text("metadata[b][c]", "2");
    assert_eq!(service.upload(metadata).await["meta"], json!({"a": "1", "b": {"c": "2"}}), "an object in parts");
    let lists = picture().text("metadata[a][]", "1").text("metadata[b][c][]", "2").text("metadata[a][]", "3");
    assert_eq!(service.upload(lists).await["meta"], json!({"a": ["1", "3"], "b": {"c": ["2"]}}), "lists in parts");
}

/// The check sum of a chunk of PNG.
pub(super) fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, &byte| {
        (0..8).fold(sum ^ u32::from(byte), |sum, _| if sum & 1 == 1 { sum >> 1 ^ 0xedb8_8320 } else { sum >> 1 })
    })
}

/// A BMP of one pixel.
fn bmp() -> Vec<u8> {
    let mut bytes = b"BM\x3a\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x01\0\0\0\x01\0\0\0\x01\0\x18\0".to_vec();
    bytes.resize(0x3a, 0);
    bytes
}

#[tokio::test]
async fn hosted_lists_are_filtered() {
    let service = Service::new();
    for (id, n, creator) in [("a", 1, "ann"), ("b", 2, ""), ("c", 3, "ann")] {
        let form = picture().text("id", id).text("creator", creator);
        service.upload(form.text("metadata", &format!(r#"{{"n":{n},"name":"{id}","x":{{"y":true}}}}"#))).await;
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    let ids = |result: &Value| {
        let images = result["images"].as_array().unwrap().iter();
        images.map(|image| image["id"].as_str().unwrap()).collect::<String>()
    };
    for (query, expected) in [
        ("v2", "abc"),
        ("v2?sort_order=desc", "cba"),
        ("v2?creator=ann", "ac"),
        ("v2?creator=", "b"),
        ("v2?meta.name[eq]=b", "b"),
        ("v2?meta.name%5Beq%5D=b", "b"),
        ("v2?meta.name=b", "b"),
        ("v2?meta.name[in]=a%7Cc", "ac"),
        ("v2?meta.n[gte:number]=2&meta.n[lt]=3", "b"),
        ("v2?meta.x.y[eq:boolean]=true&creator=ann", "ac"),
        ("v1", "cba"),
        ("v1?per_page=2&page=2", "a"),
        ("v1?creator=ann", "ca"),
        ("v1?page=9", ""),
    ] {
        assert_eq!(ids(&service.ask(Method::GET, query, Value::Null).await), expected, "{query}");
    }
    let first = service.ask(Method::GET, "v2?per_page=2", Value::Null).await;
    let token = first["continuation_token"].as_str().unwrap();
    let second = service.ask(Method::GET, &format!("v2?per_page=2&continuation_token={token}"), Value::Null).await;
    assert_eq!((ids(&second).as_str(), &second["continuation_token"]), ("c", &Value::Null));

    let six = (0..6).map(|number| format!("meta.a{number}=1")).collect::<Vec<_>>().join("&");
    for query in [
        "v1?per_page=101",
        "v1?per_page=0",
        "v1?page=0",
        "v1?size=5",
        "v2?per_page=10001",
        "v2?per_page=x",
        "v2?sort_order=up",
        "v2?continuation_token=x",
        "v2?meta.a-b=1",
        "v2?meta.a.b.c.d.e.f=1",
        "v2?meta.a[like]=1",
        "v2?meta.a[gt]=x",
        "v2?order=asc",
        &format!("v2?{six}"),
    ] {
        let (status, code, message) = service.refused(Method::GET, query, Value::Null).await;
        assert_eq!((status, code), (400, 5400), "{query}: {message}");
    }
}

#[tokio::test]
async fn hosted_variants_and_keys_are_managed() {
    let service = Service::new();
    let options = json!({"fit": "cover", "width": 16, "height": 12, "metadata": "none"});
    let variant = json!({"id": "thumb", "options": options, "neverRequireSignedURLs": true});
    let made = service.ask(Method::POST, "v1/variants", variant.clone()).await;
    assert_eq!(made["variant"], variant);
    assert_eq!(service.refused(Method::POST, "v1/variants", variant.clone()).await.1, 5409);
    assert_eq!(service.ask(Method::GET, "v1/variants/thumb", Value::Null).await, made);
    let all = service.ask(Method::GET, "v1/variants", Value::Null).await;
    assert_eq!(all["variants"].as_object().unwrap().keys().collect::<Vec<_>>(), ["public", "thumb"]);
    let changed = service.ask(Method::PATCH, "v1/variants/thumb", json!({"options": {"width": 20}})).await;
    assert_eq!(
        (&changed["variant"]["options"]["width"], &changed["variant"]["options"]["fit"]),
        (&json!(20), &json!("cover"))
    );
    for body in [
        json!({"options": options}),
        json!({"id": "a b"}),
        json!({"id": "a", "options": {"width": 0}}),
        json!({"id": "a", "options": {"width": 1.5}}),
        json!({"id": "a", "options": {"fit": "squeeze"}}),
        json!({"id": "a", "options": {"quality": 5}}),
        json!({"id": "a", "options": 5}),
        json!([]),
    ] {
        assert_eq!(service.refused(Method::POST, "v1/variants", body.clone()).await.1, 5400, "{body}");
    }
    assert_eq!(service.ask(Method::DELETE, "v1/variants/thumb", Value::Null).await, json!({}));
    for method in [Method::GET, Method::PATCH, Method::DELETE] {
        assert_eq!(service.refused(method, "v1/variants/thumb", Value::Null).await.1, 5404);
    }

    let keys = service.ask(Method::GET, "v1/keys", Value::Null).await;
    assert_eq!(keys["keys"][0]["name"], "default");
    let two = service.ask(Method::PUT, "v1/keys/second", Value::Null).await;
    assert_eq!((two["keys"].as_array().unwrap().len(), &two["keys"][0]), (2, &keys["keys"][0]));
    assert_eq!(service.refused(Method::PUT, "v1/keys/third", Value::Null).await.1, 5413);
    let rotated = service.ask(Method::PUT, "v1/keys/default", Value::Null).await;
    assert_ne!(rotated["keys"][0]["value"], keys["keys"][0]["value"]);
    service.ask(Method::DELETE, "v1/keys/second", Value::Null).await;
    assert_eq!(service.refused(Method::DELETE, "v1/keys/second", Value::Null).await.1, 5404);
    let anew = service.ask(Method::DELETE, "v1/keys/default", Value::Null).await;
    assert_eq!((anew["keys"].as_array().unwrap().len(), &anew["keys"][0]["name"]), (1, &json!("default")));
    assert_ne!(anew["keys"][0], rotated["keys"][0], "in place of the last one comes another");

    let config = service.ask(Method::PATCH, "v1/config", json!({"flexible_variants": true, "browser_ttl": 3600})).await;
    assert_eq!((&config["flexible_variants"], &config["browser_ttl"]), (&json!(true), &json!(3600)));
    assert_eq!(service.ask(Method::GET, "v1/config", Value::Null).await, config);
    for body in [json!({"browser_ttl": 60}), json!({"flexible": true}), json!({"flexible_variants": 1})] {
        assert_eq!(service.refused(Method::PATCH, "v1/config", body.clone()).await.1, 5400, "{body}");
    }
}

#[tokio::test]
async fn hosted_routes_ask_for_a_token() {
    let tokens = tempfile::NamedTempFile::new().unwrap();
    fs::write(tokens.path(), "0123456789abcdef\n").unwrap();
    let service = Service::with(|config| {
        config.server.token_files = vec![tokens.path().to_owned()];
        config.hosted.account = Some("me".to_owned());
    });
    for (method, path) in [
        (Method::GET, "v1"),
        (Method::POST, "v1"),
        (Method::GET, "v1/a"),
        (Method::PATCH, "v1/a"),
        (Method::DELETE, "v1/a/b"),
        (Method::GET, "v1/a/blob"),
        (Method::POST, "v1/a/signed_url"),
        (Method::GET, "v1/keys"),
        (Method::PUT, "v1/keys/a"),
        (Method::DELETE, "v1/keys/a"),
        (Method::GET, "v1/stats"),
        (Method::GET, "v1/variants"),
        (Method::POST, "v1/variants"),
        (Method::PATCH, "v1/variants/a"),
        (Method::GET, "v1/config"),
        (Method::PATCH, "v1/config"),
        (Method::GET, "v2"),
        (Method::POST, "v2/direct_upload"),
        (Method::GET, "/accounts/me/images/v1"),
        (Method::GET, "v3"),
    ] {
        let (status, code, _) = service.refused(method.clone(), path, Value::Null).await;
        assert_eq!((status, code), (401, 10_000), "{method} {path}");
    }
    // These are free, so they get as far as to find nothing.
    let link = call(&service.app, form_request("/cdn-cgi/imageupload/h/a", picture())).await;
    assert_eq!(refusal(&link).1, 5404);
    let shown = get(&service.app, "/cdn-cgi/imagedelivery/h/a/public").await;
    assert_eq!(shown.header("cf-resized"), "err=9427");

    let asked =
        |path: &str| Request::get(path).header("authorization", "Bearer 0123456789abcdef").body(Body::empty()).unwrap();
    assert_eq!(call(&service.app, asked(&format!("{API}/v1"))).await.status, StatusCode::OK);
    let other = call(&service.app, asked("/client/v4/accounts/other/images/v1")).await;
    assert_eq!(refusal(&other), (403, 5403, "the account `other` is not hosted here".to_owned()));
    assert_eq!(refusal(&call(&service.app, asked(&format!("{API}/v3"))).await).1, 5404);
    let wrong = Request::put(format!("{API}/v1/stats")).header("authorization", "Bearer 0123456789abcdef");
    let wrong = call(&service.app, wrong.body(Body::empty()).unwrap()).await;
    assert_eq!((wrong.status.as_u16(), refusal(&wrong).1), (405, 5400));
}

#[tokio::test]
async fn hosted_stores_serve_two_servers() {
    let service = Service::new();
    let other = app_of(service.folder.path(), |_| {});
    let image = service.upload(picture()).await;
    let id = image["id"].as_str().unwrap();
    let seen = send(&other, Method::GET, &format!("v1/{id}"), Value::Null).await;
    assert_eq!(envelope(&seen)["result"], image);
    let shown = get(&other, path_of(texts(&image["variants"])[0])).await;
    assert_eq!(shown.status, StatusCode::OK);
    send(&other, Method::DELETE, &format!("v1/{id}"), Value::Null).await;
    assert_eq!(service.refused(Method::GET, &format!("v1/{id}"), Value::Null).await.1, 5404);
}

#[tokio::test]
async fn hosted_routes_are_there_only_with_a_folder() {
    let app = app_with(Config::default());
    let none = send(&app, Method::GET, "v1", Value::Null).await;
    assert_eq!((none.status, none.code()), (StatusCode::NOT_FOUND, 9401), "in the words of every other path");
    assert_eq!(get(&app, "/cdn-cgi/imagedelivery/h/a/public").await.status, StatusCode::NOT_FOUND);
    let service = Service::with(|config| config.hosted.folder = Some("/dev/null/store".into()));
    let (status, code, message) = service.refused(Method::GET, "v1", Value::Null).await;
    assert_eq!((status, code), (500, 9523), "{message}");
    assert!(!message.contains("/dev/null"), "the operator reads that in the log: {message}");
}
