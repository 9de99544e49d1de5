//! Several changes at once: all of them or none, and a look at them beforehand.

use meridian::entity::{RoleSide, email, schedule};
use meridian::graphql::id::Kind;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};

use crate::handovers::Agency;
use crate::support::app::{Actor, TestApp, on_both_databases};
use crate::support::tables::contents;
use crate::support::work::role;

on_both_databases!(
    bookings_are_made_changed_and_deleted_in_one_go,
    one_bad_item_keeps_the_others_from_happening,
    assignments_are_set_together,
    an_office_closes_for_everybody,
    a_batch_has_1_to_100_items,
);

const BOOKINGS: &str = "results { booking { person { name } startsOn value version } deletedId }";

fn person(actor: &Actor) -> String {
    Kind::Person.text(actor.person.id)
}

fn booking(agency: &Agency, day: &str, value: i64) -> Value {
    json!({ "personId": person(&agency.sam), "projectId": agency.shop, "startsOn": day, "endsOn": day,
        "method": "PER_DAY", "value": value })
}

/// What a dry run says and what the change itself does, which must be the same; the dry run leaves no trace.
async fn dry_and_done(
    app: &TestApp,
    by: &Actor,
    mutation: &str,
    items: &Value,
    selection: &str,
) -> Value {
    let before = contents(app).await;
    let input = |dry_run: bool| json!({ "items": items, "dryRun": dry_run });
    let dry = app.done(by, mutation, input(true), selection).await;
    assert_eq!(contents(app).await, before, "a dry run of {mutation} wrote");
    let done = app.done(by, mutation, input(false), selection).await;
    assert_eq!(dry, done);
    assert_ne!(contents(app).await, before);
    done
}

async fn bookings_are_made_changed_and_deleted_in_one_go(app: &TestApp) {
    let agency = Agency::of(app).await;
    let dana = &agency.dana;
    let mut ids = Vec::new();
    for day in ["2026-11-24", "2026-11-25"] {
        let made = app
            .done(
                dana,
                "bookingCreate",
                booking(&agency, day, 60),
                "booking { id }",
            )
            .await;
        ids.push(made["booking"]["id"].clone());
    }
    let items = json!([
        { "create": booking(&agency, "2026-11-26", 30) },
        { "update": { "id": ids[0], "expectedVersion": 1, "value": 90 } },
        { "delete": { "id": ids[1], "expectedVersion": 1 } },
        // What an item before it has done is there for the next.
        { "update": { "id": ids[0], "expectedVersion": 2, "value": 120 } },
    ]);
    let done = dry_and_done(app, dana, "bookingsChange", &items, BOOKINGS).await;
    let of = |day: &str, value: i64, version: i64| {
        json!({ "booking": { "person": { "name": "Sam" }, "startsOn": day, "value": value, "version": version },
            "deletedId": null })
    };
    assert_eq!(
        done["results"],
        json!([
            of("2026-11-26", 30, 1),
            of("2026-11-24", 90, 2),
            { "booking": null, "deletedId": ids[1] },
            of("2026-11-24", 120, 3),
        ])
    );
    let document = "query ($id: ID!) { node(id: $id) { ... on Booking { value history { nodes { action by } } } } }";
    let read = app.ask(dana, document, json!({ "id": ids[0] })).await;
    assert_eq!(read["node"]["value"], 120);
    let change = |action: &str| json!({ "action": action, "by": "Dana" });
    assert_eq!(
        read["node"]["history"]["nodes"],
        json!([change("UPDATED"), change("UPDATED"), change("CREATED")])
    );
}

async fn one_bad_item_keeps_the_others_from_happening(app: &TestApp) {
    let agency = Agency::of(app).await;
    let dana = &agency.dana;
    let day = "2026-11-24";
    let made = app
        .done(
            dana,
            "bookingCreate",
            booking(&agency, day, 60),
            "booking { id }",
        )
        .await;
    let id = &made["booking"]["id"];
    let mut nobody = booking(&agency, day, 30);
    nobody["personId"] = "per_1".into();
    let items = json!([
        { "create": booking(&agency, day, 30) },
        { "create": nobody },
        { "update": { "id": id, "expectedVersion": 7, "value": 0 } },
        { "delete": { "id": format!("bok_{}", "0".repeat(32)) } },
        { "delete": { "id": agency.shop } },
    ]);
    let before = contents(app).await;
    for dry_run in [true, false] {
        let input = json!({ "items": items, "dryRun": dry_run });
        let payload = app.change(dana, "bookingsChange", input, BOOKINGS).await;
        let told: Vec<String> = payload["userErrors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|error| {
                let steps = error["field"].as_array().unwrap().iter();
                let steps: Vec<&str> = steps.map(|step| step.as_str().unwrap()).collect();
                format!("{} {}", steps.join("."), error["code"].as_str().unwrap())
            })
            .collect();
        assert_eq!(
            told,
            [
                "items.1.create.personId NOT_FOUND",
                "items.2.update.expectedVersion STALE_VERSION",
                "items.2.update.value INVALID",
                "items.3 NOT_FOUND",
                "items.4.delete.id NOT_FOUND",
            ]
        );
        let nothing = json!({ "booking": null, "deletedId": null });
        let as_it_is = json!({ "booking": { "person": { "name": "Sam" }, "startsOn": day, "value": 60, "version": 1 },
            "deletedId": null });
        assert_eq!(
            payload["results"],
            json!([nothing, nothing, as_it_is, nothing, nothing])
        );
        assert_eq!(contents(app).await, before);
    }
    // Sam is accountable for nothing of it.
    let input = json!({ "items": [{ "create": booking(&agency, day, 30) }] });
    let document = "mutation ($input: BookingsChangeInput!) { bookingsChange(input: $input) { userErrors { code } } }";
    let refused = app
        .graphql(&agency.sam, document, json!({ "input": input }))
        .await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "FORBIDDEN");
    let message = refused["errors"][0]["message"].as_str().unwrap();
    assert!(message.starts_with("items.0: "), "{message}");
    assert_eq!(contents(app).await, before);
}

async fn assignments_are_set_together(app: &TestApp) {
    let agency = Agency::of(app).await;
    let mails = async || {
        (
            email::Entity::find().count(&app.db.read).await.unwrap(),
            schedule::Entity::find().count(&app.db.read).await.unwrap(),
        )
    };
    let before = mails().await;
    let account_manager = Kind::Role.text(role(app, RoleSide::Client).await.id);
    let to = |project: &str, person: Value| json!({ "roleId": account_manager, "of": { "projectId": project }, "personId": person, "reason": "together" });
    let items = json!([
        to(&agency.shop, person(&agency.sam).into()),
        to(&agency.blog, person(&agency.sam).into()),
        to(&agency.shop, Value::Null),
    ]);
    let selection =
        "results { assignment { person { name } project { name } } closed { person { name } } }";
    let done = dry_and_done(app, &agency.olga, "assignmentsSet", &items, selection).await;
    let of = |project: &str| json!({ "person": { "name": "Sam" }, "project": { "name": project } });
    assert_eq!(
        done["results"],
        json!([
            { "assignment": of("Shop"), "closed": null },
            { "assignment": of("Blog"), "closed": null },
            { "assignment": null, "closed": { "person": { "name": "Sam" } } },
        ])
    );
    assert_eq!(
        agency.accountable(app, &agency.blog).await,
        ["CLIENT Sam", "PROJECT Dana"]
    );
    assert_eq!(mails().await.0, before.0, "nobody is mailed at once");

    let again = json!({ "items": [to(&agency.blog, person(&agency.sam).into())], "dryRun": true });
    let payload = app
        .change(&agency.olga, "assignmentsSet", again, selection)
        .await;
    assert_eq!(
        payload["userErrors"][0]["field"],
        json!(["items", "0", "personId"])
    );
    assert_eq!(payload["userErrors"][0]["code"], "NOT_ALLOWED_NOW");
}

async fn an_office_closes_for_everybody(app: &TestApp) {
    let agency = Agency::of(app).await;
    let closed = |actor: &Actor| json!({ "create": { "personId": person(actor), "startsOn": "2026-12-24", "endsOn": "2026-12-31", "note": "Closed" } });
    let items = json!([closed(&agency.dana), closed(&agency.sam)]);
    let selection = "results { timeOff { person { name } startsOn version } deletedId }";
    let done = dry_and_done(app, &agency.olga, "timeOffsChange", &items, selection).await;
    let off = |name: &str| json!({ "timeOff": { "person": { "name": name }, "startsOn": "2026-12-24", "version": 1 }, "deletedId": null });
    assert_eq!(done["results"], json!([off("Dana"), off("Sam")]));

    let document = "query ($id: ID!) { person(id: $id) { timeOff { id note history { nodes { fields { name } } } } } }";
    let read = app
        .ask(
            &agency.olga,
            document,
            json!({ "id": person(&agency.dana) }),
        )
        .await;
    let row = &read["person"]["timeOff"][0];
    assert_eq!(row["note"], "Closed");
    let shown = |read: &Value| {
        let fields = &read["person"]["timeOff"][0]["history"]["nodes"][0]["fields"];
        let names: Vec<String> = fields
            .as_array()
            .unwrap()
            .iter()
            .map(|field| field["name"].as_str().unwrap().to_owned())
            .collect();
        names
    };
    assert!(shown(&read).contains(&"note".to_owned()));
    // History tells a colleague what happened, without what is private.
    let document = document.replace("note ", "");
    let read = app
        .ask(
            &agency.sam,
            &document,
            json!({ "id": person(&agency.dana) }),
        )
        .await;
    assert!(shown(&read).contains(&"startsOn".to_owned()));
    assert!(!shown(&read).contains(&"note".to_owned()));

    let items = json!([
        { "update": { "id": row["id"], "endsOn": "2027-01-03" } },
        { "delete": { "id": row["id"], "expectedVersion": 2 } },
    ]);
    let done = dry_and_done(app, &agency.olga, "timeOffsChange", &items, selection).await;
    assert_eq!(
        done["results"][1],
        json!({ "timeOff": null, "deletedId": row["id"] })
    );
}

async fn a_batch_has_1_to_100_items(app: &TestApp) {
    let agency = Agency::of(app).await;
    for count in [0, 101] {
        let items = vec![json!({ "create": booking(&agency, "2026-11-24", 1) }); count];
        let input = json!({ "items": items });
        let payload = app
            .change(
                &agency.olga,
                "bookingsChange",
                input,
                "results { deletedId }",
            )
            .await;
        let error = &payload["userErrors"][0];
        assert_eq!(
            (&error["field"], &error["code"]),
            (&json!(["items"]), &json!("INVALID"))
        );
    }
    let items = vec![json!({ "create": booking(&agency, "2026-11-24", 1) }); 100];
    let done = app
        .done(
            &agency.olga,
            "bookingsChange",
            json!({ "items": items }),
            "results { booking { id } }",
        )
        .await;
    assert_eq!(done["results"].as_array().unwrap().len(), 100);
}
