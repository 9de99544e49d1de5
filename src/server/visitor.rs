//! Whence a request comes: the address of its client, and which browser that is.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use axum::extract::ConnectInfo;
use axum::http::header::{HeaderName, USER_AGENT};
use axum::http::{Extensions, HeaderMap};

use crate::config::Networks;
use crate::domain::sessions::Visitor;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The words in a browser's name for itself, and what people call it. Most pass for others too, so the order counts.
const BROWSERS: [(&str, &str); 6] = [
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
];

/// The same for systems.
const SYSTEMS: [(&str, &str); 7] = [
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Mac OS X", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
];

/// The address of the client: who has connected or, where that is a trusted proxy, whom it says that it asks for.
pub(super) fn address(headers: &HeaderMap, extensions: &Extensions, trusted: &Networks) -> IpAddr {
    let peer = extensions.get::<ConnectInfo<SocketAddr>>();
    let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0.ip());
    client(peer, headers, trusted)
}

/// What a person recognises a browser by. Only words of ours: a mail says them to whoever has the address that was entered.
pub(super) fn visitor(headers: &HeaderMap, address: IpAddr) -> Visitor {
    let agent = headers
        .get(USER_AGENT)
        .and_then(|agent| agent.to_str().ok());
    Visitor {
        browser: browser(agent.unwrap_or_default()),
        network: network(address),
    }
}

/// Who is counted together: an IPv4 address, or a network of IPv6, of which every customer of a provider has one at least.
pub(super) fn counted_as(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => {
            let network = u128::from(address) >> 64 << 64;
            IpAddr::V6(Ipv6Addr::from(network))
        }
    }
}

/// Each proxy adds at the end from whom it got the request, so what stands further left is believed only when a trusted one
/// says it.
fn client(peer: IpAddr, headers: &HeaderMap, trusted: &Networks) -> IpAddr {
    let lines = headers.get_all(FORWARDED_FOR).into_iter();
    let lines: Vec<&str> = lines.filter_map(|line| line.to_str().ok()).collect();
    let hops: Vec<&str> = lines.iter().flat_map(|line| line.split(',')).collect();
    let mut client = peer.to_canonical();
    for hop in hops.into_iter().rev() {
        if !trusted.has(client) {
            break;
        }
        match of_hop(hop.trim()) {
            Some(address) => client = address.to_canonical(),
            None => break,
        }
    }
    client
}

/// An address, with a port or without.
fn of_hop(text: &str) -> Option<IpAddr> {
    let bare = text.parse::<IpAddr>().ok();
    bare.or_else(|| Some(text.parse::<SocketAddr>().ok()?.ip()))
}

fn browser(agent: &str) -> String {
    let named = |known: &[(&str, &'static str)]| {
        let mut known = known.iter();
        known
            .find(|(mark, _)| agent.contains(mark))
            .map(|(_, name)| *name)
    };
    let browser = named(&BROWSERS).unwrap_or("another program");
    match named(&SYSTEMS) {
        Some(system) => format!("{browser} on {system}"),
        None => browser.to_owned(),
    }
}

fn network(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => {
            let [a, b, c, _] = address.octets();
            format!("{a}.{b}.{c}.x")
        }
        IpAddr::V6(address) => {
            let [a, b, c, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:x")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client_of(peer: &str, forwarded: &[&'static str], trusted: &str) -> String {
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append(FORWARDED_FOR, (*line).parse().unwrap());
        }
        let trusted = Networks::parse(trusted).unwrap();
        client(peer.parse().unwrap(), &headers, &trusted).to_string()
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        for (peer, forwarded, trusted, expected) in [
            ("203.0.113.9", &[][..], "", "203.0.113.9"),
            ("203.0.113.9", &["198.51.100.1"], "", "203.0.113.9"),
            ("10.0.0.7", &["198.51.100.1"], "10.0.0.8", "10.0.0.7"),
            ("10.0.0.7", &["198.51.100.1"], "10.0.0.0/8", "198.51.100.1"),
            // What the client made up stands left of what the proxy added.
            (
                "10.0.0.7",
                &["1.2.3.4, 198.51.100.1"],
                "10.0.0.7",
                "198.51.100.1",
            ),
            (
                "10.0.0.7",
                &["1.2.3.4", "198.51.100.1"],
                "10.0.0.7",
                "198.51.100.1",
            ),
            (
                "10.0.0.7",
                &["198.51.100.1, 10.0.0.8"],
                "10.0.0.0/8",
                "198.51.100.1",
            ),
            (
                "10.0.0.7",
                &["198.51.100.1:4711"],
                "10.0.0.7",
                "198.51.100.1",
            ),
            (
                "10.0.0.7",
                &["[2001:db8::1]:4711"],
                "10.0.0.7",
                "2001:db8::1",
            ),
            (
                "10.0.0.7",
                &["198.51.100.1, unknown"],
                "10.0.0.7",
                "10.0.0.7",
            ),
            ("10.0.0.7", &[""], "10.0.0.7", "10.0.0.7"),
            (
                "::ffff:10.0.0.7",
                &["198.51.100.1"],
                "10.0.0.7",
                "198.51.100.1",
            ),
        ] {
            assert_eq!(
                client_of(peer, forwarded, trusted),
                expected,
                "{forwarded:?}"
            );
        }
    }

    #[test]
    fn a_provider_s_customer_counts_once() {
        let counted = |text: &str| counted_as(text.parse().unwrap()).to_string();
        assert_eq!(counted("203.0.113.9"), "203.0.113.9");
        assert_eq!(counted("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
    }

    #[test]
    fn a_browser_is_told_in_words_of_ours_and_its_network_without_the_machine() {
        for (agent, told) in [
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
                "Firefox on Linux",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0",
                "Edge on Windows",
            ),
            (
                "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36",
                "Chrome on Android",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1",
                "Safari on iPhone",
            ),
            ("curl/8.5.0", "another program"),
            ("call +1 555 0100 at once", "another program"),
            ("", "another program"),
        ] {
            assert_eq!(browser(agent), told);
        }
        let network = |text: &str| network(text.parse().unwrap());
        assert_eq!(network("203.0.113.9"), "203.0.113.x");
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), "2001:db8:1:x");
    }
}
