//! Who may read and note relationships, and what reading them costs.

use jiff::civil::date;
use meridian::domain::responsibilities::Scope;
use meridian::domain::strengths::recent_contacts;
use meridian::entity::relationship;
use meridian::graphql::id::Kind;
use sea_orm::{ConnectionTrait, DbBackend, EntityTrait, QueryTrait, Statement};
use serde_json::{Value, json};

use super::{acme, shown};
use crate::statements::{SPLIT, cost};
use crate::support::app::{TestApp, on_both_databases};
use crate::support::demo_agency::DemoAgency;

on_both_databases!(
    only_owners_and_accountable_managers_note_anything,
    members_see_their_own_relationships_and_no_notes,
    relationships_of_a_page_cost_as_many_statements_as_one,
    contacts_are_counted_from_the_index_alone,
);

async fn only_owners_and_accountable_managers_note_anything(app: &TestApp) {
    let acme = acme(app).await;
    let (eve, mia) = (app.manager("Eve").await, app.member("Mia").await);
    let document = "mutation ($input: RelationshipSetInput!) { relationshipSet(input: $input) { userErrors { code } } }";
    for by in [&eve, &mia] {
        let note = acme.note(&acme.dana.person, json!({ "pinned": true }));
        let answer = app.graphql(by, document, json!({ "input": note })).await;
        assert_eq!(
            answer["errors"][0]["extensions"]["code"], "FORBIDDEN",
            "{answer:#}"
        );
    }
    assert_eq!(
        relationship::Entity::find()
            .all(&app.db.read)
            .await
            .unwrap(),
        []
    );
}

async fn members_see_their_own_relationships_and_no_notes(app: &TestApp) {
    let acme = acme(app).await;
    let mia = app.member("Mia").await;
    for person in [&acme.dana.person, &mia.person] {
        app.done(
            &acme.olga,
            "relationshipSet",
            acme.note(person, json!({ "pinned": true })),
            "",
        )
        .await;
    }
    let nodes = shown(app, &mia, &acme.client, "nodes { person { name } pinned }").await;
    assert_eq!(
        nodes,
        json!([{ "person": { "name": "Mia" }, "pinned": true }])
    );
    for (id, field) in [
        (&acme.dana.person, "relationships { nodes { points } }"),
        (&mia.person, "relationships { nodes { reason } }"),
    ] {
        let document = format!("query ($id: ID!) {{ person(id: $id) {{ {field} }} }}");
        let answer = app
            .graphql(&mia, &document, json!({ "id": Kind::Person.text(id.id) }))
            .await;
        assert_eq!(
            answer["errors"][0]["extensions"]["code"], "FORBIDDEN",
            "{answer:#}"
        );
    }
    let row = relationship::Entity::find()
        .one(&app.db.read)
        .await
        .unwrap()
        .unwrap();
    let note = json!({ "id": Kind::RelationshipNote.text(row.id) });
    let data = app
        .ask(&mia, "query ($id: ID!) { node(id: $id) { id } }", note)
        .await;
    assert_eq!(data["node"], Value::Null);
}

async fn relationships_of_a_page_cost_as_many_statements_as_one(app: &TestApp) {
    let demo = DemoAgency::fill(app, 1).await;
    for (list, of) in [
        ("clients(first: $first)", "person"),
        ("people(first: $first)", "client"),
    ] {
        let document = format!(
            "query ($first: Int!) {{ {list} {{ nodes {{ relationships(first: 3) {{ nodes {{
            points reason note {{ version }} {of} {{ name }} }} }} }} }} }}"
        );
        let one = cost(app, &demo.eleanor, &document, json!({ "first": 1 })).await;
        let many = cost(app, &demo.eleanor, &document, json!({ "first": 11 })).await;
        assert!(
            many <= one + SPLIT,
            "{list}: {one} for one, {many} for eleven"
        );
        assert!((1..=14).contains(&many), "{list}: {many}");
    }
}

async fn contacts_are_counted_from_the_index_alone(app: &TestApp) {
    let acme = acme(app).await;
    if app.db.backend() != DbBackend::Sqlite {
        return;
    }
    for scope in [Scope::Clients(vec![acme.client.id]), Scope::All] {
        let counted = recent_contacts(&scope, date(2026, 11, 23)).build(DbBackend::Sqlite);
        let explained = Statement {
            sql: format!("EXPLAIN QUERY PLAN {}", counted.sql),
            ..counted
        };
        let steps = app.db.read.query_all_raw(explained).await.unwrap();
        let steps: Vec<String> = steps
            .iter()
            .map(|step| step.try_get("", "detail").unwrap())
            .collect();
        let search = "SEARCH touchpoint USING COVERING INDEX touchpoint_relationship (client_id=? AND occurred_on>? AND occurred_on<?)";
        assert!(steps.iter().any(|step| step == search), "{steps:#?}");
        assert!(
            !steps.iter().any(|step| step.starts_with("SCAN touchpoint")),
            "{steps:#?}"
        );
    }
}
