//! Queueing over a real socket: order, and those who leave.

use std::num::NonZeroUsize;
use std::time::Duration;

use palmette_server::config::Workers;
use palmette_server::{Config, Ending};
use tokio::io::AsyncReadExt;

use crate::engines::Gated;
use crate::sockets::{get, send, send_form};
use crate::support::{Server, form, pipeline, png};

async fn gated_server(max_queued: usize, configure: fn(&mut Config)) -> (Server, crate::engines::Gate) {
    let mut config = Config::default();
    config.admission.workers = Workers::Exactly(NonZeroUsize::MIN);
    config.admission.max_queued = max_queued;
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
