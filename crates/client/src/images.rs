//! A server, and calls to it.

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::Duration;

use hyper::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HOST, TRANSFER_ENCODING};
use hyper::header::{HeaderMap, HeaderName, HeaderValue};
use hyper::http::response::Parts;
use hyper::{Request, Uri};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use palmette_ops::Node;
use palmette_protocol::form::{Boundary, FormSource, InfoForm, Piece};
use palmette_protocol::{Info, IntoOptions};
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::body::FormBody;
use crate::deadline::Deadline;
use crate::error::TransportError;
use crate::{Error, Ready, Source, Transformer, tls};

/// The longest path that is asked for.
const LONGEST_PATH: &str = "/transform";

/// Headers that every request has, or that say how it is sent.
const RESERVED: [HeaderName; 4] = [CONTENT_TYPE, CONTENT_LENGTH, TRANSFER_ENCODING, HOST];

/// A Palmette server, the counterpart of `env.IMAGES` in a Worker. Clones share their connections.
#[derive(Clone)]
pub struct Images(Arc<Inner>);

struct Inner {
    /// The address without a `/` at its end.
    url: String,
    headers: HeaderMap,
    timeout: Option<Duration>,
    client: Client<HttpsConnector<HttpConnector>, FormBody>,
}

impl Images {
    /// Names a server, such as `http://127.0.0.1:9901` or `https://pictures.example.com`. Nothing is sent yet.
    ///
    /// # Errors
    ///
    /// [`Error::Url`] if the address is not one.
    pub fn new(url: &str) -> Result<Self, Error> {
        Self::builder(url).build()
    }

    /// Names a server about which there is more to say.
    pub fn builder(url: &str) -> ImagesBuilder {
        ImagesBuilder { url: url.to_owned(), headers: Vec::new(), authorities: Vec::new(), timeout: None }
    }

    /// Begins with a picture.
    pub fn input(&self, source: impl Into<Source>) -> Transformer {
        Transformer::new(self.clone(), Node::new(FormSource::Image(source.into())))
    }

    /// Begins with text that is set: a [`Text`](crate::Text), or [`Options`](crate::Options) by their names on the wire.
    pub fn text(&self, text: impl IntoOptions) -> Transformer {
        Transformer::new(self.clone(), Node::new(FormSource::Text(text.into_options())))
    }

    /// Asks for the format and size of a picture; the server looks at its header only.
    ///
    /// # Errors
    ///
    /// Those of [`Transformer::output`].
    pub async fn info(&self, source: impl Into<Source>) -> Result<Info, Error> {
        let form = InfoForm::new(source.into());
        let (head, answer) = self.post("/info", |boundary| form.into_pieces(boundary)).await?;
        let text = String::from_utf8_lossy(&answer.bytes().await?).into_owned();
        let url = || self.0.url.clone();
        Info::parse(&text).ok_or_else(|| Error::NotAnAnswer { url: url(), status: head.status.as_u16(), text })
    }

    /// Asks whether the server takes requests, and what it is.
    ///
    /// # Errors
    ///
    /// [`Error::Connect`] if nothing answers, [`Error::NotAnAnswer`] if what answers is no Palmette server or is stopping,
    /// [`Error::Transport`] and [`Error::TimedOut`].
    pub async fn ready(&self) -> Result<Ready, Error> {
        let mut request = Request::new(Vec::new());
        *request.uri_mut() = self.uri("/ready");
        let (head, answer) = self.send(request).await?;
        let text = String::from_utf8_lossy(&answer.bytes().await?).into_owned();
        let url = || self.0.url.clone();
        Ready::parse(&text).ok_or_else(|| Error::NotAnAnswer { url: url(), status: head.status.as_u16(), text })
    }

    /// Has the server forget what image URLs led to, and the sources of more of them; returns how many results that were.
    ///
    /// # Errors
    ///
    /// [`Error::Images`] if the server does not take that from here, or an entry is no URL; those of [`Self::ready`].
    pub async fn purge(&self, urls: &[impl AsRef<str>], sources: &[impl AsRef<str>]) -> Result<u64, Error> {
        let urls: Vec<&str> = urls.iter().map(AsRef::as_ref).collect();
        let sources: Vec<&str> = sources.iter().map(AsRef::as_ref).collect();
        let body = json!({ "urls": urls, "sources": sources }).to_string();
        let mut request = Request::new(vec![Piece::Bytes(body.into())]);
        *request.method_mut() = hyper::Method::POST;
        *request.uri_mut() = self.uri("/purge");
        request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let (head, answer) = self.send(request).await?;
        let text = String::from_utf8_lossy(&answer.bytes().await?).into_owned();
        let url = || self.0.url.clone();
        let purged = serde_json::from_str(&text).ok().and_then(|answer: Value| answer.get("purged")?.as_u64());
        purged.ok_or_else(|| Error::NotAnAnswer { url: url(), status: head.status.as_u16(), text })
    }

    /// Sends a form and waits for the head of its answer.
    pub(crate) async fn post(
        &self,
        path: &str,
        pieces: impl FnOnce(&Boundary) -> Vec<Piece<Source>>,
    ) -> Result<(Parts, Answer), Error> {
        let boundary = Boundary::new(random());
        let mut request = Request::new(pieces(&boundary));
        *request.method_mut() = hyper::Method::POST;
        *request.uri_mut() = self.uri(path);
        let content_type = HeaderValue::try_from(boundary.content_type()).expect("a boundary is dashes and digits");
        request.headers_mut().insert(CONTENT_TYPE, content_type);
        self.send(request).await
    }

    /// Returns the address of the server, for messages.
    pub(crate) fn url(&self) -> &str {
        &self.0.url
    }

    fn uri(&self, path: &str) -> Uri {
        format!("{}{path}", self.0.url).parse().expect("the address was checked with a longer path")
    }

    /// Sends a request with the headers of all requests, and waits for the head of its answer.
    async fn send(&self, request: Request<Vec<Piece<Source>>>) -> Result<(Parts, Answer), Error> {
        let Inner { url, headers, timeout, client } = &*self.0;
        let (mut head, pieces) = request.into_parts();
        head.headers.extend(headers.clone());
        let (body, interest, failure) = FormBody::new(pieces);
        let request = Request::from_parts(head, body);

        let mut deadline = Deadline::start(*timeout, url.clone());
        match deadline.wait(client.request(request)).await? {
            Ok(response) => Answer::accept(response, deadline, interest).await,
            Err(error) => Err(match failure.take() {
                Some((index, source)) => Error::Source { index, source },
                None if error.is_connect() => Error::Connect { url: url.clone(), source: TransportError::new(error) },
                None => Error::Transport { url: url.clone(), source: TransportError::new(error) },
            }),
        }
    }
}

impl fmt::Debug for Images {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { url, headers, timeout, .. } = &*self.0;
        f.debug_struct("Images").field("url", url).field("headers", headers).field("timeout", timeout).finish()
    }
}

/// A server and how it is asked.
///
/// ```
/// use std::time::Duration;
///
/// use palmette_client::Images;
///
/// let images = Images::builder("http://pictures.internal:9901")
///     .token("secret")
///     .header("x-request-id", "5")
///     .timeout(Duration::from_secs(60))
///     .build()?;
/// assert!(!format!("{images:?}").contains("secret"));
/// # Ok::<(), palmette_client::Error>(())
/// ```
#[must_use = "nothing happens before `build`"]
pub struct ImagesBuilder {
    url: String,
    headers: Vec<(String, String, bool)>,
    authorities: Vec<Vec<u8>>,
    timeout: Option<Duration>,
}

impl ImagesBuilder {
    /// Sends a bearer token with every request.
    pub fn token(mut self, token: &str) -> Self {
        self.headers.push((AUTHORIZATION.to_string(), format!("Bearer {token}"), true));
        self
    }

    /// Sends a header with every request; of two with one name the last counts.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned(), false));
        self
    }

    /// Trusts the authorities whose certificates are in `pem`, besides those that browsers trust; counts for `https` addresses.
    pub fn authorities(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.authorities.push(pem.into());
        self
    }

    /// Bounds the time of a call, from its start to the last byte of its answer; default: none, as the server has its own.
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Makes the client.
    ///
    /// # Errors
    ///
    /// [`Error::Url`], [`Error::Header`] or [`Error::Authorities`] for the first thing that is wrong.
    pub fn build(self) -> Result<Images, Error> {
        let url = check_url(&self.url).map_err(|reason| Error::Url { url: self.url.clone(), reason })?;
        let mut headers = HeaderMap::new();
        for (name, value, is_secret) in self.headers {
            let header = || {
                let name = HeaderName::try_from(&name).ok().filter(|name| !RESERVED.contains(name))?;
                let mut value = HeaderValue::try_from(&value).ok()?;
                value.set_sensitive(is_secret);
                Some((name, value))
            };
            let Some((key, value)) = header() else { return Err(Error::Header { name }) };
            headers.insert(key, value);
        }
        let connector = tls::connector(&self.authorities).map_err(|reason| Error::Authorities { reason })?;
        let client = Client::builder(TokioExecutor::new()).pool_timer(TokioTimer::new()).build(connector);
        Ok(Images(Arc::new(Inner { url, headers, timeout: self.timeout, client })))
    }
}

impl fmt::Debug for ImagesBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.headers.iter().map(|(name, ..)| name).collect();
        let Self { url, timeout, .. } = self;
        f.debug_struct("ImagesBuilder").field("url", url).field("headers", &names).field("timeout", timeout).finish()
    }
}

/// Checks an address and takes the `/` at its end off.
fn check_url(url: &str) -> Result<String, &'static str> {
    let uri: Uri = url.parse().map_err(|_| "it cannot be read")?;
    let authority = match (uri.scheme_str(), uri.authority()) {
        (Some("http" | "https"), Some(authority)) => authority,
        _ => return Err("it has to begin with http:// or https://"),
    };
    if authority.as_str().contains('@') {
        return Err("a user in it is not sent; use a token");
    }
    // A port that is no number up to 65535 counts as none, and the requests would go to port 80.
    if authority.host().is_empty() || (authority.as_str() != authority.host() && authority.port_u16().is_none()) {
        return Err("its host or its port is none");
    }
    if uri.query().is_some() || url.contains('#') {
        return Err("what follows a ? or a # has no meaning");
    }
    let base = url.trim_end_matches('/');
    let longest = format!("{base}{LONGEST_PATH}").parse::<Uri>();
    longest.map(|_| base.to_owned()).map_err(|_| "it is too long")
}

/// Returns bits that nobody outside of this process can know beforehand: hashes under keys that the system chose.
fn random() -> u128 {
    let half = || u128::from(RandomState::new().hash_one(()));
    half() << 64 | half()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_checked() {
        for (url, expected) in [
            ("http://127.0.0.1:9901", Ok("http://127.0.0.1:9901")),
            ("http://[::1]:80/", Ok("http://[::1]:80")),
            ("http://pictures/base/", Ok("http://pictures/base")),
            ("https://pictures", Ok("https://pictures")),
            ("https://me:secret@pictures", Err("token")),
            ("ftp://pictures", Err("https://")),
            ("127.0.0.1:9901", Err("http://")),
            ("/transform", Err("http://")),
            ("http://me:secret@pictures", Err("token")),
            ("http://pictures/?a=b", Err("?")),
            ("http://pictures/#a", Err("#")),
            ("http://:80", Err("host")),
            ("http://pictures:", Err("port")),
            ("http://pictures:65536/", Err("port")),
            (&format!("http://pictures/{}", "a".repeat(65_515)), Err("long")),
            ("http://a b", Err("cannot be read")),
            ("", Err("cannot be read")),
        ] {
            match (check_url(url), expected) {
                (Ok(actual), Ok(expected)) => assert_eq!(actual, expected),
                (Err(reason), Err(word)) => assert!(reason.contains(word), "{url}: {reason}"),
                (actual, _) => panic!("{url}: {actual:?}"),
            }
        }
    }

    #[test]
    fn headers_are_checked() {
        for (name, value) in
            [("a b", "1"), ("x", "a\nb"), ("Host", "x"), ("content-type", "x"), ("Content-Length", "1")]
        {
            let error = Images::builder("http://a").header(name, value).build().unwrap_err();
            assert!(matches!(&error, Error::Header { name: named } if named == name), "{error}");
        }
        assert!(matches!(Images::builder("http://a").token("\0").build(), Err(Error::Header { .. })));
    }

    #[test]
    fn boundaries_differ() {
        assert_ne!(random(), random());
    }
}
