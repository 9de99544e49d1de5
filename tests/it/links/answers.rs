//! Answering a prompt from the mail.

use jiff::civil::date;
use meridian::entity::{
    Door, PromptChoiceKind, PromptTopic, RoleSide, TouchpointKind, change, prompt_choice,
    touchpoint,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::agency::{
    LOG, MONDAY, NEXT_MONDAY, NOT_NOW, Prompted, TUESDAY, WEDNESDAY, form, get, heading, link,
    post, press,
};
use crate::support::app::{TestApp, on_both_databases};
use crate::support::letter::{the, told};
use crate::support::rows;
use crate::support::work::{
    contact, due_client_of, hold, hold_project, production_led_project, site_of,
};

on_both_databases!(
    an_update_is_logged_once_from_the_mail,
    a_prompt_that_is_put_off_comes_again_after_two_working_days,
    what_is_not_needed_takes_a_reason_and_is_due_again_a_cadence_later,
    reaching_out_is_logged_as_such,
    facts_are_put_off_and_not_logged,
    a_choice_can_be_changed_until_the_client_has_heard_from_us,
);

async fn choices(app: &TestApp) -> Vec<prompt_choice::Model> {
    let all = prompt_choice::Entity::find().all(&app.db.read);
    all.await.unwrap()
}

async fn of_kind(app: &TestApp, kind: TouchpointKind) -> Vec<touchpoint::Model> {
    let of_kind = touchpoint::Entity::find().filter(touchpoint::Column::Kind.eq(kind));
    of_kind.all(&app.db.read).await.unwrap()
}

async fn an_update_is_logged_once_from_the_mail(app: &TestApp) {
    let prompted = Prompted::on_monday(app).await;
    let before = of_kind(app, TouchpointKind::Update).await;
    let path = prompted.link(LOG);
    app.set_clock("2026-11-23T09:12:00Z");
    let page = get(app, &path).await;
    assert_eq!(heading(&page), "Log that the update to Acme was sent?");
    assert!(
        page.text.contains("<p>It is due today.</p>"),
        "{}",
        page.text
    );
    assert_eq!(of_kind(app, TouchpointKind::Update).await, before);

    let page = press(app, &path).await;
    assert_eq!(page.status, 200);
    assert_eq!(heading(&page), "The update to Acme was logged");
    let after = of_kind(app, TouchpointKind::Update).await;
    let logged: Vec<&touchpoint::Model> =
        after.iter().filter(|row| !before.contains(row)).collect();
    let [logged] = logged[..] else {
        panic!("one touchpoint: {logged:?}");
    };
    let site = site_of(app, &prompted.acme).await;
    assert_eq!(
        (logged.client_id, logged.project_id, logged.person_id),
        (
            prompted.acme.id,
            Some(site.id),
            Some(prompted.dana.person.id)
        )
    );
    assert_eq!(logged.occurred_at.0, app.now());
    let history = change::Entity::find().filter(change::Column::SubjectId.eq(logged.id));
    let history = history.one(&app.db.read).await.unwrap().unwrap();
    assert_eq!(history.actor, "Dana, by a link in a mail");
    assert_eq!(history.actor_id, Some(prompted.dana.person.id));

    app.set_clock("2026-11-24T07:00:00Z");
    for page in [press(app, &path).await, get(app, &path).await] {
        assert_eq!(page.status, 200);
        assert_eq!(heading(&page), "This link was used already");
        let when = "The update to Acme was logged. That was on Mon 23 Nov at 09:12.";
        assert!(page.text.contains(when), "{}", page.text);
        assert!(!page.text.contains("<form"));
    }
    assert_eq!(of_kind(app, TouchpointKind::Update).await, after);
    assert_eq!(told(&app.mails_at(TUESDAY).await), [""; 0]);
}

async fn a_prompt_that_is_put_off_comes_again_after_two_working_days(app: &TestApp) {
    let prompted = Prompted::on_monday(app).await;
    let path = prompted.choice(app, "Put it off until Wed 25 Nov").await;
    let page = get(app, &path).await;
    assert_eq!(heading(&page), "Put off the update to Acme?");
    assert_eq!(choices(app).await, []);
    let page = press(app, &path).await;
    assert_eq!(
        heading(&page),
        "The update to Acme was put off until Wed 25 Nov"
    );
    let [choice] = &choices(app).await[..] else {
        panic!("one choice");
    };
    assert_eq!(
        (choice.topic, choice.kind, choice.made_through),
        (PromptTopic::Update, PromptChoiceKind::Snoozed, Door::Link)
    );
    assert_eq!(choice.made_by_id, Some(prompted.dana.person.id));
    assert_eq!(
        heading(&press(app, &path).await),
        "This link was used already"
    );
    assert_eq!(choices(app).await.len(), 1);

    assert_eq!(told(&app.mails_at(TUESDAY).await), [""; 0]);
    let wednesday = app.mails_at(WEDNESDAY).await;
    let again = the(&wednesday, "dana", false);
    assert!(again.text.contains("\nAcme\n"), "{}", again.text);
    // Three working days after it was due, it is late: whoever speaks for Acme has the copy of what the owners are told.
    let late = told(&app.mails_at("2026-11-26T08:00:00Z").await);
    assert_eq!(late, ["dana@example.com prompt"]);
}

async fn what_is_not_needed_takes_a_reason_and_is_due_again_a_cadence_later(app: &TestApp) {
    let prompted = Prompted::on_monday(app).await;
    let path = prompted.choice(app, "It is not needed").await;
    for blank in ["", "reason=", "reason=%20%0D%0A+"] {
        let page = post(app, &path, blank).await;
        assert_eq!(page.status, 422, "{}", page.text);
        assert_eq!(heading(&page), "Is the update to Acme not needed?");
        assert!(page.text.contains("Say why"), "{}", page.text);
        assert!(page.text.contains("aria-invalid"));
        assert_eq!(choices(app).await, []);
    }
    let page = post(
        app,
        &path,
        "reason=They+close+for+%3Cb%3Ethe+week%3C%2Fb%3E.",
    )
    .await;
    assert_eq!(
        heading(&page),
        "The update to Acme was noted as not needed: They close for &#60;b&#62;the week&#60;/b&#62;"
    );
    assert!(page.text.contains("It is due again on Mon 30 Nov."));
    let reason = choices(app).await[0].reason.clone();
    assert_eq!(reason.as_deref(), Some("They close for <b>the week</b>."));

    for day in 24..28 {
        let letters = app.mails_at(&format!("2026-11-{day}T08:00:00Z")).await;
        assert_eq!(told(&letters), [""; 0], "{day}");
    }
    let letters = app.mails_at(NEXT_MONDAY).await;
    let again = the(&letters, "dana", false);
    assert!(
        again.text.contains("\nAcme\n")
            && again.text.contains("Due today. An update every 7 days."),
        "late only from then on: {}",
        again.text
    );
}

async fn reaching_out_is_logged_as_such(app: &TestApp) {
    let dana = app.manager("Dana").await.person;
    let bell = app.insert(rows::client("Bell", app.now())).await;
    app.insert(rows::project(bell.id, "Bell site", app.now()))
        .await;
    hold(app, &bell, RoleSide::Client, &dana).await;
    for (kind, on) in [
        (TouchpointKind::ReachOut, date(2026, 10, 20)),
        (TouchpointKind::Update, date(2026, 11, 20)),
    ] {
        contact(app, &bell, None, kind, on).await;
    }
    let letters = app.mails_at(MONDAY).await;
    let path = link(
        the(&letters, "dana", false),
        "Bell",
        "Log that you reached out",
    );
    let page = get(app, &path).await;
    assert_eq!(heading(&page), "Log that you reached out to Bell?");
    let page = press(app, &path).await;
    assert_eq!(heading(&page), "The outreach to Bell was logged");
    let logged = of_kind(app, TouchpointKind::ReachOut).await;
    assert!(logged.iter().any(|row| row.person_id == Some(dana.id)));
    assert_eq!(of_kind(app, TouchpointKind::Update).await.len(), 1);
}

async fn facts_are_put_off_and_not_logged(app: &TestApp) {
    let dana = app.manager("Dana").await.person;
    let sam = app.manager("Sam").await.person;
    let acme = due_client_of(app, "Acme", RoleSide::Client, &dana).await;
    let web = production_led_project(app, &acme, "Web").await;
    hold_project(app, &web, RoleSide::Project, &sam).await;
    let letters = app.mails_at(MONDAY).await;
    let facts = get(app, &link(the(&letters, "sam", false), "Web", NOT_NOW)).await;
    assert_eq!(heading(&facts), "The prompt for the facts of Web (Acme)");
    assert!(!facts.text.contains("Log that"), "{}", facts.text);
    let put_off = form(&facts, "Put it off until Wed 25 Nov");
    assert_eq!(press(app, &put_off).await.status, 200);
    let [choice] = &choices(app).await[..] else {
        panic!("one choice");
    };
    assert_eq!(
        (choice.topic, choice.project_id),
        (PromptTopic::Facts, Some(web.id))
    );
    let wednesday = app.mails_at(WEDNESDAY).await;
    assert!(told(&wednesday).contains(&"sam@example.com prompt".to_owned()));
    assert!(
        !told(&wednesday).contains(&"dana@example.com prompt".to_owned()),
        "Dana's prompts are her own"
    );
}

async fn a_choice_can_be_changed_until_the_client_has_heard_from_us(app: &TestApp) {
    let prompted = Prompted::on_monday(app).await;
    let put_off = prompted.choice(app, "Put it off until Wed 25 Nov").await;
    let not_needed = prompted.choice(app, "It is not needed").await;
    press(app, &put_off).await;
    let page = get(app, &prompted.link(NOT_NOW)).await;
    let standing = "As it stands: put off until Wed 25 Nov, by Dana.";
    assert!(page.text.contains(standing), "{}", page.text);
    assert_eq!(post(app, &not_needed, "reason=closed").await.status, 200);
    assert_eq!(press(app, &prompted.link(LOG)).await.status, 200);
    let kinds: Vec<PromptChoiceKind> = choices(app).await.iter().map(|row| row.kind).collect();
    assert_eq!(kinds.len(), 2);
    let page = get(app, &prompted.link(NOT_NOW)).await;
    assert_eq!(page.status, 409);
    assert_eq!(heading(&page), "Acme has heard from us already");
    let answered = "The last contact: an update on Mon 23 Nov by Dana.";
    assert!(page.text.contains(answered), "{}", page.text);
}
