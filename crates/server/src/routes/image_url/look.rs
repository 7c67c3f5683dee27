//! A look at the header of a source. It chooses the format, makes the request of a form, and tells whether the client has its answer already,
//! where its answer is kept, and what else the page will probably ask for.

use std::sync::Arc;
use std::time::Duration;

use axum::http::HeaderMap;
use bytes::Bytes;
use palmette::codec::{Error as CodecError, Format};
use palmette::core::Deadline;
use palmette::{OutputFormat, Pipeline, Prepared};
use palmette_protocol::Source;
use palmette_protocol::list::list_to_json;
use palmette_protocol::request::{FontFiles, MAX_OUTPUTS, TransformRequest};
use palmette_protocol::url::{CfImage, Client, Delivery, ImageOptions, ImageUrl, Picture, UrlFormat};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::error::UrlError;
use super::source::Found;
use super::{headers, svg};
use crate::Error;
use crate::cache::{self, Digest, Key, Known, Partition, Sibling, SourceDigests, UrlId};
use crate::config::UrlConfig;
use crate::routes::etag::is_known;
use crate::shared::Shared;

/// What decides bytes beside the request: the encoders, and the rules of pixels.
const VERSION: &[u8] = concat!(env!("CARGO_PKG_VERSION"), " ").as_bytes();

/// What a look leads to.
pub(super) enum Glance {
    /// An SVG, cleaned, or what is known of it.
    Svg { bytes: Bytes, headers: HeaderMap },
    /// The client has it already.
    Known(HeaderMap),
    /// What a picture is made of.
    Ready {
        request: Box<TransformRequest>,
        headers: HeaderMap,
        /// The key in the cache, if it is to be kept.
        key: Option<Key>,
        /// What the URL leads to, if that holds for a while.
        known: Option<Arc<Known>>,
        /// What the page will probably ask for next.
        siblings: Vec<Sibling>,
    },
    /// A plan, whose sizes are asked for.
    Json { prepared: Box<Prepared>, headers: HeaderMap, bytes: u64 },
}

/// Who looks, for whom, and for what.
pub(super) struct Look {
    pub(super) shared: Arc<Shared>,
    pub(super) image: CfImage,
    /// The pictures that are drawn by URL.
    pub(super) pictures: Vec<Bytes>,
    /// The fonts of the texts that are drawn.
    pub(super) fonts: FontFiles,
    /// What was ignored.
    pub(super) warnings: Vec<String>,
    pub(super) client: Client,
    /// The headers of the request.
    pub(super) headers: HeaderMap,
    pub(super) deadline: Deadline,
    pub(super) partition: Partition,
    /// How long an answer may be kept at least.
    pub(super) max_age: Duration,
    /// What was asked, if it is a URL that may be asked again.
    pub(super) url: Option<ImageUrl>,
}

/// A source whose header was read, and what is drawn on it.
struct Seen<'a> {
    look: &'a Look,
    found: &'a Found,
    picture: Picture,
    digest: Digest,
    drawn: &'a [Digest],
}

/// What some options make of a source.
struct Meant {
    request: TransformRequest,
    /// Those of the answer, without warnings.
    headers: HeaderMap,
    warnings: Vec<String>,
    /// Whether the client has the answer.
    is_known: bool,
}

impl Look {
    /// Looks at a source.
    pub(super) fn at(&self, found: &Found) -> Result<Glance, Error> {
        let options = &self.image.options;
        let digest = |bytes: &Bytes| Digest::from(Sha256::digest(bytes));
        let drawn: Vec<_> = self.pictures.iter().map(digest).collect();
        let (digest, drawn) = (digest(&found.bytes), drawn.as_slice());
        let picture = match palmette::codec::probe(&found.bytes) {
            Ok(probe) => Picture {
                format: output_format(probe.format),
                has_alpha: probe.has_alpha,
                is_animated: probe.is_animated,
            },
            Err(CodecError::Svg) => {
                let picture = Picture { format: None, has_alpha: true, is_animated: false };
                let seen = Seen { look: self, found, picture, digest, drawn };
                return svg(&options.delivery, found, seen.state(options, &[VERSION, b"svg"]));
            }
            Err(source) => return Err(palmette::Error::Source { index: 0, source }.into()),
        };
        if options.delivery.format == Some(UrlFormat::Svg) {
            return Err(UrlError::Svg.into());
        }
        let seen = Seen { look: self, found, picture, digest, drawn };
        let Meant { request, mut headers, warnings, is_known } = seen.meant(&self.image)?;
        if is_known {
            return Ok(Glance::Known(headers));
        }
        headers::warn(&mut headers, &warnings);
        if options.delivery.format == Some(UrlFormat::Json) {
            let prepared = Box::new(self.shared.pipeline.prepare(request, self.deadline)?);
            return Ok(Glance::Json { prepared, headers, bytes: found.bytes.len() as u64 });
        }
        let key = seen.key(&request);
        let known = key.and_then(|key| seen.known(key, &headers));
        let siblings = key.map_or_else(Vec::new, |key| seen.siblings(&key));
        Ok(Glance::Ready { request: Box::new(request), headers, key, known, siblings })
    }

    fn config(&self) -> &UrlConfig {
        &self.shared.config.url
    }
}

impl Seen<'_> {
    /// Finds out what an image URL or `cf.image` means for the source.
    fn meant(&self, image: &CfImage) -> Result<Meant, Error> {
        let Self { look, found, picture, .. } = self;
        let (options, pipeline, client) = (&image.options, &look.shared.pipeline, &look.client);
        let base = match image.needs_base() {
            true => base(pipeline, options, (self.found, client), look.deadline)?,
            false => [1, 1],
        };
        let limits = look.shared.config.limits.request.tree;
        let request_of = |format| {
            let mut request = image.request(found.bytes.clone(), &look.pictures, base, (format, client), &limits)?;
            request.fonts.clone_from(&look.fonts);
            Ok::<_, Error>(request)
        };
        let mut warnings = look.warnings.clone();
        let format = options.delivery.choose(picture, client, true);
        let mut request = request_of(format)?;
        if options.delivery.format == Some(UrlFormat::Auto) && format == OutputFormat::Avif {
            let size = pipeline.prepare(request.clone(), look.deadline)?.size();
            if size.width.max(size.height) > look.config().max_avif_px {
                request = request_of(options.delivery.choose(picture, client, false))?;
                warnings.push("image too large for AVIF".to_owned());
            }
        }
        warnings.extend(options.warning());
        let texts: Vec<_> = request.sources.iter().filter(|source| matches!(source, Source::Text(_))).collect();
        let (list, said) = (list_to_json(&request.raw_ops), format!("{:?}{texts:?}", request.outputs));
        let kind: &[u8] = if options.delivery.format == Some(UrlFormat::Json) { b"json" } else { b"" };
        let (headers, is_known) = self.state(options, &[VERSION, list.as_bytes(), said.as_bytes(), kind]);
        Ok(Meant { request, headers, warnings, is_known })
    }

    /// Returns the headers of an answer, given what decides its bytes beside the source, and whether the client has it.
    fn state(&self, options: &ImageOptions, parts: &[&[u8]]) -> (HeaderMap, bool) {
        let Self { look, found, .. } = self;
        let drawn = self.drawn.iter().map(|digest| &digest[..]);
        let tag = headers::etag(parts.iter().copied().chain(drawn), &self.digest, found.etag.as_deref());
        let headers = headers::of_state(found, &tag, &options.delivery.varies_by(), look.max_age);
        (headers, is_known(&look.headers, &tag))
    }

    /// Returns the key of a result, if it is to be kept.
    fn key(&self, request: &TransformRequest) -> Option<Key> {
        let digests = || SourceDigests::new(self.digest, self.drawn.to_vec());
        let may_be_kept = headers::may_be_kept(self.found);
        may_be_kept.then(|| cache::key(&self.look.shared, request, &digests(), self.look.partition)).flatten()
    }

    /// Returns what a URL leads to, if that holds for a while.
    fn known(&self, key: Key, headers: &HeaderMap) -> Option<Arc<Known>> {
        let (url, holds) = (self.look.url.as_ref()?, self.found.holds.clone()?);
        Some(Arc::new(Known { key, headers: headers.clone(), source: url.source.clone(), holds }))
    }

    /// Returns what the page will probably ask for after this, if it is not there; nothing if this is.
    fn siblings(&self, key: &Key) -> Vec<Sibling> {
        let Look { shared, image, client, url, .. } = self.look;
        let config = self.look.config();
        let widths = config.srcset.widths();
        let is_there = shared.cache.as_ref().is_none_or(|cache| cache.has(key));
        let (Some(url), false) = (url, is_there || widths.is_empty()) else { return Vec::new() };
        let others = image.options.other_widths(widths, client).into_iter();
        let is_offered = |options: &ImageOptions| config.sets.as_ref().is_none_or(|sets| sets.hold(options));
        let others = others.filter(is_offered).map(|options| ImageUrl { options, ..url.clone() });
        // One that cannot be made is refused when somebody asks for it.
        others.filter_map(|other| self.sibling(&other)).take(MAX_OUTPUTS - 1).collect()
    }

    /// Finds out what another URL with the same source leads to.
    fn sibling(&self, url: &ImageUrl) -> Option<Sibling> {
        let Meant { request, mut headers, warnings, .. } = self.meant(&url.options.clone().into()).ok()?;
        headers::warn(&mut headers, &warnings);
        let key = self.key(&request)?;
        let id = || UrlId::new(url, &self.look.client, self.look.partition);
        Some(Sibling { key, request, known: self.known(key, &headers).map(|known| (id(), known)) })
    }
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

/// Answers with an SVG.
fn svg(delivery: &Delivery, found: &Found, (mut headers, is_known): (HeaderMap, bool)) -> Result<Glance, Error> {
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
