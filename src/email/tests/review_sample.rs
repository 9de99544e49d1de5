//! A programme like the demo's, half a year on.

use jiff::civil::date;

use crate::email::line::Line;
use crate::email::six_month_review::{
    Comparison, Figure, ManagerComparison, ReviewFrame, SixMonthReview,
};

impl SixMonthReview {
    /// The demo's programme, half a year on.
    pub(crate) fn sample() -> Self {
        let compared = |figure, before, after| Comparison {
            figure,
            before: Some(before),
            after: Some(after),
        };
        let manager = |name: &str, before, after| ManagerComparison {
            name: name.into(),
            before,
            after,
        };
        Self {
            frame: ReviewFrame {
                recipient: "Ingrid Moser".into(),
                button_url: "https://meridian.example/reviews/rev_1".into(),
                due_on: date(2027, 5, 31),
                today: date(2027, 6, 1),
            },
            programme: "The split".into(),
            starts_on: date(2026, 11, 30),
            stands_in_for: None,
            figures: vec![
                compared(Figure::RoleMix, 9_333, 0),
                compared(Figure::PeakUtilisation, 10_000, 10_666),
                compared(Figure::Evenness, 10_000, 8_667),
                compared(Figure::UpdatesOnTime, 8_333, 9_583),
                Comparison {
                    before: None,
                    ..compared(Figure::StrongRelationships, 0, 19)
                },
            ],
            managers: vec![
                manager(
                    "Dana Lind",
                    Some((Some(10_000), Some(9_333))),
                    Some((Some(10_666), Some(0))),
                ),
                manager("Sam Okafor", Some((Some(10_000), Some(9_333))), None),
            ],
            lost: [
                "Orchard Foods and Sam Okafor",
                "Norrland Bank and Sam Okafor",
            ]
            .map(Line::from)
            .into(),
        }
    }
}
