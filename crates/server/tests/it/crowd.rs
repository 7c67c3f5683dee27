//! Crowds of slow clients, and everybody else meanwhile.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use palmette_server::Config;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::sockets::{chunk, chunked_head, get, send_form};
use crate::support::{Server, form, png};

/// What a slow client sends a byte a second of.
#[derive(Clone, Copy, Debug)]
enum Slow {
    Head,
    Body,
}

/// Sends a byte a second for ever, and comes back whenever it was thrown out.
async fn dawdle(mut stream: TcpStream, address: SocketAddr, slow: Slow) {
    let pieces: Vec<Vec<u8>> = match slow {
        Slow::Head => chunked_head("/transform").bytes().map(|byte| vec![byte]).collect(),
        Slow::Body => form(&png(40, 40), "[]", "image/png").bytes().iter().map(|&byte| chunk(&[byte])).collect(),
    };
    loop {
        if let Slow::Body = slow {
            let _ = stream.write_all(chunked_head("/transform").as_bytes()).await;
        }
        for piece in &pieces {
            if stream.write_all(piece).await.is_err() {
                break;
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        if let Ok(next) = TcpStream::connect(address).await {
            stream = next;
        }
    }
}

/// Lets a crowd in, and checks for some seconds that everybody else is served at once.
async fn stand(config: Config, clients: usize, slow: Slow, seconds: u64) {
    let server = Server::start(config).await;
    let mut crowd = JoinSet::new();
    let start = Instant::now();
    for _ in 0..clients {
        // All of them connect, whatever becomes of those before.
        let stream = TcpStream::connect(server.address).await.unwrap();
        crowd.spawn(dawdle(stream, server.address, slow));
    }
    let small = form(&png(40, 40), r#"[{"imageIndex":0,"width":10}]"#, "image/png").bytes();
    while start.elapsed() < Duration::from_secs(seconds) {
        let asked = Instant::now();
        let live = get(&server, "/live").await;
        let mut stream = send_form(&server, "/transform", &small).await;
        let mut picture = Vec::new();
        stream.read_to_end(&mut picture).await.unwrap();
        let waited = asked.elapsed();
        assert!(live.starts_with("HTTP/1.1 200"), "{live}");
        assert!(picture.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&picture));
        assert!(waited < Duration::from_secs(1), "{slow:?}: it took {waited:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let metrics = get(&server, "/metrics").await;
    assert!(metrics.contains(r#"palmette_cut_connections_total{reason="room"}"#), "{metrics}");
}

fn few_places() -> Config {
    let mut config = Config::default();
    config.server.max_connections = 40;
    // Nobody is behind before it has sent its form.
    config.server.min_read_bytes_per_s = 10_000;
    config
}

#[tokio::test(flavor = "multi_thread")]
async fn crowd_of_slow_heads_keeps_nobody_out() {
    stand(few_places(), 60, Slow::Head, 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn crowd_of_slow_bodies_keeps_nobody_out() {
    stand(few_places(), 60, Slow::Body, 2).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes half a minute and 3,000 file descriptors"]
async fn crowd_of_1500_keeps_nobody_out() {
    for slow in [Slow::Head, Slow::Body] {
        stand(Config::default(), 1500, slow, 15).await;
    }
}

#[tokio::test]
async fn crowd_that_is_busy_leaves_room_for_watchers() {
    let mut config = Config::default();
    config.server.max_connections = 1;
    config.server.min_read_bytes_per_s = 0;
    let server = Server::start(config).await;
    // Its body may take all the time in the world.
    let mut busy = TcpStream::connect(server.address).await.unwrap();
    busy.write_all(chunked_head("/transform").as_bytes()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    for path in ["/live", "/ready", "/metrics"] {
        let answer = get(&server, path).await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{path}: {answer}");
    }
    let refused = get(&server, "/options").await;
    assert!(refused.starts_with("HTTP/1.1 503") && refused.contains("ERROR 9522: "), "{refused}");
    assert!(refused.contains("\r\nconnection: close\r\n") && refused.contains("\r\nretry-after: 1\r\n"), "{refused}");
}
