//! A provider of our own, which says whatever a story wants it to.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{Response, StatusCode};
use axum::response::IntoResponse;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use hmac::{Hmac, Mac};
use jiff::Timestamp;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::net::TcpListener;
use url::Url;

use super::{CALLBACK, begin, told, with};
use crate::sign_in::browser::Browser;
use crate::support::app::{Answer, TestApp};

pub(super) const CLIENT: &str = "meridian";

/// What tokens are signed by.
#[derive(Clone)]
pub(super) enum Signature {
    /// The key of this number.
    Key(usize),
    Nothing,
    /// HS256 by these bytes.
    Shared(Vec<u8>),
    /// The first key, with claims put in afterwards.
    Broken,
}

/// What stands in for the sensible answer at a path.
#[derive(Clone)]
pub(super) enum Lie {
    /// It never comes.
    Silence,
    /// JSON with this status.
    Json(u16, Value),
    /// A redirect.
    Elsewhere(String),
}

struct Lies {
    claims: Value,
    signature: Signature,
    keys: Vec<EcdsaKeyPair>,
    /// How many of the keys it publishes.
    published: usize,
    lies: HashMap<&'static str, Lie>,
    asked: HashMap<String, usize>,
    /// The forms that the token endpoint was sent, with what the client showed.
    exchanged: Vec<String>,
}

/// The provider. Ends with the story's runtime.
pub(super) struct Liar {
    pub(super) issuer: String,
    lies: Arc<Mutex<Lies>>,
}

impl Liar {
    pub(super) async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self::on(listener)
    }

    pub(super) fn on(listener: TcpListener) -> Self {
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let lies = Arc::new(Mutex::new(Lies {
            claims: Value::Null,
            signature: Signature::Key(0),
            keys: (0..2).map(|_| key()).collect(),
            published: 1,
            lies: HashMap::new(),
            asked: HashMap::new(),
            exchanged: Vec::new(),
        }));
        let routes = Router::new().fallback(answer);
        let routes = routes.with_state((issuer.clone(), lies.clone()));
        tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
        Self { issuer, lies }
    }

    /// The application with this provider.
    pub(super) async fn agency(&self, app: &TestApp) -> TestApp {
        app.configured(with(app, &self.issuer, CLIENT)).await
    }

    /// The claims of a token that is as it should be, for Dana.
    pub(super) fn claims(&self, begun: &Url, now: Timestamp) -> Value {
        json!({
            "iss": self.issuer,
            "aud": CLIENT,
            "sub": "dana",
            "nonce": told(begun, "nonce"),
            "iat": now.as_second(),
            "exp": now.as_second() + 300,
            "email": "dana@example.com",
            "email_verified": true,
        })
    }

    pub(super) fn says(&self, claims: Value, signature: Signature) {
        let mut lies = self.lies.lock().unwrap();
        lies.claims = claims;
        lies.signature = signature;
    }

    pub(super) fn lies(&self, path: &'static str, lie: Lie) {
        self.lies.lock().unwrap().lies.insert(path, lie);
    }

    pub(super) fn is_honest_again(&self) {
        self.lies.lock().unwrap().lies.clear();
    }

    pub(super) fn publishes(&self, keys: usize) {
        self.lies.lock().unwrap().published = keys;
    }

    /// How often a path was asked for.
    pub(super) fn asked(&self, path: &str) -> usize {
        self.lies
            .lock()
            .unwrap()
            .asked
            .get(path)
            .copied()
            .unwrap_or_default()
    }

    pub(super) fn exchanged(&self) -> Vec<String> {
        self.lies.lock().unwrap().exchanged.clone()
    }

    /// The public half of its first key, as a document has it.
    pub(super) fn public_key(&self) -> Vec<u8> {
        self.lies.lock().unwrap().keys[0]
            .public_key()
            .as_ref()
            .to_vec()
    }

    /// What it says of itself.
    pub(super) fn itself(&self) -> Value {
        itself(&self.issuer)
    }

    /// Goes there and back with claims that `edit` has changed.
    pub(super) async fn sign_in(
        &self,
        browser: &Browser,
        agency: &TestApp,
        signature: Signature,
        edit: impl FnOnce(&mut Value),
    ) -> Answer {
        let begun = begin(browser, agency).await;
        let mut claims = self.claims(&begun, agency.now());
        edit(&mut claims);
        self.says(claims, signature);
        browser.get(agency, &self.back(&begun)).await
    }

    /// The path that it sends people back to.
    pub(super) fn back(&self, begun: &Url) -> String {
        let state = told(begun, "state");
        format!("{CALLBACK}?code=a-code&state={state}&iss={}", self.issuer)
    }
}

fn key() -> EcdsaKeyPair {
    let random = SystemRandom::new();
    let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
    let bytes = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
    EcdsaKeyPair::from_pkcs8(algorithm, bytes.as_ref(), &random).unwrap()
}

fn itself(issuer: &str) -> Value {
    json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/auth"),
        "token_endpoint": format!("{issuer}/token"),
        "userinfo_endpoint": format!("{issuer}/me"),
        "jwks_uri": format!("{issuer}/jwks"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        // What it would like; the client has a list of its own.
        "id_token_signing_alg_values_supported": ["RS256", "ES256", "HS256", "none"],
    })
}

async fn answer(
    State((issuer, lies)): State<(String, Arc<Mutex<Lies>>)>,
    request: Request,
) -> Response<Body> {
    let path = request.uri().path().to_owned();
    let shown = request.headers().get("authorization").cloned();
    let body = axum::body::to_bytes(request.into_body(), usize::MAX)
        .await
        .unwrap();
    let lie = {
        let mut lies = lies.lock().unwrap();
        *lies.asked.entry(path.clone()).or_default() += 1;
        if path == "/token" {
            let form = String::from_utf8(body.into()).unwrap();
            let shown = shown.map_or_else(String::new, |value| value.to_str().unwrap().to_owned());
            lies.exchanged.push(format!("{shown} {form}"));
        }
        lies.lies.get(&*path).cloned()
    };
    match lie {
        Some(Lie::Silence) => std::future::pending().await,
        Some(Lie::Elsewhere(to)) => (StatusCode::FOUND, [("location", to)]).into_response(),
        Some(Lie::Json(status, value)) => {
            (StatusCode::from_u16(status).unwrap(), axum::Json(value)).into_response()
        }
        None => match &*path {
            "/.well-known/openid-configuration" => axum::Json(itself(&issuer)).into_response(),
            "/jwks" => axum::Json(lies.lock().unwrap().published()).into_response(),
            "/token" => axum::Json(json!({
                "access_token": "an-access-token",
                "token_type": "Bearer",
                "expires_in": 300,
                "id_token": lies.lock().unwrap().token(),
            }))
            .into_response(),
            _ => StatusCode::NOT_FOUND.into_response(),
        },
    }
}

impl Lies {
    fn published(&self) -> Value {
        let keys = self.keys[..self.published].iter().enumerate();
        let keys: Vec<Value> = keys
            .map(|(number, key)| {
                let (x, y) = key.public_key().as_ref()[1..].split_at(32);
                json!({
                    "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": number.to_string(),
                    "x": BASE64.encode(x), "y": BASE64.encode(y),
                })
            })
            .collect();
        json!({ "keys": keys })
    }

    fn token(&self) -> String {
        let text = |value: &Value| BASE64.encode(value.to_string());
        let header = match &self.signature {
            Signature::Key(number) => json!({ "alg": "ES256", "kid": number.to_string() }),
            Signature::Broken => json!({ "alg": "ES256", "kid": "0" }),
            Signature::Nothing => json!({ "alg": "none" }),
            Signature::Shared(_) => json!({ "alg": "HS256" }),
        };
        let mut signed = format!("{}.{}", text(&header), text(&self.claims));
        let by = |key: &EcdsaKeyPair, signed: &str| {
            let signature = key.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
            BASE64.encode(signature)
        };
        let signature = match &self.signature {
            Signature::Key(number) => by(&self.keys[*number], &signed),
            Signature::Nothing => String::new(),
            Signature::Shared(bytes) => {
                let mut mac = Hmac::<Sha256>::new_from_slice(bytes).unwrap();
                mac.update(signed.as_bytes());
                BASE64.encode(mac.finalize().into_bytes())
            }
            Signature::Broken => {
                let signature = by(&self.keys[0], &signed);
                let mut claims = self.claims.clone();
                claims["sub"] = "olga".into();
                claims["email"] = "olga@example.com".into();
                signed = format!("{}.{}", text(&header), text(&claims));
                signature
            }
        };
        format!("{signed}.{signature}")
    }
}
