//! What may happen to the agency.

mod handovers;
mod plans;
mod ticks;

use meridian::email::memory::Failure;
use meridian::entity::{AssignmentSource, HandoverStage, LeadMode, ProjectStatus, RoleSide, Side};
use proptest::option::weighted;
use proptest::prelude::{Just, Strategy, prop_oneof};
use proptest::sample::select;

use super::model::{CLIENTS, LINES, PEOPLE, Target};

/// Somebody is to hand over a side of a client as a whole, or of one project.
#[derive(Clone, Debug)]
pub(super) struct HandOver {
    pub(super) target: Target,
    pub(super) side: Side,
    /// Who hands over; none: whoever is accountable.
    pub(super) from: Option<usize>,
    pub(super) to: usize,
    /// Days until it begins.
    pub(super) ahead: i32,
}

/// What is asked of a plan.
#[derive(Clone, Debug)]
pub(super) struct Planned {
    /// Whose book is given away; none: what there is may change hands.
    pub(super) leaver: Option<usize>,
    /// What may change hands then; none: everything.
    pub(super) scope: Option<Target>,
    /// Who may be given either side; none named: whoever holds something and stays.
    pub(super) receivers: Vec<usize>,
}

/// How mails get out when it has become later.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tick {
    /// What the clock shows, unless it is later already.
    pub(super) hour: i8,
    /// Whether another replica plans and sends at the same moment.
    pub(super) twice: bool,
    pub(super) fate: Fate,
}

/// What becomes of the next mail.
#[derive(Clone, Copy, Debug)]
pub(super) enum Fate {
    /// It arrives.
    Arrives,
    /// The mail server fails like this once.
    Fails(Failure),
    /// The sender that has taken it vanishes.
    Forsaken,
}

/// Something that somebody does, or time that passes. People, clients and projects are told by their number; a project
/// whose number is not given yet is the one with what remains of it.
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// A role is given to a person, or to nobody, from a day on that is so many days ahead; by hand, or by a spreadsheet.
    Assign {
        role: RoleSide,
        target: Target,
        person: Option<usize>,
        ahead: i32,
        source: AssignmentSource,
    },
    /// A project begins its life.
    Create {
        client: usize,
        active: bool,
        lead_mode: Option<LeadMode>,
    },
    /// Somebody decides which side leads a project.
    Decide { project: usize, lead_mode: LeadMode },
    /// Somebody decides which side leads a client's projects, or takes it back.
    DecideForClient {
        client: usize,
        lead_mode: Option<LeadMode>,
    },
    /// A project moves.
    Move {
        project: usize,
        status: ProjectStatus,
        lead_mode: Option<LeadMode>,
    },
    /// A project and its client turn out to be otherwise than they seemed.
    Profile {
        project: usize,
        communication: i32,
        complexity: i32,
    },
    /// Somebody is away for some days.
    Away {
        person: usize,
        ahead: i32,
        days: i32,
    },
    /// Somebody's last day is known, or they stay after all.
    Leave { person: usize, ahead: Option<i32> },
    /// Somebody talks with a client, and says so.
    Talk { client: usize, person: usize },
    /// A handover begins.
    HandOver(HandOver),
    /// A handover has reached a stage; none: the next.
    Advance {
        handover: usize,
        stage: Option<HandoverStage>,
    },
    /// A handover is called off.
    CancelHandover { handover: usize },
    /// A side is to do one of [`LINES`] on a project; none: the side of the catalogue.
    Except {
        project: usize,
        line: usize,
        side: Option<Side>,
        ahead: i32,
    },
    /// Somebody asks what would be if a person left, a client was lost, and more.
    WhatIf { client: usize, person: usize },
    /// Somebody asks for a plan, and waits for it.
    Plan(Planned),
    /// An owner approves a plan; no number: the latest.
    Approve { plan: Option<usize> },
    /// A programme is made of a plan; no number: the latest.
    Start { plan: Option<usize> },
    /// It becomes later in the day, and mails are planned and sent.
    Tick(Tick),
    /// Days pass.
    Pass { days: i32 },
}

/// One of them, or some that go together: a handover that goes through its stages and is perhaps called off then; a plan
/// and what is made of it; some mornings.
pub(super) fn any_steps() -> impl Strategy<Value = Vec<Step>> {
    prop_oneof![
        12 => any_step().prop_map(|step| vec![step]),
        2 => handovers::stages(),
        2 => plans::plan_and_what_follows(),
        2 => ticks::mornings(),
    ]
}

/// Any of them, what moves work more often than the rest.
fn any_step() -> impl Strategy<Value = Step> {
    let person = || 1..5_usize;
    let client = || 0..CLIENTS;
    let project = || 0..6_usize;
    let role = select(vec![RoleSide::Client, RoleSide::Project, RoleSide::Both]);
    let source = prop_oneof![
        5 => Just(AssignmentSource::Person),
        1 => Just(AssignmentSource::Import),
    ];
    let assign = (role, target(), weighted(0.8, person()), 0..40, source).prop_map(
        |(role, target, person, ahead, source)| Step::Assign {
            role,
            target,
            person,
            ahead,
            source,
        },
    );
    let create = (
        client(),
        select(vec![false, true]),
        weighted(0.6, lead_mode()),
    )
        .prop_map(|(client, active, lead_mode)| Step::Create {
            client,
            active,
            lead_mode,
        });
    let decide = (project(), lead_mode())
        .prop_map(|(project, lead_mode)| Step::Decide { project, lead_mode });
    let decide_for_client = (client(), weighted(0.7, lead_mode()))
        .prop_map(|(client, lead_mode)| Step::DecideForClient { client, lead_mode });
    let moved = (project(), status(), weighted(0.3, lead_mode())).prop_map(
        |(project, status, lead_mode)| Step::Move {
            project,
            status,
            lead_mode,
        },
    );
    let profile =
        (project(), 1..=5, 1..=5).prop_map(|(project, communication, complexity)| Step::Profile {
            project,
            communication,
            complexity,
        });
    let away = (person(), 0..30, 1..20).prop_map(|(person, ahead, days)| Step::Away {
        person,
        ahead,
        days,
    });
    let leave =
        (person(), weighted(0.8, 0..60)).prop_map(|(person, ahead)| Step::Leave { person, ahead });
    let talk = (client(), 0..PEOPLE).prop_map(|(client, person)| Step::Talk { client, person });
    let except = (project(), 0..LINES.len(), weighted(0.8, side()), 0..20).prop_map(
        |(project, line, side, ahead)| Step::Except {
            project,
            line,
            side,
            ahead,
        },
    );
    let what_if = (client(), person()).prop_map(|(client, person)| Step::WhatIf { client, person });
    prop_oneof![
        6 => assign,
        2 => create,
        3 => decide,
        2 => decide_for_client,
        5 => moved,
        1 => profile,
        2 => away,
        3 => leave,
        2 => talk,
        8 => handovers::handing_over(),
        2 => except,
        1 => what_if,
        2 => plans::planning(),
        3 => ticks::tick(),
        3 => (1..10).prop_map(|days| Step::Pass { days }),
    ]
}

fn target() -> impl Strategy<Value = Target> {
    prop_oneof![
        (0..CLIENTS).prop_map(Target::Client),
        (0..6_usize).prop_map(Target::Project)
    ]
}

fn side() -> impl Strategy<Value = Side> {
    select(vec![Side::Client, Side::Project])
}

fn lead_mode() -> impl Strategy<Value = LeadMode> {
    select(vec![
        LeadMode::AccountLed,
        LeadMode::Joint,
        LeadMode::ProductionLed,
    ])
}

/// ACTIVE as often as all others together.
fn status() -> impl Strategy<Value = ProjectStatus> {
    use ProjectStatus::{Active, BackBurner, Cancelled, Completed, Proposed};
    prop_oneof![
        Just(Active),
        select(vec![Proposed, BackBurner, Completed, Cancelled])
    ]
}
