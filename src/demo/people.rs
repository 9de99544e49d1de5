//! The eleven people of a copy: their hours, skills and days away. Days are counted from the demo's Monday.

use super::holidays::{CalendarSketch, ENGLAND, GERMANY, UNITED_STATES};
use crate::entity::{Access, Side};

pub(super) const DANA: usize = 0;
pub(super) const SAM: usize = 1;
pub(super) const PRIYA: usize = 2;
pub(super) const TOM: usize = 3;
pub(super) const INES: usize = 4;
pub(super) const JONAS: usize = 5;
pub(super) const MAYA: usize = 6;
pub(super) const CALEB: usize = 7;
pub(super) const AOIFE: usize = 8;
pub(super) const RUTH: usize = 9;
/// The owner in the first copy, a team lead in the others.
pub(super) const ELEVENTH: usize = 10;

/// Somebody of the agency.
#[derive(Clone, Copy)]
pub(super) struct PersonSketch {
    pub(super) name: &'static str,
    /// The part of the address before the `@`.
    pub(super) mailbox: &'static str,
    pub(super) place: Place,
    pub(super) access: Access,
    pub(super) preference: Option<Side>,
    pub(super) standing_delegate: Option<usize>,
    /// Days from the Monday.
    pub(super) employed_from: i64,
    pub(super) hours: &'static [HoursSketch],
    pub(super) skills: &'static [(Skill, i32)],
    pub(super) time_off: &'static [TimeOffSketch],
}

/// A row of a work schedule.
pub(super) struct HoursSketch {
    /// Days from the Monday; none: from the first day of employment.
    pub(super) from: Option<i64>,
    /// Minutes from Monday to Friday.
    pub(super) minutes: [i32; 5],
    pub(super) factor_bp: i32,
}

/// Days away.
pub(super) struct TimeOffSketch {
    /// First and last day, from the Monday.
    pub(super) days: (i64, i64),
    pub(super) minutes_per_day: Option<i32>,
    pub(super) delegate: Option<usize>,
    pub(super) note: &'static str,
}

/// Where somebody works.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    London,
    NewYork,
    Berlin,
}

impl Place {
    /// Every place, in the order of its discriminant.
    pub(super) const ALL: [Self; 3] = [Self::London, Self::NewYork, Self::Berlin];

    /// The IANA name of its zone.
    pub(super) fn zone_name(self) -> &'static str {
        match self {
            Self::London => "Europe/London",
            Self::NewYork => "America/New_York",
            Self::Berlin => "Europe/Berlin",
        }
    }

    pub(super) fn calendar(self) -> &'static CalendarSketch {
        match self {
            Self::London => &ENGLAND,
            Self::NewYork => &UNITED_STATES,
            Self::Berlin => &GERMANY,
        }
    }
}

/// Something people of the agency can do.
#[derive(Clone, Copy)]
pub(super) enum Skill {
    Accessibility,
    Analytics,
    BackEnd,
    BrandDesign,
    ContentStrategy,
    Copywriting,
    FrontEnd,
    InterfaceDesign,
    Testing,
}

impl Skill {
    /// What each is called, in the order of its discriminant.
    pub(super) const NAMES: [&'static str; 9] = [
        "Accessibility",
        "Analytics",
        "Back-end development",
        "Brand design",
        "Content strategy",
        "Copywriting",
        "Front-end development",
        "Interface design",
        "Testing",
    ];
}

/// Five days of the same length.
const fn full_time(minutes: i32, factor_bp: i32) -> HoursSketch {
    HoursSketch {
        from: None,
        minutes: [minutes; 5],
        factor_bp,
    }
}

/// Whole days away.
const fn away(first: i64, last: i64, delegate: Option<usize>, note: &'static str) -> TimeOffSketch {
    TimeOffSketch {
        days: (first, last),
        minutes_per_day: None,
        delegate,
        note,
    }
}

/// Everybody of a copy but the eleventh, at the places of the constants above.
pub(super) const PEOPLE: [PersonSketch; 10] = [
    PersonSketch {
        name: "Dana Okafor",
        mailbox: "dana",
        place: Place::London,
        access: Access::Manager,
        preference: Some(Side::Client),
        standing_delegate: Some(SAM),
        employed_from: -2_002,
        hours: &[full_time(450, 8_000)],
        skills: &[(Skill::ContentStrategy, 3), (Skill::Analytics, 2)],
        time_off: &[
            away(-105, -95, Some(SAM), "Summer holiday"),
            away(21, 22, Some(SAM), "Long weekend in Bath"),
        ],
    },
    PersonSketch {
        name: "Sam Ellery",
        mailbox: "sam",
        place: Place::London,
        access: Access::Manager,
        preference: Some(Side::Project),
        standing_delegate: Some(DANA),
        employed_from: -1_512,
        hours: &[full_time(450, 8_000)],
        skills: &[(Skill::Testing, 3), (Skill::BackEnd, 2)],
        time_off: &[
            away(-140, -130, Some(DANA), "Walking in the Dales"),
            TimeOffSketch {
                days: (10, 10),
                minutes_per_day: Some(225),
                delegate: None,
                note: "Parents' evening",
            },
        ],
    },
    PersonSketch {
        name: "Priya Raman",
        mailbox: "priya",
        place: Place::London,
        access: Access::Member,
        preference: None,
        standing_delegate: None,
        employed_from: -1_274,
        hours: &[full_time(450, 8_500)],
        skills: &[
            (Skill::BrandDesign, 5),
            (Skill::InterfaceDesign, 4),
            (Skill::Accessibility, 3),
        ],
        time_off: &[away(14, 18, Some(RUTH), "A week in Kerala")],
    },
    PersonSketch {
        name: "Tom Ashdown",
        mailbox: "tom",
        place: Place::London,
        access: Access::Member,
        preference: None,
        standing_delegate: None,
        employed_from: -987,
        hours: &[full_time(450, 8_500)],
        skills: &[(Skill::FrontEnd, 4), (Skill::BackEnd, 4)],
        time_off: &[away(-73, -67, Some(RUTH), "Cycling to Amsterdam")],
    },
    PersonSketch {
        name: "Ines Keller",
        mailbox: "ines",
        place: Place::Berlin,
        access: Access::Member,
        preference: None,
        standing_delegate: Some(JONAS),
        employed_from: -798,
        hours: &[full_time(480, 8_000)],
        skills: &[(Skill::BackEnd, 5), (Skill::Analytics, 3)],
        time_off: &[TimeOffSketch {
            days: (9, 9),
            minutes_per_day: Some(240),
            delegate: None,
            note: "Dentist",
        }],
    },
    PersonSketch {
        name: "Jonas Brandt",
        mailbox: "jonas",
        place: Place::Berlin,
        access: Access::Member,
        preference: None,
        standing_delegate: Some(INES),
        employed_from: -609,
        hours: &[full_time(480, 8_000)],
        skills: &[(Skill::Testing, 5), (Skill::Accessibility, 4)],
        time_off: &[away(0, 4, Some(INES), "With family in Leipzig")],
    },
    PersonSketch {
        name: "Maya Torres",
        mailbox: "maya",
        place: Place::NewYork,
        access: Access::Member,
        preference: None,
        standing_delegate: None,
        employed_from: -700,
        hours: &[full_time(450, 8_000)],
        skills: &[(Skill::ContentStrategy, 5), (Skill::Copywriting, 3)],
        time_off: &[away(-6, -6, None, "Moving flat")],
    },
    PersonSketch {
        name: "Caleb Whitfield",
        mailbox: "caleb",
        place: Place::NewYork,
        access: Access::Member,
        preference: None,
        standing_delegate: None,
        employed_from: -441,
        hours: &[full_time(450, 8_000)],
        skills: &[(Skill::FrontEnd, 5), (Skill::Accessibility, 2)],
        time_off: &[away(28, 32, Some(MAYA), "Home for the holidays")],
    },
    PersonSketch {
        name: "Aoife Brennan",
        mailbox: "aoife",
        place: Place::London,
        access: Access::Member,
        preference: None,
        standing_delegate: Some(PRIYA),
        employed_from: -532,
        hours: &[HoursSketch {
            from: None,
            minutes: [450, 450, 450, 0, 0],
            factor_bp: 9_000,
        }],
        skills: &[(Skill::Copywriting, 5), (Skill::ContentStrategy, 2)],
        time_off: &[away(15, 16, Some(MAYA), "Wedding in Galway")],
    },
    PersonSketch {
        name: "Ruth Adeyemi",
        mailbox: "ruth",
        place: Place::London,
        access: Access::Member,
        preference: None,
        standing_delegate: Some(TOM),
        employed_from: -1_099,
        hours: &[
            full_time(450, 8_500),
            HoursSketch {
                from: Some(-84),
                minutes: [450, 450, 450, 450, 0],
                factor_bp: 8_500,
            },
        ],
        skills: &[
            (Skill::FrontEnd, 3),
            (Skill::InterfaceDesign, 3),
            (Skill::Analytics, 2),
        ],
        time_off: &[],
    },
];

/// The eleventh of the first copy. New York's Monday 08:00 is London's 13:00.
pub(super) const OWNER: PersonSketch = PersonSketch {
    name: "Eleanor Voss",
    mailbox: "eleanor",
    place: Place::NewYork,
    access: Access::Owner,
    preference: None,
    standing_delegate: None,
    employed_from: -3_003,
    hours: &[full_time(450, 1_000)],
    skills: &[(Skill::ContentStrategy, 4)],
    time_off: &[],
};

/// The eleventh of the other copies, who holds nothing.
pub(super) const TEAM_LEAD: PersonSketch = PersonSketch {
    name: "Gareth Pryce",
    mailbox: "gareth",
    place: Place::London,
    access: Access::Manager,
    preference: None,
    standing_delegate: None,
    employed_from: -1_701,
    hours: &[full_time(450, 2_000)],
    skills: &[(Skill::Testing, 4)],
    time_off: &[],
};
