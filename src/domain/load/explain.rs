//! Coordination load in sentences: what made each figure.

use super::{LoadConstants, ProjectProfile, SideLoad, project_load};
use crate::domain::availability::WHOLE_BP;
use crate::entity::LeadMode;

impl ProjectProfile {
    /// How [`project_load`] came to its figures, a sentence a step.
    pub fn explain(&self, constants: &LoadConstants) -> Vec<String> {
        let base = constants.sides(self.status);
        let sides = self.sides(constants);
        if base == SideLoad::default() {
            return vec![
                "Only active and back-burner projects make coordination load: 0 min".to_owned(),
            ];
        }
        let step = |side, minutes, factor, level, product| {
            let size = percent(constants.size_bp(self.size));
            let level_bp = percent(constants.level_bp(level));
            format!(
                "{side} side {minutes} × size {} {size} × {factor} {level} {level_bp} = {product} min",
                self.size.word()
            )
        };
        vec![
            step(
                "Client",
                base.client_minutes,
                "communication",
                self.communication,
                sides.client_minutes,
            ),
            step(
                "Production",
                base.project_minutes,
                "complexity",
                self.complexity,
                sides.project_minutes,
            ),
            self.explain_lead_mode(constants),
        ]
    }

    fn explain_lead_mode(&self, constants: &LoadConstants) -> String {
        let load = project_load(constants, self);
        let share = percent(constants.support_share_bp.clamp(0, WHOLE_BP));
        let rule = match self.lead_mode {
            LeadMode::Joint => "Joint: each carries the own side".to_owned(),
            LeadMode::AccountLed => {
                format!("Account-led: the production manager keeps {share} of the project side")
            }
            LeadMode::ProductionLed => {
                format!("Production-led: the account manager keeps {share} of the client side")
            }
        };
        let (account, production) = (
            load.account_manager.minutes(),
            load.production_manager.minutes(),
        );
        format!("{rule}: account manager {account} min, production manager {production} min")
    }
}

/// Basis points as people read them: `130 %`, `97.22 %`.
pub fn percent(bp: i64) -> String {
    let sign = if bp < 0 { "-" } else { "" };
    let (whole, hundredths) = (bp.unsigned_abs() / 100, bp.unsigned_abs() % 100);
    match (hundredths / 10, hundredths % 10) {
        (0, 0) => format!("{sign}{whole} %"),
        (tenths, 0) => format!("{sign}{whole}.{tenths} %"),
        _ => format!("{sign}{whole}.{hundredths:02} %"),
    }
}
