//! Clients that go away before they are answered.

use std::time::Duration;

use serde_json::json;

use super::toy::{Answer, At, Server};
use crate::support::tcp::{post, say};

/// Asks, waits until the resolver stands in the middle, and goes away.
async fn ask_and_leave(server: &Server, document: &str) {
    let body = json!({ "query": document }).to_string();
    let json = ("content-type", "application/json");
    let asked = post("/graphql", &[json], body.len(), &body);
    let client = say(server.address, &asked).await;
    assert_eq!(server.middle.comes_to(At::Middle).await, At::Middle);
    drop(client);
}

#[tokio::test]
async fn what_changes_something_is_carried_to_its_end() {
    let server = Server::start().await;
    ask_and_leave(&server, "mutation { toyMend }").await;
    // As long as the server takes at most to see that nobody is there any more.
    tokio::time::sleep(Duration::from_millis(200)).await;
    server.middle.go_on();
    assert_eq!(server.middle.comes_to(At::End).await, At::End);
}

/// Nobody reads its answer, and others can use the time.
#[tokio::test]
async fn a_query_is_stopped() {
    let server = Server::start().await;
    ask_and_leave(&server, "{ look }").await;
    let started = std::time::Instant::now();
    assert_eq!(server.middle.comes_to(At::Cut).await, At::Cut);
    assert!(
        started.elapsed() < Duration::from_millis(900),
        "by the client's going, not by the time-out"
    );
}

#[tokio::test]
async fn what_changes_something_is_carried_to_its_end_when_its_time_is_up() {
    let server = Server::start().await;
    let body = json!({ "query": "mutation { toyMend }" });
    let asked = reqwest::Client::new()
        .post(format!("http://{}/graphql", server.address))
        .json(&body);
    let answer = Answer::of(asked.send().await.unwrap()).await;
    assert_eq!((answer.status, answer.code()), (503, "TIMEOUT"));
    assert!(answer.message().contains("carried to its end"));
    assert_eq!(server.middle.comes_to(At::Middle).await, At::Middle);
    server.middle.go_on();
    assert_eq!(server.middle.comes_to(At::End).await, At::End);
}

#[tokio::test]
async fn a_server_that_stops_waits_for_what_was_left_to_it() {
    let Server {
        address,
        middle,
        stop,
        mut ended,
    } = {
        let server = Server::start().await;
        ask_and_leave(&server, "mutation { toyMend }").await;
        server
    };
    stop.send(()).unwrap();
    let early = tokio::time::timeout(Duration::from_millis(200), &mut ended).await;
    assert!(early.is_err(), "it did not wait");
    assert!(
        tokio::net::TcpStream::connect(address).await.is_err(),
        "nobody new is let in"
    );
    middle.go_on();
    ended.await.unwrap();
    assert_eq!(middle.comes_to(At::End).await, At::End);
}
