//! Where a request becomes a socket. It is let in without a token, since browsers can send none with it: that comes in
//! `connection_init`.

use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::header::{AUTHORIZATION, COOKIE, HeaderMap, HeaderName, ORIGIN, UPGRADE};
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument;

use super::Live;
use super::protocol::{LONGEST, SUBPROTOCOL};
use super::socket::{Conversation, Stranger};
use crate::error::Error;
use crate::graphql::error::Code;
use crate::server::connections::Seat;
use crate::server::graphql::{refuse, refuse_as};
use crate::server::under_way::UnderWay;
use crate::server::visitor;

/// The headers that say who asks. Browsers put `Origin` on every handshake, and what else they say of it differs.
const CREDENTIALS: [HeaderName; 3] = [AUTHORIZATION, COOKIE, ORIGIN];

/// Answers the handshakes of WebSockets on `/graphql`, and passes everything else on.
pub(in crate::server) async fn take_handshakes(
    State(live): State<Live>,
    request: Request,
    next: Next,
) -> Response {
    let is_handshake = request
        .headers()
        .get(UPGRADE)
        .is_some_and(|protocol| protocol.as_bytes().eq_ignore_ascii_case(b"websocket"));
    if is_handshake && request.uri().path() == "/graphql" {
        return shake_hands(live, request).await;
    }
    next.run(request).await
}

async fn shake_hands(live: Live, request: Request) -> Response {
    let under_way = UnderWay::of(&request);
    let (mut parts, _) = request.into_parts();
    let upgrade = match WebSocketUpgrade::from_request_parts(&mut parts, &()).await {
        Ok(upgrade) => upgrade,
        Err(rejection) => {
            return refuse_as(&parts.headers, Code::BadRequest, rejection.to_string());
        }
    };
    let Parts {
        headers,
        extensions,
        ..
    } = parts;
    if !may_use_cookies(&live, &headers) {
        let message = "Pages of this origin may not connect with a cookie.";
        return refuse(&headers, &Error::Forbidden(message.to_owned()));
    }
    let Some(place) = live.places.take() else {
        let message = "Too many connections are open. Try again later.";
        return refuse(&headers, &Error::Unavailable(message.to_owned()));
    };
    // One that is somewhat too long is read, so that its sender can be told; one that is far too long is cut off.
    let upgrade = upgrade
        .protocols([SUBPROTOCOL])
        .max_message_size(2 * LONGEST)
        .max_frame_size(2 * LONGEST);
    let speaks_ours = upgrade.selected_protocol().is_some();
    let request_id = crate::server::request_id(&headers);
    let seat = extensions.get::<Seat>().cloned();
    let trusted = &live.app.config.trusted_proxies;
    let stranger = Stranger {
        address: visitor::address(&headers, &extensions, trusted),
        credentials: credentials(&headers),
    };
    let span = tracing::Span::current();
    upgrade.on_upgrade(move |socket| {
        let conversation = Conversation::new(live, socket, stranger, request_id, under_way.clone());
        async move {
            let talk = async move {
                conversation.hold(speaks_ours).await;
                drop((place, seat));
            };
            // Whether it ended by itself or with the process, nobody waits for it.
            let _ = under_way.finish(talk).await;
        }
        .instrument(span)
    })
}

/// Browsers send cookies along with a handshake, whichever page asks for it, and its answer is not kept from that page: so
/// with a cookie only pages of the agency's own may connect. Who they are is asked afterwards: only Meridian's own pages may say it
/// by the cookie.
fn may_use_cookies(live: &Live, headers: &HeaderMap) -> bool {
    let (true, Some(origin)) = (headers.contains_key(COOKIE), headers.get(ORIGIN)) else {
        return true;
    };
    let config = &live.app.config;
    origin.as_bytes() == config.public_url.as_str().as_bytes()
        || config.cors_origins.as_slice().contains(origin)
}

/// What of the handshake says who asks.
fn credentials(headers: &HeaderMap) -> HeaderMap {
    CREDENTIALS
        .into_iter()
        .filter_map(|name| Some((name.clone(), headers.get(name)?.clone())))
        .collect()
}
