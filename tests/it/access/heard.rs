//! What subscriptions tell to every kind of caller, and what may be read in an event.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::reader::Reader;
use super::schema::{Schema, list};
use super::table::{Column, Table};
use super::world::{Part, World, text};
use crate::support::app::{TestApp, on_both_databases};
use crate::support::socket::Socket;
use crate::support::tcp::Served;

on_both_databases!(what_may_not_be_seen_is_not_told_either);

/// A subscription: what else it asks for, the argument that names whose events are told, and the thing of theirs that it names.
struct Channel {
    field: &'static str,
    arguments: &'static str,
    besides: &'static str,
    /// The field of the event that holds what it is about, and the type of that.
    about: (&'static str, &'static str),
    by_name: (&'static str, &'static str),
}

const CHANNELS: [Channel; 3] = [
    Channel {
        field: "capacityChanged",
        arguments: "(weeks: 3)",
        besides: "weeks { week bookedMinutes }",
        about: ("person", "Person"),
        by_name: ("personId", "person"),
    },
    Channel {
        field: "mailDelivered",
        arguments: "",
        besides: "state",
        about: ("email", "Email"),
        by_name: ("recipientId", "person"),
    },
    Channel {
        field: "projectChanged",
        arguments: "",
        besides: "version",
        about: ("project", "Project"),
        by_name: ("id", "project"),
    },
];

async fn what_may_not_be_seen_is_not_told_either(app: &TestApp) {
    let world = World::found(app).await;
    let schema = Schema::read().await;
    let told = Table::under("Subscriptions");
    let rows: BTreeSet<String> = told.0.keys().cloned().collect();
    assert_eq!(rows, schema.names("Subscription"), "docs/access.md");
    let fields = CHANNELS.map(|channel| channel.field.to_owned());
    assert_eq!(rows, BTreeSet::from(fields));
    let served = Served::by(app).await;
    let mut ears = Vec::new();
    for column in Column::ALL {
        ears.push(Ear::of(&world, column, &served, &schema).await);
    }
    for whose in ["Dana", "Mia"] {
        change(app, &world, whose).await;
    }
    for mut ear in ears {
        // What was told before the first of these was told together with it at the latest, and so before the second.
        ear.hears_of(app, "2026-12-01").await;
        ear.hears_of(app, "2026-12-10").await;
        ear.check(&told, &schema).await;
    }
    served.stop().await.unwrap();
}

/// Changes something of somebody's that each subscription tells of.
async fn change(app: &TestApp, world: &World, whose: &str) {
    let olga = &world.olga;
    let input = json!({ "id": world.id(whose, "project"), "name": format!("New for {whose}") });
    app.done(olga, "projectUpdate", input, "project { id }")
        .await;
    take_off(app, world, &world.id(whose, "person"), "2026-11-24").await;
    let input = json!({ "id": world.id(whose, "pending"), "reason": "Not now." });
    app.done(olga, "emailCancel", input, "email { id }").await;
}

async fn take_off(app: &TestApp, world: &World, person_id: &str, day: &str) {
    let input = json!({ "personId": person_id, "startsOn": day, "endsOn": day });
    app.done(&world.olga, "timeOffCreate", input, "timeOff { id }")
        .await;
}

/// A caller who listens to everything.
struct Ear<'a> {
    world: &'a World,
    column: Column,
    part: Part<'a>,
    socket: Socket,
    /// What was heard, by subscription.
    heard: BTreeMap<String, Vec<Value>>,
}

impl<'a> Ear<'a> {
    async fn of(world: &'a World, column: Column, served: &Served, schema: &Schema) -> Self {
        let part = world.part(column);
        let mut socket = Socket::of(served.address, part.by).await;
        for channel in &CHANNELS {
            let Channel {
                field,
                arguments,
                besides,
                about: (about, of),
                ..
            } = channel;
            let inside = schema.selections(of).join(" ");
            // Enough to see whether there is anything.
            let inside = inside.replace("(first: 60)", "(first: 3)");
            let asked = format!(
                "subscription {{ {field}{arguments} {{ kind {besides} {about} {{ {inside} }} }} }}"
            );
            socket.subscribe(field, &asked, Value::Null).await;
        }
        Self {
            world,
            column,
            part,
            socket,
            heard: BTreeMap::new(),
        }
    }

    /// Changes what is the listener's own, and listens until they are told of it.
    async fn hears_of(&mut self, app: &TestApp, day: &str) {
        let own = self.part.by.person.id;
        let own = meridian::global_id::Kind::Person.text(own);
        take_off(app, self.world, &own, day).await;
        let olga = &self.world.olga;
        let input = json!({ "personId": own });
        let made = app.done(olga, "emailTest", input, "email { id }").await;
        let mail = text(&made["email"]["id"]);
        let input = json!({ "id": mail, "reason": "Not now." });
        app.done(olga, "emailCancel", input, "email { id }").await;
        let week = week_of(day);
        let (mut is_off, mut is_cancelled) = (false, false);
        while !(is_off && is_cancelled) {
            let message = self.socket.hear().await;
            assert_eq!(message["type"], "next", "{message}");
            let field = text(&message["id"]);
            let event = &message["payload"]["data"][&field];
            let mut weeks = list(&event["weeks"]).iter();
            is_off |= event["person"]["id"] == own && weeks.any(|one| one["week"] == week);
            is_cancelled |= event["email"]["id"] == mail && event["state"] == "CANCELLED";
            self.heard
                .entry(field)
                .or_default()
                .push(message["payload"].clone());
        }
    }

    /// Checks what was heard against the tables.
    async fn check(&mut self, told: &Table, schema: &Schema) {
        let reader = Reader::of(self.world, self.part.by);
        let fields = Table::under("Fields");
        for channel in &CHANNELS {
            let (about, of) = channel.about;
            let heard = self.heard.remove(channel.field).unwrap_or_default();
            let may = told.cell(channel.field, self.column) == Some("seen");
            let thing = match of {
                "Person" => "person",
                "Email" => "pending",
                _ => "project",
            };
            let id = self.world.id(self.part.of, thing);
            let is_told = heard
                .iter()
                .any(|one| one["data"][channel.field][about]["id"] == id);
            if is_told != may {
                reader.note(format!("told: {is_told} by {}", channel.field));
            }
            for payload in &heard {
                reader.reads(&payload.to_string(), channel.field);
                let event = &payload["data"][channel.field][about];
                // The mails that end the story are nobody's in the tables.
                let Some(whose) = self.whose(&event["id"]) else {
                    continue;
                };
                let asked = |field: &String| event.get(field).is_some();
                for field in schema.names(of).into_iter().filter(asked) {
                    let full = format!("{of}.{field}");
                    let path = json!([channel.field, about, field]);
                    let mut errors = list(&payload["errors"]).iter();
                    let error = errors.find(|error| error["path"] == path);
                    let code = error.map(|error| text(&error["extensions"]["code"]));
                    let cell = fields.cell(&full, reader.column(whose)).unwrap_or("seen");
                    if code.as_deref().unwrap_or("seen") != cell {
                        reader.note(format!("{full} of {whose:?} is {code:?}, not {cell}"));
                    }
                }
            }
            self.ask_by_name(channel, may, &reader).await;
        }
        reader.is_content();
    }

    /// Subscribes to what belongs to one person.
    async fn ask_by_name(&mut self, channel: &Channel, may: bool, reader: &Reader<'_>) {
        let (argument, name) = channel.by_name;
        let id = self.world.id(self.part.of, name);
        let field = channel.field;
        let asked = format!("subscription {{ {field}({argument}: \"{id}\") {{ kind }} }}");
        self.socket
            .say(json!({ "type": "complete", "id": field }))
            .await;
        self.socket.ask("named", &asked, Value::Null).await;
        self.socket.say(json!({ "type": "ping" })).await;
        let mut answer = self.socket.hear().await;
        while answer["id"] != "named" && answer["type"] != "pong" {
            answer = self.socket.hear().await;
        }
        let is_let = answer["type"] == "pong";
        let code = &answer["payload"][0]["extensions"]["code"];
        if is_let != may || !(is_let || code == "NOT_FOUND") {
            reader.note(format!("{asked}: {answer}"));
        }
        let id = json!({ "type": "complete", "id": "named" });
        self.socket.say(id).await;
        if !is_let {
            assert_eq!(self.socket.hear().await["type"], "pong");
        }
    }

    /// Whose something of the world is.
    fn whose(&self, id: &Value) -> Option<&'static str> {
        let mut owned = self.world.owned.iter();
        owned.find(|one| one.id == *id).map(|one| one.whose)
    }
}

/// The ISO week of a day: `2026-W49`.
fn week_of(day: &str) -> String {
    let day: jiff::civil::Date = day.parse().unwrap();
    let week = day.iso_week_date();
    format!("{}-W{:02}", week.year(), week.week())
}
