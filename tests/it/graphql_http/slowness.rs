//! Clients that take their time. A request may take a second here, and a connection be quiet for one.

use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use meridian::config::Networks;
use meridian::server::connections::Bounds;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::toy::{At, PATIENCE, Server, query};
use crate::support::tcp::{heard, post, say, say_from, trickle};

const JSON: (&str, &str) = ("content-type", "application/json");

/// It is never silent, so that a time-out between two pieces would not end it.
#[tokio::test]
async fn a_body_that_trickles_is_given_up() {
    let server = Server::start().await;
    let started = Instant::now();
    let half = post("/graphql", &[JSON], 100_000, r#"{"query":"{ hello }""#);
    let answer = trickle(server.address, &half).await;
    assert!(started.elapsed() >= PATIENCE);
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    let extensions = &body["errors"][0]["extensions"];
    assert_eq!(extensions["code"], "BODY_TIMEOUT");
    assert_eq!(extensions["retryable"], true);
    let id = extensions["requestId"].as_str().unwrap();
    assert!(head.contains(&format!("x-request-id: {id}")), "{head}");
}

#[tokio::test]
async fn the_time_a_body_took_is_not_given_to_the_resolvers_again() {
    let server = Server::start().await;
    let body = r#"{"query":"{ slow }"}"#;
    let mut stream = say(
        server.address,
        &post("/graphql", &[JSON, ("connection", "close")], body.len(), ""),
    )
    .await;
    tokio::time::sleep(PATIENCE * 7 / 10).await;
    let sent = Instant::now();
    stream.write_all(body.as_bytes()).await.unwrap();
    let answer = heard(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    assert!(sent.elapsed() < PATIENCE * 9 / 10, "{:?}", sent.elapsed());
}

#[tokio::test]
async fn who_does_not_finish_the_head_is_hung_up_on() {
    let server = Server::start().await;
    for beginning in ["", "G", "GET /healthz HTTP/1.1\r\nhost: meridian\r\n"] {
        let started = Instant::now();
        assert_eq!(heard(&mut say(server.address, beginning).await).await, "");
        assert!(started.elapsed() >= PATIENCE, "{beginning:?}");
    }
    let endless = "GET /healthz HTTP/1.1\r\nhost: meridian\r\nx-a: ";
    assert_eq!(trickle(server.address, endless).await, "");
    let idle = "GET /healthz HTTP/1.1\r\nhost: meridian\r\n\r\n";
    let answer = heard(&mut say(server.address, idle).await).await;
    assert!(answer.ends_with("ok"), "{answer}");
}

/// Its requests are answered one after the other, until more is written than the sockets hold.
#[tokio::test]
async fn who_does_not_read_is_hung_up_on() {
    let Server {
        address,
        stop,
        ended,
        ..
    } = Server::start().await;
    let ask = "GET /graphql?query={dolls(first:4000){name}} HTTP/1.1\r\nhost: meridian\r\n\r\n";
    let mut stream = TcpStream::connect(address).await.unwrap();
    for _ in 0..200 {
        let said = stream.write_all(ask.as_bytes());
        if tokio::time::timeout(PATIENCE, said).await.is_err() {
            break;
        }
    }
    // The server waits for what is under way, hence for ever on a client that it does not give up.
    tokio::time::sleep(PATIENCE * 2).await;
    stop.send(()).unwrap();
    let in_time = tokio::time::timeout(Duration::from_secs(20), ended).await;
    assert!(in_time.is_ok(), "it is still waited for");
    drop(stream);
}

#[tokio::test]
async fn who_comes_when_all_places_are_taken_waits_for_one() {
    let server = Server::with_places(2).await;
    let hello =
        "GET /graphql?query={hello} HTTP/1.1\r\nhost: meridian\r\nconnection: close\r\n\r\n";
    let look = hello.replace("hello", "look");
    let busy = [
        say(server.address, &look).await,
        say(server.address, &look).await,
    ];
    assert_eq!(server.middle.comes_to(At::Middle).await, At::Middle);
    let mut waiting = say(server.address, hello).await;
    let mut first = [0; 12];
    let early = tokio::time::timeout(PATIENCE / 4, waiting.peek(&mut first)).await;
    assert!(early.is_err(), "there was no place");
    drop(busy);
    let answer = heard(&mut waiting).await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
}

/// Whoever takes more than their share does not take the places of others: there is always one for who has none.
#[tokio::test]
async fn who_has_more_connections_than_are_left_for_others_is_hung_up_on() {
    let server = Server::within(Bounds {
        quiet: Duration::from_secs(60),
        open: 6,
        trusted: Networks::parse("127.0.0.9").unwrap(),
    })
    .await;
    let kept = "GET /healthz HTTP/1.1\r\nhost: meridian\r\n\r\n";
    let hello = &kept.replace("\r\n\r\n", "\r\nconnection: close\r\n\r\n");
    let open = |host, words| say_from(Ipv4Addr::new(127, 0, 0, host), server.address, words);
    let first = [
        open(1, kept).await,
        open(1, kept).await,
        open(1, kept).await,
    ];
    assert_eq!(heard(&mut open(1, hello).await).await, "", "half are taken");
    let second = [open(2, kept).await, open(2, kept).await];
    assert_eq!(heard(&mut open(2, hello).await).await, "", "one is left");
    for (host, why) in [(3, "another address"), (9, "others ask through it")] {
        let answer = heard(&mut open(host, hello).await).await;
        assert!(answer.ends_with("ok"), "{why}: {answer}");
    }
    drop((first, second));
    // Once the server has seen that they are gone there is room again.
    while heard(&mut open(1, hello).await).await.is_empty() {}
}

/// More than half of the places are taken, so that who came last must be quicker than those who came first.
#[tokio::test]
async fn a_crowded_server_has_less_patience() {
    let server = Server::with_places(4).await;
    let first = say(server.address, "").await;
    let _second = say(server.address, "").await;
    let mut third = say(server.address, "").await;
    assert_eq!(heard(&mut third).await, "");
    let still_open = first.try_read(&mut [0]).unwrap_err();
    assert_eq!(still_open.kind(), std::io::ErrorKind::WouldBlock);
}

/// A hundred of them cost a hundred sockets and nothing else.
#[tokio::test]
async fn others_are_answered_meanwhile() {
    let server = Server::start().await;
    let half = post("/graphql", &[JSON], 1_000, "{");
    let mut slow = Vec::new();
    for _ in 0..100 {
        slow.push(say(server.address, &half).await);
    }
    let url = format!("http://{}/graphql?query={{hello}}", server.address);
    let good = reqwest::Client::new()
        .get(url)
        .timeout(Duration::from_secs(5));
    assert_eq!(good.send().await.unwrap().status(), 200);
    for mut stream in slow {
        let answer = heard(&mut stream).await;
        assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    }
    assert_eq!(query("{ hello }").await.status, 200);
}
