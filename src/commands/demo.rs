//! `meridian demo`

use std::io::IsTerminal;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use meridian::app::App;
use meridian::clock::Clock;
use meridian::config::{Config, DatabaseUrl, PublicUrl, whole_number};
use meridian::db::{Db, without_credentials};
use meridian::demo::{self, Filled};
use meridian::domain::access::Caller;
use meridian::domain::{tokens, zone};
use meridian::entity::{EmailState, Moment, email};
use meridian::error::{Error, Result};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::serve;

/// The demo's own file, made anew at each start. Another database is only filled when it is empty.
const FILE: &str = "meridian-demo.db";

/// The zone of the demo's managers.
const ZONE: &str = "Europe/London";

/// Show Meridian at work: a made-up agency, on a Monday morning just before eight
#[derive(Debug, Args)]
pub(super) struct Demo {
    /// When the clock starts: an instant such as 2026-11-23T07:59:45Z, or a local time in London such as
    /// 2026-11-23T07:59:45; left out, that very one
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    at: Option<Timestamp>,
    /// How many copies of the agency to make: 100 for some 1,100 people and 3,600 projects
    #[arg(long, value_name = "COPIES", default_value_t = 1, value_parser = whole_number::<u32>(1..=3_000))]
    scale: u32,
    #[command(flatten)]
    config: Config,
}

impl Demo {
    pub(super) async fn run(mut self) -> Result<()> {
        let given = std::env::var_os("MERIDIAN_DATABASE_URL").is_some_and(|url| !url.is_empty());
        let default =
            DatabaseUrl::parse("sqlite://meridian.db?mode=rwc").map_err(Error::internal)?;
        if !given && self.config.database_url.expose() == default.expose() {
            remove_old_file()?;
            let own = format!("sqlite://{FILE}?mode=rwc");
            self.config.database_url = DatabaseUrl::parse(&own).map_err(Error::internal)?;
        }
        let standard = PublicUrl::parse("http://127.0.0.1:8080").map_err(Error::internal)?;
        let is_standard = self.config.public_url.as_str() == standard.as_str();
        if is_standard && self.config.listen.port() != 0 {
            // Links lead to where the demo listens.
            let here = format!("http://{}", self.config.listen);
            self.config.public_url = PublicUrl::parse(&here).map_err(Error::internal)?;
        }
        let filled = self.fill().await?;
        let at = self.at.unwrap_or(demo::STARTS_AT);
        let app = App::try_new(self.config, Clock::running_from(at))
            .await?
            .prepare()
            .await?;
        let listener = serve::listen(&app).await?;
        let address = listener
            .local_addr()
            .map_err(|error| Error::Internal(error.into()))?;
        welcome(&app, &filled, at, address).await?;
        let told = tokio::spawn(tell_of_mails(app.clone()));
        let served = serve::until_told_to_stop(&app, listener, serve::Signals::try_new()?).await;
        told.abort();
        served
    }

    async fn fill(&self) -> Result<Filled> {
        let db = Db::connect(self.config.database_url.expose()).await?;
        db.migrate().await?;
        let bar = progress(self.scale);
        let filled = demo::fill(&db, self.scale, &|done, total| {
            bar.set_length(total);
            bar.set_position(done);
        })
        .await?;
        bar.finish_and_clear();
        db.close().await?;
        Ok(filled)
    }
}

/// A bar for work that takes long enough to wonder, on a terminal.
fn progress(scale: u32) -> ProgressBar {
    if scale == 1 || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("Filling the agency {bar:40} {pos}/{len} {eta}");
    let bar = ProgressBar::new(0);
    match style {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

fn remove_old_file() -> Result<()> {
    for suffix in ["", "-wal", "-shm"] {
        let file = format!("{FILE}{suffix}");
        if Path::new(&file).exists() {
            std::fs::remove_file(&file).map_err(|error| {
                Error::Unavailable(format!(
                    "The old demo database {file} cannot be removed: {error}."
                ))
            })?;
        }
    }
    Ok(())
}

async fn welcome(app: &App, filled: &Filled, at: Timestamp, address: SocketAddr) -> Result<()> {
    let caller = Caller::system("the demo", app.clock.now());
    let token = tokens::create(&app.db, &caller, filled.owner_id, "Demo", None).await?;
    let address = format!("http://{address}/graphql");
    let local = zone::zone("zone", ZONE)?;
    println!(
        "A demo agency of {} people, {} clients and {} projects is ready: {}\n\
         Its clock starts on {} in London. Mails go to {}.\n\n\
         The API:   {address}\n\
         A token:   {}\n\n\
         Two things to try:",
        filled.people,
        filled.clients,
        filled.projects,
        without_credentials(app.config.database_url.expose()),
        at.to_zoned(local).strftime("%A %-d %B %Y at %H:%M:%S"),
        app.mailer,
        token.plain_text,
    );
    for query in [
        "{ teamCapacity { total { load { confirmedBp } band } } updatesDue(first: 3) { nodes { client { name } dueOn overdue } } }",
        "{ people(filter: {name: {contains: \\\"dana\\\"}}) { nodes { name capacity(weeks: 1) { week availabilityMinutes load { confirmedMinutes confirmedBp } band roleMixBp } } } }",
    ] {
        println!(
            "  curl -s {address} -H 'Authorization: Bearer {}' -H 'Content-Type: application/json' -d '{{\"query\":\"{query}\"}}'",
            token.plain_text
        );
    }
    println!("\nStop it with Ctrl-C. Mails as they land:");
    Ok(())
}

/// Prints a line for each mail that was sent.
async fn tell_of_mails(app: App) {
    let mut last: Option<(Moment, Uuid)> = None;
    loop {
        tokio::time::sleep(Duration::from_millis(250)).await;
        let mut sent = email::Entity::find().filter(email::Column::State.eq(EmailState::Sent));
        if let Some((at, _)) = last {
            sent = sent.filter(email::Column::SentAt.gte(at));
        }
        let sent = sent
            .order_by_asc(email::Column::SentAt)
            .order_by_asc(email::Column::Id)
            .all(&app.db.read)
            .await;
        // A database that does not answer is told of by whoever needs it; here the next look will do.
        for mail in sent.unwrap_or_default() {
            let place = mail.sent_at.map(|at| (at, mail.id));
            if place > last {
                println!("{}", line(&mail));
                last = place;
            }
        }
    }
}

fn line(mail: &email::Model) -> String {
    let at = mail.sent_at.map_or_else(String::new, |at| {
        at.to_zoned(zone::zone("zone", ZONE).unwrap_or(TimeZone::UTC))
            .strftime("%H:%M:%S")
            .to_string()
    });
    let to = mail.to_address.as_deref().unwrap_or_default();
    let subject = mail.subject.as_deref().unwrap_or_default();
    format!("  {at}  {to}  “{subject}”")
}

fn instant(text: &str) -> Result<Timestamp, String> {
    let local = || {
        let zone = zone::zone("at", ZONE).ok()?;
        let time = text.parse::<jiff::civil::DateTime>().ok()?;
        zone.to_timestamp(time).ok()
    };
    text.parse::<Timestamp>()
        .ok()
        .or_else(local)
        .ok_or_else(|| "must be an instant such as 2026-11-23T07:59:45Z, or a local time in London such as 2026-11-23T07:59:45"
                .to_owned())
}
