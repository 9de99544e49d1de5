//! The demo agency's Monday.

use meridian::entity::{Moment, schedule};
use meridian::graphql::id::Kind;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use serde_json::{Value, json};

use crate::support::app::{Actor, TestApp, on_both_databases};
use crate::support::demo_agency::{BEFORE_EIGHT, DemoAgency, EIGHT, EIGHT_IN_NEW_YORK};
use crate::support::figures::{WEEK, hours, sentence};
use crate::support::letter::{Letter, the, told};
use crate::support::outbox::{emails, of, prompts, standing, summaries};

on_both_databases!(
    each_manager_gets_one_of_each_and_the_owner_the_agency,
    no_mail_comes_twice_however_often_the_clock_is_asked,
    the_figures_in_the_mails_are_the_api_s,
    a_mail_that_was_stopped_does_not_come,
    nothing_to_say_is_no_mail_and_says_so,
);

const EACH_MANAGER: [&str; 4] = [
    "dana@halyard.example prompt",
    "dana@halyard.example summary",
    "sam@halyard.example prompt",
    "sam@halyard.example summary",
];

async fn each_manager_gets_one_of_each_and_the_owner_the_agency(app: &TestApp) {
    let demo = DemoAgency::fill(app, 1).await;
    assert_eq!(told(&app.mails_at(BEFORE_EIGHT).await), [""; 0]);
    let letters = app.mails_at(EIGHT).await;
    assert_eq!(told(&letters), EACH_MANAGER);
    for (manager, other) in [("dana", "Sam"), ("sam", "Dana")] {
        let summary = the(&letters, manager, true);
        assert!(
            summary.subject.starts_with("Week 48: "),
            "{}",
            summary.subject
        );
        assert!(summary.text.contains("YOUR BOOK") && !summary.text.contains("THE AGENCY"));
        assert!(!summary.text.contains(&format!("{other} Ellery:")));
    }

    assert_eq!(told(&app.mails_at("2026-11-23T12:59:59Z").await), [""; 0]);
    let letters = app.mails_at(EIGHT_IN_NEW_YORK).await;
    assert_eq!(
        told(&letters),
        [
            "eleanor@halyard.example prompt",
            "eleanor@halyard.example summary"
        ]
    );
    let agency = the(&letters, "eleanor", true);
    for expected in [
        "THE AGENCY",
        "- Dana Okafor: 100 % full.",
        "- Sam Ellery: 100 % full.",
        "at 08:00 (America/New_York)",
    ] {
        assert!(
            agency.words().contains(expected),
            "{expected}: {}",
            agency.text
        );
    }
    let rows = emails(app, &demo.eleanor).await;
    assert_eq!(rows.len(), 6);
    let overdue = the(&letters, "eleanor", false);
    assert!(
        overdue.subject.contains("overdue: ")
            && overdue.words().contains("Dana Okafor has this in copy."),
        "{}",
        overdue.text
    );
    for row in &rows {
        assert_eq!(standing(row), "SENT");
        assert_eq!(row["attempts"].as_array().unwrap().len(), 1);
    }
}

async fn no_mail_comes_twice_however_often_the_clock_is_asked(app: &TestApp) {
    let demo = DemoAgency::fill(app, 1).await;
    let replica = app.started_again().await;
    app.set_clock(EIGHT);
    let due = schedule::Entity::find()
        .filter(schedule::Column::NextDueAt.lte(Moment(app.now())))
        .all(&app.db.read)
        .await
        .unwrap();
    tokio::join!(app.tick(), replica.tick());
    let (mine, theirs) = tokio::join!(app.drain(), replica.drain());
    let sent: Vec<Letter> = [&mine, &theirs]
        .into_iter()
        .max_by_key(|sent| sent.len())
        .unwrap()
        .iter()
        .map(Letter::read)
        .collect();
    assert_eq!(told(&sent), EACH_MANAGER);
    assert_eq!(
        told(&app.mails_at(EIGHT).await),
        [""; 0],
        "the clock is asked again"
    );
    replica.stop().await;

    // As a replica would that had read the subscriptions before the other moved them on.
    due_again(app, due).await;
    assert_eq!(told(&app.mails_at("2026-11-23T08:01:00Z").await), [""; 0]);
    assert_eq!(
        emails(app, &demo.dana).await.len(),
        4,
        "nothing is planned twice either"
    );

    let restarted = app.started_again().await;
    assert_eq!(
        told(&restarted.mails_at("2026-11-23T08:02:00Z").await),
        [""; 0]
    );
    restarted.stop().await;

    let next = app.mails_at("2026-11-30T08:00:00Z").await;
    let summaries_told: Vec<String> = told(&next)
        .into_iter()
        .filter(|one| one.ends_with("summary"))
        .collect();
    assert_eq!(
        summaries_told,
        [
            "dana@halyard.example summary",
            "sam@halyard.example summary"
        ]
    );
    for manager in ["Dana Okafor", "Sam Ellery"] {
        let rows = summaries(app, &demo.eleanor).await;
        let of_manager = rows
            .iter()
            .filter(|row| row["recipient"]["name"] == manager);
        let periods: Vec<&Value> = of_manager.map(|row| &row["period"]).collect();
        assert_eq!(periods, ["2026-W49", "2026-W48"]);
    }
}

/// Sets subscriptions back to what they were.
async fn due_again(app: &TestApp, rows: Vec<schedule::Model>) {
    let tx = app.db.begin().await.unwrap();
    for row in rows {
        row.into_active_model()
            .reset_all()
            .update(&tx)
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
}

async fn the_figures_in_the_mails_are_the_api_s(app: &TestApp) {
    let demo = DemoAgency::fill(app, 1).await;
    let letters = app.mails_at(EIGHT).await;
    let team = team(app, &demo.dana).await;
    for (address, manager) in [("dana", &demo.dana), ("sam", &demo.sam)] {
        let document =
            format!("query ($id: ID!) {{ person(id: $id) {{ capacity(weeks: 1) {{ {WEEK} }} }} }}");
        let id = json!({ "id": Kind::Person.text(manager.person.id) });
        let answer = app.ask(manager, &document, id).await;
        let week = &answer["person"]["capacity"][0];
        let words = the(&letters, address, true).words();
        let count = |name: &str| week[name].as_i64().unwrap();
        for expected in [
            format!("YOUR BOOK {}", sentence(week)),
            format!("Active projects: {} of 6.", count("activeProjects")),
            format!("Back burner: {} of 15.", count("backBurnerProjects")),
            format!(
                "Coordination, client side: {}.",
                hours(count("clientSideMinutes"))
            ),
            format!(
                "Coordination, project side: {}.",
                hours(count("projectSideMinutes"))
            ),
            format!("Role mix: {} %.", count("roleMixBp") / 100),
        ] {
            assert!(words.contains(&expected), "{expected}: {words}");
        }
        assert!(listed(&words, &team) >= 5, "{words}");
    }

    let agency = app.mails_at(EIGHT_IN_NEW_YORK).await;
    let words = the(&agency, "eleanor", true).words();
    let total = format!("THE AGENCY {}", sentence(&team["total"]));
    assert!(words.contains(&total), "{total}: {words}");
    assert!(listed(&words, &team) >= 4, "{words}");
}

async fn team(app: &TestApp, by: &Actor) -> Value {
    let document = format!(
        "{{ teamCapacity(week: \"2026-W48\") {{ total {{ {WEEK} }} people(first: 50) {{ nodes {{ person {{ name }} capacity {{ {WEEK} }} }} }} }} }}"
    );
    app.ask(by, &document, json!({})).await["teamCapacity"].take()
}

/// How many people of the team a mail has a line about: each with the figures of the team's list.
fn listed(words: &str, team: &Value) -> usize {
    let people = team["people"]["nodes"].as_array().unwrap();
    let mut listed = 0;
    for one in people {
        let name = one["person"]["name"].as_str().unwrap();
        let expected = format!("- {name}: {}", sentence(&one["capacity"]));
        // Their time off is a line with their name too.
        let lines = words.matches(&format!("- {name}: ")).count();
        let absences = [" Mon ", " Tue ", " Wed ", " Thu ", " Fri "];
        let away = absences
            .iter()
            .map(|day| words.matches(&format!("- {name}:{day}")).count());
        let lines = lines - away.sum::<usize>();
        assert_eq!(
            words.matches(&expected).count(),
            lines,
            "{expected}: {words}"
        );
        listed += lines;
    }
    listed
}

async fn a_mail_that_was_stopped_does_not_come(app: &TestApp) {
    let demo = DemoAgency::fill(app, 1).await;
    let stop = json!({ "personId": Kind::Person.text(demo.dana.person.id), "kind": "CAPACITY_SUMMARY", "paused": true });
    app.done(&demo.dana, "scheduleSet", stop, "schedule { paused }")
        .await;
    let letters = app.mails_at(EIGHT).await;
    assert_eq!(
        told(&letters),
        [EACH_MANAGER[0], EACH_MANAGER[2], EACH_MANAGER[3]]
    );
    assert_eq!(summaries(app, &demo.dana).await.len(), 1, "Sam's");
}

async fn nothing_to_say_is_no_mail_and_says_so(app: &TestApp) {
    let olga = app.owner().await;
    let mo = app.manager("Mo").await;
    assert_eq!(
        told(&app.mails_at(EIGHT).await),
        ["olga@example.com summary"]
    );
    let nothing_held =
        "SKIPPED_EMPTY: Nothing to say: accountable for no project's production side this week.";
    assert_eq!(standing(of(&summaries(app, &mo).await, "Mo")), nothing_held);
    let nothing_due =
        "SKIPPED_EMPTY: Nothing was due today that had not been prompted for this week.";
    for name in ["Mo", "Olga"] {
        assert_eq!(standing(of(&prompts(app, &olga).await, name)), nothing_due);
    }
    let asked = "query ($id: ID!) { emailPreview(kind: CAPACITY_SUMMARY, personId: $id) { subject skippedAs reason } }";
    let id = json!({ "id": Kind::Person.text(mo.person.id) });
    let preview = app.ask(&mo, asked, id).await;
    assert_eq!(preview["emailPreview"]["skippedAs"], "SKIPPED_EMPTY");
}
