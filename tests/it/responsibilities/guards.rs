//! What the database itself keeps, whoever writes.

use jiff::civil::date;
use meridian::entity::{Day, Moment, Side, new_id, responsibility_exception};
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};

use super::acme;
use crate::support::app::{TestApp, on_both_databases};

on_both_databases!(the_database_keeps_one_side_a_day_and_what_was_written);

async fn the_database_keeps_one_side_a_day_and_what_was_written(app: &TestApp) {
    let acme = acme(app).await;
    let row = responsibility_exception::Model {
        id: new_id(app.now()),
        project_id: acme.site.id,
        responsibility_id: acme.qa.id,
        side: Side::Client,
        from_on: Day(date(2026, 11, 1)),
        until_on: Some(Day(date(2026, 12, 1))),
        reason: "a story".into(),
        written_by_id: None,
        created_at: Moment(app.now()),
        closed_at: None,
        closed_by_id: None,
        closed_reason: None,
    };
    app.insert(row.clone()).await;
    let again = |from_on, until_on| responsibility_exception::Model {
        id: new_id(app.now()),
        from_on: Day(from_on),
        until_on: Some(Day(until_on)),
        ..row.clone()
    };
    let overlapping = again(date(2026, 11, 30), date(2026, 12, 24));
    for (row, guard) in [
        (overlapping, "one_side"),
        (
            responsibility_exception::Model {
                reason: "another".into(),
                ..row.clone()
            },
            "append_only",
        ),
    ] {
        let tx = app.db.begin().await.unwrap();
        let active = row.into_active_model().reset_all();
        let refusal = match guard {
            "one_side" => active.insert(&tx).await.unwrap_err(),
            _ => active.update(&tx).await.unwrap_err(),
        };
        assert!(
            refusal
                .to_string()
                .contains(&format!("responsibility_exception_{guard}")),
            "{refusal}"
        );
    }
    let tx = app.db.begin().await.unwrap();
    let gone = responsibility_exception::Entity::delete_by_id(row.id)
        .exec(&tx)
        .await;
    assert!(gone.unwrap_err().to_string().contains("append_only"));
    drop(tx);
    app.insert(again(date(2026, 12, 1), date(2026, 12, 24)))
        .await;
}
