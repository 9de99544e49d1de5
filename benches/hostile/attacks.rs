//! The attacks, each with its pace.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use crate::documents;
use crate::server::{CONNECTIONS, Server};
use crate::tally::Tally;
use crate::wire::{self, End};

pub(crate) const ALL_AT_ONCE: &str = "all at once";

/// Whom it is aimed at, and by whom.
pub(crate) struct Target {
    pub(crate) address: SocketAddr,
    pub(crate) token: String,
    pub(crate) seeds: Vec<Vec<u8>>,
    secrets: Vec<String>,
}

impl Target {
    pub(crate) fn of(server: &Server) -> Self {
        Self {
            address: server.address,
            token: server.bad.clone(),
            seeds: documents::seeds(),
            secrets: server.secrets(),
        }
    }
}

/// One way to mean ill.
pub(crate) struct Attack {
    pub(crate) name: &'static str,
    /// Visits that begin in a second.
    pub(crate) per_second: u32,
    /// Visits under way at most.
    at_once: usize,
    /// Addresses that they come from in turn.
    addresses: u64,
    act: Act,
}

type Words = fn(&Target, u64) -> Vec<u8>;

#[derive(Clone, Copy)]
enum Act {
    /// Says all of it, and hears the answer.
    Ask(Words),
    /// Says it, and then a letter a second.
    Trickle(Words),
    /// Says it, and waits.
    Wait(Words),
    /// Says it again and again, and does not listen.
    TurnAway(Words),
    /// Says it over a WebSocket.
    Talk(fn(&Target, u64) -> Vec<String>),
}

const fn asking(name: &'static str, per_second: u32, words: Words) -> Attack {
    Attack {
        name,
        per_second,
        at_once: 50,
        addresses: 1,
        act: Act::Ask(words),
    }
}

const fn holding(name: &'static str, per_second: u32, at_once: usize, act: Act) -> Attack {
    Attack {
        name,
        per_second,
        at_once,
        addresses: 1,
        act,
    }
}

pub(crate) const ATTACKS: [Attack; 18] = [
    asking("nested brackets", 10, documents::brackets),
    asking("fragment bombs", 10, documents::fragments),
    asking("alias floods", 10, documents::aliases),
    asking("directive floods", 10, documents::directives),
    asking("deep introspection", 5, documents::introspection),
    asking("huge variables", 5, documents::variables),
    asking("what fuzzing begins with", 10, documents::corpus),
    asking("valid and expensive", 5, documents::expensive),
    asking("malformed HTTP", 20, documents::malformed),
    asking("heads too long", 5, documents::long_heads),
    Attack {
        addresses: 200,
        ..asking("bad sign-ins", 18, documents::sign_ins)
    },
    holding("slow heads", 20, 150, Act::Trickle(documents::half_a_head)),
    holding("slow bodies", 10, 100, Act::Trickle(documents::half_a_body)),
    holding("half-open", 20, 150, Act::Wait(documents::nothing)),
    holding("who do not read", 2, 20, Act::TurnAway(documents::unread)),
    holding(
        "sockets without init",
        10,
        100,
        Act::Talk(documents::no_init),
    ),
    holding(
        "subscription floods",
        4,
        40,
        Act::Talk(documents::subscriptions),
    ),
    holding(
        "floods of connections",
        150,
        CONNECTIONS + 50,
        Act::Wait(documents::nothing),
    ),
];

/// Goes on until `ends`; what is under way then is left.
pub(crate) async fn rage(
    attack: &'static Attack,
    target: Arc<Target>,
    tally: Arc<Tally>,
    ends: Instant,
) {
    let mut pace = tokio::time::interval(Duration::from_secs(1) / attack.per_second);
    let mut visits = JoinSet::new();
    for number in 0.. {
        pace.tick().await;
        if Instant::now() >= ends {
            return;
        }
        while visits.try_join_next().is_some() {}
        if visits.len() < attack.at_once {
            visits.spawn(visit(attack, number, target.clone(), tally.clone()));
        }
    }
}

async fn visit(attack: &'static Attack, number: u64, target: Arc<Target>, tally: Arc<Tally>) {
    let place = ATTACKS
        .iter()
        .position(|one| one.name == attack.name)
        .unwrap_or_default();
    let host = number % attack.addresses + 1;
    let from = Ipv4Addr::new(
        127,
        0,
        u8::try_from(place + 1).unwrap_or(1),
        u8::try_from(host).unwrap_or(1),
    );
    let address = target.address;
    tally.begin();
    let End { what, answer } = match attack.act {
        Act::Ask(words) => wire::ask(address, from, words(&target, number)).await,
        Act::Trickle(words) => wire::trickle(address, from, words(&target, number)).await,
        Act::Wait(words) => wire::wait(address, from, words(&target, number)).await,
        Act::TurnAway(words) => wire::turn_away(address, from, words(&target, number)).await,
        Act::Talk(messages) => wire::talk(address, from, messages(&target, number)).await,
    };
    tally.end(&what, &answer, &target.secrets);
}
