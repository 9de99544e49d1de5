//! A client that is handed over, and the people around it.

use jiff::civil::date;
use meridian::entity::{HandoverStage, RoleSide, Side, client, client_contact, handover};
use meridian::graphql::id::Kind;
use serde_json::{Value, json};

use crate::support::app::{Actor, TestApp};
use crate::support::handover::{handover, primary_contact, programme, step};
use crate::support::work::client_of;

/// What stories read of a letter.
pub(super) const LETTER: &str = "letter { id version subject body state stillNeeded contact { id name } from { name }
    approvals { version person { name } } preview { text html }
    email { kind state reason toAddress subject recipient { name } contact { name } attempts { outcome } } }";

/// Olga owns the agency; Dana hands Acme over to Sam; Pat manages something else; Mia is a member.
pub(crate) struct Agency {
    pub(crate) olga: Actor,
    pub(crate) dana: Actor,
    pub(crate) sam: Actor,
    pub(crate) pat: Actor,
    pub(crate) mia: Actor,
    pub(crate) acme: client::Model,
    pub(crate) mara: client_contact::Model,
    pub(crate) handover: handover::Model,
}

impl Agency {
    pub(crate) async fn found(app: &TestApp) -> Self {
        let olga = app.owner().await;
        let dana = app.manager("Dana").await;
        let sam = app.manager("Sam").await;
        let pat = app.manager("Pat").await;
        let mia = app.member("Mia").await;
        let acme = client_of(app, "Acme", RoleSide::Both, &dana.person).await;
        let mara = primary_contact(app, &acme, "Mara Holm").await;
        let programme = programme(app, date(2026, 11, 30)).await;
        let both = (&dana.person, &sam.person);
        let stage = HandoverStage::Planned;
        let handover = handover(app, Some(programme.id), &acme, Side::Client, both, stage).await;
        let day = date(2026, 12, 28);
        step(
            app,
            &handover,
            HandoverStage::Transferred,
            &dana.person,
            day,
        )
        .await;
        Self {
            olga,
            dana,
            sam,
            pat,
            mia,
            acme,
            mara,
            handover,
        }
    }

    /// Drafts the letter; as Dana has it.
    pub(crate) async fn drafted(&self, app: &TestApp) -> Value {
        let input = json!({ "handoverId": Kind::Handover.text(self.handover.id) });
        let mut payload = app.done(&self.dana, "letterDraft", input, LETTER).await;
        payload["letter"].take()
    }

    /// Lets `by` approve what they have read; the payload.
    pub(crate) async fn approve(&self, app: &TestApp, by: &Actor, letter: &Value) -> Value {
        let input = json!({ "id": letter["id"], "expectedVersion": letter["version"] });
        app.change(by, "letterApprove", input, LETTER).await
    }
}

/// What was refused, each with field and code.
pub(super) fn refusals(payload: &Value) -> Vec<String> {
    let errors = payload["userErrors"].as_array().unwrap();
    let told = |error: &Value| {
        let field = error["field"][0].as_str().unwrap_or_default();
        format!(
            "{field} {}: {}",
            error["code"].as_str().unwrap(),
            error["message"].as_str().unwrap()
        )
    };
    errors.iter().map(told).collect()
}
