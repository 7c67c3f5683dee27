//! Upload links: a picture comes by one once, and in time.

use super::*;

async fn made(service: &Service, body: Value) -> (String, String) {
    let link = service.ask(Method::POST, "v2/direct_upload", body).await;
    (link["id"].as_str().unwrap().to_owned(), link["uploadURL"].as_str().unwrap().to_owned())
}

async fn used(service: &Service, url: &str, form: Form) -> Answer {
    call(&service.app, form_request(path_of(url), form)).await
}

#[tokio::test]
async fn hosted_links_take_a_picture_once() {
    let service = Service::new();
    let (id, url) = made(&service, json!({"metadata": {"a": 1}, "creator": "ann", "requireSignedURLs": true})).await;
    assert!(url.starts_with("https://pictures.example/cdn-cgi/imageupload/") && url.ends_with(&id), "{url}");
    let draft = service.ask(Method::GET, &format!("v1/{id}"), Value::Null).await;
    assert_eq!(draft["draft"], true);
    let list = service.ask(Method::GET, "v2", Value::Null).await;
    assert_eq!((&list["images"], list["continuation_token"].is_null()), (&json!([]), true), "drafts are hidden");
    assert_eq!(service.refused(Method::GET, &format!("v1/{id}/blob"), Value::Null).await.0, 404);
    assert_eq!(service.show(texts(&draft["variants"])[0]).await.header("cf-resized"), "err=9431");

    let wrong = used(&service, &url, Form::new().file("file", b"no picture")).await;
    assert_eq!((refusal(&wrong).1, wrong.header("access-control-allow-origin")), (5455, "*"));
    assert_eq!(refusal(&used(&service, &url, Form::new()).await).1, 5400, "there is no file");
    let taken = used(&service, &url, picture()).await;
    let image = envelope(&taken)["result"].clone();
    assert_eq!((taken.status, taken.header("access-control-allow-origin")), (StatusCode::OK, "*"));
    assert_eq!((image.get("draft"), &image["meta"], &image["creator"]), (None, &json!({"a": 1}), &json!("ann")));
    assert_eq!((&image["id"], &image["requireSignedURLs"]), (&json!(id), &json!(true)));
    assert_eq!(service.ask(Method::GET, &format!("v1/{id}"), Value::Null).await, image);

    let again = refusal(&used(&service, &url, picture()).await);
    assert_eq!(again, (409, 5409, format!("the upload link of `{id}` was used already")));
    let (hash, _) = path_of(&url).strip_prefix("/cdn-cgi/imageupload/").unwrap().split_once('/').unwrap();
    for path in [format!("{hash}/nobody"), format!("other/{id}"), format!("{hash}/")] {
        let refused = used(&service, &format!("/cdn-cgi/imageupload/{path}"), picture()).await;
        assert_eq!((refused.status.as_u16(), refusal(&refused).1), (404, 5404), "{path}");
    }
    let preflight = Request::options(path_of(&url)).body(Body::empty()).unwrap();
    let preflight = call(&service.app, preflight).await;
    assert_eq!((preflight.status.as_u16(), preflight.header("access-control-allow-methods")), (204, "POST"));
}

#[tokio::test]
async fn hosted_links_have_ids_and_a_time() {
    let service = Service::new();
    let (id, url) = made(&service, json!({"id": "cats/tom 100%"})).await;
    assert!(id == "cats/tom 100%" && url.ends_with("/cats/tom%20100%25"), "{url}");
    assert_eq!(service.refused(Method::POST, "v2/direct_upload", json!({"id": "cats/tom 100%"})).await.1, 5409);
    assert_eq!(used(&service, &url, picture()).await.status, StatusCode::OK);
    let form = Form::new().text("id", "by-form").text("metadata", r#"{"a":1}"#);
    let link = call(&service.app, form_request(&format!("{API}/v2/direct_upload"), form)).await;
    assert_eq!(envelope(&link)["result"]["id"], "by-form");

    for (body, says) in [
        (json!({"id": "a", "requireSignedURLs": true}), "cannot require signed URLs"),
        (json!({"id": "2cdc28f0-017a-49c4-9ed7-87056c83901f"}), "must not be a UUID"),
        (json!({"expiry": "2020-01-01T00:00:00Z"}), "holds for 120 to 21600 s"),
        (json!({"expiry": "2999-01-01T00:00:00Z"}), "holds for 120 to 21600 s"),
        (json!({"expiry": "tomorrow"}), "a moment such as"),
        (json!({"expires": 5}), "no field `expires`"),
    ] {
        let (status, code, message) = service.refused(Method::POST, "v2/direct_upload", body.clone()).await;
        assert_eq!((status, code), (400, 5400), "{body}: {message}");
        assert!(message.contains(says), "{body}: {message}");
    }
}
