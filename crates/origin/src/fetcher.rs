//! Fetching: a URL is judged, asked, and followed if it leads on.
//!
//! [`Fetcher::get`] returns whole files, from the cache if it can, and asks once for callers that want the same at the same time; so does
//! [`Fetcher::get_stored`] with the files of a store, which lead nowhere and are judged by whoever names them;
//! [`Fetcher::open`] returns a file that comes while it is read, and keeps nothing. No request says who asks for it: no cookie, no
//! user, no header of the caller's. That is why one answer can serve several callers, whatever its headers say about later ones.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared as SharedFuture, WeakShared};
use http_body_util::Empty;
use hyper::body::Incoming;
use hyper::header::{
    ACCEPT, ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH,
    LOCATION, USER_AGENT, VIA,
};
use hyper::http::request::Parts as RequestParts;
use hyper::http::response::Parts as ResponseParts;
use hyper::{Response, StatusCode};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::{Client, Error as ClientError};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::time::{Instant, timeout_at};
use url::Url;

use crate::answer::{Answer, Fetched, Head, Limits, Opened, Request, Source};
use crate::arriving::{Arriving, Place};
use crate::cache::{Cache, Found, Key, Stale, Stored};
use crate::connect::Connector;
use crate::error::BrokenReason;
use crate::failures::Failures;
use crate::network::{Network, SystemNetwork};
use crate::settings::Settings;
use crate::store::{Body, Stored as InStore};
use crate::target::{Target, boxed};
use crate::via::Via;
use crate::{Class, Error, Guard, Origin, data, tls};

/// Connections to one host that are kept although nobody uses them, and for how long.
const MAX_IDLE: usize = 4;
/// Shorter than most servers keep theirs.
const IDLE_TIMEOUT: Duration = Duration::from_secs(30);

/// The most that the head of an answer may take.
const MAX_HEAD_BYTES: usize = 65_536;

/// What requests say they are from.
const USER_AGENT_VALUE: HeaderValue = HeaderValue::from_static(concat!("Palmette/", env!("CARGO_PKG_VERSION")));

/// Fetches; cheap to clone, with all clones sharing connections and cache.
#[derive(Clone, Debug)]
pub struct Fetcher {
    inner: Arc<Inner>,
}

/// What clones share.
#[derive(Debug)]
pub(crate) struct Inner {
    guard: Arc<Guard>,
    client: Client<HttpsConnector<Connector>, Empty<Bytes>>,
    cache: Option<Cache>,
    failures: Failures,
    /// Answers that are being renewed while they are used.
    renewing: Mutex<HashSet<Key>>,
    via: Via,
    arriving: Arc<Arriving>,
    timeout: Duration,
    max_redirects: u32,
    running: Mutex<HashMap<RunningKey, Running>>,
    next_id: AtomicU64,
}

/// What makes two fetches one.
type RunningKey = (Key, u64);

/// A fetch that callers wait for, and the number by which it knows itself.
#[derive(Debug)]
struct Running {
    id: u64,
    fetch: WeakShared<BoxFuture<'static, Result<Fetched, Error>>>,
}

impl Fetcher {
    /// Makes a fetcher that uses the resolver and the sockets of the system.
    #[must_use]
    pub fn new(settings: &Settings) -> Self {
        Self::with_network(settings, Arc::new(SystemNetwork))
    }

    /// Makes a fetcher whose requests and files on their way count together with those of others, by limits that are not those of
    /// its settings.
    #[must_use]
    pub fn sharing(settings: &Settings, arriving: Arc<Arriving>) -> Self {
        Self::with(settings, Arc::new(SystemNetwork), arriving)
    }

    /// Makes a fetcher whose names and connections come from elsewhere, for tests.
    #[must_use]
    pub fn with_network(settings: &Settings, network: Arc<dyn Network>) -> Self {
        let arriving = Arriving::new(settings.max_running, settings.max_arriving_bytes);
        Self::with(settings, network, Arc::new(arriving))
    }

    fn with(settings: &Settings, network: Arc<dyn Network>, arriving: Arc<Arriving>) -> Self {
        let guard = Arc::new(Guard::new(settings.allow.clone(), settings.allow_hosts.clone()));
        let connector = Connector { guard: Arc::clone(&guard), network, timeout: settings.connect_timeout };
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE_TIMEOUT)
            .pool_max_idle_per_host(MAX_IDLE)
            .http1_max_buf_size(MAX_HEAD_BYTES)
            .build(tls::over(connector, &settings.authorities));
        let inner = Inner {
            guard,
            client,
            cache: (settings.cache_bytes > 0).then(|| Cache::new(settings.cache_bytes)),
            failures: Failures::new(settings.failure_time),
            renewing: Mutex::default(),
            via: settings.via.clone(),
            arriving,
            timeout: settings.timeout,
            max_redirects: settings.max_redirects,
            running: Mutex::new(HashMap::new()),
            next_id: AtomicU64::new(0),
        };
        Self { inner: Arc::new(inner) }
    }

    /// Fetches a whole file, from the cache if its rules allow that.
    ///
    /// Callers that want the same at the same time wait for one fetch; when one leaves, the others go on. A redirect is judged as
    /// the first URL was, and so is what is in the cache.
    ///
    /// # Errors
    ///
    /// Any [`Error`].
    pub async fn get(&self, request: &Request) -> Result<Fetched, Error> {
        if data::is_data(&request.url) {
            return fetch_data(request);
        }
        let url = parse(&request.url)?;
        self.inner.guard.check(&url)?;
        self.join(Target::Server(url), request.accept.clone(), request.max_bytes).await
    }

    /// Fetches a whole file of a store, at most so many bytes, as [`get`](Self::get) does from a server.
    ///
    /// # Errors
    ///
    /// [`Error::Store`], [`Error::Status`] if there is no such file or it may not be read, [`Error::Encoded`], [`Error::Broken`], and
    /// whatever breaks a limit.
    pub async fn get_stored(&self, stored: InStore, max_bytes: u64) -> Result<Fetched, Error> {
        self.join(Target::Store(stored), HeaderValue::from_static("*/*"), max_bytes).await
    }

    /// Begins to fetch a file, which then comes while it is read. The cache is neither asked nor filled.
    ///
    /// # Errors
    ///
    /// Any [`Error`]; of `data:` URLs, [`Error::Scheme`].
    pub async fn open(&self, request: &Request) -> Result<Opened, Error> {
        let inner = &self.inner;
        let limits = inner.limits(request.max_bytes);
        let mut url = parse(&request.url)?;
        let mut redirects = inner.max_redirects;
        loop {
            let mut headers = inner.headers(&request.accept);
            if let Some(known) = &request.known {
                copy_validators(known, &mut headers);
            }
            let place = inner.arriving.place(&Origin::asked(&url)?, limits).await?;
            let (parts, body) = inner.send(&url, headers, limits).await?.into_parts();
            if parts.status == StatusCode::NOT_MODIFIED && request.known.is_some() {
                return Ok(Opened::Unchanged(Head { url, headers: parts.headers }));
            }
            match inner.next(&Target::Server(url.clone()), parts.status, &parts.headers, &mut redirects)? {
                Some(next) => url = next,
                None => {
                    let origin = Origin::asked(&url)?;
                    let head = Head { url, headers: parts.headers };
                    return Answer::new(head, boxed(body), limits, origin, place).map(Opened::Answer);
                }
            }
        }
    }

    /// Returns the name that requests carry in `via`.
    #[must_use]
    pub fn via(&self) -> &Via {
        &self.inner.via
    }

    /// Forgets what was fetched from a URL, and how it failed, so that it is asked for again.
    pub fn forget(&self, url: &str) {
        // Keys have URLs as they are asked for.
        let url = parse(url).map_or_else(|_| url.to_owned(), |url| url.to_string());
        if let Some(cache) = &self.inner.cache {
            cache.forget(&url);
        }
        self.inner.failures.forget(&url);
    }

    /// Returns the bytes that the cache holds.
    #[must_use]
    pub fn cached_bytes(&self) -> u64 {
        self.inner.cache.as_ref().map_or(0, Cache::held_bytes)
    }

    /// Joins a fetch that runs already, or begins one, and waits for it.
    async fn join(&self, target: Target, accept: HeaderValue, max_bytes: u64) -> Result<Fetched, Error> {
        let key = (Key { url: target.url().to_string(), accept }, max_bytes);
        let (fetch, is_first) = self.running(key, target);
        let fetched = fetch.await?;
        let source = if is_first { fetched.source } else { Source::Shared };
        Ok(Fetched { source, ..fetched })
    }

    /// Finds a fetch that runs already, or begins one. Says whether it began.
    fn running(
        &self,
        key: RunningKey,
        target: Target,
    ) -> (SharedFuture<BoxFuture<'static, Result<Fetched, Error>>>, bool) {
        let mut running = lock(&self.inner.running);
        if let Some(fetch) = running.get(&key).and_then(|running| running.fetch.upgrade()) {
            return (fetch, false);
        }
        // Only a name; nothing is ordered by it.
        let id = self.inner.next_id.fetch_add(1, Ordering::Relaxed);
        let leaves = Leaves { inner: Arc::clone(&self.inner), key: key.clone(), id };
        let fetch = async move {
            let (Key { accept, .. }, max_bytes) = &leaves.key;
            leaves.inner.fetch(target, accept, *max_bytes).await
        };
        let fetch = fetch.boxed().shared();
        // It was made this moment and has not been waited for, so it can be found again.
        let weak = fetch.downgrade().expect("a future that has not ended");
        running.insert(key, Running { id, fetch: weak });
        (fetch, true)
    }
}

/// Takes a fetch off the list when it ends, or when nobody waits for it any more.
struct Leaves {
    inner: Arc<Inner>,
    key: RunningKey,
    id: u64,
}

impl Drop for Leaves {
    fn drop(&mut self) {
        let mut running = lock(&self.inner.running);
        // Another one may have taken the place already.
        if running.get(&self.key).is_some_and(|running| running.id == self.id) {
            running.remove(&self.key);
        }
    }
}

impl Inner {
    fn limits(&self, max_bytes: u64) -> Limits {
        Limits { max_bytes, deadline: Instant::now() + self.timeout, timeout: self.timeout }
    }

    /// Fetches, following redirects.
    async fn fetch(self: &Arc<Self>, target: Target, accept: &HeaderValue, max_bytes: u64) -> Result<Fetched, Error> {
        let key = Key { url: target.url().to_string(), accept: accept.clone() };
        if let Some(failure) = self.failures.find(&key) {
            return Err(failure);
        }
        let fetched = self.follow(target, accept, max_bytes).await;
        if let Err(error) = &fetched {
            self.failures.keep(&key, error);
        }
        fetched
    }

    async fn follow(
        self: &Arc<Self>,
        mut target: Target,
        accept: &HeaderValue,
        max_bytes: u64,
    ) -> Result<Fetched, Error> {
        let limits = self.limits(max_bytes);
        let mut redirects = self.max_redirects;
        let mut fresh_for = Duration::MAX;
        loop {
            let (stored, source) = self.ask(&target, accept, limits).await?;
            // The way holds no longer than each of its parts.
            fresh_for = fresh_for.min(stored.fresh_for);
            match self.next(&target, stored.status, &stored.headers, &mut redirects)? {
                Some(next) => target = Target::Server(next),
                None if stored.body.len() as u64 > max_bytes => return Err(Error::TooLarge { max_bytes }),
                None => {
                    let head = Head { url: target.url().clone(), headers: stored.headers };
                    return Ok(Fetched { bytes: stored.body, head, source, fresh_for });
                }
            }
        }
    }

    /// Asks for one URL, or the cache in its place.
    async fn ask(
        self: &Arc<Self>,
        target: &Target,
        accept: &HeaderValue,
        limits: Limits,
    ) -> Result<(Stored, Source), Error> {
        if let Target::Server(url) = target {
            self.guard.check(url)?;
        }
        let key = Key { url: target.url().to_string(), accept: accept.clone() };
        let request = target.request(self.headers(accept))?;
        let stale = match self.cache.as_ref().map_or(Found::Nothing, |cache| cache.find(&key, &request)) {
            Found::Fresh(stored) => return Ok((stored, Source::Cache)),
            Found::Stale(stale) => Some(stale),
            Found::Nothing => None,
        };
        if let Some(stale) = &stale
            && let Some(stored) = stale.meanwhile()
        {
            self.renew_beside(target, key, request, stale.clone(), limits.max_bytes);
            return Ok((stored, Source::Stale));
        }
        let in_need = stale.as_ref().and_then(Stale::in_need);
        let asked = self.ask_server(target, key, request, stale, limits).await;
        let has_failed = match &asked {
            Ok((stored, _)) => stored.status.is_server_error(),
            Err(error) => matches!(error.class(), Class::Unreachable | Class::BadAnswer | Class::Deadline),
        };
        match in_need {
            Some(stored) if has_failed => Ok((stored, Source::Stale)),
            _ => asked,
        }
    }

    /// Asks whether an answer still holds that is used meanwhile, unless somebody does.
    fn renew_beside(self: &Arc<Self>, target: &Target, key: Key, request: RequestParts, stale: Stale, max_bytes: u64) {
        if !lock(&self.renewing).insert(key.clone()) {
            return;
        }
        let (inner, target) = (Arc::clone(self), target.clone());
        tokio::spawn(async move {
            let limits = inner.limits(max_bytes);
            // Whoever comes next finds what became of it, or asks again.
            let _ = inner.ask_server(&target, key.clone(), request, Some(stale), limits).await;
            lock(&inner.renewing).remove(&key);
        });
    }

    /// Asks the server or the store, perhaps only whether a stale answer still holds.
    async fn ask_server(
        &self,
        target: &Target,
        key: Key,
        mut request: RequestParts,
        stale: Option<Stale>,
        limits: Limits,
    ) -> Result<(Stored, Source), Error> {
        let (cache, accept) = (self.cache.as_ref(), key.accept.clone());
        if let Some(stale) = &stale {
            request.headers.clone_from(&stale.headers);
        }
        let place = self.arriving.place(&target.origin()?, limits).await?;
        let (mut parts, mut body) = target.send(self, request.headers.clone(), limits).await?.into_parts();
        if let (Some(cache), Some(stale)) = (cache, stale.filter(|_| parts.status == StatusCode::NOT_MODIFIED)) {
            if let Some(stored) = cache.renew(key.clone(), &stale, &request, &parts) {
                return Ok((stored, Source::Revalidated));
            }
            // It is about another state of the file than the one that is kept: ask for the file itself.
            request.headers = self.headers(&accept);
            (parts, body) = target.send(self, request.headers.clone(), limits).await?.into_parts();
        }
        let body = self.body(target, &parts, body, limits, place).await?;
        let stored = Stored { status: parts.status, headers: parts.headers, body, fresh_for: Duration::ZERO };
        // A failure takes no place that an answer has, which may be needed.
        let is_kept = cache.filter(|_| !stored.status.is_server_error());
        let stored = match is_kept {
            Some(cache) => cache.keep(key, &request, stored),
            None => stored,
        };
        Ok((stored, Source::Server))
    }

    /// Returns the headers of every request.
    fn headers(&self, accept: &HeaderValue) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, accept.clone());
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        headers.insert(USER_AGENT, USER_AGENT_VALUE);
        headers.insert(VIA, self.via.value().clone());
        headers
    }

    /// Sends one request to a server and waits for the head of its answer.
    pub(crate) async fn send(
        &self,
        url: &Url,
        headers: HeaderMap,
        limits: Limits,
    ) -> Result<Response<Incoming>, Error> {
        self.guard.check(url)?;
        let origin = Origin::asked(url)?;
        let request = hyper::Request::from_parts(Target::Server(url.clone()).request(headers)?, Empty::new());
        let answer = timeout_at(limits.deadline, self.client.request(request)).await;
        let answer = answer.map_err(|_| Error::TimedOut { origin: origin.clone(), timeout: limits.timeout })?;
        let answer = answer.map_err(|error| understood(error, &origin))?;
        if self.via.is_in(answer.headers()) {
            return Err(Error::Loop { origin });
        }
        Ok(answer)
    }

    /// Reads the body of a file. What comes with another status is of no interest.
    async fn body(
        &self,
        target: &Target,
        parts: &ResponseParts,
        body: Body,
        limits: Limits,
        place: Place,
    ) -> Result<Bytes, Error> {
        if parts.status != StatusCode::OK || parts.headers.contains_key(CONTENT_ENCODING) {
            return Ok(Bytes::new());
        }
        let head = Head { url: target.url().clone(), headers: parts.headers.clone() };
        let answer = Answer::new(head, body, limits, target.origin()?, place)?;
        answer.bytes_counted(Some(self.arriving.file())).await
    }

    /// Returns where an answer leads on to, which is a server; `None` if it is the last one, and a file.
    fn next(
        &self,
        target: &Target,
        status: StatusCode,
        headers: &HeaderMap,
        redirects: &mut u32,
    ) -> Result<Option<Url>, Error> {
        let origin = target.origin()?;
        let location = match status.as_u16() {
            200 => {
                let is_plain = |value: &HeaderValue| value.as_bytes().trim_ascii().eq_ignore_ascii_case(b"identity");
                let is_encoded = !headers.get_all(CONTENT_ENCODING).iter().all(is_plain);
                return if is_encoded { Err(Error::Encoded { origin }) } else { Ok(None) };
            }
            301 | 302 | 303 | 307 | 308 => headers.get(LOCATION),
            _ => None,
        };
        // A store leads nowhere.
        let (Some(location), Target::Server(url)) = (location, target) else {
            return Err(Error::Status { origin, status: status.as_u16() });
        };
        let bad = |_| Error::BadRedirect { origin: origin.clone() };
        let location = std::str::from_utf8(location.as_bytes()).map_err(|_| bad(()))?;
        let mut next = url.join(location).map_err(|_| bad(()))?;
        next.set_fragment(None);
        self.guard.check(&next)?;
        if url.scheme() == "https" && next.scheme() != "https" {
            return Err(Error::Downgrade { origin: Origin::asked(&next)? });
        }
        let max_redirects = self.max_redirects;
        *redirects = redirects.checked_sub(1).ok_or(Error::TooManyRedirects { max_redirects })?;
        Ok(Some(next))
    }
}

/// Makes a URL of a text. A fragment is nobody's business but the caller's, and a dot behind a name only says that it is whole.
fn parse(text: &str) -> Result<Url, Error> {
    let mut url = Url::parse(text).map_err(|reason| Error::Url { reason })?;
    url.set_fragment(None);
    if let Some(host) = url.host_str().and_then(|host| host.strip_suffix('.')).map(str::to_owned) {
        url.set_host(Some(&host)).map_err(|reason| Error::Url { reason })?;
    }
    Ok(url)
}

/// Decodes a URL that is a file.
fn fetch_data(request: &Request) -> Result<Fetched, Error> {
    let (bytes, media_type) = data::decode(&request.url, request.max_bytes)?;
    let mut headers = HeaderMap::new();
    if let Ok(media_type) = HeaderValue::try_from(media_type) {
        headers.insert(CONTENT_TYPE, media_type);
    }
    // The bytes are in the URL: nobody needs them twice.
    let url = Url::parse("data:,").map_err(|reason| Error::Url { reason })?;
    Ok(Fetched { bytes, head: Head { url, headers }, source: Source::Data, fresh_for: Duration::MAX })
}

/// Asks whether what is known still holds.
fn copy_validators(known: &Head, headers: &mut HeaderMap) {
    if let Some(etag) = known.headers.get(hyper::header::ETAG) {
        headers.insert(IF_NONE_MATCH, etag.clone());
    } else if let Some(date) = known.headers.get(hyper::header::LAST_MODIFIED) {
        headers.insert(IF_MODIFIED_SINCE, date.clone());
    }
}

/// Finds out what an error of the HTTP client means: our own one, from the connector, or TLS, or a broken answer.
fn understood(error: ClientError, origin: &Origin) -> Error {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(&error);
    while let Some(current) = cause {
        if let Some(own) = current.downcast_ref::<Error>() {
            return own.clone();
        }
        if let Some(tls) = current.downcast_ref::<rustls::Error>() {
            return Error::Tls { origin: origin.clone(), source: tls.clone() };
        }
        // An error of I/O shows the cause of the one inside of it, not that one.
        cause = match current.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref) {
            Some(inside) => Some(inside),
            None => current.source(),
        };
    }
    Error::Broken { origin: origin.clone(), source: BrokenReason(Arc::new(error)) }
}

/// Locks; whatever panicked while it held the lock left the map whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
