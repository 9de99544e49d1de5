//! The URLs that webhooks may have.

use std::net::IpAddr;

use url::{Host, Url};

use super::Reach;

const LONGEST: usize = 2_000;

/// A URL as it is to be kept. A host that is a name is looked up when something is sent, and only then.
///
/// # Errors
/// A sentence for whoever wrote it.
pub(super) fn checked(text: &str, reach: &Reach<'_>) -> Result<String, String> {
    let url = Url::parse(text.trim()).map_err(|error| {
        format!("This is no URL ({error}). Write one like https://hooks.example.com/meridian.")
    })?;
    let literal = match url.host() {
        Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
        Some(Host::Ipv6(address)) => Some(IpAddr::V6(address)),
        Some(Host::Domain(_)) => None,
        None => return Err("It names no host.".to_owned()),
    };
    let is_allowed_plain =
        url.scheme() == "http" && literal.map_or(reach.allows_some(), |ip| reach.is_allowed(ip));
    if url.scheme() != "https" && !is_allowed_plain {
        return Err(
            "It must start with https://; http:// may only reach addresses that MERIDIAN_WEBHOOK_ALLOW names."
                .to_owned(),
        );
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("Take out the user and the password: the signature says who sends.".to_owned());
    }
    if url.fragment().is_some() {
        return Err("Take out what follows the #: it is never sent.".to_owned());
    }
    if let Some(address) = literal.filter(|address| !reach.covers(*address)) {
        return Err(format!(
            "{address} is not on the internet. The operator may allow it by MERIDIAN_WEBHOOK_ALLOW."
        ));
    }
    let kept = url.to_string();
    match kept.len() {
        0..=LONGEST => Ok(kept),
        length => Err(format!(
            "This is {length} characters long; at most {LONGEST} are kept."
        )),
    }
}
