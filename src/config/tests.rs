//! Good values, bad values, and what must never be printed.

use clap::{CommandFactory, Parser, Subcommand};

use super::*;

#[derive(Debug, Parser)]
#[command(name = "meridian")]
struct Commands {
    #[command(subcommand)]
    command: Serve,
}

#[derive(Debug, Subcommand)]
enum Serve {
    Serve(Config),
}

fn read(arguments: &[&str]) -> Result<Config, clap::Error> {
    let line = ["meridian", "serve"].iter().chain(arguments);
    let Commands {
        command: Serve::Serve(config),
    } = parse(line.copied())?;
    Ok(config)
}

fn refused(arguments: &[&str]) -> String {
    let error = read(arguments).expect_err("the value is wrong");
    sentence(&Commands::command(), &error).expect("a sentence about a value")
}

#[test]
fn every_value_has_its_default() {
    let config = read(&[]).unwrap();
    assert_eq!(
        config.database_url.expose(),
        "sqlite://meridian.db?mode=rwc"
    );
    assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.public_url.as_str(), "http://127.0.0.1:8080");
    assert_eq!(config.mail.expose(), "file:mail");
    assert_eq!(
        config.mail_from.to_string(),
        "Meridian <meridian@localhost>"
    );
    assert_eq!(config.secret, None);
    assert_eq!(config.senders, 4);
    assert_eq!(config.lease, Duration::from_secs(60));
    assert_eq!(config.grace, Duration::from_secs(660));
    assert_eq!(config.on_ambiguous, OnAmbiguous::Resend);
    assert!(config.log.to_string().starts_with("info,"));
    assert_eq!(config.log_format, LogFormat::Text);
    assert_eq!(config.metrics, MetricsAccess::Token);
    assert_eq!(config.request_timeout, Duration::from_secs(10));
    assert!(config.cors_origins.as_slice().is_empty());
    assert_eq!((config.session_idle_hours, config.session_days), (24, 14));
    assert_eq!(config.cost_per_minute, 600_000);
    assert_eq!(config.trusted_proxies, Networks::default());
}

#[test]
fn good_values_are_taken_over() {
    let config = read(&[
        "--database-url=postgresql://anna:pass@db.example.com/meridian",
        "--public-url=https://Meridian.Example.com/",
        "--mail=smtps://anna:pass@mail.example.com:465",
        "--cors-origins=https://a.example.com, https://b.example.com:8443",
        "--senders=64",
        "--on-ambiguous=hold",
        "--trusted-proxies=10.0.0.7, 192.168.0.0/16,fd00::/8",
    ])
    .unwrap();
    assert!(config.database_url.is_postgres());
    assert_eq!(
        config.public_url.page("/x"),
        "https://meridian.example.com/x"
    );
    assert!(config.public_url.is_https());
    let origins: Vec<_> = config.cors_origins.as_slice().to_vec();
    assert_eq!(
        origins,
        ["https://a.example.com", "https://b.example.com:8443"]
    );
    assert_eq!(config.senders, 64);
    assert_eq!(config.on_ambiguous, OnAmbiguous::Hold);
    for (address, trusted) in [
        ("10.0.0.7", true),
        ("10.0.0.8", false),
        ("192.168.4.4", true),
        ("fd00::1", true),
        ("::1", false),
    ] {
        let address = address.parse().unwrap();
        assert_eq!(config.trusted_proxies.has(address), trusted, "{address}");
    }
}

#[test]
fn a_bad_value_is_one_sentence_with_the_variable_and_what_is_accepted() {
    let cases = [
        (
            "--listen=8080",
            "MERIDIAN_LISTEN (--listen) must be an IP address and a port, such as 127.0.0.1:8080 or [::]:8080; it is \"8080\".",
        ),
        (
            "--public-url=ftp://x",
            "MERIDIAN_PUBLIC_URL (--public-url) must be an http or https address without a path",
        ),
        (
            "--public-url=https://x/app",
            "MERIDIAN_PUBLIC_URL (--public-url) must be",
        ),
        (
            "--public-url=https://x/?a=b",
            "MERIDIAN_PUBLIC_URL (--public-url) must be",
        ),
        (
            "--public-url=https://u:p@x",
            "MERIDIAN_PUBLIC_URL (--public-url) must be",
        ),
        (
            "--mail-from=Meridian",
            "MERIDIAN_MAIL_FROM (--mail-from) must be a mail address",
        ),
        (
            "--senders=0",
            "MERIDIAN_SENDERS (--senders) must be a whole number from 1 to 64; it is \"0\".",
        ),
        ("--senders=65", "MERIDIAN_SENDERS (--senders) must be"),
        ("--senders=four", "MERIDIAN_SENDERS (--senders) must be"),
        (
            "--lease-seconds=-1",
            "MERIDIAN_LEASE_SECONDS (--lease-seconds) must be a whole number of seconds from 1 to 3600",
        ),
        (
            "--grace-seconds=0",
            "MERIDIAN_GRACE_SECONDS (--grace-seconds) must be",
        ),
        (
            "--on-ambiguous=ask",
            "MERIDIAN_ON_AMBIGUOUS (--on-ambiguous) must be resend or hold; it is \"ask\".",
        ),
        (
            "--request-timeout-seconds=1.5",
            "MERIDIAN_REQUEST_TIMEOUT_SECONDS (--request-timeout-seconds) must be",
        ),
        (
            "--log=meridian=loud",
            "MERIDIAN_LOG (--log) must be a log filter",
        ),
        (
            "--metrics=everybody",
            "MERIDIAN_METRICS (--metrics) must be off, token or open; it is \"everybody\".",
        ),
        (
            "--introspection=managers",
            "MERIDIAN_INTROSPECTION (--introspection) must be off, owners or token; it is \"managers\".",
        ),
        (
            "--graphiql=yes",
            "MERIDIAN_GRAPHIQL (--graphiql) must be on or off; it is \"yes\".",
        ),
        (
            "--log-format=xml",
            "MERIDIAN_LOG_FORMAT (--log-format) must be text or json; it is \"xml\".",
        ),
        (
            "--cors-origins=*",
            "MERIDIAN_CORS_ORIGINS (--cors-origins) must be http or https origins",
        ),
        (
            "--session-idle-hours=0",
            "MERIDIAN_SESSION_IDLE_HOURS (--session-idle-hours) must be a whole number from 1 to 720",
        ),
        (
            "--session-days=91",
            "MERIDIAN_SESSION_DAYS (--session-days) must be",
        ),
        (
            "--oidc-name=",
            "MERIDIAN_OIDC_NAME (--oidc-name) must be what follows \"Sign in with\" on a button",
        ),
        (
            "--cost-per-minute=9999",
            "MERIDIAN_COST_PER_MINUTE (--cost-per-minute) must be",
        ),
        (
            "--trusted-proxies=10.0.0.0/33",
            "MERIDIAN_TRUSTED_PROXIES (--trusted-proxies) must be IP addresses or networks",
        ),
        (
            "--cors-origins=https://a.example.com/x",
            "MERIDIAN_CORS_ORIGINS (--cors-origins) must be",
        ),
    ];
    for (argument, expected) in cases {
        let sentence = refused(&[argument]);
        assert!(sentence.starts_with(expected), "{argument}: {sentence}");
        assert!(
            sentence.ends_with('.') && !sentence.contains('\n'),
            "{sentence}"
        );
    }
}

#[test]
fn values_that_do_not_go_well_together_are_told() {
    let told = |arguments: &[&str]| read(arguments).unwrap().cautions();
    assert_eq!(told(&["--mail=smtp://mail.example.com"]), [""; 0]);
    let short_grace = [
        "--mail=smtp://u:hunter2@mail.example.com",
        "--grace-seconds=599",
    ];
    let [grace] = &told(&short_grace)[..] else {
        panic!("one caution")
    };
    assert!(
        grace.starts_with("MERIDIAN_GRACE_SECONDS is 599, and a mail server may take 600 seconds")
    );
    assert!(!grace.contains("hunter2"), "{grace}");
    assert_eq!(told(&["--mail=file:mail", "--grace-seconds=1"]), [""; 0]);
    let [lease] = &told(&["--lease-seconds=19"])[..] else {
        panic!("one caution")
    };
    assert!(lease.starts_with("MERIDIAN_LEASE_SECONDS is 19"), "{lease}");
}

#[test]
fn a_bad_value_with_a_password_is_not_repeated() {
    let cases = [
        (
            "--database-url=mysql://anna:pass@x/y",
            "MERIDIAN_DATABASE_URL (--database-url) must be sqlite://FILE?mode=rwc or postgres://USER:PASSWORD@HOST/NAME.",
        ),
        (
            "--database-url=sqlite://",
            "MERIDIAN_DATABASE_URL (--database-url) must be",
        ),
        (
            "--database-url=postgres://anna:pass@x:port/y",
            "MERIDIAN_DATABASE_URL (--database-url) must be",
        ),
        (
            "--mail=imap://anna:pass@x",
            "MERIDIAN_MAIL (--mail) must be file:FOLDER, smtp://",
        ),
        ("--mail=file:", "MERIDIAN_MAIL (--mail) must be"),
        (
            "--secret=pass",
            "MERIDIAN_SECRET (--secret) must be at least 32 characters long.",
        ),
    ];
    for (argument, expected) in cases {
        let sentence = refused(&[argument]);
        assert!(sentence.starts_with(expected), "{argument}: {sentence}");
        assert!(!sentence.contains("pass"), "{sentence}");
    }
}

#[test]
fn debug_shows_no_password() {
    let secret = "--secret=hunter2hunter2hunter2hunter2hunter2";
    let config = read(&[
        "--database-url=postgres://anna:hunter2@x/y?password=hunter2",
        "--mail=smtp://anna:hunter2@x",
        secret,
    ])
    .unwrap();
    let shown = format!("{config:#?}");
    assert!(shown.contains("DatabaseUrl(postgres://…)"), "{shown}");
    assert!(shown.contains("MailTarget(smtp:…)"), "{shown}");
    assert!(!shown.contains("hunter2"), "{shown}");
    assert_eq!(config.secret.unwrap().expose().len(), 35);
}

#[test]
fn a_provider_is_configured_wholly_or_not_at_all() {
    let [issuer, id, secret] = [
        "--oidc-issuer=https://sso.example.com/realms/agency/",
        "--oidc-client-id=meridian",
        "--oidc-client-secret=hunter2",
    ];
    let openid = |arguments: &[&str]| read(arguments).unwrap().openid();
    assert_eq!(openid(&[]).unwrap(), None);
    assert_eq!(openid(&["--oidc-name=Google"]).unwrap(), None);
    let whole = openid(&[issuer, id, secret]).unwrap().unwrap();
    assert_eq!(
        whole.issuer.as_str(),
        "https://sso.example.com/realms/agency/"
    );
    assert_eq!(whole.client_secret.expose(), "hunter2");
    assert_eq!(whole.name, "your work account");
    assert!(!format!("{whole:?}").contains("hunter2"));
    for (arguments, missing) in [
        (&[id][..], "MERIDIAN_OIDC_ISSUER"),
        (&[issuer, secret], "MERIDIAN_OIDC_CLIENT_ID"),
        (&[issuer, id], "MERIDIAN_OIDC_CLIENT_SECRET"),
    ] {
        let refused = openid(arguments).unwrap_err().to_string();
        assert!(
            refused.starts_with(&format!("{missing} is not set, and MERIDIAN_OIDC_")),
            "{refused}"
        );
        assert!(!refused.contains("hunter2"), "{refused}");
    }
}

#[test]
fn what_goes_to_a_provider_is_read_by_nobody_else() {
    for good in [
        "https://accounts.google.com",
        "http://127.0.0.1:8080",
        "http://localhost/realms/agency",
        "http://[::1]:3000",
    ] {
        assert!(Issuer::parse(good).is_ok(), "{good}");
    }
    for bad in [
        "http://sso.example.com",
        "http://10.0.0.7",
        "http://localhost.example.com",
        "https://anna:pass@sso.example.com",
        "https://sso.example.com?x=y",
        "https://sso.example.com#x",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "sso.example.com",
        "",
    ] {
        let sentence = refused(&[&format!("--oidc-issuer={bad}")]);
        assert!(
            sentence.starts_with("MERIDIAN_OIDC_ISSUER (--oidc-issuer) must be the https address"),
            "{sentence}"
        );
    }
}

#[test]
fn help_and_unknown_flags_stay_with_clap() {
    for argument in ["--help", "--colour"] {
        let error = read(&[argument]).unwrap_err();
        assert_eq!(sentence(&Commands::command(), &error), None);
    }
}

#[test]
fn every_value_has_a_variable_and_a_description() {
    let serve = Commands::command();
    let serve = serve.find_subcommand("serve").unwrap();
    let values = serve
        .get_arguments()
        .filter(|argument| argument.get_id() != "help");
    for argument in values {
        let variable = argument.get_env().unwrap().to_str().unwrap();
        let flag = argument.get_long().unwrap();
        let expected = format!("MERIDIAN_{}", flag.to_uppercase().replace('-', "_"));
        assert_eq!(variable, expected);
        assert!(argument.get_help().is_some(), "{flag}");
    }
}

/// Variables are read from the process, so the test runs itself again with some.
#[test]
fn an_empty_variable_counts_as_not_set() {
    if std::env::var_os("MERIDIAN_LISTEN").is_none() {
        let own_name = "config::tests::an_empty_variable_counts_as_not_set";
        let again = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", own_name])
            .env("MERIDIAN_LISTEN", "127.0.0.1:9000")
            .env("MERIDIAN_SENDERS", "")
            .env("MERIDIAN_SECRET", "")
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&again.stdout);
        assert!(
            again.status.success() && told.contains("1 passed"),
            "{told}"
        );
        return;
    }
    let config = read(&[]).unwrap();
    assert_eq!(config.listen.port(), 9000);
    assert_eq!(config.senders, 4);
    assert_eq!(config.secret, None);
}
