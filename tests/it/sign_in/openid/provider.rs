//! The provider that others wrote, and somebody at it.

use meridian::clock::Clock;
use reqwest::header::LOCATION;
use reqwest::redirect::Policy;
use reqwest::{Client, Response};
use serde_json::Value;
use url::Url;

use super::{CALLBACK, begin, with};
use crate::sign_in::browser::Browser;
use crate::support::app::{Answer, TestApp};
use crate::support::openid_provider::OpenidProvider;

/// What one can do at the page to sign in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Deed {
    SignIn,
    CallOff,
}

/// The application with the provider, by the machine's clock, as the provider goes by that.
pub(super) struct Agency {
    pub(super) app: TestApp,
    provider: &'static OpenidProvider,
}

impl Agency {
    /// None where there is no provider.
    pub(super) async fn with_client(app: &TestApp, client_id: &str) -> Option<Self> {
        let provider = OpenidProvider::get(&app.config.public_url.page(CALLBACK))?;
        let now = app.ticking_by(Clock::System).await;
        let config = with(&now, &provider.issuer, client_id);
        let app = now.configured(config).await;
        now.stop().await;
        Some(Self { app, provider })
    }

    /// Makes or changes an account there.
    pub(super) async fn account(&self, name: &str, claims: Value) {
        let url = format!("{}/accounts/{name}", self.provider.issuer);
        let made = Client::new().put(url).json(&claims).send().await.unwrap();
        assert_eq!(made.status(), 204);
    }

    /// Goes there and back as `name`.
    pub(super) async fn sign_in(&self, browser: &Browser, name: &str) -> Answer {
        let back = self.back(browser, name, Deed::SignIn).await;
        browser.get(&self.app, &back).await
    }

    /// Goes there. Answers what the provider sends back to.
    pub(super) async fn back(&self, browser: &Browser, name: &str, deed: Deed) -> String {
        let begun = begin(browser, &self.app).await;
        let client = Client::builder()
            .cookie_store(true)
            .redirect(Policy::none())
            .build()
            .unwrap();
        let mut there = client.get(begun.clone()).send().await.unwrap();
        // Its page to sign in, and then the one to allow that.
        for _ in 0..12 {
            if let Some(next) = next(&there) {
                if next.path() == CALLBACK {
                    return next[url::Position::BeforePath..].to_owned();
                }
                there = client.get(next).send().await.unwrap();
                continue;
            }
            let url = there.url().clone();
            let page = there.text().await.unwrap();
            there = match deed {
                Deed::CallOff => client.get(format!("{url}/abort")).send().await.unwrap(),
                Deed::SignIn => {
                    let prompt = if page.contains(r#"value="login""#) {
                        "login"
                    } else {
                        "consent"
                    };
                    let form = format!("prompt={prompt}&login={name}&password=any");
                    let kind = "application/x-www-form-urlencoded";
                    let post = client.post(url).header("content-type", kind).body(form);
                    post.send().await.unwrap()
                }
            };
        }
        panic!("it never sends anybody back");
    }

    pub(super) async fn end(self) {
        self.app.stop().await;
    }
}

fn next(there: &Response) -> Option<Url> {
    let location = there.headers().get(LOCATION)?.to_str().unwrap();
    Some(there.url().join(location).unwrap())
}
