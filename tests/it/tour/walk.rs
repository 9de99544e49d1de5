//! Somebody who follows the page.

use serde_json::{Value, json};

use super::page::{Block, CUT, fits};
use super::shell::{Listening, Shell};
use crate::support::app::{Actor, TestApp};
use crate::support::socket::Socket;
use crate::support::tcp::Served;

/// Where the page has the demo, and its database.
const HERE: &str = "127.0.0.1:8080";
const DATABASE: &str = "sqlite://meridian-demo.db";
const REPLAYED: &str = "idempotent-replayed: true";

pub(super) struct Walk<'a> {
    app: &'a TestApp,
    dana: &'a Actor,
    served: Served,
    shell: Shell,
    asking: Asking,
    /// What was answered, and not looked at yet.
    answer: Option<String>,
    /// The body that was printed with its head last.
    before: Option<String>,
    /// Texts that were answered, from which one completes what the page cuts short.
    heard: Vec<String>,
    listening: Option<Listening>,
    socket: Option<Socket>,
}

/// What is sent, and sent again.
#[derive(Clone)]
enum Asking {
    Script(String),
    Document(String, Value),
}

impl<'a> Walk<'a> {
    /// Before the first step, with `dana` as the one who is going to ask.
    pub(super) async fn begin(app: &'a TestApp, dana: &'a Actor) -> Self {
        Self {
            app,
            dana,
            served: Served::by(app).await,
            shell: Shell::new(),
            asking: Asking::Script("true".to_owned()),
            answer: None,
            before: None,
            heard: Vec::new(),
            listening: None,
            socket: None,
        }
    }

    /// Does what a block shows, or looks at what it prints.
    pub(super) async fn come_to(&mut self, step: &str, block: &Block) {
        let text = &block.text;
        match block.language.as_str() {
            "sh" if text.starts_with("curl -sN") => {
                let line = self.here(text);
                self.listening = Some(self.shell.listen(&line).await);
            }
            "sh" => {
                self.asking = Asking::Script(self.here(text));
                self.ask().await;
            }
            "graphql" => self.asking = Asking::Document(text.clone(), json!({})),
            "json" => self.json(step, text).await,
            "http" => self.http(step, text).await,
            "text" if text.starts_with("event:") => self.event(step, text).await,
            "text" => self.frames(step, text).await,
            other => panic!("{step}: {other}"),
        }
    }

    pub(super) async fn end(self) {
        assert_eq!(self.answer, None, "the page does not show it");
        drop((self.listening, self.socket));
        self.served.stop().await.unwrap();
    }

    /// Variables, or the answer; one that comes without a question is that of the last one, asked again.
    async fn json(&mut self, step: &str, text: &str) {
        let printed: Value = serde_json::from_str(text).unwrap();
        if printed.get("data").is_none() && printed.get("errors").is_none() {
            let Asking::Document(_, variables) = &mut self.asking else {
                panic!("{step}: variables of nothing");
            };
            *variables = printed;
            return;
        }
        let answer = self.take_answer().await;
        self.compare(step, &printed, &answer);
    }

    async fn http(&mut self, step: &str, text: &str) {
        let answer = self.take_answer().await;
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let (printed, printed_body) = text.split_once("\n\n").unwrap();
        let lines: Vec<&str> = head.lines().collect();
        for line in printed.lines() {
            assert!(lines.contains(&line), "{step}: {line}: {head}");
        }
        let is_replay = |head: &str| head.lines().any(|line| line.starts_with(REPLAYED));
        assert_eq!(is_replay(head), is_replay(printed), "{step}: {head}");
        let before = self.before.replace(body.to_owned());
        if is_replay(head) {
            assert_eq!(before, self.before, "{step}: word for word");
        }
        let printed = serde_json::from_str(printed_body).unwrap();
        self.compare(step, &printed, body);
    }

    async fn event(&mut self, step: &str, text: &str) {
        let listening = self.listening.as_ref().unwrap();
        let heard = loop {
            let heard = listening.paragraph().await;
            if heard != [":"] {
                break heard;
            }
        };
        let printed: Vec<&str> = text.lines().collect();
        assert_eq!((heard.len(), printed.len()), (2, 2), "{step}: {heard:?}");
        assert_eq!(heard[0], printed[0], "{step}");
        let data = |line: &str| line.strip_prefix("data: ").unwrap().to_owned();
        let printed = serde_json::from_str(&data(printed[1])).unwrap();
        self.compare(step, &printed, &data(&heard[1]));
    }

    async fn frames(&mut self, step: &str, text: &str) {
        if self.socket.is_none() {
            self.socket = Some(Socket::open(self.served.address, &[]).await);
        }
        for line in text.lines() {
            let line = self.completed(line);
            let socket = self.socket.as_mut().unwrap();
            if let Some(said) = line.strip_prefix("> ") {
                socket.say_text(said).await;
            } else {
                let printed = serde_json::from_str(line.strip_prefix("< ").unwrap()).unwrap();
                let heard = socket.hear().await.to_string();
                self.compare(step, &printed, &heard);
            }
        }
    }

    async fn take_answer(&mut self) -> String {
        if self.answer.is_none() {
            self.ask().await;
        }
        self.answer.take().unwrap()
    }

    async fn ask(&mut self) {
        let answer = match self.asking.clone() {
            Asking::Script(script) => self.shell.run(&script).await,
            Asking::Document(document, variables) => {
                let dana = Actor {
                    person: self.dana.person.clone(),
                    token: self.shell.token(),
                };
                let answer = self.app.graphql(&dana, &document, variables).await;
                answer.to_string()
            }
        };
        let before = self.answer.replace(answer);
        assert_eq!(before, None, "the page does not show it");
        self.heard.push(self.shell.token());
    }

    fn compare(&mut self, step: &str, printed: &Value, answer: &str) {
        let answer: Value = serde_json::from_str(answer).unwrap();
        assert!(fits(printed, &answer), "{step}: {answer:#}");
        self.remember(&answer);
    }

    fn remember(&mut self, answer: &Value) {
        match answer {
            Value::String(text) => self.heard.push(text.clone()),
            Value::Array(items) => items.iter().for_each(|item| self.remember(item)),
            Value::Object(fields) => fields.values().for_each(|field| self.remember(field)),
            _ => {}
        }
    }

    /// A script as it is here.
    fn here(&self, script: &str) -> String {
        let database = format!("'{}'", self.app.database_url());
        self.completed(script)
            .replace(HERE, &self.served.address.to_string())
            .replace(DATABASE, &database)
    }

    /// What is cut short becomes what was last heard that begins so.
    fn completed(&self, text: &str) -> String {
        let mut completed = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once(CUT) {
            let is_of_it = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
            let begins = before.trim_end_matches(is_of_it).len();
            let start = &before[begins..];
            let whole = self.heard.iter().rev().find(|text| text.starts_with(start));
            let whole = whole.unwrap_or_else(|| panic!("nothing begins with {start:?}"));
            completed.push_str(&before[..begins]);
            completed.push_str(whole);
            rest = after;
        }
        completed + rest
    }
}
