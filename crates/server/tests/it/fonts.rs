//! Fonts that a request names by URL are fetched before it is worked on, from where that is allowed, within their limits.

use std::slice::from_ref;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use palmette_server::Config;
use palmette_server::config::MaxBytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::support::{Answer, Form, app_with, get, png, transform};

/// A server of one file, and the requests for it.
struct FontServer {
    origin: String,
    asked: Arc<AtomicUsize>,
}

impl FontServer {
    /// Starts one that answers after some time, with a file that may be kept.
    async fn start(bytes: usize, delay: Duration) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let count = Arc::clone(&count);
                tokio::spawn(async move {
                    let mut head = [0; 4096];
                    while stream.read(&mut head).await.unwrap() > 0 {
                        count.fetch_add(1, Ordering::Relaxed);
                        tokio::time::sleep(delay).await;
                        let head =
                            format!("HTTP/1.1 200 OK\r\ncache-control: max-age=60\r\ncontent-length: {bytes}\r\n\r\n");
                        stream.write_all(head.as_bytes()).await.unwrap();
                        stream.write_all(&vec![0; bytes]).await.unwrap();
                    }
                });
            }
        });
        Self { origin, asked }
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }

    /// Makes a service that may ask this server, among others.
    fn app(&self, change: fn(&mut Config)) -> Router {
        let mut config = Config::default();
        config.fetch.fetcher.allow = vec![self.origin.parse().unwrap()];
        change(&mut config);
        app_with(config)
    }
}

/// A picture with a text of each font on it.
fn texts(urls: &[String]) -> Form {
    let form = Form::new().file("image", &png(8, 8));
    let form = urls
        .iter()
        .fold(form, |form, url| form.text("draw_text", &format!(r#"{{"text":"a","font":{{"url":"{url}"}}}}"#)));
    let draws: Vec<_> =
        (1..=urls.len()).map(|index| format!(r#"{{"drawImageIndex":{index},"targetImageIndex":0}}"#)).collect();
    form.text("transforms", &format!("[{}]", draws.join(","))).text("output_format", "image/png")
}

/// Counts fetches of an outcome.
async fn fetches(app: &Router, outcome: &str) -> u64 {
    let metrics = get(app, "/metrics").await.text();
    let start = format!("palmette_fetches_total{{outcome=\"{outcome}\"}} ");
    metrics.lines().find_map(|line| line.strip_prefix(&start)?.parse().ok()).unwrap_or(0)
}

async fn draw(app: &Router, urls: &[String]) -> Answer {
    transform(app, texts(urls)).await
}

#[tokio::test]
async fn fonts_are_fetched_once_each_and_kept() {
    let server = FontServer::start(100, Duration::from_millis(200)).await;
    let app = server.app(|_| {});
    let urls: Vec<String> = ["a", "b", "a", "c"].map(|path| format!("{}/{path}", server.origin)).to_vec();
    let begun = std::time::Instant::now();
    draw(&app, &urls).await;
    assert!(begun.elapsed() < Duration::from_millis(550), "all at once, not one after the other");
    assert_eq!((server.asked(), fetches(&app, "server").await), (3, 3));
    draw(&app, &urls).await;
    assert_eq!((server.asked(), fetches(&app, "cache").await), (3, 3));
    let metrics = get(&app, "/metrics").await.text();
    for name in ["palmette_fetch_seconds_count{outcome=\"cache\"} 3", "palmette_fetched_bytes_total 300"] {
        assert!(metrics.contains(name), "{metrics}");
    }
    assert!(metrics.contains("palmette_body_bytes 0"), "nothing is held any more");
    assert!(!metrics.contains("palmette_fetch_cache_bytes 0"), "{metrics}");
}

#[tokio::test]
async fn fonts_that_may_not_be_had_are_not_asked_for() {
    let server = FontServer::start(100, Duration::ZERO).await;
    let app = app_with(Config::default());
    for url in [server.origin.as_str(), "http://localhost/", "http://169.254.169.254/", "ftp://a.example/a", "sans.ttf"]
    {
        let answer = draw(&app, &[url.to_owned()]).await;
        assert!(answer.code() != 0, "{url}");
    }
    assert_eq!((server.asked(), fetches(&app, "refused").await), (0, 5));
    draw(&app, &["font:Sans".to_owned(), "data:font/ttf;base64,AAEAAA==".to_owned()]).await;
    assert_eq!(fetches(&app, "refused").await, 5, "these are not fetched");
}

#[tokio::test]
async fn fonts_have_a_limit() {
    let server = FontServer::start(101, Duration::ZERO).await;
    let app = server.app(|config| config.fetch.max_bytes = 100);
    draw(&app, from_ref(&server.origin)).await;
    assert_eq!(fetches(&app, "limit").await, 1);
    let app = server.app(|config| config.fetch.max_bytes = 101);
    draw(&app, from_ref(&server.origin)).await;
    assert_eq!(fetches(&app, "server").await, 1);
}

#[tokio::test]
async fn fonts_count_as_bodies() {
    let server = FontServer::start(50_000, Duration::ZERO).await;
    let full = server.app(|config| config.admission.max_body_bytes = MaxBytes::Exactly(40_000));
    let answer = draw(&full, from_ref(&server.origin)).await;
    assert_eq!((answer.code(), answer.header("retry-after")), (9522, "1"), "{}", answer.text());
    let arriving = server.app(|config| config.fetch.fetcher.max_arriving_bytes = 40_000);
    let answer = draw(&arriving, from_ref(&server.origin)).await;
    assert_eq!((answer.code(), answer.header("retry-after")), (9522, "1"), "{}", answer.text());
    assert!(answer.text().contains("40000 bytes"), "{}", answer.text());
}

#[tokio::test]
async fn fonts_are_waited_for_within_the_time_of_the_request_and_without_a_worker() {
    let server = FontServer::start(100, Duration::from_secs(60)).await;
    let app = server.app(|config| config.limits.timeout = Duration::from_millis(300));
    let waiting = tokio::spawn({
        let (app, urls) = (app.clone(), [server.origin.clone()]);
        async move { draw(&app, &urls).await }
    });
    while server.asked() == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let metrics = get(&app, "/metrics").await.text();
    assert!(metrics.contains("palmette_working_requests 0") && metrics.contains("palmette_queued_requests 0"));
    assert_eq!(waiting.await.unwrap().code(), 9529);
    let app = server.app(|config| config.fetch.fetcher.timeout = Duration::from_millis(200));
    assert!(draw(&app, from_ref(&server.origin)).await.code() != 0);
    assert_eq!(fetches(&app, "deadline").await, 1);
}
