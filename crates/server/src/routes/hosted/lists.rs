//! Lists of pictures: by pages with numbers (v1), and by pages that say where the next one begins (v2).

use std::collections::HashSet;

use axum::http::Uri;
use palmette_origin::Url;
use palmette_store::hosted::{Condition, HostedError, Order, Query};
use serde_json::{Value, json};

use super::api::Api;
use super::envelope::Success;
use super::failure::HostedFailure;
use super::fields::{doubled, wrong};
use super::picture::describe;
use crate::Error;

/// The most pictures of a page of v1, and how many it has where nobody says that.
const MAX_PAGE: u32 = 100;
const DEFAULT_PAGE: u64 = 50;
/// How many pictures a page of v2 has where nobody says that.
const DEFAULT_LIMIT: u64 = 1000;

/// `GET v1`: the newest first, in pages with numbers.
pub(super) async fn pages(api: Api, uri: Uri) -> Result<Success, Error> {
    let (mut number, mut size, mut creator) = (1, DEFAULT_PAGE, None);
    for (name, value) in pairs(&uri)? {
        match name.as_str() {
            "page" => number = whole(&name, &value)?,
            "per_page" => size = whole(&name, &value)?,
            "creator" => creator = Some(value),
            _ => return Err(unknown(name, &["page", "per_page", "creator"]).into()),
        }
    }
    let asked = number;
    let number = u32::try_from(asked).ok().filter(|&number| number > 0);
    let number = number.ok_or_else(|| wrong("page", "a whole number from 1 to 4294967295", &asked.into()))?;
    api.write(move |hosted, urls| {
        let images = hosted.page(number, size, MAX_PAGE, creator.as_deref())?;
        let images: Vec<Value> = images.iter().map(|image| describe(image, urls)).collect();
        Ok(Success(json!({ "images": images })))
    })
    .await
}

/// `GET v2`: in the order that is asked for, filtered, and from where the page before ended.
pub(super) async fn list(api: Api, uri: Uri) -> Result<Success, Error> {
    let query = query(&uri)?;
    api.write(move |hosted, urls| {
        let page = hosted.list(&query)?;
        let images: Vec<Value> = page.images.iter().map(|image| describe(image, urls)).collect();
        Ok(Success(json!({ "images": images, "continuation_token": page.next })))
    })
    .await
}

/// Reads the query of a list.
fn query(uri: &Uri) -> Result<Query, HostedFailure> {
    let mut query =
        Query { limit: DEFAULT_LIMIT, order: Order::Ascending, creator: None, conditions: Vec::new(), after: None };
    for (name, value) in pairs(uri)? {
        match name.as_str() {
            "per_page" => query.limit = whole(&name, &value)?,
            "sort_order" => {
                query.order = match value.as_str() {
                    "asc" => Order::Ascending,
                    "desc" => Order::Descending,
                    _ => return Err(wrong(&name, "asc or desc", &value.into())),
                };
            }
            "creator" => query.creator = Some(value),
            // What is empty says nothing: a client that passes on the token of a last page.
            "continuation_token" => query.after = Some(value).filter(|token| !token.is_empty()),
            _ => match name.strip_prefix("meta.") {
                Some(field) => {
                    query.conditions.push(Condition::parse(field, &value).map_err(HostedError::from)?);
                }
                None => {
                    let known =
                        &["per_page", "sort_order", "creator", "continuation_token", "meta.FIELD[OPERATOR:TYPE]"];
                    return Err(unknown(name, known));
                }
            },
        }
    }
    Ok(query)
}

/// Reads a query, percent-encoded as forms are. Only conditions may be there more than once: they all have to hold.
fn pairs(uri: &Uri) -> Result<Vec<(String, String)>, HostedFailure> {
    let whole = format!("http://localhost/?{}", uri.query().unwrap_or_default());
    let url = Url::parse(&whole).ok();
    let pairs: Vec<(String, String)> = url.map(|url| url.query_pairs().into_owned().collect()).unwrap_or_default();
    let mut seen = HashSet::new();
    match pairs.iter().find(|(name, _)| !name.starts_with("meta.") && !seen.insert(name)) {
        Some((name, _)) => Err(doubled(name)),
        None => Ok(pairs),
    }
}

fn whole(name: &str, value: &str) -> Result<u64, HostedFailure> {
    value.parse().map_err(|_| wrong(name, "a whole number", &value.into()))
}

fn unknown(name: String, known: &'static [&'static str]) -> HostedFailure {
    HostedFailure::UnknownField { name: name.chars().take(60).collect(), known }
}
