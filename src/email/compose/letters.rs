//! Letters to clients, in the name of whoever hands over.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::civil::Date;
use lettre::Address;
use lettre::message::Mailbox;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::{Composed, Rendered, Verdict};
use crate::app::App;
use crate::domain::letters::{Announced, announced};
use crate::domain::{people, zone};
use crate::email::client_letter::ClientLetter;
use crate::email::message::Mail;
use crate::entity::{EmailState, HandoverStage, client_contact, email, handover, letter, person};
use crate::error::{Error, Result};

/// Decides letters: in a fixed number of statements, whatever the number of rows.
pub(super) async fn compose(
    app: &App,
    rows: &[&email::Model],
    now: Timestamp,
) -> Result<Vec<Composed>> {
    let letters = Letters::load(&app.db.read, rows).await?;
    rows.iter()
        .map(|row| {
            Ok(Composed {
                email_id: row.id,
                verdict: letters.verdict(app, row, now)?,
            })
        })
        .collect()
}

/// Why letters among `rows` that were rendered for an earlier attempt are not to leave any more: by mail.
pub(super) async fn refusals(
    conn: &impl ConnectionTrait,
    rows: &[&email::Model],
    now: Timestamp,
) -> Result<HashMap<Uuid, String>> {
    let letters = Letters::load(conn, rows).await?;
    let mut refusals = HashMap::new();
    for row in rows {
        if let Some(reason) = letters.refusal(row, now)? {
            refusals.insert(row.id, reason);
        }
    }
    Ok(refusals)
}

/// What letters are composed from, each by its id; letters by that of their mail, whom they announce by the handover's.
struct Letters {
    letters: HashMap<Uuid, letter::Model>,
    handovers: HashMap<Uuid, handover::Model>,
    contacts: HashMap<Uuid, client_contact::Model>,
    people: HashMap<Uuid, person::Model>,
    announced: HashMap<Uuid, Announced>,
}

impl Letters {
    async fn load(conn: &impl ConnectionTrait, rows: &[&email::Model]) -> Result<Self> {
        let mails = rows.iter().map(|row| row.id);
        let letters = letter::Entity::find()
            .filter(letter::Column::EmailId.is_in(mails))
            .all(conn)
            .await?;
        let handovers = handover::Entity::find()
            .filter(handover::Column::Id.is_in(letters.iter().map(|row| row.handover_id)))
            .all(conn)
            .await?;
        let contacts = client_contact::Entity::find()
            .filter(client_contact::Column::Id.is_in(letters.iter().map(|row| row.contact_id)))
            .all(conn)
            .await?;
        let people = person::Entity::find()
            .filter(person::Column::Id.is_in(handovers.iter().map(|row| row.from_person_id)))
            .all(conn)
            .await?;
        let announced = announced(conn, &handovers).await?;
        Ok(Self {
            letters: letters
                .into_iter()
                .filter_map(|row| Some((row.email_id?, row)))
                .collect(),
            handovers: handovers.into_iter().map(|row| (row.id, row)).collect(),
            contacts: contacts.into_iter().map(|row| (row.id, row)).collect(),
            people: people.into_iter().map(|row| (row.id, row)).collect(),
            announced,
        })
    }

    fn verdict(&self, app: &App, row: &email::Model, now: Timestamp) -> Result<Verdict> {
        if let Some(reason) = self.refusal(row, now)? {
            let state = EmailState::Cancelled;
            return Ok(Verdict::Close { state, reason });
        }
        let parts = self.parts(row);
        let parts =
            parts.ok_or_else(|| Error::internal("a letter without parts was not refused"))?;
        let (letter, contact) = (parts.letter, parts.contact);
        let mail = rendered(app, letter, contact, parts.from, now)?;
        Ok(Verdict::Send(mail))
    }

    /// Why a letter that two people have approved is not to leave any more.
    fn refusal(&self, row: &email::Model, now: Timestamp) -> Result<Option<String>> {
        let Some(parts) = self.parts(row) else {
            return Ok(Some("There is no such letter any more.".to_owned()));
        };
        if parts.handover.stage == HandoverStage::Cancelled {
            let reason = "The handover was cancelled after the letter was approved.";
            return Ok(Some(reason.to_owned()));
        }
        let (from, announced) = (parts.from, parts.announced);
        if people::has_left(from, today(from, now)?) {
            let reason = format!("{}, whose letter it is, has left.", from.name);
            return Ok(Some(reason));
        }
        let person = &announced.person;
        let is_gone = announced.is_gone(today(person, now)?);
        Ok(is_gone.then(|| {
            format!(
                "{}, whom it announces, leaves before taking over.",
                person.name
            )
        }))
    }

    fn parts(&self, row: &email::Model) -> Option<Parts<'_>> {
        let letter = self.letters.get(&row.id)?;
        let handover = self.handovers.get(&letter.handover_id)?;
        Some(Parts {
            letter,
            handover,
            contact: self.contacts.get(&letter.contact_id)?,
            from: self.people.get(&handover.from_person_id)?,
            announced: self.announced.get(&handover.id)?,
        })
    }
}

/// A letter and who is in it.
struct Parts<'a> {
    letter: &'a letter::Model,
    handover: &'a handover::Model,
    contact: &'a client_contact::Model,
    from: &'a person::Model,
    announced: &'a Announced,
}

fn today(person: &person::Model, now: Timestamp) -> Result<Date> {
    let zone = zone::zone("timeZone", &person.time_zone)?;
    Ok(zone.to_datetime(now).date())
}

/// The agency's own address sends it, under the name of whoever hands over, who also gets the answer.
fn rendered(
    app: &App,
    letter: &letter::Model,
    contact: &client_contact::Model,
    from: &person::Model,
    now: Timestamp,
) -> Result<Rendered> {
    let words = ClientLetter::new(&letter.subject, &letter.body);
    let (html, text) = (words.html()?, words.text()?);
    let sender = app.config.mail_from.email.clone();
    let message_id = format!(
        "{}.{}.client-letter@{}",
        letter.id.simple(),
        letter.version,
        sender.domain()
    );
    let outgoing = Mail {
        from: Mailbox::new(Some(from.name.clone()), sender),
        to: vec![mailbox(&contact.name, &contact.email)?],
        cc: Vec::new(),
        reply_to: Some(mailbox(&from.name, &from.email)?),
        subject: words.subject().to_owned(),
        html: html.clone(),
        text: text.clone(),
        message_id: message_id.clone(),
        date: now,
        list_id: None,
        unsubscribe: None,
        thread_root: None,
        stem: String::new(),
    }
    .build()?;
    Ok(Rendered {
        to_address: contact.email.clone(),
        subject: words.subject().to_owned(),
        message_id,
        html,
        text,
        message: outgoing.raw,
    })
}

fn mailbox(name: &str, address: &str) -> Result<Mailbox> {
    let address: Address = address
        .parse()
        .map_err(|_| Error::internal("a stored address is not one"))?;
    Ok(Mailbox::new(Some(name.to_owned()), address))
}
