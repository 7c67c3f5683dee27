//! One connection: how it is served, its limits, and which connection makes room for another.
//!
//! A connection costs little, but there are only so many, and a client that sends a byte a second would keep one for ever. So
//! each is held to something in whatever it does: heads have a time ([`places`]), bodies a least rate ([`paced`]), readers of
//! answers too ([`stream`]). And the activity of a connection is known ([`activity`]), so that the least useful one can make room when
//! all places are taken.

mod activity;
mod paced;
mod places;
mod stream;

use std::convert::Infallible;
use std::error::Error;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use http_body::{Frame, SizeHint};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use hyper_util::server::graceful::Watcher;
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt;

use self::activity::Activity;
use self::paced::Paced;
pub(crate) use self::places::{Place, Places};
use self::stream::{Patience, Watched};
use crate::config::ServerConfig;
use crate::listener::Stream;

/// The most that is read from a connection, or written to it, at a time; a head has to fit, too.
const MAX_READ_BYTES: usize = 64 * 1024;

/// The memory for the buffers of one connection: for bytes that were read, and for the head of an answer and its parts. (An answer itself
/// is counted elsewhere, and not copied here.)
const BUFFER_BYTES: u64 = MAX_READ_BYTES as u64 + 32 * 1024;

/// What TLS adds to that: what is to be encrypted is buffered up to 64 KiB, and what comes is decrypted record by record.
const TLS_BUFFER_BYTES: u64 = 96 * 1024;

/// Returns the memory for the buffers of one connection.
pub(crate) const fn buffer_bytes(config: &ServerConfig) -> u64 {
    if config.tls_cert.is_some() { BUFFER_BYTES + TLS_BUFFER_BYTES } else { BUFFER_BYTES }
}

/// Serves one connection to its end, or until it has to make room. A handshake of TLS has the time of a head.
pub(crate) fn connection(
    stream: Box<dyn Stream>,
    tls: Option<TlsAcceptor>,
    place: Place,
    config: &ServerConfig,
    router: Router,
    watcher: Watcher,
) -> impl Future<Output = ()> + use<> {
    let patience = Patience { timeout: config.write_timeout, min_bytes_per_s: config.min_write_bytes_per_s };
    let activity = Arc::clone(place.activity());
    let stream = Watched::new(stream, patience, Arc::clone(&activity));
    let min_bytes_per_s = config.min_read_bytes_per_s;
    let service = service_fn(move |request| answer(request, router.clone(), Arc::clone(&activity), min_bytes_per_s));
    let served = async move {
        let stream: Box<dyn Stream> = match tls {
            Some(tls) => Box::new(tls.accept(stream).await?),
            None => Box::new(stream),
        };
        // The sweeper of places ends connections without a head.
        let served = http1::Builder::new()
            .header_read_timeout(None)
            .max_buf_size(MAX_READ_BYTES)
            .serve_connection(TokioIo::new(stream), service);
        Ok::<_, Box<dyn Error + Send + Sync>>(watcher.watch(served).await?)
    };
    async move {
        tokio::select! {
            outcome = served => {
                if let Err(error) = outcome {
                    tracing::debug!("a connection ended early: {error}");
                }
            }
            () = place.until_cut() => tracing::debug!("a connection was cut"),
        }
    }
}

/// Answers one request, and keeps track of the activity of its connection.
async fn answer(
    request: hyper::Request<Incoming>,
    router: Router,
    activity: Arc<Activity>,
    min_bytes_per_s: u64,
) -> Result<hyper::Response<Tracked>, Infallible> {
    activity.begin_request();
    let request = request.map(|body| Body::new(Paced::new(body, min_bytes_per_s, Arc::clone(&activity))));
    let response = router.oneshot(request).await?;
    Ok(response.map(|body| Tracked { body, activity }))
}

/// The body of an answer; when it is dropped, its connection is idle.
struct Tracked {
    body: Body,
    activity: Arc<Activity>,
}

impl http_body::Body for Tracked {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Tracked {
    fn drop(&mut self) {
        self.activity.end_request();
    }
}
