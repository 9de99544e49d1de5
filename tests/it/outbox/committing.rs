//! Marks of several senders are made durable together, and no other mark suffers from one that fails.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use meridian::email::outbox::{self, Claim, Mark, Marked};
use meridian::entity::{AttemptOutcome, EmailState, Moment, email_attempt, new_id};
use meridian::error::Result;
use meridian::jobs::committer::Marks;
use meridian::jobs::maintenance;
use sea_orm::{ConnectionTrait, DbBackend, EntityTrait, QuerySelect};
use uuid::Uuid;

use super::stage::Stage;
use super::stories;
use crate::smtp_session::mailer;
use crate::support::replica::until;
use crate::support::scripted_smtp::ScriptedSmtp;
use crate::support::scripted_smtp::Step::{Hear, HearMessage, Say};

stories! {
    marks_that_come_together_are_made_in_one_transaction
    a_mark_that_cannot_be_made_spoils_no_other
    a_mark_made_without_an_answer_may_be_repeated
    an_overtaken_sender_learns_it_among_the_marks_of_others
    senders_of_one_replica_send_each_mail_once
    no_message_is_announced_before_the_one_before_it_is_kept
}

/// Claims on `count` mails, in order.
async fn claims(stage: &Stage, count: usize) -> Vec<Claim> {
    stage.mails(count).await;
    claim(stage, count).await
}

async fn claim(stage: &Stage, count: usize) -> Vec<Claim> {
    let tx = stage.app.db.begin().await.unwrap();
    let lease_until = stage.now() + SignedDuration::from_secs(60);
    let limit = u64::try_from(count).unwrap();
    let rows = outbox::claim(&tx, "replica", stage.now(), lease_until, limit).await;
    tx.commit().await.unwrap();
    let claims: Vec<Claim> = rows.unwrap().iter().map(Claim::from).collect();
    assert_eq!(claims.len(), count);
    claims
}

fn entering(claim: Claim) -> Marked {
    Marked {
        claim,
        mark: Mark::EnterData,
        attempt: None,
    }
}

fn sent(claim: Claim, at: Timestamp) -> Marked {
    let attempt = email_attempt::Model {
        id: new_id(at),
        email_id: claim.row_id,
        replica: "replica".to_owned(),
        fence: claim.fence,
        started_at: Moment(at),
        finished_at: Moment(at),
        outcome: AttemptOutcome::Accepted,
        phase: None,
        server_code: Some(250),
        server_text: Some("queued".to_owned()),
    };
    Marked {
        claim,
        mark: Mark::Sent(at),
        attempt: Some(attempt),
    }
}

/// Hands all of `marked` in while the first of their mails is locked, so that they have to wait for each other; answers in
/// order, and how many statements that took.
async fn together(stage: &Stage, marked: &[Marked]) -> (Vec<Result<bool>>, u64) {
    let (marks, _committer) = Marks::start(stage.app.clone());
    let lock = stage.app.db.begin().await.unwrap();
    let id = marked[0].claim.row_id;
    let locked = email_row(id).lock_exclusive().one(&lock).await.unwrap();
    assert!(locked.is_some());
    let before = stage.app.db.statements();
    let answers: Vec<_> = marked
        .iter()
        .map(|marked| marks.submit(marked.clone()))
        .collect();
    // Time for the committer to come to the lock; without it there would be one group only.
    tokio::time::sleep(Duration::from_millis(50)).await;
    lock.rollback().await.unwrap();
    let mut answered = Vec::new();
    for answer in answers {
        answered.push(answer.held().await);
    }
    (answered, stage.app.db.statements() - before)
}

fn email_row(id: Uuid) -> sea_orm::Select<meridian::entity::email::Entity> {
    meridian::entity::email::Entity::find_by_id(id)
}

fn held(answers: Vec<Result<bool>>) -> Vec<bool> {
    answers.into_iter().map(Result::unwrap).collect()
}

/// What forty marks come to at most that are handed in while the first of them waits: its own group, one that PostgreSQL works
/// on meanwhile, the rest, and one for a machine that is busy.
const GROUPS: u64 = 4;

async fn marks_that_come_together_are_made_in_one_transaction(stage: Stage) {
    let claims = claims(&stage, 40).await;
    let marked: Vec<Marked> = claims.iter().copied().map(entering).collect();
    let (answers, statements) = together(&stage, &marked).await;
    assert_eq!(held(answers), [true; 40]);
    assert!(statements <= GROUPS, "{statements} statements");
    assert_eq!(stage.states().await, "DATA 40");

    let now = stage.now();
    let at = |nth: usize| now - SignedDuration::from_secs(i64::try_from(nth).unwrap());
    let marked = claims.iter().enumerate();
    let marked: Vec<Marked> = marked.map(|(nth, claim)| sent(*claim, at(nth))).collect();
    let (answers, statements) = together(&stage, &marked).await;
    assert_eq!(held(answers), [true; 40]);
    // The marks, the attempts, whether a webhook asks, and on PostgreSQL one that tells subscriptions.
    let each = match stage.app.db.backend() {
        DbBackend::Postgres => 4,
        _ => 3,
    };
    assert!(statements <= each * GROUPS, "{statements} statements");
    for (nth, claim) in claims.iter().enumerate() {
        let row = stage.row(claim.row_id).await;
        assert_eq!((row.state, row.attempts), (EmailState::Sent, 1));
        assert_eq!(row.sent_at, Some(Moment(at(nth))), "each its own time");
    }
    assert_eq!(stage.attempts().await.len(), 40);
}

/// Makes the database refuse attempts on one mail, until the answered statement is executed.
async fn refuse_attempts_on(stage: &Stage, id: Uuid) -> &'static str {
    let (made, unmade): (Vec<String>, _) = match stage.app.db.backend() {
        DbBackend::Postgres => (
            vec![
                "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS \
                 $$ BEGIN RAISE EXCEPTION 'not this one'; END $$"
                    .to_owned(),
                format!(
                    "CREATE TRIGGER refused BEFORE INSERT ON email_attempt FOR EACH ROW \
                     WHEN (new.email_id = '{id}') EXECUTE FUNCTION refuse()"
                ),
            ],
            "DROP TRIGGER refused ON email_attempt",
        ),
        _ => (
            vec![format!(
                "CREATE TRIGGER refused BEFORE INSERT ON email_attempt \
                 WHEN new.email_id = x'{}' BEGIN SELECT RAISE(ABORT, 'not this one'); END",
                id.simple()
            )],
            "DROP TRIGGER refused",
        ),
    };
    for statement in made {
        execute(stage, &statement).await;
    }
    unmade
}

async fn execute(stage: &Stage, statement: &str) {
    let tx = stage.app.db.begin().await.unwrap();
    tx.execute_unprepared(statement).await.unwrap();
    tx.commit().await.unwrap();
}

async fn a_mark_that_cannot_be_made_spoils_no_other(stage: Stage) {
    let claims = claims(&stage, 5).await;
    let entered: Vec<Marked> = claims.iter().copied().map(entering).collect();
    assert_eq!(held(together(&stage, &entered).await.0), [true; 5]);
    let unmade = refuse_attempts_on(&stage, claims[2].row_id).await;
    let marked: Vec<Marked> = claims
        .iter()
        .map(|claim| sent(*claim, stage.now()))
        .collect();
    let (answers, _) = together(&stage, &marked).await;
    let told: Vec<Option<bool>> = answers.into_iter().map(Result::ok).collect();
    let yes = Some(true);
    assert_eq!(told, [yes, yes, None, yes, yes]);
    assert_eq!(stage.states().await, "DATA 1, SENT 4");
    assert_eq!(stage.row(claims[2].row_id).await.state, EmailState::Data);
    assert_eq!(stage.attempts().await.len(), 4);

    execute(&stage, unmade).await;
    assert_eq!(held(together(&stage, &marked[2..3]).await.0), [true]);
    assert_eq!(stage.states().await, "SENT 5");
}

async fn a_mark_made_without_an_answer_may_be_repeated(stage: Stage) {
    let claims = claims(&stage, 1).await;
    for marked in [entering(claims[0]), sent(claims[0], stage.now())] {
        for _ in 0..2 {
            let answer = together(&stage, std::slice::from_ref(&marked)).await.0;
            assert_eq!(held(answer), [true], "{:?}", marked.mark);
        }
    }
    let row = stage.row(claims[0].row_id).await;
    assert_eq!((row.state, row.attempts), (EmailState::Sent, 1));
    assert_eq!(stage.attempts().await.len(), 1);
}

async fn an_overtaken_sender_learns_it_among_the_marks_of_others(stage: Stage) {
    let overtaken = claims(&stage, 1).await[0];
    stage.pass(61);
    maintenance::take_back(&stage.app).await.unwrap();
    let holder = claim(&stage, 1).await[0];
    let others = claims(&stage, 2).await;
    let all = [holder, overtaken, others[0], others[1]];
    let (answers, _) = together(&stage, &all.map(entering)).await;
    assert_eq!(held(answers), [true, false, true, true]);
    let all = all.map(|claim| sent(claim, stage.now()));
    assert_eq!(
        held(together(&stage, &all).await.0),
        [true, false, true, true]
    );
    assert_eq!(stage.row(holder.row_id).await.attempts, 1);
    assert_eq!(stage.states().await, "SENT 3");
}

async fn senders_of_one_replica_send_each_mail_once(stage: Stage) {
    stage.mails(120).await;
    let (marks, committer) = Marks::start(stage.app.clone());
    let mut senders = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let mut sender = stage.sender().marking_through(marks.clone());
        senders.spawn(async move {
            while sender.step().await.unwrap() > 0 {}
            sender.close().await;
        });
    }
    while let Some(ended) = senders.join_next().await {
        ended.unwrap();
    }
    drop(marks);
    committer.await.unwrap();
    assert_eq!(stage.states().await, "SENT 120");
    assert_eq!(stage.memory.sent().len(), 120);
    assert_eq!(stage.attempts().await.len(), 120);
}

async fn no_message_is_announced_before_the_one_before_it_is_kept(mut stage: Stage) {
    let first = stage.mail_to("zoe@client.example").await;
    stage.pass(1);
    stage.mail_to("tom@client.example").await;
    let taking = [
        Hear("MAIL"),
        Say("250 ok\r\n"),
        Hear("RCPT"),
        Say("250 ok\r\n"),
        Hear("DATA"),
        Say("354 go ahead\r\n"),
        HearMessage,
        Say("250 queued\r\n"),
    ];
    let server = ScriptedSmtp::after_hello(&taking.repeat(2)).await;
    stage.app.mailer = mailer(&server.url());
    let unmade = refuse_attempts_on(&stage, first).await;
    let mut sender = stage.sender();
    let sending = tokio::spawn(async move { sender.step().await });
    let announced = || server.heard().iter().filter(|line| *line == "DATA").count();
    until("naming the second recipient", async || {
        let heard = server.heard();
        heard.iter().any(|line| line.contains("tom@client.example"))
    })
    .await;
    // Were the second message announced all the same, it would be now.
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(
        (announced(), stage.row(first).await.state),
        (1, EmailState::Data)
    );
    execute(&stage, unmade).await;
    sending.await.unwrap().unwrap();
    assert_eq!(announced(), 2);
    assert_eq!(stage.states().await, "SENT 2");
    assert_eq!(stage.attempts().await.len(), 2);
}
