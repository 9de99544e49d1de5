//! Operations as server-sent events: each in a request of its own, as graphql-sse's distinct connections mode has it.

use std::convert::Infallible;

use axum::extract::Request;
use axum::http::header::{CACHE_CONTROL, HeaderName, HeaderValue};
use axum::response::sse::{self, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{self, Stream};
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::Live;
use super::operation::{Asker, Event, Outlet, Running, Spoken, WAITING};
use super::places::{OwnPlace, Place};
use crate::domain::access::Caller;
use crate::domain::credential::Credential;
use crate::error::Error;
use crate::graphql::error;
use crate::graphql::error::Code;
use crate::graphql::guard::Cost;
use crate::server::graphql::{Answer, Failure, IDEMPOTENCY_KEY, read_call, refuse, refuse_as};
use crate::server::under_way::UnderWay;
use crate::watch::Open;

/// Tells proxies not to wait until they have more to pass on.
const UNBUFFERED: HeaderName = HeaderName::from_static("x-accel-buffering");

/// What is open while events are told.
struct Listening {
    events: mpsc::Receiver<Spoken>,
    under_way: UnderWay,
    request_id: String,
    /// What is left to be told, the next one last.
    rest: Vec<sse::Event>,
    operation: Option<Running>,
    _places: (Place, OwnPlace),
    _open: Open,
}

impl Live {
    /// Answers a request whose `Accept` prefers an event stream. What is wrong with the request itself is told by the status
    /// of an ordinary answer, what is wrong with the operation by an event.
    pub(in crate::server) async fn tell_events(
        &self,
        caller: Caller,
        credential: Credential,
        request: Request,
    ) -> Response {
        let headers = request.headers().clone();
        let asker = Asker {
            credential,
            endpoint: self.endpoint_for(&caller),
            request_id: crate::server::request_id(&headers),
            under_way: UnderWay::of(&request),
        };
        let only_reads = request.method().is_safe();
        if headers.contains_key(IDEMPOTENCY_KEY) {
            let message = "Answers that can be asked for again are no event streams: send this without `Accept: text/event-stream`.";
            return refuse_as(&headers, Code::BadRequest, message);
        }
        let own = caller.person_id.and_then(|id| self.places.take_own(id));
        let (Some(place), Some(own)) = (self.places.take(), own) else {
            let message = "Too many connections are open. Close one, or try again later.";
            return refuse(&headers, &Error::Unavailable(message.to_owned()));
        };
        let deadline = Instant::now() + self.endpoint.time_out();
        let asked = match read_call(request, deadline).await {
            Ok(call) => asker.endpoint.admit(call),
            Err(failure) => return Answer::refused(failure, &asker.request_id).write_plain(),
        };
        let (to, events) = mpsc::channel(WAITING);
        let mut listening = Listening {
            events,
            under_way: asker.under_way.clone(),
            request_id: asker.request_id.clone(),
            rest: Vec::new(),
            operation: None,
            _places: (place, own),
            _open: self.app.watch.event_stream_opened(),
        };
        let begun = match asked {
            Ok(asked) if only_reads && asked.is_mutation() => {
                let message =
                    "Only queries and subscriptions can be sent by GET. Send this by POST.";
                return refuse_as(&headers, Code::MethodNotAllowed, message);
            }
            Ok(asked) => self.begin(&asker, asked).await,
            Err(failure) => Err(Event::Refused(Answer::refused(failure, &asker.request_id))),
        };
        match begun {
            Ok(begun) => {
                let (id, number) = (String::new(), 0);
                let outlet = Outlet { id, number, to };
                listening.operation = Some(self.start(&asker, begun, outlet));
            }
            Err(Event::SignedOut) => return refuse(&headers, &Error::Unauthenticated),
            Err(event) => listening.add(event),
        }
        let keep_alive = KeepAlive::new().interval(self.patience.ping);
        let answer = Sse::new(told(listening)).keep_alive(keep_alive);
        let headers = [
            (CACHE_CONTROL, HeaderValue::from_static("no-store")),
            (UNBUFFERED, HeaderValue::from_static("no")),
        ];
        (headers, answer).into_response()
    }
}

/// The events, until the operation has come to its end or the server stops. In the second case there is no `complete`, so that
/// clients connect again.
fn told(listening: Listening) -> impl Stream<Item = Result<sse::Event, Infallible>> {
    stream::unfold(listening, async |mut listening| {
        if let Some(event) = listening.rest.pop() {
            return Some((Ok(event), listening));
        }
        let operation = listening.operation.as_ref()?;
        let is_lasting = operation.is_lasting;
        let under_way = listening.under_way.clone();
        let spoken = tokio::select! {
            spoken = listening.events.recv() => spoken?,
            () = under_way.stopping(), if is_lasting => return None,
        };
        listening.add(spoken.event);
        let event = listening.rest.pop()?;
        Some((Ok(event), listening))
    })
}

impl Listening {
    /// Adds what an operation says; after its end nothing more comes.
    fn add(&mut self, event: Event) {
        let answer = match event {
            Event::Next(answer) => {
                self.rest.push(next(&answer));
                return;
            }
            Event::Complete => None,
            Event::Refused(answer) => Some(answer),
            Event::SignedOut => {
                let failure = error::of_request(&Error::Unauthenticated, &self.request_id);
                let failure = Failure::new(failure, Cost::default());
                Some(Answer::refused(failure, &self.request_id))
            }
        };
        self.operation = None;
        self.rest
            .push(sse::Event::default().event("complete").data(""));
        self.rest.extend(answer.as_ref().map(next));
    }
}

fn next(answer: &Answer) -> sse::Event {
    let event = sse::Event::default().event("next");
    match serde_json::to_string(&answer.content()) {
        Ok(text) => event.data(text),
        Err(error) => {
            tracing::error!(%error, "an event could not be written");
            event.data("{}")
        }
    }
}
