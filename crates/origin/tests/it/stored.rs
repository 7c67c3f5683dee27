//! Files of stores, which are asked otherwise than over HTTP and held to the same limits.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::{FutureExt, StreamExt, stream};
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Frame;
use hyper::{HeaderMap, Response};
use palmette_origin::{Body, Class, Error, Fetched, Fetcher, Settings, Source, Store, StoreError, Stored, Url};
use tokio::time::sleep;

use crate::support::{MANY, Server, redirect, settings};

/// A store of one answer.
#[derive(Debug)]
struct Shop {
    status: u16,
    headers: &'static [(&'static str, &'static str)],
    pieces: &'static [&'static str],
    /// Time before each piece, and before the head.
    pace: Duration,
    is_broken: bool,
    /// The names that were asked for, each with the tag that was known.
    asked: Mutex<Vec<(String, Option<String>)>>,
    sent: Arc<AtomicUsize>,
}

impl Shop {
    fn new(headers: &'static [(&'static str, &'static str)], pieces: &'static [&'static str]) -> Self {
        let (asked, sent) = (Mutex::default(), Arc::default());
        Self { status: 200, headers, pieces, pace: Duration::ZERO, is_broken: false, asked, sent }
    }
}

impl Store for Shop {
    fn ask<'a>(&'a self, name: &'a str, headers: &'a HeaderMap) -> BoxFuture<'a, Result<Response<Body>, StoreError>> {
        let known = headers.get("if-none-match").map(|tag| tag.to_str().unwrap().to_owned());
        self.asked.lock().unwrap().push((name.to_owned(), known.clone()));
        async move {
            sleep(self.pace).await;
            if self.pieces.is_empty() && self.is_broken {
                return Err("no way to the shop".into());
            }
            let is_known = known.is_some_and(|known| self.headers.contains(&("etag", known.as_str())));
            let mut answer = Response::builder().status(if is_known { 304 } else { self.status });
            for (name, value) in self.headers {
                answer = answer.header(*name, *value);
            }
            let (pace, sent) = (self.pace, Arc::clone(&self.sent));
            let ends_badly = self.is_broken.then(|| Err(StoreError::from("it broke off")));
            let pieces =
                stream::iter(self.pieces.iter().map(|piece| Ok(Frame::data(Bytes::from(*piece)))).chain(ends_badly));
            let pieces = pieces.then(move |piece| {
                sent.fetch_add(1, Ordering::Relaxed);
                async move {
                    sleep(pace).await;
                    piece
                }
            });
            Ok(answer.body(StreamBody::new(pieces).boxed_unsync())?)
        }
        .boxed()
    }
}

/// Fetches a file of a store.
async fn get(fetcher: &Fetcher, shop: &Arc<Shop>, name: &str, max_bytes: u64) -> Result<Fetched, Error> {
    let url = Url::parse(&format!("shop://files/{name}")).unwrap();
    let store = Arc::clone(shop) as Arc<dyn Store>;
    fetcher.get_stored(Stored { store, name: name.to_owned(), url }, max_bytes).await
}

#[tokio::test]
async fn stored_files_are_kept_by_their_headers() {
    let fetcher = Fetcher::new(&settings());
    let tagged = Arc::new(Shop::new(&[("etag", "\"1\""), ("cache-control", "no-cache")], &["fi", "le"]));
    for source in [Source::Server, Source::Revalidated, Source::Revalidated] {
        let fetched = get(&fetcher, &tagged, "a", MANY).await.unwrap();
        assert_eq!((fetched.bytes, fetched.source), ("file".into(), source));
    }
    let known = Some("\"1\"".to_owned());
    let asked = tagged.asked.lock().unwrap().clone();
    assert_eq!(asked, [("a".to_owned(), None), ("a".to_owned(), known.clone()), ("a".to_owned(), known)]);

    let fresh = Arc::new(Shop::new(&[("cache-control", "max-age=60")], &["file"]));
    for source in [Source::Server, Source::Cache] {
        assert_eq!(get(&fetcher, &fresh, "b", MANY).await.unwrap().source, source);
    }
    assert_eq!(get(&fetcher, &fresh, "c", MANY).await.unwrap().source, Source::Server, "another file");
    fetcher.forget("shop://files/b");
    assert_eq!(get(&fetcher, &fresh, "b", MANY).await.unwrap().source, Source::Server);
}

#[tokio::test]
async fn stored_files_are_asked_for_once_at_a_time() {
    let fetcher = Fetcher::new(&settings());
    let shop = Arc::new(Shop { pace: Duration::from_millis(50), ..Shop::new(&[], &["file"]) });
    let fetches = (0..20).map(|_| get(&fetcher, &shop, "a", MANY));
    let fetched = futures_util::future::join_all(fetches).await;
    assert!(fetched.iter().all(|fetched| fetched.as_ref().unwrap().bytes == "file"));
    assert_eq!(shop.asked.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn stored_files_stop_at_the_first_byte_too_many() {
    let fetcher = Fetcher::new(&settings());
    let endless = Arc::new(Shop::new(&[], &["12345"; 100]));
    assert!(matches!(get(&fetcher, &endless, "a", 12).await, Err(Error::TooLarge { max_bytes: 12 })));
    assert!(endless.sent.load(Ordering::Relaxed) <= 4, "{:?}", endless.sent);
    let boastful = Arc::new(Shop::new(&[("content-length", "13")], &["12345"]));
    assert!(matches!(get(&fetcher, &boastful, "b", 12).await, Err(Error::TooLarge { max_bytes: 12 })));
    assert_eq!(boastful.sent.load(Ordering::Relaxed), 0);
    assert_eq!(get(&fetcher, &endless, "c", 500).await.unwrap().bytes.len(), 500);

    let full = Fetcher::new(&Settings { max_arriving_bytes: 100, ..settings() });
    assert!(matches!(get(&full, &endless, "a", 500).await, Err(Error::Full { max_bytes: 100 })));
}

#[tokio::test]
async fn stored_files_fail_as_those_of_servers() {
    let timeout = Duration::from_millis(300);
    let fetcher = Fetcher::new(&Settings { timeout, failure_time: Duration::from_secs(60), ..settings() });
    let shop = |change: &dyn Fn(&mut Shop)| {
        let mut shop = Shop::new(&[("location", "https://elsewhere.example/")], &["file", "file", "file", "file"]);
        change(&mut shop);
        Arc::new(shop)
    };
    let pace = |shop: &mut Shop| shop.pace = Duration::from_millis(100);
    for (name, shop, class, message) in [
        ("none", shop(&|shop| shop.status = 404), Class::Missing, "shop://files: answered with status 404"),
        ("denied", shop(&|shop| shop.status = 403), Class::Missing, "shop://files: answered with status 403"),
        // A store leads nowhere, not even to a server that anybody may ask.
        ("moved", shop(&|shop| shop.status = 302), Class::BadAnswer, "shop://files: answered with status 302"),
        (
            "torn",
            shop(&|shop| shop.is_broken = true),
            Class::BadAnswer,
            "shop://files: the answer broke off, or is not HTTP",
        ),
        ("slow", shop(&pace), Class::Deadline, "shop://files: no complete answer within 300 ms"),
        (
            "closed",
            shop(&|shop| (shop.pieces, shop.is_broken) = (&[], true)),
            Class::Unreachable,
            "shop://files: could not be read",
        ),
    ] {
        let error = get(&fetcher, &shop, name, MANY).await.unwrap_err();
        assert_eq!((error.class(), error.to_string().as_str()), (class, message), "{name}");
        // A failure is remembered, as that of a server is.
        get(&fetcher, &shop, name, MANY).await.unwrap_err();
        assert_eq!(shop.asked.lock().unwrap().len(), 1, "{name}");
    }
}

#[tokio::test]
async fn stored_files_are_nothing_that_servers_lead_to() {
    let server = Server::start("127.0.0.2", |_| redirect("shop://files/a")).await;
    let fetcher = Fetcher::new(&Settings { allow: vec![server.origin().parse().unwrap()], ..settings() });
    let shop = Arc::new(Shop::new(&[], &["file"]));
    get(&fetcher, &shop, "a", MANY).await.unwrap();
    for url in [server.origin().as_str(), "shop://files/a"] {
        let error = crate::support::get(&fetcher, url).await.unwrap_err();
        assert!(matches!(error, Error::Scheme { .. }), "{url}: {error}");
    }
}
