//! The agency's OpenID provider: all of its settings, or none.

use std::fmt;

use url::{Host, Url};

use super::Config;
use crate::error::{Error, Result};

/// Letters of what the button says.
const LONGEST_NAME: usize = 40;

/// The provider that people may sign in by, as it is configured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenidSettings {
    /// Its issuer.
    pub issuer: Issuer,
    /// As what Meridian is registered there.
    pub client_id: String,
    /// What Meridian shows it is by.
    pub client_secret: ClientSecret,
    /// What people call an account there.
    pub name: String,
}

impl Config {
    /// The provider; none: people sign in by mailed links only.
    ///
    /// # Errors
    /// Invalid, when some of its settings are there and one is not.
    pub fn openid(&self) -> Result<Option<OpenidSettings>> {
        let settings = [
            ("MERIDIAN_OIDC_ISSUER", self.oidc_issuer.is_some()),
            ("MERIDIAN_OIDC_CLIENT_ID", self.oidc_client_id.is_some()),
            (
                "MERIDIAN_OIDC_CLIENT_SECRET",
                self.oidc_client_secret.is_some(),
            ),
        ];
        let of = |there: bool| settings.iter().find(|(_, is)| *is == there);
        if let (Some((given, _)), Some((missing, _))) = (of(true), of(false)) {
            return Err(Error::invalid(
                missing,
                format!(
                    "{missing} is not set, and {given} is: set all three of MERIDIAN_OIDC_ISSUER, MERIDIAN_OIDC_CLIENT_ID and MERIDIAN_OIDC_CLIENT_SECRET, or none of them."
                ),
            ));
        }
        let (Some(issuer), Some(client_id), Some(client_secret)) = (
            self.oidc_issuer.clone(),
            self.oidc_client_id.clone(),
            self.oidc_client_secret.clone(),
        ) else {
            return Ok(None);
        };
        Ok(Some(OpenidSettings {
            issuer,
            client_id,
            client_secret,
            name: self.oidc_name.clone(),
        }))
    }
}

/// The address of a provider, to the letter as its tokens name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issuer(String);

impl Issuer {
    /// Accepts https addresses without query and fragment, and http ones of this very machine.
    ///
    /// # Errors
    /// What is accepted, for a sentence that starts with the variable's name.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let fits = |url: &Url| {
            goes_safely(url)
                && url.username().is_empty()
                && url.password().is_none()
                && url.query().is_none()
                && url.fragment().is_none()
        };
        match Url::parse(text) {
            Ok(url) if fits(&url) => Ok(Self(text.to_owned())),
            _ => Err("must be the https address that the provider names as its issuer, such as https://accounts.google.com (http on this machine only)".into()),
        }
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What Meridian shows the provider.
#[derive(Clone, PartialEq, Eq)]
pub struct ClientSecret(String);

impl ClientSecret {
    /// Accepts what is not empty.
    ///
    /// # Errors
    /// What is accepted, for a sentence that starts with the variable's name.
    pub fn parse(text: &str) -> Result<Self, String> {
        Ok(Self(filled(
            text,
            "must be the secret that the provider has given out for Meridian",
        )?))
    }

    /// The secret itself: for the provider only.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ClientSecret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ClientSecret(…)")
    }
}

/// Parses what Meridian is called at the provider.
pub(super) fn client_id(text: &str) -> Result<String, String> {
    filled(
        text,
        "must be the client id that the provider has given out for Meridian",
    )
}

/// Parses what people call an account there.
pub(super) fn name(text: &str) -> Result<String, String> {
    let text = text.trim();
    let fits =
        (1..=LONGEST_NAME).contains(&text.chars().count()) && !text.contains(char::is_control);
    match fits {
        true => Ok(text.to_owned()),
        false => Err(format!(
            "must be what follows \"Sign in with\" on a button, in 1 to {LONGEST_NAME} characters, such as Google"
        )),
    }
}

/// Whether what goes to an address is read by nobody on its way: by TLS, or without leaving this machine.
pub fn goes_safely(url: &Url) -> bool {
    match url.scheme() {
        "https" => url.has_host(),
        "http" => match url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        },
        _ => false,
    }
}

fn filled(text: &str, accepted: &str) -> Result<String, String> {
    match text.trim() {
        "" => Err(accepted.to_owned()),
        text => Ok(text.to_owned()),
    }
}
