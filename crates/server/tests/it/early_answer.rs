//! A server that answers before it has read the whole body, to a client that reads only after it has sent it.

use std::time::Duration;

use palmette_server::Config;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::sockets::{chunk, chunked_head};
use crate::support::{BOUNDARY, Form, Server};

const UPLOAD_BYTES: usize = 30_000_000;

/// Uploads 30 MB behind the given beginning, to the end, and only then reads. Returns the head and body of the answer.
async fn upload(server: &Server, path: &str, beginning: &[u8]) -> String {
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(chunked_head(path).as_bytes()).await.unwrap();
    stream.write_all(&chunk(beginning)).await.unwrap();
    let piece = chunk(&vec![7; 64 * 1024]);
    for _ in 0..UPLOAD_BYTES / (64 * 1024) {
        stream.write_all(&piece).await.expect("the server reads on");
    }
    stream.write_all(b"0\r\n\r\n").await.expect("the server reads on");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("the answer arrives whole");
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn early_answer_reaches_a_client_in_the_middle_of_its_upload() {
    let server = Server::start(Config::default()).await;
    let start =
        format!("--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"surprise\"; filename=\"surprise\"\r\n\r\n");
    for _ in 0..4 {
        let answer = upload(&server, "/transform", start.as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 400") && answer.contains("ERROR 9401: "), "{answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn early_answer_of_every_kind_drains() {
    let server = Server::start(Config::default()).await;
    let too_large = Form::new().file("image", &vec![7; 20_000_001]).unclosed();
    for (path, beginning, expected) in [
        ("/nowhere", &b""[..], "ERROR 9401: "),
        ("/live", b"", "ERROR 9401: "),
        ("/transform", b"this is no form", "ERROR 9432: "),
        ("/transform", &too_large, "ERROR 9402: "),
        ("/info", &too_large, "ERROR 9402: "),
    ] {
        // An empty chunk would end the body.
        let beginning = if beginning.is_empty() { b"\r\n" } else { beginning };
        let answer = upload(&server, path, beginning).await;
        assert!(answer.contains(expected), "{path}: {answer}");
    }
}

#[tokio::test]
async fn early_answer_drains_only_so_much() {
    let mut config = Config::default();
    config.server.drain_max_bytes = 1_000_000;
    let server = Server::start(config).await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(chunked_head("/nowhere").as_bytes()).await.unwrap();
    let piece = chunk(&vec![7; 64 * 1024]);
    let endless = async { while stream.write_all(&piece).await.is_ok() {} };
    tokio::time::timeout(Duration::from_secs(10), endless).await.expect("the server closes at last");
}

#[tokio::test]
async fn early_answer_leaves_bodies_that_wait_for_permission() {
    let server = Server::start(Config::default()).await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let head = "POST /nowhere HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let whole = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut answer)).await;
    whole.expect("closed at once, since nobody knows whether the body will come").unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 404"), "{}", String::from_utf8_lossy(&answer));
}

#[tokio::test]
async fn early_answer_keeps_the_connection_for_the_next_request() {
    let server = Server::start(Config::default()).await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let head = chunked_head("/nowhere").replace("Connection: close\r\n", "");
    for _ in 0..3 {
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(&chunk(&[7; 100_000])).await.unwrap();
        stream.write_all(b"0\r\n\r\n").await.unwrap();
        let mut answer = vec![0; 4096];
        let length = stream.read(&mut answer).await.unwrap();
        assert!(answer[..length].starts_with(b"HTTP/1.1 404"));
    }
}
