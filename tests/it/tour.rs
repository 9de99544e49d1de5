//! The tour of docs/api.md, as a newcomer follows it: each block is run as it stands on the page, and answered as it says there.

mod page;
mod shell;
mod walk;

use crate::support::app::{TestApp, on_both_databases};
use crate::support::demo_agency::DemoAgency;
use walk::Walk;

on_both_databases!(a_newcomer_gets_from_a_token_to_a_subscription);

async fn a_newcomer_gets_from_a_token_to_a_subscription(app: &TestApp) {
    let demo = DemoAgency::fill(app, 1).await;
    let steps = page::steps();
    assert_eq!(steps.len(), 10);
    let mut walk = Walk::begin(app, &demo.dana).await;
    for (number, step) in steps.iter().enumerate() {
        let number = (number + 1).to_string();
        assert_eq!(step.title.split_once(". ").unwrap().0, number);
        assert_ne!(step.blocks.len(), 0, "{} has nothing to try", step.title);
        for block in &step.blocks {
            walk.come_to(&step.title, block).await;
        }
    }
    walk.end().await;
}
