//! The fourteen clients of a copy and their 36 projects. Days are counted from the demo's Monday.
//!
//! Dana and Sam hold six ACTIVE and twelve BACK_BURNER projects each. All are size M, communication 3 and complexity 3
//! (the golden case of `domain.md §5`); the other factors vary, so that each manager has two ACTIVE projects for each
//! lead mode. The days of last contact make updates and outreach due, overdue or not on the Monday.

use super::people::{DANA, SAM};

/// A client.
pub(super) struct ClientSketch {
    pub(super) name: &'static str,
    /// Of its addresses, before `.example`.
    pub(super) domain: &'static str,
    pub(super) since: i64,
    pub(super) sensitivity: i32,
    pub(super) growth: i32,
    pub(super) cadence_days: i32,
    /// Who holds it.
    pub(super) manager: usize,
    pub(super) held: HeldAs,
    /// Day of the last contact that counts as an update: a working day.
    pub(super) last_update: i64,
    /// Day of the last proactive outreach: a working day.
    pub(super) last_outreach: i64,
    /// Name and job title; the first is the primary contact.
    pub(super) contacts: [(&'static str, &'static str); 2],
    pub(super) projects: &'static [ProjectSketch],
}

/// At which level the assignments are.
pub(super) enum HeldAs {
    /// One for the client.
    Client,
    /// One for the client, which somebody else held until a day.
    ClientAfter(usize, i64),
    /// One for each project.
    Projects,
}

/// A project.
pub(super) struct ProjectSketch {
    pub(super) name: &'static str,
    /// Days of its kick-off and its launch; none: on the back burner.
    pub(super) active: Option<(i64, i64)>,
    pub(super) delivery: i32,
    pub(super) volatility: i32,
    /// Who holds it when it is not the client's manager.
    pub(super) manager: Option<usize>,
}

const fn active(
    name: &'static str,
    [delivery, volatility]: [i32; 2],
    kick_off: i64,
    launch: i64,
) -> ProjectSketch {
    ProjectSketch {
        name,
        active: Some((kick_off, launch)),
        delivery,
        volatility,
        manager: None,
    }
}

const fn back_burner(
    name: &'static str,
    [delivery, volatility]: [i32; 2],
    manager: Option<usize>,
) -> ProjectSketch {
    ProjectSketch {
        name,
        active: None,
        delivery,
        volatility,
        manager,
    }
}

/// Projects of a copy.
pub(super) fn projects_of_a_copy() -> u64 {
    CLIENTS
        .iter()
        .map(|client| client.projects.len() as u64)
        .sum()
}

/// Dana's seven, then Sam's.
pub(super) const CLIENTS: [ClientSketch; 14] = [
    ClientSketch {
        name: "Quillmere Bakery",
        domain: "quillmere-bakery",
        since: -1_130,
        sensitivity: 4,
        growth: 4,
        cadence_days: 14,
        manager: DANA,
        held: HeldAs::Client,
        last_update: -14,
        last_outreach: -31,
        contacts: [
            ("Nell Hathersage", "Owner"),
            ("Olly Tranter", "Shop manager"),
        ],
        projects: &[
            active("Online ordering", [2, 2], -201, 25),
            active("Seasonal campaign", [1, 2], -48, 8),
            back_burner("Wholesale portal", [3, 3], None),
        ],
    },
    ClientSketch {
        name: "Tidewick Museum",
        domain: "tidewick-museum",
        since: -903,
        sensitivity: 3,
        growth: 3,
        cadence_days: 28,
        manager: DANA,
        held: HeldAs::ClientAfter(SAM, -301),
        last_update: -10,
        last_outreach: -12,
        contacts: [
            ("Ottoline Grey", "Head of engagement"),
            ("Francis Adair", "Curator"),
        ],
        projects: &[
            active("Collections website", [3, 3], -132, 67),
            back_burner("Ticketing", [5, 5], None),
            back_burner("Audio guide", [3, 2], Some(SAM)),
        ],
    },
    ClientSketch {
        name: "St Orrin's Choir School",
        domain: "st-orrins",
        since: -704,
        sensitivity: 5,
        growth: 2,
        cadence_days: 14,
        manager: DANA,
        held: HeldAs::Projects,
        last_update: -21,
        last_outreach: -20,
        contacts: [
            ("Margaret Fell", "Bursar"),
            ("Piers Lockhart", "Director of music"),
        ],
        projects: &[
            active("Admissions site", [4, 4], -90, 39),
            back_burner("Concert archive", [1, 1], None),
            back_burner("Alumni newsletter", [2, 2], None),
        ],
    },
    ClientSketch {
        name: "Pedlar's Lane Bicycles",
        domain: "pedlars-lane",
        since: -423,
        sensitivity: 2,
        growth: 2,
        cadence_days: 7,
        manager: DANA,
        held: HeldAs::Projects,
        last_update: -10,
        last_outreach: -35,
        contacts: [("Gus Merriman", "Owner"), ("Tilda Roe", "Workshop lead")],
        projects: &[
            active("Workshop booking", [4, 4], -62, 15),
            back_burner("Spares shop", [3, 3], None),
        ],
    },
    ClientSketch {
        name: "Marlow Fen Veterinary Practice",
        domain: "marlow-fen-vets",
        since: -250,
        sensitivity: 2,
        growth: 3,
        cadence_days: 14,
        manager: DANA,
        held: HeldAs::Projects,
        last_update: -5,
        last_outreach: -7,
        contacts: [
            ("Dr Anselm Birch", "Partner"),
            ("Kit Purdey", "Practice manager"),
        ],
        projects: &[
            active("Appointments app", [4, 5], -76, 30),
            back_burner("Pet plan pages", [2, 1], None),
        ],
    },
    ClientSketch {
        name: "Larkstone Theatre",
        domain: "larkstone-theatre",
        since: -1_402,
        sensitivity: 4,
        growth: 3,
        cadence_days: 28,
        manager: DANA,
        held: HeldAs::Client,
        last_update: -60,
        last_outreach: -91,
        contacts: [
            ("Imelda Straw", "Marketing director"),
            ("Rafe Colley", "Box office"),
        ],
        projects: &[
            back_burner("Season launch microsite", [2, 3], None),
            back_burner("Membership renewals", [3, 1], None),
            back_burner("Box office reports", [4, 3], None),
        ],
    },
    ClientSketch {
        name: "Fennimore Physiotherapy",
        domain: "fennimore-physio",
        since: -521,
        sensitivity: 3,
        growth: 2,
        cadence_days: 28,
        manager: DANA,
        held: HeldAs::Client,
        last_update: -45,
        last_outreach: -40,
        contacts: [
            ("Bea Fennimore", "Founder"),
            ("Joss Wilding", "Clinic manager"),
        ],
        projects: &[
            back_burner("Exercise library", [2, 2], None),
            back_burner("Clinic locator", [3, 4], None),
        ],
    },
    ClientSketch {
        name: "Brackenholt Brewery",
        domain: "brackenholt",
        since: -812,
        sensitivity: 2,
        growth: 4,
        cadence_days: 14,
        manager: SAM,
        held: HeldAs::Projects,
        last_update: -14,
        last_outreach: -33,
        contacts: [
            ("Hob Tarrant", "Head brewer"),
            ("Lena Osgood", "Sales manager"),
        ],
        projects: &[
            active("Taproom site", [3, 2], -153, 18),
            active("Subscription box", [5, 4], -41, 22),
            back_burner("Trade catalogue", [2, 2], None),
        ],
    },
    ClientSketch {
        name: "Ostrick & Daughters Solicitors",
        domain: "ostrick-daughters",
        since: -640,
        sensitivity: 5,
        growth: 3,
        cadence_days: 21,
        manager: SAM,
        held: HeldAs::Client,
        last_update: -21,
        last_outreach: -10,
        contacts: [
            ("Vera Ostrick", "Senior partner"),
            ("Alma Ostrick", "Office manager"),
        ],
        projects: &[
            active("Case enquiry forms", [2, 2], -104, 11),
            back_burner("Recruitment pages", [3, 2], None),
            back_burner("Conveyancing calculator", [4, 3], Some(DANA)),
        ],
    },
    ClientSketch {
        name: "Wexmoor Housing Trust",
        domain: "wexmoor-housing",
        since: -1_010,
        sensitivity: 3,
        growth: 1,
        cadence_days: 14,
        manager: SAM,
        held: HeldAs::ClientAfter(DANA, -203),
        last_update: -20,
        last_outreach: -31,
        contacts: [
            ("Cyril Danby", "Head of services"),
            ("Moira Kettle", "Tenant liaison"),
        ],
        projects: &[
            active("Repairs portal", [5, 5], -188, 43),
            back_burner("Tenant survey", [2, 2], None),
            back_burner("Lettings feed", [4, 3], None),
        ],
    },
    ClientSketch {
        name: "Thistlecombe Garden Centre",
        domain: "thistlecombe",
        since: -370,
        sensitivity: 4,
        growth: 5,
        cadence_days: 7,
        manager: SAM,
        held: HeldAs::Projects,
        last_update: -4,
        last_outreach: -14,
        contacts: [
            ("Rosalind Peake", "Managing director"),
            ("Digby Sallow", "Buyer"),
        ],
        projects: &[
            active("Click and collect", [3, 3], -55, 16),
            back_burner("Planting calendar", [1, 2], None),
        ],
    },
    ClientSketch {
        name: "Dunmallow Observatory",
        domain: "dunmallow",
        since: -289,
        sensitivity: 3,
        growth: 3,
        cadence_days: 28,
        manager: SAM,
        held: HeldAs::Client,
        last_update: -12,
        last_outreach: -21,
        contacts: [
            ("Prof. Idris Vane", "Director"),
            ("Hattie Lowe", "Visitor services"),
        ],
        projects: &[
            active("Visitor bookings", [3, 4], -69, 60),
            back_burner("Star map", [4, 5], None),
        ],
    },
    ClientSketch {
        name: "Saltwyn Ferries",
        domain: "saltwyn-ferries",
        since: -1_211,
        sensitivity: 3,
        growth: 2,
        cadence_days: 28,
        manager: SAM,
        held: HeldAs::Client,
        last_update: -75,
        last_outreach: -101,
        contacts: [
            ("Captain Ewan Stroud", "Operations director"),
            ("Fern Latchmere", "Marketing"),
        ],
        projects: &[
            back_burner("Timetable redesign", [4, 2], None),
            back_burner("Freight quotes", [5, 4], None),
            back_burner("Loyalty card", [2, 2], None),
        ],
    },
    ClientSketch {
        name: "Hobden Rye Farm Shop",
        domain: "hobden-rye",
        since: -456,
        sensitivity: 4,
        growth: 4,
        cadence_days: 28,
        manager: SAM,
        held: HeldAs::Client,
        last_update: -31,
        last_outreach: -25,
        contacts: [("Jem Hobden", "Owner"), ("Clover Rye", "Events")],
        projects: &[
            back_burner("Recipe blog", [1, 1], None),
            back_burner("Hamper builder", [2, 3], None),
        ],
    },
];
