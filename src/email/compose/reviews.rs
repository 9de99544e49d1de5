//! Six-month reviews, each to the owner who is asked or to whoever stands in.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use jiff::civil::Date;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::delivery::{Links, Words, render};
use super::obligations::{self, Obligations};
use super::{Addressed, Composed, Verdict};
use crate::app::App;
use crate::domain::reviews::{self, Owners};
use crate::domain::split_figures::{ManagerFigures, SplitFigures};
use crate::domain::zone;
use crate::email::line::Line;
use crate::email::outbox;
use crate::email::six_month_review::{
    Comparison, Figure, ManagerComparison, ReviewFrame, SixMonthReview,
};
use crate::entity::{
    Access, EmailKind, EmailState, ProgrammeState, email, obligation, person, programme,
    programme_review,
};
use crate::error::{Error, ProblemCode, Result};

/// The key of a review's mail to a person.
pub fn key(person_id: Uuid, review_id: Uuid) -> String {
    format!("six_month_review/{person_id}/{review_id}")
}

/// Decides reviews of a day.
pub(super) async fn compose(
    app: &App,
    rows: &[Addressed<'_>],
    day: Date,
    now: Timestamp,
    obligations: Obligations<'_>,
) -> Result<Vec<Composed>> {
    let conn = &app.db.read;
    let loaded = Reviews::load(conn, rows, day).await?;
    let wanted = rows.iter().filter_map(|row| {
        Some(obligation::Model {
            obligation_key: obligations::review(loaded.planned.of(row)?.id),
            email_id: row.id,
            person_id: Some(row.recipient_id),
            client_id: None,
        })
    });
    let taken = obligations.take_each(&app.db, wanted.collect()).await?;
    let mut composed = Vec::with_capacity(rows.len());
    for row in rows {
        composed.push(match loaded.planned.refusal(row) {
            Some(reason) => Composed::closed(row, EmailState::Cancelled, reason),
            None if !taken.contains(&row.id) => {
                let reason = "Another mail has brought this review already.";
                Composed::closed(row, EmailState::SkippedAbsent, reason)
            }
            None => loaded.mail(app, *row, now)?,
        });
    }
    Ok(composed)
}

/// What the next review would say to a person at an instant. Nothing is written.
pub(super) async fn preview(app: &App, person: &person::Model, at: Timestamp) -> Result<Verdict> {
    if person.access.is_none_or(|access| access == Access::Member) {
        let message = format!("{} does not get reviews: owners do.", person.name);
        return Err(Error::problem("kind", ProblemCode::NotAllowedNow, message));
    }
    let due = reviews::due(&app.db.read, Date::MAX).await?;
    let Some(next) = due.into_iter().next() else {
        let message = "There is no review to come: start a programme first.";
        return Err(Error::problem("kind", ProblemCode::NotAllowedNow, message));
    };
    let day = zone::zone("timeZone", &person.time_zone)?
        .to_datetime(at)
        .date();
    let period = next.review.due_on.to_string();
    let kind = EmailKind::SixMonthReview;
    let row = email::Model {
        dedupe_key: key(person.id, next.review.id),
        ..outbox::pending(kind, person.id, &period, day, at, at, at)
    };
    let rows = Addressed::all(&[&row]);
    let composed = compose(app, &rows, day, at, Obligations::Assumed).await?;
    composed
        .into_iter()
        .next()
        .map(|composed| composed.verdict)
        .ok_or_else(|| Error::internal("a row was composed into nothing"))
}

/// Why reviews among `rows` that were rendered for an earlier attempt are not to leave any more: by mail.
pub(super) async fn refusals(
    conn: &impl ConnectionTrait,
    rows: &[&email::Model],
) -> Result<HashMap<Uuid, String>> {
    let planned = Planned::load(conn, rows.iter().copied()).await?;
    let refused = rows.iter().filter_map(|row| {
        let reason = planned.refusal(row)?;
        Some((row.id, reason.to_owned()))
    });
    Ok(refused.collect())
}

/// The reviews that mails are of, and their programmes.
struct Planned {
    reviews: HashMap<Uuid, programme_review::Model>,
    programmes: HashMap<Uuid, programme::Model>,
}

/// What reviews are written from.
struct Reviews {
    day: Date,
    planned: Planned,
    owners: Owners,
    people: HashMap<Uuid, person::Model>,
    today: SplitFigures,
}

impl Planned {
    async fn load(
        conn: &impl ConnectionTrait,
        rows: impl Iterator<Item = &email::Model>,
    ) -> Result<Self> {
        let reviews = programme_review::Entity::find()
            .filter(programme_review::Column::Id.is_in(rows.filter_map(review_id)))
            .all(conn)
            .await?;
        let programmes = programme::Entity::find()
            .filter(programme::Column::Id.is_in(reviews.iter().map(|row| row.programme_id)))
            .all(conn)
            .await?;
        Ok(Self {
            reviews: reviews.into_iter().map(|row| (row.id, row)).collect(),
            programmes: programmes.into_iter().map(|row| (row.id, row)).collect(),
        })
    }

    fn of(&self, row: &email::Model) -> Option<&programme_review::Model> {
        self.reviews.get(&review_id(row)?)
    }

    /// Why a review that was planned need not be told any more.
    fn refusal(&self, row: &email::Model) -> Option<&'static str> {
        let review = self.of(row);
        let programme = review.and_then(|review| self.programmes.get(&review.programme_id));
        match (review, programme) {
            (Some(review), _) if review.verdict.is_some() => {
                Some("An owner has decided this review already.")
            }
            (_, Some(programme)) if programme.state == ProgrammeState::Cancelled => {
                Some("The programme was cancelled.")
            }
            (Some(_), Some(_)) => None,
            _ => Some("There is no such review any more."),
        }
    }
}

impl Reviews {
    async fn load(conn: &impl ConnectionTrait, rows: &[Addressed<'_>], day: Date) -> Result<Self> {
        let people = person::Entity::find()
            .filter(person::Column::Id.is_in(rows.iter().map(|row| row.recipient_id)))
            .all(conn)
            .await?;
        Ok(Self {
            day,
            planned: Planned::load(conn, rows.iter().map(|row| row.row)).await?,
            owners: Owners::load(conn).await?,
            people: people.into_iter().map(|row| (row.id, row)).collect(),
            today: SplitFigures::load(conn, day).await?,
        })
    }

    fn mail(&self, app: &App, row: Addressed<'_>, now: Timestamp) -> Result<Composed> {
        let parts = self.planned.of(&row).and_then(|review| {
            let programme = self.planned.programmes.get(&review.programme_id)?;
            Some((review, programme, self.people.get(&row.recipient_id)?))
        });
        let Some((review, programme, recipient)) = parts else {
            let reason = "There is no such person any more.";
            return Ok(Composed::closed(&row, EmailState::Failed, reason));
        };
        let asked = self.owners.asked(programme, self.day);
        let before = SplitFigures::frozen(&programme.baseline)?;
        let mail = SixMonthReview {
            frame: ReviewFrame {
                recipient: recipient.name.as_str().into(),
                button_url: Links(app).review(review.id),
                due_on: review.due_on.0,
                today: self.day,
            },
            programme: programme.name.as_str().into(),
            starts_on: programme.starts_on.0,
            stands_in_for: asked
                .filter(|owner| owner.id != recipient.id)
                .map(|owner| owner.name.as_str().into()),
            figures: comparisons(&before, &self.today),
            managers: managers(&before, &self.today),
            lost: lost(&before, &self.today),
        };
        let words = Words {
            subject: mail.subject(),
            html: mail.html()?,
            text: mail.text()?,
        };
        let rendered = render(app, &row, recipient, words, None, now)?;
        Ok(Composed {
            email_id: row.id,
            verdict: Verdict::Send(rendered),
        })
    }
}

/// The review that a row's key names.
fn review_id(row: &email::Model) -> Option<Uuid> {
    let (_, id) = row.dedupe_key.rsplit_once('/')?;
    Uuid::try_parse(id).ok()
}

fn comparisons(before: &SplitFigures, after: &SplitFigures) -> Vec<Comparison> {
    let count = |figures: &SplitFigures| i64::try_from(figures.strong_relationships.len()).ok();
    [
        (Figure::RoleMix, before.role_mix_bp, after.role_mix_bp),
        (
            Figure::PeakUtilisation,
            before.peak_utilisation_bp,
            after.peak_utilisation_bp,
        ),
        (Figure::Evenness, before.evenness_bp, after.evenness_bp),
        (
            Figure::UpdatesOnTime,
            before.updates_on_time_bp,
            after.updates_on_time_bp,
        ),
        (Figure::StrongRelationships, count(before), count(after)),
    ]
    .map(|(figure, before, after)| Comparison {
        figure,
        before,
        after,
    })
    .into()
}

fn managers(before: &SplitFigures, after: &SplitFigures) -> Vec<ManagerComparison> {
    let figures = |one: &ManagerFigures| (one.utilisation_bp, one.role_mix_bp);
    let mut by_person: BTreeMap<Uuid, ManagerComparison> = BTreeMap::new();
    for (of, is_after) in [(before, false), (after, true)] {
        for manager in &of.managers {
            let entry = by_person
                .entry(manager.person_id)
                .or_insert_with(|| ManagerComparison {
                    name: Line::default(),
                    before: None,
                    after: None,
                });
            entry.name = manager.name.as_str().into();
            match is_after {
                true => entry.after = Some(figures(manager)),
                false => entry.before = Some(figures(manager)),
            }
        }
    }
    let mut managers: Vec<ManagerComparison> = by_person.into_values().collect();
    managers.sort_by(|a, b| a.name.cmp(&b.name));
    managers
}

/// Strong before, and not any more.
fn lost(before: &SplitFigures, after: &SplitFigures) -> Vec<Line> {
    let holds = |client: Uuid, person: Uuid| {
        let mut strong = after.strong_relationships.iter();
        strong.any(|one| one.client_id == client && one.person_id == person)
    };
    before
        .strong_relationships
        .iter()
        .filter(|one| !holds(one.client_id, one.person_id))
        .map(|one| Line::from(format!("{} and {}", one.client_name, one.person_name)))
        .collect()
}
