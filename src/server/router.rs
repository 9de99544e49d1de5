//! What is served where.

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::get;
use axum::{Extension, Router, middleware};

use super::graphql::{Endpoint, Keeper, methods, refuse};
use super::limits::Limits;
use super::{actions, authentication, health, ide, metrics, with_layers};
use crate::app::App;
use crate::config::{Config, IntrospectionAccess, MetricsAccess};
use crate::domain::access::Caller;
use crate::domain::credential::Credential;
use crate::entity::Access;
use crate::error::{Error, Result};
use crate::graphql::{MeridianSchema, context, schema};

/// Everything Meridian serves. `GET /healthz`, `GET /readyz`, the links of mails, signing in and the page at `/graphiql` are open, and
/// `GET /metrics` where the configuration says so; all else, what does not exist included, takes a valid token or session.
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
    let sdl = schema.sdl();
    let endpoint = Endpoint::try_new(schema, &sdl, app.config.request_timeout)
        .map_err(|error| Error::Internal(error.into()))?;
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
    if app.config.graphiql {
        routes = routes.merge(ide::routes());
    }
    if app.config.metrics == MetricsAccess::Open {
        routes = routes.route("/metrics", get(metrics::for_anybody));
    }
    routes.with_state(app.clone())
}

async fn graphql(
    State((app, endpoint)): State<(App, Endpoint<MeridianSchema>)>,
    Extension(caller): Extension<Caller>,
    Extension(credential): Extension<Credential>,
    mut request: Request,
) -> Response {
    request.extensions_mut().insert(Keeper::new(&app, &caller));
    let endpoint = if reads_the_schema(&app.config, &caller) {
        endpoint
    } else {
        endpoint.with_its_schema_hidden()
    };
    let prepare = |request| context::prepare(request, &app, caller).data(credential);
    endpoint.answer(request, prepare).await
}

fn reads_the_schema(config: &Config, caller: &Caller) -> bool {
    match config.introspection {
        IntrospectionAccess::Off => false,
        IntrospectionAccess::Owners => caller.access == Access::Owner,
        IntrospectionAccess::Token => true,
    }
}

async fn no_such_page(headers: HeaderMap) -> Response {
    refuse(&headers, &Error::NotFound("page"))
}
