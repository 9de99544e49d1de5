//! What a link is about has changed since the mail: it says so and does nothing.

use jiff::civil::date;
use meridian::entity::{Access, Day, Moment, RoleSide, assignment, client, person, project};
use meridian::graphql::id::Kind;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, Set};
use serde_json::json;

use super::agency::{LOG, NOT_NOW, Prompted, form, get, heading, post};
use crate::support::app::{Answer, TestApp, on_both_databases};
use crate::support::rows;
use crate::support::tables::contents;
use crate::support::work::role;

on_both_databases!(
    an_update_logged_meanwhile_is_said,
    an_archived_client_is_said,
    an_accountability_that_moved_is_said,
    a_project_that_ended_is_said,
    whoever_left_can_do_nothing,
);

/// Every link that Monday's prompt leads to.
async fn all_links(app: &TestApp, prompted: &Prompted) -> Vec<String> {
    let page = get(app, &prompted.link(NOT_NOW)).await;
    let buttons = [
        "Put it off until Wed 25 Nov",
        "Hand it to Ned",
        "It is not needed",
    ];
    let mut links: Vec<String> = buttons.iter().map(|button| form(&page, button)).collect();
    links.push(prompted.link(LOG));
    links.push(prompted.link(NOT_NOW));
    links
}

async fn prompted_with_a_delegate(app: &TestApp) -> Prompted {
    let prompted = Prompted::on_monday(app).await;
    let ned = app.person("Ned", Some(Access::Member)).await;
    let mut row = prompted.dana.person.clone().into_active_model();
    row.standing_delegate_id = Set(Some(ned.id));
    let tx = app.db.begin().await.unwrap();
    row.update(&tx).await.unwrap();
    tx.commit().await.unwrap();
    prompted
}

/// Follows and presses each link: nothing changes, and every page says the same.
async fn all_say(app: &TestApp, links: &[String], status: u16, title: &str, text: &str) {
    let before = contents(app).await;
    for path in links {
        let pages: [Answer; 2] = [get(app, path).await, post(app, path, "reason=closed").await];
        for page in pages {
            assert_eq!(
                (page.status.as_u16(), heading(&page)),
                (status, title),
                "{path}"
            );
            assert!(page.text.contains(text), "{}", page.text);
            assert!(!page.text.contains("<form"));
        }
    }
    assert_eq!(contents(app).await, before);
}

async fn an_update_logged_meanwhile_is_said(app: &TestApp) {
    let prompted = prompted_with_a_delegate(app).await;
    let links = all_links(app, &prompted).await;
    let olga = app.owner().await;
    let call = json!({ "clientId": Kind::Client.text(prompted.acme.id), "kind": "CALL" });
    app.done(&olga, "touchpointLog", call, "touchpoint { id }")
        .await;
    let text = "The last contact: a call on Mon 23 Nov by Olga.";
    all_say(app, &links, 409, "Acme has heard from us already", text).await;
}

async fn an_archived_client_is_said(app: &TestApp) {
    let prompted = prompted_with_a_delegate(app).await;
    let links = all_links(app, &prompted).await;
    let tx = app.db.begin().await.unwrap();
    client::Entity::update_many()
        .col_expr(client::Column::ArchivedAt, Expr::value(Moment(app.now())))
        .exec(&tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let text = "Nobody is prompted about it any more.";
    all_say(app, &links, 409, "Acme is archived", text).await;
}

async fn an_accountability_that_moved_is_said(app: &TestApp) {
    let prompted = prompted_with_a_delegate(app).await;
    let links = all_links(app, &prompted).await;
    let sam = app.manager("Sam").await.person;
    let tx = app.db.begin().await.unwrap();
    assignment::Entity::update_many()
        .col_expr(
            assignment::Column::UntilOn,
            Expr::value(Day(date(2026, 11, 23))),
        )
        .filter(assignment::Column::PersonId.eq(prompted.dana.person.id))
        .exec(&tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let nobody = "Nobody is accountable for it today.";
    all_say(app, &links, 409, "Acme is in nobody&#39;s hands", nobody).await;
    let role = role(app, RoleSide::Client).await;
    let from_today = assignment::Model {
        from_on: Day(date(2026, 11, 23)),
        ..rows::assignment(role.id, prompted.acme.id, sam.id, app.now())
    };
    app.insert(from_today).await;
    all_say(
        app,
        &links,
        409,
        "Acme is in other hands",
        "Sam sees to it.",
    )
    .await;
}

async fn a_project_that_ended_is_said(app: &TestApp) {
    let prompted = prompted_with_a_delegate(app).await;
    let links = all_links(app, &prompted).await;
    let tx = app.db.begin().await.unwrap();
    project::Entity::update_many()
        .col_expr(project::Column::Status, Expr::value("COMPLETED"))
        .exec(&tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let text = "Its projects or its log have changed since the mail.";
    all_say(app, &links, 409, "Nothing is due to Acme any more", text).await;
}

async fn whoever_left_can_do_nothing(app: &TestApp) {
    let prompted = prompted_with_a_delegate(app).await;
    let links = all_links(app, &prompted).await;
    let mut row: person::ActiveModel = prompted.dana.person.clone().into_active_model();
    row.employed_until = Set(Some(Day(date(2026, 11, 22))));
    let tx = app.db.begin().await.unwrap();
    row.update(&tx).await.unwrap();
    tx.commit().await.unwrap();
    let text = "Dana does not work here any more.";
    all_say(app, &links, 410, "This link does not work any more", text).await;
}
