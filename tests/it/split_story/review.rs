//! Six months later.

use jiff::ToSpan;
use jiff::civil::Date;
use serde_json::json;

use super::agency::Agency;
use super::programme::Programme;

impl Agency<'_> {
    pub(super) async fn looks_back(&self, programme: &Programme) {
        let due_on: Date = programme.review_due_on.parse().unwrap();
        assert!(
            due_on >= "2027-05-30".parse().unwrap() && due_on <= "2027-06-02".parse().unwrap(),
            "{due_on}"
        );
        let before = self
            .app
            .mails_at(&format!("{}T13:00:00Z", due_on.saturating_sub(1.day())))
            .await;
        assert!(
            !before
                .iter()
                .any(|mail| mail.header("List-Id").contains("six-month-review"))
        );
        let mails = self.app.mails_at(&format!("{due_on}T13:00:00Z")).await;
        let reviews: Vec<_> = mails
            .iter()
            .filter(|mail| mail.header("List-Id").contains("six-month-review"))
            .collect();
        assert_eq!(reviews.len(), 1, "the owner is asked, once");
        assert_eq!(reviews[0].to, "eleanor@halyard.example");

        let data = self
            .ask("TheReview", json!({ "review": programme.review_id }))
            .await;
        let (then, now) = (&data["node"]["before"], &data["node"]["after"]);
        assert_eq!(
            (&then["roleMixBp"], &then["peakUtilisationBp"]),
            (&json!(9_333), &json!(10_000))
        );
        let mix = now["roleMixBp"].as_i64().unwrap();
        assert!(mix < 9_333, "two people, each with a cleaner role: {mix}");
        let words = reviews[0].words();
        for figure in ["93 %", "100 %"] {
            assert!(words.contains(figure), "{figure}: {words}");
        }

        let input = json!({ "id": programme.review_id, "verdict": "KEEP", "note": "Both would not go back." });
        let decided = self.ask("KeepIt", json!({ "input": input })).await;
        assert_eq!(decided["review"]["verdict"], "KEEP");
        let mails = self
            .app
            .mails_at(&format!("{}T13:00:00Z", due_on.saturating_add(1.day())))
            .await;
        assert!(
            !mails
                .iter()
                .any(|mail| mail.header("List-Id").contains("six-month-review"))
        );
    }
}
