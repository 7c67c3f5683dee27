//! Sources of image URLs while they arrive: how much all of them may hold together, and that this is what bodies hold.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use palmette_server::Config;
use palmette_server::config::MaxBytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::cache::{metric, settle};
use crate::support::{Answer, Form, app_with, get, png, transform};

/// A picture of 400×300 pixels whose file is as large as they are.
fn large() -> Vec<u8> {
    [&b"P6\n400 300\n255\n"[..], &[99; 400 * 300 * 3]].concat()
}

/// A server of one large picture, whatever the path, which sends its end only when it is told to.
struct SlowOrigin {
    url: String,
    asked: Arc<AtomicUsize>,
    finish: watch::Sender<bool>,
}

impl SlowOrigin {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (finish, finished) = watch::channel(false);
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let (count, mut finished) = (Arc::clone(&count), finished.clone());
                tokio::spawn(async move {
                    let mut head = Vec::new();
                    while !head.ends_with(b"\r\n\r\n") {
                        head.push(stream.read_u8().await?);
                    }
                    count.fetch_add(1, Ordering::Relaxed);
                    let file = large();
                    let (begin, end) = file.split_at(300_000);
                    let head =
                        format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", file.len());
                    stream.write_all(head.as_bytes()).await?;
                    stream.write_all(begin).await?;
                    let _ = finished.wait_for(|is_finished| *is_finished).await;
                    stream.write_all(end).await?;
                    stream.shutdown().await
                });
            }
        });
        Self { url, asked, finish }
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }

    fn app(&self, change: impl FnOnce(&mut Config)) -> Router {
        let mut config = Config::default();
        config.url.origins = vec![self.url.parse().unwrap()];
        config.fetch.fetcher.allow = vec![self.url.parse().unwrap()];
        config.fetch.fetcher.cache_bytes = 0;
        change(&mut config);
        app_with(config)
    }
}

/// A form that draws a text whose font is at an origin.
fn with_font(image: &[u8], origin: &str) -> Form {
    Form::new()
        .file("image", image)
        .text("draw_text", &format!(r#"{{"text":"a","font":{{"url":"{origin}/a.ttf"}}}}"#))
        .text("transforms", r#"[{"drawImageIndex":1,"targetImageIndex":0}]"#)
        .text("output_format", "image/png")
}

/// Asks for a picture of its own.
async fn ask(app: Router, number: usize) -> Answer {
    get(&app, &format!("/cdn-cgi/image/width=20,format=png/{number}.ppm")).await
}

#[tokio::test]
async fn arriving_sources_are_bounded_together() {
    const MAX_BYTES: u64 = 2_000_000;
    let origin = SlowOrigin::start().await;
    let app = origin.app(|config| config.admission.max_body_bytes = MaxBytes::Exactly(MAX_BYTES));
    let mut asked: JoinSet<Answer> = (0..12).map(|number| ask(app.clone(), number)).collect();
    let mut most = 0;
    while origin.asked() < 12 || most == 0 {
        most = most.max(metric(&app, "palmette_body_bytes").await);
        assert!(most <= MAX_BYTES / 2, "{most}");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    // Those that found no room were told so at once, and the others have all that was sent of them.
    let mut answers = Vec::new();
    while let Ok(Some(answer)) = tokio::time::timeout(Duration::from_millis(500), asked.join_next()).await {
        answers.push(answer.unwrap());
    }
    let held = metric(&app, "palmette_body_bytes").await;
    assert!((300_000..=MAX_BYTES / 2).contains(&held), "{held}");
    assert!(!answers.is_empty() && !asked.is_empty(), "{}", answers.len());
    for refused in answers {
        assert_eq!((refused.status, refused.header("cf-resized")), (StatusCode::SERVICE_UNAVAILABLE, "err=9522"));
        assert_eq!(refused.header("retry-after"), "1");
        assert!(refused.text().contains("fetched may take 1000000 bytes"), "{}", refused.text());
    }
    origin.finish.send(true).unwrap();
    for answer in asked.join_all().await {
        assert_eq!((answer.status, answer.header("content-type")), (StatusCode::OK, "image/png"), "{}", answer.text());
    }
    assert_eq!(metric(&app, "palmette_body_bytes").await, 0);
}

#[tokio::test]
async fn arriving_sources_find_no_room_beside_bodies() {
    let origin = SlowOrigin::start().await;
    // It takes connections, and never says a word.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let font = format!("http://{}", silent.local_addr().unwrap());
    let app = origin.app(|config| {
        config.fetch.fetcher.allow.push(font.parse().unwrap());
        config.admission.max_body_bytes = MaxBytes::Exactly(800_000);
    });
    // Half of the room is enough for the source, but not beside this form, which waits for a font.
    let form = with_font(&[0; 500_000], &font);
    let waiting = tokio::spawn({
        let app = app.clone();
        async move { transform(&app, form).await }
    });
    while metric(&app, "palmette_body_bytes").await < 500_000 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let refused = ask(app.clone(), 1).await;
    assert_eq!(refused.header("cf-resized"), "err=9522", "{}", refused.text());
    assert!(refused.text().contains("bodies of all requests may take 800000 bytes"), "{}", refused.text());
    drop(silent);
    assert!(waiting.await.unwrap().code() != 0, "neither font nor picture is one");
    origin.finish.send(true).unwrap();
    assert_eq!(ask(app.clone(), 1).await.status, StatusCode::OK);
    assert_eq!(metric(&app, "palmette_body_bytes").await, 0);
}

#[tokio::test]
async fn arriving_sources_and_fonts_wait_for_one_another() {
    let origin = SlowOrigin::start().await;
    let app = origin.app(|config| config.fetch.fetcher.max_running = 1);
    let source = tokio::spawn(ask(app.clone(), 1));
    while origin.asked() == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let form = with_font(&png(8, 8), &origin.url);
    let font = tokio::spawn({
        let app = app.clone();
        async move { transform(&app, form).await }
    });
    settle().await;
    assert_eq!(origin.asked(), 1, "one at a time");
    origin.finish.send(true).unwrap();
    assert_eq!(source.await.unwrap().status, StatusCode::OK);
    font.await.unwrap();
    assert_eq!(origin.asked(), 2);
}

#[tokio::test]
async fn arriving_files_of_folders_count_before_they_are_read() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("1.ppm"), large()).unwrap();
    let with = |max_bytes| {
        let mut config = Config::default();
        config.url.origins = vec![folder.path().to_str().unwrap().parse().unwrap()];
        config.admission.max_body_bytes = MaxBytes::Exactly(max_bytes);
        app_with(config)
    };
    let refused = ask(with(300_000), 1).await;
    assert_eq!((refused.header("cf-resized"), refused.header("retry-after")), ("err=9522", "1"), "{}", refused.text());
    let app = with(400_000);
    assert_eq!(ask(app.clone(), 1).await.status, StatusCode::OK);
    assert_eq!(metric(&app, "palmette_body_bytes").await, 0);
}
