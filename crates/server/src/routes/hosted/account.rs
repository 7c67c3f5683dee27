//! What belongs to all pictures together: keys, numbers, and the config.

use std::sync::Arc;

use axum::extract::{Request, State};
use palmette_store::hosted::{Hosted, HostedError, HostedSettings};
use serde_json::{Value, json};

use super::api::Api;
use super::envelope::Success;
use super::fields::Fields;
use crate::Error;
use crate::shared::Shared;

/// `GET keys`.
pub(super) async fn keys(api: Api) -> Result<Success, Error> {
    api.run(told_keys).await
}

/// `PUT keys/NAME`: makes one, or gives it a new text.
pub(super) async fn put_key(api: Api) -> Result<Success, Error> {
    let name = api.name();
    api.run(move |hosted| hosted.put_key(&name).and_then(|()| told_keys(hosted))).await
}

/// `DELETE keys/NAME`.
pub(super) async fn delete_key(api: Api) -> Result<Success, Error> {
    let name = api.name();
    api.run(move |hosted| hosted.delete_key(&name).and_then(|()| told_keys(hosted))).await
}

fn told_keys(hosted: &Hosted) -> Result<Success, HostedError> {
    let keys = hosted.keys()?.into_iter().map(|key| json!({ "name": key.name, "value": key.value }));
    Ok(Success(json!({ "keys": keys.collect::<Vec<Value>>() })))
}

/// `GET stats`. There is no limit to the number of pictures, so `allowed` is missing.
pub(super) async fn stats(api: Api) -> Result<Success, Error> {
    api.run(|hosted| hosted.count().map(|count| Success(json!({ "count": { "current": count } })))).await
}

/// `GET config`.
pub(super) async fn config(api: Api) -> Result<Success, Error> {
    api.run(|hosted| hosted.settings().map(told_config)).await
}

/// `PATCH config`.
pub(super) async fn configure(State(shared): State<Arc<Shared>>, api: Api, request: Request) -> Result<Success, Error> {
    let (mut fields, _held) = Fields::read(request, &shared, &["flexible_variants", "browser_ttl"]).await?;
    let (is_flexible, ttl_s) = (fields.switch("flexible_variants")?, fields.whole("browser_ttl")?);
    api.run(move |hosted| hosted.configure(is_flexible, ttl_s).map(told_config)).await
}

fn told_config(settings: HostedSettings) -> Success {
    Success(json!({
        "flexible_variants": settings.flexible_variants,
        "browser_ttl": settings.browser_ttl.as_secs(),
        "account_hash": settings.account_hash,
    }))
}
