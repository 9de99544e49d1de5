//! What a question about what might be costs, beside one question about what is: everybody's capacity in the same weeks.
//! `cargo bench --bench simulation`; on the demo agency at scale 100 each ratio is to be 3 at most.

use std::time::{Duration, Instant};

use jiff::civil::Date;
use meridian::db::Db;
use meridian::demo::{self, Filled, MONDAY};
use meridian::domain::access::Caller;
use meridian::domain::calendar::Week;
use meridian::domain::capacity::{Agenda, Capacity, People};
use meridian::domain::simulation::acceptance::can_accept;
use meridian::domain::simulation::{DraftClient, Operation, ProjectDraft, simulate};
use meridian::entity::{LeadMode, ProjectSize, ProjectStatus, client, person};
use meridian::error::Result;
use sea_orm::EntityTrait;

const SCALE: u32 = 100;
const WEEKS: i64 = 4;
const ROUNDS: usize = 9;

#[tokio::main]
async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    // `cargo test` builds and runs every bench: one small round shows that this one works.
    let (scale, rounds) = if std::env::args().any(|argument| argument == "--bench") {
        (SCALE, ROUNDS)
    } else {
        (1, 1)
    };
    let folder = tempfile::TempDir::new()?;
    let file = folder.path().join("agency.db");
    let db = Db::connect(&format!("sqlite://{}?mode=rwc", file.display())).await?;
    db.migrate().await?;
    let filled = demo::fill(&db, scale, &|_, _| {}).await?;
    let agency = Agency::read(db, filled).await?;
    agency.compare(rounds).await?;
    agency.db.close().await?;
    Ok(())
}

struct Agency {
    db: Db,
    filled: Filled,
    people: Vec<person::Model>,
    clients: Vec<client::Model>,
}

impl Agency {
    async fn read(db: Db, filled: Filled) -> Result<Self> {
        Ok(Self {
            people: person::Entity::find().all(&db.read).await?,
            clients: client::Entity::find().all(&db.read).await?,
            db,
            filled,
        })
    }

    async fn compare(&self, rounds: usize) -> Result<()> {
        println!(
            "{} people, {} projects, {WEEKS} weeks",
            self.filled.people, self.filled.projects
        );
        let mut baseline = Vec::new();
        let mut simulated = Vec::new();
        let mut accepted = Vec::new();
        let mut searched = Vec::new();
        for _ in 0..rounds {
            baseline.push(timed(self.capacity()).await?);
            simulated.push(timed(self.simulate()).await?);
            accepted.push(timed(self.can_accept(ProjectSize::M)).await?);
            searched.push(timed(self.can_accept(ProjectSize::Xl)).await?);
        }
        let baseline = median(baseline);
        println!("capacity of everybody   {baseline:>10.2?}");
        for (what, times) in [
            ("simulate", simulated),
            ("canAccept, a small one", accepted),
            ("canAccept, a large one", searched),
        ] {
            let time = median(times);
            let hundredths = time.as_micros() * 100 / baseline.as_micros().max(1);
            let (whole, rest) = (hundredths / 100, hundredths % 100);
            println!("{what:<23} {time:>10.2?}   {whole}.{rest:02} x");
        }
        Ok(())
    }

    async fn capacity(&self) -> Result<()> {
        let ids = self.people.iter().map(|person| person.id).collect();
        let whose = People::WithAllBooks(ids);
        let agenda = Agenda::load(&self.db.read, whose, first(), WEEKS, today()).await?;
        let mut total = Capacity::default();
        for week in (0..WEEKS).map(|ahead| first().plus(ahead)) {
            let books = agenda.books_in(week);
            for person in &self.people {
                total.add(&agenda.capacity(person.id, week, &books));
            }
        }
        std::hint::black_box(total);
        Ok(())
    }

    async fn simulate(&self) -> Result<()> {
        let operations = [
            Operation::LoseClient {
                client_id: self.clients[0].id,
                from_on: today(),
            },
            Operation::PersonLeaves {
                person_id: self.filled.sam_id,
                last_on: today(),
            },
            Operation::TakeOnProject {
                draft: self.draft(ProjectSize::L),
                from_on: today(),
            },
        ];
        let caller = self.caller();
        let answer = simulate(&self.db.read, &caller, &operations, first(), WEEKS).await?;
        std::hint::black_box(answer);
        Ok(())
    }

    async fn can_accept(&self, size: ProjectSize) -> Result<()> {
        let (caller, draft) = (self.caller(), self.draft(size));
        let answer = can_accept(&self.db.read, &caller, &draft, today(), WEEKS).await?;
        std::hint::black_box(answer);
        Ok(())
    }

    fn caller(&self) -> Caller {
        Caller::system("a bench", demo::STARTS_AT)
    }

    /// Every manager of the demo is full: it takes a search.
    fn draft(&self, size: ProjectSize) -> ProjectDraft {
        ProjectDraft {
            client: DraftClient::Known(self.clients[1].id),
            name: "Shop".to_owned(),
            status: match size {
                ProjectSize::Xl => ProjectStatus::Active,
                _ => ProjectStatus::BackBurner,
            },
            size,
            complexity: 3,
            lead_mode: LeadMode::Joint,
            account_manager_id: None,
            production_manager_id: None,
            bookings: Vec::new(),
        }
    }
}

fn first() -> Week {
    Week::of(MONDAY)
}

fn today() -> Date {
    MONDAY
}

async fn timed(work: impl Future<Output = Result<()>>) -> Result<Duration> {
    let start = Instant::now();
    work.await?;
    Ok(start.elapsed())
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}
