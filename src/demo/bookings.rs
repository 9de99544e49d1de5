//! Who of a copy is booked on what. Days are counted from the demo's Monday.
//!
//! On the demo's week Tom is past his availability, Ruth is on the bench and Jonas is away; the others are between.

use super::people::{AOIFE, CALEB, INES, JONAS, MAYA, PRIYA, RUTH, TOM};
use crate::entity::BookingMethod::{self, PerDay, Percent, Total};

/// Minutes reserved.
pub(super) struct BookingSketch {
    pub(super) person: usize,
    /// The project's name, which no other project of a copy has.
    pub(super) project: &'static str,
    /// First and last day.
    pub(super) days: (i64, i64),
    pub(super) method: BookingMethod,
    pub(super) value: i64,
    /// bp; none: confirmed.
    pub(super) probability_bp: Option<i32>,
    pub(super) note: &'static str,
}

const fn confirmed(
    person: usize,
    project: &'static str,
    days: (i64, i64),
    (method, value): (BookingMethod, i64),
    note: &'static str,
) -> BookingSketch {
    BookingSketch {
        person,
        project,
        days,
        method,
        value,
        probability_bp: None,
        note,
    }
}

const fn tentative(
    person: usize,
    project: &'static str,
    days: (i64, i64),
    (method, value): (BookingMethod, i64),
    probability_bp: i32,
    note: &'static str,
) -> BookingSketch {
    BookingSketch {
        person,
        project,
        days,
        method,
        value,
        probability_bp: Some(probability_bp),
        note,
    }
}

/// Every booking of a copy.
pub(super) const BOOKINGS: [BookingSketch; 20] = [
    confirmed(
        PRIYA,
        "Online ordering",
        (-14, 11),
        (Percent, 4_000),
        "Basket and checkout screens",
    ),
    confirmed(
        PRIYA,
        "Admissions site",
        (0, 4),
        (PerDay, 120),
        "Page templates",
    ),
    tentative(
        PRIYA,
        "Case enquiry forms",
        (0, 11),
        (Total, 900),
        5_000,
        "If the partners sign off the wording",
    ),
    confirmed(
        TOM,
        "Workshop booking",
        (-7, 18),
        (Percent, 6_000),
        "Calendar and reminders",
    ),
    confirmed(
        TOM,
        "Subscription box",
        (0, 4),
        (PerDay, 180),
        "Payment provider",
    ),
    tentative(
        TOM,
        "Repairs portal",
        (0, 11),
        (Total, 600),
        2_500,
        "Only if the data feed arrives",
    ),
    confirmed(
        INES,
        "Repairs portal",
        (-21, 25),
        (PerDay, 240),
        "Interface to the housing system",
    ),
    confirmed(
        INES,
        "Appointments app",
        (0, 11),
        (Total, 1_000),
        "Slot search",
    ),
    confirmed(
        JONAS,
        "Repairs portal",
        (-14, 18),
        (Percent, 5_000),
        "Test plan and regression",
    ),
    confirmed(
        JONAS,
        "Subscription box",
        (7, 11),
        (Total, 800),
        "Payment tests",
    ),
    confirmed(
        MAYA,
        "Collections website",
        (-7, 11),
        (Total, 1_200),
        "Object pages",
    ),
    confirmed(
        MAYA,
        "Click and collect",
        (0, 4),
        (PerDay, 150),
        "Wording of each step",
    ),
    tentative(
        MAYA,
        "Visitor bookings",
        (0, 11),
        (Percent, 2_000),
        7_500,
        "Group visit pages",
    ),
    confirmed(
        CALEB,
        "Appointments app",
        (0, 25),
        (Percent, 5_000),
        "Screens for the waiting room",
    ),
    confirmed(CALEB, "Taproom site", (-7, 4), (PerDay, 90), "Events page"),
    confirmed(
        AOIFE,
        "Click and collect",
        (0, 2),
        (Total, 600),
        "Emails to customers",
    ),
    confirmed(
        AOIFE,
        "Seasonal campaign",
        (0, 9),
        (PerDay, 120),
        "Christmas copy",
    ),
    confirmed(
        RUTH,
        "Visitor bookings",
        (0, 11),
        (PerDay, 120),
        "Prototype",
    ),
    tentative(
        RUTH,
        "Workshop booking",
        (7, 18),
        (Percent, 3_000),
        6_000,
        "Relief for Tom",
    ),
    confirmed(
        RUTH,
        "Collections website",
        (14, 25),
        (Percent, 5_000),
        "Search filters",
    ),
];
