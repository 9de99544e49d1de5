//! The demo agency, for stories about a whole one.

use meridian::demo;
use meridian::entity::person;
use sea_orm::EntityTrait;
use uuid::Uuid;

use super::app::{Actor, TestApp};

/// Fifteen seconds before the managers' mails.
pub(crate) const BEFORE_EIGHT: &str = "2026-11-23T07:59:45Z";
/// Monday 08:00 in London.
pub(crate) const EIGHT: &str = "2026-11-23T08:00:00Z";
/// The same Monday at 08:00 in New York, where Eleanor is.
pub(crate) const EIGHT_IN_NEW_YORK: &str = "2026-11-23T13:00:00Z";

/// The demo agency's owner and managers, signed in.
pub(crate) struct DemoAgency {
    pub(crate) eleanor: Actor,
    pub(crate) dana: Actor,
    pub(crate) sam: Actor,
}

impl DemoAgency {
    /// Fills the database and sets the clock to the demo's beginning.
    pub(crate) async fn fill(app: &TestApp, scale: u32) -> Self {
        app.set_clock(BEFORE_EIGHT);
        let filled = demo::fill(&app.db, scale, &|_, _| {}).await.unwrap();
        Self {
            eleanor: app.sign_in(person(app, filled.owner_id).await).await,
            dana: app.sign_in(person(app, filled.dana_id).await).await,
            sam: app.sign_in(person(app, filled.sam_id).await).await,
        }
    }
}

async fn person(app: &TestApp, id: Uuid) -> person::Model {
    person::Entity::find_by_id(id)
        .one(&app.db.read)
        .await
        .unwrap()
        .unwrap()
}
