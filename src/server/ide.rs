//! `GET /graphiql`: a page that asks the API and shows its schema, without anything from another origin.
//!
//! Ours is small. With the feature `graphiql` it is GraphiQL, whose files `src/server/ide/graphiql/fetch` brings. Whoever
//! opens either sees nothing of the agency without a token: the page asks `/graphql` as every client does.

#[cfg(feature = "graphiql")]
mod graphiql;
#[cfg(not(feature = "graphiql"))]
mod own;

use axum::Router;
use axum::http::HeaderValue;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, REFERRER_POLICY,
};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
#[cfg(feature = "graphiql")]
use graphiql as page;
#[cfg(not(feature = "graphiql"))]
use own as page;

/// Where the page is; its files are below.
pub(super) const PATH: &str = "/graphiql";

const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");

/// A file of the page, as it is in the program.
struct File {
    name: &'static str,
    content_type: &'static str,
    content: &'static [u8],
}

/// The page and its files.
pub(super) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    let mut routes = Router::new().route(PATH, get(async || page::answer()));
    for file in page::FILES {
        let path = format!("{PATH}/{}", file.name);
        routes = routes.route(
            &path,
            get(async move || answer(file.content_type, file.content)),
        );
    }
    routes
}

/// A new program may bring other files under the same names, so that they are asked for each time.
fn answer(content_type: &'static str, content: impl IntoResponse) -> Response {
    let mut response = content.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

/// The page itself, under its policy: nothing in it may come from elsewhere, nor show it in a frame.
fn document(content: impl IntoResponse, policy: HeaderValue) -> Response {
    let mut response = answer("text/html; charset=utf-8", content);
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, policy);
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(OPENER_POLICY, HeaderValue::from_static("same-origin"));
    response
}
