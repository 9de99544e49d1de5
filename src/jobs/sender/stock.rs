//! Mails that the senders of a replica have claimed and share: whoever finds few of them left claims more, while the others
//! go on. So they are claimed in large groups, few are in memory, and nobody sits on mails that another could send.

use std::collections::VecDeque;
use std::sync::{Mutex as Lock, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::Mutex;

use super::preparation::Ready;
use crate::email::outbox::Claim;

/// With fewer left, more are claimed.
const LOW: usize = 100;

/// Mails that are claimed and ready to be handed over, those that have waited longest first.
#[derive(Default)]
pub struct Stock {
    shelf: Lock<Shelf>,
    /// Held by whoever claims more.
    pub(super) filling: Mutex<()>,
}

#[derive(Default)]
struct Shelf {
    mails: VecDeque<Ready>,
    /// When the oldest of their claims was made or renewed.
    renewed_at: Timestamp,
    /// Whether the last claim found fewer than it wanted, so that there is no hurry for the next.
    is_all: bool,
}

impl Stock {
    pub(super) fn is_empty(&self) -> bool {
        self.shelf().mails.is_empty()
    }

    /// Whether more should be claimed before it is empty.
    pub(super) fn is_low(&self) -> bool {
        let shelf = self.shelf();
        !shelf.is_all && shelf.mails.len() < LOW
    }

    /// Adds mails that were claimed at `now`; `is_all`: no others are due.
    pub(super) fn add(&self, mails: Vec<Ready>, now: Timestamp, is_all: bool) {
        let mut shelf = self.shelf();
        if shelf.mails.is_empty() {
            shelf.renewed_at = now;
        }
        shelf.is_all = is_all;
        shelf.mails.extend(mails);
    }

    pub(super) fn take(&self) -> Option<Ready> {
        self.shelf().mails.pop_front()
    }

    pub(super) fn take_all(&self) -> Vec<Ready> {
        self.shelf().mails.drain(..).collect()
    }

    /// Gives back, before all others, what [`Self::take_all`] took.
    pub(super) fn put_back(&self, mails: Vec<Ready>) {
        let mut shelf = self.shelf();
        let later = std::mem::replace(&mut shelf.mails, mails.into());
        shelf.mails.extend(later);
    }

    /// The claims to be renewed, because the oldest of them was not for this long. Whoever is told of them renews them.
    pub(super) fn to_renew(&self, now: Timestamp, after: SignedDuration) -> Vec<Claim> {
        let mut shelf = self.shelf();
        if shelf.mails.is_empty() || now.duration_since(shelf.renewed_at) < after {
            return Vec::new();
        }
        shelf.renewed_at = now;
        super::claims(&shelf.mails)
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
