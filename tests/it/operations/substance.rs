//! What an answer must say on the demo agency: figures, names and states, not only that there is one.

use serde_json::{Value, json};

/// Where to look in the data of an operation, and what must stand there.
///
/// # Panics
/// When nothing is expected of the operation.
pub(super) fn substance(operation: &str) -> Value {
    looked_at(operation)
        .or_else(|| planned(operation))
        .or_else(|| changed(operation))
        .unwrap_or_else(|| panic!("nothing is expected of {operation}"))
}

/// The agency as it is: fourteen clients, and two managers who each do both jobs and are full (10000 bp).
fn looked_at(operation: &str) -> Option<Value> {
    Some(match operation {
        "Board" => json!({
            "/clients/totalCount": 14,
            "/clients/pageInfo/hasNextPage": true,
            "/clients/edges/8/node/name": "Quillmere Bakery",
            "/clients/edges/8/node/projects/totalCount": 3,
            "/clients/edges/8/node/projects/nodes/0/name": "Online ordering",
            "/clients/edges/8/node/projects/nodes/0/accountable/0/side": "CLIENT",
            "/clients/edges/8/node/projects/nodes/0/accountable/1/person/name": "Dana Okafor",
        }),
        "TeamCapacity" => json!({
            "/teamCapacity/total/availabilityMinutes": 14_760,
            "/teamCapacity/total/load/confirmedBp": 8_196,
            "/teamCapacity/total/band": "HEALTHY",
            "/teamCapacity/people/totalCount": 11,
            "/teamCapacity/people/edges/2/node/person/name": "Dana Okafor",
            "/teamCapacity/people/edges/2/node/capacity/clientSideMinutes": 960,
            "/teamCapacity/people/edges/2/node/capacity/projectSideMinutes": 840,
            "/teamCapacity/people/edges/2/node/capacity/load/confirmedBp": 10_000,
            "/teamCapacity/people/edges/2/node/capacity/roleMixBp": 9_333,
        }),
        // All of his week is time off, and somebody stands in.
        "PersonWeek" => json!({
            "/person/name": "Jonas Brandt",
            "/person/holidayCalendar/name": "Germany (Berlin)",
            "/person/timeOff/0/delegate/name": "Ines Keller",
            "/person/capacity/0/scheduledMinutes": 2_400,
            "/person/capacity/0/timeOffMinutes": 2_400,
            "/person/capacity/0/availabilityMinutes": 0,
            "/person/capacity/0/band": null,
            "/person/capacity/0/explain/0/because/0": "Scheduled 2400 min",
        }),
        "MyDay" => json!({
            "/viewer/name": "Dana Okafor",
            "/viewer/book/activeProjects": 6,
            "/viewer/book/backBurnerProjects": 12,
            "/viewer/book/projects/0/clientSide": true,
            "/viewer/schedules/1/kind": "CLIENT_UPDATE",
            "/updatesDue/nodes/0/client/name": "St Orrin's Choir School",
            "/updatesDue/nodes/0/overdue": true,
        }),
        "Inventory" => json!({
            "/inventory/totalCount": 36,
            "/inventory/edges/0/node/clientName": "Brackenholt Brewery",
            "/inventory/edges/0/node/projectName": "Subscription box",
            "/inventory/edges/0/node/clientMinutes": 130,
            "/inventory/edges/0/node/projectMinutes": 120,
            "/inventory/edges/0/node/projectSide/personName": "Sam Ellery",
            "/inventory/edges/35/node/clientName": "Wexmoor Housing Trust",
        }),
        "Search" => json!({
            "/projects/totalCount": 4,
            "/projects/pageInfo/hasNextPage": true,
            "/projects/nodes/0/name": "Admissions site",
            "/projects/nodes/1/client/name": "Tidewick Museum",
            "/clients/totalCount": 0,
        }),
        "Nodes" => json!({
            "/nodes/0/__typename": "Client",
            "/nodes/0/accountable/0/person/name": "Dana Okafor",
            "/nodes/1/name": "Online ordering",
            "/nodes/2/client/name": "Quillmere Bakery",
            "/nodes/3/access": "MANAGER",
            "/nodes/4/name": "Testing",
        }),
        "Responsibilities" => json!({
            "/responsibilities/0/side": "CLIENT",
            "/responsibilities/10/name": "Testing and QA",
            "/responsibilities/13/side": "PROJECT",
            "/roles/2/side": "BOTH",
        }),
        "Mails" => json!({
            "/emails/totalCount": 4,
            "/emails/edges/0/node/kind": "CLIENT_UPDATE",
            "/emails/edges/0/node/state": "SENT",
            "/emails/edges/0/node/subject": "3 client updates due: Wexmoor Housing Trust, +2",
            "/emails/edges/0/node/timeline/0/what": "PLANNED",
            "/emails/edges/0/node/timeline/3/what": "SENT",
        }),
        "ClientRequests" => json!({
            "/clientRequests/totalCount": 1,
            "/clientRequests/edges/0/node/state": "OBJECTED",
            "/clientRequests/edges/0/node/raisedBy/name": "Dana Okafor",
            "/clientRequests/edges/0/node/answeredBy/name": "Eleanor Voss",
        }),
        "ClientPage" => json!({
            "/client/name": "Quillmere Bakery",
            "/client/accountable/0/person/name": "Dana Okafor",
            "/client/contacts/0/isPrimary": true,
            "/client/recommendation/delta": 15,
            "/client/relationships/nodes/0/warmth": "STRONG",
            "/client/touchpoints/totalCount": 53,
            "/client/touchpoints/nodes/0/kind": "CALL",
            "/client/requests/nodes/0/title": "Gift vouchers before Christmas",
            "/client/history/nodes/0/by": "Eleanor Voss",
            "/client/history/nodes/0/fields": [{ "name": "cadenceDays", "before": "14", "after": "7" }],
        }),
        "ProjectPage" => json!({
            "/project/client/name": "Quillmere Bakery",
            "/project/leadMode": "ACCOUNT_LED",
            "/project/recommendation/accountNeed": 65,
            "/project/recommendation/productionNeed": 36,
            "/project/responsibilities/10/side": "CLIENT",
            "/project/bookings/totalCount": 2,
            "/project/bookings/nodes/0/person/name": "Priya Raman",
            "/project/contactCard/people/0/email": "dana@halyard.example",
        }),
        "Settings" => json!({
            "/holidayCalendars/0/name": "England and Wales",
            "/holidayCalendars/0/holidays/0/offBp": 5_000,
            "/roles/0/name": "Account manager",
            "/skills/0/name": "Accessibility",
            "/suppressedAddresses/totalCount": 0,
        }),
        _ => return None,
    })
}

/// What could be, and what will be.
fn planned(operation: &str) -> Option<Value> {
    Some(match operation {
        "LeadDecisions" => json!({
            "/projects/totalCount": 12,
            "/projects/edges/0/node/recommendation/delta": -6,
            "/projects/edges/0/node/recommendation/factors/0/hundredths": 2_000,
            "/projects/edges/1/node/recommendation/leadMode": "PRODUCTION_LED",
        }),
        // Both managers are full, and a day off of that week is known already.
        "WhatIf" => json!({
            "/simulate/people/nodes/0/name": "Sam Ellery",
            "/simulate/people/nodes/0/weeks/1/before/load/confirmedBp": 11_111,
            "/simulate/people/nodes/0/weeks/1/after/availabilityMinutes": 0,
            "/simulate/becomesOver/0/after": "UNAVAILABLE",
            "/canAccept/verdict": "NO",
        }),
        "PlanCreate" => json!({ "/planCreate/plan/name": "Split Dana and Sam" }),
        // What launches within four weeks stays.
        "Plan" => json!({
            "/plan/state": "READY",
            "/plan/outcome/proven": true,
            "/plan/outcome/moves/totalCount": 28,
            "/plan/outcome/kept/totalCount": 16,
            "/plan/outcome/kept/nodes/0/reasons/0": "Subscription box launches on 2026-12-15.",
            "/plan/outcome/people/0/before/utilisationBp": 10_000,
            "/plan/outcome/people/0/before/roleMixBp": 9_333,
        }),
        "HandoverCreate" => json!({
            "/handoverCreate/handover/stage": "PLANNED",
            "/handoverCreate/handover/steps/4/stage": "CONFIRMED",
            "/handoverCreate/handover/steps/0/owner/name": "Dana Okafor",
        }),
        "HandoverAdvance" => json!({
            "/handoverAdvance/handover/stage": "ANNOUNCED",
            "/handoverAdvance/handover/points": 30,
            "/handoverAdvance/handover/steps/0/reachedBy/name": "Dana Okafor",
            "/handoverAdvance/handover/nextStep/stage": "INTRODUCED",
        }),
        "Handovers" => json!({
            "/handovers/totalCount": 1,
            "/handovers/edges/0/node/client/name": "Tidewick Museum",
            "/handovers/edges/0/node/toPerson/name": "Sam Ellery",
            "/handovers/edges/0/node/version": 2,
        }),
        "MailForecast" => json!({
            "/emailForecast/nodes/0/skippedAs": "SKIPPED_EMPTY",
            "/emailForecast/nodes/1/localOn": "2026-11-25",
            "/emailForecast/nodes/1/subject": "1 client update overdue: Pedlar's Lane Bicycles",
            "/emailForecast/nodes/1/recipient/name": "Dana Okafor",
        }),
        _ => return None,
    })
}

/// What a mutation changed.
fn changed(operation: &str) -> Option<Value> {
    Some(match operation {
        "ResponsibilityExceptionSet" => json!({
            "/responsibilityExceptionSet/exception/side": "CLIENT",
            "/responsibilityExceptionSet/exception/fromOn": "2026-11-23",
            "/responsibilityExceptionSet/exception/responsibility/name": "Testing and QA",
        }),
        "ProjectLeadDecide" => json!({
            "/projectLeadDecide/project/version": 2,
            "/projectLeadDecide/project/decision/leadMode": "ACCOUNT_LED",
            "/projectLeadDecide/project/decision/decidedBy/name": "Eleanor Voss",
        }),
        "BookingCreate" => json!({
            "/bookingCreate/booking/status": "TENTATIVE",
            "/bookingCreate/booking/person/name": "Priya Raman",
        }),
        "BookingUpdate" => json!({
            "/bookingUpdate/booking/status": "CONFIRMED",
            "/bookingUpdate/booking/version": 2,
            "/bookingUpdate/booking/value": 120,
        }),
        "TimeOffCreate" => json!({
            "/timeOffCreate/timeOff/person/name": "Dana Okafor",
            "/timeOffCreate/timeOff/delegate/name": "Sam Ellery",
        }),
        "ClientRequestRaise" => json!({
            "/clientRequestRaise/clientRequest/state": "RAISED",
            "/clientRequestRaise/clientRequest/lateOn": "2026-11-25",
            "/clientRequestRaise/clientRequest/mustAnswer/name": "Dana Okafor",
        }),
        "ClientRequestObject" => json!({
            "/clientRequestObject/clientRequest/state": "OBJECTED",
            "/clientRequestObject/clientRequest/answeredBy/name": "Eleanor Voss",
            "/clientRequestObject/clientRequest/against/overMinutes": 0,
        }),
        "TouchpointLog" => json!({
            "/touchpointLog/touchpoint/occurredOn": "2026-11-23",
            "/touchpointLog/touchpoint/contact/name": "Nell Hathersage",
        }),
        "ClientUpdate" => json!({
            "/clientUpdate/client/version": 2,
            "/clientUpdate/client/cadenceDays": 7,
            "/clientUpdate/client/communication": 3,
        }),
        "ScheduleSet" => json!({
            "/scheduleSet/schedule/minuteOfDay": 510,
            "/scheduleSet/schedule/person/name": "Dana Okafor",
            "/scheduleSet/schedule/nextDueAt": "2026-11-23T08:30:00Z",
        }),
        _ => return None,
    })
}
