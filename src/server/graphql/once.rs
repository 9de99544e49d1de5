//! `Idempotency-Key`: a mutation that is sent again is not executed again.

use axum::extract::Request;
use axum::http::HeaderName;
use jiff::SignedDuration;
use sha2::{Digest, Sha256};

use super::answer::{Answer, Ended};
use super::{Failure, seal};
use crate::app::App;
use crate::domain::access::Caller;
use crate::domain::idempotency::{self, Claim, Claimed};
use crate::error::Result;
use crate::fail_points;
use crate::graphql::error::Code;

/// The header with the key.
pub(in crate::server) const IDEMPOTENCY_KEY: HeaderName =
    HeaderName::from_static("idempotency-key");

/// Longest key in characters.
pub const LONGEST_KEY: usize = 255;

/// Longest answer that is kept, in bytes.
pub const LONGEST_KEPT: usize = 1024 * 1024;

/// How much longer than a request may take its claim is waited for: for its answer to be written down, and for clocks that
/// do not quite agree.
const MARGIN: SignedDuration = SignedDuration::from_secs(60);

/// Keeps the answers of one caller's mutations. Put on a request, it lets the endpoint heed the request's key.
#[derive(Clone, Debug)]
pub struct Keeper {
    app: App,
    caller: Caller,
}

impl Keeper {
    /// Keeps what `caller` is answered in the database of `app`.
    pub fn new(app: &App, caller: &Caller) -> Self {
        Self {
            app: app.clone(),
            caller: caller.clone(),
        }
    }
}

/// A request's key, and where its answer is kept.
pub(in crate::server) struct Once {
    keeper: Keeper,
    key: String,
}

impl Once {
    /// The key of a request; none where it has none, or nobody keeps answers.
    ///
    /// # Errors
    /// `BAD_REQUEST`, when it is no key or there are several.
    pub(super) fn of(request: &Request) -> Result<Option<Self>, Failure> {
        let Some(keeper) = request.extensions().get::<Keeper>() else {
            return Ok(None);
        };
        let mut keys = request.headers().get_all(IDEMPOTENCY_KEY).iter();
        let (Some(key), another) = (keys.next(), keys.next()) else {
            return Ok(None);
        };
        let is_printable = |byte: &u8| matches!(byte, b' '..=b'~');
        let is_key = (1..=LONGEST_KEY).contains(&key.len())
            && key.as_bytes().iter().all(is_printable)
            && another.is_none();
        let key = key.to_str().ok().filter(|_| is_key).ok_or_else(|| {
            let message = format!(
                "`Idempotency-Key` must be sent once, as 1 to {LONGEST_KEY} printable ASCII characters: a UUID, for example."
            );
            Failure::of(Code::BadRequest, message)
        })?;
        Ok(Some(Self {
            keeper: keeper.clone(),
            key: key.to_owned(),
        }))
    }

    /// Executes a mutation unless that was done before, and keeps its answer. `request_digest` tells it from others;
    /// `is_single` says that it has one field at its root.
    pub(super) async fn run(
        self,
        request_digest: &str,
        is_single: bool,
        request_id: &str,
        execution: impl Future<Output = Result<Answer, Failure>>,
    ) -> Result<Answer, Failure> {
        let failed = |failure| Failure::of_request(&failure, request_id);
        let claim = match self.claim(request_digest).await.map_err(failed)? {
            Claimed::First(claim) => claim,
            Claimed::Answered(sealed) => return self.again(sealed).map_err(failed)?,
            Claimed::UnderWay => return Err(in_use()),
            Claimed::OutcomeUnknown => return Err(unknown()),
            Claimed::Reused => return Err(reused()),
        };
        fail_points::reached("key-claimed");
        let outcome = execution.await;
        fail_points::reached("mutation-executed");
        let ended = match &outcome {
            Ok(answer) => answer.ended(is_single),
            // What took too long, or panicked, may have been committed before.
            Err(_) => Ended::OutcomeUnknown,
        };
        if let Err(failure) = self.end(&claim, ended).await {
            // The claim stays, so that nobody runs it again; whoever waits here knows how it went.
            tracing::error!(request_id, error = ?failure, "the answer of a mutation was not kept");
        }
        outcome
    }

    async fn claim(&self, request_digest: &str) -> Result<Claimed> {
        let Keeper { app, caller } = &self.keeper;
        let longest = SignedDuration::try_from(app.config.request_timeout);
        let patience = longest
            .unwrap_or(SignedDuration::MAX)
            .saturating_add(MARGIN);
        let mut digest = Sha256::new();
        digest.update(caller.person_id.unwrap_or_default());
        digest.update(&self.key);
        let key_digest = format!("{:x}", digest.finalize());
        idempotency::claim(
            &app.db,
            &key_digest,
            request_digest,
            app.clock.now(),
            patience,
        )
        .await
    }

    async fn end(&self, claim: &Claim, ended: Ended) -> Result<()> {
        let App { db, clock, .. } = &self.keeper.app;
        let answer = match ended {
            Ended::NothingDone => return idempotency::release(db, claim).await,
            Ended::Answered(body) if body.len() <= LONGEST_KEPT => Some(self.seal()?.seal(body)?),
            Ended::Answered(_) | Ended::OutcomeUnknown => None,
        };
        idempotency::keep(db, claim, answer, clock.now()).await
    }

    fn again(&self, sealed: Vec<u8>) -> Result<Result<Answer, Failure>> {
        // Sealed for another access than the caller has now, it may hold what they may not see any more.
        let opened = self.seal()?.open(sealed);
        Ok(opened.map(Answer::again).ok_or_else(unknown))
    }

    fn seal(&self) -> Result<seal::Seal> {
        let Keeper { app, caller } = &self.keeper;
        let person = caller.person_id.unwrap_or_default();
        let purpose = format!(
            "meridian: a kept answer, 1\n{person} {:?}\n{}",
            caller.access, self.key
        );
        seal::Seal::try_new(app.secret()?, purpose.as_bytes())
    }
}

fn in_use() -> Failure {
    let message = "A request with this `Idempotency-Key` is being executed. Send it again in a moment, with the same key, to get its answer.";
    Failure::of(Code::IdempotencyKeyInUse, message)
}

fn unknown() -> Failure {
    let message = "The request with this `Idempotency-Key` was begun, and its answer is not there to be given again: it may have been carried out, or not. Read what it was to change; if it is still to be done, send it with a new key.";
    Failure::of(Code::OutcomeUnknown, message)
}

fn reused() -> Failure {
    let message = "Another request was sent with this `Idempotency-Key`: another document, other variables or another operation. Take a new key for each request.";
    Failure::of(Code::IdempotencyKeyReused, message)
}
