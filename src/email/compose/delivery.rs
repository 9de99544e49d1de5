//! What stands around a mail's news: its frame, its links, its headers.

use jiff::civil::{Time, Weekday};
use jiff::{SignedDuration, Timestamp};
use lettre::message::Mailbox;
use uuid::Uuid;

use super::Rendered;
use crate::app::App;
use crate::domain::zone;
use crate::email::action_link::{self, Action};
use crate::email::frame::Frame;
use crate::email::message::{self, Unsubscribe};
use crate::entity::{EmailKind, email, person, schedule};
use crate::error::Result;
use crate::global_id::Kind;

/// How much later than due a mail leaves before it says that it is late.
const LATE_AFTER: SignedDuration = SignedDuration::from_mins(15);

/// The words of a mail.
pub(super) struct Words {
    pub(super) subject: String,
    pub(super) html: String,
    pub(super) text: String,
}

/// Where the links of mails lead: pages below the public address.
#[derive(Clone, Copy, Debug)]
pub struct Links<'a>(pub &'a App);

impl Links<'_> {
    /// A client's page.
    pub fn client(self, id: Uuid) -> String {
        self.0
            .config
            .public_url
            .page(&format!("/clients/{}", Kind::Client.text(id)))
    }

    /// A project's page.
    pub fn project(self, id: Uuid) -> String {
        self.0
            .config
            .public_url
            .page(&format!("/projects/{}", Kind::Project.text(id)))
    }

    /// A person's page.
    pub fn person(self, id: Uuid) -> String {
        self.0
            .config
            .public_url
            .page(&format!("/people/{}", Kind::Person.text(id)))
    }

    /// A handover's page.
    pub fn handover(self, id: Uuid) -> String {
        self.page(&format!("/handovers/{}", Kind::Handover.text(id)))
    }

    /// A programme's page.
    pub fn programme(self, id: Uuid) -> String {
        self.page(&format!("/programmes/{}", Kind::Programme.text(id)))
    }

    /// A review's page.
    pub fn review(self, id: Uuid) -> String {
        self.page(&format!("/reviews/{}", Kind::ProgrammeReview.text(id)))
    }

    /// A client's request's page.
    pub fn request(self, id: Uuid) -> String {
        self.page(&format!("/requests/{}", Kind::ClientRequest.text(id)))
    }

    /// A page of its own.
    pub fn page(self, path: &str) -> String {
        self.0.config.public_url.page(path)
    }
}

/// Whether a mail that leaves at `at` is late, and says so.
pub(super) fn is_late(row: &email::Model, at: Timestamp) -> bool {
    at.duration_since(row.due_at.0) > LATE_AFTER
}

/// The frame of a recipient's mail.
pub(super) fn frame(
    links: action_link::Links<'_>,
    row: &email::Model,
    recipient: &person::Model,
    schedule: Option<&schedule::Model>,
    button_url: String,
    now: Timestamp,
) -> Result<Frame> {
    let zone_name = schedule
        .and_then(|schedule| schedule.time_zone.as_deref())
        .unwrap_or(&recipient.time_zone);
    let zone = zone::zone("timeZone", zone_name)?;
    let minute = schedule.map_or(8 * 60, |schedule| schedule.minute_of_day);
    let due = row.due_at.0.to_zoned(zone).datetime();
    let late = is_late(row, now);
    Ok(Frame {
        recipient: recipient.name.as_str().into(),
        button_url,
        change_time_url: links.url(Action::ChangeTime(row.kind))?,
        pause_url: links.url(Action::Pause(row.kind))?,
        unsubscribe_url: links.stop_url(row.kind)?,
        weekday: weekday(row.kind, schedule),
        local_time: time(minute),
        zone: zone_name.into(),
        late_since: late.then_some(due),
    })
}

fn weekday(kind: EmailKind, schedule: Option<&schedule::Model>) -> Option<Weekday> {
    let number = match kind {
        EmailKind::CapacitySummary => schedule.and_then(|schedule| schedule.weekday).unwrap_or(1),
        _ => return None,
    };
    Weekday::from_monday_one_offset(i8::try_from(number).ok()?).ok()
}

fn time(minute_of_day: i32) -> Time {
    let part = |number: i32| i8::try_from(number).unwrap_or_default();
    Time::new(part(minute_of_day / 60), part(minute_of_day % 60), 0, 0).unwrap_or_default()
}

/// Puts a mail's words into the message that travels; `unsubscribe_url`: where it is stopped, if it can be.
pub(super) fn render(
    app: &App,
    row: &email::Model,
    recipient: &person::Model,
    words: Words,
    unsubscribe_url: Option<String>,
    now: Timestamp,
) -> Result<Rendered> {
    let from = app.config.mail_from.clone();
    let domain = from.email.domain().to_owned();
    let kind = row.kind.word().to_lowercase().replace('_', "-");
    let message_id = format!("{}.{}.{}@{domain}", row.period, row.id.simple(), kind);
    let recipient_mailbox = recipient
        .email
        .parse()
        .map_err(|_| crate::error::Error::internal("a stored address is not one"))?;
    let outgoing = message::Mail {
        to: vec![Mailbox::new(
            Some(recipient.name.clone()),
            recipient_mailbox,
        )],
        cc: Vec::new(),
        reply_to: None,
        subject: words.subject.clone(),
        html: words.html.clone(),
        text: words.text.clone(),
        message_id: message_id.clone(),
        date: now,
        list_id: Some(format!("{kind}.{domain}")),
        unsubscribe: unsubscribe_url.map(|url| Unsubscribe {
            url,
            mailto: format!("{}?subject=stop%20{kind}", from.email),
        }),
        thread_root: Some(format!("{kind}.{}@{domain}", recipient.id.simple())),
        stem: String::new(),
        from,
    }
    .build()?;
    Ok(Rendered {
        to_address: recipient.email.clone(),
        subject: words.subject,
        message_id,
        html: words.html,
        text: words.text,
        message: outgoing.raw,
    })
}
