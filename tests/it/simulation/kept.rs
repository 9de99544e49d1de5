//! Whatever might happen: what stays true of a simulation.

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value, json};

use super::simulate;
use crate::support::app::{Actor, TestApp, on_both_databases};
use crate::support::demo_agency::DemoAgency;
use crate::support::tables::contents;

on_both_databases!(whatever_might_happen_the_figures_hold_and_nothing_is_written);

const ROUNDS: usize = 16;

/// What is compared. All of it adds up, as what somebody has free or too much of does not (R6).
const WEEK: &str =
    "availabilityMinutes clientSideMinutes projectSideMinutes load { confirmedMinutes }";

const SUMMED: [&str; 4] = [
    "/availabilityMinutes",
    "/clientSideMinutes",
    "/projectSideMinutes",
    "/load/confirmedMinutes",
];

async fn whatever_might_happen_the_figures_hold_and_nothing_is_written(app: &TestApp) {
    let demo = DemoAgency::fill(app, 1).await;
    let agency = Agency::read(app, &demo.eleanor).await;
    let written = contents(app).await;
    let selection = format!(
        "people(first: 14) {{ nodes {{ person {{ id }} weeks {{ before {{ {WEEK} }} after {{ {WEEK} }} }} }} }}
         team {{ before {{ {WEEK} }} after {{ {WEEK} }} }}"
    );
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let (operations, there_and_back) = (vec(agency.operation(), 1..=3), agency.there_and_back());
    for _ in 0..ROUNDS {
        let some = drawn(&operations, &mut runner);
        let simulated = simulate(app, &demo.eleanor, json!(some), &selection).await;
        agency.must_hold(&simulated, &json!(some));
        let none = drawn(&there_and_back, &mut runner);
        let simulated = simulate(app, &demo.eleanor, none.clone(), &selection).await;
        assert_eq!(simulated["people"]["nodes"], json!([]), "{none:#}");
        agency.must_hold(&simulated, &none);
    }
    assert!(contents(app).await == written);
}

fn drawn<T>(strategy: &impl Strategy<Value = T>, runner: &mut TestRunner) -> T {
    strategy.new_tree(runner).unwrap().current()
}

struct Agency {
    /// Everybody's two weeks, as their capacity has them.
    weeks: BTreeMap<String, Value>,
    clients: Vec<Value>,
    /// A project, a side and who holds it.
    held: Vec<(Value, Value, Value)>,
}

impl Agency {
    async fn read(app: &TestApp, by: &Actor) -> Self {
        let document = format!(
            "{{ people(first: 18) {{ nodes {{ id capacity(weeks: 2) {{ {WEEK} }} }} }} clients(first: 50) {{ nodes {{ id }} }}
                projects(first: 50, filter: {{ status: {{ in: [ACTIVE, BACK_BURNER] }} }}) {{
                    nodes {{ id accountable {{ side person {{ id }} }} }} }} }}"
        );
        let data = app.ask(by, &document, json!({})).await;
        let nodes = |list: &str| data[list]["nodes"].as_array().unwrap().clone();
        assert_eq!(nodes("people").len(), 11, "all of them");
        let id = |node: &Value| node["id"].as_str().unwrap().to_owned();
        let weeks = nodes("people");
        let mut held = Vec::new();
        for project in nodes("projects") {
            for one in project["accountable"].as_array().unwrap() {
                let holder = one["person"]["id"].clone();
                held.push((project["id"].clone(), one["side"].clone(), holder));
            }
        }
        held.retain(|(.., holder)| !holder.is_null());
        Self {
            weeks: weeks
                .iter()
                .map(|one| (id(one), one["capacity"].clone()))
                .collect(),
            clients: nodes("clients")
                .iter()
                .map(|one| one["id"].clone())
                .collect(),
            held,
        }
    }

    fn anybody(&self) -> impl Strategy<Value = String> + use<> {
        select(self.weeks.keys().cloned().collect::<Vec<_>>())
    }

    fn operation(&self) -> impl Strategy<Value = Value> + use<> {
        let day = (23..30).prop_map(|day| format!("2026-11-{day}"));
        let parts = (
            0..7,
            self.anybody(),
            select(self.clients.clone()),
            select(self.held.clone()),
            day,
            0..2_400,
        );
        parts.prop_map(|(kind, person, client, (project, side, holder), day, minutes)| match kind {
            0 => json!({ "loseClient": { "clientId": client, "fromOn": day } }),
            1 => json!({ "personLeaves": { "personId": holder, "lastOn": day } }),
            2 => json!({ "personFallsIll": { "personId": person, "fromOn": day, "untilOn": "2026-12-02" } }),
            3 => json!({ "changeHours": { "personId": person, "fromOn": day, "hours": { "minutesAWeek": minutes } } }),
            4 => json!({ "personJoins": { "name": "Noa", "fromOn": day, "hours": { "minutesAWeek": minutes },
                "holds": [{ "of": { "projectId": project }, "side": side }] } }),
            5 => json!({ "takeOnProject": { "fromOn": day, "project": { "client": { "id": client }, "size": "L",
                "bookings": [{ "who": { "personId": person }, "minutesAWeek": minutes + 1 }] } } }),
            _ => json!({ "reassign": { "of": { "projectId": project }, "side": side, "personId": person, "fromOn": day } }),
        })
    }

    fn there_and_back(&self) -> impl Strategy<Value = Value> + use<> {
        let parts = (select(self.held.clone()), self.anybody());
        parts.prop_map(|((project, side, holder), person)| {
            let to = |person: Value| {
                json!({ "reassign": { "of": { "projectId": project }, "side": side, "personId": person } })
            };
            json!([to(json!(person)), to(holder.clone())])
        })
    }

    fn must_hold(&self, simulated: &Value, operations: &Value) {
        let people = simulated["people"]["nodes"].as_array().unwrap();
        for one in people {
            let Some(id) = one["person"]["id"].as_str() else {
                continue;
            };
            let weeks = one["weeks"].as_array().unwrap().iter();
            let before: Vec<&Value> = weeks.map(|week| &week["before"]).collect();
            assert_eq!(json!(before), self.weeks[id], "{operations:#}");
        }
        for (number, team) in simulated["team"].as_array().unwrap().iter().enumerate() {
            for figure in SUMMED {
                let all = self
                    .weeks
                    .values()
                    .map(|weeks| minutes(&weeks[number], figure));
                let before = minutes(&team["before"], figure);
                assert_eq!(all.sum::<i64>(), before, "{figure} {operations:#}");
                let changes = people.iter().map(|one| {
                    let week = &one["weeks"][number];
                    minutes(&week["after"], figure) - minutes(&week["before"], figure)
                });
                let after = minutes(&team["after"], figure);
                assert_eq!(
                    before + changes.sum::<i64>(),
                    after,
                    "{figure} {operations:#}"
                );
            }
        }
    }
}

fn minutes(week: &Value, figure: &str) -> i64 {
    let found = week.pointer(figure).and_then(Value::as_i64);
    found.unwrap_or_else(|| panic!("{figure}: {week:#}"))
}
