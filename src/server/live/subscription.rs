//! A subscription: executed once when it begins, and anew on each occasion, by whom it is then allowed to.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::{Response, Value};
use futures_util::{FutureExt, StreamExt};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::time::{sleep, timeout};

use super::Live;
use super::operation::{Asker, Event, Outlet};
use crate::db::{Note, Told};
use crate::error::Error;
use crate::graphql::context;
use crate::graphql::error::{self, Code, coded};
use crate::graphql::guard::Cost;
use crate::graphql::occasion::{Occasion, Watched};
use crate::server::authentication;
use crate::server::graphql::{Answer, Asked};
use crate::watch::Open;

/// Changes that are told together at most, when more have come than were told one by one.
const MOST_TOGETHER: usize = 1_000;

/// How long a subscription waits for a database that does not answer.
const PAUSE: Duration = Duration::from_secs(1);

/// The refusals after which a subscription does not go on: asked again, the answer would be the same.
const FINAL: [Code; 3] = [Code::Forbidden, Code::NotFound, Code::BadUserInput];

/// A subscription that was begun.
pub(super) struct Subscription {
    live: Live,
    asker: Asker,
    asked: Asked,
    watched: Arc<Watched>,
    told: Receiver<Told>,
    _open: Open,
}

/// Why a subscription does not go on.
pub(super) enum End {
    /// Nobody hears it.
    Unheard,
    /// Who asks is not known any more.
    SignedOut,
    /// It was refused.
    Refused(Answer),
    /// The database does not answer, or too much was asked lately: it is tried again.
    NotNow(Error),
}

impl Subscription {
    /// Checks what is asked for. What is committed from then on is told.
    ///
    /// # Errors
    /// Why it is not begun.
    pub(super) async fn begin(live: Live, asker: &Asker, asked: Asked) -> Result<Self, End> {
        let told = live.app.db.listen().await.map_err(|error| {
            tracing::warn!(%error, "a subscription could not be begun");
            unavailable()
        })?;
        let subscription = Self {
            _open: live.app.watch.subscription_opened(),
            watched: Arc::default(),
            asker: asker.clone(),
            live,
            asked,
            told,
        };
        subscription.tell(Occasion::Start, None).await?;
        if !subscription.watched.is_about_anything() {
            let message = "The subscription leaves out its only field.";
            let nothing = failure(coded(Code::ValidationFailed, message, None));
            let cost = subscription.asked.cost();
            subscription.send(nothing, cost, None).await?;
        }
        Ok(subscription)
    }

    /// Tells each event, until nobody hears it or it may not be told any more.
    pub(super) async fn run(mut self, outlet: &Outlet) {
        while let Some(occasion) = self.occasion().await {
            let mut told = self.tell(occasion, Some(outlet)).await;
            while let Err(End::NotNow(failure)) = told {
                // What was to be told is not known any more when it can be told again.
                sleep(pause(&failure)).await;
                self.live.app.watch.events_dropped(1);
                told = self.tell(Occasion::Missed, Some(outlet)).await;
            }
            let last = match told {
                Ok(()) => continue,
                Err(End::Unheard | End::NotNow(_)) => return,
                Err(End::SignedOut) => Event::SignedOut,
                Err(End::Refused(answer)) => Event::Refused(answer),
            };
            outlet.say(last).await;
            return;
        }
    }

    /// Waits for something that it is about. What has come meanwhile is told together.
    async fn occasion(&mut self) -> Option<Occasion> {
        let mut notes: Vec<Note> = Vec::new();
        loop {
            let told = match notes.is_empty() {
                true => self.told.recv().await,
                false => match self.told.try_recv() {
                    Ok(told) => Ok(told),
                    Err(TryRecvError::Lagged(missed)) => Err(RecvError::Lagged(missed)),
                    Err(TryRecvError::Empty | TryRecvError::Closed) => {
                        return Some(Occasion::Changes(notes));
                    }
                },
            };
            match told {
                Ok(Told::Changes(changes)) => {
                    let about = changes.iter().filter(|note| self.watched.is_about(note));
                    notes.extend(about.cloned());
                    if notes.len() >= MOST_TOGETHER {
                        return Some(Occasion::Changes(notes));
                    }
                }
                Ok(Told::Missed) => {
                    self.live.app.watch.events_dropped(1);
                    return Some(Occasion::Missed);
                }
                Err(RecvError::Lagged(missed)) => {
                    self.live.app.watch.events_dropped(missed);
                    return Some(Occasion::Missed);
                }
                Err(RecvError::Closed) => return None,
            }
        }
    }

    /// Executes it on an occasion, as whoever asks may ask now. Without an outlet there is nothing to be said but a refusal.
    async fn tell(&self, occasion: Occasion, outlet: Option<&Outlet>) -> Result<(), End> {
        let mut turn = self.live.turns.take().await;
        let credential = self.asker.credential;
        let caller = match authentication::again(&self.live.app, credential).await {
            Ok(caller) => caller,
            Err(Error::Unauthenticated) => return Err(End::SignedOut),
            Err(error) => {
                tracing::warn!(?error, "a subscription could not be told of an event");
                return Err(unavailable());
            }
        };
        let allowance = self.live.allowance(&self.asker);
        let cost = allowance.spend(self.asked.cost(), self.asked.is_mutation());
        let cost = cost.map_err(End::NotNow)?;
        let request = context::prepare(self.asked.clone().into_request(), &self.live.app, caller);
        let request = request.data(credential).data(occasion);
        let request = request.data(self.watched.clone());
        let mut responses = self.live.endpoint.executor().execute_stream(request);
        loop {
            let next = AssertUnwindSafe(responses.next()).catch_unwind();
            let response = match timeout(self.live.endpoint.time_out(), next).await {
                Ok(Ok(Some(response))) => response,
                Ok(Ok(None)) => return Ok(()),
                Ok(Err(panic)) => {
                    let cause = crate::server::panic_message(panic.as_ref());
                    failure(error::of_request(
                        &Error::internal(cause),
                        &self.asker.request_id,
                    ))
                }
                Err(_) => failure(coded(Code::Timeout, "The event took too long.", None)),
            };
            // Who does not read keeps nobody waiting.
            drop(turn.take());
            self.send(response, cost, outlet).await?;
            turn = self.live.turns.take().await;
        }
    }

    async fn send(
        &self,
        mut response: Response,
        cost: Cost,
        outlet: Option<&Outlet>,
    ) -> Result<(), End> {
        let endpoint = &self.asker.endpoint;
        endpoint.mask(&mut response, &self.asker.request_id);
        let is_refused = is_refusal(&response);
        let answer = Answer::executed(response, cost);
        let Some(outlet) = outlet.filter(|_| !is_refused) else {
            return Err(End::Refused(answer));
        };
        match outlet.say(Event::Next(answer)).await {
            true => Ok(()),
            false => Err(End::Unheard),
        }
    }
}

fn unavailable() -> End {
    let message = "The database does not answer. Try again in a moment.";
    End::NotNow(Error::Unavailable(message.to_owned()))
}

/// How long to wait before it is tried again.
fn pause(failure: &Error) -> Duration {
    match failure {
        Error::RateLimited(wait) => wait.unsigned_abs().max(PAUSE),
        _ => PAUSE,
    }
}

fn failure(error: async_graphql::ServerError) -> Response {
    Response::from_errors(vec![error])
}

/// Whether it was the field itself that refused, or validation, rather than something below in one event.
fn is_refusal(response: &Response) -> bool {
    let is_final = |error: &async_graphql::ServerError| {
        let code = error.extensions.as_ref().and_then(|all| all.get("code"));
        let of = |one: &Code| code == Some(&Value::from(one.as_str()));
        error.path.is_empty() || (error.path.len() == 1 && FINAL.iter().any(of))
    };
    response.data == Value::Null && response.errors.iter().any(is_final)
}
