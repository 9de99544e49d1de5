//! What is served where.

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::get;
use axum::{Extension, Router, middleware};

use super::graphql::{Endpoint, Keeper, methods, prefers_event_stream, refuse};
use super::live::{Live, Patience, take_handshakes};
use super::{actions, authentication, health, metrics, with_layers};
use crate::app::App;
use crate::config::MetricsAccess;
use crate::domain::access::Caller;
use crate::error::{Error, Result};
use crate::graphql::{MeridianSchema, context, schema};

/// Everything Meridian serves. `GET /healthz`, `GET /readyz` and the links of mails are open, and `GET /metrics` where the
/// configuration says so; all else, what does not exist included, takes a valid token.
///
/// # Errors
/// Internal, when our own schema cannot be read back.
pub fn router(app: &App) -> Result<Router> {
    router_with(app, Patience::default())
}

/// As [`router`], with a patience of its own for what stays open.
///
/// # Errors
/// As of [`router`].
pub fn router_with(app: &App, patience: Patience) -> Result<Router> {
    let schema = schema();
    let sdl = schema.sdl();
    let endpoint = Endpoint::try_new(schema, &sdl, app.config.request_timeout)
        .map_err(|error| Error::Internal(error.into()))?;
    let live = Live::new(app, endpoint.clone(), patience);
    let routes = signed_in(app, endpoint, live.clone())
        .merge(open(app))
        .layer(middleware::from_fn_with_state(live, take_handshakes));
    let counted = routes.layer(middleware::from_fn_with_state(app.clone(), metrics::count));
    Ok(with_layers(counted, app.config.cors_origins.as_slice()))
}

fn signed_in(app: &App, endpoint: Endpoint<MeridianSchema>, live: Live) -> Router {
    let mut routes = Router::new()
        .route("/graphql", methods(graphql))
        .with_state((app.clone(), endpoint, live));
    if app.config.metrics == MetricsAccess::Token {
        let page = get(metrics::for_a_caller).with_state(app.clone());
        routes = routes.route("/metrics", page);
    }
    routes
        .fallback(no_such_page)
        .layer(middleware::from_fn_with_state(
            app.clone(),
            authentication::require,
        ))
}

fn open(app: &App) -> Router {
    let mut routes = Router::new()
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .merge(actions::routes());
    if app.config.metrics == MetricsAccess::Open {
        routes = routes.route("/metrics", get(metrics::for_anybody));
    }
    routes.with_state(app.clone())
}

async fn graphql(
    State((app, endpoint, live)): State<(App, Endpoint<MeridianSchema>, Live)>,
    Extension(caller): Extension<Caller>,
    mut request: Request,
) -> Response {
    if prefers_event_stream(request.headers()) {
        return live.tell_events(caller, request).await;
    }
    request.extensions_mut().insert(Keeper::new(&app, &caller));
    let prepare = |request| context::prepare(request, &app, caller);
    endpoint.answer(request, prepare).await
}

async fn no_such_page(headers: HeaderMap) -> Response {
    refuse(&headers, &Error::NotFound("page"))
}
