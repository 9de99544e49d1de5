//! Half a year on, the owner is asked once whether the split is the better way.

use jiff::civil::date;
use meridian::domain::notices::notices;
use meridian::domain::split_figures::SplitFigures;
use meridian::email::memory::Failure;
use meridian::entity::{
    Day, EmailKind, EmailState, Moment, ReviewVerdict, RoleSide, email, new_id, person, programme,
    programme_review,
};
use meridian::graphql::id::Kind;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, Set};
use serde_json::json;

use crate::support::app::{Actor, TestApp, on_both_databases};
use crate::support::handover::programme;
use crate::support::letter::{the, told};
use crate::support::outbox::{emails, standing};
use crate::support::work::{away, client_of};

on_both_databases!(
    the_owner_is_asked_at_eight_on_the_day_and_reminded_the_week_after,
    an_absent_owner_s_review_goes_to_who_stands_in_and_once,
    a_member_who_stands_in_does_not_see_the_agency_s_figures,
    with_nobody_there_it_waits_for_the_next_working_day,
    what_was_decided_is_not_asked,
    what_is_decided_while_its_mail_waits_is_not_asked,
    a_review_whose_mail_failed_comes_on_the_next_day,
    five_waiting_reviews_cost_as_many_statements_as_one,
);

const WEDNESDAY: &str = "2026-11-25T08:00:00Z";
const THURSDAY: &str = "2026-11-26T08:00:00Z";

/// A review due on Wednesday, of a programme whose start found Dana with everything.
async fn review(app: &TestApp, owner: &person::Model) -> programme_review::Model {
    let dana = app.manager("Dana").await.person;
    client_of(app, "Acme", RoleSide::Both, &dana).await;
    let started = programme(app, date(2026, 5, 25)).await;
    let baseline = SplitFigures::load(&app.db.read, date(2026, 11, 23))
        .await
        .unwrap();
    let mut row: programme::ActiveModel = started.clone().into_active_model();
    row.baseline = Set(serde_json::to_value(baseline).unwrap());
    row.started_by_id = Set(Some(owner.id));
    let tx = app.db.begin().await.unwrap();
    row.update(&tx).await.unwrap();
    tx.commit().await.unwrap();
    let review = programme_review::Model {
        id: new_id(app.now()),
        programme_id: started.id,
        number: 1,
        due_on: Day(date(2026, 11, 25)),
        figures: None,
        verdict: None,
        note: None,
        decided_by_id: None,
        decided_at: None,
        version: 1,
    };
    app.insert(review).await
}

/// A review whose owner, who is answered, has just been asked about it.
pub(crate) async fn a_review_on_its_way(app: &TestApp) -> Actor {
    let olga = app.owner().await;
    review(app, &olga.person).await;
    app.mails_at(WEDNESDAY).await;
    olga
}

/// Mails of reviews that an instant brings.
async fn reviews_at(app: &TestApp, instant: &str) -> Vec<String> {
    let mut told = told(&app.mails_at(instant).await);
    told.retain(|one| one.ends_with("review"));
    told
}

async fn the_owner_is_asked_at_eight_on_the_day_and_reminded_the_week_after(app: &TestApp) {
    let olga = app.owner().await;
    let other = app
        .sign_in(
            app.person("Otto", Some(meridian::entity::Access::Owner))
                .await,
        )
        .await;
    let row = review(app, &olga.person).await;
    assert_eq!(reviews_at(app, "2026-11-24T08:00:00Z").await, [""; 0]);
    assert_eq!(reviews_at(app, "2026-11-25T07:59:59Z").await, [""; 0]);
    app.set_clock(WEDNESDAY);
    let preview = preview(app, &olga).await;
    let letters = app.mails_at(WEDNESDAY).await;
    let asked: Vec<_> = letters
        .iter()
        .filter(|one| one.header("List-Id").contains("review"))
        .collect();
    assert_eq!(asked.len(), 1);
    let letter = asked[0];
    assert_eq!(letter.to, "olga@example.com");
    assert_eq!(letter.subject, "Keep, adjust or revert: The split");
    let words = letter.words();
    for expected in [
        "The split began on 25 May 2026. Is the split better than one person doing both?",
        "- Role mix: 96 % before, 96 % now",
        "- Strong relationships: ",
        "- Dana: 13 % full, role mix 96 % before; 13 % full, role mix 96 % now.",
        &Kind::ProgrammeReview.text(row.id),
        "You get this because you own the agency. It comes once.",
    ] {
        assert!(words.contains(expected), "{expected}: {words}");
    }
    assert!(
        letter
            .headers
            .iter()
            .all(|(name, _)| name != "List-Unsubscribe")
    );
    assert_eq!(preview["text"], letter.text);
    assert_eq!(preview["html"], letter.html);
    for later in ["2026-11-25T08:01:00Z", THURSDAY, "2026-11-27T08:00:00Z"] {
        assert_eq!(reviews_at(app, later).await, [""; 0]);
    }
    let monday = app.mails_at("2026-11-30T08:00:00Z").await;
    let reminded = the(&monday, "olga", false);
    assert!(
        reminded
            .words()
            .contains("The review was due on Wed 25 Nov: keep, adjust or revert?"),
        "{}",
        reminded.text
    );
    assert!(!told(&monday).contains(&format!("{} prompt", other.person.email)));
}

async fn preview(app: &TestApp, by: &Actor) -> serde_json::Value {
    let document =
        "query ($id: ID!) { emailPreview(kind: SIX_MONTH_REVIEW, personId: $id) { html text } }";
    let id = json!({ "id": Kind::Person.text(by.person.id) });
    app.ask(by, document, id).await["emailPreview"].take()
}

async fn an_absent_owner_s_review_goes_to_who_stands_in_and_once(app: &TestApp) {
    let olga = app.owner().await;
    let pat = app.manager("Pat").await;
    review(app, &olga.person).await;
    let day = date(2026, 11, 25);
    away(app, &olga.person, (day, day), Some(&pat.person)).await;
    let letters = app.mails_at(WEDNESDAY).await;
    let letter = letters
        .iter()
        .find(|one| one.header("List-Id").contains("review"))
        .unwrap();
    assert_eq!(letter.to, "pat@example.com");
    assert!(
        letter
            .words()
            .contains("You get this because you stand in for Olga."),
        "{}",
        letter.text
    );
    assert_eq!(reviews_at(app, THURSDAY).await, [""; 0]);
    let mut mails = emails(app, &olga).await;
    mails.retain(|mail| mail["kind"] == "SIX_MONTH_REVIEW");
    assert_eq!(mails.len(), 1, "{mails:#?}");
}

async fn a_member_who_stands_in_does_not_see_the_agency_s_figures(app: &TestApp) {
    let olga = app.owner().await;
    let otto = app
        .person("Otto", Some(meridian::entity::Access::Owner))
        .await;
    let mia = app.member("Mia").await;
    review(app, &olga.person).await;
    let day = date(2026, 11, 25);
    away(app, &olga.person, (day, day), Some(&mia.person)).await;
    assert_eq!(
        reviews_at(app, WEDNESDAY).await,
        [format!("{} review", otto.email)]
    );
}

async fn with_nobody_there_it_waits_for_the_next_working_day(app: &TestApp) {
    let olga = app.owner().await;
    review(app, &olga.person).await;
    away(
        app,
        &olga.person,
        (date(2026, 11, 25), date(2026, 11, 27)),
        None,
    )
    .await;
    for day in [WEDNESDAY, "2026-11-27T08:00:00Z", "2026-11-28T08:00:00Z"] {
        assert_eq!(reviews_at(app, day).await, [""; 0]);
    }
    let letters = app.mails_at("2026-11-30T08:00:00Z").await;
    let letter = letters
        .iter()
        .find(|one| one.header("List-Id").contains("review"))
        .unwrap();
    assert!(
        letter
            .words()
            .contains("This review was due on Wed 25 Nov."),
        "{}",
        letter.text
    );
}

/// Plans the mails of an instant and lets that of the review fail. The others are called off.
async fn its_mail_fails(app: &TestApp, instant: &str, failure: Failure) {
    app.set_clock(instant);
    app.tick().await;
    let tx = app.db.begin().await.unwrap();
    email::Entity::update_many()
        .col_expr(email::Column::State, Expr::value(EmailState::Cancelled))
        .filter(email::Column::State.eq(EmailState::Pending))
        .filter(email::Column::Kind.ne(EmailKind::SixMonthReview))
        .exec(&tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    app.memory().fail_next(1, failure);
    app.drain().await;
}

async fn decided(app: &TestApp, row: programme_review::Model) {
    let mut decided = row.into_active_model();
    decided.verdict = Set(Some(ReviewVerdict::Keep));
    decided.note = Set(Some("It works.".to_owned()));
    decided.decided_at = Set(Some(Moment(app.now())));
    let tx = app.db.begin().await.unwrap();
    decided.update(&tx).await.unwrap();
    tx.commit().await.unwrap();
}

/// Where the one mail of a review stands, and why.
async fn standing_of_review(app: &TestApp, by: &Actor) -> String {
    let mut mails = emails(app, by).await;
    mails.retain(|mail| mail["kind"] == "SIX_MONTH_REVIEW");
    assert_eq!(mails.len(), 1, "{mails:#?}");
    standing(&mails[0])
}

async fn what_is_decided_while_its_mail_waits_is_not_asked(app: &TestApp) {
    let olga = app.owner().await;
    let row = review(app, &olga.person).await;
    its_mail_fails(app, WEDNESDAY, Failure::TryLater).await;
    assert_eq!(standing_of_review(app, &olga).await, "PENDING");
    decided(app, row).await;
    assert_eq!(reviews_at(app, "2026-11-25T10:00:00Z").await, [""; 0]);
    assert_eq!(
        standing_of_review(app, &olga).await,
        "CANCELLED: An owner has decided this review already."
    );
}

async fn a_review_whose_mail_failed_comes_on_the_next_day(app: &TestApp) {
    let olga = app.owner().await;
    review(app, &olga.person).await;
    its_mail_fails(app, WEDNESDAY, Failure::MessageRefused).await;
    assert!(standing_of_review(app, &olga).await.starts_with("FAILED"));
    assert_eq!(
        reviews_at(app, "2026-11-25T20:00:00Z").await,
        [""; 0],
        "not over and over"
    );
    assert_eq!(reviews_at(app, THURSDAY).await, ["olga@example.com review"]);
    assert_eq!(standing_of_review(app, &olga).await, "SENT");
    for later in ["2026-11-26T08:01:00Z", "2026-11-27T08:00:00Z"] {
        assert_eq!(reviews_at(app, later).await, [""; 0]);
    }
}

async fn five_waiting_reviews_cost_as_many_statements_as_one(app: &TestApp) {
    let olga = app.owner().await;
    let first = review(app, &olga.person).await;
    let owners = [olga.person.id];
    let waiting = async || {
        let before = app.db.statements();
        let day = date(2026, 12, 7);
        let notices = notices(&app.db.read, &owners, &owners, day, app.now()).await;
        (notices.unwrap().len(), app.db.statements() - before)
    };
    let (one, cost) = waiting().await;
    for number in 2..=5 {
        let another = programme_review::Model {
            id: new_id(app.now()),
            number,
            ..first.clone()
        };
        app.insert(another).await;
    }
    assert_eq!(waiting().await, (one + 4, cost));
}

async fn what_was_decided_is_not_asked(app: &TestApp) {
    let olga = app.owner().await;
    let row = review(app, &olga.person).await;
    app.set_clock(WEDNESDAY);
    app.tick().await;
    decided(app, row).await;
    assert!(
        !told(
            &app.drain()
                .await
                .iter()
                .map(crate::support::letter::Letter::read)
                .collect::<Vec<_>>()
        )
        .contains(&"olga@example.com review".to_owned())
    );
    let mails = emails(app, &olga).await;
    let mail = mails
        .iter()
        .find(|mail| mail["kind"] == "SIX_MONTH_REVIEW")
        .unwrap();
    assert_eq!(mail["reason"], "An owner has decided this review already.");
    assert_eq!(reviews_at(app, THURSDAY).await, [""; 0]);
}
