//! Upload links: made by who has a token, and used once by who was given one, in a page as well.

use std::sync::Arc;
use std::time::SystemTime;

use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use palmette_protocol::url::decode;
use palmette_store::hosted::{DEFAULT_LINK_LIFE, HostedError};
use serde_json::json;

use super::api::{Api, run};
use super::envelope::Success;
use super::failure::HostedFailure;
use super::fields::Fields;
use super::picture::{describe, look};
use super::urls::Urls;
use super::{LINK_PREFIX, delivery};
use crate::Error;
use crate::shared::Shared;

/// `POST v2/direct_upload`.
pub(super) async fn make(State(shared): State<Arc<Shared>>, api: Api, request: Request) -> Result<Success, Error> {
    let known = &["id", "expiry", "metadata", "requireSignedURLs", "creator"];
    let (mut fields, _held) = Fields::read(request, &shared, known).await?;
    let id = fields.text("id")?.filter(|id| !id.is_empty());
    let until = fields.moment("expiry")?.unwrap_or_else(|| SystemTime::now() + DEFAULT_LINK_LIFE);
    let about = fields.about()?;
    api.write(move |hosted, urls| {
        let draft = hosted.draft(id, about, until)?;
        Ok(Success(json!({ "id": draft.id, "uploadURL": urls.link(&draft.id) })))
    })
    .await
}

/// `POST` of the file to a link. Pages of any origin may.
pub(super) async fn fulfil(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let answer = take(&shared, request).await.into_response();
    ([(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"))], answer).into_response()
}

/// `OPTIONS` of a link: what a page asks before it sends a header of its own.
pub(super) async fn allow() -> Response {
    let headers = [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*")),
        (header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("POST")),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("*")),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}

async fn take(shared: &Shared, request: Request) -> Result<Success, Error> {
    let id = read_id(shared, request.uri().path()).await?;
    let origin = Urls::origin(shared, request.headers());
    let (fields, held) = Fields::read(request, shared, &["file"]).await?;
    let file = fields.file.ok_or(HostedFailure::MissingField { name: "file" })?;
    let file = look(shared, file).await?;
    run(shared, move |hosted| {
        let image = hosted.fulfil(&id, file)?;
        drop(held);
        Ok::<_, HostedFailure>(Success(describe(&image, &Urls::of(hosted, origin)?)))
    })
    .await
}

/// Reads the id of a link, and refuses one that no file may come by, before its body is read for nothing.
async fn read_id(shared: &Shared, path: &str) -> Result<String, Error> {
    let rest = path.strip_prefix(LINK_PREFIX).unwrap_or_default();
    let (hash, id) = rest.split_once('/').ok_or(HostedFailure::Path)?;
    let (hash, id) = (hash.to_owned(), decode(id).ok_or(HostedFailure::Path)?);
    run(shared, move |hosted| {
        delivery::check_hash(hosted, &hash)
            .map_err(|_| HostedError::Missing { kind: "upload link", name: id.clone() })?;
        hosted.check_link(&id)?;
        Ok::<_, HostedFailure>(id)
    })
    .await
}
