//! Importing the agency's spreadsheets.

mod bad;
mod documents;
mod files;
mod large;

use meridian::domain::assignments::{NewAssignment, Target, set_in};
use meridian::domain::people::{PersonEdit, update};
use meridian::entity::{
    Access, AssignmentSource, Day, ProjectStatus, assignment, client, client_contact, email,
    person, project, role, schedule, touchpoint, work_schedule,
};
use meridian::import::{Counts, Kind, Report};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};

use files::{Agency, counts, on_both, samples};

/// What was created, updated and left unchanged in each file.
fn told(report: &Report) -> Vec<(Kind, [u64; 3])> {
    let of = |counts: Counts| [counts.created, counts.updated, counts.unchanged];
    let sheets = report.sheets.iter();
    sheets.map(|sheet| (sheet.kind, of(sheet.counts))).collect()
}

#[tokio::test]
async fn the_samples_import_and_a_second_time_change_nothing() {
    on_both(async |agency| {
        let before = counts(agency).await;
        let dry = agency.import(samples(), true).await;
        assert_eq!(counts(agency).await, before, "a dry run writes nothing");
        let report = agency.import(samples(), false).await;
        assert!(report.is_written(), "{report}");
        assert_eq!(told(&report), told(&dry));
        assert_eq!(
            dry.to_string(),
            report.to_string().replace(
                "All of it was written.",
                "Nothing was written: this was a dry run."
            )
        );
        let created = [8, 5, 7, 8, 13, 11];
        let expected: Vec<_> = Kind::ALL
            .into_iter()
            .zip(created.map(|rows| [rows, 0, 0]))
            .collect();
        assert_eq!(told(&report), expected, "{report}");

        let db = &agency.db.read;
        assert_eq!(touchpoint::Entity::find().count(db).await.unwrap(), 11);
        assert_eq!(assignment::Entity::find().count(db).await.unwrap(), 13);
        // Mara, Jonas and Petra hold sides, and get both mails.
        assert_eq!(schedule::Entity::find().count(db).await.unwrap(), 6);
        assert_eq!(email::Entity::find().count(db).await.unwrap(), 0);
        let lucie = agency.person("lucie@fjordandfinch.example").await;
        let hours = work_schedule::Entity::find()
            .filter(work_schedule::Column::PersonId.eq(lucie.id))
            .one(db)
            .await
            .unwrap()
            .unwrap();
        assert_eq!((hours.monday_minutes, hours.friday_minutes), (450, 0));
        assert_eq!(
            (hours.factor_bp, hours.effective_from),
            (8_500, lucie.employed_from)
        );
        let mut notes = touchpoint::Entity::find().all(db).await.unwrap();
        notes.retain(|row| row.note.contains('\n'));
        assert_eq!(notes[0].occurred_at.to_string(), "2026-11-03T15:00:00Z");

        let written = counts(agency).await;
        let again = agency.import(samples(), false).await;
        let expected: Vec<_> = Kind::ALL
            .into_iter()
            .zip(created.map(|rows| [0, 0, rows]))
            .collect();
        assert_eq!(told(&again), expected, "{again}");
        assert_eq!(counts(agency).await, written, "history included");
    })
    .await;
}

#[tokio::test]
async fn what_differs_is_updated_and_what_is_absent_stays() {
    on_both(async |agency| {
        assert!(agency.import(samples(), false).await.is_written());
        let corrected = [
            (Kind::People, "email,name,time_zone,employed_from,employed_until,hours_per_week\n\
                RAVI@fjordandfinch.example,Ravi S. Menon,europe/london,2021-01-11,,\n\
                aiko@fjordandfinch.example,Aiko Brennan,Europe/Dublin,2023-10-02,2027-03-31,\"32,5\"\n\
                henk@fjordandfinch.example,Henk Visser,Europe/Amsterdam,2018-05-07,2027-06-30,24\n"),
            (Kind::Clients, "name,starts_on,growth\nharbour books,2021-03-01,5\nCivic Trams,2020-11-09,\n"),
            (Kind::Contacts, "client,email,name,primary\n\
                Civic Trams,press@civictrams.example,Odile Marchetti,no\n\
                Civic Trams,it@civictrams.example,Bram Osei,yes\n"),
            (Kind::Projects, "client,name,status,lead_mode,kicked_off_on,launch_on\n\
                Saltmarsh Brewing,Taproom screens,active,joint,2026-11-20,\n\
                Civic Trams,Annual report,Back burner,JOINT,2026-01-12,2027-02-01\n"),
            (Kind::Assignments, "role,client,project,person,from_on\n\
                ACCOUNT_MANAGER,Nordlicht Optik,,petra@fjordandfinch.example,2022-09-15\n\
                Production manager,Saltmarsh Brewing,Taproom screens,petra@fjordandfinch.example,2026-11-20\n\
                Project manager,Civic Trams,,nobody,2026-01-05\n"),
            (Kind::Touchpoints, "client,kind,occurred_at,person,note\n\
                Saltmarsh Brewing,meeting,2026-11-19T12:00:00+01:00,jonas@fjordandfinch.example,Three label drafts chosen\n"),
        ];
        let report = agency.import_texts(&corrected, false).await;
        assert!(report.is_written(), "{report}");
        let expected = [[0, 2, 1], [0, 1, 1], [0, 2, 0], [0, 2, 0], [2, 1, 0], [0, 1, 0]];
        let expected: Vec<_> = Kind::ALL.into_iter().zip(expected).collect();
        assert_eq!(told(&report), expected, "{report}");

        let db = &agency.db.read;
        let ravi = agency.person("ravi@fjordandfinch.example").await;
        assert_eq!((ravi.name.as_str(), ravi.access), ("Ravi S. Menon", Some(Access::Member)));
        let aiko = agency.person("aiko@fjordandfinch.example").await;
        assert_eq!(aiko.employed_until.unwrap().to_string(), "2027-03-31");
        let hours = work_schedule::Entity::find().filter(work_schedule::Column::PersonId.eq(aiko.id)).all(db).await.unwrap();
        assert_eq!((hours.len(), hours[0].monday_minutes, hours[0].factor_bp), (1, 390, 8_500));
        let primary = client_contact::Entity::find().filter(client_contact::Column::IsPrimary.eq(true));
        let primary: Vec<_> = primary.all(db).await.unwrap().into_iter().map(|row| row.name).collect();
        assert!(primary.contains(&"Bram Osei".to_owned()) && !primary.contains(&"Odile Marchetti".to_owned()));
        let screens = project::Entity::find().filter(project::Column::Name.eq("Taproom screens")).one(db).await.unwrap().unwrap();
        assert_eq!((screens.status, screens.kicked_off_on.unwrap().to_string()), (ProjectStatus::Active, "2026-11-20".to_owned()));
        let harbour = client::Entity::find().filter(client::Column::Growth.eq(5)).all(db).await.unwrap();
        assert!(harbour.iter().any(|row| row.name == "Harbour Books" && row.communication == 4));
        let petra = agency.person("petra@fjordandfinch.example").await;
        let replaced = assignment::Entity::find().filter(assignment::Column::FromOn.eq(Day("2022-09-15".parse().unwrap()))).all(db).await.unwrap();
        let held: Vec<_> = replaced.iter().filter(|row| row.until_on.is_none()).collect();
        assert_eq!((replaced.len(), held.len(), held[0].person_id), (2, 1, petra.id));
        assert_eq!((held[0].source, held[0].reason.as_str()), (AssignmentSource::Import, "Imported from assignments.csv"));

        let again = agency.import_texts(&corrected, false).await;
        let changed: u64 = again.sheets.iter().map(|sheet| sheet.counts.created + sheet.counts.updated).sum();
        assert_eq!((changed, again.is_written()), (0, true), "{again}");
    })
    .await;
}

#[tokio::test]
async fn semicolons_marks_crlf_and_quoted_breaks_are_read() {
    on_both(async |agency| {
        let texts = [
            (Kind::People, "\u{feff}Name;E-mail;Time zone;Employed from\r\n".replace("E-mail", "Email")
                + "\"Ana; \"\"the first\"\"\";ana@example.com;Europe/Lisbon;2024-01-01\r\n\r\n;;;\r\n"),
            (Kind::Clients, "\u{feff}name;starts_on;;\r\nBolt, Nut & Co;2024-01-01;;\r\n".to_owned()),
            (Kind::Touchpoints, "client;kind;occurred_at;person;note\r\n\"Bolt, Nut & Co\";Call;2026-11-20 14:30;ana@example.com;\"One\r\n\r\n\"\"Two\"\"; three\"\r\n".to_owned()),
        ];
        let texts: Vec<_> = texts.iter().map(|(kind, text)| (*kind, text.as_str())).collect();
        let report = agency.import_texts(&texts, false).await;
        assert!(report.is_written(), "{report}");
        assert_eq!(agency.person("ana@example.com").await.name, "Ana; \"the first\"");
        let touchpoint = touchpoint::Entity::find().one(&agency.db.read).await.unwrap().unwrap();
        assert_eq!(touchpoint.note, "One\r\n\r\n\"Two\"; three");
        assert_eq!(touchpoint.occurred_at.to_string(), "2026-11-20T14:30:00Z");
    })
    .await;
}

#[tokio::test]
async fn a_person_s_own_decision_is_not_overwritten_by_a_spreadsheet() {
    on_both(async |agency| {
        assert!(agency.import(samples(), false).await.is_written());
        let db = &agency.db.read;
        let mara = agency.person("mara@fjordandfinch.example").await;
        let harbour = client::Entity::find()
            .filter(client::Column::Name.eq("Harbour Books"))
            .one(db)
            .await
            .unwrap()
            .unwrap();
        let role = role::Entity::find()
            .filter(role::Column::Name.eq("Account manager"))
            .one(db)
            .await
            .unwrap()
            .unwrap();
        let new = NewAssignment {
            role_id: role.id,
            target: Target::Client(harbour.id),
            person_id: Some(mara.id),
            from_on: "2026-11-23".parse().unwrap(),
            reason: "She asked for it".into(),
        };
        let tx = agency.db.begin().await.unwrap();
        set_in(&tx, &agency.caller, AssignmentSource::Person, new)
            .await
            .unwrap();
        tx.commit().await.unwrap();

        let again = agency.import(samples(), false).await;
        assert!(
            again.is_written(),
            "what the file says of the past still stands: {again}"
        );
        let overruling = "role,client,person,from_on\n\
            Account manager,Harbour Books,petra@fjordandfinch.example,2026-11-24\n";
        let report = agency
            .import_texts(&[(Kind::Assignments, overruling)], false)
            .await;
        let told = report.findings[0].to_string();
        assert!(
            told.contains("assignments.csv:2:person: Somebody decided by hand"),
            "{told}"
        );
    })
    .await;
}

#[tokio::test]
async fn a_corrected_file_completes_what_was_refused() {
    on_both(async |agency| {
        let people = "email,name,time_zone,employed_from\n\
            ana@example.com,Ana,Europe/Lisbon,2024-01-01\n\
            bo@example.com,Bo,Europe/Lisbn,2024-01-01\n";
        let clients = "name,starts_on\nAcme,2024-01-01\n";
        let refused = agency
            .import_texts(&[(Kind::People, people), (Kind::Clients, clients)], false)
            .await;
        assert_eq!(refused.findings.len(), 1, "{refused}");
        assert_eq!(
            person::Entity::find().count(&agency.db.read).await.unwrap(),
            0
        );
        let corrected = people.replace("Lisbn", "Lisbon");
        let report = agency
            .import_texts(
                &[(Kind::People, &corrected), (Kind::Clients, clients)],
                false,
            )
            .await;
        assert!(report.is_written(), "{report}");
        assert_eq!(
            told(&report),
            [(Kind::People, [2, 0, 0]), (Kind::Clients, [1, 0, 0])]
        );
    })
    .await;
}

#[tokio::test]
async fn a_new_time_zone_moves_a_person_s_mails() {
    on_both(async |agency| {
        assert!(agency.import(samples(), false).await.is_written());
        let jonas = agency.person("jonas@fjordandfinch.example").await;
        let due = async |agency: &Agency| {
            let rows = schedule::Entity::find().filter(schedule::Column::PersonId.eq(jonas.id));
            rows.all(&agency.db.read)
                .await
                .unwrap()
                .into_iter()
                .map(|row| row.next_due_at.to_string())
                .max()
                .unwrap()
        };
        assert_eq!(due(agency).await, "2026-11-30T08:00:00Z");
        let edit = PersonEdit {
            time_zone: Some("America/New_York".into()),
            ..PersonEdit::default()
        };
        update(&agency.db, &agency.caller, jonas.id, None, edit)
            .await
            .unwrap();
        // Eight o'clock in New York is still to come today.
        assert_eq!(due(agency).await, "2026-11-23T13:00:00Z");
    })
    .await;
}
