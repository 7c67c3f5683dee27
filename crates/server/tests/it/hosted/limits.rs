//! Limits and defaults of the API: what is just allowed, and what is just not.

use palmette::codec::{EncodeFormat, EncodeOptions, encode};
use palmette_store::hosted::Hosted;

use super::*;
use crate::support::pixmap;

fn file(bytes: &[u8]) -> Form {
    Form::new().file("file", bytes)
}

/// Says in the header of a PNG that it has another size.
fn resized(mut png: Vec<u8>, width: u32, height: u32) -> Vec<u8> {
    png[16..20].copy_from_slice(&width.to_be_bytes());
    png[20..24].copy_from_slice(&height.to_be_bytes());
    let sum = super::api::crc(&png[12..29]);
    png[29..33].copy_from_slice(&sum.to_be_bytes());
    png
}

#[tokio::test]
async fn hosted_limits_hold_at_their_edges() {
    let service = Service::new();
    let mut largest = png(40, 30);
    largest.resize(10_000_000, 0);
    service.upload(file(&largest)).await;
    largest.push(0);
    assert_eq!(service.refused_upload(file(&largest)).await.0, 413);

    let metadata = |count: usize| picture().text("metadata", &format!(r#"{{"a":"{}"}}"#, "x".repeat(count)));
    assert_eq!(service.upload(metadata(1016)).await["meta"]["a"].as_str().unwrap().len(), 1016);
    assert_eq!(service.refused_upload(metadata(1017)).await.1, 5400);
    // It is counted as it is kept, without spaces.
    service.upload(picture().text("metadata", &format!("{{{}}}", " ".repeat(2000)))).await;

    for (width, height, status) in [(12_000, 8333, 200), (12_000, 8334, 413), (12_001, 1, 413), (1, 12_001, 413)] {
        let form = file(&resized(png(1, 1), width, height));
        let answer = call(&service.app, form_request(&format!("{API}/v1"), form)).await;
        assert_eq!(answer.status.as_u16(), status, "{width}×{height}: {}", answer.text());
    }

    // Characters are counted, not bytes.
    let longest = "🐈".repeat(1024);
    assert_eq!(service.upload(picture().text("id", &longest)).await["id"], json!(longest));
    assert_eq!(service.refused_upload(picture().text("id", &format!("{longest}a"))).await.1, 5400);
}

#[tokio::test]
async fn hosted_types_are_those_of_the_real_service() {
    let service = Service::new();
    for format in [EncodeFormat::Jpeg, EncodeFormat::Png, EncodeFormat::Webp, EncodeFormat::Gif, EncodeFormat::Avif] {
        let bytes = encode(pixmap(40, 30), &EncodeOptions::new(format)).unwrap().bytes;
        let image = service.upload(file(&bytes)).await;
        let blob = get(&service.app, &format!("{API}/v1/{}/blob", image["id"].as_str().unwrap())).await;
        assert_eq!((blob.header("content-type"), &blob.body), (format.as_str(), &bytes));
        assert_eq!(service.show(texts(&image["variants"])[0]).await.status, StatusCode::OK, "{format:?}");
    }
}

#[tokio::test]
async fn hosted_conditions_are_counted_by_operators() {
    let service = Service::new();
    service.upload(picture().text("metadata", r#"{"n":5,"a":{"b":{"c":{"d":{"e":"deep"}}}}}"#)).await;
    let found = async |query: &str| {
        let list = service.ask(Method::GET, &format!("v2?{query}"), Value::Null).await;
        list["images"].as_array().unwrap().len()
    };
    let five = "meta.n[gt]=1&meta.n[gte]=2&meta.n[lt]=9&meta.n[lte]=8&meta.n[eq:number]=5";
    assert_eq!(found(five).await, 1, "five of one field");
    assert_eq!(found(&five.replace("[lt]=9", "[lt]=5")).await, 0, "all have to hold");
    assert_eq!(found("meta.a.b.c.d.e=deep").await, 1);
    assert_eq!(found(&format!("meta.n[in:number]={}5", "0|".repeat(9))).await, 1);
    for (query, says) in [
        (format!("{five}&meta.n[in:number]=5"), "5 conditions on metadata, not 6"),
        (format!("meta.n[in:number]={}5", "0|".repeat(10)), "1 to 10 values, not 11"),
        ("meta.n[eq:number]=five".to_owned(), "must be a number"),
        ("per_page=1&per_page=2".to_owned(), "`per_page` must be given once"),
        ("creator=a&creator=b".to_owned(), "`creator` must be given once"),
    ] {
        let (status, code, message) = service.refused(Method::GET, &format!("v2?{query}"), Value::Null).await;
        assert_eq!((status, code), (400, 5400), "{query}: {message}");
        assert!(message.contains(says), "{query}: {message}");
    }
    let refused = service.refused(Method::GET, "v1?page=0", Value::Null).await;
    assert!(refused.2.contains("not `0`"), "{}", refused.2);
}

#[tokio::test]
async fn hosted_links_hold_half_an_hour_unless_they_say_otherwise() {
    let service = Service::new();
    let link = service.ask(Method::POST, "v2/direct_upload", json!({})).await;
    // Drafts are in no list, and count nowhere.
    assert_eq!(service.ask(Method::GET, "v1", Value::Null).await["images"], json!([]));
    assert_eq!(service.ask(Method::GET, "v1/stats", Value::Null).await["count"]["current"], 0);
    let hosted = Hosted::open(&service.folder.path().join("store")).unwrap();
    let until = hosted.image(link["id"].as_str().unwrap()).unwrap().unwrap().link_until.unwrap();
    let life_s = until.duration_since(std::time::SystemTime::now()).unwrap().as_secs();
    assert!((1740..=1800).contains(&life_s), "{life_s}");
}

#[tokio::test]
async fn hosted_bodies_that_break_off_are_no_large_ones() {
    let service = Service::new();
    let stream = futures_util::stream::iter([Ok("{"), Err(std::io::Error::other("gone"))]);
    let request = Request::patch(format!("{API}/v1/config")).body(Body::from_stream(stream)).unwrap();
    assert_eq!(refusal(&call(&service.app, request).await).1, 9432);
    let large = Request::patch(format!("{API}/v1/config")).body(Body::from(" ".repeat(65_537))).unwrap();
    assert_eq!(refusal(&call(&service.app, large).await).1, 9402);
    let raw = Request::post(format!("{API}/v1")).header("content-type", "image/png").body(png(4, 4).into()).unwrap();
    let (status, code, message) = refusal(&call(&service.app, raw).await);
    assert_eq!((status, code), (400, 5400));
    assert!(message.contains("multipart/form-data"), "{message}");
}
