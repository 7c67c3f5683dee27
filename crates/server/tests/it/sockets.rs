//! What only shows over a real socket: slow readers, slow writers, odd requests, and helpers for the modules beside this one.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use palmette_server::Config;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{BOUNDARY, Server, form, pixmap, png, watermark_form};

/// Writes bytes and returns everything that comes back until the other side closes.
pub(crate) async fn send(stream: &mut TcpStream, request: &[u8]) -> String {
    stream.write_all(request).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

pub(crate) async fn get(server: &Server, path: &str) -> String {
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    send(&mut stream, format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").as_bytes()).await
}

/// Returns the head of a request with a chunked form, as the client of record sends it.
pub(crate) fn chunked_head(path: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nTransfer-Encoding: chunked\r\nHost: js.images.cloudflare.com\r\nConnection: close\r\n\
         Content-Type: multipart/form-data; boundary={BOUNDARY}\r\n\r\n"
    )
}

/// Returns bytes as one chunk.
pub(crate) fn chunk(bytes: &[u8]) -> Vec<u8> {
    let mut chunk = format!("{:x}\r\n", bytes.len()).into_bytes();
    chunk.extend(bytes);
    chunk.extend(b"\r\n");
    chunk
}

/// Sends a whole form and leaves the answer unread.
pub(crate) async fn send_form(server: &Server, path: &str, form: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(chunked_head(path).as_bytes()).await.unwrap();
    stream.write_all(&chunk(form)).await.unwrap();
    stream.write_all(b"0\r\n\r\n").await.unwrap();
    stream
}

#[tokio::test(flavor = "multi_thread")]
async fn sockets_slow_readers_get_large_answers_whole() {
    let server = Server::start(Config::default()).await;
    let (width, height) = (3000, 2700);
    let mut stream = send_form(&server, "/transform", &form(&png(width, height), "[]", "rgba").bytes()).await;
    let mut answer: Vec<u8> = Vec::new();
    let mut piece = vec![0; 48 * 1024];
    // Small reads with pauses, so that the socket is full most of the time.
    for turn in 0.. {
        let length = stream.read(&mut piece).await.unwrap();
        if length == 0 {
            break;
        }
        answer.extend(&piece[..length]);
        if turn % 8 == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
    let head_end = answer.windows(4).position(|window| window == b"\r\n\r\n").unwrap() + 4;
    let expected = pixmap(width, height).into_vec();
    assert!(expected.len() > 30_000_000);
    assert_eq!(answer.len() - head_end, expected.len());
    assert!(answer[head_end..] == expected, "the bytes differ");
}

#[tokio::test(flavor = "multi_thread")]
async fn sockets_readers_that_take_nothing_are_cut_and_their_memory_freed() {
    let mut config = Config::default();
    config.server.write_timeout = Duration::from_millis(200);
    let server = Server::start(config).await;
    let _stuck = send_form(&server, "/transform", &form(&png(3000, 2700), "[]", "rgba").bytes()).await;
    let most = wait_until_nothing_is_held(&server).await;
    assert!(most >= 30_000_000, "an answer counts until it is sent: {most}");
}

/// Waits until memory was held for an answer and is not any more; returns the most that was held.
async fn wait_until_nothing_is_held(server: &Server) -> u64 {
    let held = |text: &str| {
        text.lines().find_map(|line| line.strip_prefix("palmette_answer_bytes ")?.parse::<u64>().ok()).unwrap()
    };
    let mut most = 0;
    let start = Instant::now();
    loop {
        let now = held(&get(server, "/metrics").await);
        most = most.max(now);
        if most > 0 && now == 0 {
            return most;
        }
        assert!(start.elapsed() < Duration::from_secs(20), "{now} bytes are still held");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Reads an answer until the connection ends, so many bytes every 20 ms at most, and counts those that came.
async fn read_slowly(mut stream: TcpStream, piece_bytes: usize, total: &AtomicUsize) {
    let mut piece = vec![0; piece_bytes];
    // A connection that is cut ends with an error or without.
    while let Ok(length @ 1..) = stream.read(&mut piece).await {
        total.fetch_add(length, Ordering::Relaxed);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sockets_readers_that_do_not_keep_up_are_cut() {
    let mut config = Config::default();
    config.server.write_timeout = Duration::from_secs(3);
    config.server.min_write_bytes_per_s = 8_000_000;
    let server = Server::start(config).await;
    let (width, height) = (3000, 2700);
    let form = form(&png(width, height), "[]", "rgba").bytes();
    let whole = 4 * (width * height) as usize;

    // 50 MB a second: the answer waits for its reader, which keeps up.
    let total = AtomicUsize::new(0);
    read_slowly(send_form(&server, "/transform", &form).await, 1_000_000, &total).await;
    assert!(total.into_inner() > whole, "it was cut");

    // 2 MB a second: the kernel takes some of the answer every second or so, which is progress, but not enough.
    let total = Arc::new(AtomicUsize::new(0));
    let stream = send_form(&server, "/transform", &form).await;
    let reader = tokio::spawn({
        let total = Arc::clone(&total);
        async move { read_slowly(stream, 40_000, &total).await }
    });
    wait_until_nothing_is_held(&server).await;
    let total = total.load(Ordering::Relaxed);
    assert!(total < whole / 2, "{total} of {whole} bytes were read, and the rest was still held");
    reader.abort();
}

#[tokio::test]
async fn sockets_bodies_must_arrive_in_time() {
    let mut config = Config::default();
    config.limits.timeout = Duration::from_millis(300);
    config.server.drain_timeout = Duration::from_millis(300);
    let server = Server::start(config).await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(chunked_head("/transform").as_bytes()).await.unwrap();
    let start = Instant::now();
    // A byte now and then, for ever.
    let mut answer = Vec::new();
    for byte in watermark_form().bytes() {
        let mut piece = [0; 1024];
        let _ = stream.write_all(&chunk(&[byte])).await;
        match tokio::time::timeout(Duration::from_millis(20), stream.read(&mut piece)).await {
            Ok(Ok(0) | Err(_)) => break,
            Ok(Ok(length)) => answer.extend(&piece[..length]),
            Err(_) => {}
        }
    }
    let answer = String::from_utf8_lossy(&answer).into_owned();
    assert!(answer.starts_with("HTTP/1.1 504") && answer.contains("ERROR 9529: "), "{answer}");
    assert!(start.elapsed() < Duration::from_secs(5), "and then the connection is closed");
}

#[tokio::test]
async fn sockets_heads_must_arrive_in_time() {
    let mut config = Config::default();
    config.server.head_timeout = Duration::from_millis(200);
    let server = Server::start(config).await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(b"POST /transform HTTP/1.1\r\nHost:").await.unwrap();
    let mut answer = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut answer)).await;
    assert!(read.is_ok(), "the connection is closed");
}

#[tokio::test]
async fn sockets_take_any_host_and_absolute_targets() {
    let server = Server::start(Config::default()).await;
    for request in [
        "GET /live HTTP/1.1\r\nHost: js.images.cloudflare.com\r\nConnection: close\r\n\r\n",
        "GET http://anything.example/live HTTP/1.1\r\nConnection: close\r\n\r\n",
        "GET https://js.images.cloudflare.com/live HTTP/1.1\r\nHost: other\r\nConnection: close\r\n\r\n",
        "GET /live HTTP/1.0\r\n\r\n",
    ] {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        let answer = send(&mut stream, request.as_bytes()).await;
        assert!(answer.contains(" 200 OK\r\n"), "{request}: {answer}");
    }
}

#[tokio::test]
async fn sockets_survive_garbage() {
    let server = Server::start(Config::default()).await;
    for garbage in [
        &b"\0\0\0\0\0\0\0\0\0\0\r\n\r\n"[..],
        b"GET\r\n\r\n",
        b"POST /transform HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n",
        b"POST /transform HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzzzz\r\n",
        b"POST /transform HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\nabc",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ] {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream.write_all(garbage).await.unwrap();
        stream.shutdown().await.unwrap();
        let mut answer = Vec::new();
        let _ = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut answer)).await.unwrap();
    }
    assert!(get(&server, "/live").await.contains(" 200 OK"));
}
