//! Callers that want the same at the same time.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use palmette_origin::{Arriving, Error, Fetcher, Request, Room, Settings, Source};
use tokio::time::{sleep, timeout};

use crate::support::{Act, Server, file, get, one_street, send, settings};

/// Makes a server that takes its time.
async fn slow_server(head: &'static str) -> Server {
    Server::start("127.0.0.2", move |_| {
        let wait = Act::Wait(Duration::from_millis(200));
        [vec![wait], file(head, "file")].concat()
    })
    .await
}

#[tokio::test]
async fn shared_fetches_ask_once() {
    let server = slow_server("cache-control: no-store\r\n").await;
    let (fetcher, _) = one_street(&server).fetcher(&settings());
    let fetches: Vec<_> = (0..20)
        .map(|_| {
            let fetcher = fetcher.clone();
            tokio::spawn(async move { get(&fetcher, "http://files.example/").await.unwrap() })
        })
        .collect();
    let mut shared = 0;
    for fetch in fetches {
        let fetched = fetch.await.unwrap();
        assert_eq!(fetched.bytes, "file");
        shared += usize::from(fetched.source == Source::Shared);
    }
    assert_eq!((server.heads().len(), shared), (1, 19));
    get(&fetcher, "http://files.example/").await.unwrap();
    assert_eq!(server.heads().len(), 2, "one that comes later asks again");
}

#[tokio::test]
async fn shared_fetches_outlive_who_began_them() {
    let server = slow_server("").await;
    let (fetcher, _) = one_street(&server).fetcher(&settings());
    let first = tokio::spawn({
        let fetcher = fetcher.clone();
        async move { timeout(Duration::from_millis(50), get(&fetcher, "http://files.example/")).await.is_err() }
    });
    sleep(Duration::from_millis(20)).await;
    let second = get(&fetcher, "http://files.example/").await.unwrap();
    assert!(first.await.unwrap(), "the first one left");
    assert_eq!((second.source, server.heads().len()), (Source::Shared, 1));
}

#[tokio::test]
async fn shared_fetches_end_when_all_have_left() {
    let server = slow_server("").await;
    let (fetcher, _) = one_street(&server).fetcher(&settings());
    let gone = timeout(Duration::from_millis(50), get(&fetcher, "http://files.example/")).await;
    assert!(gone.is_err());
    assert_eq!(get(&fetcher, "http://files.example/").await.unwrap().source, Source::Server, "nobody's is not joined");
}

#[tokio::test]
async fn shared_fetches_share_failures_but_not_limits() {
    let server = Server::start("127.0.0.2", |_| {
        vec![Act::Wait(Duration::from_millis(100)), send("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n123456789")]
    })
    .await;
    let (fetcher, _) = one_street(&server).fetcher(&settings());
    let get = async |max_bytes| fetcher.get(&Request::new("http://files.example/", max_bytes)).await;
    let (small, equal, large) = tokio::join!(get(8), get(8), get(9));
    assert!(matches!(small, Err(Error::TooLarge { max_bytes: 8 })) && matches!(equal, Err(Error::TooLarge { .. })));
    assert_eq!(large.unwrap().bytes, "123456789");
    assert_eq!(server.heads().len(), 2);
}

#[tokio::test]
async fn shared_places_are_waited_for() {
    let server = slow_server("cache-control: no-store\r\n").await;
    let (fetcher, _) = one_street(&server).fetcher(&Settings { max_running: 1, ..settings() });
    let begun = Instant::now();
    let (a, b) = tokio::join!(get(&fetcher, "http://files.example/a"), get(&fetcher, "http://files.example/b"));
    assert!(a.is_ok() && b.is_ok());
    assert!(begun.elapsed() >= Duration::from_millis(400), "one after the other");

    let timeout = Duration::from_millis(300);
    let (fetcher, _) = one_street(&server).fetcher(&Settings { max_running: 1, timeout, ..settings() });
    let (a, b) = tokio::join!(get(&fetcher, "http://files.example/a"), get(&fetcher, "http://files.example/b"));
    assert!(a.is_ok() && matches!(b, Err(Error::TimedOut { .. })));
}

#[tokio::test]
async fn shared_memory_is_bounded_while_files_arrive() {
    let server = Server::start("127.0.0.2", |_| {
        let rest = vec![Act::Wait(Duration::from_millis(400)), send("1")];
        [vec![send("HTTP/1.1 200 OK\r\ncontent-length: 11\r\n\r\n1234567890")], rest].concat()
    })
    .await;
    let (fetcher, _) = one_street(&server).fetcher(&Settings { max_arriving_bytes: 15, ..settings() });
    let first = tokio::spawn({
        let fetcher = fetcher.clone();
        async move { get(&fetcher, "http://files.example/a").await }
    });
    sleep(Duration::from_millis(200)).await;
    let second = get(&fetcher, "http://files.example/b").await;
    assert!(matches!(second, Err(Error::Full { max_bytes: 15 })));
    assert_eq!(first.await.unwrap().unwrap().bytes.len(), 11);
    assert_eq!(get(&fetcher, "http://files.example/c").await.unwrap().bytes.len(), 11, "nothing is counted for ever");
}

/// Memory for 30 bytes, and what is in it.
#[derive(Debug, Default)]
struct Narrow(AtomicU64);

impl Room for Narrow {
    fn take(&self, bytes: u64) -> bool {
        self.0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |held| Some(held + bytes).filter(|sum| *sum <= 30))
            .is_ok()
    }

    fn give_back(&self, bytes: u64) {
        self.0.fetch_sub(bytes, Ordering::Relaxed);
    }
}

#[tokio::test]
async fn shared_memory_of_fetchers_is_somebodys() {
    let server = Server::start("127.0.0.1", |head| {
        // One of them does not promise its length, and none of what is reserved for it is lost.
        let length = if head.starts_with("GET /a ") { "connection: close\r\n" } else { "content-length: 11\r\n" };
        let wait = Act::Wait(Duration::from_millis(400));
        let rest = [wait, send("1"), Act::Hang];
        [vec![send(format!("HTTP/1.1 200 OK\r\n{length}\r\n1234567890"))], rest.to_vec()].concat()
    })
    .await;
    let (room, url) = (Arc::new(Narrow::default()), format!("http://{}", server.address));
    let arriving = Arc::new(Arriving::new(9, 100).within(Arc::<Narrow>::clone(&room)));
    let settings = Settings { allow: vec![url.parse().unwrap()], cache_bytes: 0, ..settings() };
    let [first, second] = [(); 2].map(|()| Fetcher::sharing(&settings, Arc::clone(&arriving)));
    let waiting = tokio::spawn({
        let (first, url) = (first.clone(), format!("{url}/a"));
        async move { get(&first, &url).await }
    });
    sleep(Duration::from_millis(200)).await;
    assert_eq!((room.0.load(Ordering::Relaxed), arriving.held_bytes()), (10, 10), "of what has come");
    room.take(15);
    assert!(matches!(get(&second, &format!("{url}/b")).await, Err(Error::NoRoom)));
    room.give_back(15);
    assert_eq!(waiting.await.unwrap().unwrap().bytes, "12345678901");
    assert_eq!(get(&second, &format!("{url}/c")).await.unwrap().bytes, "12345678901");
    assert_eq!((room.0.load(Ordering::Relaxed), arriving.held_bytes()), (0, 0));
}
