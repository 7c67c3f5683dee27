//! The routes and the middleware around them.

use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use palmette::Pipeline;
use tower::{Layer, ServiceBuilder, util::MapRequestLayer};
use tower_http::catch_panic::CatchPanicLayer;

use crate::config::Config;
use crate::shared::Shared;
use crate::{middleware, proxied, request_id, routes};

/// Makes the whole service, without a socket: tests call it directly.
pub fn app(config: Config, pipeline: Pipeline) -> Router {
    router(Arc::new(Shared::new(config, pipeline)))
}

/// Makes the service on state that somebody else holds too.
pub(crate) fn router(shared: Arc<Shared>) -> Router {
    // Outermost first. The id comes before everything that logs. The span must hold whatever happens inside. Metrics see every
    // answer, so they stand around the four that make some: a caught panic, a connection too many, the deadline, and the routes. A
    // panic is caught outside the other two, so that a bug in them is caught too. The body is bounded innermost: it is what is
    // left over when any of the others ends a request early.
    let stack = ServiceBuilder::new()
        .layer(from_fn(request_id::assign))
        .layer(from_fn(middleware::trace))
        .layer(from_fn_with_state(Arc::clone(&shared), middleware::metrics))
        .layer(CatchPanicLayer::custom(middleware::caught_panic))
        .layer(from_fn_with_state(Arc::clone(&shared), middleware::places))
        .layer(from_fn_with_state(Arc::clone(&shared), middleware::deadline))
        .layer(from_fn_with_state(Arc::clone(&shared), middleware::lingering_body));

    let routes = Router::new()
        .route("/", get(routes::playground))
        .route("/playground/{file}", get(routes::playground_file))
        .route("/options", get(routes::options))
        .route("/openapi.json", get(routes::openapi))
        .route("/transform", post(routes::transform))
        .route("/info", post(routes::info))
        .route("/live", get(routes::live))
        .route("/ready", get(routes::ready))
        .route("/metrics", get(routes::metrics))
        .method_not_allowed_fallback(routes::wrong_method)
        .fallback(routes::unknown_path)
        .layer(stack)
        .with_state(shared);

    // A proxied request says in a header where it wants to go, so it is unwrapped before it is routed.
    Router::new().fallback_service(MapRequestLayer::new(proxied::unwrap).layer(routes))
}
