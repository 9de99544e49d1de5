//! People as the command line names them.

use async_graphql::ID;
use meridian::db::Db;
use meridian::domain::check::same_text;
use meridian::entity::person;
use meridian::error::{Error, ProblemCode, Result};
use meridian::graphql::id::Kind;
use sea_orm::{EntityTrait, QueryFilter};

/// The person of a mail address, or of an id as the API has it.
pub(super) async fn named(db: &Db, text: &str) -> Result<person::Model> {
    let found = if text.contains('@') {
        person::Entity::find().filter(same_text(person::Column::Email, text))
    } else {
        person::Entity::find_by_id(Kind::Person.parse("person", &ID(text.to_owned()))?)
    };
    found.one(&db.read).await?.ok_or_else(|| {
        let message = format!("There is nobody with the address or id {text}.");
        Error::problem("person", ProblemCode::NotFound, message)
    })
}
