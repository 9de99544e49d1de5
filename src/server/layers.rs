//! What every request passes on its way in and out.

use std::any::Any;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::header::{
    ACCEPT, ACCESS_CONTROL_REQUEST_METHOD, AUTHORIZATION, CONTENT_TYPE, COOKIE, HeaderMap,
    HeaderName, HeaderValue, RETRY_AFTER, SET_COOKIE, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{Method, StatusCode};
use axum::middleware::{self, Next};
use axum::response::Response;
use tower::{ServiceBuilder, ServiceExt};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::cors::{AllowOrigin, CorsLayer};
use tower_http::request_id::{
    MakeRequestId, PropagateRequestIdLayer, RequestId, SetRequestIdLayer,
};
use tower_http::sensitive_headers::{
    SetSensitiveRequestHeadersLayer, SetSensitiveResponseHeadersLayer,
};
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::trace::TraceLayer;

use super::actions;
use super::graphql::{IDEMPOTENCY_KEY, MAX_BODY, REPLAYED};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const LONGEST_REQUEST_ID: usize = 100;
const PREFLIGHT_LASTS: Duration = Duration::from_secs(600);

/// Puts the layers around a router, outermost first: request id, log, `nosniff`,
/// CORS for the given origins only, compression, panics, body limit.
pub fn with_layers(router: Router, origins: &[HeaderValue]) -> Router {
    let router = router.layer(
        ServiceBuilder::new()
            .layer(CompressionLayer::new())
            .layer(CatchPanicLayer::custom(after_panic))
            .layer(DefaultBodyLimit::max(MAX_BODY)),
    );
    router.clone().layer(
        ServiceBuilder::new()
            .layer(middleware::from_fn(drop_unusable_request_id))
            .layer(SetRequestIdLayer::new(REQUEST_ID, RandomId))
            .layer(SetSensitiveRequestHeadersLayer::new([
                AUTHORIZATION,
                COOKIE,
            ]))
            .layer(TraceLayer::new_for_http().make_span_with(span))
            .layer(SetSensitiveResponseHeadersLayer::new([SET_COOKIE]))
            .layer(PropagateRequestIdLayer::new(REQUEST_ID))
            .layer(SetResponseHeaderLayer::overriding(
                X_CONTENT_TYPE_OPTIONS,
                HeaderValue::from_static("nosniff"),
            ))
            .layer(middleware::from_fn_with_state(router, answer_options))
            .layer(cors(origins)),
    )
}

/// The id of a request: the client's, or the one it was given on its way in.
pub fn request_id(headers: &HeaderMap) -> String {
    headers
        .get(REQUEST_ID)
        .and_then(|id| id.to_str().ok())
        .unwrap_or_default()
        .to_owned()
}

/// The words of a panic, when it has any.
pub fn panic_message(panic: &(dyn Any + Send)) -> String {
    let text = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("panic: {}", text.unwrap_or("without words"))
}

/// The answer when nothing better can be said: 500, masked.
pub fn internal_error() -> Response {
    let body = r#"{"errors":[{"message":"Something went wrong on our side.","extensions":{"code":"INTERNAL","retryable":false}}]}"#;
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    response.headers_mut().insert(
        CONTENT_TYPE,
        HeaderValue::from_static("application/json; charset=utf-8"),
    );
    response
}

#[derive(Clone, Copy)]
struct RandomId;

impl MakeRequestId for RandomId {
    fn make_request_id<B>(&mut self, _: &axum::http::Request<B>) -> Option<RequestId> {
        let id = format!("{:032x}", rand::random::<u128>());
        HeaderValue::try_from(id).ok().map(RequestId::new)
    }
}

/// Ids end up in logs and answers, so only short and plain ones are taken over.
async fn drop_unusable_request_id(mut request: Request, next: Next) -> Response {
    let is_usable = |id: &HeaderValue| {
        (1..=LONGEST_REQUEST_ID).contains(&id.len())
            && id
                .as_bytes()
                .iter()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte))
    };
    if request
        .headers()
        .get(REQUEST_ID)
        .is_some_and(|id| !is_usable(id))
    {
        request.headers_mut().remove(REQUEST_ID);
    }
    next.run(request).await
}

/// The CORS layer answers whatever comes by OPTIONS, so what is no browser's question goes past it.
async fn answer_options(State(router): State<Router>, request: Request, next: Next) -> Response {
    let is_preflight = request
        .headers()
        .contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    if request.method() != Method::OPTIONS || is_preflight {
        return next.run(request).await;
    }
    match router.oneshot(request).await {
        Ok(response) => response,
        Err(impossible) => match impossible {},
    }
}

/// Whoever holds the token of a mailed link can press it, so what follows the beginning of its path is left out, and so is
/// every query string.
fn span(request: &Request) -> tracing::Span {
    let path = request.uri().path();
    let links = [actions::PATH, actions::sign_in::PATH];
    let link = links.into_iter().find(|start| path.starts_with(start));
    tracing::info_span!(
        "request",
        id = request_id(request.headers()),
        method = %request.method(),
        path = link.unwrap_or(path),
    )
}

fn after_panic(panic: Box<dyn Any + Send + 'static>) -> Response {
    tracing::error!(cause = panic_message(panic.as_ref()), "a request failed");
    internal_error()
}

fn cors(origins: &[HeaderValue]) -> CorsLayer {
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins.iter().cloned()))
        .allow_methods([Method::GET, Method::HEAD, Method::POST])
        .allow_headers([
            ACCEPT,
            AUTHORIZATION,
            CONTENT_TYPE,
            IDEMPOTENCY_KEY,
            REQUEST_ID,
        ])
        .expose_headers([REQUEST_ID, RETRY_AFTER, REPLAYED])
        .max_age(PREFLIGHT_LASTS)
}
