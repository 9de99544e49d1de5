//! GraphiQL, whose files are fetched before the program is built: run `src/server/ide/graphiql/fetch`.

use axum::http::HeaderValue;
use axum::response::Response;

use super::super::internal_error;
use super::File;
use crate::random;

pub(super) const FILES: [File; 8] = [
    File {
        name: "react.js",
        content_type: JAVASCRIPT,
        content: include_bytes!("graphiql/files/react.js"), // not there? Run src/server/ide/graphiql/fetch
    },
    File {
        name: "react-dom.js",
        content_type: JAVASCRIPT,
        content: include_bytes!("graphiql/files/react-dom.js"), // not there? Run src/server/ide/graphiql/fetch
    },
    File {
        name: "graphiql.js",
        content_type: JAVASCRIPT,
        content: include_bytes!("graphiql/files/graphiql.js"), // not there? Run src/server/ide/graphiql/fetch
    },
    File {
        name: "graphiql.css",
        content_type: CSS,
        content: include_bytes!("graphiql/files/graphiql.css"), // not there? Run src/server/ide/graphiql/fetch
    },
    File {
        name: "start.js",
        content_type: JAVASCRIPT,
        content: include_bytes!("graphiql/start.js"),
    },
    File {
        name: "start.css",
        content_type: CSS,
        content: include_bytes!("graphiql/start.css"),
    },
    File {
        name: "icon.svg",
        content_type: "image/svg+xml",
        content: include_bytes!("own/icon.svg"),
    },
    File {
        name: "LICENSE",
        content_type: "text/plain; charset=utf-8",
        content: include_bytes!("graphiql/files/LICENSE"), // not there? Run src/server/ide/graphiql/fetch
    },
];

const JAVASCRIPT: &str = "text/javascript; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";

/// It writes a style sheet while a dialogue is open, which the nonce lets in and nothing else.
pub(super) fn answer() -> Response {
    let nonce = match random::text() {
        Ok(nonce) => nonce,
        Err(error) => {
            tracing::error!(?error, "a page could not be made");
            return internal_error();
        }
    };
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; font-src data:; img-src 'self' data:; \
         connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    let page = include_str!("graphiql/page.html").replace("{nonce}", &nonce);
    match HeaderValue::try_from(policy) {
        Ok(policy) => super::document(page, policy),
        Err(error) => {
            tracing::error!(%error, "a page could not be made");
            internal_error()
        }
    }
}
