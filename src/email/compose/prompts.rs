//! The client-update prompts of a day.

mod entries;
mod wording;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use jiff::Timestamp;
use jiff::civil::Date;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::delivery::{Links, Words, frame, render};
use super::obligations::Obligations;
use super::rerouting::{Wanted, away_subscribers, ensure, schedules};
use super::touchpoints::Touchpoints;
use super::{Addressed, Composed, PAUSED, Verdict};
use crate::app::App;
use crate::domain::books::Books;
use crate::domain::handovers::shadowed_by;
use crate::domain::notices::notices;
use crate::domain::overdue;
use crate::domain::prompts::handed_over;
use crate::domain::responsibilities::{Scope, clients_of};
use crate::domain::settings::Settings;
use crate::domain::stand_ins::{Route, StandIns};
use crate::domain::strengths::Strengths;
use crate::domain::subscriptions::is_paused;
use crate::domain::unroutable::UNROUTABLE;
use crate::domain::updates::{Standing, standings};
use crate::email::client_update::{
    ClientUpdate, CopiedPrompts, CoveredPrompts, HandedPrompts, Prompts,
};
use crate::entity::{Access, EmailKind, EmailState, obligation, schedule};
use crate::error::Result;

use entries::{Entry, entries, told};
use wording::{Reader, sorted};

const KIND: EmailKind = EmailKind::ClientUpdate;

/// Decides the prompts of `day`, all for recipients whose local day it is.
pub(super) async fn compose(
    app: &App,
    rows: &[Addressed<'_>],
    day: Date,
    now: Timestamp,
    obligations: Obligations<'_>,
) -> Result<Vec<Composed>> {
    let conn = &app.db.read;
    let people = addressees(conn, rows, day).await?;
    let settings = Settings::load(conn).await?;
    let recipients: Vec<Uuid> = rows.iter().map(|row| row.recipient_id).collect();
    let shadowing = shadowed_by(conn, &recipients).await?;
    let of_books: Vec<Uuid> = people.iter().copied().chain(shadowing.outgoing()).collect();
    let handed_over = handed_over(conn, day).await?;
    let mut clients = clients_of(conn, &of_books, day, day).await?;
    clients.extend(handed_over.iter().map(|choice| choice.client_id));
    clients.sort_unstable();
    clients.dedup();
    let books = Books::load(conn, &Scope::Clients(clients), day, day).await?;
    let (standings, _) = standings(conn, &books, &settings, day).await?;
    let receivers = handed_over.iter().filter_map(|choice| choice.handed_to_id);
    let named: Vec<Uuid> = people.iter().copied().chain(receivers).collect();
    let stand_ins = stand_ins(conn, &named, &standings, &settings, day).await?;
    let mut entries = entries(&books, &standings, &stand_ins, &people, &shadowing, day);
    let owners = stand_ins.owners();
    let mut notices = notices(conn, &people, owners, day, now).await?;
    notices.extend(overdue::copies(&standings, &people, day));
    let told_owners: Vec<Uuid> = owners
        .iter()
        .copied()
        .filter(|id| people.contains(id))
        .collect();
    if !told_owners.is_empty() {
        notices.extend(overdue::to_owners(conn, &settings, &told_owners, day).await?);
    }
    entries.extend(told(notices, &stand_ins, day));
    let written = Day {
        app,
        day,
        now,
        obligations,
        books: &books,
        stand_ins: &stand_ins,
        schedules: schedules(
            conn,
            KIND,
            &stand_ins.people.keys().copied().collect::<Vec<_>>(),
        )
        .await?,
    };
    written.compose(rows, entries).await
}

/// The recipients of `rows`, and the subscribers whose prompts may come to one of them instead.
async fn addressees(
    conn: &impl ConnectionTrait,
    rows: &[Addressed<'_>],
    day: Date,
) -> Result<Vec<Uuid>> {
    let mut people = away_subscribers(conn, KIND, day, day).await?;
    people.extend(rows.iter().map(|row| row.recipient_id));
    people.sort_unstable();
    people.dedup();
    Ok(people)
}

async fn stand_ins(
    conn: &impl ConnectionTrait,
    people: &[Uuid],
    standings: &[Standing<'_>],
    settings: &Settings,
    day: Date,
) -> Result<StandIns> {
    let speakers = standings.iter().filter_map(|standing| standing.speaker_id);
    let mut named: Vec<Uuid> = people.iter().copied().chain(speakers).collect();
    named.sort_unstable();
    named.dedup();
    let mut stand_ins = StandIns::load(conn, &named, day, day).await?;
    // Somebody without a delegate may be a client's account manager or a project's production manager.
    if !stand_ins.without_delegate(day).is_empty() {
        let clients: Vec<Uuid> = standings
            .iter()
            .map(|standing| standing.client.id)
            .collect();
        let strengths = Strengths::load(conn, &settings.relationships, &clients, day).await?;
        stand_ins.know(conn, strengths).await?;
    }
    Ok(stand_ins)
}

/// A day's prompts, with all that they are written from.
struct Day<'a> {
    app: &'a App,
    day: Date,
    now: Timestamp,
    obligations: Obligations<'a>,
    books: &'a Books,
    stand_ins: &'a StandIns,
    schedules: HashMap<Uuid, schedule::Model>,
}

impl Day<'_> {
    async fn compose(
        &self,
        rows: &[Addressed<'_>],
        entries: Vec<Entry<'_>>,
    ) -> Result<Vec<Composed>> {
        let recipients: HashMap<Uuid, Addressed<'_>> =
            rows.iter().map(|row| (row.recipient_id, *row)).collect();
        let covering = self.ensure_stand_ins(&entries, &recipients).await?;

        // An entry goes into the mail of whoever it is routed to. When that mail has left already, the entry waits: its
        // obligation stays free, and the next day's mails take it up.
        let mut by_recipient: BTreeMap<Uuid, Vec<Entry<'_>>> = BTreeMap::new();
        let mut unroutable: HashSet<Uuid> = HashSet::new();
        let mut rerouted: HashMap<Uuid, BTreeSet<String>> = HashMap::new();
        for entry in entries {
            let to = match &entry.route {
                Route::Own => entry.accountable_id,
                Route::StandIn { person_id, why } => {
                    let covers = covering.contains(person_id);
                    let when = if covers {
                        ""
                    } else {
                        ", tomorrow, since today's mail had left"
                    };
                    let stand_in = format!("{}, {why}{when}", &*self.name(*person_id));
                    rerouted
                        .entry(entry.accountable_id)
                        .or_default()
                        .insert(stand_in);
                    if !covers {
                        continue;
                    }
                    *person_id
                }
                Route::Nobody => {
                    unroutable.insert(entry.accountable_id);
                    continue;
                }
            };
            by_recipient.entry(to).or_default().push(entry);
        }
        by_recipient.retain(|recipient, _| recipients.contains_key(recipient));
        for (recipient, entries) in &mut by_recipient {
            // Stopped since the mail was planned; a colleague's prompts come all the same.
            if self.is_paused(*recipient) {
                entries.retain(|entry| {
                    entry.accountable_id != *recipient || entry.handed_by.is_some()
                });
            }
        }
        let taken = self.take(&by_recipient, &recipients).await?;
        for entries in by_recipient.values_mut() {
            entries.retain(|entry| taken.contains(&entry.key));
        }
        let clients: Vec<Uuid> = by_recipient
            .values()
            .flatten()
            .filter_map(|entry| entry.client_id)
            .collect();
        let touchpoints = Touchpoints::load(&self.app.db.read, &clients).await?;

        let mut composed = Vec::with_capacity(rows.len());
        for row in rows {
            let entries = by_recipient.remove(&row.recipient_id).unwrap_or_default();
            composed.push(if entries.is_empty() {
                self.nothing_to_say(*row, &unroutable, rerouted.get(&row.recipient_id))
            } else {
                self.mail(*row, &entries, &touchpoints)?
            });
        }
        Ok(composed)
    }

    /// Sees to it that stand-ins, and whoever was handed something, get a mail today. Answers who of them can still cover
    /// somebody in it.
    async fn ensure_stand_ins(
        &self,
        entries: &[Entry<'_>],
        recipients: &HashMap<Uuid, Addressed<'_>>,
    ) -> Result<HashSet<Uuid>> {
        let period = self.day.to_string();
        let mut people: Vec<Uuid> = entries
            .iter()
            .filter_map(|entry| match entry.route {
                Route::StandIn { person_id, .. } => Some(person_id),
                // They may get no prompts of their own.
                Route::Own => entry.handed_by.map(|_| entry.accountable_id),
                Route::Nobody => None,
            })
            .filter(|id| !recipients.contains_key(id))
            .collect();
        people.sort_unstable();
        people.dedup();
        let wanted = people
            .iter()
            .filter_map(|id| self.stand_ins.people.get(id))
            .map(|person| Wanted {
                person,
                schedule: self.schedules.get(&person.id),
                kind: KIND,
                period: &period,
                day: self.day,
            })
            .collect();
        let mut covering = ensure(
            &self.app.db,
            self.stand_ins,
            wanted,
            self.now,
            self.obligations,
        )
        .await?;
        covering.extend(recipients.keys());
        Ok(covering)
    }

    async fn take(
        &self,
        by_recipient: &BTreeMap<Uuid, Vec<Entry<'_>>>,
        recipients: &HashMap<Uuid, Addressed<'_>>,
    ) -> Result<HashSet<String>> {
        let mut wanted = Vec::new();
        for (recipient, entries) in by_recipient {
            let Some(row) = recipients.get(recipient) else {
                continue;
            };
            wanted.extend(entries.iter().map(|entry| obligation::Model {
                obligation_key: entry.key.clone(),
                email_id: row.id,
                person_id: Some(entry.accountable_id),
                client_id: entry.client_id,
            }));
        }
        self.obligations.take(&self.app.db, wanted).await
    }

    fn is_paused(&self, recipient: Uuid) -> bool {
        self.schedules
            .get(&recipient)
            .is_some_and(|schedule| is_paused(schedule, self.day))
    }

    /// `stand_ins`: who gets the recipient's prompts and why, client by client.
    fn nothing_to_say(
        &self,
        row: Addressed<'_>,
        unroutable: &HashSet<Uuid>,
        stand_ins: Option<&BTreeSet<String>>,
    ) -> Composed {
        let recipient = row.recipient_id;
        if self.is_paused(recipient) {
            return Composed::closed(&row, EmailState::Cancelled, PAUSED);
        }
        if unroutable.contains(&recipient) {
            return Composed::closed(&row, EmailState::Failed, UNROUTABLE);
        }
        if !self.stand_ins.is_away(recipient, self.day) {
            let reason = "Nothing was due today that had not been prompted for this week.";
            return Composed::closed(&row, EmailState::SkippedEmpty, reason);
        }
        let reason = match stand_ins {
            Some(stand_ins) => {
                let names: Vec<&str> = stand_ins.iter().map(String::as_str).collect();
                format!("Away; what is due goes to {}.", names.join("; and to "))
            }
            None => "Away, and nothing was due.".to_owned(),
        };
        Composed::closed(&row, EmailState::SkippedAbsent, reason)
    }

    fn mail(
        &self,
        row: Addressed<'_>,
        entries: &[Entry<'_>],
        touchpoints: &Touchpoints,
    ) -> Result<Composed> {
        let Some(recipient) = self.stand_ins.people.get(&row.recipient_id) else {
            return Ok(Composed::closed(
                &row,
                EmailState::Failed,
                "There is no such person any more.",
            ));
        };
        let schedule = self.schedules.get(&recipient.id);
        let button_url = Links(self.app).page("/updates");
        let links = self.obligations.links(self.app, recipient.id, self.now);
        let frame = frame(links, &row, recipient, schedule, button_url, self.now)?;
        let unsubscribe_url = Some(frame.unsubscribe_url.clone());
        let reader = Reader {
            links,
            with_notes: recipient
                .access
                .is_some_and(|access| access != Access::Member),
        };
        let mut own = Prompts::default();
        let mut covered: BTreeMap<Uuid, Prompts> = BTreeMap::new();
        let mut handed_over: BTreeMap<Uuid, Prompts> = BTreeMap::new();
        let mut copied: BTreeMap<Uuid, Prompts> = BTreeMap::new();
        for entry in entries.iter().filter(|entry| !entry.is_said_by(entries)) {
            let is_asked = entry.accountable_id == recipient.id;
            let prompts = match (entry.shadows, entry.handed_by) {
                (Some(colleague), _) => copied.entry(colleague).or_default(),
                (None, Some(colleague)) if is_asked => handed_over.entry(colleague).or_default(),
                (None, None) if is_asked => &mut own,
                (None, _) => covered.entry(entry.accountable_id).or_default(),
            };
            self.add(entry, prompts, touchpoints, reader)?;
        }
        let mail = ClientUpdate {
            frame,
            today: self.day,
            own: sorted(own),
            covering: covered
                .into_iter()
                .map(|(colleague, prompts)| CoveredPrompts {
                    colleague: self.name(colleague),
                    until: self
                        .stand_ins
                        .away_until(colleague, self.day)
                        .unwrap_or(self.day),
                    prompts: sorted(prompts),
                })
                .collect(),
            handed_over: handed_over
                .into_iter()
                .map(|(colleague, prompts)| HandedPrompts {
                    colleague: self.name(colleague),
                    prompts: sorted(prompts),
                })
                .collect(),
            in_copy: copied
                .into_iter()
                .map(|(colleague, prompts)| CopiedPrompts {
                    colleague: self.name(colleague),
                    prompts: sorted(prompts),
                })
                .collect(),
        };
        let words = Words {
            subject: mail.subject(),
            html: mail.html()?,
            text: mail.text()?,
        };
        let rendered = render(self.app, &row, recipient, words, unsubscribe_url, self.now)?;
        Ok(Composed {
            email_id: row.id,
            verdict: Verdict::Send(rendered),
        })
    }
}
