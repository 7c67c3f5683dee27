//! The routes and the middleware around them.

use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use palmette::Pipeline;
use palmette_protocol::url::FORM_PATH;
use tower::{Layer, ServiceBuilder, util::MapRequestLayer};
use tower_http::catch_panic::CatchPanicLayer;

use crate::cache::Cache;
use crate::config::{Config, ConfigError};
use crate::credentials::Credentials;
use crate::routes::image_url::source::Place;
use crate::routes::{hosted, image_url};
use crate::shared::Shared;
use crate::{middleware, proxied, request_id, routes};

/// Makes the whole service, without a socket: tests call it directly.
///
/// # Errors
///
/// Those of [`Credentials::read`], [`check_stores`] and [`HostedConfig::place`](crate::config::HostedConfig::place).
pub fn app(config: Config, pipeline: Pipeline) -> Result<Router, ConfigError> {
    let credentials = Credentials::read(&config.server)?;
    check_stores(&config)?;
    config.hosted.place()?;
    Ok(router(Arc::new(Shared::new(config, credentials, pipeline))))
}

/// Tells whether the folder and the bucket of the cache can be used, and the buckets of pictures; without this, a server does without what
/// cannot.
///
/// # Errors
///
/// [`ConfigError::Cache`]; [`ConfigError::AheadOfNothing`] if results are to be made ahead and there is no cache; [`ConfigError::Pictures`].
pub fn check_stores(config: &Config) -> Result<(), ConfigError> {
    Cache::check(config)?;
    config.url.origins.iter().try_for_each(|origin| Place::open(origin).map(drop).map_err(ConfigError::Pictures))
}

/// Makes the service on state that somebody else holds too.
pub(crate) fn router(shared: Arc<Shared>) -> Router {
    // Outermost first. The id comes before everything that logs. The span must hold whatever happens inside. Metrics see every
    // answer, so they stand around the five that make some: a caught panic, a missing token, a connection too many, the deadline, and
    // the routes. A panic is caught outside the others, so that a bug in them is caught too. The token comes before everything that
    // a stranger could use up. Around these, failures of image URLs get their own header, and those of the API of hosted pictures their
    // own form, whoever made them. The body is bounded
    // innermost: it is what is left over when any of the others ends a request early.
    let stack = ServiceBuilder::new()
        .layer(from_fn(request_id::assign))
        .layer(from_fn(middleware::trace))
        .layer(from_fn_with_state(Arc::clone(&shared), middleware::metrics))
        .layer(from_fn(middleware::resized))
        .layer(from_fn_with_state(Arc::clone(&shared), hosted::enveloped))
        .layer(CatchPanicLayer::custom(middleware::caught_panic))
        .layer(from_fn_with_state(Arc::clone(&shared), middleware::token))
        .layer(from_fn_with_state(Arc::clone(&shared), middleware::places))
        .layer(from_fn_with_state(Arc::clone(&shared), middleware::deadline))
        .layer(from_fn_with_state(Arc::clone(&shared), middleware::lingering_body));

    let [cdn, next, ipx] = image_url::PATHS;
    let config = &shared.config.server;
    let mut routes = Router::new()
        .route("/options", get(routes::options))
        .route("/openapi.json", get(routes::openapi))
        .route("/transform", post(routes::transform))
        .route("/info", post(routes::info))
        .route("/purge", post(routes::purge))
        .route(cdn, get(routes::image_url))
        .route(next, get(routes::next_url))
        .route(ipx, get(routes::ipx_url))
        .route(FORM_PATH, post(routes::image_form))
        .route("/live", get(routes::live))
        .route("/ready", get(routes::ready));
    if shared.hosted.is_some() {
        routes = hosted::add(routes);
    }
    if config.playground {
        routes = routes.route("/", get(routes::playground)).route("/playground/{file}", get(routes::playground_file));
    }
    if config.metrics_listen.is_none() {
        routes = routes.route("/metrics", get(routes::metrics));
    }
    let routes = routes
        .method_not_allowed_fallback(routes::wrong_method)
        .fallback(routes::unknown_path)
        .layer(stack)
        .with_state(shared);

    // A proxied request says in a header where it wants to go, so it is unwrapped before it is routed.
    Router::new().fallback_service(MapRequestLayer::new(proxied::unwrap).layer(routes))
}

/// Makes the service of the listener for metrics: what monitors and orchestrators ask for, and nothing that costs anything. It asks
/// for no token and does not count itself.
pub(crate) fn metrics_router(shared: Arc<Shared>) -> Router {
    let stack = ServiceBuilder::new()
        .layer(from_fn(request_id::assign))
        .layer(from_fn(middleware::trace))
        .layer(CatchPanicLayer::custom(middleware::caught_panic))
        .layer(from_fn_with_state(Arc::clone(&shared), middleware::deadline));
    Router::new()
        .route("/live", get(routes::live))
        .route("/ready", get(routes::ready))
        .route("/metrics", get(routes::metrics))
        .method_not_allowed_fallback(routes::wrong_method)
        .fallback(routes::unknown_path_of_metrics)
        .layer(stack)
        .with_state(shared)
}
