//! Whether a project can be taken on.

use async_graphql::{Context, Description, Enum, Object, Result, SimpleObject};

use super::input::{self, ProjectDraftInput};
use crate::domain::simulation::acceptance::{
    self, Carrier, Carries, Constraint, Forced, Move, can_accept,
};
use crate::entity::{self, Day};
use crate::graphql::context::Asked;
use crate::graphql::enums::Side;
use crate::graphql::person::Person;
use crate::graphql::project::Project;

/// Whether a project can be taken on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "acceptance::Verdict")]
pub enum Verdict {
    /// As things stand.
    Yes,
    /// When other projects move first, or when it starts later.
    YesIf,
    /// Neither helps.
    No,
}

/// What somebody would carry of a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum CarriesPart {
    /// Its client side.
    ClientSide,
    /// Its project side.
    ProjectSide,
    /// Both sides, in one hand.
    BothSides,
    /// A booking.
    Booking,
}

impl From<&Carries> for CarriesPart {
    fn from(carries: &Carries) -> Self {
        match carries {
            Carries::Side(entity::Side::Client) => Self::ClientSide,
            Carries::Side(entity::Side::Project) => Self::ProjectSide,
            Carries::BothSides => Self::BothSides,
            Carries::Booking(_) => Self::Booking,
        }
    }
}

/// Whether a project can be taken on, and how.
#[derive(Clone, Debug, Description)]
pub struct Acceptance(acceptance::Acceptance);

#[Object(use_type_description)]
impl Acceptance {
    /// In a word.
    async fn verdict(&self) -> Verdict {
        self.0.verdict.into()
    }

    /// In a sentence.
    async fn sentence(&self) -> &str {
        &self.0.sentence
    }

    /// Who would carry it: from the day asked about for YES, after the moves for YES_IF, or from the earliest start where no
    /// moves help. Empty for NO.
    async fn carriers(&self) -> Vec<AcceptanceCarrier> {
        self.0.carriers.iter().map(AcceptanceCarrier::of).collect()
    }

    /// The fewest sides of other projects that must go to other managers first, one or two. Empty when it fits as it is, or
    /// when no two help. Every two are tried where at most 20 people hold either side and the project can be shared out in
    /// at most 400 ways; in a larger agency the likeliest are, and a warning says so.
    async fn moves(&self) -> Vec<AcceptanceMove> {
        self.0.moves.iter().map(AcceptanceMove::of).collect()
    }

    /// The first Monday within 26 weeks from which it fits without any move; null when it fits at once, or not within them.
    async fn earliest_start_on(&self) -> Option<Day> {
        self.0.earliest_start_on.map(Day)
    }

    /// What stands against it as things are, one for each part that nobody could take. Empty for YES.
    async fn constraints(&self) -> Vec<AcceptanceConstraint> {
        let constraints = self.0.constraints.iter().cloned();
        constraints.map(AcceptanceConstraint).collect()
    }

    /// Counts past their limits, and that not every move was tried, a sentence each; a warning, not a wall.
    async fn warnings(&self) -> &[String] {
        &self.0.warnings
    }
}

/// Somebody who would carry a part of a project.
#[derive(Clone, Debug, SimpleObject)]
pub struct AcceptanceCarrier {
    /// Who.
    person: Person,
    /// What.
    carries: CarriesPart,
    /// Which of the draft's bookings, from 0; null when it is a side.
    booking: Option<i32>,
    /// Minutes a week that it adds.
    minutes_a_week: i64,
    /// Confirmed utilisation in the fullest of the weeks as it stands, basis points.
    peak_before_bp: i64,
    /// The same with the project, and with the moves where there are any, basis points.
    peak_after_bp: i64,
}

impl AcceptanceCarrier {
    fn of(carrier: &Carrier) -> Self {
        Self {
            person: Person(carrier.person.clone()),
            carries: CarriesPart::from(&carrier.carries),
            booking: match carrier.carries {
                Carries::Booking(place) => i32::try_from(place).ok(),
                _ => None,
            },
            minutes_a_week: carrier.minutes_a_week,
            peak_before_bp: carrier.peak_before_bp,
            peak_after_bp: carrier.peak_after_bp,
        }
    }
}

/// A side of another project that would go from one manager to another.
#[derive(Clone, Debug, SimpleObject)]
pub struct AcceptanceMove {
    /// Of which project.
    project: Project,
    /// Which side.
    side: Side,
    /// Who holds it.
    from: Person,
    /// Who would.
    to: Person,
    /// What it asks of either, minutes a week.
    minutes_a_week: i64,
}

impl AcceptanceMove {
    fn of(one: &Move) -> Self {
        Self {
            project: Project(one.project.clone()),
            side: one.side.into(),
            from: Person(one.from.clone()),
            to: Person(one.to.clone()),
            minutes_a_week: one.minutes_a_week,
        }
    }
}

/// Why a part of a project does not fit: the tightest interval that holds more work than time.
#[derive(Clone, Debug, Description)]
pub struct AcceptanceConstraint(Constraint);

#[Object(use_type_description)]
impl AcceptanceConstraint {
    /// Which part.
    async fn carries(&self) -> CarriesPart {
        CarriesPart::from(&self.0.carries)
    }

    /// Who comes closest to taking it; null: nobody may take it at all.
    async fn person(&self) -> Option<Person> {
        self.0.person.clone().map(Person)
    }

    /// In a sentence.
    async fn sentence(&self) -> &str {
        &self.0.sentence
    }

    /// The interval's first day; null when that person is away in all the weeks, or when there is nobody.
    async fn starts_on(&self) -> Option<Day> {
        let interval = self.0.overbooking.as_ref();
        interval.map(|interval| Day(interval.starts_on))
    }

    /// The interval's last day, included; null as `startsOn` is.
    async fn ends_on(&self) -> Option<Day> {
        let interval = self.0.overbooking.as_ref();
        interval.map(|interval| Day(interval.ends_on))
    }

    /// Minutes of work within it; null as `startsOn` is.
    async fn demand_minutes(&self) -> Option<i64> {
        let interval = self.0.overbooking.as_ref();
        interval.map(|interval| interval.demand_minutes)
    }

    /// Minutes of time within it, up to the FULL limit; null as `startsOn` is.
    async fn availability_minutes(&self) -> Option<i64> {
        let interval = self.0.overbooking.as_ref();
        interval.map(|interval| interval.availability_minutes)
    }

    /// What forces it, the most minutes first.
    async fn forced_by(&self) -> Vec<ConstraintCause> {
        self.0.forced_by.iter().map(ConstraintCause::of).collect()
    }
}

/// What takes time within an overbooked interval.
#[derive(Clone, Debug, SimpleObject)]
pub struct ConstraintCause {
    /// A project with its client, the draft, or a client without projects.
    what: String,
    /// Minutes within the interval.
    minutes: i64,
}

impl ConstraintCause {
    fn of(forced: &Forced) -> Self {
        Self {
            what: forced.what.clone(),
            minutes: forced.minutes,
        }
    }
}

/// Queries about projects that might be taken on. Owners and managers.
#[derive(Default)]
pub struct AcceptanceQueries;

#[Object]
impl AcceptanceQueries {
    /// Whether a project can be taken on. It fits when nobody to whom it adds anything would be above 100 % confirmed in any of
    /// the weeks looked at; weeks in which somebody is away altogether say nothing about them. Moves leave alone what is
    /// pinned, in trouble, or to go live within 28 days. Nothing is written.
    async fn can_accept(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is known of the project.")] project: ProjectDraftInput,
        #[graphql(desc = "Its first day, today or later; the week it lies in counts as a whole.")]
        from: Day,
        #[graphql(desc = "How many weeks to look at, 1 to 12.", default = 4)] weeks: i32,
    ) -> Result<Acceptance> {
        let draft = input::draft(project, "project.")?;
        let (conn, caller) = (&ctx.db().read, ctx.caller());
        let answer = can_accept(conn, caller, &draft, from.0, weeks.into()).await?;
        Ok(Acceptance(answer))
    }
}
