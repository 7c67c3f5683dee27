//! One picture: it comes, is told about, changes and goes; its bytes; a signed URL of it.

use std::sync::Arc;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use axum::extract::{Request as HttpRequest, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use palmette_origin::{Request, Url};
use palmette_protocol::url::decode;
use palmette_store::hosted::{DEFAULT_KEY, HostedError, ImageChange, MAX_PICTURE_BYTES, NewImage};
use serde_json::{Map, json};

use super::api::{Api, Aspect};
use super::envelope::Success;
use super::failure::HostedFailure;
use super::fields::{Fields, FilePart, wrong};
use super::picture::{describe, look};
use crate::Error;
use crate::routes::image_url::{UrlError, signature};
use crate::shared::Shared;

/// Takes a picture: a file of the form, or what a URL leads to.
pub(super) async fn upload(
    State(shared): State<Arc<Shared>>,
    api: Api,
    request: HttpRequest,
) -> Result<Success, Error> {
    let known = &["file", "url", "id", "metadata", "requireSignedURLs", "creator"];
    let (mut fields, mut held) = Fields::read(request, &shared, known).await?;
    let url = fields.text("url")?.filter(|url| !url.is_empty());
    let file = match (fields.file.take(), url) {
        (Some(file), None) => file,
        (None, Some(url)) => {
            let file = fetch(&shared, &url).await?;
            held.add(file.bytes.len() as u64)?;
            file
        }
        _ => return Err(HostedFailure::FileOrUrl.into()),
    };
    let id = fields.text("id")?.filter(|id| !id.is_empty());
    let about = fields.about()?;
    let file = look(&shared, file).await?;
    api.write(move |hosted, urls| {
        let image = hosted.upload(NewImage { id, about, file })?;
        drop(held);
        Ok(Success(describe(&image, urls)))
    })
    .await
}

/// Fetches a picture from a public address.
async fn fetch(shared: &Shared, text: &str) -> Result<FilePart, Error> {
    let url = Url::parse(text).map_err(|_| wrong("url", "a URL of http or https", &text.into()))?;
    let name = url.path_segments().and_then(Iterator::last).filter(|name| !name.is_empty());
    let name = name.map(|name| decode(name).unwrap_or_else(|| name.to_owned()));
    let begun = Instant::now();
    let outcome = shared.fetcher.get(&Request::new(url, MAX_PICTURE_BYTES as u64)).await;
    shared.metrics.count_fetch(&outcome, begun.elapsed());
    match outcome {
        Ok(fetched) => Ok(FilePart { name, bytes: fetched.bytes }),
        Err(error) => Err(shared.admission.busy(&error).unwrap_or_else(|| UrlError::Fetch(error).into())),
    }
}

/// Tells about a picture, or sends its bytes.
pub(super) async fn get(api: Api) -> Result<Response, Error> {
    let (id, aspect) = api.id()?;
    match aspect {
        Aspect::Whole => {
            let tell = api.write(move |hosted, urls| {
                let image = hosted.image(&id)?.ok_or_else(|| missing(&id))?;
                Ok(Success(describe(&image, urls)))
            });
            Ok(tell.await?.into_response())
        }
        Aspect::Blob => {
            let (image, bytes) = api
                .run(move |hosted| {
                    let image = hosted.image(&id)?.ok_or_else(|| missing(&id))?;
                    let bytes = hosted.bytes(&image)?.ok_or_else(|| missing(&id))?;
                    Ok::<_, HostedFailure>((image, bytes))
                })
                .await?;
            let content_type = image.content_type.and_then(|kind| HeaderValue::try_from(kind).ok());
            let octets = HeaderValue::from_static("application/octet-stream");
            let headers = [
                (header::CONTENT_TYPE, content_type.unwrap_or(octets)),
                // An SVG may have scripts, and these bytes are as they came.
                (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox")),
                (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
            ];
            Ok((headers, api.shared.admission.answer(bytes)?).into_response())
        }
        Aspect::SignedUrl => Err(Error::WrongMethod { path: "…/signed_url".to_owned(), method: "GET".to_owned() }),
    }
}

/// Changes what is known of a picture.
pub(super) async fn change(
    State(shared): State<Arc<Shared>>,
    api: Api,
    request: HttpRequest,
) -> Result<Success, Error> {
    let id = whole(&api)?;
    let (mut fields, _held) = Fields::read(request, &shared, &["metadata", "requireSignedURLs", "creator"]).await?;
    let change = ImageChange {
        requires_signed_urls: fields.switch("requireSignedURLs")?,
        metadata: fields.metadata()?,
        creator: fields.text("creator")?,
    };
    api.write(move |hosted, urls| Ok(Success(describe(&hosted.change(&id, change)?, urls)))).await
}

/// Removes a picture.
pub(super) async fn delete(api: Api) -> Result<Success, Error> {
    let id = whole(&api)?;
    api.run(move |hosted| match hosted.delete(&id)? {
        true => Ok(Success(Map::new().into())),
        false => Err(missing(&id)),
    })
    .await
}

/// Signs a URL of a picture, which then shows it although it requires that: what `signedUrl` of the binding asks for.
pub(super) async fn sign(State(shared): State<Arc<Shared>>, api: Api, request: HttpRequest) -> Result<Success, Error> {
    let (id, aspect) = api.id()?;
    if aspect != Aspect::SignedUrl {
        return Err(Error::WrongMethod { path: format!("a picture ({id})"), method: "POST".to_owned() });
    }
    let (mut fields, _held) = Fields::read(request, &shared, &["variant", "expiresIn", "keyName"]).await?;
    let variant = fields.needed_text("variant")?;
    let key_name = fields.text("keyName")?.unwrap_or_else(|| DEFAULT_KEY.to_owned());
    let until_s = fields.whole("expiresIn")?.map(end_of).transpose()?;
    api.write(move |hosted, urls| {
        let image = hosted.image(&id)?.ok_or_else(|| missing(&id))?;
        if hosted.variant(&variant)?.is_none() {
            return Err(HostedFailure::NotSignable { variant });
        }
        let key = hosted.key(&key_name)?;
        let path = urls.path(&image.id, &variant);
        let query = until_s.map_or_else(String::new, |seconds| format!("exp={seconds}"));
        let signed = if query.is_empty() { path.clone() } else { format!("{path}?{query}") };
        let sig = signature::sign(key.value.as_bytes(), &signed);
        let and = if query.is_empty() { "" } else { "&" };
        Ok(Success(json!({ "url": format!("{}{path}?{query}{and}sig={sig}", urls.origin_text()) })))
    })
    .await
}

/// Returns the Unix time at which so many seconds from now are over.
fn end_of(seconds: u64) -> Result<u64, HostedFailure> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let end = now.checked_add(seconds).filter(|_| seconds > 0);
    end.ok_or_else(|| wrong("expiresIn", "a number of seconds above 0 that a clock can count", &seconds.into()))
}

/// Returns the id of a path that asks for the picture as a whole.
fn whole(api: &Api) -> Result<String, HostedFailure> {
    match api.id()? {
        (id, Aspect::Whole) => Ok(id),
        (id, _) => Err(missing(&id)),
    }
}

/// Makes the failure that there is no picture.
fn missing(id: &str) -> HostedFailure {
    HostedError::Missing { kind: "picture", name: id.to_owned() }.into()
}
