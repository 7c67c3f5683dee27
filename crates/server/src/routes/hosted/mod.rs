//! Hosted pictures: the REST API of the real service, upload links, and delivery URLs.
//!
//! The routes are thin: data and rules are in [`palmette_store::hosted`], pixels in [`image_url`](mod@super::image_url).
//!
//! | path | file | who may |
//! | --- | --- | --- |
//! | `/client/v4/accounts/ACCOUNT/images/…`, and without `/client/v4` | `images`, `lists`, `variants`, `account` | who has a token |
//! | `/cdn-cgi/imageupload/HASH/ID` | `link` | who was given the link, once |
//! | `/cdn-cgi/imagedelivery/HASH/ID/VARIANT` | `delivery` | everybody, or who has a signed URL |
//!
//! Answers of the first two stand in an `envelope`, failures included.

mod account;
mod api;
mod delivery;
mod envelope;
mod failure;
mod fields;
mod images;
mod link;
mod lists;
mod picture;
mod urls;
mod variants;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post, put};

use crate::shared::Shared;

pub(crate) use envelope::enveloped;
pub use failure::HostedFailure;

/// Where delivery URLs begin.
const DELIVERY_PREFIX: &str = "/cdn-cgi/imagedelivery/";
/// Where upload links begin.
const LINK_PREFIX: &str = "/cdn-cgi/imageupload/";

const DELIVERY_PATH: &str = "/cdn-cgi/imagedelivery/{*rest}";
const LINK_PATH: &str = "/cdn-cgi/imageupload/{*rest}";

/// The routes that are open to those who have no token.
pub(crate) const FREE_PATHS: [&str; 2] = [DELIVERY_PATH, LINK_PATH];

/// Where the paths of the API begin: as in the real one, and as clients ask whose base URL is that of the server alone.
const BASES: [&str; 2] = ["/client/v4/accounts/{account}/images", "/accounts/{account}/images"];

/// Tells whether a path is that of a delivery URL.
pub(crate) fn is_delivery(path: &str) -> bool {
    path.starts_with(DELIVERY_PREFIX)
}

/// Tells whether answers at a path stand in an envelope.
fn is_api(path: &str) -> bool {
    let account = path.strip_prefix("/client/v4").unwrap_or(path).strip_prefix("/accounts/");
    let in_account = account.and_then(|rest| rest.split_once('/')).map(|(_, rest)| rest);
    path.starts_with(LINK_PREFIX) || in_account.is_some_and(|rest| rest == "images" || rest.starts_with("images/"))
}

/// Adds the routes.
pub(crate) fn add(mut routes: Router<Arc<Shared>>) -> Router<Arc<Shared>> {
    for base in BASES {
        let at = |path: &str| format!("{base}{path}");
        routes = routes
            .route(&at("/v1"), get(lists::pages).post(images::upload))
            .route(&at("/v1/config"), get(account::config).patch(account::configure))
            .route(&at("/v1/keys"), get(account::keys))
            .route(&at("/v1/keys/{name}"), put(account::put_key).delete(account::delete_key))
            .route(&at("/v1/stats"), get(account::stats))
            .route(&at("/v1/variants"), get(variants::list).post(variants::add))
            .route(&at("/v1/variants/{name}"), get(variants::one).patch(variants::change).delete(variants::delete))
            // The id of a picture may have slashes, and `blob` or `signed_url` behind it.
            .route(&at("/v1/{*id}"), get(images::get).post(images::sign).patch(images::change).delete(images::delete))
            .route(&at("/v2"), get(lists::list))
            .route(&at("/v2/direct_upload"), post(link::make));
    }
    routes.route(DELIVERY_PATH, get(delivery::deliver)).route(LINK_PATH, post(link::fulfil).options(link::allow))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosted_paths_are_told_apart() {
        for path in [
            "/client/v4/accounts/a/images/v1",
            "/accounts/a/images/v1/b/c",
            "/accounts/a/images/v9",
            "/accounts/a/images",
            "/cdn-cgi/imageupload/h/a",
        ] {
            assert!(is_api(path) && !is_delivery(path), "{path}");
        }
        for path in
            ["/cdn-cgi/imagedelivery/h/a/public", "/accounts/a/imagesx", "/accounts//", "/transform", "/client/v4/a"]
        {
            assert!(!is_api(path), "{path}");
        }
    }
}
