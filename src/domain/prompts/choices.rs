//! What was chosen about prompts, and what comes of it on a day.

use std::collections::HashMap;

use jiff::civil::Date;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, Select};
use uuid::Uuid;

use crate::domain::calendar::plus_days;
use crate::entity::{Day, PromptChoiceKind, PromptTopic, prompt_choice};
use crate::error::Result;

/// Days for which a choice still matters after it has run out: the longest cadence, and as long again as one looks for a
/// working day.
const LOOKED_BACK: i64 = 800;

/// Days after which a prompt that was handed over comes back to whoever is accountable.
pub(super) const HANDED_OVER_DAYS: i64 = 28;

/// The latest choice about each prompt of some clients.
#[derive(Clone, Debug, Default)]
pub struct Choices {
    latest: HashMap<(Uuid, PromptTopic, Option<Uuid>), prompt_choice::Model>,
}

/// What is to become of a prompt that is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Course {
    /// Nobody has chosen anything about it.
    AsDue,
    /// It was put off, and comes again since this day.
    Again(Date),
    /// It is put off, or not needed.
    Waits,
    /// Somebody else is prompted.
    With {
        /// Who.
        to: Uuid,
        /// Of what was put off meanwhile, since when it comes again.
        since: Option<Date>,
    },
}

impl Choices {
    /// Reads the latest choices about the prompts of `clients`: one statement for every ten thousand.
    pub async fn load(conn: &impl ConnectionTrait, clients: &[Uuid], day: Date) -> Result<Self> {
        let mut choices = Self::default();
        for clients in clients.chunks(10_000) {
            let rows = in_order()
                .filter(prompt_choice::Column::ClientId.is_in(clients.iter().copied()))
                .filter(prompt_choice::Column::UntilOn.gte(Day(plus_days(day, -LOOKED_BACK))))
                .all(conn)
                .await?;
            for row in rows {
                let about = (row.client_id, row.topic, row.project_id);
                choices.latest.insert(about, row);
            }
        }
        Ok(choices)
    }

    /// The latest choice about a prompt that counts from the contact of `since`.
    pub fn about(
        &self,
        client_id: Uuid,
        topic: PromptTopic,
        project_id: Option<Uuid>,
        since: Option<Date>,
    ) -> Option<&prompt_choice::Model> {
        let latest = self.latest.get(&(client_id, topic, project_id))?;
        (latest.since.map(|day| day.0) == since).then_some(latest)
    }
}

/// What comes of a choice on `day`, for whoever is accountable then. Handing over falls with the accountability: whoever
/// takes it on has handed nothing to anybody.
pub fn course(choice: Option<&prompt_choice::Model>, accountable_id: Uuid, day: Date) -> Course {
    let Some(choice) = choice else {
        return Course::AsDue;
    };
    let until = choice.until_on.0;
    let holder = holder(choice, day).filter(|_| choice.accountable_id == accountable_id);
    match (choice.kind, holder) {
        (PromptChoiceKind::Snoozed | PromptChoiceKind::Dismissed, _) if day < until => {
            Course::Waits
        }
        (PromptChoiceKind::HandedOver, Some(to)) => Course::With { to, since: None },
        (PromptChoiceKind::Snoozed, Some(to)) => Course::With {
            to,
            since: Some(until),
        },
        (PromptChoiceKind::HandedOver, None) if day < until => Course::AsDue,
        (PromptChoiceKind::Snoozed, None) if choice.handed_to_id.is_some() => {
            Course::Again(handed_until(choice))
        }
        _ => Course::Again(until),
    }
}

/// Who holds on `day` what was handed over. Putting it off leaves it with them.
fn holder(choice: &prompt_choice::Model, day: Date) -> Option<Uuid> {
    choice.handed_to_id.filter(|_| day < handed_until(choice))
}

/// The day on which what was handed over comes back.
fn handed_until(choice: &prompt_choice::Model) -> Date {
    match choice.kind {
        PromptChoiceKind::Snoozed => plus_days(choice.until_on.0, HANDED_OVER_DAYS),
        _ => choice.until_on.0,
    }
}

/// What was handed over and has not run out on `day`. Some of it may have been overtaken by another choice or contact.
pub async fn handed_over(
    conn: &impl ConnectionTrait,
    day: Date,
) -> Result<Vec<prompt_choice::Model>> {
    let rows = prompt_choice::Entity::find()
        .filter(prompt_choice::Column::HandedToId.is_not_null())
        .filter(prompt_choice::Column::UntilOn.gt(Day(plus_days(day, -HANDED_OVER_DAYS))));
    let rows = rows.all(conn).await?;
    Ok(rows
        .into_iter()
        .filter(|choice| holder(choice, day).is_some())
        .collect())
}

/// Whether a prompt about the client was handed to `person_id` last, and has not come back by `day`.
pub(in crate::domain) async fn is_handed_to(
    conn: &impl ConnectionTrait,
    person_id: Uuid,
    client_id: Uuid,
    day: Date,
) -> Result<bool> {
    let choices = Choices::load(conn, &[client_id], day).await?;
    Ok(choices
        .latest
        .values()
        .any(|choice| holder(choice, day) == Some(person_id)))
}

fn in_order() -> Select<prompt_choice::Entity> {
    prompt_choice::Entity::find()
        .order_by_asc(prompt_choice::Column::MadeAt)
        .order_by_asc(prompt_choice::Column::Id)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::entity::{Door, Moment};

    const MONDAY: Date = date(2026, 11, 23);
    const WEDNESDAY: Date = date(2026, 11, 25);
    const DANA: Uuid = Uuid::from_u128(1);
    const NED: Uuid = Uuid::from_u128(2);
    const SAM: Uuid = Uuid::from_u128(3);

    fn choice(kind: PromptChoiceKind) -> prompt_choice::Model {
        prompt_choice::Model {
            id: Uuid::nil(),
            topic: PromptTopic::Update,
            client_id: Uuid::nil(),
            project_id: None,
            since: None,
            kind,
            accountable_id: DANA,
            handed_to_id: (kind == PromptChoiceKind::HandedOver).then_some(NED),
            until_on: Day(WEDNESDAY),
            reason: None,
            made_by_id: Some(DANA),
            made_through: Door::Link,
            made_at: Moment(jiff::Timestamp::UNIX_EPOCH),
        }
    }

    #[test]
    fn a_choice_holds_until_the_day_it_names() {
        use PromptChoiceKind::{Dismissed, HandedOver, Snoozed};
        assert_eq!(course(None, DANA, MONDAY), Course::AsDue);
        for (kind, until_then) in [
            (Snoozed, Course::Waits),
            (Dismissed, Course::Waits),
            (
                HandedOver,
                Course::With {
                    to: NED,
                    since: None,
                },
            ),
        ] {
            let choice = choice(kind);
            assert_eq!(course(Some(&choice), DANA, MONDAY), until_then);
            let after = course(Some(&choice), DANA, WEDNESDAY);
            assert_eq!(after, Course::Again(WEDNESDAY));
        }
    }

    #[test]
    fn what_was_put_off_after_it_was_handed_over_stays_there_for_four_weeks() {
        let choice = prompt_choice::Model {
            handed_to_id: Some(NED),
            ..choice(PromptChoiceKind::Snoozed)
        };
        assert_eq!(course(Some(&choice), DANA, MONDAY), Course::Waits);
        let with_ned = Course::With {
            to: NED,
            since: Some(WEDNESDAY),
        };
        assert_eq!(course(Some(&choice), DANA, WEDNESDAY), with_ned);
        assert_eq!(course(Some(&choice), DANA, date(2026, 12, 22)), with_ned);
        let back = Course::Again(date(2026, 12, 23));
        assert_eq!(course(Some(&choice), DANA, date(2026, 12, 23)), back);
    }

    #[test]
    fn what_was_handed_over_falls_with_the_accountability() {
        let choice = choice(PromptChoiceKind::HandedOver);
        assert_eq!(course(Some(&choice), SAM, MONDAY), Course::AsDue);
    }
}
