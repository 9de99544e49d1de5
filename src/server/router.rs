//! What is served where.

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::get;
use axum::{Extension, Router, middleware};

use super::graphql::{Endpoint, methods, refuse};
use super::limits::Limits;
use super::{actions, authentication, health, metrics, with_layers};
use crate::app::App;
use crate::config::MetricsAccess;
use crate::domain::access::Caller;
use crate::domain::credential::Credential;
use crate::error::{Error, Result};
use crate::graphql::guard::Prices;
use crate::graphql::{MeridianSchema, context, schema};

/// Everything Meridian serves. `GET /healthz`, `GET /readyz`, the links of mails and signing in are open, and `GET /metrics` where
/// the configuration says so; all else, what does not exist included, takes a valid token or session.
///
/// # Errors
/// Internal, when our own schema cannot be read back.
pub fn router(app: &App) -> Result<Router> {
    let limits = Limits::new(app);
    let routes = signed_in(app, limits.clone())?.merge(open(app, limits));
    let counted = routes.layer(middleware::from_fn_with_state(app.clone(), metrics::count));
    Ok(with_layers(counted, app.config.cors_origins.as_slice()))
}

fn signed_in(app: &App, limits: Limits) -> Result<Router> {
    let schema = schema();
    let prices = Prices::from_sdl(&schema.sdl()).map_err(|error| Error::Internal(error.into()))?;
    let endpoint = Endpoint::new(schema, prices, app.config.request_timeout);
    let mut routes = Router::new()
        .route("/graphql", methods(graphql))
        .with_state((app.clone(), endpoint));
    if app.config.metrics == MetricsAccess::Token {
        let page = get(metrics::for_a_caller).with_state(app.clone());
        routes = routes.route("/metrics", page);
    }
    Ok(routes
        .fallback(no_such_page)
        .layer(middleware::from_fn_with_state(
            (app.clone(), limits),
            authentication::require,
        )))
}

fn open(app: &App, limits: Limits) -> Router {
    let mut routes = Router::new()
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .merge(actions::routes())
        .merge(actions::sign_in::routes(limits));
    if app.config.metrics == MetricsAccess::Open {
        routes = routes.route("/metrics", get(metrics::for_anybody));
    }
    routes.with_state(app.clone())
}

async fn graphql(
    State((app, endpoint)): State<(App, Endpoint<MeridianSchema>)>,
    Extension(caller): Extension<Caller>,
    Extension(credential): Extension<Credential>,
    request: Request,
) -> Response {
    let prepare = |request| context::prepare(request, &app, caller).data(credential);
    endpoint.answer(request, prepare).await
}

async fn no_such_page(headers: HeaderMap) -> Response {
    refuse(&headers, &Error::NotFound("page"))
}
