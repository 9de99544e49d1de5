//! Every client is told, over SMTP.

use std::collections::BTreeSet;

use serde_json::json;

use super::agency::{Agency, text};
use super::programme::Programme;
use crate::smtp_session::mailer;
use crate::support::letter::Letter;
use crate::support::smtp_server::{ServerOptions, SmtpServer};

impl Agency<'_> {
    pub(super) async fn tells_the_clients(&self, programme: &Programme) {
        let mut letters = Vec::new();
        for handover in &programme.handovers {
            letters.push(self.tells(handover).await);
        }
        let server = SmtpServer::start(ServerOptions::default()).await;
        let replica = self.app.sending_through(mailer(&server.url(""))).await;
        replica.drain().await;
        replica.drain().await;
        let received = server.received();
        assert_eq!(
            received.len(),
            programme.handovers.len(),
            "each letter once"
        );
        for one in &received {
            let letter = Letter::parse(&one.raw, &one.to.join(", "));
            assert!(
                one.to[0].starts_with("hello@"),
                "to the primary contact: {:?}",
                one.to
            );
            let reply_to = letter.header("Reply-To");
            assert!(
                reply_to.contains("dana@") || reply_to.contains("sam@"),
                "{reply_to}"
            );
            let words = letter.words();
            for text in [
                "pulled against each other",
                "time to listen",
                "one person to call",
            ] {
                assert!(words.contains(text), "{words}");
            }
        }
        let clients: BTreeSet<&String> = received.iter().map(|one| &one.to[0]).collect();
        assert_eq!(clients.len(), 14, "every client was told");
        for letter in &letters {
            let data = self
                .ask("WasItDelivered", json!({ "letter": letter }))
                .await;
            assert_eq!(data["node"]["state"], "SENT");
            assert_eq!(data["node"]["email"]["attempts"][0]["serverCode"], 250);
        }
        replica.stop().await;

        let answered = json!({ "input": { "clientId": programme.handovers[0]["client"]["id"], "kind": "EMAIL",
            "note": "They look forward to it." } });
        self.ask("TheyAnswered", answered).await;
    }

    /// Drafts the letter of a handover and approves it twice. Answers its id.
    async fn tells(&self, handover: &serde_json::Value) -> String {
        let drafted = self
            .ask(
                "DraftALetter",
                json!({ "input": { "handoverId": handover["id"] } }),
            )
            .await;
        let letter = &drafted["letter"];
        let approve =
            json!({ "input": { "id": letter["id"], "expectedVersion": letter["version"] } });
        let once = self.ask("ApproveALetter", approve.clone()).await;
        assert_eq!(
            once["letter"]["state"], "DRAFT",
            "one approval is not enough"
        );
        let again = self
            .guide
            .ask_refused(
                self.app,
                &self.demo.eleanor,
                "ApproveALetter",
                approve.clone(),
            )
            .await;
        assert_ne!(again["userErrors"], json!([]), "nobody approves twice");
        let outgoing = if handover["fromPerson"]["name"] == "Dana Okafor" {
            &self.demo.dana
        } else {
            &self.demo.sam
        };
        let twice = self.ask_as(outgoing, "ApproveALetter", approve).await;
        assert_eq!(twice["letter"]["state"], "APPROVED", "{twice:#}");
        text(&twice["letter"]["id"])
    }
}
