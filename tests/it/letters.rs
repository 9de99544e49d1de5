//! Letters to clients: drafted, approved by two people, sent once.

mod agency;
mod approvals;
mod delivery;
mod doubt;
mod drafts;

use crate::support::app::TestApp;

/// A letter that two people have approved, waiting to be sent.
pub(crate) async fn a_letter_on_its_way(app: &TestApp) {
    let agency = agency::Agency::found(app).await;
    delivery::approved(app, &agency).await;
}
