//! Sources as they are sent: piece by piece, and what happens when one fails.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_core::Stream;
use palmette_client::{Draw, Error, OutputFormat, Source};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use crate::recorder::{PICTURE, recorded_images};

/// A stream of what it is given.
struct Items<E>(VecDeque<Result<Bytes, E>>);

impl<E: Unpin> Stream for Items<E> {
    type Item = Result<Bytes, E>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(self.0.pop_front())
    }
}

/// A stream of what comes through a channel.
struct Channel(mpsc::Receiver<Bytes>);

impl Stream for Channel {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_recv(cx).map(|bytes| bytes.map(Ok))
    }
}

fn items(items: impl IntoIterator<Item = io::Result<&'static str>>) -> Source {
    Source::stream(Items(items.into_iter().map(|item| item.map(Bytes::from)).collect()))
}

#[tokio::test]
async fn sources_of_every_kind_arrive_whole() {
    let path = std::env::temp_dir().join(format!("palmette-client-{}", std::process::id()));
    let large = vec![b'L'; 300_000];
    std::fs::write(&path, &large).unwrap();

    let (images, recorded) = recorded_images(PICTURE).await;
    let picture = images
        .input(items([Ok("in "), Ok(""), Ok("pieces")]))
        .draw(Source::reader(&b"read"[..]), Draw::default())
        .draw(Source::file(&path).await.unwrap(), Draw::default())
        .draw(tokio::fs::File::open(&path).await.unwrap(), Draw::default())
        .draw(Bytes::from_static(b"bytes"), Draw::default())
        .draw(Vec::new(), Draw::default());
    picture.output(OutputFormat::Png).await.unwrap();
    std::fs::remove_file(&path).unwrap();

    let recorded = recorded.await.unwrap();
    let body = String::from_utf8(recorded.body).unwrap();
    let contents: Vec<_> = body
        .split("\r\n--")
        .filter_map(|part| part.split_once("filename=")?.1.split_once("\r\n\r\n"))
        .map(|(_, content)| content)
        .collect();
    let large = String::from_utf8(large).unwrap();
    assert_eq!(contents, ["in pieces", "read", &large, &large, "bytes", ""]);
    assert!(recorded.is_whole);
}

#[tokio::test]
async fn sources_are_sent_as_they_come() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let images = palmette_client::Images::new(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    let (sender, receiver) = mpsc::channel(1);
    let call = tokio::spawn(images.input(Source::stream(Channel(receiver))).output(OutputFormat::Png));
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut seen = Vec::new();
    for word in ["first", "second", "third"] {
        // The next piece does not exist before this one has arrived.
        sender.send(word.into()).await.unwrap();
        while !seen.windows(word.len()).any(|window| window == word.as_bytes()) {
            assert_ne!(stream.read_buf(&mut seen).await.unwrap(), 0);
        }
    }
    drop(sender);
    while !seen.ends_with(b"0\r\n\r\n") {
        assert_ne!(stream.read_buf(&mut seen).await.unwrap(), 0);
    }
    stream.write_all(PICTURE.as_bytes()).await.unwrap();
    assert_eq!(call.await.unwrap().unwrap().bytes().await.unwrap(), "picture");
}

#[tokio::test]
async fn sources_that_fail_end_the_request_unfinished() {
    for (index, before) in [(0, vec![]), (0, vec![Ok("half a picture")]), (1, vec![]), (1, vec![Ok("half")])] {
        let (images, recorded) = recorded_images(PICTURE).await;
        let failing = items(before.into_iter().chain([Err(io::Error::other("the disk is gone"))]));
        let transformer = match index {
            0 => images.input(failing),
            _ => images.input(&b"canvas"[..]).draw(failing, Draw::default()),
        };
        let error = transformer.output(OutputFormat::Png).await.unwrap_err();
        assert!(matches!(&error, Error::Source { index: failed, .. } if *failed == index), "{error}");
        let place = ["the canvas", "picture 1"][index];
        assert_eq!(error.to_string(), format!("cannot read {place}: the disk is gone"));
        let recorded = recorded.await.unwrap();
        assert!(!recorded.is_whole, "the server must not take a cut request for a whole one");
        assert!(!String::from_utf8_lossy(&recorded.body).contains("transforms"));
    }
}

#[tokio::test]
async fn sources_are_let_go_when_the_answer_is_there() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let images = palmette_client::Images::new(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    let (sender, receiver) = mpsc::channel(1);
    let call = tokio::spawn(images.input(Source::stream(Channel(receiver))).output(OutputFormat::Png));
    let (mut stream, _) = listener.accept().await.unwrap();
    sender.send("begun".into()).await.unwrap();
    let mut seen = [0; 1];
    stream.read_exact(&mut seen).await.unwrap();
    let answer = "HTTP/1.1 413 x\r\ncf-images-binding: err=9402\r\ncontent-length: 19\r\n\r\nERROR 9402: too big";
    stream.write_all(answer.as_bytes()).await.unwrap();
    let error = call.await.unwrap().unwrap_err();
    assert!(matches!(&error, Error::Images { code: 9402, message } if message == "too big"), "{error}");
    // The stream is dropped with the connection, although it never ends.
    sender.closed().await;
    let mut rest = Vec::new();
    let _ = stream.read_to_end(&mut rest).await;
    assert!(!rest.ends_with(b"0\r\n\r\n"));
}
