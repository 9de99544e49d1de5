//! Handing a prompt to a stand-in, and what a stand-in can answer.

use jiff::civil::{Date, date};
use meridian::entity::{Access, Day, RoleSide, TouchpointKind, person, touchpoint};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, Set};
use serde_json::json;

use super::agency::{
    LOG, MONDAY, NOT_NOW, Prompted, TUESDAY, WEDNESDAY, form, get, heading, link, press,
};
use crate::support::app::{TestApp, on_both_databases};
use crate::support::letter::{the, told};
use crate::support::outbox::{of, prompts, standing};
use crate::support::work::{away, due_client_of};

on_both_databases!(
    what_is_handed_over_stands_in_the_delegate_s_mail,
    nobody_to_hand_it_to_is_said_and_nothing_changes,
    what_was_handed_to_somebody_away_goes_to_their_stand_in,
    what_was_handed_to_somebody_who_left_comes_back,
    what_a_delegate_puts_off_comes_back_to_them,
    a_paused_delegate_gets_what_was_handed_over_all_the_same,
    a_stand_in_logs_the_update_they_were_prompted_for,
    two_people_who_log_it_at_the_same_time_log_it_once,
);

const TUESDAY_ON: Date = date(2026, 11, 24);

async fn delegate(app: &TestApp, of: &person::Model, to: &person::Model) {
    let mut row = of.clone().into_active_model();
    row.standing_delegate_id = Set(Some(to.id));
    let tx = app.db.begin().await.unwrap();
    row.update(&tx).await.unwrap();
    tx.commit().await.unwrap();
}

/// Ned, a member, to whom Dana hands the update to Acme on Monday.
async fn handed_to_ned(app: &TestApp) -> (Prompted, person::Model) {
    let prompted = Prompted::on_monday(app).await;
    let ned = app.person("Ned", Some(Access::Member)).await;
    delegate(app, &prompted.dana.person, &ned).await;
    let path = prompted.choice(app, "Hand it to Ned").await;
    assert_eq!(
        heading(&get(app, &path).await),
        "Hand over the update to Acme?"
    );
    let page = press(app, &path).await;
    assert_eq!(heading(&page), "The update to Acme was handed to Ned");
    assert_eq!(
        heading(&press(app, &path).await),
        "This link was used already"
    );
    (prompted, ned)
}

async fn updates_by(app: &TestApp, person: &person::Model) -> usize {
    let updates = touchpoint::Entity::find()
        .filter(touchpoint::Column::Kind.eq(TouchpointKind::Update))
        .filter(touchpoint::Column::PersonId.eq(person.id));
    updates.all(&app.db.read).await.unwrap().len()
}

async fn what_is_handed_over_stands_in_the_delegate_s_mail(app: &TestApp) {
    let (prompted, ned) = handed_to_ned(app).await;
    let letters = app.mails_at(TUESDAY).await;
    assert_eq!(told(&letters), ["ned@example.com prompt"]);
    let mail = the(&letters, "ned", false);
    assert!(mail.text.contains("HANDED OVER BY DANA"), "{}", mail.text);
    assert!(mail.words().contains("a colleague handed this to you"));
    assert_eq!(told(&app.mails_at(WEDNESDAY).await), [""; 0], "once a week");

    // Ned holds nothing and may log it all the same, from the mail as through the API.
    let actor = app.sign_in(ned.clone()).await;
    let id = meridian::graphql::id::Kind::Client.text(prompted.acme.id);
    let call = json!({ "clientId": id, "kind": "EMAIL" });
    app.done(&actor, "touchpointLog", call, "touchpoint { id }")
        .await;
    let page = press(app, &link(mail, "Acme", LOG)).await;
    assert_eq!(heading(&page), "The update to Acme was logged");
    assert_eq!(updates_by(app, &ned).await, 1);
    let next_week = app.mails_at("2026-12-02T08:00:00Z").await;
    assert_eq!(
        told(&next_week),
        ["dana@example.com prompt"],
        "the next one is Dana's again"
    );
}

async fn nobody_to_hand_it_to_is_said_and_nothing_changes(app: &TestApp) {
    let prompted = Prompted::on_monday(app).await;
    let page = get(app, &prompted.link(NOT_NOW)).await;
    assert!(
        page.text.contains("Nobody stands in for you"),
        "{}",
        page.text
    );
    assert!(!page.text.contains("Hand it to"));
    let before = crate::support::tables::contents(app).await;
    // As it was when the page was opened: a delegate who is gone when the button is pressed.
    let ned = app.person("Ned", None).await;
    delegate(app, &prompted.dana.person, &ned).await;
    let path = prompted.choice(app, "Hand it to Ned").await;
    let mut row = ned.into_active_model();
    row.employed_until = Set(Some(Day(date(2026, 11, 20))));
    let tx = app.db.begin().await.unwrap();
    row.update(&tx).await.unwrap();
    tx.commit().await.unwrap();
    let page = press(app, &path).await;
    assert_eq!(page.status, 409);
    assert_eq!(heading(&page), "This cannot be done now");
    let after = crate::support::tables::contents(app).await;
    for table in ["prompt_choice", "used_link", "change", "touchpoint"] {
        assert_eq!(before[table], after[table], "{table}");
    }
}

async fn what_was_handed_to_somebody_away_goes_to_their_stand_in(app: &TestApp) {
    let (_, ned) = handed_to_ned(app).await;
    let nora = app.person("Nora", None).await;
    away(app, &ned, (TUESDAY_ON, TUESDAY_ON), Some(&nora)).await;
    let letters = app.mails_at(TUESDAY).await;
    assert_eq!(told(&letters), ["nora@example.com prompt"]);
    let mail = the(&letters, "nora", false);
    let covering = "COVERING FOR NED (UNTIL TUE 24 NOV)";
    assert!(mail.text.contains(covering), "{}", mail.text);
    let page = press(app, &link(mail, "Acme", LOG)).await;
    assert_eq!(heading(&page), "The update to Acme was logged");
    assert_eq!(updates_by(app, &nora).await, 1);
}

async fn what_was_handed_to_somebody_who_left_comes_back(app: &TestApp) {
    let (_, ned) = handed_to_ned(app).await;
    let mut row = ned.into_active_model();
    row.employed_until = Set(Some(Day(date(2026, 11, 23))));
    let tx = app.db.begin().await.unwrap();
    row.update(&tx).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(
        told(&app.mails_at(TUESDAY).await),
        ["dana@example.com prompt"]
    );
}

async fn what_a_delegate_puts_off_comes_back_to_them(app: &TestApp) {
    handed_to_ned(app).await;
    let letters = app.mails_at(TUESDAY).await;
    let page = get(app, &link(the(&letters, "ned", false), "Acme", NOT_NOW)).await;
    press(app, &form(&page, "Put it off until Thu 26 Nov")).await;
    assert_eq!(told(&app.mails_at(WEDNESDAY).await), [""; 0]);
    let thursday = app.mails_at("2026-11-26T08:00:00Z").await;
    assert_eq!(told(&thursday), ["ned@example.com prompt"]);
    let mail = the(&thursday, "ned", false);
    assert!(mail.text.contains("HANDED OVER BY DANA"), "{}", mail.text);
}

async fn a_paused_delegate_gets_what_was_handed_over_all_the_same(app: &TestApp) {
    let (_, ned) = handed_to_ned(app).await;
    let actor = app.sign_in(ned.clone()).await;
    let id = meridian::graphql::id::Kind::Person.text(ned.id);
    let pause = json!({ "personId": id, "kind": "CLIENT_UPDATE", "paused": true });
    app.done(&actor, "scheduleSet", pause, "schedule { paused }")
        .await;
    assert_eq!(
        told(&app.mails_at(TUESDAY).await),
        ["ned@example.com prompt"]
    );
}

async fn a_stand_in_logs_the_update_they_were_prompted_for(app: &TestApp) {
    let olga = app.owner().await;
    let dana = app.manager("Dana").await.person;
    let ned = app.person("Ned", None).await;
    due_client_of(app, "Acme", RoleSide::Client, &dana).await;
    let monday = date(2026, 11, 23);
    away(app, &dana, (monday, monday), Some(&ned)).await;
    let letters = app.mails_at(MONDAY).await;
    let mail = the(&letters, "ned", false);
    let not_now = link(mail, "Acme", NOT_NOW);
    let put_off = form(&get(app, &not_now).await, "Put it off until Wed 25 Nov");
    let log = link(mail, "Acme", LOG);
    app.set_clock("2026-11-24T07:00:00Z");
    for path in [&log, &put_off, &not_now] {
        let page = press(app, path).await;
        assert_eq!(page.status, 409, "Dana is back");
        assert_eq!(heading(&page), "Acme is in other hands");
        assert!(page.text.contains("Dana sees to it."), "{}", page.text);
    }
    app.set_clock("2026-11-23T17:00:00Z");
    let page = press(app, &log).await;
    assert_eq!(heading(&page), "The update to Acme was logged");
    assert_eq!(updates_by(app, &ned).await, 1);
    let row = standing(of(&prompts(app, &olga).await, "Dana"));
    assert!(row.starts_with("SKIPPED_ABSENT: "), "{row}");
}

async fn two_people_who_log_it_at_the_same_time_log_it_once(app: &TestApp) {
    let (prompted, ned) = handed_to_ned(app).await;
    let letters = app.mails_at(TUESDAY).await;
    let of_dana = prompted.link(LOG);
    let of_ned = link(the(&letters, "ned", false), "Acme", LOG);
    let pages = tokio::join!(press(app, &of_dana), press(app, &of_ned));
    let mut headings = [heading(&pages.0), heading(&pages.1)];
    headings.sort_unstable();
    assert_eq!(
        headings,
        [
            "Acme has heard from us already",
            "The update to Acme was logged"
        ]
    );
    let logged = updates_by(app, &ned).await + updates_by(app, &prompted.dana.person).await;
    assert_eq!(logged, 1);
}
