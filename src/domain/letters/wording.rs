//! What a letter says before anybody has edited it.

use jiff::civil::Date;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use super::announced;
use crate::entity::{
    Side, client, client_contact, handover, handover_project, person, programme, project,
};
use crate::error::{Error, ProblemCode, Result};

/// Most projects that a letter names: it is a letter, not a list.
const MOST_NAMED: usize = 12;

/// What a draft is made of.
pub(super) struct Facts {
    pub(super) contact: client_contact::Model,
    client: String,
    side: Side,
    from: person::Model,
    to: person::Model,
    /// By name; empty when the client has none.
    projects: Vec<String>,
    whole_client: bool,
    /// The first day on which the other person is accountable.
    from_on: Option<Date>,
    /// Reason, benefit and way forward; empty for a handover without a programme.
    texts: Vec<String>,
}

impl Facts {
    /// Reads what a handover's letter is about. A fixed number of statements.
    ///
    /// # Errors
    /// Invalid when the client has no primary contact.
    pub(super) async fn load(
        conn: &impl ConnectionTrait,
        handover: &handover::Model,
    ) -> Result<Self> {
        let gone = || Error::internal("a row that a foreign key names is gone");
        let client = client::Entity::find_by_id(handover.client_id)
            .one(conn)
            .await?
            .ok_or_else(gone)?;
        let contact = primary_contact(conn, &client).await?;
        let from = person::Entity::find_by_id(handover.from_person_id)
            .one(conn)
            .await?;
        let announced = announced(conn, std::slice::from_ref(handover)).await?;
        let announced = announced.into_values().next().ok_or_else(gone)?;
        let programme = match handover.programme_id {
            Some(id) => programme::Entity::find_by_id(id).one(conn).await?,
            None => None,
        };
        let texts = programme.map_or_else(Vec::new, |one| {
            vec![one.reason, one.benefit, one.way_forward]
        });
        Ok(Self {
            contact,
            client: client.name,
            side: handover.side,
            from: from.ok_or_else(gone)?,
            to: announced.person,
            projects: projects(conn, handover).await?,
            whole_client: handover.whole_client,
            from_on: announced.first_day,
            texts: texts.into_iter().filter(|text| !text.is_empty()).collect(),
        })
    }

    /// `Your new account manager: Sam Okafor`.
    pub(super) fn subject(&self) -> String {
        let role = match self.side {
            Side::Client => "account manager",
            Side::Project => "production manager",
        };
        let subject = format!("Your new {role}: {}", self.to.name);
        subject.chars().take(super::LONGEST_SUBJECT).collect()
    }

    /// The whole letter: paragraphs apart by an empty line.
    pub(super) fn body(&self) -> String {
        let mut paragraphs = vec![
            format!("Dear {},", self.contact.name),
            format!(
                "I am writing to you about a change in how we look after {}.",
                self.client
            ),
        ];
        paragraphs.extend(self.texts.iter().cloned());
        paragraphs.push(self.who_takes_over());
        paragraphs.push(match self.side {
            Side::Client => {
                "Until then I remain your contact, and you will have met before anything changes."
            }
            Side::Project => "Should anything else change in who looks after you, you will hear of it in a letter of its own.",
        }.to_owned());
        paragraphs.push(
            "If anything about this worries you, simply reply: your answer comes to me.".to_owned(),
        );
        paragraphs.push(format!("Kind regards,\n{}", self.from.name));
        paragraphs.join("\n\n")
    }

    fn who_takes_over(&self) -> String {
        let when = match self.from_on {
            Some(day) => format!("From {} on", long_day(day)),
            None => "Soon".to_owned(),
        };
        let (name, address) = (&self.to.name, &self.to.email);
        let does = match self.side {
            Side::Client => format!(
                "{name} ({address}) will be your account manager and the one to call or write to"
            ),
            Side::Project => format!(
                "{name} ({address}) will be your production manager and look after the work itself, from planning to testing"
            ),
        };
        format!("{when}, {does}. {}", self.what_moves())
    }

    fn what_moves(&self) -> String {
        let named = listed(&self.projects);
        match (self.projects.is_empty(), self.whole_client) {
            (true, _) => "This is about all that we do for you.".to_owned(),
            (false, true) => format!("This is about all that we do for you: {named}."),
            (false, false) => format!("This is about {named}."),
        }
    }
}

/// `Website, Shop and Loyalty app`; of many the first ones and how many more.
fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        many if many.len() > MOST_NAMED => {
            let more = many.len() - MOST_NAMED;
            format!("{} and {more} more", many[..MOST_NAMED].join(", "))
        }
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

async fn primary_contact(
    conn: &impl ConnectionTrait,
    client: &client::Model,
) -> Result<client_contact::Model> {
    client_contact::Entity::find()
        .filter(client_contact::Column::ClientId.eq(client.id))
        .filter(client_contact::Column::IsPrimary.eq(true))
        .filter(client_contact::Column::ArchivedAt.is_null())
        .one(conn)
        .await?
        .ok_or_else(|| {
            let message = format!(
                "{} has no primary contact to write to: make one of its contacts primary first.",
                client.name
            );
            Error::problem("handoverId", ProblemCode::NotAllowedNow, message)
        })
}

/// The names of what moves.
async fn projects(conn: &impl ConnectionTrait, handover: &handover::Model) -> Result<Vec<String>> {
    let rows = handover_project::Entity::find()
        .filter(handover_project::Column::HandoverId.eq(handover.id))
        .all(conn)
        .await?;
    let ids = rows.into_iter().map(|row| row.project_id);
    let rows = project::Entity::find()
        .filter(project::Column::Id.is_in(ids))
        .all(conn)
        .await?;
    let mut names: Vec<String> = rows.into_iter().map(|row| row.name).collect();
    names.sort();
    Ok(names)
}

/// `Monday, 28 December 2026`: how a letter says a day.
pub(super) fn long_day(day: Date) -> String {
    day.strftime("%A, %-d %B %Y").to_string()
}
