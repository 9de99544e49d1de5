//! The inventory kept, and what changed since.

use meridian::entity::{ProjectStatus, RoleSide, change, inventory_snapshot, project};
use meridian::graphql::id::Kind;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use serde_json::{Value, json};

use super::{Acme, acme};
use crate::support::app::{TestApp, on_both_databases};
use crate::support::rows;
use crate::support::work::role;

on_both_databases!(
    a_snapshot_stays_what_it_was_when_everything_is_called_otherwise,
    the_difference_names_what_was_added_removed_and_changed,
    a_snapshot_from_before_a_field_was_kept_is_read,
    a_snapshot_needs_a_name_and_an_unknown_one_is_not_found,
);

pub(super) async fn taken(app: &TestApp, acme: &Acme, name: &str) -> Value {
    let input = json!({ "name": name });
    let payload = app
        .done(
            &acme.dana,
            "inventorySnapshotTake",
            input,
            "snapshot { id }",
        )
        .await;
    payload["snapshot"]["id"].clone()
}

async fn rename(app: &TestApp, acme: &Acme) {
    let client = json!({ "id": Kind::Client.text(acme.client.id), "name": "Acme Ltd" });
    app.done(&acme.olga, "clientUpdate", client, "").await;
    let site = json!({ "id": Kind::Project.text(acme.site.id), "name": "Website", "size": "XL" });
    app.done(&acme.olga, "projectUpdate", site, "").await;
}

async fn a_snapshot_stays_what_it_was_when_everything_is_called_otherwise(app: &TestApp) {
    let acme = acme(app).await;
    let id = taken(app, &acme, " before the split ").await;
    rename(app, &acme).await;
    app.set_clock("2026-12-01T09:00:00Z");
    taken(app, &acme, "after").await;
    let document =
        "{ inventorySnapshots(first: 2) { nodes { id name takenOn takenBy { name } lines { totalCount nodes {
        clientName client { name } projectName size clientSide { strength since } updateState } }
        history(first: 1) { nodes { action by fields { name } } } } } }";
    let data = app.ask(&acme.sam, document, json!({})).await;
    let nodes = data["inventorySnapshots"]["nodes"].as_array().unwrap();
    assert_eq!(nodes[0]["name"], "after", "the newest first");
    assert_eq!(
        nodes[1],
        json!({
            "id": id, "name": "before the split", "takenOn": "2026-11-23", "takenBy": { "name": "Dana" },
            "lines": { "totalCount": 1, "nodes": [{
                "clientName": "Acme", "client": { "name": "Acme Ltd" }, "projectName": "Site", "size": "M",
                "clientSide": { "strength": 88, "since": "2023-11-23" }, "updateState": "AHEAD",
            }] },
            "history": { "nodes": [{ "action": "CREATED", "by": "Dana", "fields": [
                { "name": "id" }, { "name": "name" }, { "name": "takenAt" }, { "name": "takenById" }, { "name": "takenOn" },
            ] }] },
        })
    );
    let noted = change::Entity::find().filter(change::Column::SubjectKind.eq("inventory_snapshot"));
    assert_eq!(noted.all(&app.db.read).await.unwrap().len(), 2);
}

const DIFFERENCE: &str =
    "query ($from: ID!, $to: ID) { inventoryDifference(fromId: $from, toId: $to) {
    added { nodes { clientName projectName } } removed { nodes { clientName projectName } }
    changed { nodes { line { clientName projectName } fields { name before after } } } } }";

/// The lines that say something else now.
pub(super) async fn changed_since(app: &TestApp, acme: &Acme, snapshot: &Value) -> Value {
    let mut data = app
        .ask(&acme.olga, DIFFERENCE, json!({ "from": snapshot }))
        .await;
    data["inventoryDifference"]["changed"]["nodes"].take()
}

async fn a_snapshot_from_before_a_field_was_kept_is_read(app: &TestApp) {
    let acme = acme(app).await;
    let id = taken(app, &acme, "before").await;
    let kept = inventory_snapshot::Entity::find().one(&app.db.read).await;
    let mut kept = kept.unwrap().unwrap();
    let part = kept.lines[0]["project"].as_object_mut().unwrap();
    assert_eq!(part.remove("re_decide"), Some(json!(false)));
    let row = kept.into_active_model().reset_all();
    row.update(&app.db.read).await.unwrap();
    let document =
        "query ($id: ID!) { inventorySnapshot(id: $id) { lines { nodes { decided reDecide } } } }";
    let data = app.ask(&acme.olga, document, json!({ "id": id })).await;
    assert_eq!(
        data["inventorySnapshot"]["lines"]["nodes"],
        json!([{ "decided": false, "reDecide": false }])
    );
    assert_eq!(changed_since(app, &acme, &id).await, json!([]));
}

async fn the_difference_names_what_was_added_removed_and_changed(app: &TestApp) {
    let acme = acme(app).await;
    let shop = rows::project(acme.client.id, "Shop", app.now());
    let shop = app
        .insert(project::Model {
            status: ProjectStatus::BackBurner,
            ..shop
        })
        .await;
    let before = taken(app, &acme, "before").await;
    let nothing = app
        .ask(&acme.olga, DIFFERENCE, json!({ "from": before }))
        .await;
    let none = json!({ "nodes": [] });
    assert_eq!(
        nothing["inventoryDifference"],
        json!({ "added": none, "removed": none, "changed": none })
    );

    rename(app, &acme).await;
    let input = json!({ "id": Kind::Project.text(shop.id), "status": "COMPLETED" });
    app.done(&acme.olga, "projectStatusSet", input, "").await;
    app.insert(rows::client("Bolt", app.now())).await;
    let input = json!({ "roleId": Kind::Role.text(role(app, RoleSide::Project).await.id), "reason": "Sam moves on",
        "of": { "clientId": Kind::Client.text(acme.client.id) }, "personId": Kind::Person.text(acme.olga.person.id) });
    app.done(&acme.olga, "assignmentSet", input, "").await;
    let after = taken(app, &acme, "after").await;
    for to in [after, Value::Null] {
        let found = app
            .ask(&acme.olga, DIFFERENCE, json!({ "from": before, "to": to }))
            .await;
        let found = &found["inventoryDifference"];
        assert_eq!(
            found["added"]["nodes"],
            json!([{ "clientName": "Bolt", "projectName": null }])
        );
        assert_eq!(
            found["removed"]["nodes"],
            json!([{ "clientName": "Acme", "projectName": "Shop" }])
        );
        let changed = found["changed"]["nodes"].as_array().unwrap();
        assert_eq!(changed.len(), 1);
        assert_eq!(
            changed[0]["line"],
            json!({ "clientName": "Acme Ltd", "projectName": "Website" })
        );
        let field = |name: &str, before: &str, after: &str| json!({ "name": name, "before": before, "after": after });
        assert_eq!(
            changed[0]["fields"],
            json!([
                field("clientName", "Acme", "Acme Ltd"),
                field("projectName", "Site", "Website"),
                field("size", "M", "XL"),
                field("projectSide", "Sam", "Olga"),
                field("projectSideSince", "2026-08-23", "2026-11-23"),
                field(
                    "projectSideWhy",
                    "Production manager of this client since 2026-08-23: knows them best",
                    "Production manager of this client since 2026-11-23: Sam moves on"
                ),
                field("projectSideStrength", "6", "0"),
                field("clientMinutes", "130", "286"),
                field("projectMinutes", "120", "264"),
            ])
        );
    }
}

async fn a_snapshot_needs_a_name_and_an_unknown_one_is_not_found(app: &TestApp) {
    let acme = acme(app).await;
    let payload = app
        .change(
            &acme.olga,
            "inventorySnapshotTake",
            json!({ "name": " " }),
            "snapshot { id }",
        )
        .await;
    assert_eq!(payload["userErrors"][0]["field"], json!(["name"]));
    for id in [
        Kind::InventorySnapshot.text(acme.client.id),
        Kind::Client.text(acme.client.id),
    ] {
        let answer = app
            .graphql(&acme.olga, DIFFERENCE, json!({ "from": id }))
            .await;
        assert_eq!(
            answer["errors"][0]["extensions"]["code"], "NOT_FOUND",
            "{answer}"
        );
    }
}
