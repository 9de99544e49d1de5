//! An agency in which each kind of caller has something of their own, and there is one of everything.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use jiff::civil::date;
use meridian::entity::{
    Access, Day, Moment, PlanState, RoleSide, Side, WebhookDeliveryState, WebhookEvent, holiday,
    holiday_calendar, new_id, person, plan, programme_review, responsibility, schedule, skill,
    suppressed_address, webhook, webhook_attempt, webhook_delivery, work_schedule,
};
use meridian::graphql::id::Kind;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, Set};
use serde_json::{Value, json};
use uuid::Uuid;

use super::table::Column;
use super::things::{LATER, Things};
use crate::support::app::{Actor, TestApp};
use crate::support::rows;
use crate::support::work::{client_of, role};

/// Words that stand in one field of one object: `hush/TimeOff.note/Dana/`. Whoever reads them has read that field.
pub(super) fn secret(field: &str, whose: &str) -> String {
    format!("hush/{field}/{whose}/")
}

/// What belongs to whom: an id, its type, and the name of the person whose it is; empty when it is nobody's.
pub(super) struct Owned {
    pub(super) id: String,
    pub(super) whose: &'static str,
}

/// The agency.
pub(super) struct World {
    pub(super) olga: Actor,
    pub(super) dana: Actor,
    pub(super) sam: Actor,
    pub(super) mia: Actor,
    pub(super) max: Actor,
    /// Ids by what inputs call them: `client`, `booking` …; by the name of the person whose they are.
    pub(super) things: BTreeMap<&'static str, BTreeMap<&'static str, String>>,
    pub(super) owned: Vec<Owned>,
}

/// A caller, and the person whose things they ask about.
#[derive(Clone, Copy)]
pub(super) struct Part<'a> {
    pub(super) by: &'a Actor,
    pub(super) of: &'static str,
}

impl World {
    /// Olga owns the agency. Dana manages a client, Mia, a member, holds one too; Nora would take over from both. Sam manages
    /// nothing, and Max is a member to whom nothing belongs.
    pub(super) async fn found(app: &TestApp) -> Self {
        let mut world = Self {
            olga: app.owner().await,
            dana: app.manager("Dana").await,
            sam: app.manager("Sam").await,
            mia: app.member("Mia").await,
            max: app.member("Max").await,
            things: BTreeMap::new(),
            owned: Vec::new(),
        };
        let nora = app.person("Nora", Some(Access::Manager)).await;
        // By the API, so that it is in her history.
        let input = json!({ "id": Kind::Person.text(nora.id), "preference": "PROJECT" });
        app.done(&world.olga, "personUpdate", input, "person { id }")
            .await;
        client_of(app, "Nora's", RoleSide::Both, &nora).await;
        world.found_common(app, &nora).await;
        for name in ["Olga", "Sam", "Max"] {
            let callers = world.callers().into_iter();
            let ids = callers.filter(|one| one.person.name == name);
            let id = ids.map(|one| one.person.id).next().unwrap();
            world.keep(name, "person", Kind::Person, id);
        }
        for name in ["Dana", "Mia"] {
            Things::of(app, &mut world, name, &nora).await;
        }
        world.found_plans(app, &nora).await;
        world.found_decisions(app).await;
        world.found_webhooks(app).await;
        world.found_schedules(app).await;
        world
    }

    /// Each kind of caller in the order of the table's columns.
    pub(super) fn part(&self, column: Column) -> Part<'_> {
        let (by, of) = match column {
            Column::Owner => (&self.olga, "Dana"),
            Column::ManagerOfIt => (&self.dana, "Dana"),
            Column::OtherManager => (&self.sam, "Dana"),
            Column::MemberOfIt => (&self.mia, "Mia"),
            Column::OtherMember => (&self.max, "Mia"),
        };
        Part { by, of }
    }

    /// All who call.
    pub(super) fn callers(&self) -> [&Actor; 5] {
        [&self.olga, &self.dana, &self.sam, &self.mia, &self.max]
    }

    /// The id that inputs call `name`.
    pub(super) fn id(&self, of: &str, name: &str) -> String {
        let find = |of: &str| self.things.get(of).and_then(|things| things.get(name));
        let found = find(of).or_else(|| find(""));
        found
            .unwrap_or_else(|| panic!("nothing of {of} is called {name}"))
            .clone()
    }

    pub(super) fn keep(&mut self, whose: &'static str, name: &'static str, kind: Kind, id: Uuid) {
        self.keep_id(whose, name, kind.text(id));
    }

    async fn found_schedules(&mut self, app: &TestApp) {
        let people = self.callers().map(|one| one.person.id);
        let names = ["Olga", "Dana", "Sam", "Mia", "Max"];
        let whose = |id: Uuid| {
            let place = people.iter().position(|one| *one == id);
            place.map_or("", |place| names[place])
        };
        let all = schedule::Entity::find().all(&app.db.read).await.unwrap();
        for row in all {
            self.keep(whose(row.person_id), "schedule", Kind::Schedule, row.id);
        }
        let all = work_schedule::Entity::find().all(&app.db.read).await;
        for row in all.unwrap() {
            let name = match row.effective_from.0 == LATER {
                true => "laterWorkSchedule",
                false => "workSchedule",
            };
            self.keep(whose(row.person_id), name, Kind::WorkSchedule, row.id);
        }
    }

    /// What is nobody's.
    async fn found_common(&mut self, app: &TestApp, nora: &person::Model) {
        let now = app.now();
        let calendar = app
            .insert(holiday_calendar::Model {
                id: new_id(now),
                name: "Town".to_owned(),
                version: 1,
            })
            .await;
        self.keep("", "calendar", Kind::HolidayCalendar, calendar.id);
        for (name, day) in [("holiday", 1), ("spareHoliday", 2)] {
            let row = holiday::Model {
                id: new_id(now),
                calendar_id: calendar.id,
                observed_on: Day(date(2027, 1, day)),
                name: name.to_owned(),
                off_bp: 10_000,
                version: 1,
            };
            let row = app.insert(row).await;
            self.keep("", name, Kind::Holiday, row.id);
        }
        let row = skill::Model {
            id: new_id(now),
            name: "Juggling".to_owned(),
        };
        let row = app.insert(row).await;
        self.keep("", "skill", Kind::Skill, row.id);
        let row = responsibility::Entity::find()
            .filter(responsibility::Column::Side.eq(Side::Client))
            .one(&app.db.read)
            .await;
        let row = row.unwrap().unwrap();
        self.keep("", "responsibility", Kind::Responsibility, row.id);
        let row = suppressed_address::Model {
            id: new_id(now),
            address: "gone@example.com".to_owned(),
            reason: secret("SuppressedAddress", ""),
            suppressed_at: Moment(now),
            lifted_at: None,
            lifted_by_id: None,
            lifted_reason: None,
            version: 1,
        };
        let row = app.insert(row).await;
        self.keep("", "suppressed", Kind::SuppressedAddress, row.id);
        let leaver = person::Model {
            employed_until: Some(Day(date(2026, 11, 22))),
            ..rows::person("Lea", Some(Access::Manager), now)
        };
        let leaver = app.insert(leaver).await;
        self.keep("", "leaver", Kind::Person, leaver.id);
        self.keep("", "nora", Kind::Person, nora.id);
        let row = role(app, RoleSide::Client).await;
        self.keep("", "accountManager", Kind::Role, row.id);
        self.found_roles(app).await;
        self.found_programme(app).await;
    }

    /// What was decided about Nora's client and project, and who holds them.
    async fn found_decisions(&mut self, app: &TestApp) {
        let nora = self.id("", "nora");
        let asked = "query ($id: ID!) { clients(filter: { manager: { eq: $id } }) { nodes { id projects { nodes { id } } } }
            assignments(filter: { personId: { eq: $id } }) { nodes { id } } }";
        let found = app.ask(&self.olga, asked, json!({ "id": nora })).await;
        let client = &found["clients"]["nodes"][0];
        let input = json!({ "id": client["id"], "leadMode": "JOINT", "reason": "Both." });
        let decided = "client { decision { id } }";
        let decided = app
            .done(&self.olga, "clientLeadDecide", input, decided)
            .await;
        let input = json!({ "projectId": client["projects"]["nodes"][0]["id"], "side": "PROJECT", "reason": "Here it is so.",
            "responsibilityId": self.id("", "responsibility") });
        let except = "exception { id }";
        let excepted = app
            .done(&self.olga, "responsibilityExceptionSet", input, except)
            .await;
        for (name, id) in [
            ("norasClient", &client["id"]),
            ("norasProject", &client["projects"]["nodes"][0]["id"]),
            ("decision", &decided["client"]["decision"]["id"]),
            ("exception", &excepted["exception"]["id"]),
            ("assignment", &found["assignments"]["nodes"][0]["id"]),
        ] {
            self.keep_told(name, id);
        }
    }

    /// Something of nobody's, by the id that the API told.
    fn keep_told(&mut self, name: &'static str, id: &Value) {
        self.keep_id("", name, text(id));
    }

    /// Something by its global id.
    pub(super) fn keep_id(&mut self, whose: &'static str, name: &'static str, id: String) {
        let things = self.things.entry(whose).or_default();
        things.insert(name, id.clone());
        self.owned.push(Owned { id, whose });
    }

    /// Two receivers, and what one of them took.
    async fn found_webhooks(&mut self, app: &TestApp) {
        let now = app.now();
        for name in ["webhook", "spareWebhook"] {
            let row = webhook::Model {
                id: new_id(now),
                url: format!("https://hooks.example.com/{}", secret("Webhook", "")),
                description: secret("Webhook", ""),
                events: "EMAIL_SENT".to_owned(),
                enabled: true,
                disabled_reason: None,
                secret_number: 1,
                secret_replaced_at: None,
                version: 1,
                created_at: Moment(now),
                updated_at: Moment(now),
            };
            let row = app.insert(row).await;
            self.keep("", name, Kind::Webhook, row.id);
            if name == "webhook" {
                self.found_delivery(app, row.id).await;
            }
        }
    }

    async fn found_delivery(&mut self, app: &TestApp, webhook_id: Uuid) {
        let now = Moment(app.now());
        let row = webhook_delivery::Model {
            id: new_id(now.0),
            webhook_id,
            event: WebhookEvent::EmailSent,
            body: secret("WebhookDelivery", ""),
            state: WebhookDeliveryState::Delivered,
            reason: None,
            next_attempt_at: now,
            expires_at: now,
            attempts: 1,
            claimed_by: None,
            lease_until: None,
            fence: 1,
            ended_at: Some(now),
            created_at: now,
        };
        let row = app.insert(row).await;
        self.keep("", "delivery", Kind::WebhookDelivery, row.id);
        let row = webhook_attempt::Model {
            id: new_id(now.0),
            delivery_id: row.id,
            replica: "one".to_owned(),
            started_at: now,
            finished_at: now,
            status: Some(200),
            answer: Some(secret("WebhookAttempt", "")),
            problem: None,
        };
        let row = app.insert(row).await;
        self.keep("", "webhookAttempt", Kind::WebhookAttempt, row.id);
    }

    async fn found_roles(&mut self, app: &TestApp) {
        for (name, title) in [("role", "Designer"), ("spareRole", "Tester")] {
            let input = json!({ "name": title });
            let made = app
                .done(&self.olga, "roleCreate", input, "role { id }")
                .await;
            self.keep_told(name, &made["role"]["id"]);
        }
    }

    /// A programme with a review that is due.
    async fn found_programme(&mut self, app: &TestApp) {
        let input = json!({ "name": secret("Programme", ""), "reason": "Two halves.", "benefit": "Time for you.",
            "wayForward": "As before.", "startsOn": "2026-11-23" });
        let selection = "programme { id reviews { nodes { id } } }";
        let made = app
            .done(&self.olga, "programmeStart", input, selection)
            .await;
        let programme = &made["programme"];
        let review = &programme["reviews"]["nodes"][0]["id"];
        let all = programme_review::Entity::find().all(&app.db.read).await;
        let mut row = all.unwrap()[0].clone().into_active_model();
        row.due_on = Set(Day(date(2026, 11, 20)));
        let tx = app.db.begin().await.unwrap();
        row.update(&tx).await.unwrap();
        tx.commit().await.unwrap();
        let input = json!({ "name": secret("InventorySnapshot", "") });
        let made = app.done(
            &self.olga,
            "inventorySnapshotTake",
            input,
            "snapshot { id }",
        );
        let snapshot = made.await["snapshot"]["id"].clone();
        for (name, id) in [
            ("programme", &programme["id"]),
            ("review", review),
            ("snapshot", &snapshot),
        ] {
            self.keep_told(name, id);
        }
    }

    /// A plan by which Nora and Noel would split, and one of each of the others that is still worked out.
    async fn found_plans(&mut self, app: &TestApp, nora: &person::Model) {
        let noel = app.person("Noel", Some(Access::Manager)).await;
        self.keep("", "noel", Kind::Person, noel.id);
        client_of(app, "Noel's", RoleSide::Both, &noel).await;
        let split = [noel.id, nora.id].map(|id| Kind::Person.text(id));
        let input = json!({ "kind": "SPLIT", "name": secret("Plan", ""), "splitBetween": split });
        self.found_plan(app, input).await;
        for (name, by) in [("Dana", self.dana.person.id), ("Mia", self.mia.person.id)] {
            let made = plan::Entity::find().one(&app.db.read).await.unwrap();
            let row = plan::Model {
                id: new_id(app.now()),
                name: secret("Plan", name),
                state: PlanState::Solving,
                outcome: None,
                made_by_id: Some(by),
                ..made.unwrap()
            };
            let row = app.insert(row).await;
            self.keep(name, "solving", Kind::Plan, row.id);
        }
    }

    async fn found_plan(&mut self, app: &TestApp, input: Value) {
        let begun = Instant::now();
        let made = app.done(&self.olga, "planCreate", input, "plan { id state problem }");
        let mut told = made.await["plan"].take();
        let id = text(&told["id"]);
        while told["state"] == "SOLVING" {
            assert!(begun.elapsed() < Duration::from_secs(120), "{told}");
            tokio::time::sleep(Duration::from_millis(20)).await;
            let asked = "query ($id: ID!) { plan(id: $id) { id state problem } }";
            told = app.ask(&self.olga, asked, json!({ "id": id })).await["plan"].take();
        }
        assert_eq!(told["state"], "READY", "{told}");
        self.keep_told("plan", &json!(id));
    }
}

pub(super) fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("{value}"))
        .to_owned()
}
