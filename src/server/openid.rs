//! The agency's OpenID provider: where browsers are sent to sign in, and who its word says they are. No token of it is kept.

mod failure;
mod http;
mod known;
mod types;

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use hmac::{Hmac, Mac};
use jiff::Timestamp;
use openidconnect::core::{CoreAuthenticationFlow, CoreClientAuthMethod, CoreJwsSigningAlgorithm};
use openidconnect::{
    AccessToken, AuthType, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndUserEmail,
    IssuerUrl, Nonce, OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope,
    SubjectIdentifier, TokenResponse,
};
use sha2::Sha256;

use self::failure::is_unknown_key;
use self::http::Http;
use self::known::Known;
use self::types::{Claims, Client, Metadata, UserInfo};
use crate::app::App;
use crate::config::OpenidSettings;
use crate::domain::openid::Identity;
use crate::error::{Error, Result};

pub(super) use failure::Failure;

/// Where browsers come back to.
pub(super) const CALLBACK: &str = "/sign-in/openid/callback";

/// What tokens may be signed by: never by nothing, and never by a secret that we have as well.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 3] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// Letters of a subject (OpenID Connect Core, 2).
const LONGEST_SUBJECT: usize = 255;

/// The provider. Cheap to clone; each clone knows what the others have found out.
#[derive(Clone, Debug)]
pub(super) struct Provider(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    settings: OpenidSettings,
    redirect: RedirectUrl,
    http: Http,
    known: Known,
}

/// What belongs to one sign-in and is never kept: whoever has the browser's secret and the state makes it again.
pub(super) struct Secrets {
    nonce: Nonce,
    verifier: String,
}

/// What the provider has said of somebody.
pub(super) struct Proof {
    pub(super) identity: Identity,
    /// Where the ID token has one.
    email: Option<(String, bool)>,
    access: AccessToken,
}

impl Provider {
    /// The configured one; none: there is none.
    ///
    /// # Errors
    /// Invalid, when its settings are not complete.
    pub(super) fn try_new(app: &App) -> Result<Option<Self>> {
        let Some(settings) = app.config.openid()? else {
            return Ok(None);
        };
        let wrong = |error: url::ParseError| Error::Internal(error.into());
        let issuer = IssuerUrl::new(settings.issuer.as_str().to_owned()).map_err(wrong)?;
        let redirect = RedirectUrl::new(app.config.public_url.page(CALLBACK)).map_err(wrong)?;
        // A request asks two things of it one after the other.
        let http = Http::try_new(app.config.request_timeout / 2)?;
        Ok(Some(Self(Arc::new(Inner {
            settings,
            redirect,
            http,
            known: Known::new(issuer),
        }))))
    }

    /// What people call an account there.
    pub(super) fn name(&self) -> &str {
        &self.0.settings.name
    }

    /// Makes sure that the provider is there to be sent to.
    pub(super) async fn must_answer(&self, now: Timestamp) -> Result<(), Failure> {
        self.0.known.metadata(&self.0.http, now).await.map(drop)
    }

    /// Where a browser signs in.
    pub(super) async fn page(
        &self,
        state: String,
        secrets: Secrets,
        now: Timestamp,
    ) -> Result<String, Failure> {
        let metadata = self.0.known.metadata(&self.0.http, now).await?;
        let client = self.client(&metadata);
        let challenge =
            PkceCodeChallenge::from_code_verifier_sha256(&PkceCodeVerifier::new(secrets.verifier));
        let (url, _, _) = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                || CsrfToken::new(state),
                || secrets.nonce,
            )
            .add_scope(Scope::new("email".to_owned()))
            .set_pkce_challenge(challenge)
            .url();
        Ok(url.into())
    }

    /// Who comes back with `code`, sent by `issuer` where that is told.
    pub(super) async fn proof(
        &self,
        code: &str,
        issuer: &str,
        secrets: Secrets,
        now: Timestamp,
    ) -> Result<Proof, Failure> {
        let metadata = self.0.known.metadata(&self.0.http, now).await?;
        self.must_be_sent_by(issuer, &metadata)?;
        if code.is_empty() {
            return Err(Failure::refused("it came back without a code"));
        }
        let client = self.client(&metadata);
        let tokens = client
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .map_err(|_| Failure::unavailable("the provider has no token endpoint"))?
            .set_pkce_verifier(PkceCodeVerifier::new(secrets.verifier))
            .request_async(&self.0.http)
            .await?;
        let token = tokens
            .id_token()
            .ok_or_else(|| Failure::refused("there was no ID token"))?;
        let claims = match token.claims(&verifier(&client, now), &secrets.nonce) {
            Err(error) if is_unknown_key(&error) => {
                let metadata = self.0.known.with_new_keys(&self.0.http, now).await?;
                let client = self.client(&metadata);
                token.claims(&verifier(&client, now), &secrets.nonce)?
            }
            claims => claims?,
        };
        // The library leaves this to its callers.
        let other = |party: &ClientId| party.as_str() != self.0.settings.client_id;
        if claims.authorized_party().is_some_and(other) {
            return Err(Failure::refused("the token was given to another client"));
        }
        let subject = claims.subject().as_str();
        if !(1..=LONGEST_SUBJECT).contains(&subject.chars().count()) {
            return Err(Failure::refused("the subject is empty or too long"));
        }
        Ok(Proof {
            identity: Identity {
                issuer: self.0.settings.issuer.as_str().to_owned(),
                subject: subject.to_owned(),
            },
            email: address(
                claims.email(),
                claims.email_verified(),
                claims.additional_claims(),
            ),
            access: tokens.access_token().clone(),
        })
    }

    /// The address of whom the provider speaks of, if it vouches for it. Where the token does not have it the provider is asked:
    /// by the specification's default it is not in there (OpenID Connect Core, 5.4).
    pub(super) async fn verified_email(
        &self,
        proof: &Proof,
        now: Timestamp,
    ) -> Result<Option<String>, Failure> {
        let email = match &proof.email {
            Some(email) => Some(email.clone()),
            None => self.asked_email(proof, now).await?,
        };
        Ok(email.and_then(|(email, verified)| verified.then_some(email)))
    }

    async fn asked_email(
        &self,
        proof: &Proof,
        now: Timestamp,
    ) -> Result<Option<(String, bool)>, Failure> {
        let metadata = self.0.known.metadata(&self.0.http, now).await?;
        let client = self.client(&metadata);
        let subject = SubjectIdentifier::new(proof.identity.subject.clone());
        let Ok(request) = client.user_info(proof.access.clone(), Some(subject)) else {
            return Ok(None);
        };
        let told: UserInfo = request.request_async(&self.0.http).await?;
        Ok(address(
            told.email(),
            told.email_verified(),
            told.additional_claims(),
        ))
    }

    /// Whoever takes part in another provider's sign-in does not pass for this one (RFC 9207).
    fn must_be_sent_by(&self, issuer: &str, metadata: &Metadata) -> Result<(), Failure> {
        let is_told = !issuer.is_empty();
        let must_be_told = metadata.additional_metadata().names_itself;
        match issuer == self.0.settings.issuer.as_str() || (!is_told && !must_be_told) {
            true => Ok(()),
            false => Err(Failure::refused("another provider has sent it back")),
        }
    }

    fn client(&self, metadata: &Metadata) -> Client {
        let Inner {
            settings, redirect, ..
        } = &*self.0;
        let secret = ClientSecret::new(settings.client_secret.expose().to_owned());
        let id = ClientId::new(settings.client_id.clone());
        Client::from_provider_metadata(metadata.clone(), id, Some(secret))
            .set_redirect_uri(redirect.clone())
            .set_auth_type(shows_its_secret(metadata))
    }
}

impl Secrets {
    /// Those of the sign-in that a browser with the secret `browser` has begun with `state`.
    pub(super) fn of(browser: &str, state: &str) -> Result<Self> {
        let of = |what: &str| {
            let mut mac = Hmac::<Sha256>::new_from_slice(browser.as_bytes())
                .map_err(|error| Error::Internal(error.into()))?;
            mac.update(what.as_bytes());
            mac.update(state.as_bytes());
            Ok::<_, Error>(URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
        };
        Ok(Self {
            nonce: Nonce::new(of("nonce ")?),
            verifier: of("verifier ")?,
        })
    }
}

/// How the provider wants to be shown the secret: in a header (the default), else in the form.
fn shows_its_secret(metadata: &Metadata) -> AuthType {
    let offered = metadata.token_endpoint_auth_methods_supported();
    let only_in_form = offered.is_some_and(|offered| {
        offered.contains(&CoreClientAuthMethod::ClientSecretPost)
            && !offered.contains(&CoreClientAuthMethod::ClientSecretBasic)
    });
    match only_in_form {
        true => AuthType::RequestBody,
        false => AuthType::BasicAuth,
    }
}

fn verifier(client: &Client, now: Timestamp) -> types::Verifier<'_> {
    let now =
        DateTime::from_timestamp_micros(now.as_microsecond()).unwrap_or(DateTime::<Utc>::MAX_UTC);
    client
        .id_token_verifier()
        .set_allowed_algs(ALGORITHMS)
        .set_time_fn(move || now)
}

/// An address, and whether the provider vouches for it.
fn address(
    email: Option<&EndUserEmail>,
    verified: Option<bool>,
    more: &Claims,
) -> Option<(String, bool)> {
    let verified = verified.unwrap_or_else(|| more.is_of_verified_domain());
    email.map(|email| (email.as_str().to_owned(), verified))
}
