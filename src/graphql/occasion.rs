//! What the fields of `Subscription` are asked for. A subscription is executed once when it begins, to check it and to
//! learn what it is about, and then anew on each occasion, with a caller and loaders of that moment: so nobody is shown what
//! they may no longer see.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use async_graphql::{Context, Enum};
use uuid::Uuid;

use crate::db::Note;
use crate::domain::calendar::Week;

/// Why a subscription is executed.
#[derive(Clone, Debug)]
pub enum Occasion {
    /// It begins: nothing is sent, what it asks for is checked.
    Start,
    /// Rows were changed.
    Changes(Vec<Note>),
    /// Something may have been changed that was not heard of.
    Missed,
}

/// What a subscription remembers from one occasion to the next.
#[derive(Default)]
pub struct Watched {
    interest: OnceLock<Interest>,
    shown: Mutex<Shown>,
}

type Interest = Box<dyn Fn(&Note) -> bool + Send + Sync>;

/// The figures last shown of each person's weeks, as digests.
pub type Shown = HashMap<Uuid, HashMap<Week, u64>>;

impl Watched {
    /// Whether the subscription has said what it is about.
    pub fn is_about_anything(&self) -> bool {
        self.interest.get().is_some()
    }

    /// Whether the subscription is about a change.
    pub fn is_about(&self, note: &Note) -> bool {
        self.interest.get().is_some_and(|interest| interest(note))
    }

    /// The figures last shown.
    pub fn shown(&self) -> MutexGuard<'_, Shown> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Shorthands for what a subscription's request carries.
pub trait Occasioned {
    /// Why it is executed.
    fn occasion(&self) -> &Occasion;
    /// What it remembers.
    fn watched(&self) -> &Watched;
    /// Says at the start what it is about.
    fn watch(&self, interest: impl Fn(&Note) -> bool + Send + Sync + 'static);
}

impl Occasioned for Context<'_> {
    fn occasion(&self) -> &Occasion {
        self.data_unchecked()
    }

    fn watched(&self) -> &Watched {
        self.data_unchecked::<std::sync::Arc<Watched>>()
    }

    fn watch(&self, interest: impl Fn(&Note) -> bool + Send + Sync + 'static) {
        if matches!(self.occasion(), Occasion::Start) {
            // A subscription has one field, which says so once.
            let _ = self.watched().interest.set(Box::new(interest));
        }
    }
}

/// What an event of a subscription tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum ChangeKind {
    /// There is a new one.
    Created,
    /// It is another than before.
    Updated,
    /// It was taken off the lists.
    Archived,
    /// It is gone.
    Deleted,
    /// Events may have been lost, because you read too slowly or the server heard of nothing for a while: read anew what you
    /// show.
    Missed,
}

impl ChangeKind {
    /// The kind of an action in history.
    pub fn of(action: &str) -> Self {
        match action {
            "CREATED" => Self::Created,
            "ARCHIVED" => Self::Archived,
            "DELETED" => Self::Deleted,
            _ => Self::Updated,
        }
    }
}
