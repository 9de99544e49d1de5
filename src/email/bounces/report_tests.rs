//! Reports as mail servers write them, in their shapes and our words; and what is none.

use proptest::prelude::*;

use super::*;

/// A report around `status`, its lines as mail servers end them.
fn message(status: &str) -> Vec<u8> {
    let text = format!(
        "Delivered-To: bounce+token@mail.agency.example\n\
         From: MAILER-DAEMON@mx.example\n\
         To: <bounce+other@mail.agency.example>\n\
         Message-ID: <report.1@mx.example>\n\
         Subject: Undelivered\n\
         MIME-Version: 1.0\n\
         Content-Type: multipart/report; report-type=delivery-status;\n boundary=\"b1\"\n\
         \n\
         --b1\nContent-Type: text/plain\n\nIt could not be delivered.\n\n\
         --b1\nContent-Type: message/delivery-status\n\n{status}\n\
         --b1\nContent-Type: message/rfc822\n\n\
         Subject: Week 48\nContent-Type: message/delivery-status\n\nAction: delivered\n\
         --b1--\n"
    );
    text.replace('\n', "\r\n").into_bytes()
}

fn only(status: &str) -> RecipientReport {
    let report = Report::read(&message(status)).unwrap();
    assert_eq!(report.recipients.len(), 1, "{report:?}");
    report.recipients[0].clone()
}

#[test]
fn postfix_says_whom_it_was_sent_to_and_quotes_the_other_side() {
    let report = Report::read(&message(
        "Reporting-MTA: dns; mail.agency.example\nX-Queue-ID: 4C1\nArrival-Date: Mon, 23 Nov 2026 08:00:01 +0000\n\n\
         Final-Recipient: rfc822; zoe@client.example\nOriginal-Recipient: rfc822;zoe@client.example\nAction: failed\n\
         Status: 5.1.1\nRemote-MTA: dns; mx.client.example\nDiagnostic-Code: smtp; 550 5.1.1 <zoe@client.example>: Recipient\n    address unknown here\n",
    ))
    .unwrap();
    assert_eq!(report.reporter.as_deref(), Some("mail.agency.example"));
    assert_eq!(report.message_id.as_deref(), Some("report.1@mx.example"));
    assert_eq!(
        report.delivered_to,
        [
            "bounce+token@mail.agency.example",
            "bounce+other@mail.agency.example"
        ]
    );
    let (recipient, by_name) = report.about("Zoe@Client.example").unwrap();
    assert!(by_name);
    assert_eq!(
        (recipient.action, recipient.reply),
        (Some(Action::Failed), Some(550))
    );
    assert_eq!(recipient.status.unwrap().to_string(), "5.1.1");
    assert_eq!(
        recipient.words.as_deref(),
        Some("5.1.1 <zoe@client.example>: Recipient address unknown here")
    );
}

#[test]
fn exim_says_5_0_0_and_the_words_know_better() {
    let recipient = only(
        "Reporting-MTA: dns; exim.example\n\nAction: failed\nFinal-Recipient: rfc822;zoe@client.example\nStatus: 5.0.0\n\
         Remote-MTA: dns; mx.client.example\nDiagnostic-Code: smtp; 552 5.2.2 her mailbox is full",
    );
    assert_eq!(recipient.status.unwrap().to_string(), "5.2.2");
    assert_eq!(recipient.reply, Some(552));
    let untold = only(
        "Reporting-MTA: dns; x\n\nAction: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 550 nobody of that name",
    );
    assert_eq!(untold.status.unwrap().to_string(), "5.0.0");
    assert_eq!(untold.words.as_deref(), Some("nobody of that name"));
}

#[test]
fn exchange_writes_without_blanks_and_with_long_codes() {
    let recipient = only(
        "Reporting-MTA: dns;AM0PR0.outlook.example\nReceived-From-MTA: dns;mail.agency.example\n\n\
         Final-Recipient: rfc822;zoe@client.example\nAction: failed\nStatus: 5.1.10\n\
         Diagnostic-Code: smtp;550 5.1.10 RESOLVER: nobody found by that SMTP address",
    );
    assert_eq!(recipient.status.unwrap().to_string(), "5.1.10");
    assert_eq!(recipient.last.as_deref(), Some("zoe@client.example"));
}

#[test]
fn gmail_repeats_the_reply_code_in_each_line() {
    let recipient = only(
        "Reporting-MTA: dns; googlemail.example\nArrival-Date: x\n\nFinal-Recipient: rfc822; <zoe@client.example>\n\
         Action: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550-5.1.1 There is no such account.\n 550-5.1.1 Look for typos.\n 550 5.1.1 Bye",
    );
    assert_eq!(recipient.last.as_deref(), Some("zoe@client.example"));
    assert_eq!(
        recipient.words.as_deref(),
        Some("5.1.1 There is no such account. 5.1.1 Look for typos. 5.1.1 Bye")
    );
}

#[test]
fn of_several_recipients_ours_counts_and_else_the_worst() {
    let report = Report::read(&message(
        "Reporting-MTA: dns; x\n\nFinal-Recipient: rfc822; ann@team.example\nAction: delivered\nStatus: 2.0.0\n\n\
         Final-Recipient: rfc822; bob@team.example\nAction: failed (really)\nStatus: 5.1.1 (unknown)\n\n\
         Final-Recipient: rfc822; cy@team.example\nAction: vanished\n",
    ))
    .unwrap();
    assert_eq!(
        report.recipients.len(),
        2,
        "what was done with cy is not known"
    );
    let (ours, by_name) = report.about("ann@team.example").unwrap();
    assert_eq!((ours.action, by_name), (Some(Action::Delivered), true));
    let (worst, by_name) = report.about("team@client.example").unwrap();
    assert_eq!((worst.action, by_name), (Some(Action::Failed), false));
}

#[test]
fn an_answer_and_a_mail_that_quotes_a_report_are_none() {
    for text in [
        "",
        "\r\n",
        "Subject: Away\r\nAuto-Submitted: auto-replied\r\n\r\nI am away.\r\n",
        "Content-Type: text/plain\r\n\r\nAction: failed\r\nStatus: 5.1.1\r\n",
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nAction: failed\r\n--b--\r\n",
    ] {
        assert_eq!(Report::read(text.as_bytes()), None, "{text}");
    }
    assert_eq!(Report::read(&message("Reporting-MTA: dns; x")), None);
    assert_eq!(
        Report::read(&message("Reporting-MTA: dns; x\n\nStatus: 5.1.1")),
        None
    );
    let forwarded = [
        b"Content-Type: multipart/mixed; boundary=f\r\n\r\n--f\r\nContent-Type: message/rfc822\r\n\r\n",
        &*message("Reporting-MTA: dns; x\n\nAction: failed\nStatus: 5.1.1"),
        b"\r\n--f--\r\n",
    ]
    .concat();
    assert_eq!(
        Report::read(&forwarded),
        None,
        "a forwarded report is somebody's mail"
    );
}

#[test]
fn a_report_cut_off_after_its_status_still_counts() {
    let whole = message(
        "Reporting-MTA: dns; x\n\nAction: failed\nFinal-Recipient: rfc822; zoe@client.example\nStatus: 5.1.1",
    );
    let end = whole.windows(7).position(|at| at == b"Week 48").unwrap();
    assert!(Report::read(&whole[..end]).is_some());
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..2_000)) {
        let _ = Report::read(&bytes);
    }

    #[test]
    fn no_status_makes_it_panic(status in "[A-Za-z0-9:;.<>@ \t\n\u{e9}-]{0,400}") {
        let _ = Report::read(&message(&status));
        let _ = Report::read(&message(&format!("Reporting-MTA: x\n\nAction: failed\nDiagnostic-Code: {status}")));
    }

    #[test]
    fn no_part_of_a_report_makes_it_panic(from in 0_usize..900, to in 0_usize..900) {
        let whole = message("Reporting-MTA: dns; x\n\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 no");
        let (from, to) = (from.min(whole.len()), to.min(whole.len()));
        let _ = Report::read(&whole[from.min(to)..to.max(from)]);
    }
}
