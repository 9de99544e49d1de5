//! Nobody leaves before a plan covers what they hold (R7).

use jiff::civil::{Date, date};
use meridian::domain::plans;
use meridian::entity::{
    Day, HandoverStage, Moment, RoleSide, Side, assignment, client, handover, handover_step,
    new_id, person,
};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter, Set};
use serde_json::json;

use super::agency::{Agency, client as named, id, moves, refusals};
use crate::support::app::{TestApp, on_both_databases};
use crate::support::rows;
use crate::support::work::{client_of, hold, role};

on_both_databases!(
    an_approved_plan_lets_somebody_leave_when_it_is_done_by_then,
    open_handovers_cover_what_they_move_in_time,
    what_a_plan_moves_is_grouped_for_handovers,
);

async fn an_approved_plan_lets_somebody_leave_when_it_is_done_by_then(app: &TestApp) {
    let agency = Agency::fill(app).await;
    let (owner, dana) = (&agency.demo.eleanor, &agency.demo.dana.person);
    let idle = app.insert(rows::client("Idle Ltd", app.now())).await;
    hold(app, &idle, RoleSide::Client, dana).await;
    let leave = async |last: &str| {
        let input = json!({ "id": id(dana), "employedUntil": last });
        app.change(owner, "personUpdate", input, "person { employedUntil }")
            .await
    };
    let refused = refusals(&leave("2027-03-31").await);
    let wanted = "employedUntil NOT_ALLOWED_NOW After 2027-03-31, Dana Okafor would still be Account manager of Idle Ltd, \
        Project manager of Admissions site,";
    assert!(
        refused[0].starts_with(&wanted.replace("        ", "")),
        "{refused:?}"
    );

    let receivers = json!([{ "personId": id(&agency.demo.sam.person) }, { "personId": id(&agency.nora.person) }]);
    let input = json!({ "kind": "LEAVER", "name": "Dana leaves", "leaverId": id(dana), "receivers": receivers });
    let plan = agency.plan(app, input).await;
    assert_eq!(plan["state"], "READY", "{plan:#}");
    // Both sides of 18 projects, launches and all, and the idle client.
    assert_eq!(plan["outcome"]["moves"]["totalCount"], 37);
    let idle_move = moves(&plan).iter().find(|one| one["project"].is_null());
    assert_eq!(idle_move.unwrap()["client"]["name"], "Idle Ltd");
    assert_eq!(refusals(&leave("2027-03-31").await).len(), 1);

    app.done(owner, "planApprove", json!({ "id": plan["id"] }), "")
        .await;
    // In four weeks nothing has transferred yet.
    assert_eq!(
        refusals(&leave("2026-12-20").await),
        refusals(&leave("2026-12-20").await)
    );
    assert!(refusals(&leave("2026-12-20").await)[0].contains("Account manager of Idle Ltd"));
    assert_eq!(
        leave("2027-03-31").await["person"]["employedUntil"],
        "2027-03-31"
    );

    let gone = Day(date(2027, 4, 1));
    let held = assignment::Entity::find().filter(assignment::Column::PersonId.eq(dana.id));
    let held = held.all(&app.db.read).await.unwrap();
    assert!(
        held.iter()
            .all(|row| row.until_on.is_some_and(|until| until <= gone))
    );
    let still = held.iter().filter(|row| row.until_on == Some(gone));
    assert!(still.clone().count() > 5);
    assert!(still.clone().all(|row| row.closed_reason.as_deref()
        == Some("Dana Okafor leaves, and is here until 2027-03-31.")));
    assert!(
        still
            .clone()
            .all(|row| row.closed_by_id == Some(owner.person.id))
    );
}

/// Dana speaks for Acme as a whole, and is production manager of one project of it besides.
struct Acme {
    dana: person::Model,
    nora: person::Model,
    acme: client::Model,
    owner: crate::support::app::Actor,
}

impl Acme {
    async fn found(app: &TestApp) -> Self {
        let owner = app.owner().await;
        let (dana, nora) = (
            app.manager("Dana").await.person,
            app.manager("Nora").await.person,
        );
        let acme = client_of(app, "Acme", RoleSide::Client, &dana).await;
        Self {
            dana,
            nora,
            acme,
            owner,
        }
    }

    async fn handover(&self, app: &TestApp, side: Side, transfers_on: Date) -> handover::Model {
        let row = handover::Model {
            id: new_id(app.now()),
            programme_id: None,
            client_id: self.acme.id,
            side,
            from_person_id: self.dana.id,
            to_person_id: self.nora.id,
            whole_client: true,
            stage: HandoverStage::Planned,
            wave: 0,
            weight_minutes: 130,
            reason: "Dana leaves.".to_owned(),
            cancel_reason: None,
            transferred_on: None,
            version: 1,
            created_at: Moment(app.now()),
            updated_at: Moment(app.now()),
        };
        let row = app.insert(row).await;
        let step = handover_step::Model {
            id: new_id(app.now()),
            handover_id: row.id,
            stage: HandoverStage::Transferred,
            owner_id: self.dana.id,
            due_on: Day(transfers_on),
            reached_on: None,
            reached_at: None,
            reached_by_id: None,
        };
        app.insert(step).await;
        row
    }

    async fn leave(&self, app: &TestApp) -> Vec<String> {
        let input = json!({ "id": id(&self.dana), "employedUntil": "2026-12-31" });
        refusals(&app.change(&self.owner, "personUpdate", input, "").await)
    }
}

async fn open_handovers_cover_what_they_move_in_time(app: &TestApp) {
    let agency = Acme::found(app).await;
    let refused = "employedUntil NOT_ALLOWED_NOW After 2026-12-31, Dana would still be Account manager of Acme. \
        Assign somebody else from 2027-01-01 on, or hand it over by 2026-12-31: with handovers, or an approved LEAVER plan. \
        Then try again."
        .replace("        ", "");
    assert_eq!(agency.leave(app).await, [&*refused]);
    // The other side, too late, and called off: none of them covers it.
    agency
        .handover(app, Side::Project, date(2026, 12, 21))
        .await;
    assert_eq!(agency.leave(app).await, [&*refused]);
    agency.handover(app, Side::Client, date(2027, 1, 1)).await;
    assert_eq!(agency.leave(app).await, [&*refused]);
    let mut called_off: handover::ActiveModel = agency
        .handover(app, Side::Client, date(2026, 12, 21))
        .await
        .into();
    called_off.stage = Set(HandoverStage::Cancelled);
    called_off.cancel_reason = Set(Some("Not now.".to_owned()));
    let tx = app.db.begin().await.unwrap();
    called_off.update(&tx).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(agency.leave(app).await, [&*refused]);

    agency.handover(app, Side::Client, date(2026, 12, 31)).await;
    let none: [&str; 0] = [];
    assert_eq!(agency.leave(app).await, none);
    let role = role(app, RoleSide::Client).await;
    let rows = assignment::Entity::find().filter(assignment::Column::RoleId.eq(role.id));
    let rows = rows.all(&app.db.read).await.unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].until_on, Some(Day(date(2027, 1, 1))));
}

async fn what_a_plan_moves_is_grouped_for_handovers(app: &TestApp) {
    let agency = Agency::fill(app).await;
    let (dana, owner) = (&agency.demo.dana.person, &agency.demo.eleanor);
    let receivers = json!([{ "personId": id(&agency.nora.person) }]);
    let input = json!({ "kind": "LEAVER", "name": "Dana leaves", "leaverId": id(dana), "receivers": receivers });
    let plan = agency.plan(app, input).await;
    let (_, plan_id) = meridian::global_id::parse(plan["id"].as_str().unwrap()).unwrap();
    let early = plans::approved_moves(&app.db.read, plan_id).await;
    assert_eq!(
        early.unwrap_err().to_string(),
        "The plan is READY: an owner has to approve it first."
    );
    app.done(owner, "planApprove", json!({ "id": plan["id"] }), "")
        .await;

    let moves = plans::approved_moves(&app.db.read, plan_id).await.unwrap();
    // Seven clients and one project of another, two sides each.
    assert_eq!(moves.len(), 16);
    assert!(
        moves
            .iter()
            .all(|one| one.from_person_id == dana.id && one.to_person_id == agency.nora.person.id)
    );
    let of = async |name: &str, side: Side| {
        let client = named(app, name).await;
        let found: Vec<_> = moves
            .iter()
            .filter(|one| one.client_id == client.id && one.side == side)
            .collect();
        assert_eq!(found.len(), 1, "{name}");
        found[0].clone()
    };
    // Held as a whole, with a project that is Sam's; project by project; one project of Sam's client.
    let museum = of("Tidewick Museum", Side::Client).await;
    assert_eq!(
        (
            museum.whole_client,
            museum.project_ids.len(),
            museum.client_side_minutes
        ),
        (true, 2, 145)
    );
    let school = of("St Orrin's Choir School", Side::Project).await;
    assert_eq!(
        (
            school.whole_client,
            school.project_ids.len(),
            school.client_side_minutes
        ),
        (false, 3, 160)
    );
    let solicitors = of("Ostrick & Daughters Solicitors", Side::Client).await;
    assert_eq!(
        (solicitors.whole_client, solicitors.project_ids.len()),
        (false, 1)
    );
    let unknown = plans::approved_moves(&app.db.read, dana.id).await;
    assert_eq!(unknown.unwrap_err().to_string(), "There is no such plan.");
}
