//! Reading what clients ask for.

use meridian::entity::{Day, Moment, RequestState, RoleSide, client_request, new_id};
use serde_json::json;

use crate::statements::{SPLIT, cost};
use crate::support::app::{TestApp, on_both_databases};
use crate::support::work::{client_of, site_of};

on_both_databases!(a_page_of_requests_costs_as_many_statements_whatever_its_size);

async fn a_page_of_requests_costs_as_many_statements_whatever_its_size(app: &TestApp) {
    let olga = app.owner().await;
    for number in 0..30 {
        let holder = app.manager(&format!("Manager {number}")).await.person;
        let client = client_of(app, &format!("Client {number}"), RoleSide::Both, &holder).await;
        let site = site_of(app, &client).await;
        let row = client_request::Model {
            id: new_id(app.now()),
            client_id: client.id,
            project_id: (number % 2 == 0).then_some(site.id),
            title: "A shop".to_owned(),
            detail: String::new(),
            minutes: None,
            wanted_by: None,
            state: RequestState::Raised,
            raised_by_id: Some(holder.id),
            raised_on: Day("2026-11-23".parse().unwrap()),
            raised_at: Moment(app.now()),
            answered_by_id: None,
            answered_at: None,
            answer: None,
            against: None,
            decided_by_id: None,
            decided_at: None,
            decision_reason: None,
            version: 1,
            updated_at: Moment(app.now()),
        };
        app.insert(row).await;
    }
    let document = "query ($first: Int!) { clientRequests(first: $first) { nodes { title lateOn client { name } project { name }
        raisedBy { name } speaker { name } mustAnswer { name } history { nodes { by } } } } }";
    let few = cost(app, &olga, document, json!({ "first": 2 })).await;
    let many = cost(app, &olga, document, json!({ "first": 30 })).await;
    assert!((1..=few + SPLIT).contains(&many), "{few} and {many}");
}
