use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::domain::availability::tests::{
    MONDAY, any_day, any_working_time, away, holiday, office_hours,
};

fn contacted(on: Date) -> LastContact {
    LastContact {
        contacted_on: Some(on),
        kicked_off_on: None,
        client_since: date(2020, 1, 1),
    }
}

fn due(last: &LastContact, cadence_days: i64, person: &WorkingTime) -> Due {
    update_due(
        &CadenceConstants::default(),
        last,
        cadence_days,
        Some(person),
    )
}

#[test]
fn an_update_is_due_on_a_working_day_and_overdue_three_later() {
    let friday = date(2026, 11, 27);
    let person = office_hours(vec![], &[]);
    assert_eq!(
        due(&contacted(MONDAY), 4, &person),
        Due {
            due_on: friday,
            overdue_on: date(2026, 12, 2),
        }
    );
}

#[test]
fn a_due_day_off_moves_to_the_next_working_day() {
    let next_monday = date(2026, 11, 30);
    let person = office_hours(vec![holiday(next_monday, 10_000)], &[]);
    assert_eq!(
        due(&contacted(MONDAY), 5, &person).due_on,
        date(2026, 12, 1)
    );
}

#[test]
fn time_off_does_not_move_it_because_a_delegate_is_asked() {
    let person = office_hours(vec![], &[away(MONDAY, date(2026, 12, 31), None)]);
    assert_eq!(
        due(&contacted(MONDAY), 7, &person).due_on,
        date(2026, 11, 30)
    );
}

#[test]
fn never_contacted_runs_from_the_kick_off_else_from_the_client_s_start() {
    let person = office_hours(vec![], &[]);
    let kicked_off = LastContact {
        contacted_on: None,
        kicked_off_on: Some(MONDAY),
        client_since: date(2026, 1, 5),
    };
    assert_eq!(due(&kicked_off, 7, &person).due_on, date(2026, 11, 30));
    let never = LastContact {
        kicked_off_on: None,
        ..kicked_off
    };
    assert_eq!(due(&never, 7, &person).due_on, date(2026, 1, 12));
}

#[test]
fn with_nobody_accountable_the_day_itself_stands() {
    let constants = CadenceConstants::default();
    let expected = Due {
        due_on: date(2026, 11, 28),
        overdue_on: date(2026, 12, 1),
    };
    assert_eq!(
        update_due(&constants, &contacted(MONDAY), 5, None),
        expected
    );
    let never_works = WorkingTime::new(MONDAY, None, vec![], vec![], &[]);
    assert_eq!(due(&contacted(MONDAY), 5, &never_works), expected);
}

#[test]
fn a_due_day_is_ahead_then_due_then_overdue() {
    let due = Due {
        due_on: date(2026, 11, 27),
        overdue_on: date(2026, 12, 2),
    };
    let states = [(2026, 11, 26), (2026, 11, 27), (2026, 12, 1), (2026, 12, 2)];
    assert_eq!(
        states.map(|(year, month, day)| due.state(date(year, month, day))),
        [
            DueState::Ahead,
            DueState::Due,
            DueState::Due,
            DueState::Overdue
        ]
    );
}

#[test]
fn four_kinds_of_touchpoint_count_as_an_update() {
    use TouchpointKind::*;
    let counting =
        [Kickoff, Update, Call, Meeting, Email, ReachOut].map(TouchpointKind::counts_as_update);
    assert_eq!(counting, [true, true, true, true, false, false]);
}

#[test]
fn outreach_follows_the_liveliest_project() {
    use ProjectStatus::*;
    let days = |statuses: &[ProjectStatus]| {
        outreach_days(&CadenceConstants::default(), statuses.iter().copied())
    };
    assert_eq!(days(&[BackBurner, Active, Completed]), Some(30));
    assert_eq!(days(&[BackBurner, Proposed]), Some(90));
    assert_eq!(days(&[Completed, Cancelled, Proposed]), None);
}

proptest! {
    #[test]
    fn due_days_are_working_days_and_never_early(person in any_working_time(), last in any_day(), cadence in 1_i64..60) {
        let due = due(&contacted(last), cadence, &person);
        prop_assert!(due.due_on >= plus_days(last, cadence));
        prop_assert!(due.overdue_on > due.due_on);
        if person.next_working_day(plus_days(last, cadence)).is_some() {
            prop_assert!(person.is_working_day(due.due_on));
        }
    }
}
