//! One operation of a socket or an event stream, from its call to its end.

use serde_json::{Map, Value};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tracing::Instrument;

use super::Live;
use super::subscription::{End, Subscription};
use crate::domain::credential::Credential;
use crate::error::Error;
use crate::graphql::{MeridianSchema, context, error};
use crate::server::authentication;
use crate::server::graphql::{Answer, Asked, Endpoint, Failure, Terms, call};
use crate::server::limits::Allowance;
use crate::server::under_way::UnderWay;

/// Events that wait to be written. What comes faster than it is read waits where it is shared by all: in the feed.
pub(super) const WAITING: usize = 4;

/// What there is to say of an operation.
pub(super) enum Event {
    /// A result.
    Next(Answer),
    /// It has come to its end.
    Complete,
    /// It was not executed, or does not go on.
    Refused(Answer),
    /// Who asks is not known any more.
    SignedOut,
}

/// What there is to say, and of which operation.
pub(super) struct Spoken {
    /// What the client calls the operation.
    pub(super) id: String,
    /// Which one of that name.
    pub(super) number: u64,
    pub(super) event: Event,
}

/// Where one operation speaks.
pub(super) struct Outlet {
    pub(super) id: String,
    pub(super) number: u64,
    pub(super) to: mpsc::Sender<Spoken>,
}

impl Outlet {
    /// Waits until there is room. False: nobody hears it any more.
    pub(super) async fn say(&self, event: Event) -> bool {
        let spoken = Spoken {
            id: self.id.clone(),
            number: self.number,
            event,
        };
        self.to.send(spoken).await.is_ok()
    }
}

/// Who asks, and from where.
#[derive(Clone)]
pub(super) struct Asker {
    /// By what they were let in.
    pub(super) credential: Credential,
    /// The schema as it is served to them.
    pub(super) endpoint: Endpoint<MeridianSchema>,
    /// Names what is asked in the log.
    pub(super) request_id: String,
    /// What the server still has under way.
    pub(super) under_way: UnderWay,
}

/// An operation that may be executed.
pub(super) enum Begun {
    /// A query or a mutation.
    Once(Box<Asked>),
    /// A subscription.
    Lasting(Box<Subscription>),
}

/// An operation under way. It stops when this is dropped, unless it changes something.
pub(super) struct Running {
    task: JoinHandle<()>,
    pub(super) number: u64,
    pub(super) is_lasting: bool,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Asker {
    /// Reads what they ask for.
    ///
    /// # Errors
    /// The guard's; `BAD_REQUEST` for what is no request.
    pub(super) fn admit(&self, call: Map<String, Value>) -> Result<Asked, Failure> {
        self.endpoint.admit(call::of_fields(call, false)?)
    }
}

impl Live {
    /// Checks what is asked for. What is committed after a subscription has begun is told.
    ///
    /// # Errors
    /// The event that tells why not.
    pub(super) async fn begin(&self, asker: &Asker, asked: Asked) -> Result<Begun, Event> {
        if !asked.is_subscription() {
            return Ok(Begun::Once(Box::new(asked)));
        }
        let cost = asked.cost();
        let begun = Subscription::begin(self.clone(), asker, asked).await;
        begun
            .map(|begun| Begun::Lasting(Box::new(begun)))
            .map_err(|end| match end {
                End::SignedOut => Event::SignedOut,
                End::Refused(answer) => Event::Refused(answer),
                End::Unheard => Event::Complete,
                End::NotNow(failure) => {
                    let failure = error::of_request(&failure, &asker.request_id);
                    let failure = Failure::new(failure, cost);
                    Event::Refused(Answer::refused(failure, &asker.request_id))
                }
            })
    }

    /// What whoever asks may have.
    pub(super) fn allowance(&self, asker: &Asker) -> Allowance {
        Allowance::new(&self.app, &self.limits, asker.credential)
    }

    /// Starts an operation that speaks through `outlet`.
    pub(super) fn start(&self, asker: &Asker, begun: Begun, outlet: Outlet) -> Running {
        let (number, is_lasting) = (outlet.number, matches!(begun, Begun::Lasting(_)));
        let (live, asker) = (self.clone(), asker.clone());
        let work = async move {
            match begun {
                Begun::Once(asked) => live.once(asker, *asked, &outlet).await,
                Begun::Lasting(subscription) => subscription.run(&outlet).await,
            }
        };
        Running {
            task: tokio::spawn(work.in_current_span()),
            number,
            is_lasting,
        }
    }

    async fn once(&self, asker: Asker, asked: Asked, outlet: &Outlet) {
        let deadline = Instant::now() + self.endpoint.time_out();
        let request_id = &asker.request_id;
        let credential = asker.credential;
        let answer = match authentication::used_again(&self.app, credential).await {
            Ok(caller) => {
                let prepare =
                    |request| context::prepare(request, &self.app, caller).data(credential);
                let terms = Terms {
                    request_id,
                    deadline,
                    under_way: &asker.under_way,
                    allowance: Some(self.allowance(&asker)),
                    once: Ok(None),
                };
                asker.endpoint.carry_out(asked, terms, prepare).await
            }
            Err(Error::Unauthenticated) => {
                outlet.say(Event::SignedOut).await;
                return;
            }
            Err(failure) => {
                let error = error::of_request(&failure, request_id);
                Err(Failure::new(error, asked.cost()))
            }
        };
        match answer {
            // Validation refuses only when it is asked to execute.
            Ok(answer) if answer.is_refusal() => {
                outlet.say(Event::Refused(answer)).await;
            }
            Ok(answer) => {
                if outlet.say(Event::Next(answer)).await {
                    outlet.say(Event::Complete).await;
                }
            }
            Err(failure) => {
                let refused = Answer::refused(failure, request_id);
                outlet.say(Event::Refused(refused)).await;
            }
        }
    }
}
