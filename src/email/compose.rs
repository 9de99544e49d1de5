//! From outbox rows to what is to become of them: whom each mail goes to, what it says, and whether it says anything.
//! The sender and the preview both go through here.

mod choices;
mod delivery;
mod departed;
mod foreseen;
mod letters;
mod obligations;
mod outdated;
mod prompts;
mod rerouting;
mod reviews;
mod sign_ins;
mod summaries;
mod test_mails;
mod touchpoints;

use std::collections::{BTreeMap, HashMap};
use std::ops::Deref;

use jiff::Timestamp;
use jiff::civil::Date;
use sea_orm::{ConnectionTrait, EntityTrait};
use uuid::Uuid;

use crate::app::App;
use crate::domain::mails::resent_of;
use crate::domain::{subscriptions, working_time, zone};
use crate::email::outbox;
use crate::entity::{EmailKind, EmailState, email, person};
use crate::error::{Error, ProblemCode, Result};

use departed::departed;
use foreseen::Foreseen;
use obligations::Obligations;

pub use delivery::Links;
pub use obligations::review as review_obligation;
pub use outdated::outdated;
pub use reviews::key as review_key;
pub use sign_ins::compose as compose_sign_in;

/// Why a mail that was planned does not leave after its recipient has stopped such mails.
const PAUSED: &str = "The recipient has paused these mails since it was planned.";

/// What is to become of an outbox row.
#[derive(Clone, Debug)]
pub struct Composed {
    /// The row.
    pub email_id: Uuid,
    /// What is to become of it.
    pub verdict: Verdict,
}

/// What is to become of a mail.
#[derive(Clone, Debug)]
pub enum Verdict {
    /// It is rendered: keep the bytes and send them.
    Send(Rendered),
    /// It is not sent: SKIPPED_EMPTY, SKIPPED_ABSENT, CANCELLED or FAILED, and why.
    Close {
        /// The state the row ends in.
        state: EmailState,
        /// Why, in a sentence.
        reason: String,
    },
}

/// A rendered mail: the same bytes for every attempt, unless it is [`outdated`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// The envelope's recipient.
    pub to_address: String,
    /// Its subject.
    pub subject: String,
    /// Its Message-ID, without angle brackets.
    pub message_id: String,
    /// Its HTML part.
    pub html: String,
    /// Its text part.
    pub text: String,
    /// The whole message, headers and all.
    pub message: Vec<u8>,
}

/// Decides what is to become of rows that were not rendered yet: in a fixed number of statements for each kind and day
/// among them, whatever the number of rows. Writes down what each mail discharges, so that no other mail does; doing so
/// again for the same row changes nothing.
pub async fn compose(app: &App, rows: &[email::Model]) -> Result<Vec<Composed>> {
    decide(app, rows, app.clock.now(), Obligations::Claimed).await
}

/// Renders what a person would get at an instant, without writing anything.
///
/// # Errors
/// Not found when there is no such person, invalid when they have no such mail.
pub async fn preview(
    app: &App,
    kind: EmailKind,
    person_id: Uuid,
    at: Timestamp,
) -> Result<Verdict> {
    let conn = &app.db.read;
    let person = person::Entity::find_by_id(person_id)
        .one(conn)
        .await?
        .ok_or(Error::NotFound("person"))?;
    if kind == EmailKind::ClientLetter {
        return Err(Error::problem(
            "kind",
            ProblemCode::NotAllowedNow,
            "A letter goes to a client, not to a person of the agency: read the letter's own preview.",
        ));
    }
    if kind == EmailKind::SignIn {
        return Err(Error::problem(
            "kind",
            ProblemCode::NotAllowedNow,
            "A sign-in mail carries a link that is made when somebody asks for it, and not before.",
        ));
    }
    if kind == EmailKind::Test {
        let day = zone::zone("timeZone", &person.time_zone)?
            .to_datetime(at)
            .date();
        return alone(
            app,
            outbox::pending(kind, person_id, "test", day, at, at, at),
            at,
        )
        .await;
    }
    if kind == EmailKind::SixMonthReview {
        return reviews::preview(app, &person, at).await;
    }
    let Some(schedule) = subscriptions::of_kind(conn, person_id, kind).await? else {
        return Err(Error::problem(
            "kind",
            ProblemCode::NotAllowedNow,
            format!(
                "{} does not get this mail: hold a side of a project or set a schedule first.",
                person.name
            ),
        ));
    };
    let recurrence = subscriptions::recurrence(&schedule, &person)?;
    let occurrence = recurrence.latest(at)?;
    let period = recurrence.period_key(occurrence);
    let working_times = working_time::load(conn, &[person_id]).await?;
    let Some(day) = subscriptions::day_of_mail(kind, occurrence.day, working_times.get(&person_id))
    else {
        return Ok(Verdict::Close {
            state: EmailState::SkippedEmpty,
            reason: format!(
                "{} is not a working day of {}.",
                occurrence.day, person.name
            ),
        });
    };
    alone(
        app,
        outbox::pending(kind, person_id, &period, day, at, at, at),
        at,
    )
    .await
}

/// What is to become of rows that are not planned yet, in the order in which they fall due: what one of them discharges is
/// not in those after it. Nothing is written. As many statements for each kind and day as [`compose`] takes.
pub async fn outlook(app: &App, rows: &[email::Model]) -> Result<HashMap<Uuid, Verdict>> {
    let mut groups: BTreeMap<(Date, EmailKind), Vec<email::Model>> = BTreeMap::new();
    for row in rows {
        let group = (row.local_on.0, row.kind);
        groups.entry(group).or_default().push(row.clone());
    }
    let foreseen = Foreseen::default();
    let mut verdicts = HashMap::with_capacity(rows.len());
    for rows in groups.into_values() {
        // The earliest: by it none of them is late.
        let due = rows.iter().map(|row| row.due_at.0).min();
        let at = due.unwrap_or_else(|| app.clock.now());
        let composed = decide(app, &rows, at, Obligations::Foreseen(&foreseen)).await?;
        verdicts.extend(composed.into_iter().map(|one| (one.email_id, one.verdict)));
    }
    Ok(verdicts)
}

/// What a row that stands in no outbox would come to.
async fn alone(app: &App, row: email::Model, at: Timestamp) -> Result<Verdict> {
    let composed = decide(app, &[row], at, Obligations::Assumed).await?;
    composed
        .into_iter()
        .next()
        .map(|composed| composed.verdict)
        .ok_or_else(|| Error::internal("a row was composed into nothing"))
}

/// Why mails among `rows` that were rendered for an earlier attempt are not to leave any more: by mail. A fixed number of
/// statements.
pub async fn refusals(
    conn: &impl ConnectionTrait,
    rows: &[email::Model],
    now: Timestamp,
) -> Result<HashMap<Uuid, String>> {
    let mut refusals = departed(conn, rows, now).await?;
    let of_kind = |kind: EmailKind| rows.iter().filter(move |row| row.kind == kind);
    let letters: Vec<&email::Model> = of_kind(EmailKind::ClientLetter).collect();
    // One that is sent once more was wanted so, whatever has become of the review.
    let reviews: Vec<&email::Model> = of_kind(EmailKind::SixMonthReview)
        .filter(|row| resent_of(row).is_none())
        .collect();
    let mut others = HashMap::new();
    if !letters.is_empty() {
        others.extend(letters::refusals(conn, &letters, now).await?);
    }
    if !reviews.is_empty() {
        others.extend(reviews::refusals(conn, &reviews).await?);
    }
    for (mail, reason) in others {
        refusals.entry(mail).or_insert(reason);
    }
    Ok(refusals)
}

async fn decide(
    app: &App,
    rows: &[email::Model],
    now: Timestamp,
    obligations: Obligations<'_>,
) -> Result<Vec<Composed>> {
    let departed = departed(&app.db.read, rows, now).await?;
    let mut composed = Vec::with_capacity(rows.len());
    let mut groups: BTreeMap<(EmailKind, Date), Vec<&email::Model>> = BTreeMap::new();
    for row in rows {
        match departed.get(&row.id) {
            Some(reason) => composed.push(Composed::closed(row, EmailState::Cancelled, reason)),
            None => groups
                .entry((row.kind, row.local_on.0))
                .or_default()
                .push(row),
        }
    }
    for ((kind, day), rows) in groups {
        let addressed = Addressed::all(&rows);
        composed.extend(match kind {
            EmailKind::CapacitySummary => {
                summaries::compose(app, &addressed, day, now, obligations).await?
            }
            EmailKind::ClientUpdate => {
                prompts::compose(app, &addressed, day, now, obligations).await?
            }
            EmailKind::ClientLetter => letters::compose(app, &rows, now).await?,
            EmailKind::SixMonthReview => {
                reviews::compose(app, &addressed, day, now, obligations).await?
            }
            EmailKind::Test => test_mails::compose(app, &addressed, now).await?,
            EmailKind::SignIn => rows.iter().map(|row| sign_ins::without_link(row)).collect(),
        });
    }
    Ok(composed)
}

/// A mail for somebody of the agency.
#[derive(Clone, Copy)]
struct Addressed<'a> {
    row: &'a email::Model,
    recipient_id: Uuid,
}

impl<'a> Addressed<'a> {
    /// Those of `rows` that are for somebody of the agency: all but letters to clients.
    fn all(rows: &[&'a email::Model]) -> Vec<Self> {
        let addressed = |row: &&'a email::Model| {
            let row = *row;
            row.recipient_id
                .map(|recipient_id| Self { row, recipient_id })
        };
        rows.iter().filter_map(addressed).collect()
    }
}

impl Deref for Addressed<'_> {
    type Target = email::Model;

    fn deref(&self) -> &email::Model {
        self.row
    }
}

impl Composed {
    fn closed(row: &email::Model, state: EmailState, reason: impl Into<String>) -> Self {
        let reason = reason.into();
        Self {
            email_id: row.id,
            verdict: Verdict::Close { state, reason },
        }
    }
}
