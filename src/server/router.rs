//! What is served where.

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Extension, Router, middleware};

use super::graphql::{Endpoint, method_not_allowed, refuse};
use super::{actions, authentication, health, with_layers};
use crate::app::App;
use crate::domain::access::Caller;
use crate::error::{Error, Result};
use crate::graphql::guard::Prices;
use crate::graphql::{MeridianSchema, context, schema};

/// Everything Meridian serves. `GET /healthz` and the links of mails are open; all else, what does not exist included,
/// takes a valid token.
///
/// # Errors
/// Internal, when our own schema cannot be read back.
pub fn router(app: &App) -> Result<Router> {
    let schema = schema();
    let prices = Prices::from_sdl(&schema.sdl()).map_err(|error| Error::Internal(error.into()))?;
    let endpoint = Endpoint::new(schema, prices, app.config.request_timeout);
    let signed_in = Router::new()
        .route("/graphql", post(graphql).fallback(method_not_allowed))
        .with_state((app.clone(), endpoint))
        .fallback(no_such_page)
        .layer(middleware::from_fn_with_state(
            app.clone(),
            authentication::require,
        ));
    let open = Router::new()
        .route("/healthz", get(health::healthz))
        .merge(actions::routes())
        .with_state(app.clone());
    Ok(with_layers(
        signed_in.merge(open),
        app.config.cors_origins.as_slice(),
    ))
}

async fn graphql(
    State((app, endpoint)): State<(App, Endpoint<MeridianSchema>)>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Response {
    let prepare = |request| context::prepare(request, &app, caller);
    endpoint.answer(request, prepare).await
}

async fn no_such_page(headers: HeaderMap) -> Response {
    refuse(&headers, &Error::NotFound("page"))
}
