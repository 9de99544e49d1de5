//! A browser as far as signing in goes: it keeps cookies, and says whose page has sent what it sends.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Mutex;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Method, Request};
use serde_json::{Value, json};

use crate::support::app::{Answer, TestApp};
use crate::support::letter::Letter;
use crate::support::replica::until;

/// What the cookies are called where the public address has no TLS.
pub(super) const SESSION: &str = "meridian_session";

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

pub(crate) struct Browser {
    cookies: Mutex<BTreeMap<String, String>>,
    address: IpAddr,
}

impl Browser {
    /// Without cookies, at an address of its own.
    pub(crate) fn at(address: &str) -> Self {
        Self {
            cookies: Mutex::default(),
            address: address.parse().unwrap(),
        }
    }

    pub(super) fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.lock().unwrap().get(name).cloned()
    }

    pub(super) fn put(&self, name: &str, value: &str) {
        let mut cookies = self.cookies.lock().unwrap();
        cookies.insert(name.to_owned(), value.to_owned());
    }

    pub(super) async fn get(&self, app: &TestApp, path: &str) -> Answer {
        self.send(app, Method::GET, path, &[], String::new()).await
    }

    /// Posts a form of our own page.
    pub(super) async fn post(&self, app: &TestApp, path: &str, form: &str) -> Answer {
        let ours = [
            ("sec-fetch-site", "same-origin"),
            ("content-type", "application/x-www-form-urlencoded"),
        ];
        self.send(app, Method::POST, path, &ours, form.to_owned())
            .await
    }

    /// Asks the API as a page of our own does.
    pub(super) async fn graphql(&self, app: &TestApp, document: &str, variables: Value) -> Answer {
        self.graphql_from(
            app,
            &[("sec-fetch-site", "same-origin")],
            document,
            variables,
        )
        .await
    }

    /// Asks the API with these headers.
    pub(super) async fn graphql_from(
        &self,
        app: &TestApp,
        headers: &[(&str, &str)],
        document: &str,
        variables: Value,
    ) -> Answer {
        let body = json!({ "query": document, "variables": variables }).to_string();
        let headers = [headers, &[("content-type", "application/json")]].concat();
        self.send(app, Method::POST, "/graphql", &headers, body)
            .await
    }

    /// Who is signed in; else the code of the refusal.
    pub(super) async fn who(&self, app: &TestApp) -> String {
        let answer = self.graphql(app, "{ viewer { name } }", json!({})).await;
        let answer = answer.json();
        let name = answer["data"]["viewer"]["name"].as_str();
        let code = || answer["errors"][0]["extensions"]["code"].as_str();
        name.or_else(code).unwrap().to_owned()
    }

    pub(super) async fn send(
        &self,
        app: &TestApp,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: String,
    ) -> Answer {
        let peer = SocketAddr::new(self.address, 50_000);
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .extension(ConnectInfo(peer))
            .header("user-agent", FIREFOX);
        let cookies: Vec<String> = {
            let cookies = self.cookies.lock().unwrap();
            cookies
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect()
        };
        if !cookies.is_empty() {
            request = request.header("cookie", cookies.join("; "));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = app.send(request.body(Body::from(body)).unwrap()).await;
        self.keep(&answer);
        answer
    }

    fn keep(&self, answer: &Answer) {
        let mut cookies = self.cookies.lock().unwrap();
        for line in answer.headers.get_all("set-cookie") {
            let line = line.to_str().unwrap();
            let (pair, rest) = line.split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            match rest.contains("Max-Age=0;") {
                true => cookies.remove(name),
                false => cookies.insert(name.to_owned(), value.to_owned()),
            };
        }
    }

    /// Asks for a link, which must be mailed. Answers its path.
    pub(super) async fn ask(&self, app: &TestApp, address: &str) -> String {
        path_of(&self.ask_for_mail(app, address).await)
    }

    /// Asks for a link. Answers the mail that it comes in.
    pub(crate) async fn ask_for_mail(&self, app: &TestApp, address: &str) -> Letter {
        let before = app.memory().sent().len();
        let page = self.post(app, "/sign-in", &form(address)).await;
        assert_eq!(page.status, 200, "{}", page.text);
        // The mail is made once the page is answered.
        until("the mail", async || app.drain().await.len() > before).await;
        Letter::read(&app.memory().sent()[before])
    }

    /// Signs in.
    pub(super) async fn sign_in(&self, app: &TestApp, address: &str) {
        let path = self.ask(app, address).await;
        let page = self.post(app, &path, "").await;
        assert_eq!(page.status, 200, "{}", page.text);
    }
}

pub(super) fn form(address: &str) -> String {
    format!("email={}", address.replace('@', "%40").replace('+', "%2B"))
}

/// The path of a mail's link.
pub(super) fn path_of(mail: &Letter) -> String {
    let mut words = mail.text.split_whitespace();
    let link = words.find(|word| word.contains("/sign-in/")).unwrap();
    let path = link.strip_prefix("http://127.0.0.1:8080").unwrap();
    assert!(mail.html.contains(path));
    path.to_owned()
}

/// The words of a page's heading.
pub(super) fn heading(page: &Answer) -> &str {
    let (_, rest) = page.text.split_once("<h1>").unwrap();
    rest.split_once("</h1>").unwrap().0
}
