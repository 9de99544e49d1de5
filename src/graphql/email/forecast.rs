//! What will be mailed: who gets which mail when, and who will not, and why.

use async_graphql::{Context, Description, ID, Object, Result};
use jiff::SignedDuration;

use crate::domain::page::{Place, PlaceValue, page_of};
use crate::email::compose::Verdict;
use crate::entity::{Day, Moment, email, person};
use crate::error::Error;
use crate::graphql::connection::{Connection, Paging, counted};
use crate::graphql::context::Asked;
use crate::graphql::enums::{EmailKind, EmailState};
use crate::graphql::id::Kind;
use crate::graphql::loaders::the;
use crate::graphql::person::Person;
use crate::jobs::forecast::{Foreseen, foresee, verdicts};

/// The longest forecast, days.
const LONGEST: i32 = 7;

/// A mail that is not planned yet, as it would be if nothing changed until then.
#[derive(Clone, Debug, Description)]
pub struct ForecastedEmail {
    row: email::Model,
    verdict: Verdict,
}

#[Object(use_type_description)]
impl ForecastedEmail {
    /// Which mail it is.
    async fn kind(&self) -> EmailKind {
        self.row.kind.into()
    }

    /// Who it would be for; null only for a mail to a client, which is never foreseen.
    async fn recipient(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        let Some(id) = self.row.recipient_id else {
            return Ok(None);
        };
        Ok(Some(Person(the::<person::Entity>(ctx, id).await?)))
    }

    /// The period it is for: an ISO week (`2026-W48`) or a local day (`2026-11-23`).
    async fn period(&self) -> &str {
        &self.row.period
    }

    /// The recipient's local day it would be for.
    async fn local_on(&self) -> Day {
        self.row.local_on
    }

    /// When it would leave.
    async fn due_at(&self) -> Moment {
        self.row.due_at
    }

    /// What its subject would be; null when it would not be sent.
    async fn subject(&self) -> Option<&str> {
        match &self.verdict {
            Verdict::Send(rendered) => Some(&rendered.subject),
            Verdict::Close { .. } => None,
        }
    }

    /// The state it would end in without being sent; null when it would be sent.
    async fn skipped_as(&self) -> Option<EmailState> {
        match &self.verdict {
            Verdict::Send(_) => None,
            Verdict::Close { state, .. } => Some((*state).into()),
        }
    }

    /// Why it would not be sent, in a sentence; null when it would be.
    async fn reason(&self) -> Option<&str> {
        match &self.verdict {
            Verdict::Send(_) => None,
            Verdict::Close { reason, .. } => Some(reason),
        }
    }
}

/// Queries about mails to come.
#[derive(Default)]
pub struct ForecastQueries;

#[Object]
impl ForecastQueries {
    /// The mails that will fall due, the next ones first, at most 1,000 of them: who gets which mail when, and who will be
    /// skipped and why. Planned and composed by the planner's and the composer's own functions; nothing is written. A mail
    /// that a delegate gets only because somebody is away is named in the reason of the absent person's. Owners and managers;
    /// members see the mails for themselves.
    #[expect(
        clippy::too_many_arguments,
        reason = "the four of Relay, whose mails and how many days"
    )]
    async fn email_forecast(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only mails for this person.")] person_id: Option<ID>,
        #[graphql(desc = "How many days from now on, 1 to 7.", default = 7)] days: i32,
        #[graphql(desc = "The first so many, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
    ) -> Result<Connection<ForecastedEmail>> {
        let caller = ctx.caller();
        let asked = person_id.map(|id| Kind::Person.named(&id)).transpose()?;
        let person_id = match asked {
            Some(id) if !caller.reads_work_of(id) => return Err(Error::NotFound("person").into()),
            None if !caller.reads_all() => Some(caller.person_id.unwrap_or_default()),
            asked => asked,
        };
        if !(1..=LONGEST).contains(&days) {
            let message = format!("`days` is {days}; a forecast is of 1 to {LONGEST} days.");
            return Err(Error::invalid("days", message).into());
        }
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        let span = SignedDuration::from_hours(i64::from(days) * 24);
        Ok(page(ctx, foresee(ctx.app(), person_id, span).await?, &paging).await?)
    }
}

/// A page of what is foreseen. What comes before its end is composed as well: a client's update that stands in Monday's
/// mail does not stand in Tuesday's.
async fn page(
    ctx: &Context<'_>,
    foreseen: Vec<Foreseen>,
    paging: &Paging,
) -> crate::error::Result<Connection<ForecastedEmail>> {
    let name = "emailForecast";
    let window = paging.window(name)?;
    let all = foreseen.len();
    let indices: Vec<usize> = (0..all).collect();
    let page = page_of(indices, |index| place(&foreseen[*index]), false, &window);
    let end = page.rows.iter().map(|(_, index)| index + 1).max();
    let mut verdicts = verdicts(ctx.app(), &foreseen[..end.unwrap_or(0)]).await?;
    let page = page.filter_map(|index| {
        let row = foreseen[index].row.clone();
        let verdict = verdicts.remove(&row.id)?;
        Some(ForecastedEmail { row, verdict })
    });
    Ok(counted(name, page, all, |one| one))
}

fn place(one: &Foreseen) -> Place {
    Place(vec![
        PlaceValue::Moment(one.row.due_at),
        PlaceValue::Id(one.row.recipient_id.unwrap_or_default()),
        PlaceValue::Text(one.row.kind.word().to_owned()),
    ])
}
