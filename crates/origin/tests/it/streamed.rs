//! Files that come while they are read, and conditions.

use std::time::{Duration, Instant};

use palmette_origin::{Error, Opened, Request};

use crate::support::{Act, Server, file, one_street, redirect, send, settings};

#[tokio::test]
async fn streamed_files_come_as_they_are_sent() {
    let server = Server::start("127.0.0.2", |head| match head.starts_with("GET /a ") {
        true => redirect("/b"),
        false => vec![
            send("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n12\r\n"),
            Act::Wait(Duration::from_millis(300)),
            send("2\r\n34\r\n0\r\n\r\n"),
        ],
    })
    .await;
    let (fetcher, _) = one_street(&server).fetcher(&settings());
    let begun = Instant::now();
    let Ok(Opened::Answer(mut answer)) = fetcher.open(&Request::new("http://files.example/a", 4)).await else {
        panic!()
    };
    assert_eq!(answer.head().url().path(), "/b");
    assert_eq!(answer.chunk().await.unwrap().unwrap(), "12");
    assert!(begun.elapsed() < Duration::from_millis(250), "before the rest is there");
    assert_eq!(answer.chunk().await.unwrap().unwrap(), "34");
    assert!(answer.chunk().await.unwrap().is_none());

    let Ok(Opened::Answer(mut answer)) = fetcher.open(&Request::new("http://files.example/b", 3)).await else {
        panic!()
    };
    assert_eq!(answer.chunk().await.unwrap().unwrap(), "12");
    assert!(matches!(answer.chunk().await, Err(Error::TooLarge { max_bytes: 3 })));
}

#[tokio::test]
async fn streamed_files_that_are_known_are_not_sent() {
    let server = Server::start("127.0.0.2", |head| match head.contains("if-none-match: \"1\"\r\n") {
        true => vec![send("HTTP/1.1 304 Not Modified\r\netag: \"1\"\r\n\r\n")],
        false => file("etag: \"1\"\r\n", "file"),
    })
    .await;
    let (fetcher, _) = one_street(&server).fetcher(&settings());
    let request = Request::new("http://files.example/", 4);
    let Ok(Opened::Answer(answer)) = fetcher.open(&request).await else { panic!() };
    let known = answer.head().clone();
    assert_eq!(answer.bytes().await.unwrap(), "file");
    let opened = fetcher.open(&request.unless(known)).await.unwrap();
    assert!(matches!(opened, Opened::Unchanged(head) if head.etag() == Some("\"1\"")));
    assert_eq!(server.connections(), 1, "used again");
}
