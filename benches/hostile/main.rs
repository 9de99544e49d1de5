//! An hour with guests who mean ill, in front of the program as it is released:
//!
//! ```sh
//! cargo bench --bench hostile -- --minutes 60
//! cargo bench --bench hostile -- --minutes 60 --database postgres
//! ```
//!
//! It fills a database with three demo agencies, starts `meridian serve` on 127.0.0.1 (another build of it with `--program FILE`), and asks
//! it one good query at a steady pace from 127.0.0.2, on a connection that is kept and on new ones. The attacks of `attacks.rs`, from addresses of
//! their own, take turns, and then come all at once: a first time briefly, so that pools, caches and the allocator have what they come to want.
//! After a rest it measures what is ordinary while nothing else happens, and the level of memory. Then the attacks go on for the minutes asked
//! for, again and again, and there is rest. It ends by itself, and ends nothing but what it has started.
//!
//! It fails, with status 1, unless
//!
//! - every good query is answered, and their 99th percentile stays within three times the ordinary one, beside each attack and in each minute,
//! - memory and open files return to their level,
//! - nothing that was answered tells of what is inside, and nothing is answered by a fault of ours.
//!
//! A virtual machine shares its cores with others, and Linux tells how much of them was taken away. A minute in which that was more than a hundredth
//! counts for nothing where it would say what is ordinary; and where it is too slow it is printed, not judged. At most a quarter of the minutes may
//! be like that.
//!
//! Each attack has its pace there, in requests a second: the point is that guards are cheap, not that two cores have no end.

mod attacks;
mod documents;
mod good;
mod machine;
mod report;
mod server;
#[path = "../outbox/support.rs"]
mod support;
mod tally;
mod wire;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Parser;

use attacks::{ATTACKS, Attack, Target, rage};
use good::Asked;
use report::{Levels, Report};
use server::{Database, Level, Server};
use tally::Tallies;

/// Of the first time, and of each time after that.
const FIRST_TURN: Duration = Duration::from_secs(5);
const LONGEST_TURN: Duration = Duration::from_secs(15);
/// All at once goes on for as many turns.
const TURNS_OF_ALL: u32 = 3;
/// Longer than the server is patient with anything.
const REST: Duration = Duration::from_secs(90);

const SHORTEST_ORDINARY: Duration = Duration::from_secs(30);
const LONGEST_ORDINARY: Duration = Duration::from_secs(300);
/// As long as this may pass until the machine was ours for as long as the ordinary figures take.
const LONGER: u32 = 4;
const MINUTE: Duration = Duration::from_secs(60);

#[derive(Parser)]
struct Options {
    /// How long the attacks go on
    #[arg(long, default_value_t = 3)]
    minutes: u64,
    /// On which database
    #[arg(long, value_enum, default_value_t = Database::Sqlite)]
    database: Database,
    /// Only attacks with this in their name
    #[arg(long, default_value = "")]
    only: String,
    /// Another build of the program
    #[arg(long)]
    program: Option<std::path::PathBuf>,
    /// What cargo adds
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> ExitCode {
    let options = Options::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    let is_well = runtime.block_on(run(&options));
    runtime.shutdown_background();
    if is_well {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

async fn run(options: &Options) -> bool {
    let Some(server) = Server::start(options.database, options.program.as_deref()).await else {
        println!("PostgreSQL is not installed.");
        return false;
    };
    let lasts = Duration::from_secs(60 * options.minutes);
    let asked = Asked::begin(&server);
    let fresh = server.levels();
    eprintln!("fresh: {fresh}");
    let mut hour = Hour::of(options, &server, &asked);
    hour.round(FIRST_TURN).await;
    rest().await;
    let ordinary = (lasts / 4).clamp(SHORTEST_ORDINARY, LONGEST_ORDINARY);
    if !measure_ordinary(&asked, ordinary).await {
        println!("FAIL: the machine was never ours for long enough to say what is ordinary.");
        return false;
    }
    let before = server.levels();
    eprintln!("ordinary: {}, {before}", asked.latest(good::ORDINARY));
    hour.rounds(lasts).await;
    let Hour {
        tallies, highest, ..
    } = hour;
    asked.note(good::ASIDE);
    rest().await;
    let levels = Levels {
        fresh,
        before,
        highest,
        after: server.levels(),
    };
    let log = server.log();
    Report::of(asked.end().await, &tallies, levels, &log).print(options.database)
}

/// Measures the good query alone, in as many minutes as it takes until the machine was ours for so long; the others count for nothing. Answers
/// whether it ever was.
async fn measure_ordinary(asked: &Asked, lasts: Duration) -> bool {
    asked.note(good::ORDINARY);
    let step = lasts.min(MINUTE);
    let until = Instant::now() + lasts * LONGER;
    let mut ours = Duration::ZERO;
    while ours < lasts && Instant::now() < until {
        let (measured, before) = (asked.measured(), machine::taken());
        tokio::time::sleep(step).await;
        let taken = machine::taken().saturating_sub(before);
        if machine::was_ours(taken, step) {
            ours += step;
            continue;
        }
        asked.forget_after(measured);
        eprintln!(
            "of this minute {:.1} % were taken away: it does not say what is ordinary",
            machine::share(taken, step) * 100.0
        );
    }
    ours >= lasts
}

async fn rest() {
    eprintln!("rest, for {} s", REST.as_secs());
    tokio::time::sleep(REST).await;
}

/// The attacks, turn after turn.
struct Hour<'a> {
    server: &'a Server,
    asked: &'a Asked,
    attacks: Vec<&'static Attack>,
    target: Arc<Target>,
    tallies: Tallies,
    highest: Level,
}

impl<'a> Hour<'a> {
    fn of(options: &Options, server: &'a Server, asked: &'a Asked) -> Self {
        let chosen = ATTACKS
            .iter()
            .filter(|attack| attack.name.contains(&options.only));
        Self {
            server,
            asked,
            attacks: chosen.collect(),
            target: Arc::new(Target::of(server)),
            tallies: Tallies::default(),
            highest: server.levels(),
        }
    }

    /// Round after round until the time is up.
    async fn rounds(&mut self, lasts: Duration) {
        let until = Instant::now() + lasts;
        let turns = u32::try_from(self.attacks.len()).expect("a few") + TURNS_OF_ALL;
        let turn = (lasts / turns).min(LONGEST_TURN);
        // What is left of the time in the end is too short for a round of its own.
        while Instant::now() + turn < until {
            eprintln!("{} s left", (until - Instant::now()).as_secs());
            self.round(turn.min((until - Instant::now()) / turns)).await;
        }
    }

    /// Each attack alone, and then all at once.
    async fn round(&mut self, turn: Duration) {
        for attack in self.attacks.clone() {
            self.turn(attack.name, &[attack], turn).await;
        }
        let all = self.attacks.clone();
        self.turn(attacks::ALL_AT_ONCE, &all, turn * TURNS_OF_ALL)
            .await;
    }

    async fn turn(&mut self, name: &'static str, attacks: &[&'static Attack], lasts: Duration) {
        self.asked.note(name);
        let ends = Instant::now() + lasts;
        let mut raging = tokio::task::JoinSet::new();
        for attack in attacks {
            let tally = self.tallies.of(attack.name);
            raging.spawn(rage(attack, self.target.clone(), tally, ends));
        }
        while let Some(ended) = raging.join_next().await {
            ended.expect("an attack goes on to its end");
        }
        let level = self.server.levels();
        self.highest = self.highest.max(level);
        eprintln!("{name}: {}, {level}", self.asked.latest(name));
    }
}
