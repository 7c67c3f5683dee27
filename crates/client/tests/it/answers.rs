//! Answers of every kind, those of others included.

use std::time::Duration;

use palmette_client::{Error, Images, Info, OutputFormat};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::recorder::{PICTURE, record, recorded_images};

/// Asks for a picture and returns why there is none.
async fn refusal(answer: &'static str) -> Error {
    let (images, _recorded) = recorded_images(answer).await;
    images.input(&b"x"[..]).output(OutputFormat::Png).await.unwrap_err()
}

#[tokio::test]
async fn pictures_come_with_what_the_server_says() {
    let answer = "HTTP/1.1 200 OK\r\ncontent-type: image/webp\r\npalmette-engine: gpu\r\n\
                  server-timing: decode;dur=1.5, run;dur=20\r\ntransfer-encoding: chunked\r\n\r\n\
                  3\r\npic\r\n4\r\nture\r\n0\r\n\r\n";
    let (images, _recorded) = recorded_images(answer).await;
    let mut picture = images.input(&b"x"[..]).output(OutputFormat::Webp).await.unwrap();
    assert_eq!((picture.content_type(), picture.engine()), ("image/webp", Some("gpu")));
    let timings: Vec<_> = picture.timings().collect();
    assert_eq!(timings, [("decode", Duration::from_micros(1500)), ("run", Duration::from_millis(20))]);
    let mut bytes = Vec::new();
    while let Some(chunk) = picture.chunk().await.unwrap() {
        bytes.extend_from_slice(&chunk);
    }
    assert_eq!(bytes, b"picture");
}

#[tokio::test]
async fn pictures_may_come_without() {
    let (images, _recorded) = recorded_images(PICTURE).await;
    let picture = images.input(&b"x"[..]).output(OutputFormat::Png).await.unwrap();
    assert_eq!((picture.engine(), picture.timings().count()), (None, 0));
    assert_eq!(picture.bytes().await.unwrap(), "picture");
}

#[tokio::test]
async fn requests_carry_the_token_and_headers_given() {
    let (url, recorded) = record(PICTURE).await;
    let images = Images::builder(&format!("{url}/pictures/"))
        .token("open sesame")
        .header("X-Request-Id", "4")
        .header("x-request-id", "5")
        .build()
        .unwrap();
    images.input(&b"x"[..]).output(OutputFormat::Png).await.unwrap();
    let recorded = recorded.await.unwrap();
    assert_eq!(recorded.head[0], "POST /pictures/transform HTTP/1.1");
    assert_eq!(recorded.header("authorization"), Some("Bearer open sesame"));
    assert_eq!(recorded.head.iter().filter(|line| line.starts_with("x-request-id")).count(), 1);
    assert_eq!(recorded.header("x-request-id"), Some("5"));
}

#[tokio::test]
async fn refusals_are_told_by_the_header_whatever_the_status() {
    for (answer, code, message) in [
        (
            "HTTP/1.1 400 x\r\ncf-images-binding: err=9401\r\ncontent-length: 22\r\n\r\nERROR 9401: op 0: oh  ",
            9401,
            "op 0: oh",
        ),
        ("HTTP/1.1 200 x\r\ncf-images-binding: a; err=9999\r\ncontent-length: 5\r\n\r\nplain", 9999, "plain"),
        ("HTTP/1.1 503 x\r\ncf-images-binding: err=9522\r\ncontent-length: 0\r\n\r\n", 9522, ""),
    ] {
        let error = refusal(answer).await;
        assert_eq!(error.code(), Some(code));
        assert!(matches!(&error, Error::Images { message: text, .. } if text == message), "{error}");
    }
}

#[tokio::test]
async fn answers_of_others_are_none() {
    for (answer, status, words) in [
        ("HTTP/1.1 404 x\r\ncontent-length: 9\r\n\r\nnot found", 404, "not found"),
        ("HTTP/1.1 302 x\r\nlocation: /login\r\ncontent-length: 0\r\n\r\n", 302, ""),
        ("HTTP/1.1 200 x\r\ncontent-length: 4\r\n\r\nfine", 200, "fine"),
        ("HTTP/1.1 200 x\r\ncontent-type: text/html\r\ncontent-length: 4\r\n\r\n<p>x", 200, "<p>x"),
    ] {
        let error = refusal(answer).await;
        assert!(matches!(&error, Error::NotAnAnswer { status: s, text, .. } if (*s, text.as_str()) == (status, words)));
        assert_eq!(error.code(), Some(9523));
    }
    let (images, _recorded) = recorded_images("HTTP/1.1 200 x\r\ncontent-length: 2\r\n\r\n{}").await;
    assert_eq!(images.info(&b"x"[..]).await.unwrap_err().code(), Some(9523));
    let (images, _recorded) = recorded_images(PICTURE).await;
    let error = images.input(&b"x"[..]).explain(OutputFormat::Png).await.unwrap_err();
    assert!(matches!(&error, Error::NotAnAnswer { text, .. } if text == "picture"), "{error}");
}

#[tokio::test]
async fn answers_that_are_cut_are_errors() {
    let error = refusal("HTTP/1.1 200 OK\r\ncontent-type: image/png\r\ncontent-le").await;
    assert!(matches!(error, Error::Transport { .. }), "{error}");
    for answer in [
        "HTTP/1.1 200 OK\r\ncontent-type: image/png\r\ncontent-length: 8\r\n\r\npicture",
        "HTTP/1.1 200 OK\r\ncontent-type: image/png\r\ntransfer-encoding: chunked\r\n\r\n7\r\npicture\r\n",
    ] {
        let (images, _recorded) = recorded_images(answer).await;
        let picture = images.input(&b"x"[..]).output(OutputFormat::Png).await.unwrap();
        let error = picture.bytes().await.unwrap_err();
        assert!(matches!(error, Error::Transport { .. }), "{error}");
    }
}

#[tokio::test]
async fn servers_that_are_not_there_are_named() {
    // A port that was free a moment ago.
    let address = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let url = format!("http://{address}");
    let error = Images::new(&url).unwrap().info(&b"x"[..]).await.unwrap_err();
    assert!(matches!(error, Error::Connect { .. }), "{error}");
    let text = error.to_string();
    assert!(text.starts_with(&format!("{url}: no server answers: ")) && text.contains("refused"), "{text}");
}

#[tokio::test]
async fn calls_end_when_their_time_is_over() {
    for answer in ["", "HTTP/1.1 200 OK\r\ncontent-type: image/png\r\ncontent-length: 8\r\n\r\nhalf"] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let timeout = Duration::from_millis(100);
        let images = Images::builder(&url).timeout(timeout).build().unwrap();
        let server = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            // An answer before its request would be a mistake of another kind.
            stream.read_u8().await.unwrap();
            stream.write_all(answer.as_bytes()).await.unwrap();
            // Until the client goes.
            let _ = stream.read_to_end(&mut Vec::new()).await;
        });
        let call = async { images.input(&b"x"[..]).output(OutputFormat::Png).await?.bytes().await };
        let error = call.await.unwrap_err();
        assert!(matches!(&error, Error::TimedOut { timeout: given, .. } if *given == timeout), "{error}");
        assert_eq!(error.to_string(), format!("{url}: no complete answer within 100 ms"));
        server.await.unwrap();
    }
}

#[tokio::test]
async fn infos_are_read() {
    let answer = "HTTP/1.1 200 x\r\ncontent-length: 58\r\n\r\n\
                  {\"format\":\"image/png\",\"file_size\":95,\"width\":4,\"height\":2}";
    let (images, _recorded) = recorded_images(answer).await;
    let info = images.info(&b"x"[..]).await.unwrap();
    assert_eq!(info, Info::Raster { format: "image/png".into(), file_size: 95, width: 4, height: 2 });
}
