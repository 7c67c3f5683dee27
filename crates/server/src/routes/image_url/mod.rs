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
mod signature;
pub(crate) mod source;
mod svg;

use std::sync::Arc;
use std::time::{Instant, SystemTime};

use axum::Extension;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use palmette::codec::{Error as CodecError, Format};
use palmette::core::Deadline;
use palmette::{Explanation, OutputFormat, Pipeline, Prepared};
use palmette_origin::{Origin, Url};
use palmette_protocol::Source;
use palmette_protocol::answer::{RESIZED_HEADER, error_header};
use palmette_protocol::list::list_to_json;
use palmette_protocol::request::FontFiles;
use palmette_protocol::url::{
    CfImage, Client, FORM_PATH, ImageOptions, ImageUrl, OnError, Picture, UrlFormat, UrlSource, ipx, next,
};
use serde_json::json;
use tracing::{Instrument, info_span};

use self::source::Found;
use super::etag::is_known;
use super::transform;
use crate::Error;
use crate::admission::HeldBody;
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
struct Job {
    image: CfImage,
    /// The pictures that are drawn by URL.
    pictures: Vec<Bytes>,
    /// What was ignored.
    warnings: Vec<String>,
    /// Where to send a client that gets no picture.
    redirect: Option<HeaderValue>,
    client: Client,
    headers: HeaderMap,
    deadline: Deadline,
    begun: Instant,
}

/// Reads a URL and answers it; without a picture perhaps by the way to its source.
async fn answer(
    shared: &Shared,
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
        signature::check(path, query, &config.keys, SystemTime::now()).map_err(UrlError::from)?;
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
    let ImageUrl { options, source, warnings } = url;
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let redirect = redirect_to(&options, &source, host);
    let job = Job { redirect, warnings, ..Job::new(options.into(), headers, deadline, begun) };
    let made = async {
        shared.admission.check()?;
        let found = source::get(shared, &source).instrument(info_span!("fetch")).await?;
        let mut held = shared.admission.body();
        held.add(found.bytes.len() as u64)?;
        make(shared, &job, found, held).await
    };
    let made = made.await;
    job.or_redirect(made)
}

/// What a look at the header of a source leads to.
enum Glance {
    /// An SVG, cleaned, or what is known of it.
    Svg { bytes: Bytes, headers: HeaderMap },
    /// The client has it already.
    Known(HeaderMap),
    /// A picture that can be made.
    Ready { prepared: Box<Prepared>, headers: HeaderMap, bytes: u64 },
}

/// Makes the picture of a source.
async fn make(shared: &Shared, job: &Job, found: Found, mut held: HeldBody) -> Result<Response, Error> {
    let fonts = job.fonts(shared, &mut held).await?;
    let look = job.look(shared, fonts);
    let glance = shared.admission.glance(move || look(&found).map(|glance| (glance, held))).await??;
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
            Ok((headers, bytes).into_response())
        }
        (Glance::Ready { prepared, mut headers, bytes }, held) if job.wants_json() => {
            let explanation = transform::explain_one(shared, *prepared, held, job.deadline).await?;
            headers::guard(&mut headers, "application/json");
            Ok((headers, sizes(&explanation, bytes)).into_response())
        }
        (Glance::Ready { prepared, headers, .. }, held) => picture(shared, job, *prepared, held, headers).await,
    }
}

/// Makes the picture.
async fn picture(
    shared: &Shared,
    job: &Job,
    prepared: Prepared,
    held: HeldBody,
    mut headers: HeaderMap,
) -> Result<Response, Error> {
    let made = transform::run(shared, prepared, held, job.deadline).await?;
    headers::guard(&mut headers, made.answer.content_type);
    set_resized(&mut headers, &headers::resized(&made.answer, made.waited, job.begun.elapsed()));
    Ok(transform::respond(made.answer, made.memory, headers))
}

impl Job {
    /// Makes one of no more than what is asked for.
    fn new(image: CfImage, headers: HeaderMap, deadline: Deadline, begun: Instant) -> Self {
        let client = Client::from_headers(|name| headers.get(name)?.to_str().ok());
        let (pictures, warnings) = (Vec::new(), Vec::new());
        Self { image, pictures, warnings, redirect: None, client, headers, deadline, begun }
    }

    fn wants_json(&self) -> bool {
        self.image.options.delivery.format == Some(UrlFormat::Json)
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

    /// Returns what looks at the header of a source: it chooses the format, plans, and finds out whether the client has the answer.
    fn look(&self, shared: &Shared, fonts: FontFiles) -> impl FnOnce(&Found) -> Result<Glance, Error> + Send + 'static {
        let (image, pictures, mut warnings) = (self.image.clone(), self.pictures.clone(), self.warnings.clone());
        let (client, deadline, request_headers) = (self.client, self.deadline, self.headers.clone());
        let (pipeline, limits) = (shared.pipeline.clone(), shared.config.limits.request.tree);
        let (max_age, max_avif_px) = (shared.config.url.max_age, shared.config.url.max_avif_px);
        move |found| {
            let options = &image.options;
            let varies_by = options.delivery.varies_by();
            let of_state = |parts: &[&[u8]]| {
                let drawn = pictures.iter().map(|picture| &picture[..]);
                let tag = headers::etag(parts.iter().copied().chain(drawn), found);
                let is_known = is_known(&request_headers, &tag);
                (headers::of_state(found, &tag, &varies_by, max_age), is_known)
            };
            let picture = match palmette::codec::probe(&found.bytes) {
                Ok(probe) => Picture {
                    format: output_format(probe.format),
                    has_alpha: probe.has_alpha,
                    is_animated: probe.is_animated,
                },
                Err(CodecError::Svg) => {
                    return svg(&options.delivery, found, of_state(&[VERSION, b"svg"]));
                }
                Err(source) => return Err(palmette::Error::Source { index: 0, source }.into()),
            };
            if options.delivery.format == Some(UrlFormat::Svg) {
                return Err(UrlError::Svg.into());
            }

            let base = match image.needs_base() {
                true => base(&pipeline, options, (found, &client), deadline)?,
                false => [1, 1],
            };
            let prepare = |format| {
                let mut request = image.request(found.bytes.clone(), &pictures, base, (format, &client), &limits)?;
                request.fonts.clone_from(&fonts);
                let texts = request.sources.iter().filter(|source| matches!(source, Source::Text(_)));
                let said =
                    (list_to_json(&request.raw_ops), format!("{:?}{:?}", request.outputs, texts.collect::<Vec<_>>()));
                Ok::<_, Error>((pipeline.prepare(request, deadline)?, said))
            };
            let is_auto = options.delivery.format == Some(UrlFormat::Auto);
            let mut format = options.delivery.choose(&picture, &client, true);
            let mut prepared = prepare(format)?;
            let size = prepared.0.size();
            if is_auto && format == OutputFormat::Avif && size.width.max(size.height) > max_avif_px {
                format = options.delivery.choose(&picture, &client, false);
                prepared = prepare(format)?;
                warnings.push("image too large for AVIF".to_owned());
            }
            let (prepared, (list, output)) = prepared;
            let is_json: &[u8] = if options.delivery.format == Some(UrlFormat::Json) { b"json" } else { b"" };
            let (mut headers, is_known) = of_state(&[VERSION, list.as_bytes(), output.as_bytes(), is_json]);
            if is_known {
                return Ok(Glance::Known(headers));
            }
            warnings.extend(options.warning());
            headers::warn(&mut headers, &warnings);
            Ok(Glance::Ready { prepared: Box::new(prepared), headers, bytes: found.bytes.len() as u64 })
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

/// Returns the size of the picture that others are drawn on.
fn base(
    pipeline: &Pipeline,
    options: &ImageOptions,
    (found, client): (&Found, &Client),
    deadline: Deadline,
) -> Result<[u32; 2], Error> {
    let prepared = pipeline.prepare(options.request(found.bytes.clone(), OutputFormat::Png, client)?, deadline)?;
    if prepared.is_measured() && options.trims_border() {
        return Err(UrlError::UnknownBase.into());
    }
    let size = prepared.size();
    Ok([size.width, size.height])
}

/// What decides bytes beside the request: the encoders, and the rules of pixels.
const VERSION: &[u8] = concat!(env!("CARGO_PKG_VERSION"), " ").as_bytes();

/// Answers with an SVG.
fn svg(
    delivery: &palmette_protocol::url::Delivery,
    found: &Found,
    (mut headers, is_known): (HeaderMap, bool),
) -> Result<Glance, Error> {
    match delivery.format {
        None | Some(UrlFormat::Auto | UrlFormat::Svg) => {}
        Some(UrlFormat::Json) => {
            headers::guard(&mut headers, "application/json");
            let original = json!({ "original": { "file_size": found.bytes.len(), "format": svg::MIME } });
            return Ok(Glance::Svg { bytes: original.to_string().into(), headers });
        }
        Some(_) => return Err(UrlError::Svg.into()),
    }
    if is_known {
        return Ok(Glance::Known(headers));
    }
    headers::guard(&mut headers, svg::MIME);
    Ok(Glance::Svg { bytes: svg::clean(&found.bytes)?, headers })
}

/// Names a format in the words of answers, if these have it.
const fn output_format(format: Format) -> Option<OutputFormat> {
    match format {
        Format::Jpeg => Some(OutputFormat::Jpeg),
        Format::Png => Some(OutputFormat::Png),
        Format::Gif => Some(OutputFormat::Gif),
        Format::Webp => Some(OutputFormat::Webp),
        Format::Avif => Some(OutputFormat::Avif),
        Format::Heic | Format::Bmp | Format::Tiff | Format::Ico | Format::Qoi | Format::Pnm => None,
    }
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
