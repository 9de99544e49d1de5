//! What one sender of a replica has claimed the others send as well.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use meridian::email::outbox::Lane;
use meridian::jobs::sender::Stock;

use super::stage::Stage;
use super::stories;
use crate::smtp_session::mailer;
use crate::support::replica::until;
use crate::support::smtp_server::{ServerOptions, SmtpServer};
use crate::support::smtp_temper::{Gate, Step, Temper, Turn};

stories! {
    nobody_sits_on_mails_that_another_sender_could_send
    more_is_claimed_before_all_is_sent
}

/// A server that answers its first final dot behind `gate`, and all others at once.
async fn slow_at_first(gate: &Gate) -> SmtpServer {
    let (gate, is_first) = (gate.clone(), AtomicBool::new(true));
    let temper = Temper::new(move |step| match step {
        Step::FinalDot if is_first.swap(false, Ordering::Relaxed) => {
            Turn::AnswerBehind(gate.clone())
        }
        _ => Turn::Answer,
    });
    let options = ServerOptions {
        temper,
        ..ServerOptions::default()
    };
    SmtpServer::start(options).await
}

async fn nobody_sits_on_mails_that_another_sender_could_send(mut stage: Stage) {
    stage.mails(3).await;
    let gate = Gate::closed();
    let server = slow_at_first(&gate).await;
    stage.app.mailer = mailer(&server.url(""));
    let stock = Arc::<Stock>::default();
    let [mut slow, mut quick] = [0, 1].map(|_| stage.sender().in_lane(Lane::Every, stock.clone()));

    let slow = tokio::spawn(async move { slow.step().await.unwrap() });
    until("one mail in DATA", async || {
        stage.states().await == "CLAIMED 2, DATA 1"
    })
    .await;
    assert_eq!(quick.step().await.unwrap(), 2);
    assert_eq!(stage.states().await, "DATA 1, SENT 2");
    gate.open();
    assert_eq!(slow.await.unwrap(), 3, "it has claimed as many");
    assert_eq!(stage.states().await, "SENT 3");
    for row in stage.rows().await {
        assert_eq!((row.fence, row.attempts), (1, 1), "claimed once");
    }
}

async fn more_is_claimed_before_all_is_sent(stage: Stage) {
    stage.mails(250).await;
    let mut sender = stage.sender();
    assert_eq!(sender.step().await.unwrap(), 250);
    assert_eq!(stage.states().await, "SENT 250");
    assert_eq!(sender.step().await.unwrap(), 0);
}
