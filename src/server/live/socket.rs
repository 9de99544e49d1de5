//! A conversation in graphql-transport-ws.

use std::collections::HashMap;
use std::net::IpAddr;
use std::pin::{Pin, pin};

use axum::extract::ws::{Message, WebSocket};
use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, HeaderValue};
use serde::Serialize;
use serde_json::{Map, Value};
use tokio::sync::mpsc;
use tokio::time::{Instant, interval_at, sleep, timeout};

use super::operation::{Asker, Event, Outlet, Running, Spoken, WAITING};
use super::places::OwnPlace;
use super::protocol::{Closing, Heard, LONGEST, Said};
use super::{Live, MOST_OPERATIONS};
use crate::error::Error;
use crate::graphql::error;
use crate::graphql::guard::Cost;
use crate::server::authentication;
use crate::server::graphql::{Answer, Failure};
use crate::server::under_way::UnderWay;
use crate::watch::Open;

/// What a conversation comes to while it lasts: nothing, or why it ends.
type Going = Result<(), Closing>;

/// One socket. All that is read and written passes here, one after the other: who does not read is not read from.
pub(super) struct Conversation {
    live: Live,
    socket: WebSocket,
    /// Names what is asked in the log.
    request_id: String,
    under_way: UnderWay,
    stage: Stage,
    operations: HashMap<String, Running>,
    begun: u64,
    speak: mpsc::Sender<Spoken>,
    spoken: mpsc::Receiver<Spoken>,
    /// Whether anything was heard since the last ping.
    has_heard: bool,
    _open: Open,
}

/// How far the two know each other.
enum Stage {
    Strangers(Stranger),
    Known { asker: Asker, _place: OwnPlace },
}

/// Somebody of whom nothing is known but what the handshake says.
pub(super) struct Stranger {
    /// The headers that may say who it is.
    pub(super) credentials: HeaderMap,
    /// Whence they come.
    pub(super) address: IpAddr,
}

impl Conversation {
    pub(super) fn new(
        live: Live,
        socket: WebSocket,
        stranger: Stranger,
        request_id: String,
        under_way: UnderWay,
    ) -> Self {
        let (speak, spoken) = mpsc::channel(WAITING);
        Self {
            _open: live.app.watch.socket_opened(),
            live,
            socket,
            request_id,
            under_way,
            stage: Stage::Strangers(stranger),
            operations: HashMap::new(),
            begun: 0,
            speak,
            spoken,
            has_heard: true,
        }
    }

    /// Holds the conversation to its end, and says why it ends.
    pub(super) async fn hold(mut self, speaks_ours: bool) {
        let closing = match speaks_ours {
            true => match self.talk().await {
                Ok(()) => Closing::GoingAway,
                Err(closing) => closing,
            },
            false => Closing::SubprotocolNotAcceptable,
        };
        self.operations.clear();
        if let Some(frame) = closing.frame() {
            tracing::debug!(code = frame.code, reason = %frame.reason, "a socket is closed");
            let farewell = async {
                // The other end may be gone; then nothing is lost.
                let _ = self.socket.send(Message::Close(Some(frame))).await;
                while let Some(Ok(_)) = self.socket.recv().await {}
            };
            let _ = timeout(self.live.patience.init, farewell).await;
        }
    }

    /// Talks until something ends it; well: the server stops, and queries and mutations have their answers.
    async fn talk(&mut self) -> Going {
        let patience = self.live.patience;
        let mut init = pin!(sleep(patience.init));
        let mut ping = interval_at(Instant::now() + patience.ping, patience.ping);
        let under_way = self.under_way.clone();
        let mut stopping: Pin<&mut _> = pin!(under_way.stopping());
        let mut is_stopping = false;
        while !(is_stopping && self.operations.is_empty()) {
            tokio::select! {
                message = self.socket.recv() => self.hear(message).await?,
                Some(spoken) = self.spoken.recv() => self.say(spoken).await?,
                () = &mut init, if matches!(self.stage, Stage::Strangers(_)) => {
                    return Err(Closing::InitTimeout);
                }
                _ = ping.tick() => self.ping().await?,
                () = &mut stopping, if !is_stopping => {
                    is_stopping = true;
                    self.operations.retain(|_, operation| !operation.is_lasting);
                }
            }
        }
        Ok(())
    }

    async fn hear(&mut self, message: Option<Result<Message, axum::Error>>) -> Going {
        let Some(Ok(message)) = message else {
            return Err(Closing::Unheard);
        };
        self.has_heard = true;
        let text = match message {
            Message::Text(text) if text.len() > LONGEST => return Err(Closing::TooBig),
            Message::Text(text) => text,
            Message::Binary(_) => return Err(Closing::BadRequest("Messages must be text")),
            Message::Close(_) => return Err(Closing::Unheard),
            // Answered below us.
            Message::Ping(_) | Message::Pong(_) => return Ok(()),
        };
        match Heard::read(&text)? {
            Heard::Init(payload) => self.sign_in(&payload).await,
            Heard::Ping(payload) => self.send(&Said::pong(payload)).await,
            Heard::Pong => Ok(()),
            Heard::Subscribe { id, call } => self.begin(id, call).await,
            Heard::Complete { id } => {
                self.operations.remove(&id);
                Ok(())
            }
        }
    }

    /// `connection_init`: its payload may carry `Authorization`, as a request would in its head.
    async fn sign_in(&mut self, payload: &Map<String, Value>) -> Going {
        let Stage::Strangers(stranger) = &mut self.stage else {
            return Err(Closing::TooManyInits);
        };
        let mut named = payload.iter();
        let given = named.find(|(name, _)| name.eq_ignore_ascii_case("authorization"));
        if let Some((_, value)) = given {
            let value = value.as_str().ok_or(Closing::Forbidden)?;
            let value = HeaderValue::try_from(value).map_err(|_| Closing::Forbidden)?;
            // Who says who they are is not asked for a cookie beside it.
            stranger.credentials.insert(AUTHORIZATION, value);
        }
        let known = authentication::of_socket(&self.live.app, &stranger.credentials).await;
        let address = stranger.address;
        let (caller, credential) = known.map_err(|failure| self.unknown(&failure, address))?;
        let own = caller.person_id.ok_or(Closing::Forbidden)?;
        let place = self.live.places.take_own(own);
        let place = place.ok_or(Closing::TryAgainLater("You have too many connections open"))?;
        let asker = Asker {
            credential,
            endpoint: self.live.endpoint_for(&caller),
            request_id: self.request_id.clone(),
            under_way: self.under_way.clone(),
        };
        self.stage = Stage::Known {
            asker,
            _place: place,
        };
        self.send(&Said::ACKNOWLEDGED).await
    }

    /// Why a stranger is not let in. Those who show nothing valid are counted, as over HTTP.
    fn unknown(&self, failure: &Error, address: IpAddr) -> Closing {
        let now = self.live.app.clock.now();
        let is_counted = matches!(failure, Error::Unauthenticated);
        match of_failure(failure) {
            Some(_) if is_counted && self.live.limits.failed(address, now).is_err() => {
                Closing::TryAgainLater("Too much was asked lately")
            }
            Some(closing) => closing,
            None => Closing::TryAgainLater("The database does not answer"),
        }
    }

    /// Begins an operation. A subscription has begun when the next message is read.
    async fn begin(&mut self, id: String, call: Map<String, Value>) -> Going {
        let Stage::Known { asker, .. } = &self.stage else {
            return Err(Closing::Unauthorized);
        };
        let asker = asker.clone();
        if !call.get("query").is_some_and(Value::is_string) {
            return Err(Closing::BadRequest("`query` must be there and be a string"));
        }
        if self.operations.contains_key(&id) {
            return Err(Closing::SubscriberExists);
        }
        if self.operations.len() >= MOST_OPERATIONS {
            let refused = too_many(&self.request_id);
            return self.refuse(id, refused).await;
        }
        let begun = match asker.admit(call) {
            Ok(asked) => self.live.begin(&asker, asked).await,
            Err(failure) => Err(Event::Refused(Answer::refused(failure, &self.request_id))),
        };
        match begun {
            Ok(begun) => {
                self.begun += 1;
                let outlet = Outlet {
                    id: id.clone(),
                    number: self.begun,
                    to: self.speak.clone(),
                };
                let running = self.live.start(&asker, begun, outlet);
                self.operations.insert(id, running);
                Ok(())
            }
            Err(Event::Refused(answer)) => self.refuse(id, answer).await,
            Err(_) => Err(Closing::Forbidden),
        }
    }

    /// Passes on what an operation says, unless the client has ended it meanwhile.
    async fn say(&mut self, Spoken { id, number, event }: Spoken) -> Going {
        let running = self.operations.get(&id);
        if running.is_none_or(|running| running.number != number) {
            return Ok(());
        }
        match event {
            Event::Next(answer) => self.send(&Said::next(id, answer.content())).await,
            Event::Complete => {
                self.operations.remove(&id);
                self.send(&Said::complete(id)).await
            }
            Event::Refused(answer) => {
                self.operations.remove(&id);
                self.refuse(id, answer).await
            }
            Event::SignedOut => Err(Closing::Forbidden),
        }
    }

    async fn refuse(&mut self, id: String, answer: Answer) -> Going {
        self.send(&Said::error(id, answer.errors())).await
    }

    /// Asks whether the other end is there, and whether who asks is still known.
    async fn ping(&mut self) -> Going {
        if !std::mem::take(&mut self.has_heard) {
            return Err(Closing::Unheard);
        }
        if let Stage::Known { asker, .. } = &mut self.stage {
            match authentication::again(&self.live.app, asker.credential).await {
                Ok(caller) => asker.endpoint = self.live.endpoint_for(&caller),
                Err(failure) => {
                    if let Some(closing) = of_failure(&failure) {
                        return Err(closing);
                    }
                }
            }
        }
        self.send(&Said::PING).await
    }

    /// Writes a message, and waits until it is on its way.
    async fn send(&mut self, said: &impl Serialize) -> Going {
        let text = serde_json::to_string(said).map_err(|error| {
            tracing::error!(%error, "a message could not be written");
            Closing::Internal
        })?;
        let sent = self.socket.send(Message::Text(text.into()));
        match timeout(self.live.patience.write, sent).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(Closing::Unheard),
            Err(_) => {
                tracing::warn!("a socket is closed whose client does not read");
                Err(Closing::Unheard)
            }
        }
    }
}

/// How a socket ends of which it could not be found out whose it is; none while the database does not answer.
fn of_failure(failure: &Error) -> Option<Closing> {
    match failure {
        Error::Unavailable(_) => None,
        Error::Unauthenticated | Error::Forbidden(_) => Some(Closing::Forbidden),
        failure => {
            tracing::error!(?failure, "it could not be found out who asks");
            Some(Closing::Internal)
        }
    }
}

fn too_many(request_id: &str) -> Answer {
    let message = format!(
        "At most {MOST_OPERATIONS} operations of a connection are served at the same time. Complete one first."
    );
    let error = error::of_request(&Error::Unavailable(message), request_id);
    Answer::refused(Failure::new(error, Cost::default()), request_id)
}
