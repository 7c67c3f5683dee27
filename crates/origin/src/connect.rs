//! Connections to addresses that were judged.
//!
//! This is the only place that connects, below the pool of the HTTP client. It judges the URL again, looks its name up once, judges
//! what was found, and connects to that and nothing else. So neither a caller that forgets the guard nor a name that leads elsewhere
//! a moment later gets around it, and a connection that is used again is one that was judged.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use hyper::Uri;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout, timeout_at};
use tower_service::Service;
use url::{Host, Url};

use crate::network::Network;
use crate::{Error, Guard, Origin};

/// Time that an address has for itself before the next one is tried beside it, as RFC 8305 has it.
const HEAD_START: Duration = Duration::from_millis(250);

/// The most addresses of a name that are tried.
const MAX_ADDRESSES: usize = 8;

/// Connects for the HTTP client.
#[derive(Clone, Debug)]
pub(crate) struct Connector {
    pub(crate) guard: Arc<Guard>,
    pub(crate) network: Arc<dyn Network>,
    pub(crate) timeout: Duration,
}

impl Service<Uri> for Connector {
    type Response = TokioIo<TcpStream>;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Error>> + Send>>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let connector = self.clone();
        Box::pin(async move { connector.connect(&uri.to_string()).await.map(TokioIo::new) })
    }
}

impl Connector {
    /// Judges, looks up, judges again and connects.
    async fn connect(&self, url: &str) -> Result<TcpStream, Error> {
        let deadline = Instant::now() + self.timeout;
        let url = Url::parse(url).map_err(|reason| Error::Url { reason })?;
        let trust = self.guard.check(&url)?;
        let scheme = || Error::Scheme { scheme: url.scheme().to_owned() };
        let origin = Origin::asked(&url)?;
        let timed_out = |_| Error::TimedOut { origin: origin.clone(), timeout: self.timeout };
        let lookup = |source| Error::Lookup { origin: origin.clone(), source: Arc::new(source) };

        let addresses = match url.host().ok_or_else(scheme)? {
            Host::Ipv4(address) => vec![IpAddr::V4(address)],
            Host::Ipv6(address) => vec![IpAddr::V6(address)],
            Host::Domain(name) => {
                timeout_at(deadline, self.network.resolve(name)).await.map_err(timed_out)?.map_err(lookup)?
            }
        };
        if addresses.is_empty() {
            return Err(lookup(io::Error::from(io::ErrorKind::NotFound)));
        }
        self.guard.check_addresses(&url, trust, &addresses)?;

        let port = origin.port().ok_or_else(scheme)?;
        let addresses = addresses.into_iter().take(MAX_ADDRESSES).map(|address| SocketAddr::new(address, port));
        let connected = timeout_at(deadline, self.race(addresses)).await.map_err(timed_out)?;
        let stream = connected.map_err(|source| Error::Connect { origin, source: Arc::new(source) })?;
        // Requests are small and written at once. If it cannot be set, they are only slower.
        let _ = stream.set_nodelay(true);
        Ok(stream)
    }

    /// Connects to whichever address answers first, each having a head start over the next.
    async fn race(&self, addresses: impl Iterator<Item = SocketAddr>) -> io::Result<TcpStream> {
        let mut addresses = addresses.fuse();
        let mut attempts = FuturesUnordered::new();
        let mut failure = io::Error::from(io::ErrorKind::NotFound);
        loop {
            let next = addresses.next();
            let is_last = next.is_none();
            attempts.extend(next.map(|address| self.network.connect(address)));
            let finished = match is_last {
                true => attempts.next().await,
                false => match timeout(HEAD_START, attempts.next()).await {
                    Ok(finished) => finished,
                    Err(_) => continue,
                },
            };
            match finished {
                Some(Ok(stream)) => return Ok(stream),
                Some(Err(error)) => failure = error,
                None => return Err(failure),
            }
        }
    }
}
