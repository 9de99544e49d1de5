//! What is served where.

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::get;
use axum::{Extension, Router, middleware};

use super::graphql::{Endpoint, Keeper, methods, prefers_event_stream, refuse};
use super::limits::Limits;
use super::live::{Live, Patience, take_handshakes};
use super::openid::Provider;
use super::{actions, authentication, health, ide, metrics, with_layers};
use crate::app::App;
use crate::config::MetricsAccess;
use crate::domain::access::Caller;
use crate::domain::credential::Credential;
use crate::error::{Error, Result};
use crate::graphql::{context, schema};

/// Everything Meridian serves. `GET /healthz`, `GET /readyz`, the links of mails, signing in and the page at `/graphiql` are open, and
/// `GET /metrics` where the configuration says so; all else, what does not exist included, takes a valid token or session.
///
/// # Errors
/// Internal, when our own schema cannot be read back; invalid, when the settings of an OpenID provider are not complete.
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
    let limits = Limits::new(app);
    let live = Live::new(app, endpoint, limits.clone(), patience);
    let routes = signed_in(app, live.clone(), limits.clone())
        .merge(open(app, limits, Provider::try_new(app)?))
        .layer(middleware::from_fn_with_state(live, take_handshakes));
    let counted = routes.layer(middleware::from_fn_with_state(app.clone(), metrics::count));
    Ok(with_layers(counted, app.config.cors_origins.as_slice()))
}

fn signed_in(app: &App, live: Live, limits: Limits) -> Router {
    let mut routes = Router::new()
        .route("/graphql", methods(graphql))
        .with_state((app.clone(), live));
    if app.config.metrics == MetricsAccess::Token {
        let page = get(metrics::for_a_caller).with_state(app.clone());
        routes = routes.route("/metrics", page);
    }
    routes
        .fallback(no_such_page)
        .layer(middleware::from_fn_with_state(
            (app.clone(), limits),
            authentication::require,
        ))
}

fn open(app: &App, limits: Limits, provider: Option<Provider>) -> Router {
    let mut routes = Router::new()
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .merge(actions::routes())
        .merge(actions::sign_in::routes(limits, provider));
    if app.config.graphiql {
        routes = routes.merge(ide::routes());
    }
    if app.config.metrics == MetricsAccess::Open {
        routes = routes.route("/metrics", get(metrics::for_anybody));
    }
    routes.with_state(app.clone())
}

async fn graphql(
    State((app, live)): State<(App, Live)>,
    Extension(caller): Extension<Caller>,
    Extension(credential): Extension<Credential>,
    mut request: Request,
) -> Response {
    if prefers_event_stream(request.headers()) {
        return live.tell_events(caller, credential, request).await;
    }
    request.extensions_mut().insert(Keeper::new(&app, &caller));
    let endpoint = live.endpoint_for(&caller);
    let prepare = |request| context::prepare(request, &app, caller).data(credential);
    endpoint.answer(request, prepare).await
}

async fn no_such_page(headers: HeaderMap) -> Response {
    refuse(&headers, &Error::NotFound("page"))
}
