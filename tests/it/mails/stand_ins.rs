//! Somebody is away, and somebody stands in.

use jiff::ToSpan;
use jiff::civil::{Date, date};
use meridian::entity::{Access, Day, RoleSide, TouchpointKind, client, new_id, person, time_off};
use sea_orm::{ActiveModelTrait, IntoActiveModel, Set};

use crate::support::app::{TestApp, on_both_databases};
use crate::support::letter::{Letter, the, told};
use crate::support::outbox::{emails, of, prompts, standing, summaries};
use crate::support::work::{away, client_of, contact, due_client_of};

on_both_databases!(
    a_prompt_goes_down_the_chain_of_stand_ins,
    nobody_left_is_a_visible_failure_and_never_everybody,
    a_delegate_s_own_summary_covers_the_absent,
    members_see_their_own_mails_only,
    two_who_stand_in_for_each_other_and_are_both_away_leave_it_to_the_next,
    a_day_with_a_minute_left_is_no_absence,
    whoever_has_left_stands_in_for_nobody,
);

const MONDAY: Date = date(2026, 11, 23);
const EIGHT: &str = "2026-11-23T08:00:00Z";

/// Who is to stand in for an account manager with one client.
struct Case {
    away: &'static str,
    /// Named on the time off, and whether there.
    named: Option<(&'static str, Presence)>,
    standing: Option<(&'static str, Presence)>,
    /// Knows the client: touchpoints in the last 90 days, and days since the last.
    knows: Option<(&'static str, i32, i64)>,
    expected: &'static str,
    why: &'static str,
}

#[derive(Clone, Copy, PartialEq)]
enum Presence {
    Here,
    Away,
    Left,
}

use Presence::{Away, Here, Left};

const NAMED: &str = "the delegate named on the time off";
const STANDING: &str = "the standing delegate";
const STRONGEST: &str = "the strongest relationship with the client";
const OWNER: &str = "an owner, since nobody else stands in";

/// From the first in the chain to the last (domain.md §6).
const CASES: [Case; 8] = [
    Case {
        away: "Ada",
        named: Some(("Ned", Here)),
        standing: Some(("Stan", Here)),
        knows: None,
        expected: "Ned",
        why: NAMED,
    },
    Case {
        away: "Bea",
        named: None,
        standing: Some(("Stella", Here)),
        knows: Some(("Kay", 12, 0)),
        expected: "Stella",
        why: STANDING,
    },
    Case {
        away: "Cal",
        named: Some(("Nora", Away)),
        standing: Some(("Stig", Here)),
        knows: None,
        expected: "Stig",
        why: STANDING,
    },
    Case {
        away: "Dee",
        named: Some(("Nat", Left)),
        standing: Some(("Sue", Here)),
        knows: None,
        expected: "Sue",
        why: STANDING,
    },
    // 20 points for eight touchpoints and 20 for one today: 40 is enough.
    Case {
        away: "Eve",
        named: None,
        standing: None,
        knows: Some(("Kim", 8, 0)),
        expected: "Kim",
        why: STRONGEST,
    },
    Case {
        away: "Fay",
        named: Some(("Nils", Away)),
        standing: Some(("Sol", Away)),
        knows: Some(("Kurt", 12, 1)),
        expected: "Kurt",
        why: STRONGEST,
    },
    // One point less: 39.
    Case {
        away: "Gus",
        named: None,
        standing: None,
        knows: Some(("Kit", 8, 1)),
        expected: "Olga",
        why: OWNER,
    },
    Case {
        away: "Hal",
        named: None,
        standing: None,
        knows: None,
        expected: "Olga",
        why: OWNER,
    },
];

async fn a_prompt_goes_down_the_chain_of_stand_ins(app: &TestApp) {
    let olga = app.owner().await;
    for case in &CASES {
        arrange(app, case).await;
    }
    let letters = app.mails_at(EIGHT).await;
    let rows = prompts(app, &olga).await;
    for case in &CASES {
        let client = format!("Client of {}", case.away);
        let heading = format!(
            "COVERING FOR {} (UNTIL MON 23 NOV)",
            case.away.to_uppercase()
        );
        let about: Vec<&Letter> = letters
            .iter()
            .filter(|letter| !letter.is_summary() && letter.text.contains(&client))
            .collect();
        let to: Vec<&str> = about.iter().map(|letter| letter.to.as_str()).collect();
        assert_eq!(
            to,
            [format!("{}@example.com", case.expected.to_lowercase())],
            "instead of {}",
            case.away
        );
        assert!(about[0].text.contains(&heading), "{}", about[0].text);
        let expected = format!(
            "SKIPPED_ABSENT: Away; what is due goes to {}, {}.",
            case.expected, case.why
        );
        assert_eq!(standing(of(&rows, case.away)), expected);
    }
    let olga_s = the(&letters, "olga", false);
    assert_eq!(
        olga_s.text.matches("COVERING FOR").count(),
        2,
        "one mail with both: {}",
        olga_s.text
    );
    assert_eq!(told(&app.mails_at("2026-11-23T09:00:00Z").await), [""; 0]);
}

async fn arrange(app: &TestApp, case: &Case) {
    let absent = app.manager(case.away).await.person;
    let client = due_client_of(
        app,
        &format!("Client of {}", case.away),
        RoleSide::Client,
        &absent,
    )
    .await;
    let mut named = None;
    if let Some((name, presence)) = case.named {
        named = Some(present(app, name, presence).await);
    }
    if let Some((name, presence)) = case.standing {
        let standing = present(app, name, presence).await;
        let mut row = absent.clone().into_active_model();
        row.standing_delegate_id = Set(Some(standing.id));
        let tx = app.db.begin().await.unwrap();
        row.update(&tx).await.unwrap();
        tx.commit().await.unwrap();
    }
    if let Some((name, touchpoints, days_since_last)) = case.knows {
        know(
            app,
            &client,
            &app.person(name, None).await,
            touchpoints,
            days_since_last,
        )
        .await;
    }
    away(app, &absent, (MONDAY, MONDAY), named.as_ref()).await;
}

async fn present(app: &TestApp, name: &str, presence: Presence) -> person::Model {
    let person = app.person(name, Some(Access::Member)).await;
    match presence {
        Here => {}
        Away => away(app, &person, (MONDAY, MONDAY), None).await,
        Left => {
            let mut row = person.clone().into_active_model();
            row.employed_until = Set(Some(Day(date(2026, 11, 22))));
            let tx = app.db.begin().await.unwrap();
            row.update(&tx).await.unwrap();
            tx.commit().await.unwrap();
        }
    }
    person
}

/// Mails with a client, one a day, which count for strength and not as updates.
async fn know(
    app: &TestApp,
    client: &client::Model,
    who: &person::Model,
    touchpoints: i32,
    days_since_last: i64,
) {
    for back in 0..i64::from(touchpoints) {
        let on = MONDAY.checked_sub((days_since_last + back).days()).unwrap();
        contact(app, client, Some(who.id), TouchpointKind::Email, on).await;
    }
}

async fn nobody_left_is_a_visible_failure_and_never_everybody(app: &TestApp) {
    let olga = app.owner().await;
    let ann = app.manager("Ann").await;
    app.manager("Bob").await;
    due_client_of(app, "Acme", RoleSide::Both, &ann.person).await;
    for person in [&olga.person, &ann.person] {
        away(app, person, (MONDAY, MONDAY), None).await;
    }
    assert_eq!(told(&app.mails_at(EIGHT).await), [""; 0]);
    let unroutable = "FAILED: UNROUTABLE: away, and nobody stands in. Name a delegate on the time off, or a standing one.";
    assert_eq!(standing(of(&prompts(app, &olga).await, "Ann")), unroutable);
    for name in ["Ann", "Olga"] {
        assert_eq!(standing(of(&summaries(app, &olga).await, name)), unroutable);
    }
    assert_eq!(
        standing(of(&prompts(app, &olga).await, "Olga")),
        "SKIPPED_ABSENT: Away, and nothing was due."
    );
    let listed = "{ emails(filter: { unroutable: true }) { totalCount } others: emails(filter: { unroutable: false }) { totalCount } }";
    let data = app.ask(&olga, listed, serde_json::json!({})).await;
    assert_eq!(
        (&data["emails"]["totalCount"], &data["others"]["totalCount"]),
        (&3.into(), &3.into())
    );
    // The day after, who was away is prompted after all, and the owner hears of what went to nobody: once.
    let tuesday = app.mails_at("2026-11-24T08:00:00Z").await;
    assert_eq!(
        told(&tuesday),
        ["ann@example.com prompt", "olga@example.com prompt"]
    );
    let olga_s = the(&tuesday, "olga", false);
    assert_eq!(olga_s.subject, "3 mails went to nobody: Ann, Ann, Olga");
    let words = olga_s.words();
    for what in ["client-update prompt", "weekly capacity summary"] {
        let sentence = format!(
            "Ann The {what} of Mon 23 Nov went to nobody, since they were away and nobody stood in. Name a standing delegate"
        );
        assert!(words.contains(&sentence), "{sentence}: {words}");
    }
    assert_eq!(told(&app.mails_at("2026-11-25T08:00:00Z").await), [""; 0]);
}

async fn two_who_stand_in_for_each_other_and_are_both_away_leave_it_to_the_next(app: &TestApp) {
    let olga = app.owner().await;
    let ann = app.manager("Ann").await.person;
    let bob = app.manager("Bob").await.person;
    due_client_of(app, "Acme", RoleSide::Client, &ann).await;
    due_client_of(app, "Bell", RoleSide::Client, &bob).await;
    for (one, other) in [(&ann, &bob), (&bob, &ann)] {
        let mut row = one.clone().into_active_model();
        row.standing_delegate_id = Set(Some(other.id));
        let tx = app.db.begin().await.unwrap();
        row.update(&tx).await.unwrap();
        tx.commit().await.unwrap();
        away(app, one, (MONDAY, MONDAY), Some(other)).await;
    }
    let letters = app.mails_at(EIGHT).await;
    assert_eq!(
        told(&letters),
        ["olga@example.com prompt", "olga@example.com summary"]
    );
    let words = the(&letters, "olga", false).words();
    assert!(
        words.contains("COVERING FOR ANN") && words.contains("COVERING FOR BOB"),
        "{words}"
    );
    let rows = prompts(app, &olga).await;
    for name in ["Ann", "Bob"] {
        let expected = format!("SKIPPED_ABSENT: Away; what is due goes to Olga, {OWNER}.");
        assert_eq!(standing(of(&rows, name)), expected);
    }
}

async fn a_day_with_a_minute_left_is_no_absence(app: &TestApp) {
    let ann = app.manager("Ann").await.person;
    let ned = app.manager("Ned").await.person;
    due_client_of(app, "Acme", RoleSide::Client, &ann).await;
    // All but a minute of the day: she reads her own mail.
    let hours = time_off::Model {
        id: new_id(app.now()),
        person_id: ann.id,
        starts_on: Day(MONDAY),
        ends_on: Day(MONDAY),
        minutes_per_day: Some(449),
        delegate_id: Some(ned.id),
        note: String::new(),
        version: 1,
    };
    app.insert(hours).await;
    assert_eq!(told(&app.mails_at(EIGHT).await), ["ann@example.com prompt"]);
}

async fn whoever_has_left_stands_in_for_nobody(app: &TestApp) {
    let olga = app.owner().await;
    let ann = app.manager("Ann").await.person;
    let acme = due_client_of(app, "Acme", RoleSide::Client, &ann).await;
    let lea = present(app, "Lea", Left).await;
    know(app, &acme, &lea, 12, 1).await;
    let second = app.person("Sid", None).await;
    know(app, &acme, &second, 12, 2).await;
    away(app, &ann, (MONDAY, MONDAY), None).await;
    let letters = app.mails_at(EIGHT).await;
    assert_eq!(
        told(&letters),
        ["olga@example.com summary", "sid@example.com prompt"]
    );
    let expected = format!("SKIPPED_ABSENT: Away; what is due goes to Sid, {STRONGEST}.");
    assert_eq!(standing(of(&prompts(app, &olga).await, "Ann")), expected);
}

async fn a_delegate_s_own_summary_covers_the_absent(app: &TestApp) {
    let olga = app.owner().await;
    let dana = app.manager("Dana").await.person;
    let sam = app.manager("Sam").await.person;
    let mia = app.member("Mia").await.person;
    let pat = app.manager("Pat").await.person;
    client_of(app, "Acme", RoleSide::Project, &dana).await;
    client_of(app, "Bell", RoleSide::Project, &sam).await;
    client_of(app, "Cody", RoleSide::Project, &pat).await;
    away(app, &sam, (MONDAY, date(2026, 11, 27)), Some(&dana)).await;
    // Mia holds nothing herself: her mail only covers.
    away(app, &pat, (MONDAY, date(2026, 11, 24)), Some(&mia)).await;

    let letters = app.mails_at(EIGHT).await;
    assert_eq!(
        told(&letters),
        [
            "dana@example.com summary",
            "mia@example.com summary",
            "olga@example.com prompt",
            "olga@example.com summary"
        ],
        "these clients were never told anything: the owner hears of it"
    );
    let dana_s = the(&letters, "dana", true);
    assert!(
        dana_s.text.contains("YOUR BOOK")
            && dana_s.text.contains("COVERING FOR SAM (UNTIL FRI 27 NOV)"),
        "{}",
        dana_s.text
    );
    let mia_s = the(&letters, "mia", true);
    assert!(
        !mia_s.text.contains("YOUR BOOK")
            && mia_s.text.contains("COVERING FOR PAT (UNTIL TUE 24 NOV)"),
        "{}",
        mia_s.text
    );
    assert!(
        mia_s.subject.starts_with("Week 48 for Pat: "),
        "{}",
        mia_s.subject
    );
    let rows = summaries(app, &olga).await;
    for (away, to) in [("Sam", "Dana"), ("Pat", "Mia")] {
        let expected = format!("SKIPPED_ABSENT: Away; this week's summary goes to {to}, {NAMED}.");
        assert_eq!(standing(of(&rows, away)), expected);
    }
    assert_eq!(
        told(&app.mails_at("2026-11-25T08:00:00Z").await),
        [""; 0],
        "not again when Pat is back"
    );
}

async fn members_see_their_own_mails_only(app: &TestApp) {
    let olga = app.owner().await;
    let dana = app.manager("Dana").await;
    let mia = app.member("Mia").await;
    let bo = app.member("Bo").await;
    due_client_of(app, "Acme", RoleSide::Client, &dana.person).await;
    away(app, &dana.person, (MONDAY, MONDAY), Some(&mia.person)).await;
    let letters = app.mails_at(EIGHT).await;
    assert!(told(&letters).contains(&"mia@example.com prompt".to_owned()));
    let all = emails(app, &olga).await;
    assert_eq!(emails(app, &dana).await.len(), all.len());
    for member in [&mia, &bo] {
        let own = emails(app, member).await;
        assert_eq!(own.len(), 2, "{own:#?}");
        assert!(
            own.iter()
                .all(|email| email["recipient"]["name"] == member.person.name)
        );
        for email in &all {
            let node = app
                .ask(
                    member,
                    "query ($id: ID!) { node(id: $id) { id } }",
                    serde_json::json!({ "id": email["id"] }),
                )
                .await;
            assert_eq!(
                !node["node"].is_null(),
                own.iter().any(|one| one["id"] == email["id"])
            );
        }
    }
}
