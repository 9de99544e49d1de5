//! What may happen to the agency.

use meridian::entity::{LeadMode, ProjectStatus, RoleSide};
use proptest::option::weighted;
use proptest::prelude::{Just, Strategy, prop_oneof};
use proptest::sample::select;

use super::model::{CLIENTS, Target};

/// Something that somebody does, or time that passes. People, clients and projects are told by their number; a project
/// whose number is not given yet is the one with what remains of it.
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// A role is given to a person, or to nobody, from a day on that is so many days ahead.
    Assign {
        role: RoleSide,
        target: Target,
        person: Option<usize>,
        ahead: i32,
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
    /// Somebody talks with a client.
    Talk { client: usize },
    /// Days pass.
    Pass { days: i32 },
}

/// Any of them, what moves work more often than the rest.
pub(super) fn any_step() -> impl Strategy<Value = Step> {
    let person = || 1..5_usize;
    let client = || 0..CLIENTS;
    let project = || 0..6_usize;
    let target = prop_oneof![
        client().prop_map(Target::Client),
        project().prop_map(Target::Project)
    ];
    let role = select(vec![RoleSide::Client, RoleSide::Project, RoleSide::Both]);
    let assign =
        (role, target, weighted(0.8, person()), 0..40).prop_map(|(role, target, person, ahead)| {
            Step::Assign {
                role,
                target,
                person,
                ahead,
            }
        });
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
        (person(), weighted(0.8, 0..30)).prop_map(|(person, ahead)| Step::Leave { person, ahead });
    prop_oneof![
        6 => assign,
        2 => create,
        3 => decide,
        2 => decide_for_client,
        5 => moved,
        1 => profile,
        2 => away,
        3 => leave,
        1 => client().prop_map(|client| Step::Talk { client }),
        3 => (1..10).prop_map(|days| Step::Pass { days }),
    ]
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
