//! Queueing over a real socket: order, and those who leave.

use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use palmette_server::config::{MaxBytes, Workers};
use palmette_server::{Config, Ending};
use tokio::io::AsyncReadExt;

use crate::engines::Gated;
use crate::sockets::{get, send, send_form};
use crate::support::{Server, form, pipeline, png};

async fn gated_server(max_queued: usize, configure: fn(&mut Config)) -> (Server, crate::engines::Gate) {
    let mut config = Config::default();
    config.admission.workers = Workers::Exactly(NonZeroUsize::MIN);
    config.admission.max_queued = max_queued;
    // All requests here are the same.
    config.cache.memory_bytes = MaxBytes::Exactly(0);
    configure(&mut config);
    let (engine, gate) = Gated::new();
    let pipeline = pipeline(&config, engine);
    (Server::start_with(config, pipeline).await, gate)
}

/// Waits until the metrics of a server hold a line.
async fn wait_for(server: &Server, line: &str) {
    for _ in 0..500 {
        if get(server, "/metrics").await.contains(line) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("no `{line}` in the metrics");
}

fn small_form() -> Vec<u8> {
    form(&png(4, 4), "[]", "image/png").bytes()
}

#[tokio::test]
async fn admission_drops_requests_whose_client_went_away() {
    let (server, gate) = gated_server(1, |_| {}).await;
    let mut running = send_form(&server, "/transform", &small_form()).await;
    gate.begun().await;
    let leaver = send_form(&server, "/transform", &small_form()).await;
    wait_for(&server, "palmette_queued_requests 1").await;
    drop(leaver);
    wait_for(&server, "palmette_queued_requests 0").await;

    let mut next = send_form(&server, "/transform", &small_form()).await;
    wait_for(&server, "palmette_queued_requests 1").await;
    gate.open();
    gate.open();
    for stream in [&mut running, &mut next] {
        let mut status = [0; 12];
        stream.read_exact(&mut status).await.unwrap();
        assert_eq!(&status, b"HTTP/1.1 200");
    }
}

#[tokio::test]
async fn admission_stop_lets_running_requests_finish() {
    let (server, gate) = gated_server(1, |config| config.server.lame_duck = Duration::from_millis(1500)).await;
    let address = server.address;
    let mut running = send_form(&server, "/transform", &small_form()).await;
    gate.begun().await;
    let mut watcher = tokio::net::TcpStream::connect(address).await.unwrap();
    let ending = tokio::spawn(server.stop());
    tokio::time::sleep(Duration::from_millis(100)).await;
    let ready = send(&mut watcher, b"GET /ready HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
    assert!(ready.starts_with("HTTP/1.1 503") && ready.contains(r#""ready":false"#), "{ready}");
    tokio::time::timeout(Duration::from_secs(10), async {
        while tokio::net::TcpStream::connect(address).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await
    .expect("the listener is closed");
    gate.open();
    let mut answer = Vec::new();
    running.read_to_end(&mut answer).await.unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 200"));
    assert_eq!(ending.await.unwrap(), Ending::Drained);
}

#[tokio::test]
async fn admission_stop_ends_with_the_grace_period() {
    let (server, gate) = gated_server(1, |config| config.server.grace = Duration::from_millis(100)).await;
    let _running = send_form(&server, "/transform", &small_form()).await;
    gate.begun().await;
    assert_eq!(server.stop().await, Ending::Cut { connections: 1 });
    gate.open();
}

/// Sends a form and returns how long its answer took, which must be a picture.
async fn time_of(server: &Server, form: &[u8]) -> Duration {
    let start = Instant::now();
    let mut stream = send_form(server, "/transform", form).await;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer));
    start.elapsed()
}

#[tokio::test(flavor = "multi_thread")]
async fn admission_lets_small_requests_pass_large_ones_that_wait_for_a_slow_reader() {
    let mut config = Config::default();
    config.admission.max_pixel_bytes = MaxBytes::Exactly(60_000_000);
    config.admission.max_answer_bytes = MaxBytes::Exactly(1_000_000);
    config.cache.memory_bytes = MaxBytes::Exactly(0);
    let server = Server::start(config).await;
    let large = form(&png(3000, 2700), "[]", "rgba").bytes();
    // The answer, of 32 MB, finds no room among answers, and nobody reads it.
    let _slow = send_form(&server, "/transform", &large).await;
    wait_for(&server, "palmette_pixel_bytes 32400000").await;
    let mut waiting = [send_form(&server, "/transform", &large).await, send_form(&server, "/transform", &large).await];
    wait_for(&server, "palmette_queued_requests 2").await;

    let small = form(&png(100, 100), r#"[{"imageIndex":0,"width":20}]"#, "image/png").bytes();
    for _ in 0..5 {
        let time = time_of(&server, &small).await;
        assert!(time < Duration::from_millis(500), "{time:?}");
    }
    // They wait for as long as anybody does.
    for stream in &mut waiting {
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        let answer = String::from_utf8_lossy(&answer);
        assert!(answer.starts_with("HTTP/1.1 503") && answer.contains("no worker was free for 5000 ms"), "{answer}");
        assert!(answer.contains("\r\nretry-after: "), "{answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn admission_counts_slow_readers_apart_from_pictures() {
    let mut config = Config::default();
    config.admission.max_pixel_bytes = MaxBytes::Exactly(60_000_000);
    config.cache.memory_bytes = MaxBytes::Exactly(0);
    let server = Server::start(config).await;
    let large = form(&png(3000, 2700), "[]", "rgba").bytes();
    let mut slow = Vec::new();
    for held in 1..=3 {
        // Never read: each would have kept the next one from its memory.
        slow.push(send_form(&server, "/transform", &large).await);
        wait_for(&server, &format!("palmette_answer_bytes {}", held * 32_400_000)).await;
    }
    assert!(time_of(&server, &small_form()).await < Duration::from_millis(500));
    wait_for(&server, "palmette_pixel_bytes 0").await;
}
