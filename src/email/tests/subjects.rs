//! Subjects carry the news in sixty characters, whatever people are called.

use proptest::prelude::*;

use super::crowded;
use crate::email::capacity_summary::{CapacitySummary, Decision, Matter};
use crate::email::client_update::{ClientUpdate, Prompts};
use crate::email::line::Line;
use crate::entity::Side;

fn with_decisions(matters: Vec<Matter>) -> CapacitySummary {
    let decisions = matters
        .into_iter()
        .map(|matter| Decision { matter, url: None })
        .collect();
    CapacitySummary {
        decisions,
        requests: Vec::new(),
        ..CapacitySummary::sample()
    }
}

/// A day of one's own and covered updates, reach-outs and facts alone.
fn without_notices(mut mail: ClientUpdate) -> ClientUpdate {
    mail.own.notices.clear();
    for covered in &mut mail.covering {
        covered.prompts.notices.clear();
    }
    mail.handed_over.clear();
    mail.in_copy.clear();
    mail
}

fn over(name: &str) -> Matter {
    Matter::Over {
        person: name.into(),
        over_minutes: 180,
    }
}

fn free(name: &str) -> Matter {
    Matter::Free {
        person: name.into(),
        free_minutes: 840,
    }
}

#[test]
fn the_capacity_summary_s_subject_names_who_is_over_and_who_is_free() {
    let mail = with_decisions(vec![over("Priya Shah"), free("Tom Weber")]);
    assert_eq!(mail.subject(), "Week 48: Priya 3 h over, Tom has 14 h free");
    assert_eq!(mail.preheader(), "You: 93 % full, 2 h free.");
}

#[test]
fn two_people_of_one_given_name_are_told_apart() {
    let mail = with_decisions(vec![over("Tom Ito"), free("Tom Weber")]);
    assert_eq!(
        mail.subject(),
        "Week 48: Tom Ito 3 h over, Tom Weber has 14 h free"
    );
}

#[test]
fn without_decisions_the_subject_tells_how_full_the_book_is() {
    assert_eq!(
        with_decisions(Vec::new()).subject(),
        "Week 48: 93 % full, 2 h free"
    );
}

#[test]
fn a_delegate_s_subject_names_the_absent_colleague() {
    let mail = CapacitySummary {
        book: None,
        ..with_decisions(vec![over("Ana Souza")])
    };
    assert_eq!(mail.subject(), "Week 48 for Dana: Ana 3 h over");
}

#[test]
fn news_that_does_not_fit_is_counted() {
    let unstaffed = |project: &str| Matter::Unstaffed {
        project: project.into(),
        side: Side::Client,
    };
    let mail = with_decisions(vec![
        unstaffed("Orchard"),
        unstaffed("The great website relaunch"),
        over("Priya"),
    ]);
    assert_eq!(mail.subject(), "Week 48: Orchard unstaffed, +2");
    assert!(
        mail.preheader()
            .starts_with("The great website relaunch has no account manager. ")
    );
}

#[test]
fn the_prompt_s_subject_names_clients_and_counts_the_rest() {
    assert_eq!(
        without_notices(ClientUpdate::sample()).subject(),
        "3 client updates due: Orchard Foods, Brightwell, +1"
    );
}

#[test]
fn a_prompt_without_updates_leads_with_what_else_is_due() {
    let mut mail = without_notices(ClientUpdate::sample());
    (mail.own.updates, mail.covering) = (Vec::new(), Vec::new());
    assert_eq!(
        mail.subject(),
        "1 project needs your facts: Ledger migration"
    );
    assert_eq!(mail.preheader(), "1 reach-out due: Quill & Co");
}

#[test]
fn what_waits_and_what_does_not_arrive_is_the_owner_s_news() {
    let mail = ClientUpdate::owner_sample();
    assert_eq!(
        mail.subject(),
        "3 client updates overdue: Orchard Foods, Brightwell, +1"
    );
    assert_eq!(
        mail.preheader(),
        "2 addresses get no mail: Zoe Marsh (Orchard Foods), +1; 1 mail went to nobody: Sam Okafor"
    );
}

#[test]
fn a_decision_before_a_kick_off_leads_and_copies_come_last() {
    let mut mail = ClientUpdate::sample();
    assert_eq!(mail.subject(), "Decide before kick-off: Website (Orchard)");
    assert!(mail.preheader().contains("1 handover step due: Brightwell"));
    (mail.own, mail.covering) = (Prompts::default(), Vec::new());
    mail.handed_over.clear();
    assert_eq!(mail.subject(), "In copy, shadowing: Ana Souza");
}

#[test]
fn a_week_with_nothing_but_a_request_says_so() {
    let mail = CapacitySummary {
        decisions: Vec::new(),
        book: None,
        covering: Vec::new(),
        ..CapacitySummary::sample()
    };
    assert_eq!(mail.subject(), "Week 48: 1 request waits");
}

#[test]
fn a_grapheme_is_never_cut_in_two() {
    let family = "👩‍👩‍👧‍👦";
    let subject = without_notices(crowded::client_update(1, &family.repeat(20))).subject();
    let names = subject.strip_prefix("2 client updates due: ").unwrap();
    assert_eq!(names, format!("{}…, +1", family.repeat(4)));
}

proptest! {
    #[test]
    fn subjects_stay_within_sixty_characters(
        names in prop::collection::vec("\\PC{0,40}|[a-zé👍🏽\u{301}]{50,300}|(\n|\t|[A-Z]){1,5}", 1..6),
    ) {
        let matters = names.iter().flat_map(|name| [over(name), free(name)]).collect();
        let summary = with_decisions(matters);
        let mut update = ClientUpdate::sample();
        let due = update.own.updates[0].clone();
        update.own.updates = names.iter().map(|name| {
            let mut due = due.clone();
            due.client = Line::from(name);
            due
        }).collect();
        prop_assert!(summary.subject().starts_with("Week 48: "));
        for line in [summary.subject(), update.subject()] {
            prop_assert!(line.chars().count() <= 60, "{line:?}");
            prop_assert!(!line.contains(char::is_control), "{line:?}");
        }
    }
}
