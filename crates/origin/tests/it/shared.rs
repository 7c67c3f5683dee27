//! Callers that want the same at the same time.

use std::time::{Duration, Instant};

use palmette_origin::{Error, Request, Settings, Source};
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
