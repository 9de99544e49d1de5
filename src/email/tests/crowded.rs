//! Mails of any number of rows, where every text a person typed is the same one.

use jiff::civil::date;

use crate::email::capacity_summary::{
    Book, CapacitySummary, CoveredBook, Decision, Matter, RequestWaiting,
};
use crate::email::client_update::{
    ClientUpdate, CopiedPrompts, CoveredPrompts, HandedPrompts, Matter as Daily, Overdue, Prompts,
    Told, Undelivered,
};
use crate::email::line::Line;

/// Rows inside a row: more than a mail shows, few enough to multiply.
const FEW: usize = 8;

/// An owner's mail with `rows` of everything, and as many books to cover for.
pub(super) fn capacity_summary(rows: usize, text: &str) -> CapacitySummary {
    let name = Line::from(text);
    let mut mail = CapacitySummary::owner_sample();
    let mut agency = mail.agency.take().unwrap();
    agency
        .managers
        .iter_mut()
        .for_each(|manager| manager.name = name.clone());
    agency
        .people
        .iter_mut()
        .for_each(|person| person.name = name.clone());
    agency.managers = repeated(&agency.managers, rows);
    agency.people = repeated(&agency.people, rows);
    agency.unstaffed = repeated(&agency.unstaffed, rows);
    agency
        .unstaffed
        .iter_mut()
        .for_each(|line| (line.project, line.client) = (name.clone(), name.clone()));
    agency.overdue = repeated(&agency.overdue, rows);
    agency
        .unreachable
        .iter_mut()
        .for_each(|one| one.whose = name.clone());
    agency.unreachable = repeated(&agency.unreachable, rows);
    agency
        .overdue
        .iter_mut()
        .for_each(|update| update.client = name.clone());
    agency
        .overdue
        .iter_mut()
        .for_each(|update| update.account_manager = Some(name.clone()));
    agency.time_off = repeated(&agency.time_off, rows);
    agency
        .time_off
        .iter_mut()
        .for_each(|absence| absence.person = name.clone());
    agency
        .time_off
        .iter_mut()
        .for_each(|absence| absence.delegate = Some(name.clone()));
    let covered = CoveredBook {
        colleague: name.clone(),
        until: date(2026, 11, 27),
        book: Book {
            people: repeated(&agency.people, rows.min(FEW)),
            time_off: repeated(&agency.time_off, rows.min(FEW)),
            ..CapacitySummary::sample().book.unwrap()
        },
    };
    let matter = Matter::Over {
        person: name.clone(),
        over_minutes: 180,
    };
    mail.decisions = vec![
        Decision {
            matter,
            url: mail.decisions[0].url.clone()
        };
        rows
    ];
    let request = RequestWaiting {
        client: name.clone(),
        title: name.clone(),
        ..mail.requests[0].clone()
    };
    mail.requests = vec![request; rows];
    mail.frame.recipient = name;
    CapacitySummary {
        agency: Some(agency),
        covering: vec![covered; rows],
        ..mail
    }
}

/// A mail with `rows` of each prompt, and as many colleagues to cover for.
pub(super) fn client_update(rows: usize, text: &str) -> ClientUpdate {
    let name = Line::from(text);
    let mut mail = ClientUpdate::sample();
    let mut update = mail.own.updates[0].clone();
    update.client = name.clone();
    update
        .last_contact
        .iter_mut()
        .for_each(|contact| contact.by = name.clone());
    update.since = vec![name.clone(); rows.min(FEW)];
    update.waiting = vec![name.clone(); rows.min(FEW)];
    update.projects = vec![name.clone(); rows.min(FEW)];
    let mut reach_out = mail.own.reach_outs[0].clone();
    reach_out.client = name.clone();
    let mut facts = mail.own.facts[0].clone();
    (facts.project, facts.client, facts.writer) = (name.clone(), name.clone(), Some(name.clone()));
    facts.facts = vec![name.clone(); rows.min(FEW)];
    let mut notice = mail.own.notices[0].clone();
    notice.matter = Daily::KickOff {
        on: date(2026, 11, 30),
        project: name.clone(),
        client: name.clone(),
    };
    let owner_s = ClientUpdate::owner_sample().own;
    let overdue = Overdue {
        client: name.clone(),
        told: Told::AccountManager(name.clone()),
        ..owner_s.overdue[0].clone()
    };
    let undelivered = Undelivered::Address {
        since: date(2026, 11, 20),
        whose: name.clone(),
        address: name.clone(),
        reason: name.clone(),
    };
    mail.own = Prompts {
        overdue: vec![overdue; rows],
        undelivered: vec![undelivered; rows],
        notices: vec![notice; rows],
        updates: vec![update; rows],
        reach_outs: vec![reach_out; rows],
        facts: vec![facts; rows],
    };
    let few = Prompts {
        notices: repeated(&mail.own.notices, rows.min(FEW)),
        updates: repeated(&mail.own.updates, rows.min(FEW)),
        reach_outs: repeated(&mail.own.reach_outs, rows.min(FEW)),
        facts: repeated(&mail.own.facts, rows.min(FEW)),
        overdue: repeated(&mail.own.overdue, rows.min(FEW)),
        undelivered: repeated(&mail.own.undelivered, rows.min(FEW)),
    };
    let covered = CoveredPrompts {
        colleague: name.clone(),
        until: date(2026, 11, 27),
        prompts: few.clone(),
    };
    let copied = CopiedPrompts {
        colleague: name.clone(),
        prompts: few,
    };
    let handed = HandedPrompts {
        colleague: name.clone(),
        prompts: copied.prompts.clone(),
    };
    mail.handed_over = vec![handed; rows];
    mail.in_copy = vec![copied; rows];
    mail.covering = vec![covered; rows];
    mail.frame.recipient = name;
    mail
}

fn repeated<T: Clone>(rows: &[T], number: usize) -> Vec<T> {
    rows.iter().cycle().take(number).cloned().collect()
}
