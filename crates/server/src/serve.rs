//! Accepts connections, and stops: not ready first, then no new connections, then the rest under a grace period.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use palmette::Pipeline;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::app;
use crate::config::{Config, ServerConfig};
use crate::connection::{Patience, WriteTimeout};
use crate::shared::Shared;

/// Pause after the system refused a connection, for lack of file descriptors as a rule.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// How serving ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Every request was answered.
    Drained,
    /// The grace period was over first, and so many connections were cut.
    Cut {
        /// Connections that were still open.
        connections: usize,
    },
}

/// Serves until `stop` resolves, then drains.
///
/// Only HTTP/1.1 is spoken: it is what the clients of the protocol speak. Any `Host` is ours.
pub async fn serve(listener: TcpListener, config: Config, pipeline: Pipeline, stop: impl Future) -> Ending {
    let server = config.server.clone();
    let shared = Arc::new(Shared::new(config, pipeline));
    let service = app::router(Arc::clone(&shared));
    let graceful = GracefulShutdown::new();
    let mut connections = JoinSet::new();

    // After `stop` the listener stays open for a moment, so that whoever asks can learn that it is not ready.
    let leave = async {
        stop.await;
        shared.stop();
        tokio::time::sleep(server.lame_duck).await;
    };
    tokio::select! {
        () = leave => {}
        () = accept(listener, &server, &service, &graceful, &mut connections) => {}
    }
    drain(graceful, connections, server.grace).await
}

/// Accepts connections for ever; the listener is closed when the future is dropped.
async fn accept(
    listener: TcpListener,
    config: &ServerConfig,
    service: &Router,
    graceful: &GracefulShutdown,
    connections: &mut JoinSet<()>,
) {
    let places = Arc::new(Semaphore::new(config.max_connections));
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        while connections.try_join_next().is_some() {}
        match listener.accept().await {
            Ok((stream, _)) => {
                let connection = connection(stream, config, service.clone(), graceful.watcher());
                connections.spawn(async move {
                    connection.await;
                    drop(place);
                });
            }
            // A client that left before it was greeted is no trouble of ours.
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
            Err(error) => {
                tracing::warn!("a connection could not be accepted: {error}");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// Serves one connection to its end.
fn connection(
    stream: TcpStream,
    config: &ServerConfig,
    service: Router,
    watcher: Watcher,
) -> impl Future<Output = ()> + use<> {
    // Answers are written in as few pieces as possible, so there is nothing for the kernel to wait for.
    let _ = stream.set_nodelay(true);
    let stream = WriteTimeout::new(
        stream,
        Patience { timeout: config.write_timeout, min_bytes_per_s: config.min_write_bytes_per_s },
    );
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(config.header_timeout)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
    let connection = watcher.watch(connection);
    async move {
        if let Err(error) = connection.await {
            tracing::debug!("a connection ended early: {error}");
        }
    }
}

/// Lets running requests finish, for a while.
async fn drain(graceful: GracefulShutdown, mut connections: JoinSet<()>, grace: Duration) -> Ending {
    match tokio::time::timeout(grace, graceful.shutdown()).await {
        Ok(()) => Ending::Drained,
        Err(_) => {
            while connections.try_join_next().is_some() {}
            Ending::Cut { connections: connections.len() }
        }
    }
}
