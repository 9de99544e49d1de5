//! One request to a receiver: where its name leads is looked up once, looked at, and then it is that address that is asked.

use std::error::Error as _;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use jiff::fmt::rfc2822;
use jiff::{SignedDuration, Timestamp};
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Client, Response, redirect};
use tokio::net::lookup_host;
use tokio::time::timeout;
use url::{Host, Url};

use crate::domain::webhooks::Reach;

/// How long the name may take to be looked up, and the connection to be made.
const CONNECT: Duration = Duration::from_secs(5);

/// How long the request may take from then on, the answer included.
const WHOLE: Duration = Duration::from_secs(15);

/// The longest time that a request takes in all.
pub const LONGEST: SignedDuration = SignedDuration::from_secs(20);

/// Bytes of the answer that are read.
const READ: usize = 4_096;

/// Characters of it that are kept.
const KEPT: usize = 1_000;

/// Of what is said by an error.
const LONGEST_PROBLEM: usize = 500;

/// What is sent.
#[derive(Clone, Debug)]
pub struct Message {
    /// Where to.
    pub url: String,
    /// The same for every attempt.
    pub id: String,
    /// Seconds since 1970.
    pub timestamp: i64,
    /// Of the three.
    pub signatures: String,
    /// JSON.
    pub body: String,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// There was an answer.
    Answered {
        /// Its status.
        status: u16,
        /// How it begins, without what no text has.
        beginning: String,
        /// How long it asks to be left in peace.
        retry_after: Option<SignedDuration>,
    },
    /// There was none, for this reason.
    Unanswered(String),
}

/// Sends `message`, at `now`. Follows no redirect, keeps no connection, and knows no proxy.
pub async fn post(reach: &Reach<'_>, message: Message, now: Timestamp) -> Outcome {
    match send(reach, message).await {
        Ok(response) => answered(response, now).await,
        Err(problem) => Outcome::Unanswered(shortened(&problem, LONGEST_PROBLEM)),
    }
}

async fn send(reach: &Reach<'_>, message: Message) -> Result<Response, String> {
    let url = Url::parse(&message.url).map_err(|error| error.to_string())?;
    let (name, addresses) = found(&url).await?;
    let refused = addresses.iter().map(SocketAddr::ip).find(|address| {
        let is_plain = url.scheme() != "https";
        !reach.covers(*address) || (is_plain && !reach.is_allowed(*address))
    });
    if let Some(address) = refused {
        return Err(format!("refused: {}", why(&url, address)));
    }
    let mut client = Client::builder()
        .connect_timeout(CONNECT)
        .timeout(WHOLE)
        .redirect(redirect::Policy::none())
        .no_proxy()
        .http1_only()
        .pool_max_idle_per_host(0)
        .user_agent(concat!("Meridian/", env!("CARGO_PKG_VERSION")));
    if let Some(name) = name {
        client = client.resolve_to_addrs(&name, &addresses);
    }
    let client = client.build().map_err(|error| told(&error))?;
    client
        .post(url)
        .header(CONTENT_TYPE, "application/json")
        .header("webhook-id", message.id)
        .header("webhook-timestamp", message.timestamp)
        .header("webhook-signature", message.signatures)
        .body(message.body)
        .send()
        .await
        .map_err(|error| told(&error.without_url()))
}

/// The addresses of a URL's host, and its name where it is not an address itself.
async fn found(url: &Url) -> Result<(Option<String>, Vec<SocketAddr>), String> {
    let port = url.port_or_known_default().unwrap_or_default();
    let literal = |address: IpAddr| Ok((None, vec![SocketAddr::new(address, port)]));
    match url.host() {
        Some(Host::Ipv4(address)) => literal(address.into()),
        Some(Host::Ipv6(address)) => literal(address.into()),
        Some(Host::Domain(name)) => {
            let looked_up = timeout(CONNECT, lookup_host((name, port))).await;
            let addresses = looked_up
                .map_err(|_| format!("{name} could not be looked up in time"))?
                .map_err(|error| format!("{name} could not be looked up: {error}"))?;
            let addresses: Vec<SocketAddr> = addresses.collect();
            match addresses.is_empty() {
                true => Err(format!("{name} has no address")),
                false => Ok((Some(name.to_owned()), addresses)),
            }
        }
        None => Err("the URL names no host".to_owned()),
    }
}

fn why(url: &Url, address: IpAddr) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.scheme() {
        "https" => format!("{host} is at {address}, which is not on the internet and not allowed"),
        _ => format!("{host} is at {address}, which may not be reached without TLS"),
    }
}

async fn answered(mut response: Response, now: Timestamp) -> Outcome {
    let status = response.status().as_u16();
    let header = response.headers().get(RETRY_AFTER);
    let header = header.and_then(|value| value.to_str().ok());
    let retry_after = header.and_then(|text| wait(text, now));
    let mut bytes = Vec::new();
    // The status has said all that counts: an answer that breaks off is kept as far as it came.
    while bytes.len() < READ
        && let Ok(Some(chunk)) = response.chunk().await
    {
        bytes.extend_from_slice(&chunk);
    }
    bytes.truncate(READ);
    let text = String::from_utf8_lossy(&bytes);
    Outcome::Answered {
        status,
        beginning: shortened(&text, KEPT),
        retry_after,
    }
}

/// `Retry-After`: seconds, or an instant.
fn wait(text: &str, now: Timestamp) -> Option<SignedDuration> {
    let text = text.trim();
    if let Ok(seconds) = text.parse::<u32>() {
        return Some(SignedDuration::from_secs(seconds.into()));
    }
    let at = rfc2822::parse(text).ok()?.timestamp();
    Some(at.duration_since(now)).filter(|wait| wait.is_positive())
}

/// An error with what caused it, which reqwest leaves out.
fn told(error: &reqwest::Error) -> String {
    let mut told = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        told = format!("{told}: {cause}");
        source = cause.source();
    }
    told
}

/// At most `longest` characters, without what no text has and PostgreSQL does not keep.
fn shortened(text: &str, longest: usize) -> String {
    let is_text = |c: &char| !c.is_control() || matches!(c, '\n' | '\t');
    text.chars().filter(is_text).take(longest).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receiver_says_how_long_it_wants_to_be_left_in_peace() {
        let now = "2026-11-23T08:00:00Z".parse().unwrap();
        let seconds = |text| wait(text, now).map(|wait| wait.as_secs());
        assert_eq!(seconds("120"), Some(120));
        assert_eq!(seconds("Mon, 23 Nov 2026 08:05:00 GMT"), Some(300));
        assert_eq!(seconds("Mon, 23 Nov 2026 07:00:00 GMT"), None);
        assert_eq!(seconds("soon"), None);
        assert_eq!(seconds("-5"), None);
    }
}
