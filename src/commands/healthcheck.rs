//! `meridian healthcheck`: for containers that have no other HTTP client.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use meridian::error::{Error, Result};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const PATIENCE: Duration = Duration::from_secs(5);
const HEALTHY: &str = "HTTP/1.1 200 ";

/// Longest answer that is read, bytes.
const LONGEST_ANSWER: u64 = 16 * 1024;

pub(super) async fn run(listen: SocketAddr, ready: bool) -> Result<()> {
    let address = reachable(listen);
    let (path, well) = match ready {
        true => ("/readyz", "does its work"),
        false => ("/healthz", "lives"),
    };
    let ill = |why: &str| Error::Unavailable(format!("Meridian at {address} is not well: {why}."));
    match tokio::time::timeout(PATIENCE, answer(address, path)).await {
        Ok(Ok(answer)) if answer.starts_with(HEALTHY) => {
            println!("Meridian at {address} {well}.");
            Ok(())
        }
        Ok(Ok(answer)) => Err(ill(&what_is_wrong(&answer))),
        Ok(Err(error)) => Err(ill(&error.to_string())),
        Err(_) => Err(ill("it did not answer within 5 seconds")),
    }
}

/// The answer, head and all.
async fn answer(address: SocketAddr, path: &str) -> io::Result<String> {
    let mut stream = TcpStream::connect(address).await?;
    let request = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.take(LONGEST_ANSWER).read_to_end(&mut answer).await?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

/// The reasons of the checks that failed, where the answer has any.
fn what_is_wrong(answer: &str) -> String {
    let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    let checks: serde_json::Value = serde_json::from_str(body).unwrap_or_default();
    let reasons: Vec<&str> = checks["checks"]
        .as_object()
        .into_iter()
        .flat_map(|checks| checks.values())
        .filter_map(|check| check["why"].as_str())
        .map(|why| why.trim_end_matches('.'))
        .collect();
    match reasons.is_empty() {
        true => "it answers something else than 200".to_owned(),
        false => reasons.join("; "),
    }
}

/// Who listens everywhere is asked at home.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let home = match listen.ip() {
        ip if !ip.is_unspecified() => ip,
        IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
    };
    SocketAddr::new(home, listen.port())
}
