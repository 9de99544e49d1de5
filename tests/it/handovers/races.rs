//! Two at the same moment, and what a spreadsheet may not undo.

use std::time::Duration;

use meridian::domain::assignments::{self, NewAssignment, Target};
use meridian::domain::handovers::create_planned_in;
use meridian::domain::plans::ApprovedMove;
use meridian::entity::{AssignmentSource, RoleSide, Side, project};
use meridian::error::Error;
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter};
use serde_json::{Value, json};

use super::agency::{Agency, advance, advance_to, created, refusal};
use crate::support::app::{TestApp, on_both_databases};
use crate::support::handover::programme;
use crate::support::work::role;

on_both_databases!(
    what_is_assigned_while_it_transfers_is_not_lost,
    what_begins_twice_at_once_begins_once,
    a_deadlock_is_to_be_tried_again,
    a_spreadsheet_does_not_undo_a_handover,
);

async fn what_is_assigned_while_it_transfers_is_not_lost(app: &TestApp) {
    let agency = Agency::of(app).await;
    let mia = app.manager("Mia").await;
    agency
        .assign(
            app,
            RoleSide::Client,
            &agency.shop,
            Some(&agency.dana.person),
        )
        .await;
    let mut input = agency.dana_to_sam("CLIENT");
    input["projectIds"] = json!([agency.shop]);
    let handover = created(app, &agency.olga, input).await;
    advance_to(app, &agency.olga, &handover, "SHADOWING").await;
    let shop = project::Entity::find()
        .filter(project::Column::Name.eq("Shop"))
        .one(&app.db.read)
        .await
        .unwrap()
        .unwrap();
    let operator = app.operator();
    let new = NewAssignment {
        role_id: role(app, RoleSide::Client).await.id,
        target: Target::Project(shop.id),
        person_id: Some(mia.person.id),
        from_on: operator.today(),
        reason: "Sam is full.".to_owned(),
    };
    // Written and not yet committed: whoever transfers waits here, and then sees it.
    let tx = app.db.begin().await.unwrap();
    let source = AssignmentSource::Person;
    assignments::set_in(&tx, &operator, source, new)
        .await
        .unwrap();
    let later = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        tx.commit().await.unwrap();
    };
    let (payload, ()) = tokio::join!(advance(app, &agency.olga, &handover, "TRANSFERRED"), later);
    assert_eq!(payload["handover"], Value::Null, "{payload:#}");
    assert_eq!(
        agency.accountable(app, &agency.shop).await,
        ["CLIENT Mia", "PROJECT Dana"]
    );
}

async fn what_begins_twice_at_once_begins_once(app: &TestApp) {
    let agency = Agency::of(app).await;
    let programme = programme(app, app.operator().today()).await;
    let planned = ApprovedMove {
        client_id: agency.acme.id,
        side: Side::Client,
        from_person_id: agency.dana.person.id,
        to_person_id: agency.sam.person.id,
        project_ids: Vec::new(),
        whole_client: true,
        wave: 0,
        reason: "Sam prefers this side.".to_owned(),
        client_side_minutes: 260,
    };
    // Made and not yet committed: whoever makes the same waits here, and then sees it.
    let tx = app.db.begin().await.unwrap();
    create_planned_in(&tx, &app.operator(), &programme, vec![planned])
        .await
        .unwrap();
    let input = agency.dana_to_sam("CLIENT");
    let by_hand = app.change(&agency.olga, "handoverCreate", input, "handover { id }");
    let mut by_hand = std::pin::pin!(by_hand);
    let early = tokio::time::timeout(Duration::from_secs(2), &mut by_hand).await;
    tx.commit().await.unwrap();
    let payload = match early {
        Ok(payload) => payload,
        Err(_) => by_hand.await,
    };
    let why = "Some of this is being handed over already: move that handover on, or cancel it.";
    assert_eq!(refusal(&payload), ("clientId", why));
}

async fn a_deadlock_is_to_be_tried_again(app: &TestApp) {
    if app.db.backend() != DbBackend::Postgres {
        return;
    }
    for code in ["40P01", "40001"] {
        let raised = format!("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{code}'; END $$");
        let error = app.db.read.execute_unprepared(&raised).await.unwrap_err();
        let error = Error::from(error);
        assert!(matches!(error, Error::Conflict(_)), "{code}: {error:?}");
    }
}

async fn a_spreadsheet_does_not_undo_a_handover(app: &TestApp) {
    let agency = Agency::of(app).await;
    let handover = created(app, &agency.olga, agency.dana_to_sam("CLIENT")).await;
    advance_to(app, &agency.olga, &handover, "TRANSFERRED").await;
    let operator = app.operator();
    let role_id = role(app, RoleSide::Client).await.id;
    let import = async |person_id| {
        let new = NewAssignment {
            role_id,
            target: Target::Client(agency.acme.id),
            person_id: Some(person_id),
            from_on: operator.today(),
            reason: "From the agency's spreadsheet.".to_owned(),
        };
        let tx = app.db.begin().await.unwrap();
        let outcome = assignments::set_in(&tx, &operator, AssignmentSource::Import, new).await;
        tx.rollback().await.unwrap();
        outcome.map_err(|error| error.to_string())
    };
    assert!(import(agency.sam.person.id).await.is_ok(), "it agrees");
    let refused = import(agency.dana.person.id).await.unwrap_err();
    assert_eq!(
        refused,
        "A handover decided who holds this from 2026-11-23: “Sam took over from Dana.”. Change it by hand."
    );
}
