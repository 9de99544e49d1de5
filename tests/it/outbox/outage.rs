//! A mail server that is away for hours, and one that takes few mails a connection: all that has not expired is sent, and
//! nobody storms the server.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use meridian::email::session::Limits;
use meridian::entity::EmailState;
use meridian::jobs::breaker::Breaker;
use meridian::jobs::maintenance;
use meridian::jobs::sender::Sender;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::stage::Stage;
use super::stories;
use crate::smtp_session::mailer;
use crate::support::scripted_smtp::Step::{HangUp, Hear, Say, Serve};
use crate::support::scripted_smtp::{HELLO, ScriptedSmtp, Step};

stories! {
    after_hours_without_a_server_all_that_has_not_expired_is_sent_without_a_storm
    a_server_that_leaves_after_the_greeting_is_not_stormed_either
    a_server_that_takes_few_mails_a_connection_gets_them_over_many
    a_server_that_is_not_there_costs_no_attempt
    one_mail_that_looks_like_our_fault_does_not_hold_up_the_others
    a_kept_connection_does_not_prove_that_the_server_is_back
    who_was_refused_as_a_sender_is_not_cleared_without_a_mail
}

const SENDERS: usize = 4;

/// The senders of one replica, in turn.
struct Replica {
    senders: Vec<Sender>,
    breaker: Arc<Breaker>,
}

impl Replica {
    fn of(stage: &Stage) -> Self {
        let breaker = Arc::new(Breaker::default());
        let stopping = watch::channel(false).1;
        let sender = |_| stage.sender().sharing(breaker.clone(), stopping.clone());
        Self {
            senders: (0..SENDERS).map(sender).collect(),
            breaker,
        }
    }

    /// Each sender does one step.
    async fn steps(&mut self) -> usize {
        let mut claimed = 0;
        for sender in &mut self.senders {
            claimed += sender.step().await.unwrap();
        }
        claimed
    }

    /// All of them send side by side until nothing is due.
    async fn drain(self) {
        let mut sending = JoinSet::new();
        for mut sender in self.senders {
            sending.spawn(async move {
                while sender.step().await.unwrap() > 0 {}
                sender.close().await;
            });
        }
        while let Some(ended) = sending.join_next().await {
            ended.unwrap();
        }
    }
}

fn sound() -> Vec<Step> {
    [&HELLO[..], &[Serve(usize::MAX)]].concat()
}

async fn after_hours_without_a_server_all_that_has_not_expired_is_sent_without_a_storm(
    stage: Stage,
) {
    let away = [Say("421 4.3.2 down for hours\r\n"), HangUp];
    sit_out(stage, &away, "421 4.3.2 down for hours").await;
}

async fn a_server_that_leaves_after_the_greeting_is_not_stormed_either(stage: Stage) {
    let away = [
        &HELLO[..],
        &[Hear("MAIL"), Say("421 4.7.0 not today\r\n"), HangUp],
    ]
    .concat();
    sit_out(stage, &away, "421 4.7.0 not today").await;
}

async fn sit_out(mut stage: Stage, away: &[Step], words: &str) {
    let server = ScriptedSmtp::always(away).await;
    stage.app.mailer = mailer(&server.url());
    stage.mails(40).await;
    let brief = stage
        .mail("tom@client.example", SignedDuration::from_hours(1))
        .await;
    let mut replica = Replica::of(&stage);

    let mut probes = Vec::new();
    for second in 0..120 {
        let before = server.connections();
        replica.steps().await;
        probes.extend(vec![second; server.connections() - before]);
        stage.pass(1);
    }
    assert_eq!(
        probes,
        (0..120).step_by(5).collect::<Vec<i64>>(),
        "one probe in five seconds"
    );
    for _ in 0..18 {
        let before = server.connections();
        replica.steps().await;
        assert_eq!(server.connections(), before + 1, "however long it has been");
        stage.pass(600);
    }
    let fault = replica.breaker.fault().unwrap();
    assert!(fault.contains(words), "{fault}");
    assert_eq!(stage.attempts().await.len(), 1, "one outage, one line");
    let (_, expired) = maintenance::take_back(&stage.app).await.unwrap();
    assert_eq!(
        (expired, stage.states().await.as_str()),
        (1, "PENDING 40, EXPIRED 1")
    );
    assert_eq!(
        stage.row(brief).await.reason.as_deref(),
        Some(
            "It could not be sent before its time had passed: no mail got out, or no sender was running."
        )
    );
    assert!(stage.rows().await.iter().all(|row| row.attempts == 0));

    server.go_on(&sound());
    let before = server.connections();
    assert_eq!(replica.steps().await, 40, "a probe, and then the others");
    replica.drain().await;
    assert_eq!(stage.states().await, "SENT 40, EXPIRED 1");
    assert!(
        server.connections() - before <= SENDERS,
        "a connection for each sender"
    );
    let copies = server.messages();
    let distinct: HashSet<&String> = copies.iter().collect();
    assert_eq!((copies.len(), distinct.len()), (40, 40));
}

async fn a_server_that_takes_few_mails_a_connection_gets_them_over_many(mut stage: Stage) {
    for (round, no) in [
        &[Say("421 4.7.0 too many messages\r\n"), HangUp][..],
        &[Say("452 4.5.3 too many messages\r\n"), Serve(usize::MAX)],
        &[Say("550 5.7.0 too many messages\r\n"), Serve(usize::MAX)],
        &[HangUp],
    ]
    .into_iter()
    .enumerate()
    {
        let limited = [&HELLO[..], &[Serve(2), Hear("MAIL")], no].concat();
        let server = ScriptedSmtp::always(&limited).await;
        stage.app.mailer = mailer(&server.url());
        stage.mails(6).await;
        let breaker = Arc::new(Breaker::default());
        let mut sender = stage
            .sender()
            .sharing(breaker.clone(), watch::channel(false).1);
        assert_eq!(sender.step().await.unwrap(), 6);
        assert_eq!(
            stage.states().await,
            format!("SENT {}", 6 * (round + 1)),
            "{no:?}"
        );
        assert!(
            stage.rows().await.iter().all(|row| row.attempts == 1),
            "{no:?}"
        );
        assert_eq!((server.connections(), breaker.fault()), (3, None), "{no:?}");
    }
}

async fn a_server_that_is_not_there_costs_no_attempt(mut stage: Stage) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nobody = listener.local_addr().unwrap();
    drop(listener);
    let hole = BlackHole::open().await;
    let limits = Limits {
        connect: Duration::from_secs(1),
        greeting: Duration::from_secs(1),
        ..Limits::default()
    };
    for (address, words) in [
        (nobody, "Connection refused"),
        (hole.address, "no answer within 1s"),
    ] {
        let url = format!("smtp://{address}");
        stage.app.mailer = mailer(&url).with_limits(limits.clone());
        let id = stage.mail_to("zoe@client.example").await;
        let mut replica = Replica::of(&stage);
        replica.steps().await;
        let row = stage.row(id).await;
        assert_eq!(
            (row.state, row.attempts),
            (EmailState::Pending, 0),
            "{words}"
        );
        assert_eq!(row.next_attempt_at.0, row.due_at.0, "{words}");
        let fault = replica.breaker.fault().unwrap();
        assert!(fault.contains(words) && fault.contains(&url), "{fault}");
        let (_, _, told) = stage.attempts().await.pop().unwrap();
        assert!(told.contains(words), "{told}");
        stage.pass(5);
    }
}

async fn one_mail_that_looks_like_our_fault_does_not_hold_up_the_others(mut stage: Stage) {
    for no in [
        &[
            Hear("MAIL"),
            Say("250 ok\r\n"),
            Hear("RCPT"),
            Say("530 5.7.0 sign in to write to them\r\n"),
        ][..],
        &[Hear("MAIL"), Say("550 5.7.1 not from you\r\n")],
    ] {
        let script = [&HELLO[..], no, &[Hear("RSET"), Say("250 ok\r\n")]].concat();
        let server = ScriptedSmtp::start(vec![[&script[..], &[Serve(usize::MAX)]].concat()]).await;
        stage.app.mailer = mailer(&server.url());
        let bad = stage.mail_to("zoe@client.example").await;
        stage.pass(1);
        let good = stage.mail_to("tom@client.example").await;
        let breaker = Arc::new(Breaker::default());
        let mut sender = stage
            .sender()
            .sharing(breaker.clone(), watch::channel(false).1);
        sender.step().await.unwrap();
        assert!(breaker.is_open(), "{no:?}");
        assert_eq!(stage.row(good).await.state, EmailState::Pending, "{no:?}");
        let row = stage.row(bad).await;
        assert_eq!((row.state, row.attempts), (EmailState::Pending, 0));
        // Whenever the first is tried again, the second is not behind it.
        stage.app.clock.set(row.next_attempt_at.0);
        stage.pass(5);
        assert_eq!(sender.step().await.unwrap(), 1);
        assert_eq!(stage.row(good).await.state, EmailState::Sent, "{no:?}");
        assert!(!breaker.is_open(), "{no:?}");
        while sender.step().await.unwrap() > 0 {}
        assert_eq!(stage.row(bad).await.state, EmailState::Sent, "{no:?}");
    }
}

async fn a_kept_connection_does_not_prove_that_the_server_is_back(mut stage: Stage) {
    let server = ScriptedSmtp::start(vec![sound()]).await;
    server.go_on(&[Say("421 4.3.2 down\r\n"), HangUp]);
    stage.app.mailer = mailer(&server.url());
    let breaker = Arc::new(Breaker::default());
    let sharing = || {
        let sender = stage.sender();
        sender.sharing(breaker.clone(), watch::channel(false).1)
    };
    let (mut keeps, mut meets) = (sharing(), sharing());
    stage.mail_to("zoe@client.example").await;
    assert_eq!(keeps.step().await.unwrap(), 1);
    let id = stage.mail_to("tom@client.example").await;
    assert_eq!(meets.step().await.unwrap(), 1);
    assert!(breaker.is_open());
    stage.cancel(id).await;

    stage.pass(5);
    assert_eq!(keeps.step().await.unwrap(), 0);
    assert!(breaker.is_open(), "{:?}", server.heard());
    server.go_on(&sound());
    stage.pass(5);
    assert_eq!(keeps.step().await.unwrap(), 0);
    assert_eq!(breaker.fault(), None);
}

async fn who_was_refused_as_a_sender_is_not_cleared_without_a_mail(mut stage: Stage) {
    let refuses = [Hear("MAIL"), Say("550 5.7.1 not from you\r\n")];
    let goes_on = [Hear("RSET"), Say("250 ok\r\n"), Serve(usize::MAX)];
    let script = [&HELLO[..], &refuses, &goes_on].concat();
    let server = ScriptedSmtp::always(&script).await;
    stage.app.mailer = mailer(&server.url());
    let first = stage.mail_to("zoe@client.example").await;
    let breaker = Arc::new(Breaker::default());
    let stopping = watch::channel(false).1;
    let mut sender = stage.sender().sharing(breaker.clone(), stopping);
    assert_eq!(sender.step().await.unwrap(), 1);
    stage.cancel(first).await;
    stage.pass(5);
    assert_eq!(sender.step().await.unwrap(), 0);
    let fault = breaker.fault().unwrap_or_default();
    assert!(fault.contains("not from you"), "nothing was tried: {fault}");
    assert_eq!(server.connections(), 1);

    stage.mail_to("tom@client.example").await;
    stage.pass(5);
    assert_eq!(sender.step().await.unwrap(), 1);
    assert_eq!(breaker.fault(), None);
    assert_eq!(stage.states().await, "SENT 1, CANCELLED 1");
}

/// An address at which a connection is neither taken nor refused: the queue of those that wait is full.
struct BlackHole {
    address: std::net::SocketAddr,
    _queue: (TcpListener, Vec<TcpStream>),
}

impl BlackHole {
    async fn open() -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let listener = socket.listen(1).unwrap();
        let address = listener.local_addr().unwrap();
        let mut waiting = Vec::new();
        let patience = Duration::from_millis(500);
        while let Ok(stream) = tokio::time::timeout(patience, TcpStream::connect(address)).await {
            waiting.push(stream.unwrap());
        }
        Self {
            address,
            _queue: (listener, waiting),
        }
    }
}
