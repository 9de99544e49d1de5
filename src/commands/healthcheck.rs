//! `meridian healthcheck`: for containers that have no other HTTP client.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use meridian::error::{Error, Result};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const PATIENCE: Duration = Duration::from_secs(5);
const HEALTHY: &[u8] = b"HTTP/1.1 200 ";

pub(super) async fn run(listen: SocketAddr) -> Result<()> {
    let address = reachable(listen);
    let ill = |why: &str| Error::Unavailable(format!("Meridian at {address} is not well: {why}."));
    match tokio::time::timeout(PATIENCE, status_line(address)).await {
        Ok(Ok(start)) if start == HEALTHY => {
            println!("Meridian at {address} lives.");
            Ok(())
        }
        Ok(Ok(_)) => Err(ill("it answers something else than 200")),
        Ok(Err(error)) => Err(ill(&error.to_string())),
        Err(_) => Err(ill("it did not answer within 5 seconds")),
    }
}

/// The start of the answer.
async fn status_line(address: SocketAddr) -> io::Result<[u8; HEALTHY.len()]> {
    let mut stream = TcpStream::connect(address).await?;
    let request = format!("GET /healthz HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut start = [0; HEALTHY.len()];
    stream.read_exact(&mut start).await?;
    Ok(start)
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
