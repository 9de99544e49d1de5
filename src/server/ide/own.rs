//! The page of our own.

use axum::http::HeaderValue;
use axum::response::Response;

use super::File;

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

pub(super) const FILES: [File; 3] = [
    File {
        name: "page.js",
        content_type: "text/javascript; charset=utf-8",
        content: include_bytes!("own/page.js"),
    },
    File {
        name: "page.css",
        content_type: "text/css; charset=utf-8",
        content: include_bytes!("own/page.css"),
    },
    File {
        name: "icon.svg",
        content_type: "image/svg+xml",
        content: include_bytes!("own/icon.svg"),
    },
];

pub(super) fn answer() -> Response {
    super::document(
        include_str!("own/page.html"),
        HeaderValue::from_static(POLICY),
    )
}
