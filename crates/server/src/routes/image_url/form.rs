//! `POST /cdn-cgi/image`: the source comes in the request, beside what an image URL or `cf.image` asks for.
//!
//! Development tools have sources that no other process can fetch: an answer of a Worker, or one that the network of an app makes up. They
//! fetch them, and send them here, so that options, rules, headers and errors are those of image URLs. A form without a source is
//! answered with what to fetch ([`to_fetch`]). Since this route computes what it is given, it asks for a token as `/transform` does;
//! signatures and sets of options are for those who have none.

use std::sync::Arc;
use std::time::Instant;

use axum::Extension;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use palmette::core::Deadline;
use palmette::ops::{ImageIndex, Place};
use palmette_origin::Url;
use palmette_protocol::request::{Brought, Failed, ImageCollector, ImageForm, Original, SourceHeaders, Wanted};
use palmette_protocol::url::{CfImage, ImageUrl, UrlSource};
use serde_json::json;
use tracing::{Instrument, info_span};

use super::error::UrlError;
use super::source::{Found, check_loop};
use super::{Job, make, redirect_to};
use crate::shared::Shared;
use crate::{Error, cache, multipart};

/// Makes the picture of a source that comes along.
pub(crate) async fn image_form(
    State(shared): State<Arc<Shared>>,
    Extension(deadline): Extension<Deadline>,
    request: Request,
) -> Result<Response, Error> {
    let begun = Instant::now();
    shared.admission.check()?;
    let headers = request.headers().clone();
    let partition = cache::partition(&shared, &headers);
    let mut collector = ImageCollector::new(shared.config.limits.request);
    let held = multipart::collect(request, &shared, &mut collector).instrument(info_span!("collect")).await?;
    let ImageForm { wanted, brought } = info_span!("parse").in_scope(|| collector.finish())?;
    if shared.sources.via().is_in(&headers) {
        return Err(UrlError::Loop.into());
    }
    let (job, source) = match wanted {
        Wanted::Options(image) => (Job::new(*image, headers, deadline, begun), None),
        Wanted::Url(text) => {
            let url = Url::parse(&text).map_err(|_| UrlError::BadSource)?;
            let ImageUrl { options, source, warnings } =
                ImageUrl::parse(url.path(), url.query(), shared.config.url.strictness)?;
            let redirect = redirect_to(&options, &source, url.host_str());
            let job = Job { redirect, warnings, ..Job::new(options.into(), headers, deadline, begun) };
            (job, Some(source))
        }
    };
    if let Some(source) = &source {
        check_source(source)?;
    }
    match brought {
        Brought::Nothing => Ok(to_fetch(&shared, &job.image, source.as_ref())),
        Brought::Failed(failed) => {
            let error = not_brought(&job.image, failed);
            job.or_redirect(Err(error.into()))
        }
        Brought::Original(Original { image: bytes, headers, pictures }) => {
            let SourceHeaders { etag, last_modified, cache_control } = headers;
            let job = Job { pictures, partition, ..job };
            let found = Found { bytes, etag, last_modified, cache_control, holds: None };
            let made = make(&shared, &job, found, held).await;
            job.or_redirect(made)
        }
    }
}

/// Refuses a source that is an image URL.
fn check_source(source: &UrlSource) -> Result<(), UrlError> {
    match source {
        UrlSource::Path(path) => check_loop(path),
        UrlSource::Remote(url) => check_loop(Url::parse(url).map_err(|_| UrlError::BadSource)?.path()),
    }
}

/// Says what has to come with the form: the source, if a URL names it, and the pictures that are drawn by URL; and how requests for
/// them say whom they are for, so that a loop is found.
fn to_fetch(shared: &Shared, image: &CfImage, source: Option<&UrlSource>) -> Response {
    let source = source.map(|source| match source {
        UrlSource::Path(path) => path,
        UrlSource::Remote(url) => url,
    });
    let draw: Vec<_> = image.picture_urls().collect();
    let via = shared.sources.via().value().to_str().unwrap_or_default();
    let told = json!({ "source": source, "draw": draw, "sharesCredentials": image.shares_credentials, "via": via });
    ([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], told.to_string()).into_response()
}

/// Makes the failure of a picture that did not come.
fn not_brought(image: &CfImage, Failed { picture, cause }: Failed) -> UrlError {
    let number = picture.and_then(|picture| image.entry_of_picture(picture));
    let drawn = number.map(|number| Place::Draw { target: ImageIndex::CANVAS, number });
    UrlError::NotBrought { drawn, cause }
}
