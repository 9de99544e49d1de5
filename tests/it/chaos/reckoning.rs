//! What a run came to: what the outbox says of each mail against what the mail server has.

use std::collections::{BTreeMap, HashSet};
use std::fmt;

use meridian::entity::{EmailState, email};

use uuid::Uuid;

use super::sink::UNKNOWN;
use super::storm::Blows;
use crate::crash::scene::UNDER_WAY;
use crate::support::smtp_server::Received;

pub(super) struct Reckoning {
    /// The mails that are at rest and neither SENT and at the server, nor refused by it: where they stand. And the summaries
    /// that were due and that nobody planned.
    pub(super) lost: Vec<String>,
    /// The mails that are not at rest.
    pub(super) under_way: usize,
    /// Whether all copies of a mail are alike.
    pub(super) copies_are_the_same_bytes: bool,
    mails: usize,
    refused: usize,
    copies: u64,
    /// Copies that the server forced, because it took the mail before and did not say so.
    forced: u64,
    blows: Blows,
}

impl Reckoning {
    pub(super) fn of(
        (rows, subscribers): (&[email::Model], &[Uuid]),
        received: &[Received],
        forced: u64,
        blows: Blows,
    ) -> Self {
        let copies = by_message(received);
        let count = |row: &email::Model| {
            let id = row.message_id.as_deref().unwrap_or_default();
            copies.get(id).map_or(0, Vec::len)
        };
        let refused = |row: &&email::Model| {
            let to = row.to_address.as_deref().unwrap_or_default();
            to.starts_with(UNKNOWN) && row.state == EmailState::Failed && count(row) == 0
        };
        let sent = |row: &email::Model| row.state == EmailState::Sent && count(row) > 0;
        let (under_way, at_rest): (Vec<_>, Vec<_>) =
            rows.iter().partition(|row| UNDER_WAY.contains(&row.state));
        let lost = at_rest
            .iter()
            .filter(|row| !sent(row) && !refused(row))
            .map(|row| format!("{:?} {:?} ×{}", row.to_address, row.state, count(row)));
        let unplanned =
            without_a_mail(rows, subscribers).map(|person| format!("{person}'s was not planned"));
        Self {
            lost: lost.chain(unplanned).collect(),
            under_way: under_way.len(),
            copies_are_the_same_bytes: copies
                .values()
                .all(|copies| copies.iter().all(|copy| copy == &copies[0])),
            mails: rows.len(),
            refused: rows.iter().filter(refused).count(),
            copies: (received.len() - copies.len()) as u64,
            forced,
            blows,
        }
    }

    /// How many copies there are that neither the server forced nor a kill explains.
    pub(super) fn copies_too_many(&self) -> u64 {
        self.copies.saturating_sub(self.explained())
    }

    fn explained(&self) -> u64 {
        self.forced + self.blows.in_flight
    }
}

impl fmt::Display for Reckoning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} mails, {} refused by the server, {} under way, lost {}, copies {} of at most {} (the server forced {}; {} \
             kills met {} mails that it had just taken; {} pauses)",
            self.mails,
            self.refused,
            self.under_way,
            self.lost.len(),
            self.copies,
            self.explained(),
            self.forced,
            self.blows.kills,
            self.blows.in_flight,
            self.blows.pauses,
        )?;
        for lost in &self.lost {
            write!(f, "\n  lost: {lost}")?;
        }
        Ok(())
    }
}

/// The subscribers for whom nothing was planned.
pub(super) fn without_a_mail<'a>(
    rows: &[email::Model],
    subscribers: &'a [Uuid],
) -> impl Iterator<Item = &'a Uuid> {
    let planned: HashSet<Uuid> = rows.iter().filter_map(|row| row.recipient_id).collect();
    let has_none = move |person: &&Uuid| !planned.contains(person);
    subscribers.iter().filter(has_none)
}

/// The bytes of every copy, by Message-ID.
pub(super) fn by_message(received: &[Received]) -> BTreeMap<String, Vec<&[u8]>> {
    let mut copies: BTreeMap<String, Vec<&[u8]>> = BTreeMap::new();
    for mail in received {
        let text = String::from_utf8_lossy(&mail.raw);
        let (_, rest) = text.split_once("Message-ID: <").unwrap();
        let (id, _) = rest.split_once('>').unwrap();
        copies.entry(id.to_owned()).or_default().push(&mail.raw);
    }
    copies
}
