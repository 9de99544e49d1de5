//! The card that a client gets: who to ask for what on a project. It follows from who is accountable for each line of the
//! catalogue, and says nothing of why.

use std::collections::HashMap;

use uuid::Uuid;

use super::exceptions::Answer;
use crate::entity::{client, person, project, responsibility};

/// Who to ask for what on one project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactCard {
    /// What it is about: "Website (Acme)".
    pub about: String,
    /// Whom to ask, in the order of what they do first in the catalogue.
    pub people: Vec<CardPerson>,
}

/// Somebody on a card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardPerson {
    /// Who.
    pub person_id: Uuid,
    /// Full name.
    pub name: String,
    /// Where mails reach them.
    pub email: String,
    /// The roles through which they are accountable: "Account manager".
    pub role_name: String,
    /// What to ask them about: the lines of the catalogue that they do, in its order.
    pub ask_about: Vec<String>,
}

impl ContactCard {
    /// The card of a project from the answers for the catalogue's lines, in its order. Lines that nobody does are left out,
    /// and so are those of people not in `people`.
    pub fn new(
        client: &client::Model,
        project: &project::Model,
        answers: &[(responsibility::Model, Answer)],
        people: &HashMap<Uuid, person::Model>,
    ) -> Self {
        let mut card = Self {
            about: format!("{} ({})", project.name, client.name),
            people: Vec::new(),
        };
        for (line, answer) in answers {
            let held = answer.held.as_ref();
            let found = held.and_then(|held| Some((held, people.get(&held.person_id())?)));
            if let Some((held, person)) = found {
                card.add(person, &held.role.name, &line.name);
            }
        }
        card
    }

    fn add(&mut self, person: &person::Model, role: &str, line: &str) {
        let known = self
            .people
            .iter()
            .position(|one| one.person_id == person.id);
        let place = known.unwrap_or_else(|| {
            self.people.push(CardPerson {
                person_id: person.id,
                name: person.name.clone(),
                email: person.email.clone(),
                role_name: role.to_owned(),
                ask_about: Vec::new(),
            });
            self.people.len() - 1
        });
        let one = &mut self.people[place];
        one.ask_about.push(line.to_owned());
        if !one.role_name.split(" and ").any(|named| named == role) {
            one.role_name = format!("{} and {role}", one.role_name);
        }
    }

    /// The card as plain text.
    pub fn text(&self) -> String {
        let mut text = format!("Who to ask for what: {}\n", self.about);
        for person in &self.people {
            let CardPerson {
                name,
                email,
                role_name,
                ..
            } = person;
            text.push_str(&format!("\n{name}, {role_name}\n{email}\n"));
            for line in &person.ask_about {
                text.push_str(&format!("- {line}\n"));
            }
        }
        text
    }

    /// The card as Markdown.
    pub fn markdown(&self) -> String {
        let mut text = format!("# Who to ask for what: {}\n", plain(&self.about));
        for person in &self.people {
            let (name, role) = (plain(&person.name), plain(&person.role_name));
            text.push_str(&format!("\n## {name}, {role}\n\n<{}>\n\n", person.email));
            for line in &person.ask_about {
                text.push_str(&format!("- {}\n", plain(line)));
            }
        }
        text
    }
}

/// A text in Markdown that shows as it stands.
pub fn plain(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\r' | '\n' => escaped.push(' '),
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '~' | '!' | '&' => {
                escaped.extend(['\\', letter]);
            }
            _ => escaped.push(letter),
        }
    }
    escaped
}
