//! Global ids: `cli_` and the 32 hexadecimal digits of a UUID. The same in the API, in links, in mails and in logs.

use uuid::Uuid;

/// What an id names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `per_…`
    Person,
    /// `cli_…`
    Client,
    /// `con_…`
    Contact,
    /// `prj_…`
    Project,
    /// `rol_…`
    Role,
    /// `res_…`
    Responsibility,
    /// `asg_…`
    Assignment,
    /// `bok_…`
    Booking,
    /// `tou_…`
    Touchpoint,
    /// `wsc_…`
    WorkSchedule,
    /// `cal_…`
    HolidayCalendar,
    /// `hol_…`
    Holiday,
    /// `off_…`
    TimeOff,
    /// `ski_…`
    Skill,
    /// `sch_…`
    Schedule,
    /// `eml_…`
    Email,
    /// `att_…`
    EmailAttempt,
    /// `dec_…`
    RoleDecision,
    /// `rel_…`
    RelationshipNote,
    /// `rex_…`
    ResponsibilityException,
    /// `req_…`
    ClientRequest,
    /// `pln_…`
    Plan,
    /// `prg_…`
    Programme,
    /// `hnd_…`
    Handover,
    /// `stp_…`
    HandoverStep,
    /// `ltr_…`
    Letter,
    /// `rev_…`
    ProgrammeReview,
    /// `inv_…`
    InventorySnapshot,
    /// `pch_…`
    PromptChoice,
    /// `sup_…`
    SuppressedAddress,
    /// `ses_…`
    Session,
    /// `tok_…`
    ApiToken,
    /// `whk_…`
    Webhook,
    /// `whd_…`
    WebhookDelivery,
    /// `wha_…`
    WebhookAttempt,
}

const PREFIXES: [(Kind, &str, &str); 35] = [
    (Kind::Person, "per", "person"),
    (Kind::Client, "cli", "client"),
    (Kind::Contact, "con", "contact"),
    (Kind::Project, "prj", "project"),
    (Kind::Role, "rol", "role"),
    (Kind::Responsibility, "res", "responsibility"),
    (Kind::Assignment, "asg", "assignment"),
    (Kind::Booking, "bok", "booking"),
    (Kind::Touchpoint, "tou", "touchpoint"),
    (Kind::WorkSchedule, "wsc", "work schedule"),
    (Kind::HolidayCalendar, "cal", "holiday calendar"),
    (Kind::Holiday, "hol", "holiday"),
    (Kind::TimeOff, "off", "time off"),
    (Kind::Skill, "ski", "skill"),
    (Kind::Schedule, "sch", "schedule"),
    (Kind::Email, "eml", "email"),
    (Kind::EmailAttempt, "att", "email attempt"),
    (Kind::RoleDecision, "dec", "role decision"),
    (Kind::RelationshipNote, "rel", "relationship note"),
    (
        Kind::ResponsibilityException,
        "rex",
        "responsibility exception",
    ),
    (Kind::ClientRequest, "req", "client request"),
    (Kind::Plan, "pln", "plan"),
    (Kind::Programme, "prg", "programme"),
    (Kind::Handover, "hnd", "handover"),
    (Kind::HandoverStep, "stp", "handover step"),
    (Kind::Letter, "ltr", "letter"),
    (Kind::ProgrammeReview, "rev", "programme review"),
    (Kind::InventorySnapshot, "inv", "inventory snapshot"),
    (Kind::PromptChoice, "pch", "prompt choice"),
    (Kind::SuppressedAddress, "sup", "suppressed address"),
    (Kind::Session, "ses", "session"),
    (Kind::ApiToken, "tok", "API token"),
    (Kind::Webhook, "whk", "webhook"),
    (Kind::WebhookDelivery, "whd", "webhook delivery"),
    (Kind::WebhookAttempt, "wha", "webhook attempt"),
];

impl Kind {
    /// The global id of a row of this kind.
    pub fn text(self, id: Uuid) -> String {
        format!("{}_{}", self.prefix(), id.simple())
    }

    /// The letters its ids start with: "wsc".
    pub fn prefix(self) -> &'static str {
        self.entry().1
    }

    /// What people call it: "work schedule".
    pub fn noun(self) -> &'static str {
        self.entry().2
    }

    fn entry(self) -> &'static (Kind, &'static str, &'static str) {
        // The array is in the order of the variants: a test looks.
        &PREFIXES[self as usize]
    }
}

/// Takes a global id apart; none when it is not one.
pub fn parse(id: &str) -> Option<(Kind, Uuid)> {
    let (prefix, digits) = id.split_once('_')?;
    let (kind, ..) = PREFIXES.iter().find(|(_, known, _)| *known == prefix)?;
    let canonical = digits.len() == 32 && !digits.contains(|c: char| c.is_ascii_uppercase());
    canonical
        .then(|| Uuid::try_parse(digits).ok())?
        .map(|uuid| (*kind, uuid))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_the_prefix_at_its_own_place() {
        for (index, (kind, ..)) in PREFIXES.iter().enumerate() {
            assert_eq!(*kind as usize, index);
        }
    }

    #[test]
    fn only_the_one_spelling_is_an_id() {
        let text = Kind::Client.text(Uuid::from_u128(7));
        assert_eq!(parse(&text), Some((Kind::Client, Uuid::from_u128(7))));
        assert_eq!(parse(&text.to_uppercase()), None);
        assert_eq!(parse("cli_7"), None);
    }
}
