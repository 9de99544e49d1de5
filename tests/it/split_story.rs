//! The article as one story, asked with the queries of docs/split.md: from the inventory of an unsplit agency to the review
//! half a year after the split.

mod agency;
mod decisions;
mod letters;
mod programme;
mod review;
mod weeks;

use serde_json::json;

use crate::support::app::{TestApp, on_both_databases};
use agency::Agency;

on_both_databases!(
    the_split_from_import_to_review,
    every_decision_joint_gives_the_golden_figures,
);

async fn the_split_from_import_to_review(app: &TestApp) {
    let agency = Agency::fill(app).await;
    let snapshot = agency.takes_inventory().await;
    agency.is_at_its_limit().await;
    agency.sorts_the_responsibilities().await;
    agency.decides_by_recommendation().await;
    agency.is_at_its_limit().await;
    agency.knows_its_relationships().await;
    agency.looks_at_what_could_be().await;

    let plan = agency.plans_the_split().await;
    let programme = agency.starts(&plan).await;
    agency.tells_the_clients(&programme).await;
    agency.weeks_pass(&programme).await;

    agency.is_split_and_as_full_together(app.now()).await;
    agency.keeps_deciding().await;
    agency.speaks_up_for_a_client().await;
    agency.looks_back(&programme).await;
    agency.compares_with_the_beginning(&snapshot).await;
    agency.guide.end();
}

async fn every_decision_joint_gives_the_golden_figures(app: &TestApp) {
    let agency = Agency::fill(app).await;
    agency.decides_everything_joint().await;
    let plan = agency.plans_the_split().await;
    let programme = agency.starts(&plan).await;
    agency.hands_everything_over(&programme).await;
    let managers = agency.managers().await;
    let figures = |name: &str| {
        let one = &managers[name];
        json!([
            one["load"]["confirmedBp"],
            one["roleMixBp"],
            one["activeProjects"],
            one["backBurnerProjects"]
        ])
    };
    assert_eq!(figures("Dana Okafor"), json!([10_666, 0, 12, 24]));
    assert_eq!(figures("Sam Ellery"), json!([9_333, 0, 12, 24]));
}
