//! Letters to clients: drafted, approved by two people, sent once.

mod agency;
mod approvals;
mod delivery;
mod doubt;
mod drafts;

pub(crate) use agency::Agency;
pub(crate) use delivery::{approved, read};

use crate::support::app::TestApp;

/// A letter that two people have approved, waiting to be sent.
pub(crate) async fn a_letter_on_its_way(app: &TestApp) {
    let agency = Agency::found(app).await;
    approved(app, &agency).await;
}
