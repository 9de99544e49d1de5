//! The card that a client gets.

use std::collections::HashMap;

use async_graphql::{Context, Description, Object, Result};
use jiff::civil::Date;

use super::accountable::answers_of_project;
use super::loaders::the;
use super::person::Person;
use crate::domain::contact_card;
use crate::entity::{client, person, project};

/// Who to ask for what on a project, to be handed to the client. It moves with assignments, handovers and exceptions at once,
/// and says nothing of reasons or absences.
#[derive(Clone, Debug, Description)]
pub struct ContactCard(contact_card::ContactCard);

/// Somebody on a contact card.
#[derive(Clone, Debug, Description)]
pub struct ContactCardPerson(contact_card::CardPerson);

#[Object(use_type_description)]
impl ContactCard {
    /// Whom to ask, in the order of what they do first in the catalogue. Whoever does nothing is not on it.
    async fn people(&self) -> Vec<ContactCardPerson> {
        let people = self.0.people.iter().cloned();
        people.map(ContactCardPerson).collect()
    }

    /// The card as plain text.
    async fn text(&self) -> String {
        self.0.text()
    }

    /// The card as Markdown.
    async fn markdown(&self) -> String {
        self.0.markdown()
    }
}

#[Object(use_type_description)]
impl ContactCardPerson {
    /// Who.
    async fn person(&self, ctx: &Context<'_>) -> Result<Person> {
        let person = the::<person::Entity>(ctx, self.0.person_id).await?;
        Ok(Person(person))
    }

    /// The role that makes them accountable: "Account manager"; of several roles, all: "Account manager and Production
    /// manager".
    async fn role_name(&self) -> &str {
        &self.0.role_name
    }

    /// Where mails reach them.
    async fn email(&self) -> &str {
        &self.0.email
    }

    /// What to ask them about: the lines of the catalogue that they do, in its order.
    async fn ask_about(&self) -> &[String] {
        &self.0.ask_about
    }
}

/// The card of a project on a day.
pub async fn of_project(
    ctx: &Context<'_>,
    project: &project::Model,
    on: Date,
) -> Result<ContactCard> {
    let answers = answers_of_project(ctx, project, on).await?;
    let client = the::<client::Entity>(ctx, project.client_id).await?;
    let mut people = HashMap::new();
    for held in answers
        .iter()
        .filter_map(|(_, answer)| answer.held.as_ref())
    {
        let id = held.person_id();
        if !people.contains_key(&id) {
            people.insert(id, the::<person::Entity>(ctx, id).await?);
        }
    }
    let card = contact_card::ContactCard::new(&client, project, &answers, &people);
    Ok(ContactCard(card))
}
