//! What must be so of mails: whoever left gets none (R7), nobody gets one twice (R9), and no link in one changes anything
//! when it is opened (R10).

use std::collections::{BTreeMap, BTreeSet, HashSet};

use axum::body::Body;
use axum::http::Request;
use jiff::civil::{Date, ISOWeekDate};
use meridian::entity::{EmailState, email, obligation};
use sea_orm::EntityTrait;

use crate::rules::agency::Agency;
use crate::rules::model::Model;
use crate::support::letter::Letter;
use crate::support::tables;

/// Where everything is served.
const SERVER: &str = "http://127.0.0.1:8080";

/// What is opened beside the links of mails.
const PAGES: [&str; 4] = [
    "/healthz",
    "/",
    "/graphql?query=%7Bviewer%7Bname%7D%7D",
    "/graphql?query=mutation%7BtouchpointLog(input:%7BclientId:%22cli_1%22,kind:CALL%7D)%7BuserErrors%7Bcode%7D%7D%7D",
];

/// What stands around a Message-ID.
const BRACKETS: [char; 2] = ['<', '>'];

/// What the mail server took so far.
#[derive(Default)]
pub(super) struct Taken {
    seen: usize,
    copies: usize,
    /// By Message-ID.
    ids: HashSet<String>,
    /// By address, kind and period: the Message-ID.
    by_period: BTreeMap<(String, String, String), String>,
    /// By client and week: the Message-ID of the mail that prompted for its update.
    prompted: BTreeMap<(String, String), String>,
}

impl Taken {
    pub(super) async fn check(&mut self, agency: &Agency<'_>, model: &Model) {
        let sent = agency.app.memory().sent();
        let new: Vec<Letter> = sent[self.seen..].iter().map(Letter::read).collect();
        self.seen = sent.len();
        for letter in &new {
            who_left_gets_no_mail(letter, agency, model);
            self.take(letter, agency);
        }
        self.each_is_one_row(agency).await;
        if !new.is_empty() {
            opening_changes_nothing(agency, &new).await;
        }
    }

    /// R9, as whoever gets the mails sees it. What the mail server took and did not say so may come again, the same.
    fn take(&mut self, letter: &Letter, agency: &Agency<'_>) {
        let id = letter
            .header("Message-ID")
            .trim_matches(BRACKETS)
            .to_owned();
        if !self.ids.insert(id.clone()) {
            self.copies += 1;
            assert!(self.copies <= agency.copies, "again: {letter:?}");
        }
        let day = day_of(letter);
        let period = if letter.is_summary() {
            week_of(day)
        } else {
            day.to_string()
        };
        let list = letter.header("List-Id").to_owned();
        let key = (letter.to.clone(), list, period);
        let first = self.by_period.entry(key).or_insert(id.clone());
        assert_eq!(*first, id, "two of one period: {letter:?}");
        for client in updates_asked_for(letter) {
            let key = (client, week_of(day));
            let first = self.prompted.entry(key).or_insert(id.clone());
            assert_eq!(*first, id, "prompted twice in a week: {letter:?}");
        }
    }

    /// R9, as the outbox has it.
    async fn each_is_one_row(&self, agency: &Agency<'_>) {
        let conn = &agency.app.db.read;
        let rows = email::Entity::find().all(conn).await.unwrap();
        let mut keys = HashSet::new();
        for row in &rows {
            let key = (row.kind, row.recipient_id, row.contact_id, &row.period);
            assert!(keys.insert(key), "two of one period: {}", row.dedupe_key);
            let taken = row
                .message_id
                .as_ref()
                .is_some_and(|id| self.ids.contains(id));
            assert!(
                taken || row.state != EmailState::Sent,
                "sent nowhere: {}",
                row.dedupe_key
            );
        }
        let ours: HashSet<_> = rows
            .iter()
            .filter_map(|row| row.message_id.as_ref())
            .collect();
        assert!(self.ids.iter().all(|id| ours.contains(id)), "of no row");
        let left = |id| {
            rows.iter()
                .any(|row| row.id == id && row.state == EmailState::Sent)
        };
        let mut prompted = HashSet::new();
        for row in obligation::Entity::find().all(conn).await.unwrap() {
            let mut parts = row.obligation_key.split('/');
            let (kind, of, week) = (parts.next(), parts.next(), parts.next());
            let is_copy = parts.any(|part| part == "copy");
            if kind == Some("client_update") && !is_copy && left(row.email_id) {
                let of_week = (of.map(str::to_owned), week.map(str::to_owned));
                assert!(prompted.insert(of_week), "twice in a week: {row:?}");
            }
        }
    }
}

fn who_left_gets_no_mail(letter: &Letter, agency: &Agency<'_>, model: &Model) {
    for person in model.gone() {
        assert_ne!(letter.to, agency.people[person].person.email, "{letter:?}");
    }
}

/// R10: not a row of any table is another.
async fn opening_changes_nothing(agency: &Agency<'_>, letters: &[Letter]) {
    let before = tables::contents(agency.app).await;
    let links: BTreeSet<String> = letters.iter().flat_map(links).collect();
    assert!(
        links.iter().any(|link| link.starts_with("/a/")),
        "{links:?}"
    );
    let token = format!("Bearer {}", agency.people[0].token);
    for path in links.iter().map(String::as_str).chain(PAGES) {
        let request = Request::get(path).header("authorization", &token);
        let answer = agency.app.send(request.body(Body::empty()).unwrap()).await;
        assert!(!answer.status.is_server_error(), "{path}: {}", answer.text);
        let is_open = path.starts_with("/a/") || path == "/healthz";
        // A mail that left late may ask for what was done since: its page says so.
        let is_served = answer.status == 200 || answer.status == 409;
        assert!(is_served || !is_open, "{path}: {}", answer.text);
    }
    assert_eq!(
        tables::contents(agency.app).await,
        before,
        "a GET has written"
    );
}

/// The paths of all links of a mail, those of its header fields included.
fn links(letter: &Letter) -> Vec<String> {
    let headers = letter.headers.iter().map(|(_, value)| value.as_str());
    let texts = headers.chain([letter.text.as_str(), letter.html.as_str()]);
    let ends = |c: char| c.is_whitespace() || "<>\"'".contains(c);
    let of_text = |text: &str| -> Vec<String> {
        let links = text.split(SERVER).skip(1);
        links
            .map(|rest| rest.split(ends).next().unwrap().to_owned())
            .filter(|path| path.starts_with('/'))
            .collect()
    };
    texts.flat_map(of_text).collect()
}

/// The clients for whose update a prompt asks, itself or for somebody who is away; not what it tells in copy.
fn updates_asked_for(letter: &Letter) -> Vec<String> {
    let own = letter.text.split("\nIN COPY: ").next().unwrap();
    let is_heading = |line: &&str| !line.is_empty() && line.to_uppercase() == **line;
    let sections = own.split("\nCLIENT UPDATES DUE\n").skip(1);
    let clients = sections.flat_map(|section| {
        let lines = section.lines().take_while(move |line| !is_heading(line));
        lines.filter(|line| ["Acme", "Bolt"].contains(line))
    });
    clients.map(str::to_owned).collect()
}

/// The day on which it was first written.
fn day_of(letter: &Letter) -> Date {
    let written = jiff::fmt::rfc2822::parse(letter.header("Date")).unwrap();
    written.timestamp().in_tz("Europe/London").unwrap().date()
}

fn week_of(day: Date) -> String {
    let week = ISOWeekDate::from(day);
    format!("{}-W{:02}", week.year(), week.week())
}
