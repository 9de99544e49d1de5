//! What belongs to one person: one of everything, and a second where the first is to go.

use jiff::civil::{Date, date};
use jiff::{SignedDuration, Timestamp};
use meridian::entity::{
    AttemptOutcome, Day, EmailKind, EmailState, HandoverStage, Moment, ProjectStatus, RequestState,
    RoleSide, Side, TokenScope, TouchpointKind, api_token, booking, client, client_contact,
    client_request, email, email_attempt, email_message, letter, new_id, person, project,
    relationship, session, touchpoint, work_schedule,
};
use meridian::global_id::{self, Kind};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, Set};
use serde_json::json;
use uuid::Uuid;

use super::world::{World, secret, text};
use crate::support::app::TestApp;
use crate::support::handover::{handover, primary_contact, step};
use crate::support::rows;
use crate::support::work::{book, client_of, contact as contact_on, hold, site_of};

/// From when on people work other hours; their bookings end then.
pub(super) const LATER: Date = date(2026, 12, 7);

/// What belongs to one person.
pub(super) struct Things<'a> {
    app: &'a TestApp,
    name: &'static str,
    person: person::Model,
    now: Timestamp,
}

impl Things<'_> {
    pub(super) async fn of(
        app: &TestApp,
        world: &mut World,
        name: &'static str,
        nora: &person::Model,
    ) {
        let person = match name {
            "Dana" => world.dana.person.clone(),
            _ => world.mia.person.clone(),
        };
        let things = Things {
            app,
            name,
            now: app.now(),
            person,
        };
        world.keep(name, "person", Kind::Person, things.person.id);
        let mut row = things.person.clone().into_active_model();
        row.standing_delegate_id = Set(Some(nora.id));
        let tx = app.db.begin().await.unwrap();
        row.update(&tx).await.unwrap();
        tx.commit().await.unwrap();
        things.time(world).await;
        things.credentials(world).await;
        things.clients(world, nora).await;
        things.mails(world).await;
    }

    fn secret(&self, field: &str) -> String {
        secret(field, self.name)
    }

    async fn time(&self, world: &mut World) {
        // By the API, so that what is private is in its history.
        for (name, day) in [
            ("timeOff", "2026-12-07"),
            ("spareTimeOff", "2026-12-08"),
            ("thirdTimeOff", "2026-12-09"),
        ] {
            let input = json!({ "personId": world.id(self.name, "person"), "startsOn": day, "endsOn": day,
                "note": self.secret("TimeOff.note") });
            let made = self
                .app
                .done(&world.olga, "timeOffCreate", input, "timeOff { id }")
                .await;
            world.keep_id(self.name, name, text(&made["timeOff"]["id"]));
        }
        let later = work_schedule::Model {
            effective_from: Day(LATER),
            ..rows::work_schedule(self.person.id, self.now)
        };
        self.app.insert(later).await;
    }

    /// Browsers in which they are signed in, and a token of a program.
    async fn credentials(&self, world: &mut World) {
        for name in ["session", "spareSession"] {
            let row = session::Model {
                id: new_id(self.now),
                person_id: self.person.id,
                hash: format!("{name} of {}", self.name),
                replaced_hash: None,
                renewed_at: Moment(self.now),
                confirmed_at: None,
                created_at: Moment(self.now),
                last_seen_at: Moment(self.now),
                expires_at: Moment(self.now + SignedDuration::from_hours(24)),
                ended_at: None,
                browser: self.secret("Session"),
                network: self.secret("Session"),
            };
            let row = self.app.insert(row).await;
            world.keep(self.name, name, Kind::Session, row.id);
        }
        let row = api_token::Model {
            id: new_id(self.now),
            person_id: self.person.id,
            name: self.secret("ApiToken"),
            hash: format!("token of {}", self.name),
            hint: "abcd".to_owned(),
            scope: TokenScope::Read,
            created_at: Moment(self.now),
            expires_at: None,
            last_used_at: None,
            revoked_at: None,
        };
        let row = self.app.insert(row).await;
        world.keep(self.name, "token", Kind::ApiToken, row.id);
    }

    async fn clients(&self, world: &mut World, nora: &person::Model) {
        let (app, now) = (self.app, self.now);
        let title = format!("{}'s", self.name);
        let client = client_of(app, &title, RoleSide::Both, &self.person).await;
        let mut row = client.clone().into_active_model();
        row.in_trouble_since = Set(Some(Day(date(2026, 11, 2))));
        row.in_trouble_reason = Set(Some(self.secret("Client.inTroubleReason")));
        let tx = app.db.begin().await.unwrap();
        row.update(&tx).await.unwrap();
        tx.commit().await.unwrap();
        world.keep(self.name, "client", Kind::Client, client.id);
        let site = site_of(app, &client).await;
        world.keep(self.name, "project", Kind::Project, site.id);
        for name in ["booking", "spareBooking", "thirdBooking"] {
            book(app, &self.person, &site, 60, LATER).await;
            let of = booking::Column::PersonId.eq(self.person.id);
            let all = booking::Entity::find().filter(of);
            let all = all.all(&app.db.read).await.unwrap();
            let row = all.iter().max_by_key(|row| row.id).unwrap();
            world.keep(self.name, name, Kind::Booking, row.id);
        }
        let spare = app
            .insert(rows::client(&format!("{}'s spare", self.name), now))
            .await;
        hold(app, &spare, RoleSide::Both, &self.person).await;
        world.keep(self.name, "spareClient", Kind::Client, spare.id);
        let closed = project::Model {
            status: ProjectStatus::Completed,
            ..rows::project(client.id, &format!("{}'s old", self.name), now)
        };
        let closed = app.insert(closed).await;
        world.keep(self.name, "closedProject", Kind::Project, closed.id);
        let contact = primary_contact(app, &client, &format!("Kim {}", self.name)).await;
        world.keep(self.name, "contact", Kind::Contact, contact.id);
        let other = client_contact::Model {
            id: new_id(now),
            email: format!("other.{}@client.example", self.name.to_lowercase()),
            is_primary: false,
            ..contact.clone()
        };
        let other = app.insert(other).await;
        world.keep(self.name, "spareContact", Kind::Contact, other.id);
        let call = touchpoint::Model {
            id: new_id(now),
            client_id: client.id,
            project_id: None,
            person_id: Some(self.person.id),
            contact_id: None,
            kind: TouchpointKind::Call,
            occurred_at: Moment(now - SignedDuration::from_hours(24 * 8)),
            occurred_on: Day(date(2026, 11, 15)),
            note: self.secret("Touchpoint.note"),
        };
        let call = app.insert(call).await;
        world.keep(self.name, "touchpoint", Kind::Touchpoint, call.id);
        let note = relationship::Model {
            id: new_id(now),
            person_id: self.person.id,
            client_id: client.id,
            override_points: Some(70),
            pinned: false,
            reason: self.secret("RelationshipNote"),
            version: 1,
            updated_at: Moment(now),
        };
        let note = app.insert(note).await;
        world.keep(self.name, "note", Kind::RelationshipNote, note.id);
        for name in ["snoozed", "handedOver", "dismissed"] {
            let title = format!("{}'s {name}", self.name);
            let due = client_of(app, &title, RoleSide::Both, &self.person).await;
            let kind = TouchpointKind::Update;
            contact_on(app, &due, None, kind, date(2026, 11, 15)).await;
            world.keep(self.name, name, Kind::Client, due.id);
        }
        self.requests(world, client.id).await;
        self.choice(world).await;
        self.handovers(world, &client, &spare, &contact, nora).await;
    }

    async fn requests(&self, world: &mut World, client_id: Uuid) {
        for name in ["request", "secondRequest", "thirdRequest", "fourthRequest"] {
            let row = client_request::Model {
                id: new_id(self.now),
                client_id,
                project_id: None,
                title: self.secret("ClientRequest"),
                detail: String::new(),
                minutes: Some(600),
                wanted_by: None,
                state: RequestState::Raised,
                raised_by_id: Some(self.person.id),
                raised_on: Day(date(2026, 11, 23)),
                raised_at: Moment(self.now),
                answered_by_id: None,
                answered_at: None,
                answer: None,
                against: None,
                decided_by_id: None,
                decided_at: None,
                decision_reason: None,
                version: 1,
                updated_at: Moment(self.now),
            };
            let row = self.app.insert(row).await;
            world.keep(self.name, name, Kind::ClientRequest, row.id);
        }
    }

    /// The update is due, and whoever holds the client has put it off.
    async fn choice(&self, world: &mut World) {
        let by = match self.name {
            "Dana" => &world.dana,
            _ => &world.mia,
        };
        let input = json!({ "clientId": world.id(self.name, "client"), "reason": self.secret("PromptChoice") });
        let made = self
            .app
            .done(by, "updatePromptDismiss", input, "choice { id }")
            .await;
        world.keep_id(self.name, "choice", text(&made["choice"]["id"]));
    }

    async fn handovers(
        &self,
        world: &mut World,
        client: &client::Model,
        spare: &client::Model,
        contact: &client_contact::Model,
        nora: &person::Model,
    ) {
        let (app, now) = (self.app, self.now);
        let both = (&self.person, nora);
        let third = app
            .insert(rows::client(&format!("{}'s third", self.name), now))
            .await;
        hold(app, &third, RoleSide::Both, &self.person).await;
        primary_contact(app, &third, &format!("Tim {}", self.name)).await;
        world.keep(self.name, "thirdClient", Kind::Client, third.id);
        let of = [
            ("handover", client, Side::Client),
            ("spareHandover", spare, Side::Client),
            ("undrafted", &third, Side::Client),
        ];
        for (name, of, side) in of {
            let (_, programme) = global_id::parse(&world.id("", "programme")).unwrap();
            let programme = (name != "spareHandover").then_some(programme);
            let made = handover(app, programme, of, side, both, HandoverStage::Planned).await;
            world.keep(self.name, name, Kind::Handover, made.id);
            for (stage, day) in [
                (HandoverStage::Announced, 1),
                (HandoverStage::Introduced, 8),
                (HandoverStage::Shadowing, 14),
                (HandoverStage::Transferred, 28),
                (HandoverStage::Confirmed, 31),
            ] {
                let due = date(2026, 12, day);
                let made = step(app, &made, stage, nora, due).await;
                world.keep(self.name, "step", Kind::HandoverStep, made.id);
            }
            if name == "handover" {
                let row = letter::Model {
                    id: new_id(now),
                    handover_id: made.id,
                    contact_id: contact.id,
                    subject: self.secret("Letter"),
                    body: self.secret("Letter"),
                    email_id: None,
                    version: 1,
                    created_at: Moment(now),
                    updated_at: Moment(now),
                };
                let row = app.insert(row).await;
                world.keep(self.name, "letter", Kind::Letter, row.id);
            }
        }
    }

    async fn mails(&self, world: &mut World) {
        for (name, state) in [
            ("sent", EmailState::Sent),
            ("failed", EmailState::Failed),
            ("held", EmailState::Held),
            ("pending", EmailState::Pending),
        ] {
            let row = email::Model {
                id: new_id(self.now),
                kind: EmailKind::Test,
                dedupe_key: format!("{name} of {}", self.name),
                recipient_id: Some(self.person.id),
                contact_id: None,
                period: "2026-11-23".to_owned(),
                local_on: Day(date(2026, 11, 23)),
                state,
                reason: None,
                due_at: Moment(self.now + SignedDuration::from_hours(4)),
                expires_at: Moment(self.now + SignedDuration::from_hours(40)),
                next_attempt_at: Moment(self.now + SignedDuration::from_hours(4)),
                attempts: 1,
                claimed_by: None,
                lease_until: None,
                fence: 1,
                to_address: Some(self.person.email.clone()),
                subject: Some(self.secret("Email")),
                message_id: Some(format!("<{name}.{}@example.com>", self.name)),
                rendered_at: Some(Moment(self.now)),
                sent_at: (state == EmailState::Sent).then_some(Moment(self.now)),
                created_at: Moment(self.now),
            };
            let mail = self.app.insert(row).await;
            world.keep(self.name, name, Kind::Email, mail.id);
            let text = email_message::Model {
                email_id: mail.id,
                message: self.secret("Email").into_bytes(),
            };
            self.app.insert(text).await;
            let row = email_attempt::Model {
                id: new_id(self.now),
                email_id: mail.id,
                replica: "one".to_owned(),
                fence: 1,
                started_at: Moment(self.now),
                finished_at: Moment(self.now),
                outcome: AttemptOutcome::Accepted,
                phase: None,
                server_code: Some(250),
                server_text: Some(self.secret("EmailAttempt")),
            };
            let row = self.app.insert(row).await;
            world.keep(self.name, "attempt", Kind::EmailAttempt, row.id);
        }
    }
}
