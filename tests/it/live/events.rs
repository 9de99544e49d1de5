//! What is told: projects, capacity and mails, each to whoever may see it at that moment.

use meridian::domain::history;
use meridian::entity::{Access, RoleSide, person, project};
use meridian::global_id::Kind;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel, Set};
use serde_json::{Value, json};

use crate::support::app::{TestApp, on_both_databases};
use crate::support::socket::Socket;
use crate::support::tcp::Served;
use crate::support::{rows, work};

on_both_databases!(
    a_change_of_a_project_is_told_once_it_is_committed,
    what_belongs_to_a_project_is_told_too,
    more_than_can_be_told_is_told_as_missed,
    capacity_is_told_where_figures_differ,
    a_member_watches_only_their_own_capacity,
    a_mail_is_told_to_whoever_may_read_it,
    each_event_asks_again_who_asks,
);

const PROJECTS: &str = "subscription ($id: ID) { projectChanged(id: $id) { kind projectId version project { name } } }";

/// A project, and its global id.
async fn project(app: &TestApp, name: &str) -> (project::Model, String) {
    let client = app.insert(rows::client(name, app.now())).await;
    let project = app.insert(rows::project(client.id, name, app.now())).await;
    let id = Kind::Project.text(project.id);
    (project, id)
}

async fn a_change_of_a_project_is_told_once_it_is_committed(app: &TestApp) {
    let olga = app.owner().await;
    let (row, id) = project(app, "Orchard").await;
    let (_, other) = project(app, "Brook").await;
    let served = Served::by(app).await;
    let mut socket = Socket::of(served.address, &olga).await;
    socket.subscribe("all", PROJECTS, Value::Null).await;
    socket.subscribe("one", PROJECTS, json!({ "id": id })).await;

    // What is given up is nobody's business.
    let tx = app.db.begin().await.unwrap();
    let after = project::Model {
        version: 77,
        ..row.clone()
    };
    history::updated(&tx, &app.operator(), row.id, &row, &after)
        .await
        .unwrap();
    tx.rollback().await.unwrap();

    let rename = |id: &str, name: &str| json!({ "id": id, "name": name });
    app.done(
        &olga,
        "projectUpdate",
        rename(&other, "Brook 2"),
        "project { id }",
    )
    .await;
    let told = socket.next("all").await;
    assert_eq!(
        told["projectChanged"],
        json!({ "kind": "UPDATED", "projectId": other, "version": 2, "project": { "name": "Brook 2" } })
    );
    app.done(
        &olga,
        "projectUpdate",
        rename(&id, "Orchard 2"),
        "project { id }",
    )
    .await;
    let mut told = [socket.hear().await, socket.hear().await];
    told.sort_by_key(|message| message["id"].to_string());
    for (message, of) in told.iter().zip(["all", "one"]) {
        assert_eq!(message["id"], of);
        let event = &message["payload"]["data"]["projectChanged"];
        assert_eq!(event["project"]["name"], "Orchard 2");
        assert_eq!(message["payload"]["extensions"]["cost"]["requested"], 6);
    }

    // An operation that was completed says nothing more, and its id can be used again.
    socket.say(json!({ "type": "complete", "id": "all" })).await;
    socket
        .subscribe("all", PROJECTS, json!({ "id": other }))
        .await;
    let ended = json!({ "id": id, "status": "CANCELLED", "reason": "A story" });
    app.done(&olga, "projectStatusSet", ended, "project { id }")
        .await;
    assert_eq!(
        socket.next("one").await["projectChanged"]["kind"],
        "UPDATED"
    );
    let archive = json!({ "id": id });
    app.done(&olga, "projectArchive", archive, "project { id }")
        .await;
    let told = socket.next("one").await;
    assert_eq!(told["projectChanged"]["kind"], "ARCHIVED");
    served.stop().await.unwrap();
}

async fn what_belongs_to_a_project_is_told_too(app: &TestApp) {
    let olga = app.owner().await;
    let (_, id) = project(app, "Orchard").await;
    let served = Served::by(app).await;
    let mut socket = Socket::of(served.address, &olga).await;
    let query = "subscription ($id: ID!) { projectChanged(id: $id) { kind version project { accountable { person { name } } } } }";
    socket.subscribe("1", query, json!({ "id": id })).await;
    let role = work::role(app, RoleSide::Project).await;
    let assigned = json!({
        "roleId": Kind::Role.text(role.id),
        "of": { "projectId": id },
        "personId": Kind::Person.text(olga.person.id),
        "reason": "A story",
    });
    app.done(&olga, "assignmentSet", assigned, "assignment { id }")
        .await;
    let event = &socket.next("1").await["projectChanged"];
    assert_eq!(
        (&event["kind"], &event["version"]),
        (&json!("UPDATED"), &json!(1))
    );
    assert_eq!(event["project"]["accountable"][0]["person"]["name"], "Olga");
    served.stop().await.unwrap();
}

async fn more_than_can_be_told_is_told_as_missed(app: &TestApp) {
    let olga = app.owner().await;
    let (row, id) = project(app, "Orchard").await;
    let served = Served::by(app).await;
    let mut socket = Socket::of(served.address, &olga).await;
    socket.subscribe("1", PROJECTS, Value::Null).await;
    let tx = app.db.begin().await.unwrap();
    let many = vec![row; 1_001];
    history::created_all(&tx, &app.operator(), &many, |row| row.id)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let missed = json!({ "kind": "MISSED", "projectId": null, "version": null, "project": null });
    assert_eq!(socket.next("1").await["projectChanged"], missed);
    let figures = app.watch.exposition(app).await;
    for figure in [
        "meridian_subscription_events_dropped_total 1",
        "meridian_subscriptions 1",
        r#"meridian_live_connections{kind="websocket"} 1"#,
    ] {
        assert!(figures.lines().any(|line| line == figure), "{figure}");
    }

    // It goes on.
    let rename = json!({ "id": id, "name": "Orchard 2" });
    app.done(&olga, "projectUpdate", rename, "project { id }")
        .await;
    let told = socket.next("1").await;
    assert_eq!(told["projectChanged"]["kind"], "UPDATED");
    served.stop().await.unwrap();
}

const CAPACITY: &str =
    "subscription ($id: ID, $weeks: Int! = 1) { capacityChanged(personId: $id, weeks: $weeks) {
    kind person { name } weeks { week bookedMinutes timeOffMinutes } } }";

async fn capacity_is_told_where_figures_differ(app: &TestApp) {
    let manager = app.manager("Mara").await;
    let olga = app.owner().await;
    let pia = app.member("Pia").await;
    let (_, project) = project(app, "Orchard").await;
    let served = Served::by(app).await;
    let mut socket = Socket::of(served.address, &manager).await;
    socket.subscribe("1", CAPACITY, json!({ "weeks": 2 })).await;

    // A change without an effect on anybody's minutes says nothing.
    let rename = json!({ "id": project, "name": "Orchard 2" });
    app.done(&olga, "projectUpdate", rename, "project { id }")
        .await;
    let booked = json!({
        "projectId": project,
        "personId": Kind::Person.text(pia.person.id),
        "startsOn": "2026-11-30",
        "endsOn": "2026-12-04",
        "method": "TOTAL",
        "value": 600,
    });
    app.done(&olga, "bookingCreate", booked, "booking { id }")
        .await;
    assert_eq!(
        socket.next("1").await["capacityChanged"],
        json!({ "kind": "UPDATED", "person": { "name": "Pia" }, "weeks": [
            { "week": "2026-W49", "bookedMinutes": 600, "timeOffMinutes": 0 },
        ] })
    );

    // Nor do the figures of somebody who comes, or who goes, go without saying.
    let quinn = app.member("Quinn").await;
    let hello = json!({ "id": Kind::Person.text(quinn.person.id), "name": "Quinn Q" });
    app.done(&olga, "personUpdate", hello, "person { id }")
        .await;
    let event = &socket.next("1").await["capacityChanged"];
    assert_eq!(
        (&event["kind"], event["weeks"].as_array().unwrap().len()),
        (&json!("CREATED"), 2)
    );
    let left = meridian::entity::Day("2026-11-01".parse().unwrap());
    set(app, &quinn.person, |row| {
        row.employed_until = Set(Some(left))
    })
    .await;
    let rename = json!({ "id": project, "name": "Orchard 3" });
    app.done(&olga, "projectUpdate", rename, "project { id }")
        .await;
    assert_eq!(
        socket.next("1").await["capacityChanged"],
        json!({ "kind": "DELETED", "person": { "name": "Quinn Q" }, "weeks": [] })
    );
    served.stop().await.unwrap();
}

async fn a_member_watches_only_their_own_capacity(app: &TestApp) {
    let olga = app.owner().await;
    let pia = app.member("Pia").await;
    let quinn = app.member("Quinn").await;
    let id = |actor: &crate::support::app::Actor| Kind::Person.text(actor.person.id);
    let served = Served::by(app).await;
    let mut socket = Socket::of(served.address, &pia).await;
    socket.ask("1", CAPACITY, json!({ "id": id(&quinn) })).await;
    assert_eq!(socket.refusal("1").await, "NOT_FOUND");
    socket.ask("1", CAPACITY, json!({ "weeks": 14 })).await;
    assert_eq!(socket.refusal("1").await, "BAD_USER_INPUT");
    socket.subscribe("1", CAPACITY, Value::Null).await;
    for who in [&quinn, &pia] {
        let off = json!({ "personId": id(who), "startsOn": "2026-11-25", "endsOn": "2026-11-25" });
        app.done(&olga, "timeOffCreate", off, "timeOff { id }")
            .await;
    }
    let event = &socket.next("1").await["capacityChanged"];
    assert_eq!(event["person"]["name"], "Pia");
    assert_eq!(event["weeks"][0]["timeOffMinutes"], 450);
    served.stop().await.unwrap();
}

async fn a_mail_is_told_to_whoever_may_read_it(app: &TestApp) {
    let olga = app.owner().await;
    let pia = app.member("Pia").await;
    let query = "subscription ($of: ID) { mailDelivered(recipientId: $of) { kind emailId state email { recipient { name } } } }";
    let of = |who: &crate::support::app::Actor| json!({ "of": Kind::Person.text(who.person.id) });
    let served = Served::by(app).await;
    let mut all = Socket::of(served.address, &olga).await;
    let mut own = Socket::of(served.address, &pia).await;
    own.ask("1", query, of(&olga)).await;
    assert_eq!(own.refusal("1").await, "NOT_FOUND");
    all.subscribe("1", query, Value::Null).await;
    own.subscribe("1", query, Value::Null).await;
    let mut of_olga = Socket::of(served.address, &olga).await;
    of_olga.subscribe("1", query, of(&olga)).await;
    let mut of_pia = Socket::of(served.address, &olga).await;
    of_pia.subscribe("1", query, of(&pia)).await;
    app.mails_at("2026-11-23T08:00:00Z").await;

    let mut heard = Vec::new();
    while heard.len() < 4
        && !(heard.contains(&"Olga".to_owned()) && heard.contains(&"Pia".to_owned()))
    {
        let event = all.next("1").await["mailDelivered"].take();
        assert_eq!(event["kind"], "UPDATED");
        assert!(event["emailId"].as_str().unwrap().starts_with("eml_"));
        heard.push(
            event["email"]["recipient"]["name"]
                .as_str()
                .unwrap()
                .to_owned(),
        );
    }
    let event = &own.next("1").await["mailDelivered"];
    assert_eq!(event["email"]["recipient"]["name"], "Pia");
    assert!(
        ["SENT", "SKIPPED_EMPTY"].contains(&event["state"].as_str().unwrap()),
        "{event:#}"
    );
    // One of the two mails is told first; each of these hears of its own alone.
    for (mut socket, name) in [(of_olga, "Olga"), (of_pia, "Pia")] {
        let event = &socket.next("1").await["mailDelivered"];
        assert_eq!(event["email"]["recipient"]["name"], name);
    }
    served.stop().await.unwrap();
}

async fn each_event_asks_again_who_asks(app: &TestApp) {
    let olga = app.owner().await;
    let mara = app.manager("Mara").await;
    let quinn = app.member("Quinn").await;
    let (_, id) = project(app, "Orchard").await;
    let served = Served::by(app).await;
    let rename = async |name: &str| {
        let renamed = json!({ "id": id, "name": name });
        app.done(&olga, "projectUpdate", renamed, "project { id }")
            .await;
    };

    // Of somebody who is made a member, what only managers may watch ends; all else goes on.
    let mut socket = Socket::of(served.address, &mara).await;
    let watched = json!({ "id": Kind::Person.text(quinn.person.id) });
    socket.subscribe("capacity", CAPACITY, watched).await;
    socket.subscribe("projects", PROJECTS, Value::Null).await;
    set(app, &mara.person, |row| {
        row.access = Set(Some(Access::Member))
    })
    .await;
    rename("Orchard 2").await;
    let mut told = [socket.hear().await, socket.hear().await];
    told.sort_by_key(|message| message["id"].to_string());
    assert_eq!(
        (&told[0]["type"], &told[1]["type"]),
        (&json!("error"), &json!("next"))
    );
    assert_eq!(told[0]["payload"][0]["extensions"]["code"], "NOT_FOUND");

    // Who left hears nothing more.
    let day = meridian::entity::Day("2026-11-01".parse().unwrap());
    set(app, &mara.person, |row| row.employed_until = Set(Some(day))).await;
    rename("Orchard 3").await;
    let heard = socket.closed().await;
    assert_eq!(heard, 4403);

    // Nor does one whose token was revoked.
    let mut socket = Socket::of(served.address, &quinn).await;
    socket.subscribe("1", PROJECTS, Value::Null).await;
    rename("Orchard 4").await;
    socket.next("1").await;
    super::closing::revoke(app, &quinn).await;
    rename("Orchard 5").await;
    assert_eq!(socket.closed().await, 4403);
    served.stop().await.unwrap();
}

async fn set(app: &TestApp, person: &person::Model, change: impl FnOnce(&mut person::ActiveModel)) {
    let tx = app.db.begin().await.unwrap();
    let row = person::Entity::find_by_id(person.id)
        .one(&tx)
        .await
        .unwrap();
    let mut row = row.unwrap().into_active_model();
    change(&mut row);
    row.update(&tx).await.unwrap();
    tx.commit().await.unwrap();
}
