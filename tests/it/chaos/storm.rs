//! Kills and pauses, one after another, while mails fall due.

use std::time::{Duration, Instant};

use jiff::SignedDuration;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use uuid::Uuid;

use super::reckoning::{Reckoning, by_message, without_a_mail};
use super::sink::{Sink, UNKNOWN};
use crate::crash::scene::{Scene, Settings};
use crate::support::app::TestApp;
use crate::support::replica::{Replica, until_within};

/// With fewer it is a matter of luck whether missing guards show.
const FEWEST_WITHOUT_GUARDS: usize = 1_000;
/// By then the server has read what a process had written before it was killed.
const HEARD_WITHIN: Duration = Duration::from_millis(100);
/// So many copies that nothing explains leave no doubt that guards are missing.
const ENOUGH: u64 = 25;
/// Mails fall due in so many bursts, so that senders have many of them in hand.
const BURSTS: usize = 10;
/// One mail in so many goes to an address that there is not.
const ONE_UNKNOWN_IN: usize = 50;
/// One mail in so many is the summary of somebody who has subscribed to it: it is planned and composed in the storm.
const ONE_SUMMARY_IN: usize = 20;
/// Milliseconds between two blows, and what one takes on top of that.
const BETWEEN: std::ops::Range<u64> = 300..1_100;
const A_BLOW: Duration = Duration::from_millis(1_100);
/// How long a process is frozen: longer than its lease, and together with a server that hangs shorter than the grace.
const FROZEN: Duration = Duration::from_secs(4);
const SENDERS: u32 = 4;
/// For the storm, and then for what it left to come to rest: retries, and mails in doubt until a minute's tick.
const LONGEST: Duration = Duration::from_secs(8 * 60);

/// Whether the fence and the grace are there.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Guards {
    On,
    Off,
}

pub(super) struct Plan {
    processes: usize,
    guards: Guards,
    mails: usize,
    seed: u64,
}

/// What was done to the processes.
#[derive(Clone, Copy, Default)]
pub(super) struct Blows {
    pub(super) kills: usize,
    pub(super) pauses: usize,
    /// Mails that were on their way in processes when these were killed, and that the server had taken: at most one a sender.
    /// Of the others a kill makes no copy.
    pub(super) in_flight: u64,
}

#[derive(Clone, Copy)]
enum Blow {
    Kill,
    Pause,
}

impl Plan {
    pub(super) fn of(processes: usize, guards: Guards) -> Self {
        let mails = setting("MERIDIAN_CHAOS_MAILS").unwrap_or(2_000);
        Self {
            processes,
            guards,
            mails: match guards {
                Guards::On => mails,
                Guards::Off => mails.max(FEWEST_WITHOUT_GUARDS),
            },
            seed: setting("MERIDIAN_CHAOS_SEED").unwrap_or(1) as u64,
        }
    }

    fn blows(&self, random: &mut StdRng) -> Vec<Blow> {
        let mut blows = vec![Blow::Kill; self.mails / 20];
        blows.extend(vec![Blow::Pause; self.mails / 100]);
        blows.shuffle(random);
        blows
    }
}

fn setting(name: &str) -> Option<usize> {
    let value = std::env::var(name).ok()?;
    Some(value.parse().expect("a number"))
}

/// Carries the plan out, and says what it came to.
pub(super) async fn weather(app: &TestApp, plan: Plan) -> Reckoning {
    let started = Instant::now();
    let sink = Sink::new(plan.seed);
    let scene = Scene::set(app, sink.temper()).await;
    let mut storm = Storm::over(&scene, &sink, plan).await;
    storm.rage().await;
    sink.calm();
    if storm.plan.guards == Guards::On {
        let longest = LONGEST.saturating_sub(started.elapsed());
        storm.at_rest(longest).await;
    }
    let reckoning = storm.reckon().await;
    println!(
        "chaos, {} processes on {:?}, guards {}, seed {}: {reckoning}, in {} s",
        storm.plan.processes,
        app.db.backend(),
        if storm.plan.guards == Guards::On {
            "on"
        } else {
            "off"
        },
        storm.plan.seed,
        started.elapsed().as_secs(),
    );
    reckoning
}

struct Storm<'a> {
    scene: &'a Scene<'a>,
    sink: &'a Sink,
    plan: Plan,
    random: StdRng,
    replicas: Vec<Replica>,
    /// Whose summaries fall due meanwhile.
    subscribers: Vec<Uuid>,
    /// The one that is frozen, and until when.
    frozen: Option<(usize, Instant)>,
    blows: Blows,
}

impl<'a> Storm<'a> {
    async fn over(scene: &'a Scene<'a>, sink: &'a Sink, plan: Plan) -> Self {
        let blows = plan.mails / 20 + plan.mails / 100;
        let lasts = A_BLOW * u32::try_from(blows).unwrap();
        let burst_every = lasts / BURSTS as u32;
        let burst_every = SignedDuration::try_from(burst_every).unwrap();
        let mails = (0..plan.mails).map(|number| {
            let burst = (number * BURSTS / plan.mails) as i32;
            let known = number % ONE_UNKNOWN_IN != 0;
            let user = if known { "p" } else { UNKNOWN };
            (
                format!("{user}{number}@agency.example"),
                burst_every * burst,
            )
        });
        let minutes = usize::try_from(lasts.as_secs() / 60).unwrap().max(1);
        let subscribers = scene
            .summaries_fall_due(plan.mails / ONE_SUMMARY_IN, minutes)
            .await;
        scene.mails(mails).await;
        let mut storm = Self {
            scene,
            sink,
            random: StdRng::seed_from_u64(plan.seed),
            replicas: Vec::new(),
            subscribers,
            frozen: None,
            blows: Blows::default(),
            plan,
        };
        for _ in 0..storm.plan.processes {
            storm.replicas.push(storm.start());
        }
        storm
    }

    fn start(&self) -> Replica {
        self.scene.start(Settings {
            lease_seconds: 2,
            grace_seconds: 20,
            senders: SENDERS,
            fail_points: match self.plan.guards {
                Guards::On => "",
                Guards::Off => "without-fence=return;without-grace=return",
            },
        })
    }

    /// One blow after another; without guards only until a copy shows that they are missing.
    async fn rage(&mut self) {
        for blow in self.plan.blows(&mut self.random) {
            let pause = self.random.random_range(BETWEEN);
            tokio::time::sleep(Duration::from_millis(pause)).await;
            match blow {
                Blow::Kill => self.kill().await,
                Blow::Pause => self.freeze().await,
            }
            self.wake_when_it_is_time();
            let may_end_early = self.plan.guards == Guards::Off;
            if may_end_early && self.reckon().await.copies_too_many() >= ENOUGH {
                break;
            }
        }
        self.wake().await;
    }

    async fn kill(&mut self) {
        if self.replicas.len() == 1 {
            self.wake().await;
        }
        let awake: Vec<usize> = (0..self.replicas.len())
            .filter(|index| self.frozen.is_none_or(|(frozen, _)| frozen != *index))
            .collect();
        let index = awake[self.random.random_range(0..awake.len())];
        let victim = &mut self.replicas[index];
        victim.says("jobs started").await;
        victim.kill();
        let name = victim.name();
        let on_their_way = self.scene.on_their_way(name).await;
        tokio::time::sleep(HEARD_WITHIN).await;
        let received = self.scene.server.received();
        let taken = by_message(&received);
        let taken = on_their_way.iter().filter(|id| taken.contains_key(*id));
        self.blows.in_flight += taken.count().min(SENDERS as usize) as u64;
        self.blows.kills += 1;
        self.replicas[index] = self.start();
    }

    async fn freeze(&mut self) {
        self.wake().await;
        let index = self.random.random_range(0..self.replicas.len());
        self.replicas[index].says("jobs started").await;
        self.replicas[index].freeze().await;
        self.frozen = Some((index, Instant::now() + FROZEN));
        self.blows.pauses += 1;
    }

    fn wake_when_it_is_time(&mut self) {
        let is_time = |(_, until): &mut (usize, Instant)| *until <= Instant::now();
        if let Some((index, _)) = self.frozen.take_if(is_time) {
            self.replicas[index].wake();
        }
    }

    /// Waits for the one that is frozen to have been so for long enough.
    async fn wake(&mut self) {
        if let Some((_, until)) = self.frozen {
            tokio::time::sleep(until.saturating_duration_since(Instant::now())).await;
            self.wake_when_it_is_time();
        }
    }

    async fn at_rest(&self, longest: Duration) {
        // What is not at rest by then is reckoned as lost.
        let _ = until_within(longest, async || {
            self.scene.under_way().await == 0 && self.unplanned().await == 0
        })
        .await;
    }

    async fn unplanned(&self) -> usize {
        without_a_mail(&self.scene.rows().await, &self.subscribers).count()
    }

    async fn reckon(&self) -> Reckoning {
        let rows = self.scene.rows().await;
        let received = self.scene.server.received();
        let planned = (rows.as_slice(), self.subscribers.as_slice());
        Reckoning::of(planned, &received, self.sink.forced(), self.blows)
    }
}
