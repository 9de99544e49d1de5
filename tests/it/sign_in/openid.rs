//! Signing in by the agency's OpenID provider: one that others wrote, in a process of its own, and one of our own that lies.

mod accounts;
mod answers;
mod bounds;
mod liar;
mod provider;
mod tokens;

use std::sync::Arc;

use meridian::config::{ClientSecret, Config, Issuer};
use url::Url;

use super::browser::{Browser, heading};
use crate::support::app::{Answer, TestApp};

const CALLBACK: &str = "/sign-in/openid/callback";

const SECRET: &str = "a secret of the stories, of no use elsewhere";

/// The configuration with a provider.
fn with(app: &TestApp, issuer: &str, client_id: &str) -> Arc<Config> {
    Arc::new(Config {
        oidc_issuer: Some(Issuer::parse(issuer).unwrap()),
        oidc_client_id: Some(client_id.to_owned()),
        oidc_client_secret: Some(ClientSecret::parse(SECRET).unwrap()),
        oidc_name: "Halyard".to_owned(),
        ..(*app.config).clone()
    })
}

/// Presses the button. Answers where the browser is led to.
async fn begin(browser: &Browser, app: &TestApp) -> Url {
    let page = browser.post(app, "/sign-in/openid", "").await;
    assert_eq!(page.status, 200, "{}", page.text);
    assert_eq!(heading(&page), "Going on to Halyard");
    led_to(&page)
}

fn led_to(page: &Answer) -> Url {
    let (_, rest) = page.text.split_once(r#"content="0; url="#).unwrap();
    let (address, _) = rest.split_once('"').unwrap();
    let address = address.replace("&#38;", "&");
    assert!(page.text.contains(rest.split_once('"').unwrap().0));
    Url::parse(&address).unwrap()
}

/// A parameter of an address.
fn told(url: &Url, name: &str) -> String {
    let mut pairs = url.query_pairs();
    let pair = pairs.find(|(one, _)| one == name);
    pair.unwrap_or_else(|| panic!("no {name} in {url}"))
        .1
        .into()
}
