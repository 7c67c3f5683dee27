//! Limits, and answers that are not what they should be.

use std::time::{Duration, Instant};

use palmette_origin::{Error, Request, Settings};

use crate::support::{Act, Server, file, get, one_street, send, settings};

/// Fetches at most four bytes of what a server sends.
async fn four(acts: Vec<Act>) -> Result<String, Error> {
    let server = Server::start("127.0.0.2", move |_| acts.clone()).await;
    let (fetcher, _) = one_street(&server).fetcher(&settings());
    let fetched = fetcher.get(&Request::new("http://files.example/", 4)).await?;
    Ok(String::from_utf8(fetched.bytes.to_vec()).unwrap())
}

const HEAD: &str = "HTTP/1.1 200 OK\r\n";

#[tokio::test]
async fn limits_on_bytes_hold_however_a_body_is_sent() {
    let chunked = |body: &str| vec![send(format!("{HEAD}transfer-encoding: chunked\r\n\r\n{body}"))];
    let to_end = |body: &str| vec![send(format!("{HEAD}\r\n{body}")), Act::Hang];
    assert_eq!(four(file("", "1234")).await.unwrap(), "1234");
    assert_eq!(four(file("", "")).await.unwrap(), "");
    assert_eq!(four(chunked("2\r\n12\r\n2;x=y\r\n34\r\n0\r\nt: u\r\n\r\n")).await.unwrap(), "1234");
    assert_eq!(four(to_end("1234")).await.unwrap(), "1234");
    for acts in [file("", "12345"), chunked("4\r\n1234\r\n1\r\n5\r\n0\r\n\r\n"), to_end("12345")] {
        assert!(matches!(four(acts).await, Err(Error::TooLarge { max_bytes: 4 })));
    }
    // The promise of too much is enough.
    let promise = vec![send(format!("{HEAD}content-length: 5\r\n\r\n")), Act::Wait(Duration::from_secs(9))];
    assert!(matches!(four(promise).await, Err(Error::TooLarge { max_bytes: 4 })));
    let endless = |head: &str| {
        let chunk = send(format!("1000\r\n{}\r\n", "x".repeat(0x1000)));
        [vec![send(head)], vec![chunk; 10_000]].concat()
    };
    let begun = Instant::now();
    let error = four(endless(&format!("{HEAD}transfer-encoding: chunked\r\n\r\n"))).await.unwrap_err();
    assert!(matches!(error, Error::TooLarge { max_bytes: 4 }) && begun.elapsed() < Duration::from_secs(1));
}

#[tokio::test]
async fn limits_on_answers_that_break() {
    for (what, acts) in [
        ("too short", vec![send(format!("{HEAD}content-length: 4\r\n\r\n12")), Act::Hang]),
        ("a chunk without a size", vec![send(format!("{HEAD}transfer-encoding: chunked\r\n\r\nxy\r\n12\r\n"))]),
        ("a chunk that breaks off", vec![send(format!("{HEAD}transfer-encoding: chunked\r\n\r\n4\r\n12")), Act::Hang]),
        ("no last chunk", vec![send(format!("{HEAD}transfer-encoding: chunked\r\n\r\n2\r\n12\r\n")), Act::Hang]),
        ("a chunk longer than it says", vec![send(format!("{HEAD}transfer-encoding: chunked\r\n\r\n1\r\n12\r\n"))]),
        ("a huge chunk size", vec![send(format!("{HEAD}transfer-encoding: chunked\r\n\r\nfffffffffffffffff\r\n12"))]),
        ("two lengths", vec![send(format!("{HEAD}content-length: 2\r\ncontent-length: 3\r\n\r\n123"))]),
        ("a negative length", vec![send(format!("{HEAD}content-length: -2\r\n\r\n12"))]),
        ("no HTTP", vec![send("SSH-2.0-OpenSSH_9.9\r\n"), Act::Hang]),
        ("nothing", vec![Act::Hang]),
        ("an endless head", vec![send(format!("{HEAD}a: {}", "x".repeat(100_000)))]),
        ("half a head", vec![send("HTTP/1.1 200 OK\r\ncontent-le"), Act::Hang]),
    ] {
        let error = four(acts).await.unwrap_err();
        assert!(matches!(error, Error::Broken { .. }), "{what}: {error}");
    }
}

#[tokio::test]
async fn limits_on_time_hold_for_heads_and_bodies() {
    let slow = |first: String| {
        let drop = [send("x"), Act::Wait(Duration::from_millis(50))];
        [vec![send(first)], vec![drop; 1000].concat()].concat()
    };
    for (what, acts) in [
        ("no head", vec![Act::Wait(Duration::from_secs(60))]),
        ("a slow head", slow(format!("{HEAD}a: "))),
        ("a slow body", slow(format!("{HEAD}content-length: 1000\r\n\r\n"))),
        ("no body", vec![send(format!("{HEAD}content-length: 3\r\n\r\n")), Act::Wait(Duration::from_secs(60))]),
    ] {
        let server = Server::start("127.0.0.2", move |_| acts.clone()).await;
        let timeout = Duration::from_millis(200);
        let (fetcher, _) = one_street(&server).fetcher(&Settings { timeout, ..settings() });
        let begun = Instant::now();
        let error = get(&fetcher, "http://files.example/").await.unwrap_err();
        assert!(matches!(error, Error::TimedOut { .. }), "{what}: {error}");
        assert!(begun.elapsed() >= timeout && begun.elapsed() < Duration::from_secs(2), "{what}");
        assert_eq!(error.to_string(), "http://files.example:80: no complete answer within 200 ms");
    }
}

#[tokio::test]
async fn limits_on_what_is_an_answer() {
    for status in
        ["204 No Content", "206 Partial", "304 Not Modified", "401 No", "404 Not Found", "500 Oops", "503 Busy"]
    {
        let number: u16 = status[..3].parse().unwrap();
        let error = four(vec![send(format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n"))]).await.unwrap_err();
        assert!(matches!(error, Error::Status { status, .. } if status == number), "{status}: {error}");
    }
    // A tiny body that would become a large one is not taken, whatever its limit.
    for encoding in ["gzip", "br", "identity, gzip", "x"] {
        let error = four(file(&format!("content-encoding: {encoding}\r\n"), "12")).await.unwrap_err();
        assert!(matches!(error, Error::Encoded { .. }), "{encoding}: {error}");
    }
    let error = four(file("via: 1.1 cdn, 1.1 palmette\r\n", "12")).await.unwrap_err();
    assert!(matches!(error, Error::Loop { .. }), "{error}");
    assert_eq!(four(file("via: 1.1 cdn, 1.1 palmette-2\r\n", "12")).await.unwrap(), "12");
}
