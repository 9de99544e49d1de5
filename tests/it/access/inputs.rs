//! An input of each mutation that does something; `@name` stands for the id of a thing of the person whose things are
//! changed. In an order in which each can be done after those above it.

/// Each mutation with its input.
pub(super) const INPUTS: &[(&str, &str)] = &[
    ("planApprove", r#"{ "id": "@plan" }"#),
    (
        "apiTokenCreate",
        r#"{ "personId": "@person", "name": "Reports", "scope": "READ" }"#,
    ),
    ("apiTokenRevoke", r#"{ "id": "@token" }"#),
    (
        "assignmentSet",
        r#"{ "roleId": "@role", "of": { "clientId": "@client" }, "personId": "@nora", "reason": "She can." }"#,
    ),
    (
        "assignmentsSet",
        r#"{ "items": [{ "roleId": "@role", "of": { "projectId": "@project" }, "personId": "@nora",
        "reason": "She can." }] }"#,
    ),
    (
        "bookingCreate",
        r#"{ "personId": "@person", "projectId": "@project", "startsOn": "2026-11-23", "endsOn": "2026-11-24",
        "method": "PER_DAY", "value": 60 }"#,
    ),
    ("bookingUpdate", r#"{ "id": "@booking", "value": 30 }"#),
    ("bookingDelete", r#"{ "id": "@spareBooking" }"#),
    (
        "bookingsChange",
        r#"{ "items": [{ "update": { "id": "@booking", "value": 45 } }, { "delete": { "id": "@thirdBooking" } }] }"#,
    ),
    ("clientCreate", r#"{ "name": "New Ltd" }"#),
    (
        "clientLeadDecide",
        r#"{ "id": "@client", "leadMode": "JOINT", "reason": "Both." }"#,
    ),
    (
        "clientRequestRaise",
        r#"{ "clientId": "@client", "title": "A shop" }"#,
    ),
    ("clientRequestAccept", r#"{ "id": "@request" }"#),
    (
        "clientRequestObject",
        r#"{ "id": "@secondRequest", "answer": "No room." }"#,
    ),
    (
        "clientRequestDecide",
        r#"{ "id": "@thirdRequest", "grant": true, "reason": "We want it." }"#,
    ),
    ("clientRequestWithdraw", r#"{ "id": "@fourthRequest" }"#),
    (
        "clientTroubleSet",
        r#"{ "id": "@client", "reason": "They shout." }"#,
    ),
    ("clientUpdate", r#"{ "id": "@client", "growth": 4 }"#),
    (
        "contactCreate",
        r#"{ "clientId": "@client", "name": "Zoe", "email": "zoe@client.example" }"#,
    ),
    (
        "contactUpdate",
        r#"{ "id": "@contact", "jobTitle": "Head" }"#,
    ),
    ("contactArchive", r#"{ "id": "@spareContact" }"#),
    ("emailTest", r#"{ "personId": "@person" }"#),
    (
        "emailCancel",
        r#"{ "id": "@pending", "reason": "Not now." }"#,
    ),
    (
        "emailRelease",
        r#"{ "id": "@held", "mayArriveTwice": true }"#,
    ),
    (
        "emailResend",
        r#"{ "id": "@sent", "mayArriveTwice": true }"#,
    ),
    (
        "emailRetry",
        r#"{ "id": "@failed", "mayArriveTwice": true }"#,
    ),
    (
        "letterApprove",
        r#"{ "id": "@letter", "expectedVersion": 1 }"#,
    ),
    ("letterDraft", r#"{ "handoverId": "@undrafted" }"#),
    ("letterUpdate", r#"{ "id": "@letter", "subject": "News" }"#),
    (
        "handoverStepSet",
        r#"{ "id": "@handover", "stage": "INTRODUCED", "dueOn": "2026-12-09" }"#,
    ),
    (
        "handoverAdvance",
        r#"{ "id": "@handover", "stage": "ANNOUNCED", "note": "By phone." }"#,
    ),
    (
        "handoverCancel",
        r#"{ "id": "@spareHandover", "reason": "Not now." }"#,
    ),
    (
        "handoverCreate",
        r#"{ "clientId": "@spareClient", "side": "CLIENT", "fromPersonId": "@person", "toPersonId": "@nora",
        "reason": "She has room.", "startsOn": "2026-11-30" }"#,
    ),
    ("holidayCalendarCreate", r#"{ "name": "Village" }"#),
    (
        "holidayCalendarUpdate",
        r#"{ "id": "@calendar", "name": "City" }"#,
    ),
    (
        "holidayCreate",
        r#"{ "calendarId": "@calendar", "name": "Fair", "observedOn": "2027-05-03" }"#,
    ),
    ("holidayUpdate", r#"{ "id": "@holiday", "name": "Market" }"#),
    ("holidayDelete", r#"{ "id": "@spareHoliday" }"#),
    ("inventorySnapshotTake", r#"{ "name": "Before" }"#),
    (
        "personCreate",
        r#"{ "name": "Zed", "email": "zed@example.com", "timeZone": "Europe/London" }"#,
    ),
    (
        "personSkillSet",
        r#"{ "personId": "@person", "skillId": "@skill", "level": 3 }"#,
    ),
    (
        "personUpdate",
        r#"{ "id": "@person", "preference": "CLIENT" }"#,
    ),
    ("personArchive", r#"{ "id": "@leaver" }"#),
    (
        "planCreate",
        r#"{ "kind": "REASSIGNMENT", "name": "Even out", "receivers": [{ "personId": "@nora" }] }"#,
    ),
    ("planCancel", r#"{ "id": "@solving" }"#),
    (
        "programmeStart",
        r#"{ "name": "Again", "reason": "Two halves.", "benefit": "Time.", "wayForward": "As before." }"#,
    ),
    (
        "programmeUpdate",
        r#"{ "id": "@programme", "name": "The split" }"#,
    ),
    (
        "reviewDecide",
        r#"{ "id": "@review", "verdict": "KEEP", "note": "It works." }"#,
    ),
    (
        "programmeCancel",
        r#"{ "id": "@programme", "reason": "Not now." }"#,
    ),
    (
        "projectCreate",
        r#"{ "clientId": "@client", "name": "Shop" }"#,
    ),
    (
        "projectLeadDecide",
        r#"{ "id": "@project", "leadMode": "JOINT", "reason": "Both." }"#,
    ),
    (
        "projectSkillsSet",
        r#"{ "projectId": "@project", "skills": [{ "skillId": "@skill", "level": 2 }] }"#,
    ),
    ("projectUpdate", r#"{ "id": "@project", "complexity": 4 }"#),
    ("updatePromptResume", r#"{ "clientId": "@client" }"#),
    (
        "projectStatusSet",
        r#"{ "id": "@project", "status": "BACK_BURNER" }"#,
    ),
    ("projectArchive", r#"{ "id": "@closedProject" }"#),
    (
        "relationshipSet",
        r#"{ "personId": "@person", "clientId": "@client", "pinned": true, "reason": "They asked." }"#,
    ),
    (
        "responsibilityCreate",
        r#"{ "name": "Tea", "side": "CLIENT" }"#,
    ),
    (
        "responsibilityExceptionSet",
        r#"{ "projectId": "@project", "responsibilityId": "@responsibility", "side": "PROJECT",
        "reason": "Here it is so." }"#,
    ),
    (
        "responsibilityUpdate",
        r#"{ "id": "@responsibility", "name": "Calls" }"#,
    ),
    ("responsibilityArchive", r#"{ "id": "@responsibility" }"#),
    ("roleCreate", r#"{ "name": "Writer" }"#),
    ("roleUpdate", r#"{ "id": "@role", "name": "Drawer" }"#),
    ("roleArchive", r#"{ "id": "@spareRole" }"#),
    (
        "scheduleSet",
        r#"{ "personId": "@person", "kind": "CLIENT_UPDATE", "minuteOfDay": 540 }"#,
    ),
    ("sessionRevoke", r#"{ "id": "@session" }"#),
    ("sessionRevokeOthers", r#"{ "personId": "@person" }"#),
    ("skillCreate", r#"{ "name": "Rust" }"#),
    (
        "suppressedAddressLift",
        r#"{ "id": "@suppressed", "reason": "It works again." }"#,
    ),
    (
        "timeOffCreate",
        r#"{ "personId": "@person", "startsOn": "2027-02-01", "endsOn": "2027-02-01" }"#,
    ),
    (
        "timeOffUpdate",
        r#"{ "id": "@timeOff", "minutesPerDay": 60 }"#,
    ),
    ("timeOffDelete", r#"{ "id": "@spareTimeOff" }"#),
    (
        "timeOffsChange",
        r#"{ "items": [{ "update": { "id": "@timeOff", "minutesPerDay": 90 } },
        { "delete": { "id": "@thirdTimeOff" } }] }"#,
    ),
    (
        "updatePromptDismiss",
        r#"{ "clientId": "@dismissed", "reason": "They are on holiday." }"#,
    ),
    ("updatePromptHandOver", r#"{ "clientId": "@handedOver" }"#),
    ("updatePromptSnooze", r#"{ "clientId": "@snoozed" }"#),
    (
        "touchpointLog",
        r#"{ "clientId": "@client", "kind": "CALL" }"#,
    ),
    (
        "webhookCreate",
        r#"{ "url": "https://hooks.example.com/", "events": ["EMAIL_SENT"] }"#,
    ),
    (
        "webhookUpdate",
        r#"{ "id": "@webhook", "events": ["PROJECT_CREATED"] }"#,
    ),
    ("webhookTest", r#"{ "id": "@webhook" }"#),
    ("webhookSecretRotate", r#"{ "id": "@webhook" }"#),
    ("webhookDeliveryReplay", r#"{ "id": "@delivery" }"#),
    ("webhookDelete", r#"{ "id": "@spareWebhook" }"#),
    (
        "workScheduleSet",
        r#"{ "personId": "@person", "effectiveFrom": "2027-03-01", "factorBp": 8000, "mondayMinutes": 400,
        "tuesdayMinutes": 400, "wednesdayMinutes": 400, "thursdayMinutes": 400, "fridayMinutes": 400, "saturdayMinutes": 0,
        "sundayMinutes": 0 }"#,
    ),
    ("workScheduleDelete", r#"{ "id": "@laterWorkSchedule" }"#),
    ("clientArchive", r#"{ "id": "@spareClient" }"#),
];
