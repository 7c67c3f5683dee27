//! The way to a bucket: the HTTP client that the rest of Palmette has, behind the face that `object_store` asks for.
//!
//! By itself `object_store` brings a client that is larger than everything else here. This one is hyper with rustls and ring. Proxies are
//! refused, not ignored.

use std::io;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use http_body_util::{BodyExt, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use object_store::client::{
    HttpClient, HttpConnector as Connect, HttpError, HttpErrorKind, HttpRequest, HttpRequestBody, HttpResponse,
    HttpResponseBody, HttpService,
};
use object_store::{ClientConfigKey, ClientOptions};
use tokio::time::timeout;

use crate::tls::{self, AUTHORITIES};

/// Time for a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Time for the head of an answer, and then for each further piece of it. There is none for the whole: a slow line is no fault.
const READ_TIMEOUT: Duration = Duration::from_secs(30);

/// Time that a connection is kept for the next request.
const IDLE_TIMEOUT: Duration = Duration::from_secs(20);

/// Makes clients.
#[derive(Debug)]
pub(super) struct Connector;

/// A client, and whether it may speak without TLS.
#[derive(Debug)]
struct Service {
    client: Client<HttpsConnector<HttpConnector>, HttpRequestBody>,
    is_http_allowed: bool,
}

/// What keeps a client from being made, or a request from being sent.
#[derive(Debug, thiserror::Error)]
enum Refusal {
    #[error(
        "requests without TLS are refused; AWS_ALLOW_HTTP=true, GOOGLE_ALLOW_HTTP=true or AZURE_ALLOW_HTTP=true allows them"
    )]
    PlainHttp,
    #[error("no answer in {} s", READ_TIMEOUT.as_secs())]
    TooSlow,
    #[error("proxies are not supported")]
    Proxy,
    #[error("{AUTHORITIES}: {0}")]
    Authorities(io::Error),
}

impl Connect for Connector {
    fn connect(&self, options: &ClientOptions) -> object_store::Result<HttpClient> {
        if options.get_config_value(&ClientConfigKey::ProxyUrl).is_some() {
            return Err(not_supported(Refusal::Proxy));
        }
        let is_http_allowed = options.get_config_value(&ClientConfigKey::AllowHttp).as_deref() == Some("true");
        let mut connector = HttpConnector::new();
        connector.enforce_http(false);
        connector.set_connect_timeout(Some(CONNECT_TIMEOUT));
        connector.set_nodelay(true);
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(tls::config().map_err(|error| not_supported(Refusal::Authorities(error)))?)
            .https_or_http()
            .enable_http1()
            .wrap_connector(connector);
        let client = Client::builder(TokioExecutor::new())
            .pool_idle_timeout(IDLE_TIMEOUT)
            .pool_timer(TokioTimer::new())
            .build(connector);
        Ok(HttpClient::new(Service { client, is_http_allowed }))
    }
}

fn not_supported(refusal: Refusal) -> object_store::Error {
    object_store::Error::NotSupported { source: refusal.into() }
}

#[async_trait]
impl HttpService for Service {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        if !self.is_http_allowed && request.uri().scheme_str() != Some("https") {
            return Err(HttpError::new(HttpErrorKind::Unknown, Refusal::PlainHttp));
        }
        let answer = in_time(self.client.request(request)).await?.map_err(|error| {
            let kind = if error.is_connect() { HttpErrorKind::Connect } else { HttpErrorKind::Interrupted };
            HttpError::new(kind, error)
        })?;
        let (head, body) = answer.into_parts();
        Ok(HttpResponse::from_parts(head, HttpResponseBody::new(StreamBody::new(frames(body)))))
    }
}

/// Reads a body, each piece in time.
fn frames(body: Incoming) -> impl Stream<Item = Result<Frame<Bytes>, HttpError>> {
    let frames = stream::unfold(body, |mut body| async {
        let frame = match in_time(body.frame()).await {
            Ok(frame) => frame?.map_err(|error| HttpError::new(HttpErrorKind::Interrupted, error)),
            Err(error) => Err(error),
        };
        Some((frame, body))
    });
    // Who has read to the end may ask once more.
    frames.fuse()
}

/// Waits for something that has to come soon.
async fn in_time<T>(awaited: impl Future<Output = T>) -> Result<T, HttpError> {
    timeout(READ_TIMEOUT, awaited).await.map_err(|_| HttpError::new(HttpErrorKind::Timeout, Refusal::TooSlow))
}
