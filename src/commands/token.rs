//! `meridian token`

use std::collections::HashMap;

use clap::{Args, Subcommand, ValueEnum};
use jiff::{SignedDuration, Timestamp};
use meridian::app::App;
use meridian::config::{Config, whole_number};
use meridian::domain::tokens;
use meridian::entity::{TokenScope, api_token, person};
use meridian::error::{Error, Result};
use sea_orm::EntityTrait;
use uuid::Uuid;

use super::{operator, person as people, ready};

#[derive(Debug, Subcommand)]
pub(super) enum Token {
    /// Make a token and print it: it is shown this once
    Create(Create),
    /// List tokens, without what would let anybody use them
    List(List),
    /// End a token at once
    Revoke(Revoke),
}

#[derive(Args, Debug)]
pub(super) struct Create {
    /// Whom it signs in: a mail address, or an id such as per_…
    #[arg(long)]
    person: String,
    /// What it is for
    #[arg(long)]
    name: String,
    /// What it may do: `read` (queries only) or `write` (whatever the person may)
    #[arg(long, value_enum, default_value_t = Scope::Write)]
    scope: Scope,
    /// Days until it ends; left out, it holds until it is revoked
    #[arg(long, value_name = "DAYS", value_parser = whole_number::<u16>(1..=3_650))]
    expires_in_days: Option<u16>,
    #[command(flatten)]
    config: Config,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Scope {
    /// Queries only
    Read,
    /// Whatever the person may
    Write,
}

#[derive(Args, Debug)]
pub(super) struct List {
    /// Whose: a mail address, or an id such as per_…; left out, everybody's
    #[arg(long)]
    person: Option<String>,
    #[command(flatten)]
    config: Config,
}

#[derive(Args, Debug)]
pub(super) struct Revoke {
    /// The token's id as `token list` shows it
    id: Uuid,
    #[command(flatten)]
    config: Config,
}

impl Token {
    pub(super) async fn run(self) -> Result<()> {
        match self {
            Self::Create(create) => create.run().await,
            Self::List(list) => list.run().await,
            Self::Revoke(revoke) => revoke.run().await,
        }
    }
}

impl Create {
    /// Prints the token alone on standard output, so that a script can keep it.
    async fn run(self) -> Result<()> {
        let app = ready(self.config).await?;
        let caller = operator(&app);
        let person = people::named(&app.db, &self.person).await?;
        let expires_at = self
            .expires_in_days
            .map(|days| {
                caller
                    .now
                    .checked_add(SignedDuration::from_hours(i64::from(days) * 24))
            })
            .transpose()
            .map_err(|error| Error::Internal(error.into()))?;
        let scope = self.scope.into();
        let made =
            tokens::create_scoped(&app.db, &caller, person.id, &self.name, scope, expires_at)
                .await?;
        let until = expires_at.map_or_else(
            || "until it is revoked".to_owned(),
            |at| format!("until {}", to_the_minute(at)),
        );
        let what = match scope {
            TokenScope::Read => "to read, ",
            TokenScope::Write => "",
        };
        eprintln!(
            "It signs {} in {what}{until}. Keep it now: it is not shown again.",
            person.name
        );
        println!("{}", made.plain_text);
        Ok(())
    }
}

impl From<Scope> for TokenScope {
    fn from(scope: Scope) -> Self {
        match scope {
            Scope::Read => Self::Read,
            Scope::Write => Self::Write,
        }
    }
}

impl List {
    async fn run(self) -> Result<()> {
        let app = ready(self.config).await?;
        let person_id = match &self.person {
            Some(text) => Some(people::named(&app.db, text).await?.id),
            None => None,
        };
        let names = names(&app).await?;
        for token in tokens::list(&app.db.read, &operator(&app), person_id).await? {
            let name = names.get(&token.person_id).map_or("?", String::as_str);
            println!("{}", line(&token, name, app.clock.now()));
        }
        Ok(())
    }
}

impl Revoke {
    async fn run(self) -> Result<()> {
        let app = ready(self.config).await?;
        let token = tokens::revoke(&app.db, &operator(&app), self.id).await?;
        println!("The token “{}” (…{}) is revoked.", token.name, token.hint);
        Ok(())
    }
}

async fn names(app: &App) -> Result<HashMap<Uuid, String>> {
    let people = person::Entity::find().all(&app.db.read).await?;
    Ok(people
        .into_iter()
        .map(|person| (person.id, person.name))
        .collect())
}

/// One token on one line: id, end of the token, person, name, state, last use, and whether it only reads.
fn line(token: &api_token::Model, person: &str, now: Timestamp) -> String {
    let state = match (token.revoked_at, token.expires_at) {
        (Some(at), _) => format!("revoked {}", to_the_minute(at.0)),
        (None, Some(at)) if !tokens::is_valid(token, now) => {
            format!("expired {}", to_the_minute(at.0))
        }
        (None, Some(at)) => format!("valid until {}", to_the_minute(at.0)),
        (None, None) => "valid".to_owned(),
    };
    let last_used = token.last_used_at.map_or_else(
        || "never used".to_owned(),
        |at| format!("last used {}", to_the_minute(at.0)),
    );
    let (id, hint, name) = (token.id, &token.hint, &token.name);
    let scope = match token.scope {
        TokenScope::Read => ", may only read",
        TokenScope::Write => "",
    };
    format!("{id}  …{hint}  {person}  “{name}”  {state}, {last_used}{scope}")
}

fn to_the_minute(at: Timestamp) -> impl std::fmt::Display {
    at.strftime("%Y-%m-%d %H:%M UTC")
}
