//! Weeks pass: stages are reached as they fall due, and the mails say so.

use jiff::ToSpan;
use jiff::civil::{Date, date};
use serde_json::{Value, json};

use super::agency::Agency;
use super::programme::Programme;
use crate::support::letter::Letter;

/// The last day on which a step may still be due.
const LAST: Date = date(2027, 2, 15);

const STAGES: [&str; 5] = [
    "ANNOUNCED",
    "INTRODUCED",
    "SHADOWING",
    "TRANSFERRED",
    "CONFIRMED",
];

impl Agency<'_> {
    pub(super) async fn weeks_pass(&self, programme: &Programme) {
        let mut told_of_steps = false;
        let mut told_half_way = Vec::new();
        let mut monday = date(2026, 11, 30);
        while monday <= LAST {
            let mails = self.mails_on(monday).await;
            told_of_steps |= mails
                .iter()
                .any(|mail| mail.words().to_lowercase().contains("handover"));
            let half_way = mails
                .iter()
                .filter(|mail| mail.words().contains("More than half-way"));
            told_half_way.extend(half_way.map(|mail| mail.to.clone()));
            self.takes_the_steps_due(monday).await;
            self.milestones_follow_progress(programme).await;
            monday = monday.saturating_add(1.week());
        }
        let progress = self.progress(programme).await;
        assert_eq!(
            (&progress["state"], &progress["progress"]["bp"]),
            (&json!("DONE"), &json!(10_000)),
            "{progress:#}"
        );
        assert_eq!(progress["milestones"].as_array().unwrap().len(), 4);
        assert!(told_of_steps, "steps stand in the mails");
        assert_eq!(
            told_half_way,
            ["eleanor@halyard.example"],
            "the owner hears of it, once"
        );
    }

    /// Monday's mails, and Tuesday's, to which a holiday moves the weekly ones.
    async fn mails_on(&self, monday: Date) -> Vec<Letter> {
        let mut mails = Vec::new();
        for day in [monday, monday.saturating_add(1.day())] {
            for eight_o_clock in ["08:00:00Z", "13:00:00Z"] {
                mails.extend(self.app.mails_at(&format!("{day}T{eight_o_clock}")).await);
            }
        }
        mails
    }

    /// Every step that falls due until the end of the week, until none is left.
    async fn takes_the_steps_due(&self, monday: Date) {
        let sunday = monday.saturating_add(6.days());
        loop {
            let data = self
                .ask("StepsDue", json!({ "by": sunday.to_string() }))
                .await;
            let due = data["handovers"]["nodes"].as_array().unwrap();
            if due.is_empty() {
                return;
            }
            for handover in due {
                let owner = &handover["nextStep"]["owner"]["name"];
                let by = if owner == "Dana Okafor" {
                    &self.demo.dana
                } else {
                    &self.demo.sam
                };
                let input = json!({ "id": handover["id"], "expectedVersion": handover["version"],
                    "stage": handover["nextStep"]["stage"] });
                let advanced = self
                    .ask_as(by, "NextStage", json!({ "input": input }))
                    .await;
                assert_eq!(advanced["handover"]["stage"], handover["nextStep"]["stage"]);
            }
        }
    }

    async fn progress(&self, programme: &Programme) -> Value {
        let mut data = self
            .ask("HowFarAreWe", json!({ "programme": programme.id }))
            .await;
        data["programme"].take()
    }

    async fn milestones_follow_progress(&self, programme: &Programme) {
        let programme = self.progress(programme).await;
        let bp = programme["progress"]["bp"].as_i64().unwrap();
        let reached: Vec<i64> = programme["milestones"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["percent"].as_i64().unwrap())
            .collect();
        let crossed = [
            (25, bp >= 2_500),
            (50, bp > 5_000),
            (75, bp >= 7_500),
            (100, bp == 10_000),
        ];
        let expected: Vec<i64> = crossed
            .into_iter()
            .filter(|(_, crossed)| *crossed)
            .map(|(percent, _)| percent)
            .collect();
        assert_eq!(reached, expected, "at {bp} bp");
    }

    /// All stages of all handovers at once, for stories about what comes of them.
    pub(super) async fn hands_everything_over(&self, programme: &Programme) {
        for handover in &programme.handovers {
            for stage in STAGES {
                let input = json!({ "id": handover["id"], "stage": stage });
                self.ask("NextStage", json!({ "input": input })).await;
            }
        }
    }
}
