//! Variants: made, told about, changed and removed.

use std::sync::Arc;

use axum::extract::{Request, State};
use palmette_store::hosted::{HostedError, Variant, VariantChange};
use serde_json::{Map, Value, json};

use super::api::Api;
use super::envelope::Success;
use super::failure::HostedFailure;
use super::fields::Fields;
use crate::Error;
use crate::shared::Shared;

/// `GET variants`.
pub(super) async fn list(api: Api) -> Result<Success, Error> {
    api.run(|hosted| {
        let named = |variant: &Variant| (variant.name.clone(), describe(variant));
        let variants: Map<String, Value> = hosted.variants()?.iter().map(named).collect();
        Ok::<_, HostedError>(Success(json!({ "variants": variants })))
    })
    .await
}

/// `GET variants/NAME`.
pub(super) async fn one(api: Api) -> Result<Success, Error> {
    let name = api.name();
    api.run(move |hosted| match hosted.variant(&name)? {
        Some(variant) => Ok(told(&variant)),
        None => Err(HostedError::Missing { kind: "variant", name }),
    })
    .await
}

/// `POST variants`.
pub(super) async fn add(State(shared): State<Arc<Shared>>, api: Api, request: Request) -> Result<Success, Error> {
    let (mut fields, _held) = Fields::read(request, &shared, &["id", "options", "neverRequireSignedURLs"]).await?;
    let name = fields.needed_text("id")?;
    let change = change_of(&mut fields)?;
    api.run(move |hosted| hosted.add_variant(&name, &change).map(|variant| told(&variant))).await
}

/// `PATCH variants/NAME`.
pub(super) async fn change(State(shared): State<Arc<Shared>>, api: Api, request: Request) -> Result<Success, Error> {
    let (mut fields, _held) = Fields::read(request, &shared, &["options", "neverRequireSignedURLs"]).await?;
    let (name, change) = (api.name(), change_of(&mut fields)?);
    api.run(move |hosted| hosted.change_variant(&name, &change).map(|variant| told(&variant))).await
}

/// `DELETE variants/NAME`.
pub(super) async fn delete(api: Api) -> Result<Success, Error> {
    let name = api.name();
    api.run(move |hosted| hosted.delete_variant(&name).map(|()| Success(Map::new().into()))).await
}

/// Reads what is to be of a variant.
fn change_of(fields: &mut Fields) -> Result<VariantChange, HostedFailure> {
    let mut options = fields.inner("options", &["fit", "width", "height", "metadata"])?;
    Ok(VariantChange {
        fit: options.text("fit")?,
        width: options.whole("width")?,
        height: options.whole("height")?,
        metadata: options.text("metadata")?,
        never_require_signed_urls: fields.switch("neverRequireSignedURLs")?,
    })
}

fn told(variant: &Variant) -> Success {
    Success(json!({ "variant": describe(variant) }))
}

/// Describes a variant as the API does.
fn describe(variant: &Variant) -> Value {
    let options = &variant.options;
    json!({
        "id": variant.name,
        "options": {
            "fit": options.fit,
            "width": options.width,
            "height": options.height,
            "metadata": options.metadata,
        },
        "neverRequireSignedURLs": variant.never_require_signed_urls,
    })
}
