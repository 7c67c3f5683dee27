//! `GET /cdn-cgi/image/OPTIONS/SOURCE`, and the URLs of Next and IPX: a picture whose URL says what is done with it.
//!
//! The URL becomes the request of a form, and from there on everything is as for `/transform`: the same admission, deadline and
//! budgets of memory. What is different is before and after that: the source is got from a folder or a server, the format may depend on
//! who asks, and the answer may be kept, and asked for again with its tag. A [`Job`] is what is known once the URL was read.
//!
//! Development tools bring the source along, and may ask by `cf.image` in place of a URL ([`form`]).

mod error;
mod form;
mod headers;
mod look;
pub(crate) mod signature;
pub(crate) mod source;
pub(super) mod svg;

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use axum::Extension;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use palmette::core::Deadline;
use palmette::{Explanation, OutputFormat};
use palmette_origin::{Origin, Url};
use palmette_protocol::answer::{RESIZED_HEADER, error_header};
use palmette_protocol::request::FontFiles;
use palmette_protocol::url::{CfImage, Client, FORM_PATH, ImageOptions, ImageUrl, OnError, UrlSource, ipx, next};
use serde_json::json;
use tracing::{Instrument, info_span};

use self::look::{Glance, Look};
use self::source::Found;
use super::etag::is_known;
use super::transform;
use crate::Error;
use crate::admission::HeldBody;
use crate::cache::{self, Partition, Served, UrlId};
use crate::config::UrlAccess;
use crate::fonts;
use crate::shared::Shared;

pub use self::error::UrlError;
pub(crate) use self::form::image_form;
pub use self::signature::BadSignature;

/// The paths of image URLs, as routes.
pub(crate) const PATHS: [&str; 3] = ["/cdn-cgi/image/{*rest}", next::PATH, "/_ipx/{*rest}"];

/// Tells whether a path is that of an image URL.
pub(crate) fn is_image_url(path: &str) -> bool {
    let is_ours = path.starts_with(palmette_protocol::url::PREFIX) || path == FORM_PATH;
    is_ours || path == next::PATH || path.starts_with(ipx::PREFIX)
}

/// Answers `/cdn-cgi/image/OPTIONS/SOURCE`.
pub(crate) async fn image_url(
    State(shared): State<Arc<Shared>>,
    Extension(deadline): Extension<Deadline>,
    request: Request,
) -> Result<Response, Error> {
    let strictness = shared.config.url.strictness;
    answer(&shared, deadline, request, |path, query| ImageUrl::parse(path, query, strictness)).await
}

/// Answers `/_next/image?url=…`.
pub(crate) async fn next_url(
    State(shared): State<Arc<Shared>>,
    Extension(deadline): Extension<Deadline>,
    request: Request,
) -> Result<Response, Error> {
    answer(&shared, deadline, request, |_, query| next::parse(query.unwrap_or_default())).await
}

/// Answers `/_ipx/MODIFIERS/SOURCE`.
pub(crate) async fn ipx_url(
    State(shared): State<Arc<Shared>>,
    Extension(deadline): Extension<Deadline>,
    request: Request,
) -> Result<Response, Error> {
    answer(&shared, deadline, request, ipx::parse).await
}

/// A request that was read.
pub(super) struct Job {
    image: CfImage,
    /// The pictures that are drawn by URL.
    pictures: Vec<Bytes>,
    /// What was ignored.
    warnings: Vec<String>,
    /// Where to send a client that gets no picture.
    redirect: Option<HeaderValue>,
    client: Client,
    headers: HeaderMap,
    /// How long an answer may be kept at least; without, as long as that of an image URL.
    max_age: Option<Duration>,
    deadline: Deadline,
    begun: Instant,
    /// With whom it shares results.
    partition: Partition,
    /// What the URL asks for, if it is one that may be asked again.
    asked: Option<Asked>,
}

/// What a URL asks for.
struct Asked {
    id: UrlId,
    url: ImageUrl,
}

/// Reads an image URL as a whole, with or without scheme and host, as a request for it would be; nothing if it is none.
pub(super) fn read(shared: &Shared, url: &str) -> Option<ImageUrl> {
    let config = &shared.config.url;
    let uri: Uri = url.parse().ok()?;
    let path = uri.path();
    let query = match (uri.query(), config.access) {
        (Some(query), UrlAccess::Signed) => Some(signature::take(query).2).filter(|rest| !rest.is_empty()),
        (query, _) => query.map(str::to_owned),
    };
    let query = query.as_deref();
    let url = match path {
        next::PATH => next::parse(query.unwrap_or_default()),
        _ if path.starts_with(ipx::PREFIX) => ipx::parse(path, query),
        _ => ImageUrl::parse(path, query, config.strictness),
    };
    url.ok()
}

/// Reads a URL and answers it; without a picture perhaps by the way to its source.
async fn answer(
    shared: &Arc<Shared>,
    deadline: Deadline,
    request: Request,
    parse: impl FnOnce(&str, Option<&str>) -> Result<ImageUrl, palmette_protocol::Error>,
) -> Result<Response, Error> {
    let begun = Instant::now();
    let Parts { uri, headers, .. } = request.into_parts().0;
    let (path, query) = (uri.path(), uri.query());
    let config = &shared.config.url;
    let mut query_of_source = query.map(str::to_owned);
    if config.access == UrlAccess::Signed {
        let query = query.unwrap_or_default();
        signature::check(path, query, config.keys.iter(), SystemTime::now()).map_err(UrlError::from)?;
        let (_, _, rest) = signature::take(query);
        query_of_source = Some(rest).filter(|rest| !rest.is_empty());
    }
    if shared.sources.via().is_in(&headers) {
        return Err(UrlError::Loop.into());
    }
    let url = info_span!("parse").in_scope(|| parse(path, query_of_source.as_deref()))?;
    if config.sets.as_ref().is_some_and(|sets| !sets.hold(&url.options)) {
        return Err(UrlError::NotOffered.into());
    }
    let client = Client::from_headers(|name| headers.get(name)?.to_str().ok());
    // Who needs no token has no results apart.
    let is_by_token = config.access == UrlAccess::Token;
    let partition = if is_by_token { cache::partition(shared, &headers) } else { Partition::All };
    let id = UrlId::new(&url, &client, partition);
    let ImageUrl { options, source, warnings } = url.clone();
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let redirect = redirect_to(&options, &source, host);
    let asked = Some(Asked { id, url });
    let job = Job { redirect, warnings, partition, asked, ..Job::new(options.into(), headers, deadline, begun) };
    let made = async {
        if let Some(response) = again(shared, &job, &id).await {
            return Ok(response);
        }
        shared.admission.check()?;
        let (found, held) = source::get(shared, &source).instrument(info_span!("fetch")).await?;
        make(shared, &job, found, held).await
    };
    let made = made.await;
    job.or_redirect(made)
}

/// Makes the picture of a source.
pub(super) async fn make(shared: &Arc<Shared>, job: &Job, found: Found, mut held: HeldBody) -> Result<Response, Error> {
    let fonts = job.fonts(shared, &mut held).await?;
    let look = job.look(shared, fonts);
    let glance = shared.admission.glance(move || look.at(&found).map(|glance| (glance, held))).await??;
    match glance {
        (Glance::Known(headers), _) => Ok((StatusCode::NOT_MODIFIED, headers).into_response()),
        (Glance::Svg { bytes, mut headers }, _) => {
            let resized = format!(
                "internal=ok/- q=0 n={} v={} l={}",
                job.begun.elapsed().as_millis(),
                env!("CARGO_PKG_VERSION"),
                bytes.len()
            );
            set_resized(&mut headers, &resized);
            Ok((headers, shared.admission.answer(bytes)?).into_response())
        }
        (Glance::Json { prepared, mut headers, bytes }, held) => {
            let explanation = transform::explain_one(shared, *prepared, held, job.deadline).await?;
            headers::guard(&mut headers, "application/json");
            Ok((headers, sizes(&explanation, bytes)).into_response())
        }
        (Glance::Ready { request, headers, key, known, siblings }, body) => {
            let request = cache::Job { siblings, ..cache::Job::new(*request, Arc::new(body)) };
            let served = cache::serve(shared, key, request, job.deadline).await?;
            if let (Some(cache), Some(asked), Some(known)) = (&shared.cache, &job.asked, known) {
                cache.urls.learn(&asked.id, known);
            }
            Ok(picture(shared, job, &served, headers))
        }
    }
}

/// Answers with what the URL led to before, if that is still kept, and still what it leads to: without a look at the source, and whatever
/// the line.
async fn again(shared: &Shared, job: &Job, id: &UrlId) -> Option<Response> {
    let cache = shared.cache.as_ref()?;
    let known = cache.urls.find(id)?;
    if !source::still_holds(shared, &known.source, &known.holds).await {
        return None;
    }
    let headers = known.headers.clone();
    let tag = headers.get(header::ETAG).and_then(|tag| tag.to_str().ok());
    if tag.is_some_and(|tag| is_known(&job.headers, tag)) {
        return Some((StatusCode::NOT_MODIFIED, headers::without_warnings(headers)).into_response());
    }
    let served = cache.get(known.key).await?;
    Some(picture(shared, job, &served, headers))
}

/// Answers with a picture.
fn picture(shared: &Shared, job: &Job, served: &Served, mut headers: HeaderMap) -> Response {
    headers::guard(&mut headers, served.result.content_type());
    set_resized(&mut headers, &headers::resized(served, job.begun.elapsed()));
    transform::respond(shared, served, job.begun.elapsed(), headers)
}

impl Job {
    /// Makes one of no more than what is asked for.
    pub(super) fn new(image: CfImage, headers: HeaderMap, deadline: Deadline, begun: Instant) -> Self {
        let client = Client::from_headers(|name| headers.get(name)?.to_str().ok());
        let (pictures, warnings) = (Vec::new(), Vec::new());
        let (redirect, asked, max_age, partition) = (None, None, None, Partition::All);
        Self { image, pictures, warnings, redirect, client, headers, max_age, deadline, begun, partition, asked }
    }

    /// Adds what was ignored in the options, and has answers kept exactly as long as their source says.
    pub(super) fn of_delivery(self, warnings: Vec<String>) -> Self {
        Self { warnings, max_age: Some(Duration::ZERO), ..self }
    }

    /// Sends a client that gets no picture to the source, if that was asked for.
    fn or_redirect(self, made: Result<Response, Error>) -> Result<Response, Error> {
        match (made, self.redirect) {
            (Err(error), Some(location)) => Ok(redirect(&error, location)),
            (made, _) => made,
        }
    }

    /// Fetches the fonts of the texts that are drawn.
    async fn fonts(&self, shared: &Shared, held: &mut HeldBody) -> Result<FontFiles, Error> {
        if !self.image.draws_text() {
            return Ok(FontFiles::default());
        }
        // Neither the source nor its size decides a font.
        let (how, limits) = ((OutputFormat::Png, &self.client), &shared.config.limits.request.tree);
        let mut request = self.image.request(Bytes::new(), &self.pictures, [1, 1], how, limits)?;
        fonts::fetch(shared, &mut request, held).instrument(info_span!("fetch")).await?;
        Ok(request.fonts)
    }

    /// Returns what looks at the header of a source.
    fn look(&self, shared: &Arc<Shared>, fonts: FontFiles) -> Look {
        Look {
            shared: Arc::clone(shared),
            image: self.image.clone(),
            pictures: self.pictures.clone(),
            fonts,
            warnings: self.warnings.clone(),
            client: self.client,
            headers: self.headers.clone(),
            deadline: self.deadline,
            partition: self.partition,
            max_age: self.max_age.unwrap_or(shared.config.url.max_age),
            url: self.asked.as_ref().map(|asked| asked.url.clone()),
        }
    }
}

/// Returns where to send a client that gets no picture, if the URL wants that: to the source, if that is on the site that was asked,
/// or below it.
fn redirect_to(options: &ImageOptions, source: &UrlSource, host: Option<&str>) -> Option<HeaderValue> {
    let OnError::Redirect = options.delivery.on_error?;
    let location = match source {
        // Browsers take `/\` for `//`, which begins another host.
        UrlSource::Path(path) if !is_image_url(path) => path.replace('\\', "%5C"),
        UrlSource::Path(_) => return None,
        UrlSource::Remote(url) => {
            let url = Url::parse(url).ok()?;
            let asked = Url::parse(&format!("http://{}", host?)).ok()?;
            let (host, asked) = (url.host_str()?, asked.host_str()?);
            let is_same = host.strip_suffix(asked).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
            Origin::of(&url).filter(|_| is_same)?;
            url.to_string()
        }
    };
    HeaderValue::try_from(location).ok()
}

/// Writes what `format=json` asks for.
fn sizes(explanation: &Explanation, file_size: u64) -> String {
    let (result, original) = (explanation.output.size, explanation.sources.first());
    let original = original.map(|source| {
        json!({
            "file_size": file_size,
            "width": source.size.width,
            "height": source.size.height,
            "format": source.format,
        })
    });
    json!({ "width": result.width, "height": result.height, "original": original }).to_string()
}

/// Sends a client to the source of a picture that cannot be made.
fn redirect(error: &Error, location: HeaderValue) -> Response {
    error.log();
    let code = error.code();
    let mut response = (StatusCode::FOUND, [(header::LOCATION, location)]).into_response();
    set_resized(response.headers_mut(), &error_header(code));
    // For the metric.
    response.extensions_mut().insert(code);
    response
}

/// Sets `cf-resized`.
fn set_resized(headers: &mut HeaderMap, value: &str) {
    if let Ok(value) = HeaderValue::try_from(value) {
        headers.insert(RESIZED_HEADER, value);
    }
}
