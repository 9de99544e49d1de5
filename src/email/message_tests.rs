use super::*;

fn mailbox(name: &str, address: &str) -> Mailbox {
    Mailbox::new(Some(name.to_owned()), address.parse().unwrap())
}

fn summary() -> Mail {
    Mail {
        from: mailbox("Meridian", "meridian@agency.example"),
        to: vec![mailbox("Zoë Ångström", "zoe@agency.example")],
        cc: vec![mailbox("Müller, Jörg \"JM\"", "joerg@agency.example")],
        reply_to: Some(mailbox("Office", "office@agency.example")),
        subject: "Week 48: Priya 3 h over, Tom has 14 h free – Zoë".to_owned(),
        html: "<p lang=\"de\">Überbucht: <b>Priya</b></p>\n".repeat(3),
        text: "Priya is 3 h over.\n.\nA line that starts with a dot, and an ü.\n".to_owned(),
        message_id: "capacity-summary.2026-w48.zoe@agency.example".to_owned(),
        date: "2026-11-23T07:00:00Z".parse().unwrap(),
        list_id: Some("capacity-summary.agency.example".to_owned()),
        unsubscribe: Some(Unsubscribe {
            url: format!("https://agency.example/stop?token={}", "t".repeat(120)),
            mailto: "meridian@agency.example?subject=stop".to_owned(),
        }),
        thread_root: Some("capacity-summary.zoe@agency.example".to_owned()),
        stem: "2026-11-23T0700-capacity-summary-zoe".to_owned(),
    }
}

fn raw(mail: &Mail) -> String {
    String::from_utf8(mail.build().unwrap().raw).unwrap()
}

#[test]
fn a_whole_mail() {
    insta::assert_snapshot!(raw(&summary()).replace("\r\n", "\n"));
}

#[test]
fn the_same_mail_has_the_same_bytes_and_another_has_another_boundary() {
    assert_eq!(raw(&summary()), raw(&summary()));
    let mut other = summary();
    other.message_id = "capacity-summary.2026-w49.zoe@agency.example".to_owned();
    let boundary = |mail: &str| mail.split("boundary=").nth(1).unwrap()[..40].to_owned();
    assert_ne!(boundary(&raw(&summary())), boundary(&raw(&other)));
}

#[test]
fn every_recipient_is_told_once() {
    let mut mail = summary();
    mail.cc.push(mail.to[0].clone());
    let envelope = mail.build().unwrap().envelope;
    assert_eq!(envelope.to().len(), 2);
    assert_eq!(
        envelope.from().unwrap().to_string(),
        "meridian@agency.example"
    );
}

#[test]
fn line_breaks_in_words_add_no_header() {
    let mut mail = summary();
    mail.subject = "hello\r\nBcc: thief@elsewhere.example\r\n\r\nbody".to_owned();
    mail.to[0].name = Some("Zoë\r\nBcc: thief@elsewhere.example".to_owned());
    mail.from.name = Some("Meridian\nBcc: thief@elsewhere.example".to_owned());
    let raw = raw(&mail);
    let (headers, _) = raw.split_once("\r\n\r\n").unwrap();
    assert!(
        !headers.lines().any(|line| line.starts_with("Bcc")),
        "{headers}"
    );
    assert_eq!(mail.build().unwrap().envelope.to().len(), 2);
}

#[test]
fn ids_and_links_that_would_break_a_header_are_refused() {
    for bad in ["a b@c", "a@b>\r\nBcc: x@y", "", "ü@b", &"x".repeat(901)] {
        let mut mails = [summary(), summary(), summary(), summary(), summary()];
        mails[0].message_id = bad.to_owned();
        mails[1].list_id = Some(bad.to_owned());
        mails[2].thread_root = Some(bad.to_owned());
        mails[3].unsubscribe.as_mut().unwrap().url = bad.to_owned();
        mails[4].unsubscribe.as_mut().unwrap().mailto = bad.to_owned();
        for mail in mails {
            assert!(matches!(mail.build(), Err(Error::Invalid(_))), "{bad}");
        }
    }
}

#[test]
fn a_mail_without_a_recipient_or_with_a_foreign_address_is_refused() {
    let mut mail = summary();
    mail.to.clear();
    mail.cc.clear();
    assert!(matches!(mail.build(), Err(Error::Invalid(_))));
    let mut mail = summary();
    mail.to[0].email = "zoe@ångström.example".parse().unwrap();
    assert!(matches!(mail.build(), Err(Error::Invalid(_))));
}

#[test]
fn whatever_the_words_every_line_is_short_ascii_with_crlf() {
    proptest::proptest!(|(subject in ".{0,300}", name in "[^@]{0,60}", text in "(.|\n|\r){0,400}", long in "[a-zä]{0,3000}")| {
        let mut mail = summary();
        mail.subject = subject;
        mail.to[0].name = Some(name);
        mail.html = format!("{text}{long}");
        mail.text = text;
        let raw = raw(&mail);
        proptest::prop_assert!(raw.is_ascii());
        for line in raw.split("\r\n") {
            proptest::prop_assert!(line.len() <= LONGEST_LINE && !line.contains(['\r', '\n']), "{line:?}");
        }
    });
}
