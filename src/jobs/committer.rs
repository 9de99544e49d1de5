//! The committer: one task of a replica that makes the marks of all its senders durable, those that come together in one
//! transaction. A disk that syncs a hundred times a second would otherwise send a hundred mails a second at most.

use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};
use tokio::task::{JoinHandle, JoinSet};

use super::lease;
use super::supervision::supervised;
use crate::app::App;
use crate::email::outbox::{Marked, mark_together};
use crate::error::{Error, Result};

/// Marks in one transaction at most.
const LARGEST: usize = 256;

/// Where senders hand their marks in. The committer ends, with everything made that was handed in, when the last clone
/// is gone.
#[derive(Clone, Debug)]
pub struct Marks(mpsc::UnboundedSender<Request>);

#[derive(Debug)]
struct Request {
    marked: Marked,
    answer: oneshot::Sender<Result<bool>>,
}

impl Marks {
    /// Starts a committer. The handle ends with it.
    pub fn start(app: App) -> (Self, JoinHandle<()>) {
        let (queue, requests) = mpsc::unbounded_channel();
        (Self(queue), tokio::spawn(commit_all(app, requests)))
    }

    /// Hands `marked` in at once, before the answer is waited for.
    pub fn submit(&self, marked: Marked) -> Answer {
        let (answer, answered) = oneshot::channel();
        // Where the committer is gone the other end goes as well, which is an answer.
        let _ = self.0.send(Request { marked, answer });
        Answer(answered)
    }
}

/// The answer to a mark that was handed in.
#[derive(Debug)]
pub struct Answer(oneshot::Receiver<Result<bool>>);

impl Answer {
    /// Whether the claim still held, once the mark is durable.
    ///
    /// # Errors
    /// The database's. Then nobody knows whether the mark was made, and it may be handed in again.
    pub async fn held(self) -> Result<bool> {
        let gone = |_| Error::internal("the committer ended without an answer");
        self.0.await.map_err(gone)?
    }
}

async fn commit_all(app: App, mut requests: mpsc::UnboundedReceiver<Request>) {
    let app = Arc::new(app);
    let mut apart = JoinSet::new();
    loop {
        // What came while the group before was made durable. Two at a time would be no faster: SQLite has one writer, and
        // PostgreSQL commits what it notifies of one by one.
        let mut group = Vec::new();
        if requests.recv_many(&mut group, LARGEST).await == 0 {
            break;
        }
        commit(&app, group, &mut apart).await;
        while apart.try_join_next().is_some() {}
    }
    while apart.join_next().await.is_some() {}
}

/// Makes the marks of `group` and answers them. Where that fails each is made in a transaction of its own, beside the groups
/// that follow: what is wrong with one of them is answered to its sender alone.
async fn commit(app: &Arc<App>, group: Vec<Request>, apart: &mut JoinSet<()>) {
    let marks: Vec<&Marked> = group.iter().map(|request| &request.marked).collect();
    if let Some(held) = supervised("making marks", transaction(app, &marks)).await {
        for (request, held) in group.into_iter().zip(held) {
            // Whoever does not wait any more does not need to know.
            let _ = request.answer.send(Ok(held));
        }
        return;
    }
    for Request { marked, answer } in group {
        let app = app.clone();
        apart.spawn(async move {
            let held = transaction(&app, &[&marked]).await;
            let _ = answer.send(held.map(|held| held.first().copied().unwrap_or_default()));
        });
    }
}

async fn transaction(app: &App, marks: &[&Marked]) -> Result<Vec<bool>> {
    let tx = app.db.begin().await?;
    let held = mark_together(&tx, marks, lease::now(app), lease::until(app)).await?;
    tx.commit().await?;
    Ok(held)
}
