//! What an owner may tune (`domain.md §5`): every constant of the arithmetic, with its default.

use sea_orm::{ConnectionTrait, EntityTrait};
use serde::{Deserialize, Serialize};

use super::availability::WHOLE_BP;
use super::cadence::CadenceConstants;
use super::counts::CountLimits;
use super::decisions::{DecisionConstants, Factor};
use super::load::LoadConstants;
use super::relationships::StrengthLimits;
use super::utilisation::BandLimits;
use crate::entity::setting;

/// The row of `setting` that holds what the owner has tuned.
pub const ROW: &str = "arithmetic";
use crate::error::{Error, Problem, Result};

/// No manager has more, however busy the project.
const MINUTES_OF_A_WEEK: i64 = 7 * 24 * 60;

/// All settings. Read from JSON, what is absent keeps its default and an unknown name is refused.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Coordination load.
    pub load: LoadConstants,
    /// Projects a manager should hold at most.
    pub counts: CountLimits,
    /// Utilisation bands.
    pub bands: BandLimits,
    /// Lead decisions.
    pub decisions: DecisionConstants,
    /// Updates and outreach.
    pub cadence: CadenceConstants,
    /// Relationship strength.
    pub relationships: StrengthLimits,
}

impl Settings {
    /// Checks that the arithmetic can stand on these values.
    ///
    /// # Errors
    /// [`Error::Invalid`] with a [`Problem`] for each value off its scale, its field named as in the JSON.
    pub fn check(&self) -> Result<()> {
        let problems: Vec<Problem> = self
            .off_scale()
            .chain(self.out_of_order())
            .chain(self.weights_not_whole())
            .collect();
        if problems.is_empty() {
            Ok(())
        } else {
            Err(Error::Invalid(problems))
        }
    }

    fn off_scale(&self) -> impl Iterator<Item = Problem> {
        let load = &self.load;
        let minutes = [
            ("load.active_client_minutes", load.active_client_minutes),
            ("load.active_project_minutes", load.active_project_minutes),
            (
                "load.back_burner_client_minutes",
                load.back_burner_client_minutes,
            ),
            (
                "load.back_burner_project_minutes",
                load.back_burner_project_minutes,
            ),
            ("load.idle_client_minutes", load.idle_client_minutes),
        ];
        let factors = load
            .size_bp
            .map(|bp| ("load.size_bp", bp))
            .into_iter()
            .chain(load.level_bp.map(|bp| ("load.level_bp", bp)));
        let counts = [
            ("counts.active", self.counts.active),
            ("counts.back_burner", self.counts.back_burner),
        ];
        let days = [
            ("cadence.update_days", self.cadence.update_days),
            (
                "cadence.outreach_active_days",
                self.cadence.outreach_active_days,
            ),
            (
                "cadence.outreach_back_burner_days",
                self.cadence.outreach_back_burner_days,
            ),
        ];
        let working_days = i64::from(self.cadence.overdue_after_working_days);
        let decisions = &self.decisions;
        minutes
            .map(|value| (value, (0, MINUTES_OF_A_WEEK)))
            .into_iter()
            .chain(factors.map(|value| (value, (0, 100_000))))
            .chain([(
                ("load.support_share_bp", load.support_share_bp),
                (0, WHOLE_BP),
            )])
            .chain(counts.map(|value| (value, (0, 1_000))))
            .chain(days.map(|value| (value, (1, 366))))
            .chain([(
                ("cadence.overdue_after_working_days", working_days),
                (1, 30),
            )])
            .chain(Factor::ALL.map(|factor| {
                (
                    ("decisions.weights", decisions.weights.get(factor)),
                    (0, 100),
                )
            }))
            .chain([
                (("decisions.threshold", decisions.threshold), (1, 100)),
                (
                    ("decisions.hysteresis", decisions.hysteresis),
                    (0, decisions.threshold - 1),
                ),
                (
                    (
                        "decisions.redecide_after_months",
                        decisions.redecide_after_months,
                    ),
                    (1, 120),
                ),
            ])
            .filter(|((_, value), (least, most))| value < least || value > most)
            .map(|((field, value), (least, most))| {
                Problem::invalid(
                    field,
                    format!("{value} is off the scale. Choose a number from {least} to {most}."),
                )
            })
    }

    fn out_of_order(&self) -> impl Iterator<Item = Problem> {
        let bands = self.bands;
        let strengths = self.relationships;
        let rising: [(&str, &[i64]); 2] = [
            (
                "bands",
                &[
                    0,
                    bands.healthy_from_bp,
                    bands.full_from_bp,
                    bands.full_to_bp,
                    bands.over_to_bp,
                ],
            ),
            (
                "relationships",
                &[0, strengths.warm_from, strengths.strong_from, 100],
            ),
        ];
        let falling = rising.map(|(field, limits)| (field, !limits.is_sorted()));
        let stand_in = (
            "relationships.stand_in_from",
            !(0..=100).contains(&strengths.stand_in_from),
        );
        falling.into_iter().chain([stand_in]).filter(|(_, wrong)| *wrong).map(|(field, _)| {
            Problem::invalid(field, "The limits must not fall below 0 or below the one before. Put them in rising order.")
        })
    }

    fn weights_not_whole(&self) -> impl Iterator<Item = Problem> {
        let sum = |of_the_client| -> i64 {
            let side = Factor::ALL
                .into_iter()
                .filter(move |factor| factor.is_of_the_client() == of_the_client);
            side.map(|factor| self.decisions.weights.get(factor)).sum()
        };
        [("client", sum(true)), ("project", sum(false))]
            .into_iter()
            .filter(|(_, sum)| *sum != 100)
            .map(|(side, sum)| {
                let message = format!(
                    "The three weights of the {side} sum to {sum}. Choose weights that sum to 100."
                );
                Problem::invalid("decisions.weights", message)
            })
    }
}

#[cfg(test)]
mod tests;

impl Settings {
    /// The settings in force: what the owner has set, and the defaults for the rest. One statement.
    ///
    /// # Errors
    /// Internal, when the stored JSON is not settings.
    pub async fn load(conn: &impl ConnectionTrait) -> Result<Self> {
        match setting::Entity::find_by_id(ROW).one(conn).await? {
            Some(row) => {
                serde_json::from_value(row.value).map_err(|error| Error::Internal(error.into()))
            }
            None => Ok(Self::default()),
        }
    }
}
