//! Image URLs and the cache: when a source is asked again, when a picture is computed again, and what is forgotten on request.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use palmette_server::Config;
use palmette_server::config::UrlAccess;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::cache::{computed, metric, way};
use crate::support::{Answer, app_with, call, get, png};

/// A server of one picture, whatever the path, with headers that a test chooses; and the requests for it.
pub(crate) struct Origin {
    url: String,
    asked: Arc<AtomicUsize>,
    /// What is answered.
    answer: Arc<Mutex<Vec<u8>>>,
}

impl Origin {
    pub(crate) async fn start(headers: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let origin = Self { url, asked: Arc::default(), answer: Arc::default() };
        origin.set("200 OK", headers, &png(40, 30));
        let (asked, answer) = (Arc::clone(&origin.asked), Arc::clone(&origin.answer));
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                asked.fetch_add(1, Ordering::Relaxed);
                let answer = answer.lock().unwrap().clone();
                tokio::spawn(async move {
                    let mut head = Vec::new();
                    while !head.ends_with(b"\r\n\r\n") {
                        head.push(stream.read_u8().await?);
                    }
                    stream.write_all(&answer).await?;
                    stream.shutdown().await
                });
            }
        });
        origin
    }

    pub(crate) fn set(&self, status: &str, headers: &str, body: &[u8]) {
        let head = format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {}\r\n{headers}\r\n", body.len());
        *self.answer.lock().unwrap() = [head.as_bytes(), body].concat();
    }

    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }

    pub(crate) fn app(&self, change: impl FnOnce(&mut Config)) -> Router {
        let mut config = Config::default();
        config.url.origins = vec![self.url.parse().unwrap()];
        change(&mut config);
        app_with(config)
    }
}

const PATH: &str = "/cdn-cgi/image/width=20/lake.png";

async fn purge(app: &Router, body: &Value) -> Answer {
    call(app, Request::post("/purge").body(Body::from(body.to_string())).unwrap()).await
}

#[tokio::test]
async fn cache_asks_sources_again_by_their_rules() {
    for (headers, asked, ways) in [
        // A result holds for an hour, even if its source does not.
        ("", 1, ["miss", "hit", "hit"]),
        ("cache-control: max-age=0\r\netag: \"1\"\r\n", 1, ["miss", "hit", "hit"]),
        ("cache-control: max-age=86400\r\n", 1, ["miss", "hit", "hit"]),
        // Where it must not, the source is asked, and the picture is that of the same bytes.
        ("cache-control: max-age=0, must-revalidate\r\n", 3, ["miss", "hit", "hit"]),
        ("cache-control: no-cache\r\n", 3, ["miss", "hit", "hit"]),
        ("cache-control: max-age=60, must-revalidate\r\n", 1, ["miss", "hit", "hit"]),
        // Not to be kept at all.
        ("cache-control: no-store\r\n", 3, ["", "", ""]),
        ("cache-control: private, max-age=60\r\n", 3, ["", "", ""]),
    ] {
        let origin = Origin::start(headers).await;
        let app = origin.app(|_| {});
        let mut seen = Vec::new();
        for _ in 0..3 {
            seen.push(way(&get(&app, PATH).await).to_owned());
        }
        assert_eq!((seen, origin.asked()), (ways.map(str::to_owned).to_vec(), asked), "{headers}");
        let is_kept = u64::from(!ways[0].is_empty());
        assert_eq!(metric(&app, "palmette_cache_entries{tier=\"memory\"}").await, is_kept, "{headers}");
    }
}

#[tokio::test]
async fn cache_of_urls_is_for_who_takes_the_same() {
    let origin = Origin::start("cache-control: max-age=60\r\n").await;
    let app = origin.app(|_| {});
    let ask = async |accept: &str| {
        let path = "/cdn-cgi/image/width=20,format=auto/lake.png";
        let answer = call(&app, Request::get(path).header("accept", accept).body(Body::empty()).unwrap()).await;
        (way(&answer).to_owned(), answer.header("content-type").to_owned())
    };
    for (accept, media_type) in [("image/webp", "image/webp"), ("*/*", "image/png"), ("image/avif", "image/avif")] {
        for expected in ["miss", "hit"] {
            assert_eq!(ask(accept).await, (expected.to_owned(), media_type.to_owned()));
        }
    }
    assert_eq!(origin.asked(), 1);
}

#[tokio::test]
async fn cache_of_urls_knows_what_clients_have() {
    let origin = Origin::start("cache-control: max-age=60\r\n").await;
    let app = origin.app(|_| {});
    let tag = get(&app, PATH).await.header("etag").to_owned();
    let request = Request::get(PATH).header("if-none-match", &tag).body(Body::empty()).unwrap();
    let answer = call(&app, request).await;
    assert_eq!((answer.status, answer.header("etag"), answer.body.len()), (StatusCode::NOT_MODIFIED, tag.as_str(), 0));
    let head = call(&app, Request::head(PATH).body(Body::empty()).unwrap()).await;
    assert_eq!((way(&head), head.body.len(), head.header("etag")), ("hit", 0, tag.as_str()));
    assert_eq!(origin.asked(), 1);
}

#[tokio::test]
async fn cache_of_urls_sees_files_that_change() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lake.png");
    let write = |width, age_s| {
        std::fs::write(&path, png(width, 30)).unwrap();
        let file = std::fs::File::options().write(true).open(&path).unwrap();
        file.set_modified(SystemTime::now() - Duration::from_secs(age_s)).unwrap();
    };
    let mut config = Config::default();
    config.url.origins = vec![folder.path().to_str().unwrap().parse().unwrap()];
    let app = app_with(config);
    write(40, 60);
    assert_eq!((way(&get(&app, PATH).await), way(&get(&app, PATH).await)), ("miss", "hit"));
    write(60, 50);
    let changed = get(&app, PATH).await;
    assert_eq!(way(&changed), "miss");
    write(40, 40);
    assert_eq!(way(&get(&app, PATH).await), "hit", "it was there before");
    std::fs::remove_file(&path).unwrap();
    assert_eq!(get(&app, PATH).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn cache_remembers_for_a_moment_that_there_is_nothing() {
    let origin = Origin::start("").await;
    origin.set("404 Not Found", "", b"");
    let app = origin.app(|config| config.fetch.fetcher.failure_time = Duration::from_millis(400));
    for _ in 0..3 {
        assert_eq!(get(&app, PATH).await.status, StatusCode::NOT_FOUND);
    }
    assert_eq!(origin.asked(), 1);
    origin.set("200 OK", "", &png(40, 30));
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(way(&get(&app, PATH).await), "miss");
}

#[tokio::test]
async fn cache_is_purged_by_url_and_by_source() {
    let origin = Origin::start("cache-control: max-age=60\r\n").await;
    let app = origin.app(|_| {});
    let other = "/cdn-cgi/image/width=30/lake.png";
    let ask_both = async || [way(&get(&app, PATH).await).to_owned(), way(&get(&app, other).await).to_owned()];
    assert_eq!(
        (ask_both().await, ask_both().await),
        (["miss", "miss"].map(str::to_owned), ["hit", "hit"].map(str::to_owned))
    );
    assert_eq!((origin.asked(), computed(&app).await), (1, 2));

    // In other words, with a host: the same URL.
    let answer = purge(&app, &json!({ "urls": ["https://shop.example/cdn-cgi/image/w=20/lake.png"] })).await;
    assert_eq!((answer.status, answer.text().as_str()), (StatusCode::OK, r#"{"purged":1}"#));
    assert_eq!(ask_both().await, ["miss", "hit"].map(str::to_owned));
    assert_eq!((origin.asked(), computed(&app).await), (2, 3));

    origin.set("200 OK", "cache-control: max-age=60\r\n", &png(60, 30));
    assert_eq!(ask_both().await, ["hit", "hit"].map(str::to_owned), "nobody knows of it");
    assert_eq!(purge(&app, &json!({ "sources": ["/lake.png"] })).await.text(), r#"{"purged":2}"#);
    assert_eq!(metric(&app, "palmette_cache_entries{tier=\"memory\"}").await, 0);
    assert_eq!(ask_both().await, ["miss", "miss"].map(str::to_owned));
    assert_eq!((origin.asked(), computed(&app).await), (3, 5));
    assert_eq!(
        purge(&app, &json!({ "sources": ["/none.png", "http://b.example/a.png"] })).await.text(),
        r#"{"purged":0}"#
    );
}

#[tokio::test]
async fn cache_is_purged_by_those_who_may() {
    let origin = Origin::start("").await;
    let app = origin.app(|_| {});
    for body in [
        "",
        "[]",
        "{}",
        "{\"urls\":5}",
        "{\"urls\":[5]}",
        "{\"url\":[]}",
        "{\"urls\":[\"/a.png\"]}",
        "{\"sources\":[\"\"]}",
    ] {
        let answer = call(&app, Request::post("/purge").body(Body::from(body)).unwrap()).await;
        assert_eq!((answer.status, answer.code()), (StatusCode::BAD_REQUEST, 9401), "{body}: {}", answer.text());
    }
    let open = origin.app(|config| config.server.insecure = true);
    let refused = purge(&open, &json!({ "sources": ["/a.png"] })).await;
    assert_eq!((refused.status, refused.code()), (StatusCode::FORBIDDEN, 9401), "{}", refused.text());

    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("tokens"), "secret").unwrap();
    let closed = origin.app(|config| {
        config.server.token_files = vec![folder.path().join("tokens")];
        config.server.insecure = true;
        config.url.access = UrlAccess::Open;
    });
    assert_eq!(purge(&closed, &json!({ "sources": ["/a.png"] })).await.status, StatusCode::UNAUTHORIZED);
    let body = Body::from(json!({ "sources": ["/a.png"] }).to_string());
    let request = Request::post("/purge").header("authorization", "Bearer secret").body(body).unwrap();
    assert_eq!(call(&closed, request).await.text(), r#"{"purged":0}"#);
}
