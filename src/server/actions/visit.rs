//! Somebody follows a signed link: who, and whether it may still do anything.

use axum::http::StatusCode;
use jiff::Timestamp;
use jiff::civil::Date;
use sea_orm::{ConnectionTrait, EntityTrait};

use super::fields::Fields;
use super::overtaken;
use super::page::{Page, shown};
use super::stop;
use crate::app::App;
use crate::domain::access::Caller;
use crate::domain::{people, used_links, zone};
use crate::email::action_link::{Action, Claim, digest};
use crate::email::format;
use crate::email::stop_link::Refused;
use crate::entity::{Access, person, used_link};
use crate::error::{Error, Result};

/// A link that holds, followed by whoever has it.
pub(super) struct Visit<'a> {
    pub(super) app: &'a App,
    pub(super) claim: Claim,
    /// Whose link it is.
    pub(super) person: person::Model,
    /// The person, for this one action only: nobody is signed in.
    pub(super) caller: Caller,
    digest: String,
}

/// What became of an action: what is remembered of it, and what more the page says.
pub(super) struct Outcome {
    /// A sentence without its full stop: `The update to Acme was logged`.
    pub(super) done: String,
    pub(super) more: String,
}

impl<'a> Visit<'a> {
    /// Looks at whether the link may still do anything; else the page that says why not.
    pub(super) async fn begin(
        app: &'a App,
        token: &str,
        claim: Claim,
    ) -> Result<Result<Self, Page>> {
        let (now, conn) = (app.clock.now(), &app.db.read);
        let Some(person) = person::Entity::find_by_id(claim.person_id)
            .one(conn)
            .await?
        else {
            return Ok(Err(stop::refusal(Refused::Invalid)));
        };
        let visit = Self {
            app,
            claim,
            digest: digest(token),
            caller: Caller {
                person_id: Some(person.id),
                name: format!("{}, by a link in a mail", person.name),
                access: person.access.unwrap_or(Access::Member),
                now,
                zone: zone::zone("timeZone", &person.time_zone)?,
            },
            person,
        };
        if let Some(used) = used_links::of(conn, &visit.digest).await? {
            return Ok(Err(visit.used(&used)));
        }
        if now >= claim.expires_at {
            return Ok(Err(stop::refusal(Refused::Expired)));
        }
        if people::has_left(&visit.person, visit.today()) {
            return Ok(Err(overtaken::left(&visit.name())));
        }
        Ok(Ok(visit))
    }

    pub(super) async fn question(&self) -> Result<Page> {
        match self.claim.action {
            Action::Prompt {
                answer,
                prompt,
                since,
            } => self.question_about(answer, prompt, since).await,
            Action::Pause(kind) => self.question_of_pause(kind).await,
            Action::ChangeTime(kind) => self.question_of_time(kind).await,
        }
    }

    pub(super) async fn press(&self, fields: &Fields) -> Result<Page> {
        match self.claim.action {
            Action::Prompt {
                answer,
                prompt,
                since,
            } => self.answer(answer, prompt, since, fields).await,
            Action::Pause(kind) => self.pause(kind, fields).await,
            Action::ChangeTime(kind) => self.change_time(kind, fields).await,
        }
    }

    /// Uses the link, in the transaction that does what it says. Answers the page to show when it was used before.
    pub(super) async fn take(&self, tx: &impl ConnectionTrait) -> Result<Option<Page>> {
        let (person, expires_at) = (self.person.id, self.claim.expires_at);
        let used = used_links::take(tx, &self.digest, person, self.caller.now, expires_at).await?;
        Ok(used.map(|used| self.used(&used)))
    }

    /// Remembers what came of the link, in the same transaction.
    pub(super) async fn note(&self, tx: &impl ConnectionTrait, outcome: Outcome) -> Result<Page> {
        used_links::note(tx, &self.digest, &outcome.done).await?;
        Ok(Page::saying(StatusCode::OK, outcome.done, outcome.more))
    }

    fn used(&self, used: &used_link::Model) -> Page {
        Page::saying(
            StatusCode::OK,
            "This link was used already",
            format!("{}. That was {}.", used.outcome, self.when(used.used_at.0)),
        )
    }

    /// `on Mon 23 Nov at 09:12`, where the person lives.
    fn when(&self, at: Timestamp) -> String {
        let at = at.to_zoned(self.caller.zone.clone());
        format!(
            "on {} at {}",
            format::day(at.date()),
            format::time(at.time())
        )
    }

    pub(super) fn today(&self) -> Date {
        self.caller.today()
    }

    pub(super) fn name(&self) -> String {
        shown(&self.person.name)
    }
}

/// The page for input that cannot be, or the error where it is none of the reader's doing.
pub(super) fn unless_mended(
    error: Error,
    page: impl FnOnce(Vec<crate::error::Problem>) -> Page,
) -> Result<Page> {
    match error {
        Error::Invalid(problems) => Ok(page(problems)),
        Error::Forbidden(why) => Ok(Page::saying(
            StatusCode::CONFLICT,
            "This is not for you to do any more",
            format!("{why} Nothing has changed."),
        )),
        error => Err(error),
    }
}

/// A page that says what stands against an action.
pub(super) fn not_now(problems: &[crate::error::Problem]) -> Page {
    let why: Vec<&str> = problems.iter().map(|one| one.message.as_str()).collect();
    Page::saying(
        StatusCode::CONFLICT,
        "This cannot be done now",
        format!("{} Nothing has changed.", why.join(" ")),
    )
}
