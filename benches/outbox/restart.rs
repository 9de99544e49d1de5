//! The program itself: killed while it sends, and started again.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use meridian::app::App;
use meridian::entity::EmailState;

use crate::mails;
use crate::place::{NOWHERE, Place};
use crate::postfix::Sink;

const MAILS: usize = 20_000;
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) async fn run(place: &Place) {
    let Some(sink) = Sink::start() else {
        println!(
            "{}: smtp-sink is not installed: nothing is restarted.",
            place.name
        );
        return;
    };
    let app = place.app(NOWHERE, 1).await;
    mails::write(&app, MAILS, 2_000).await;
    let killed = serve(place, &sink);
    until_sent(&app, 1).await;
    drop(killed);
    let sent = mails::in_state(&app, EmailState::Sent).await;
    let started = Instant::now();
    let _again = serve(place, &sink);
    until_sent(&app, sent + 1).await;
    println!(
        "{}: from restart to the first mail {:.2?}",
        place.name,
        started.elapsed()
    );
}

/// `meridian serve`, killed when this is dropped.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn serve(place: &Place, sink: &Sink) -> Server {
    let server = Command::new(env!("CARGO_BIN_EXE_meridian"))
        .args(["serve", "--listen=127.0.0.1:0"])
        .arg(format!("--mail={}", sink.url()))
        .env("MERIDIAN_DATABASE_URL", &place.url)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    Server(server.expect("the program starts"))
}

async fn until_sent(app: &App, count: usize) {
    let until = Instant::now() + PATIENCE;
    while mails::in_state(app, EmailState::Sent).await < count {
        assert!(Instant::now() < until, "no mail was sent");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
