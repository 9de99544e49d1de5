//! Ticks: mails are planned, and senders send them, fail, and vanish.

use jiff::SignedDuration;
use meridian::app::App;
use meridian::email::memory::Failure;
use meridian::email::outbox;
use meridian::jobs::maintenance;
use meridian::jobs::sender::Sender;

use super::Agency;
use crate::rules::model::Model;
use crate::rules::steps::{Fate, Tick};

impl Agency<'_> {
    /// Makes it later, plans what is due, takes back what vanished senders held, and sends.
    pub(super) async fn ticks(&mut self, tick: Tick, model: &Model) {
        let at = model.today.at(tick.hour, 0, 0, 0).in_tz("UTC").unwrap();
        let now = self.app.now().max(at.timestamp());
        self.app.set_clock(&now.to_string());
        if let Fate::Fails(failure) = tick.fate {
            self.copies += usize::from(failure == Failure::LostAfterAcceptance);
            self.app.memory().fail_next(1, failure);
        }
        if tick.twice {
            tokio::join!(self.app.tick(), self.replica.tick());
            let (one, other) =
                tokio::join!(maintenance::run(self.app), maintenance::run(&self.replica));
            one.unwrap();
            other.unwrap();
        } else {
            self.app.tick().await;
            maintenance::run(self.app).await.unwrap();
        }
        if matches!(tick.fate, Fate::Forsaken) {
            self.forsake_a_mail().await;
        }
        if tick.twice {
            tokio::join!(send(self.app, "first"), send(&self.replica, "second"));
        } else {
            send(self.app, "first").await;
        }
    }

    /// A sender takes a mail, and is never heard of again.
    async fn forsake_a_mail(&self) {
        let tx = self.app.db.begin().await.unwrap();
        let until = self.app.now() + SignedDuration::from_mins(1);
        let taken = outbox::claim(&tx, "vanished", self.app.now(), until, 1).await;
        taken.unwrap();
        tx.commit().await.unwrap();
    }
}

async fn send(app: &App, replica: &str) {
    let mut sender = Sender::new(app.clone(), replica).with_seed(7);
    while sender.step().await.unwrap() > 0 {}
    sender.close().await;
}
