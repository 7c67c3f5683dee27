//! Delivery URLs: a hosted picture in the size of a variant, or with options of its own.
//!
//! The variant becomes the options of an [image URL](mod@super::super::image_url), and from there on everything is as for one: the format
//! by who asks, tags, conditional requests, headers and limits.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use axum::Extension;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::response::Response;
use palmette::core::Deadline;
use palmette_protocol::url::{ImageOptions, UrlFormat, decode};
use palmette_store::hosted::{Hosted, HostedSettings, Image, Variant, VariantOptions};
use serde_json::{Map, Value};

use super::DELIVERY_PREFIX;
use super::api::run;
use super::failure::HostedFailure;
use crate::Error;
use crate::routes::image_url::source::Found;
use crate::routes::image_url::{Job, UrlError, make, signature};
use crate::shared::Shared;

/// How long a browser may show a picture that is too old while it asks for it again, as in the real service.
const STALE_S: u64 = 7200;

/// A delivery URL, cut: what it names, as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Target {
    hash: String,
    id: String,
    /// The name of a variant, or options.
    variant: String,
}

/// What a URL leads to.
struct Led {
    image: Image,
    found: Found,
    settings: HostedSettings,
    /// The variant of that name; without, the URL has options.
    variant: Option<Variant>,
}

/// Answers `/cdn-cgi/imagedelivery/HASH/ID/VARIANT`.
pub(super) async fn deliver(
    State(shared): State<Arc<Shared>>,
    Extension(deadline): Extension<Deadline>,
    request: Request,
) -> Result<Response, Error> {
    let begun = Instant::now();
    let Parts { uri, headers, .. } = request.into_parts().0;
    shared.admission.check()?;
    let target = Target::parse(uri.path())?;
    let options = target.variant.clone();
    let (path, query) = (uri.path().to_owned(), uri.query().unwrap_or_default().to_owned());
    let led = run(&shared, move |hosted| lead(hosted, &target, &path, &query)).await?.map_err(Error::Url)?;

    let (options, warnings) = match &led.variant {
        Some(variant) => (options_of(&variant.options)?, Vec::new()),
        None => ImageOptions::parse(&options, shared.config.url.strictness)?,
    };
    let options = negotiated(options);
    let mut found = led.found;
    found.cache_control = Some(cache_control(&led.settings, &led.image, uri.query().unwrap_or_default()));
    let mut held = shared.admission.body();
    held.add(found.bytes.len() as u64)?;
    let job = Job::new(options.into(), headers, deadline, begun).of_delivery(warnings);
    make(&shared, &job, found, held).await
}

/// Refuses the hash of another account.
pub(super) fn check_hash(hosted: &Hosted, hash: &str) -> Result<HostedSettings, HostedFailure> {
    let settings = hosted.settings()?;
    if settings.account_hash == hash { Ok(settings) } else { Err(HostedFailure::Hash) }
}

/// Finds what a URL names, and refuses who may not see it.
fn lead(hosted: &Hosted, target: &Target, path: &str, query: &str) -> Result<Result<Led, UrlError>, HostedFailure> {
    let settings = check_hash(hosted, &target.hash)?;
    let missing = |what| HostedFailure::NotDelivered { what };
    let image = hosted.image(&target.id)?.filter(|image| !image.is_draft()).ok_or_else(|| missing("picture"))?;
    let variant = hosted.variant(&target.variant)?;
    if variant.is_none() {
        if !target.variant.contains('=') {
            return Err(missing("variant"));
        }
        if !settings.flexible_variants {
            let why = "until the config says so: PATCH …/images/v1/config with {\"flexible_variants\": true}";
            return Err(HostedFailure::NotFlexible { why });
        }
        if image.requires_signed_urls {
            return Err(HostedFailure::NotFlexible { why: "for pictures that require signed URLs" });
        }
    }
    let is_open = variant.as_ref().is_some_and(|variant| variant.never_require_signed_urls);
    if image.requires_signed_urls && !is_open {
        let keys = hosted.keys()?;
        let texts = || keys.iter().map(|key| key.value.as_bytes());
        let now = SystemTime::now();
        // What signs for the host of the real service leaves out what a domain of one's own has in front.
        let short = path.strip_prefix(DELIVERY_PREFIX.trim_end_matches('/')).unwrap_or(path);
        let checked = signature::check(path, query, texts(), now)
            .or_else(|refusal| signature::check(short, query, texts(), now).map_err(|_| refusal));
        if let Err(refusal) = checked {
            return Ok(Err(refusal.into()));
        }
    }
    let bytes = hosted.bytes(&image)?.ok_or_else(|| missing("picture"))?;
    let found = Found { bytes, etag: image.version().map(str::to_owned), ..Found::default() };
    Ok(Ok(Led { image, found, settings, variant }))
}

impl Target {
    /// Cuts a path, percent-encoded as it came. The id may have slashes, so the variant is what stands behind the last one: a slash
    /// in options has to be escaped.
    fn parse(path: &str) -> Result<Self, HostedFailure> {
        let missing = || HostedFailure::NotDelivered { what: "picture" };
        let rest = path.strip_prefix(DELIVERY_PREFIX).ok_or_else(missing)?;
        let (hash, rest) = rest.split_once('/').ok_or_else(missing)?;
        let (id, variant) = rest.rsplit_once('/').ok_or_else(missing)?;
        let id = decode(id).filter(|id| !id.is_empty()).ok_or_else(missing)?;
        Ok(Self { hash: hash.to_owned(), id, variant: variant.to_owned() })
    }
}

/// Returns the options of a variant.
fn options_of(variant: &VariantOptions) -> Result<ImageOptions, Error> {
    let options: Map<String, Value> = [
        ("fit", variant.fit.into()),
        ("width", variant.width.into()),
        ("height", variant.height.into()),
        ("metadata", variant.metadata.into()),
    ]
    .into_iter()
    .map(|(name, value): (&str, Value)| (name.to_owned(), value))
    .collect();
    Ok(ImageOptions::from_object(&options)?)
}

/// Has the format chosen by who asks, where the options do not say it; a picture that cannot be made leads to nothing else.
fn negotiated(mut options: ImageOptions) -> ImageOptions {
    options.delivery.format.get_or_insert(UrlFormat::Auto);
    options.delivery.on_error = None;
    options
}

/// Says how long browsers may keep an answer: never beyond the time of its URL.
fn cache_control(settings: &HostedSettings, image: &Image, query: &str) -> String {
    let ttl = settings.browser_ttl.as_secs();
    let until_s =
        signature::take(query).1.and_then(|exp| exp.parse::<u64>().ok()).filter(|_| image.requires_signed_urls);
    let Some(until_s) = until_s else { return format!("public, max-age={ttl}, stale-while-revalidate={STALE_S}") };
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs();
    format!("public, max-age={}", ttl.min(until_s.saturating_sub(now)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delivery_urls_are_cut_at_their_ends() {
        let cut = |path: &str| {
            let target = Target::parse(&format!("{DELIVERY_PREFIX}{path}")).ok()?;
            Some((target.hash, target.id, target.variant))
        };
        for (path, expected) in [
            ("h/a/public", ("h", "a", "public")),
            ("h/a/b/c/public", ("h", "a/b/c", "public")),
            ("h/100%25/w=5,h=6", ("h", "100%", "w=5,h=6")),
            ("h/a%2Fb/public", ("h", "a/b", "public")),
            ("h/a%20b%C3%BC/public", ("h", "a bü", "public")),
        ] {
            let (hash, id, variant) = expected;
            assert_eq!(cut(path), Some((hash.to_owned(), id.to_owned(), variant.to_owned())), "{path}");
        }
        for path in ["", "h", "h/a", "h//public", "h/%ff/public"] {
            assert_eq!(cut(path), None, "{path}");
        }
    }
}
