//! The public holidays of the demo's three countries, and the half days its offices add.

use jiff::civil::{Date, date};

/// A calendar and its days: when, what, and how much of the day is off (bp).
pub(super) struct CalendarSketch {
    pub(super) name: &'static str,
    pub(super) days: &'static [(Date, &'static str, i32)],
}

const WHOLE: i32 = 10_000;
const HALF: i32 = 5_000;

/// England and Wales.
pub(super) const ENGLAND: CalendarSketch = CalendarSketch {
    name: "England and Wales",
    days: &[
        (date(2025, 12, 24), "Christmas Eve", HALF),
        (date(2025, 12, 25), "Christmas Day", WHOLE),
        (date(2025, 12, 26), "Boxing Day", WHOLE),
        (date(2026, 1, 1), "New Year's Day", WHOLE),
        (date(2026, 4, 3), "Good Friday", WHOLE),
        (date(2026, 4, 6), "Easter Monday", WHOLE),
        (date(2026, 5, 4), "Early May bank holiday", WHOLE),
        (date(2026, 5, 25), "Spring bank holiday", WHOLE),
        (date(2026, 8, 31), "Summer bank holiday", WHOLE),
        (date(2026, 12, 24), "Christmas Eve", HALF),
        (date(2026, 12, 25), "Christmas Day", WHOLE),
        (date(2026, 12, 28), "Boxing Day (substitute day)", WHOLE),
        (date(2026, 12, 31), "New Year's Eve", HALF),
        (date(2027, 1, 1), "New Year's Day", WHOLE),
        (date(2027, 3, 26), "Good Friday", WHOLE),
        (date(2027, 3, 29), "Easter Monday", WHOLE),
        (date(2027, 5, 3), "Early May bank holiday", WHOLE),
        (date(2027, 5, 31), "Spring bank holiday", WHOLE),
        (date(2027, 8, 30), "Summer bank holiday", WHOLE),
        (date(2027, 12, 24), "Christmas Eve", HALF),
        (date(2027, 12, 27), "Christmas Day (substitute day)", WHOLE),
        (date(2027, 12, 28), "Boxing Day (substitute day)", WHOLE),
    ],
};

/// Berlin.
pub(super) const GERMANY: CalendarSketch = CalendarSketch {
    name: "Germany (Berlin)",
    days: &[
        (date(2025, 12, 24), "Heiligabend", HALF),
        (date(2025, 12, 25), "1. Weihnachtstag", WHOLE),
        (date(2025, 12, 26), "2. Weihnachtstag", WHOLE),
        (date(2025, 12, 31), "Silvester", HALF),
        (date(2026, 1, 1), "Neujahr", WHOLE),
        (date(2026, 4, 3), "Karfreitag", WHOLE),
        (date(2026, 4, 6), "Ostermontag", WHOLE),
        (date(2026, 5, 1), "Tag der Arbeit", WHOLE),
        (date(2026, 5, 14), "Christi Himmelfahrt", WHOLE),
        (date(2026, 5, 25), "Pfingstmontag", WHOLE),
        (date(2026, 12, 24), "Heiligabend", HALF),
        (date(2026, 12, 25), "1. Weihnachtstag", WHOLE),
        (date(2026, 12, 31), "Silvester", HALF),
        (date(2027, 1, 1), "Neujahr", WHOLE),
        (date(2027, 3, 8), "Internationaler Frauentag", WHOLE),
        (date(2027, 3, 26), "Karfreitag", WHOLE),
        (date(2027, 3, 29), "Ostermontag", WHOLE),
        (date(2027, 5, 6), "Christi Himmelfahrt", WHOLE),
        (date(2027, 5, 17), "Pfingstmontag", WHOLE),
        (date(2027, 12, 24), "Heiligabend", HALF),
        (date(2027, 12, 31), "Silvester", HALF),
    ],
};

/// The United States.
pub(super) const UNITED_STATES: CalendarSketch = CalendarSketch {
    name: "United States",
    days: &[
        (date(2025, 11, 27), "Thanksgiving Day", WHOLE),
        (date(2025, 11, 28), "Day after Thanksgiving", HALF),
        (date(2025, 12, 24), "Christmas Eve", HALF),
        (date(2025, 12, 25), "Christmas Day", WHOLE),
        (date(2026, 1, 1), "New Year's Day", WHOLE),
        (date(2026, 1, 19), "Martin Luther King Jr. Day", WHOLE),
        (date(2026, 2, 16), "Presidents' Day", WHOLE),
        (date(2026, 5, 25), "Memorial Day", WHOLE),
        (date(2026, 6, 19), "Juneteenth", WHOLE),
        (date(2026, 7, 3), "Independence Day (observed)", WHOLE),
        (date(2026, 9, 7), "Labor Day", WHOLE),
        (date(2026, 11, 26), "Thanksgiving Day", WHOLE),
        (date(2026, 11, 27), "Day after Thanksgiving", HALF),
        (date(2026, 12, 24), "Christmas Eve", HALF),
        (date(2026, 12, 25), "Christmas Day", WHOLE),
        (date(2027, 1, 1), "New Year's Day", WHOLE),
        (date(2027, 1, 18), "Martin Luther King Jr. Day", WHOLE),
        (date(2027, 2, 15), "Presidents' Day", WHOLE),
        (date(2027, 5, 31), "Memorial Day", WHOLE),
        (date(2027, 6, 18), "Juneteenth (observed)", WHOLE),
        (date(2027, 7, 5), "Independence Day (observed)", WHOLE),
        (date(2027, 9, 6), "Labor Day", WHOLE),
        (date(2027, 11, 25), "Thanksgiving Day", WHOLE),
        (date(2027, 11, 26), "Day after Thanksgiving", HALF),
        (date(2027, 12, 24), "Christmas Eve", HALF),
    ],
};
