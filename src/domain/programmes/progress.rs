//! How far a programme is (`domain.md §5`, Handover progress): `Σ weight × points ÷ Σ weight`, cancelled ones out.

use crate::entity::{HandoverStage, handover};

/// How far a programme is, exactly: a fraction of points.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// `Σ weight × points`, points from 0 to 100.
    weighted_points: i64,
    /// `Σ weight`, minutes a week.
    weight: i64,
}

impl Progress {
    /// The progress of handovers, given by weight in minutes a week and stage. Where none of them has a weight, each
    /// counts alike.
    pub fn of(handovers: impl IntoIterator<Item = (i64, HandoverStage)>) -> Self {
        let counting: Vec<(i64, HandoverStage)> = handovers
            .into_iter()
            .filter(|(_, stage)| *stage != HandoverStage::Cancelled)
            .collect();
        let weightless = counting.iter().all(|(weight, _)| *weight <= 0);
        counting
            .into_iter()
            .fold(Self::default(), |progress, (weight, stage)| {
                let weight = if weightless { 1 } else { weight.max(0) };
                Self {
                    weighted_points: progress.weighted_points + weight * stage.points(),
                    weight: progress.weight + weight,
                }
            })
    }

    /// The progress of these handovers.
    pub fn of_rows<'a>(rows: impl IntoIterator<Item = &'a handover::Model>) -> Self {
        Self::of(rows.into_iter().map(|row| (row.weight_minutes, row.stage)))
    }

    /// In basis points, floored; 0 without handovers.
    pub fn bp(self) -> i64 {
        if self.weight == 0 {
            return 0;
        }
        self.weighted_points * 100 / self.weight
    }

    /// Whether `percent` is passed: reached, but for 50, which has to be exceeded to be more than half-way.
    pub fn has_passed(self, percent: i32) -> bool {
        let needed = self.weight * i64::from(percent);
        match percent {
            50 => self.weighted_points > needed,
            _ => self.weight > 0 && self.weighted_points >= needed,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::handovers::STEPS;

    #[test]
    fn progress_is_weighed_by_the_client_sides_minutes() {
        let progress = Progress::of([
            (130, HandoverStage::Confirmed),
            (130, HandoverStage::Announced),
            (15, HandoverStage::Planned),
            (900, HandoverStage::Cancelled),
        ]);
        // (13000 + 3900) ÷ 275 = 61.45…
        assert_eq!(progress.bp(), 6_145);
        assert!(progress.has_passed(50) && !progress.has_passed(75));
    }

    #[test]
    fn half_way_is_over_fifty() {
        let introduced = Progress::of([(130, HandoverStage::Introduced)]);
        assert_eq!(introduced.bp(), 5_000);
        assert!(introduced.has_passed(25) && !introduced.has_passed(50));
        let a_little_more = Progress::of([
            (1_000_000, HandoverStage::Introduced),
            (1, HandoverStage::Shadowing),
        ]);
        assert_eq!(a_little_more.bp(), 5_000, "floored");
        assert!(a_little_more.has_passed(50));
    }

    #[test]
    fn what_weighs_nothing_counts_alike() {
        let progress = Progress::of([(0, HandoverStage::Confirmed), (0, HandoverStage::Planned)]);
        assert_eq!(progress.bp(), 5_000);
        assert_eq!(Progress::of([(130, HandoverStage::Cancelled)]).bp(), 0);
        assert!(!Progress::of([]).has_passed(100));
    }

    fn handovers() -> impl Strategy<Value = Vec<(i64, HandoverStage)>> {
        let stage = prop_oneof![
            Just(HandoverStage::Planned),
            Just(HandoverStage::Cancelled),
            proptest::sample::select(STEPS.to_vec()),
        ];
        proptest::collection::vec((0_i64..5_000, stage), 0..20)
    }

    proptest! {
        #[test]
        fn progress_stays_within_its_scale_and_never_falls_when_one_moves_on(
            rows in handovers(), index in any::<proptest::sample::Index>(),
        ) {
            let before = Progress::of(rows.iter().copied());
            prop_assert!((0..=10_000).contains(&before.bp()));
            prop_assert_eq!(before.has_passed(100), before.bp() == 10_000);
            if rows.is_empty() {
                return Ok(());
            }
            let mut rows = rows;
            let chosen = index.index(rows.len());
            if let Some(next) = rows[chosen].1.next() {
                rows[chosen].1 = next;
                prop_assert!(Progress::of(rows).bp() >= before.bp());
            }
        }

        #[test]
        fn all_at_one_stage_is_that_stages_points(
            weights in proptest::collection::vec(0_i64..5_000, 1..20),
            stage in proptest::sample::select(STEPS.to_vec()),
        ) {
            let progress = Progress::of(weights.into_iter().map(|weight| (weight, stage)));
            prop_assert_eq!(progress.bp(), stage.points() * 100);
        }
    }
}
