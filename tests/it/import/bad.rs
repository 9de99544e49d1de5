//! What is wrong with files is told with file, line, column and reason, all of it at once, and nothing is written.

use std::process::Command;

use meridian::domain::access::Caller;
use meridian::entity::Access;
use meridian::error::Error;
use meridian::import::{File, Files, Kind, import};

use super::files::{counts, on_both, samples, samples_folder};

const PEOPLE: &str = "email,name,time_zone,employed_from,employed_until,access,hours_per_week,work_days,factor_percent,hours_from,holiday_calendar\n";

/// A file and the beginnings of what is found in it, beside the samples that are there.
fn cases() -> Vec<(Kind, String, Vec<&'static str>)> {
    let people = |rows: &str| PEOPLE.to_owned() + rows;
    vec![
        (
            Kind::People,
            people(
                "ana@example.com,Ana,Europe/Lisbn,01.02.2024,,,,,,,\n\
                 ana,,Europe/Lisbon,2024-02-30,,BOSS,,,,,\n\
                 bo@example.com,Bo,Europe/Lisbon,2024-01-01,2023-01-01,,200,,,,\n\
                 cy@example.com,Cy,Europe/Lisbon,2024-01-01,,,40,Fri-Mon,120,,Mars\n\
                 di@example.com,Di,Europe/Lisbon,2024-01-01,,,,Mon-Fri,,,\n\
                 ed@example.com,Ed,Europe/Lisbon,1024-01-01,,,40,Mon,,2024-1-1,\n\
                 ED@example.com,Ed,Europe/Lisbon,2024-01-01,,,,,,,\n\
                 fi@example.com,Fi,Europe/Lisbon,2024-01-01,,,,,,,\n\
                 Fi@example.com,Fi,Europe/Lisbon,2024-01-01,,,,,,,\n",
            ),
            vec![
                "people.csv:2:time_zone: There is no time zone \"Europe/Lisbn\". Did you mean \"Europe/Lisbon\"?",
                "people.csv:2:employed_from: “01.02.2024” is not a day; write it like 2026-11-20.",
                "people.csv:3:email: “ana” is not an email address",
                "people.csv:3:name: This cell is empty; write something like Mara Lindqvist.",
                "people.csv:3:employed_from: There is no day 2024-02-30.",
                "people.csv:3:access: “BOSS” is none of OWNER, MANAGER, MEMBER.",
                "people.csv:4:employed_until: It ends on 2023-01-01, before it starts on 2024-01-01.",
                "people.csv:4:hours_per_week: “200” is not a number from 0 to 168",
                "people.csv:5:holiday_calendar: There is no holiday calendar “Mars”.",
                "people.csv:5:work_days: “Fri-Mon” names no weekdays; write them like Mon-Fri or Mon Tue Thu.",
                "people.csv:5:factor_percent: “120” is not a number from 0 to 100",
                "people.csv:6:hours_per_week: Say how many hours: work_days is filled in.",
                "people.csv:7:employed_from: 1024-01-01 is not within the years 1970 to 2200.",
                "people.csv:7:hours_from: “2024-1-1” is not a day",
                "people.csv:7:hours_per_week: These are more than 24 hours a day.",
                "people.csv:10:email: Line 9 is about the same. Keep one of the two rows.",
            ],
        ),
        (
            Kind::People,
            people("jonas@fjordandfinch.example,Jonas Okafor,Europe/London,2019-09-02,2026-12-31,MANAGER,,,,,\n\
                    mara@fjordandfinch.example,Mara Lindqvist,Europe/Stockholm,2016-02-01,,MEMBER,,,,,\n"),
            vec![
                "people.csv:2:employed_until: After 2026-12-31, Jonas Okafor would still be Account manager of Civic Trams",
                "people.csv:3:access: Mara Lindqvist is the last owner",
            ],
        ),
        (
            Kind::Clients,
            "name,starts_on,communication,cadence_days,grwth\n\
                Acme,2024-01-01,6,0,3\n\
                ,2024-01-01,x,400,\n".to_owned(),
            vec![
                "clients.csv:1: There is no column “grwth”. Did you mean “growth”? The columns of clients are: name, starts_on,",
                "clients.csv:2:communication: “6” is not a whole number from 1 to 5.",
                "clients.csv:2:cadence_days: “0” is not a whole number from 1 to 365.",
                "clients.csv:3:name: This cell is empty",
                "clients.csv:3:communication: “x” is not",
                "clients.csv:3:cadence_days: “400” is not",
            ],
        ),
        (
            Kind::Contacts,
            "client,email,name,primary\nAcmee,a@example.com,A,no\nCivic Tram,b@example.com,B,perhaps\n\
             Civic Trams,c@example.com,C,yes\n\
                 Civic Trams,d@example.com,D,yes\n\
                 Civic Trams,C@example.com,C,no\n".to_owned(),
            vec![
                "contacts.csv:2:client: There is no client “Acmee”.",
                "contacts.csv:3:client: There is no client “Civic Tram”. Did you mean “Civic Trams”?",
                "contacts.csv:3:primary: “perhaps” is none of yes, no.",
                "contacts.csv:5:primary: A row above makes somebody else the primary contact of this client.",
                "contacts.csv:6:client: Line 4 is about the same.",
            ],
        ),
        (
            Kind::Projects,
            "client,name,status,size,lead_mode,kicked_off_on\n\
                Civic Trams,One,STARTED,XXL,NOBODY,\n\
                Civic Trams,Two,ACTIVE,M,,\n\
             Civic Trams,Three,ACTIVE,M,JOINT,2026-11-24\nCivic Trams,Four,PROPOSED,M,,2026-11-20\n\
             Civic Trams,Passenger website,PROPOSED,XL,PRODUCTION_LED,\nCivic Trams,Annual report,BACK_BURNER,S,JOINT,2026-01-13\n\
             Harbour Books,Reading club app,BACK_BURNER,S,ACCOUNT_LED,2026-01-13\n\
                 Harbour Books,Reading club app,,,,\n".to_owned(),
            vec![
                "projects.csv:2:status: “STARTED” is none of PROPOSED, ACTIVE, BACK_BURNER, COMPLETED, CANCELLED.",
                "projects.csv:2:size: “XXL” is none of XS, S, M, L, XL.",
                "projects.csv:2:lead_mode: “NOBODY” is none of",
                "projects.csv:3:lead_mode: A project becomes ACTIVE with a role decision",
                "projects.csv:4:kicked_off_on: 2026-11-24 has not come yet: today is 2026-11-23.",
                "projects.csv:5:kicked_off_on: A PROPOSED project has not been kicked off",
                "projects.csv:6:status: It is ACTIVE, from which it can become BACK_BURNER",
                "projects.csv:7:kicked_off_on: It was kicked off on 2026-01-12; that changes only when it becomes ACTIVE.",
                "projects.csv:8:kicked_off_on: It is BACK_BURNER and was not kicked off;",
                "projects.csv:9:client: Line 8 is about the same.",
            ],
        ),
        (
            Kind::Assignments,
            "role,client,project,person,from_on\n\
                Account manger,Civic Trams,,jonas@fjordandfinch.example,2026-01-05\n\
             Account manager,Civic Trams,Website,jona@fjordandfinch.example,\n\
             Account manager,Civic Trams,,henk@fjordandfinch.example,2027-07-01\n\
             Production manager,Civic Trams,,petra@fjordandfinch.example,2026-02-01\n\
             PRODUCTION_MANAGER,civic trams,,ravi@fjordandfinch.example,2026-02-01\n".to_owned(),
            vec![
                "assignments.csv:2:role: There is no role “Account manger”. Did you mean “Account manager”?",
                "assignments.csv:3:project: There is no project of Civic Trams “Website”.",
                "assignments.csv:3:person: There is no person with the address “jona@fjordandfinch.example”. Did you mean “jonas@fjordandfinch.example”?",
                "assignments.csv:3:from_on: This cell is empty",
                "assignments.csv:4:person: Henk Visser's last day is 2027-06-30",
                "assignments.csv:6:role: Line 5 is about the same.",
            ],
        ),
        (
            Kind::Touchpoints,
            "client,kind,occurred_at,person,contact,note\n\
             Civic Trams,CHAT,20.11.2026 14:30,ravi@fjordandfinch.example,nobody@civictrams.example,\n\
             Civic Trams,CALL,2026-03-29 01:30,ravi@fjordandfinch.example,,\n\
             Civic Trams,CALL,2027-03-29 11:30,ravi@fjordandfinch.example,,\n\
             Civic Trams,CALL,1969-12-31T23:59:59Z,ravi@fjordandfinch.example,,\n\
             Civic Trams,CALL,2026-11-20 10:00,ravi@fjordandfinch.example,,\n\
             Civic Trams,CALL,2026-11-20T11:00:00+01:00,ravi@fjordandfinch.example,,\n\
             Civic Trams,CALL,2026-11-20 10:00,,,\n".to_owned(),
            vec![
                "touchpoints.csv:2:kind: “CHAT” is none of KICKOFF, UPDATE, CALL, MEETING, EMAIL, REACH_OUT.",
                "touchpoints.csv:2:occurred_at: “20.11.2026 14:30” is not a time; write it like 2026-11-20 14:30",
                "touchpoints.csv:2:contact: There is no contact of Civic Trams with the address “nobody@civictrams.example”.",
                "touchpoints.csv:3:occurred_at: There was no 2026-03-29 01:30 in Europe/London: the clocks were put forward.",
                "touchpoints.csv:4:occurred_at: 2027-03-29T10:30:00Z has not come yet",
                "touchpoints.csv:5:occurred_at: 1969-12-31T23:59:59Z is before 1970.",
                "touchpoints.csv:7:occurred_at: Line 6 is about the same.",
                "touchpoints.csv:8:person: This cell is empty",
            ],
        ),
    ]
}

#[tokio::test]
async fn every_fault_is_told_at_once_and_nothing_is_written() {
    on_both(async |agency| {
        assert!(agency.import(samples(), false).await.is_written());
        let before = counts(agency).await;
        for (kind, text, expected) in cases() {
            let report = agency.import_texts(&[(kind, &text)], false).await;
            let found = agency.found(&report);
            assert_eq!(found.len(), expected.len(), "{found:#?}");
            for (finding, start) in found.iter().zip(expected) {
                assert!(finding.starts_with(start), "{finding}\n{start}");
            }
            let dry = agency.import_texts(&[(kind, &text)], true).await;
            assert_eq!((agency.found(&dry), dry.sheets), (found, report.sheets));
            assert_eq!(counts(agency).await, before);
        }
    })
    .await;
}

#[tokio::test]
async fn files_that_cannot_be_read_are_told_and_do_not_hide_the_others() {
    on_both(async |agency| {
        let before = counts(agency).await;
        let texts: [(Kind, &[u8]); 5] = [
            (Kind::People, b"email;name;time_zone\nana@example.com;Ana;Europe/Lisbon\n"),
            (Kind::Clients, b"name,starts_on\nAcme,2024-01-01\nCaf\xe9,2024-01-01\n"),
            (Kind::Contacts, b""),
            (Kind::Projects, b"client,name,size\nAcme,Web,XXL\nAcme,App\n\"Acme,Shop,M\n"),
            (Kind::Assignments, b"role,client,person,from_on\nAccount manager,Acme,ana@example.com,soon\n"),
        ];
        let report = agency.import_bytes(&texts, false).await;
        let found = agency.found(&report);
        let expected = [
            "people.csv:1:employed_from: The column “employed_from” is missing",
            "clients.csv:3: This is not UTF-8 text.",
            "contacts.csv: The file is empty. Its first line names its columns: client, email, name, job_title, primary.",
            "projects.csv:2:size: “XXL” is none of",
            "projects.csv:3: This row has 2 cells, but there are 3 columns.",
            "projects.csv:4: A quotation mark is opened in this row and never closed.",
            "assignments.csv:2:from_on: “soon” is not a day",
        ];
        assert_eq!(found.len(), expected.len(), "{found:#?}");
        for (finding, start) in found.iter().zip(expected) {
            assert!(finding.starts_with(start), "{finding}\n{start}");
        }
        assert_eq!(counts(agency).await, before);
        let header_only = agency.import_texts(&[(Kind::Clients, "name,starts_on\n")], false).await;
        assert!(header_only.is_written(), "{header_only}");
        let path = agency.path(Kind::Clients);
        std::fs::remove_file(&path).unwrap();
        let file = File { kind: Kind::Clients, path };
        let missing = agency.import(vec![file], false).await;
        assert!(agency.found(&missing)[0].starts_with("clients.csv: The file cannot be read: "));
    })
    .await;
}

#[tokio::test]
async fn what_refers_to_a_refused_row_is_not_told_again() {
    on_both(async |agency| {
        let report = agency
            .import_texts(
                &[
                    (Kind::Clients, "name,starts_on\nAcme,yesterday\n"),
                    (Kind::Projects, "client,name\nAcme,Web\nOther,Web\n"),
                    (
                        Kind::Assignments,
                        "role,client,project,person,from_on\n\
                        Account manager,Acme,Web,nobody,2024-01-01\n",
                    ),
                ],
                false,
            )
            .await;
        assert_eq!(
            agency.found(&report),
            [
                "clients.csv:2:starts_on: “yesterday” is not a day; write it like 2026-11-20.",
                "projects.csv:3:client: There is no client “Other”."
            ]
        );
    })
    .await;
}

#[tokio::test]
async fn a_thousand_faults_are_named_and_the_rest_counted() {
    on_both(async |agency| {
        let rows: String = (0..1_234)
            .map(|row| format!("Client {row},never\n"))
            .collect();
        let text = format!("name,starts_on\n{rows}");
        let report = agency.import_texts(&[(Kind::Clients, &text)], false).await;
        assert_eq!((report.findings.len(), report.more), (1_000, 234));
        assert!(
            report
                .to_string()
                .contains("\nand 234 more\nNothing was written."),
            "{report}"
        );
    })
    .await;
}

#[tokio::test]
async fn only_owners_import() {
    on_both(async |agency| {
        let manager = Caller {
            access: Access::Manager,
            ..agency.caller.clone()
        };
        let bar = indicatif::ProgressBar::hidden();
        let refused = import(&agency.db, &manager, samples(), false, &bar).await;
        assert!(matches!(refused, Err(Error::Forbidden(_))));
    })
    .await;
}

#[test]
fn files_must_be_named_or_lie_in_the_folder() {
    let refused = Files::default().named().unwrap_err();
    assert!(
        refused
            .to_string()
            .starts_with("Name a folder with CSV files")
    );
    let folder = tempfile::TempDir::new().unwrap();
    let empty = Files {
        folder: Some(folder.path().to_owned()),
        ..Files::default()
    };
    let refused = empty.clone().named().unwrap_err();
    assert!(
        refused
            .to_string()
            .starts_with("There is none of people.csv,")
    );
    let named = Files {
        clients: Some("elsewhere.csv".into()),
        ..empty
    };
    assert_eq!(named.named().unwrap()[0].kind, Kind::Clients);
}

#[test]
fn the_command_prints_the_report_and_fails_when_anything_is_wrong() {
    let folder = tempfile::TempDir::new().unwrap();
    let run = |more: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_meridian"));
        command.arg("import").args(more).current_dir(folder.path());
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("MERIDIAN_")) {
            command.env_remove(name);
        }
        let output = command.output().unwrap();
        (
            output.status.code(),
            String::from_utf8(output.stdout).unwrap(),
        )
    };
    let samples = samples_folder();
    let samples = samples.to_str().unwrap();
    let (status, dry) = run(&[samples, "--dry-run"]);
    assert!(
        dry.ends_with("Nothing was written: this was a dry run.\n"),
        "{dry}"
    );
    assert_eq!(status, Some(0));
    let (status, report) = run(&[samples]);
    assert_eq!(status, Some(0), "{report}");
    assert!(
        report.contains("people.csv: 8 created, 0 updated, 0 unchanged\n"),
        "{report}"
    );
    std::fs::write(folder.path().join("c.csv"), "name,starts_on\nAcme,soon\n").unwrap();
    let (status, report) = run(&["--clients", "c.csv"]);
    assert_eq!(status, Some(1));
    assert!(
        report.contains("\nc.csv:2:starts_on: “soon” is not a day"),
        "{report}"
    );
}
