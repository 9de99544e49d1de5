//! The configuration: one clap struct whose `--help` is the reference.
//!
//! Every value comes from its flag, else from its environment variable, else from
//! its default. A variable that is set but empty counts as not set. Values that may
//! hold a password live in types that do not print them.

mod addresses;
mod cautions;
mod introspection_access;
mod metrics_access;
mod numbers;
mod openid;
mod refusal;
mod secrets;
mod switch;

use std::net::SocketAddr;
use std::time::Duration;

use clap::{ArgAction, Args};
use jiff::SignedDuration;
use lettre::Address;
use lettre::message::Mailbox;

pub use addresses::{LONGEST_LOCAL_PART, Origins, PublicUrl};
pub use introspection_access::IntrospectionAccess;
pub use metrics_access::MetricsAccess;
pub use numbers::whole_number;
pub use openid::{ClientSecret, Issuer, OpenidSettings, goes_safely};
pub use refusal::{parse, parse_or_exit, sentence};
pub use secrets::{DatabaseUrl, MailTarget, Secret};

pub use crate::networks::Networks;

use crate::domain::sessions::Lifetimes;
use crate::email::outbox::OnAmbiguous;
use crate::telemetry::{LogFilter, LogFormat};

/// How this Meridian runs. Flattened into every command that needs it.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Configuration")]
pub struct Config {
    /// Where everything is kept: `sqlite://FILE?mode=rwc`, or `postgres://USER:PASSWORD@HOST/NAME` (PostgreSQL 15 or newer)
    #[arg(long, env = "MERIDIAN_DATABASE_URL", value_name = "URL", hide_env_values = true,
        default_value = "sqlite://meridian.db?mode=rwc", value_parser = DatabaseUrl::parse)]
    pub database_url: DatabaseUrl,

    /// Address and port the server listens on; port 0 takes a free one
    #[arg(long, env = "MERIDIAN_LISTEN", value_name = "ADDRESS",
        default_value = "127.0.0.1:8080", value_parser = addresses::listen)]
    pub listen: SocketAddr,

    /// What links in mails start with: the address of the frontend, below which `/a/…` leads to this server
    #[arg(long, env = "MERIDIAN_PUBLIC_URL", value_name = "URL",
        default_value = "http://127.0.0.1:8080", value_parser = PublicUrl::parse)]
    pub public_url: PublicUrl,

    /// Where mail goes: `file:FOLDER`, `smtp://USER:PASSWORD@HOST:PORT` or `smtps://…`
    #[arg(long, env = "MERIDIAN_MAIL", value_name = "TARGET", hide_env_values = true,
        default_value = "file:mail", value_parser = MailTarget::parse)]
    pub mail: MailTarget,

    /// The sender of every mail
    #[arg(long, env = "MERIDIAN_MAIL_FROM", value_name = "MAILBOX",
        default_value = "Meridian <meridian@localhost>", value_parser = addresses::mailbox)]
    pub mail_from: Mailbox,

    /// Where mail servers report what became of a mail: an address that takes `+` and more, read by `meridian bounce`. Left out, they report to the sender
    #[arg(long, env = "MERIDIAN_BOUNCE_ADDRESS", value_name = "ADDRESS", value_parser = addresses::bounces)]
    pub bounce_address: Option<Address>,

    /// Signs the links in mails: at least 32 characters. Left out, `serve` makes one and keeps it in the database
    #[arg(long, env = "MERIDIAN_SECRET", value_name = "TEXT", hide_env_values = true,
        value_parser = Secret::parse)]
    pub secret: Option<Secret>,

    /// Mails sent at the same time, 1 to 64
    #[arg(long, env = "MERIDIAN_SENDERS", value_name = "COUNT",
        default_value = "4", value_parser = whole_number::<usize>(1..=64))]
    pub senders: usize,

    /// Seconds after which a mail that a sender took and did not report is given to another, 1 to 3600
    #[arg(long = "lease-seconds", env = "MERIDIAN_LEASE_SECONDS", value_name = "SECONDS",
        default_value = "60", value_parser = numbers::seconds(1..=3_600))]
    pub lease: Duration,

    /// Seconds after which a mail whose text was on its way when its sender vanished is sent again or held, 1 to 86400
    #[arg(long = "grace-seconds", env = "MERIDIAN_GRACE_SECONDS", value_name = "SECONDS",
        default_value = "660", value_parser = numbers::seconds(1..=86_400))]
    pub grace: Duration,

    /// What becomes of a mail that may have arrived, after the grace: `resend`, or `hold` until an owner decides. Letters to clients are always held
    #[arg(long, env = "MERIDIAN_ON_AMBIGUOUS", value_name = "POLICY",
        default_value = "resend", value_parser = OnAmbiguous::parse)]
    pub on_ambiguous: OnAmbiguous,

    /// What is logged, as a filter of tracing: `debug`, `warn,meridian=info`
    #[arg(long, env = "MERIDIAN_LOG", value_name = "FILTER",
        default_value = "info,sqlx=warn,sea_orm_migration=warn,tokio_cron_scheduler=warn", value_parser = LogFilter::parse)]
    pub log: LogFilter,

    /// How it is logged: `text` or `json`
    #[arg(long, env = "MERIDIAN_LOG_FORMAT", value_name = "FORMAT",
        default_value = "text", value_parser = LogFormat::parse)]
    pub log_format: LogFormat,

    /// Who may read `/metrics`: `off` (nobody), `token` (owners and managers, with an API token) or `open` (whoever reaches it)
    #[arg(long, env = "MERIDIAN_METRICS", value_name = "WHO",
        default_value = "token", value_parser = MetricsAccess::parse)]
    pub metrics: MetricsAccess,

    /// Who may read the schema from the API (`__schema`, `__type`) and is told which field they may have meant: `token` (whoever may ask anything), `owners` or `off` (nobody)
    #[arg(long, env = "MERIDIAN_INTROSPECTION", value_name = "WHO",
        default_value = "token", value_parser = IntrospectionAccess::parse)]
    pub introspection: IntrospectionAccess,

    /// Whether `/graphiql` serves a page that asks the API and shows its schema: `on` or `off`. Without a token it shows nothing of the agency
    #[arg(long, env = "MERIDIAN_GRAPHIQL", value_name = "SWITCH",
        default_value = "on", action = ArgAction::Set, value_parser = switch::parse)]
    pub graphiql: bool,

    /// Seconds an API request may take, its body's arrival included, 1 to 300
    #[arg(long = "request-timeout-seconds", env = "MERIDIAN_REQUEST_TIMEOUT_SECONDS", value_name = "SECONDS",
        default_value = "10", value_parser = numbers::seconds(1..=300))]
    pub request_timeout: Duration,

    /// Connections that may be open at the same time, 10 to 100000, no more of them from one address than are left for others; whoever comes then waits. Keep it below the files that the system allows the program
    #[arg(long, env = "MERIDIAN_CONNECTIONS", value_name = "COUNT",
        default_value = "900", value_parser = whole_number::<usize>(10..=100_000))]
    pub connections: usize,

    /// WebSockets and event streams among them, 1 to 100000; whoever comes then is refused
    #[arg(long, env = "MERIDIAN_LIVE_CONNECTIONS", value_name = "COUNT",
        default_value = "400", value_parser = whole_number::<usize>(1..=100_000))]
    pub live_connections: usize,

    /// WebSockets and event streams that one person may have open at the same time, 1 to 1000
    #[arg(long, env = "MERIDIAN_LIVE_CONNECTIONS_EACH", value_name = "COUNT",
        default_value = "20", value_parser = whole_number::<usize>(1..=1_000))]
    pub live_connections_each: usize,

    /// Origins whose pages may call the API from a browser, separated by commas: `https://app.example.com`
    #[arg(long, env = "MERIDIAN_CORS_ORIGINS", value_name = "ORIGINS",
        default_value = "", hide_default_value = true, value_parser = Origins::parse)]
    pub cors_origins: Origins,

    /// Hours without a request after which a browser is signed out, 1 to 720
    #[arg(long = "session-idle-hours", env = "MERIDIAN_SESSION_IDLE_HOURS", value_name = "HOURS",
        default_value = "24", value_parser = whole_number::<u16>(1..=720))]
    pub session_idle_hours: u16,

    /// Days after which a browser is signed out whatever happens, 1 to 90
    #[arg(long = "session-days", env = "MERIDIAN_SESSION_DAYS", value_name = "DAYS",
        default_value = "14", value_parser = whole_number::<u16>(1..=90))]
    pub session_days: u16,

    /// The OpenID provider by which people may sign in as well, by the https address that it names as its issuer. Set it with the two below, or none of the three
    #[arg(long, env = "MERIDIAN_OIDC_ISSUER", value_name = "URL", value_parser = Issuer::parse)]
    pub oidc_issuer: Option<Issuer>,

    /// The client id that this provider has given out for Meridian, whose redirect URI is `/sign-in/openid/callback` below the public address
    #[arg(long, env = "MERIDIAN_OIDC_CLIENT_ID", value_name = "TEXT", value_parser = openid::client_id)]
    pub oidc_client_id: Option<String>,

    /// The client secret that goes with it
    #[arg(long, env = "MERIDIAN_OIDC_CLIENT_SECRET", value_name = "TEXT", hide_env_values = true,
        value_parser = ClientSecret::parse)]
    pub oidc_client_secret: Option<ClientSecret>,

    /// What people call an account there: it follows "Sign in with" on the button, in 1 to 40 characters
    #[arg(long, env = "MERIDIAN_OIDC_NAME", value_name = "TEXT",
        default_value = "your work account", value_parser = openid::name)]
    pub oidc_name: String,

    /// What the operations of one API token or session may cost in a minute, by each replica, 10000 to 1000000000
    #[arg(long, env = "MERIDIAN_COST_PER_MINUTE", value_name = "COST",
        default_value = "600000", value_parser = whole_number::<u64>(10_000..=1_000_000_000))]
    pub cost_per_minute: u64,

    /// Proxies that are believed for whom they ask (`X-Forwarded-For`), as addresses or networks separated by commas: `10.0.0.0/8`
    #[arg(long, env = "MERIDIAN_TRUSTED_PROXIES", value_name = "NETWORKS",
        default_value = "", hide_default_value = true, value_parser = Networks::parse)]
    pub trusted_proxies: Networks,

    /// Addresses of one's own network that webhooks may reach, as addresses or networks separated by commas: `10.1.0.0/16`. Only there they may do without TLS
    #[arg(long, env = "MERIDIAN_WEBHOOK_ALLOW", value_name = "NETWORKS",
        default_value = "", hide_default_value = true, value_parser = Networks::parse)]
    pub webhook_allow: Networks,
}

impl Config {
    /// How long sessions last.
    pub fn session_lifetimes(&self) -> Lifetimes {
        let days = i64::from(self.session_days);
        Lifetimes {
            idle: SignedDuration::from_hours(self.session_idle_hours.into()),
            longest: SignedDuration::from_hours(days * 24),
        }
    }
}

#[cfg(test)]
mod tests;
