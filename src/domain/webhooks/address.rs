//! Which addresses webhooks may reach. Whoever may name a URL could otherwise ask Meridian for what only its own network may ask.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::Ipv4Net;

use crate::networks::Networks;

/// IPv4 that is nobody's on the internet, from IANA's registry of special-purpose addresses.
const SPECIAL: [Ipv4Net; 15] = [
    net(0, 0, 0, 0, 8),
    net(10, 0, 0, 0, 8),
    net(100, 64, 0, 0, 10),
    net(127, 0, 0, 0, 8),
    net(169, 254, 0, 0, 16),
    net(172, 16, 0, 0, 12),
    net(192, 0, 0, 0, 24),
    net(192, 0, 2, 0, 24),
    net(192, 88, 99, 0, 24),
    net(192, 168, 0, 0, 16),
    net(198, 18, 0, 0, 15),
    net(198, 51, 100, 0, 24),
    net(203, 0, 113, 0, 24),
    net(224, 0, 0, 0, 4),
    net(240, 0, 0, 0, 4),
];

const fn net(a: u8, b: u8, c: u8, d: u8, length: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), length)
}

/// What may be reached: the internet, and what the operator allows of their own network.
#[derive(Clone, Copy, Debug)]
pub struct Reach<'a>(&'a Networks);

impl<'a> Reach<'a> {
    /// The internet and `allowed`.
    pub fn new(allowed: &'a Networks) -> Self {
        Self(allowed)
    }

    /// Whether `address` may be reached.
    pub fn covers(&self, address: IpAddr) -> bool {
        is_public(address) || self.is_allowed(address)
    }

    /// Whether the operator allows `address`: only there it may be done without TLS.
    pub fn is_allowed(&self, address: IpAddr) -> bool {
        self.0.has(address.to_canonical())
    }

    /// Whether the operator allows any.
    pub fn allows_some(&self) -> bool {
        !self.0.is_empty()
    }
}

/// Whether an address is somebody's on the internet.
fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => !SPECIAL.iter().any(|special| special.contains(&address)),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

/// Of IPv6 only what is assigned on the internet, without what carries an IPv4 address to somewhere else; and of the well-known
/// prefix of NAT64 what leads to a public one.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [first, second, third, fourth, fifth, sixth, ..] = address.segments();
    match (first, second) {
        (0x64, 0xff9b) if (third, fourth, fifth, sixth) == (0, 0, 0, 0) => {
            let [.., a, b, c, d] = address.octets();
            is_public(IpAddr::V4(Ipv4Addr::new(a, b, c, d)))
        }
        // Protocols of the IETF, Teredo among them.
        (0x2001, ..=0x01ff) => false,
        // Documentation, and 6to4.
        (0x2001, 0x0db8) | (0x2002, _) | (0x3fff, ..=0x0fff) => false,
        _ => (0x2000..=0x3fff).contains(&first),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covered(allowed: &str, address: &str) -> bool {
        let allowed = Networks::parse(allowed).unwrap();
        Reach::new(&allowed).covers(address.parse().unwrap())
    }

    #[test]
    fn only_the_internet_is_reached() {
        for address in [
            "93.184.215.14",
            "1.1.1.1",
            "172.32.0.1",
            "100.128.0.1",
            "2606:4700::1111",
            "64:ff9b::101:101",
        ] {
            assert!(covered("", address), "{address}");
        }
        for address in [
            "127.0.0.1",
            "127.255.255.254",
            "0.0.0.0",
            "10.1.2.3",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "100.127.255.255",
            "192.0.0.170",
            "192.0.2.1",
            "192.88.99.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.9",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::127.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b::a9fe:a9fe",
            "64:ff9b:1::1",
            "100::1",
            "fc00::1",
            "fd12:3456::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "3fff::1",
            "5f00::1",
        ] {
            assert!(!covered("", address), "{address}");
        }
    }

    #[test]
    fn what_is_allowed_is_reached_and_nothing_beside_it() {
        assert!(covered("10.1.0.0/16", "10.1.2.3"));
        assert!(covered("10.1.0.0/16", "::ffff:10.1.2.3"));
        assert!(covered("fd00:1::/32", "fd00:1::7"));
        assert!(!covered("10.1.0.0/16", "10.2.0.1"));
        assert!(!covered("10.1.0.0/16", "127.0.0.1"));
    }
}
