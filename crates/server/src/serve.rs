//! Accepts connections, and stops: not ready first, then no new connections, then the rest under a grace period.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper_util::server::graceful::GracefulShutdown;
use palmette::Pipeline;
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinSet;

use crate::app;
use crate::config::{Config, ServerConfig};
use crate::connection::{Places, connection};
use crate::credentials::Credentials;
use crate::listener::{Listener, Listeners};
use crate::shared::Shared;

/// Pause after the system refused a connection, for lack of file descriptors as a rule.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Threads beside those of the workers, for whatever else may block: looks at headers are as many again, and one small request
/// is worked on beside the workers.
const SPARE_THREADS: usize = 16;

/// Connections at once of the listener for metrics: those who watch a server are few.
const MAX_METRICS_CONNECTIONS: usize = 64;

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

/// Makes the runtime to serve in, with a thread for every worker that a configuration asks for.
///
/// # Errors
///
/// Whatever the system says.
pub fn runtime(config: &Config) -> io::Result<Runtime> {
    let threads = 2 * config.admission.workers.count().get() + SPARE_THREADS;
    Builder::new_multi_thread().enable_all().max_blocking_threads(threads).build()
}

/// Serves until `stop` resolves, then drains. Files of tokens and of TLS are looked at meanwhile, and read again if they change.
///
/// Only HTTP/1.1 is spoken: it is what the clients of the protocol speak. Any `Host` is ours.
pub async fn serve(
    listeners: Listeners,
    config: Config,
    credentials: Credentials,
    pipeline: Pipeline,
    stop: impl Future,
) -> Ending {
    let server = config.server.clone();
    let shared = Arc::new(Shared::new(config, credentials.clone(), pipeline));
    let graceful = GracefulShutdown::new();
    let mut connections = JoinSet::new();

    // Ends with this function: those who watch see the drain to its end.
    let mut beside = JoinSet::new();
    beside.spawn(Places::sweep(Arc::downgrade(&shared.places)));
    beside.spawn(credentials.clone().watch());
    if let Some(listener) = listeners.metrics {
        beside.spawn(Entrance::for_metrics(listener, &server, &shared).accept_alone());
    }
    let entrance = Entrance {
        listener: listeners.main,
        router: app::router(Arc::clone(&shared)),
        credentials: Some(credentials),
        places: Arc::clone(&shared.places),
        config: server.clone(),
    };

    // After `stop` the listener stays open for a moment, so that load balancers can learn that it is not ready.
    let leave = async {
        stop.await;
        shared.stop();
        tokio::time::sleep(server.lame_duck).await;
    };
    tokio::select! {
        () = leave => {}
        () = entrance.accept(&graceful, &mut connections) => {}
    }
    drop(entrance);
    let ending = drain(graceful, connections, server.grace).await;
    beside.shutdown().await;
    ending
}

/// A listener, and what becomes of its connections.
struct Entrance {
    listener: Listener,
    router: Router,
    /// Whose certificate is used; without, there is no TLS.
    credentials: Option<Credentials>,
    places: Arc<Places>,
    config: ServerConfig,
}

impl Entrance {
    /// Makes the one for those who watch. Its places are its own, so it is open even when all others are taken.
    fn for_metrics(listener: Listener, config: &ServerConfig, shared: &Arc<Shared>) -> Self {
        let config = ServerConfig { max_connections: MAX_METRICS_CONNECTIONS, ..config.clone() };
        let places = Places::new(&config, shared.metrics.cuts.clone());
        Self { listener, router: app::metrics_router(Arc::clone(shared)), credentials: None, places, config }
    }

    /// Accepts connections for ever, and lets go of them all when the future is dropped.
    async fn accept_alone(self) {
        let mut connections = JoinSet::new();
        connections.spawn(Places::sweep(Arc::downgrade(&self.places)));
        self.accept(&GracefulShutdown::new(), &mut connections).await;
    }

    /// Accepts connections for ever.
    async fn accept(&self, graceful: &GracefulShutdown, connections: &mut JoinSet<()>) {
        loop {
            while connections.try_join_next().is_some() {}
            match self.listener.accept().await {
                Ok(stream) => {
                    let place = self.places.enter().await;
                    let tls = self.credentials.as_ref().and_then(Credentials::acceptor);
                    let router = self.router.clone();
                    connections.spawn(connection(stream, tls, place, &self.config, router, graceful.watcher()));
                }
                // A client that left before it was greeted is no trouble of ours.
                Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
                Err(error) => {
                    tracing::warn!("a connection could not be accepted: {error}");
                    let pause = if self.places.make_room() { Duration::from_millis(1) } else { ACCEPT_PAUSE };
                    tokio::time::sleep(pause).await;
                }
            }
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

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;
    use std::sync::Barrier;

    use super::*;
    use crate::config::Workers;

    #[test]
    fn runtime_has_a_thread_for_every_worker() {
        // More than tokio has by itself.
        const WORKERS: usize = 600;
        let mut config = Config::default();
        config.admission.workers = Workers::Exactly(NonZeroUsize::new(WORKERS).unwrap());
        let runtime = runtime(&config).unwrap();
        let all = Arc::new(Barrier::new(WORKERS));
        let meet = |_| {
            let all = Arc::clone(&all);
            runtime.spawn_blocking(move || all.wait())
        };
        let tasks: Vec<_> = (0..WORKERS).map(meet).collect();
        for task in tasks {
            runtime.block_on(task).unwrap();
        }
    }
}
