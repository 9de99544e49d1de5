//! The three walkthroughs of docs/architecture.md, each under its name there.

use jiff::civil::date;
use meridian::entity::{Moment, RoleSide, change, email, obligation, schedule};
use meridian::graphql::id::Kind;
use meridian::jobs::planner;
use meridian::jobs::sender::Sender;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};

use crate::smtp_session::mailer;
use crate::support::app::{TestApp, on_both_databases};
use crate::support::demo_agency::{DemoAgency, EIGHT};
use crate::support::figures::{WEEK, sentence};
use crate::support::letter::{Letter, the, told};
use crate::support::outbox::{of, prompts, standing, summaries};
use crate::support::rows;
use crate::support::smtp_server::{ServerOptions, SmtpServer};
use crate::support::work::{client_of, due_client_of};

on_both_databases!(
    a_mutation_from_request_to_history,
    a_summary_from_alarm_to_inbox,
    a_prompt_rerouted_to_a_delegate,
);

async fn a_mutation_from_request_to_history(app: &TestApp) {
    let dana = app.manager("Dana").await;
    let sam = app.manager("Sam").await;
    let acme = client_of(app, "Acme", RoleSide::Client, &dana.person).await;
    let web = app.insert(rows::project(acme.id, "Web", app.now())).await;
    let id = Kind::Project.text(web.id);
    let history = async || {
        let rows = change::Entity::find().filter(change::Column::SubjectId.eq(web.id));
        rows.all(&app.db.read).await.unwrap()
    };

    // The right: Sam is a manager, but not accountable for this project.
    let wish = json!({ "id": id, "complexity": 5, "expectedVersion": 1 });
    let mutation = "mutation ($input: ProjectUpdateInput!) { projectUpdate(input: $input) { userErrors { message } } }";
    let answer = app.graphql(&sam, mutation, json!({ "input": wish })).await;
    assert_eq!(
        answer["errors"][0]["extensions"]["code"], "FORBIDDEN",
        "{answer:#}"
    );
    assert_eq!(answer["errors"][0]["path"], json!(["projectUpdate"]));

    // The validation: every field that cannot be, and the version that was read.
    let wrong = json!({ "id": id, "name": " ", "complexity": 6, "expectedVersion": 7 });
    let payload = app
        .change(
            &dana,
            "projectUpdate",
            wrong,
            "project { complexity version }",
        )
        .await;
    let refused = payload["userErrors"].as_array().unwrap();
    let fields: Vec<&Value> = refused.iter().map(|error| &error["field"][0]).collect();
    assert_eq!(
        fields,
        ["expectedVersion", "name", "complexity"],
        "{payload:#}"
    );
    assert_eq!(
        payload["project"],
        json!({ "complexity": 3, "version": 1 }),
        "as it stands"
    );
    assert_eq!(history().await, [], "nothing has happened so far");

    // The change, its version and the answer.
    app.set_clock("2026-11-23T09:30:00Z");
    let payload = app
        .done(
            &dana,
            "projectUpdate",
            wish.clone(),
            "project { name complexity version updatedAt }",
        )
        .await;
    let changed = json!({ "name": "Web", "complexity": 5, "version": 2, "updatedAt": "2026-11-23T09:30:00Z" });
    assert_eq!(payload["project"], changed);
    let document = "query ($id: ID!) { project(id: $id) { name complexity version updatedAt } }";
    assert_eq!(
        app.ask(&sam, document, json!({ "id": id })).await["project"],
        changed
    );

    // The history: who, when, before and after.
    let [entry] = &history().await[..] else {
        panic!("one entry");
    };
    assert_eq!(
        (&*entry.subject_kind, &*entry.action, &*entry.actor),
        ("project", "UPDATED", "Dana")
    );
    assert_eq!(
        (entry.actor_id, entry.changed_at),
        (Some(dana.person.id), Moment(app.now()))
    );
    let (before, after) = (
        entry.before_change.as_ref().unwrap(),
        entry.after_change.as_ref().unwrap(),
    );
    assert_eq!(
        (&before["complexity"], &before["version"]),
        (&json!(3), &json!(1))
    );
    assert_eq!(
        (&after["complexity"], &after["version"]),
        (&json!(5), &json!(2))
    );
    assert_eq!(
        (&before["name"], &after["name"]),
        (&json!("Web"), &json!("Web"))
    );

    // Whoever read before it is told so.
    let payload = app
        .change(&dana, "projectUpdate", wish, "project { id }")
        .await;
    assert_eq!(payload["userErrors"][0]["code"], "STALE_VERSION");
    assert_eq!(history().await.len(), 1);
}

async fn a_summary_from_alarm_to_inbox(app: &TestApp) {
    let demo = DemoAgency::fill(app, 1).await;
    let server = SmtpServer::start(ServerOptions::default()).await;
    let replica = app.sending_through(mailer(&server.url(""))).await;

    // The alarm: before eight there is nothing to do, at eight there are rows of the outbox.
    assert_eq!(planner::tick(&replica).await.unwrap(), 0);
    app.set_clock(EIGHT);
    assert_eq!(planner::tick(&replica).await.unwrap(), 4);
    let planned = of(&summaries(app, &demo.dana).await, "Sam Ellery").clone();
    assert_eq!(
        (standing(&planned), &planned["period"]),
        ("PENDING".to_owned(), &json!("2026-W48"))
    );
    assert_eq!(planned["dueAt"], EIGHT);
    let key = format!("capacity_summary/{}/2026-W48", demo.sam.person.id);
    let row = email::Entity::find()
        .filter(email::Column::DedupeKey.eq(key))
        .one(&app.db.read)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(Kind::Email.text(row.id), planned["id"]);
    let next = schedule::Entity::find().filter(schedule::Column::PersonId.eq(demo.sam.person.id));
    let next = next.all(&app.db.read).await.unwrap();
    let mut next: Vec<String> = next
        .iter()
        .map(|row| row.next_due_at.0.to_string())
        .collect();
    next.sort();
    assert_eq!(
        next,
        ["2026-11-24T08:00:00Z", "2026-11-30T08:00:00Z"],
        "tomorrow's prompt, next Monday's summary"
    );

    // The sender: claims, composes, and hands over.
    let mut sender = Sender::new((*replica).clone(), "replica-1");
    assert_eq!(sender.step().await.unwrap(), 4);
    assert_eq!(sender.step().await.unwrap(), 0);
    sender.close().await;
    let taken = obligation::Entity::find()
        .filter(obligation::Column::EmailId.eq(row.id))
        .all(&app.db.read)
        .await
        .unwrap();
    let keys: Vec<&str> = taken
        .iter()
        .map(|one| one.obligation_key.as_str())
        .collect();
    assert_eq!(
        keys,
        [format!("capacity_summary/{}/2026-W48", demo.sam.person.id)]
    );

    // The inbox.
    assert_eq!(server.connections(), 1);
    let letters: Vec<Letter> = server
        .received()
        .iter()
        .map(|mail| Letter::parse(&mail.raw, &mail.to.join(", ")))
        .collect();
    let letter = the(&letters, "sam", true);
    let sent = of(&summaries(app, &demo.dana).await, "Sam Ellery").clone();
    headers_are_complete(letter, &sent, &row, &demo);
    let attempts = json!([{
        "outcome": "ACCEPTED", "phase": null, "serverCode": 250, "serverText": "OK",
        "startedAt": EIGHT, "replica": "replica-1",
    }]);
    assert_eq!(
        (standing(&sent), &sent["sentAt"]),
        ("SENT".to_owned(), &json!(EIGHT))
    );
    assert_eq!(sent["attempts"], attempts);

    // Its figures are those that the API has at that moment.
    let document =
        format!("query ($id: ID!) {{ person(id: $id) {{ capacity(weeks: 1) {{ {WEEK} }} }} }}");
    let answer = app
        .ask(
            &demo.dana,
            &document,
            json!({ "id": Kind::Person.text(demo.sam.person.id) }),
        )
        .await;
    let expected = format!("YOUR BOOK {}", sentence(&answer["person"]["capacity"][0]));
    assert_eq!(
        expected,
        "YOUR BOOK 100 % full. 30 h confirmed of 30 h, exactly full."
    );
    assert!(letter.words().contains(&expected), "{}", letter.text);
    replica.stop().await;
}

/// The headers of a mail (jobs-and-mail.md, "The mail").
fn headers_are_complete(letter: &Letter, sent: &Value, row: &email::Model, demo: &DemoAgency) {
    let domain = "meridian.example";
    let message_id = letter.header("Message-ID");
    let domain = message_id
        .trim_end_matches('>')
        .rsplit_once('@')
        .map_or(domain, |(_, domain)| domain);
    assert_eq!(
        message_id,
        format!("<2026-W48.{}.capacity-summary@{domain}>", row.id.simple())
    );
    assert_eq!(sent["messageId"], message_id.trim_matches(['<', '>']));
    assert_eq!(sent["subject"], letter.subject);
    let thread = format!(
        "<capacity-summary.{}@{domain}>",
        demo.sam.person.id.simple()
    );
    for (name, expected) in [
        ("To", "\"Sam Ellery\" <sam@halyard.example>"),
        ("Date", "Mon, 23 Nov 2026 08:00:00 +0000"),
        ("Auto-Submitted", "auto-generated"),
        ("List-Id", &format!("<capacity-summary.{domain}>")),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        ("References", &thread),
        ("MIME-Version", "1.0"),
    ] {
        assert_eq!(letter.header(name), expected, "{name}");
    }
    assert!(
        letter.header("From").ends_with(&format!("@{domain}>")),
        "{}",
        letter.header("From")
    );
    let stop = letter.header("List-Unsubscribe");
    assert!(
        stop.starts_with("<http")
            && stop.contains(">, <mailto:")
            && stop.contains("?subject=stop%20"),
        "{stop}"
    );
    assert!(
        letter
            .header("Content-Type")
            .starts_with("multipart/alternative;")
    );
    assert!(letter.subject.chars().count() <= 60);
}

async fn a_prompt_rerouted_to_a_delegate(app: &TestApp) {
    let dana = app.manager("Dana").await;
    let sam = app.manager("Sam").await;
    due_client_of(app, "Acme", RoleSide::Client, &dana.person).await;
    due_client_of(app, "Bell", RoleSide::Client, &sam.person).await;
    let monday = date(2026, 11, 23).to_string();
    let off = json!({
        "personId": Kind::Person.text(dana.person.id), "startsOn": monday, "endsOn": monday,
        "delegateId": Kind::Person.text(sam.person.id), "note": "Dentist",
    });
    app.done(&dana, "timeOffCreate", off, "timeOff { id }")
        .await;

    let letters = app.mails_at(EIGHT).await;
    assert_eq!(
        told(&letters),
        ["sam@example.com prompt"],
        "the delegate's one mail of the day"
    );
    let (own, covered) = letters[0]
        .text
        .split_once("COVERING FOR DANA (UNTIL MON 23 NOV)")
        .unwrap();
    assert!(own.contains("Bell\n") && !own.contains("Acme\n"), "{own}");
    assert!(
        covered.contains("Acme\n") && !covered.contains("Bell\n"),
        "{covered}"
    );
    assert!(letters[0].words().contains("you stand in for Dana."));
    assert!(
        letters[0].subject.starts_with("2 client updates due: "),
        "{}",
        letters[0].subject
    );

    let rows = prompts(app, &dana).await;
    let expected =
        "SKIPPED_ABSENT: Away; what is due goes to Sam, the delegate named on the time off.";
    assert_eq!(standing(of(&rows, "Dana")), expected);
    assert_eq!(standing(of(&rows, "Sam")), "SENT");
    assert_eq!(
        told(&app.mails_at("2026-11-23T08:01:00Z").await),
        [""; 0],
        "nothing comes twice"
    );
    assert_eq!(
        told(&app.mails_at("2026-11-24T08:00:00Z").await),
        [""; 0],
        "nor when Dana is back"
    );
    assert_eq!(
        prompts(app, &dana).await.len(),
        4,
        "one row a person and day"
    );
}
