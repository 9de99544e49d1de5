//! Who gets which mail when: by a clock that moves when told to. Each sentence of domain.md §6 has its story:
//!
//! | sentence | story |
//! | --- | --- |
//! | weekly summary, Monday 08:00 local: each PM the own book, the owner the agency | `demo_week::each_manager_gets_one_of_each_and_the_owner_the_agency`, `calendar::eight_o_clock_stays_eight_o_clock_when_the_clocks_change` |
//! | update prompt to the accountable AM, one mail a day with all of it | `responsibility::a_new_account_manager_is_prompted_from_then_on_and_no_client_twice_a_week`, `outreach` |
//! | the PM of a PRODUCTION_LED project is asked for facts beside it | `responsibility::the_production_manager_of_a_production_led_project_is_asked_for_facts` |
//! | overdue after 3 working days: the owner, the AM in copy | `overdue` |
//! | outreach inside the update prompt | `outreach` |
//! | a kick-off undecided: AM, PM and owner | `notices::a_kick_off_nobody_decided_is_told_to_both_sides_and_the_owner` |
//! | a handover's step: from- or to-person, the day it is due | `notices::a_handover_s_next_step_stands_in_its_owner_s_mail_once_a_week` |
//! | a client letter, approved by two | `letters::delivery`, `letters::approvals` |
//! | six-month review, on its due date | `reviews` |
//! | absent the whole day, not a holiday | `stand_ins::a_day_with_a_minute_left_is_no_absence`, `calendar::a_holiday_moves_one_manager_s_mails_to_tuesday` |
//! | delegate on the time off, standing delegate, strongest relationship from 40 on, owner | `stand_ins::a_prompt_goes_down_the_chain_of_stand_ins`, `stand_ins::whoever_has_left_stands_in_for_nobody`, `stand_ins::two_who_stand_in_for_each_other_and_are_both_away_leave_it_to_the_next` |
//! | nobody: a visible UNROUTABLE, never everybody | `stand_ins::nobody_left_is_a_visible_failure_and_never_everybody` |
//! | a handover: outgoing until SHADOWING, both during it, incoming from TRANSFERRED | `shadowing::prompts_follow_the_stage_of_a_handover` |
//! | Monday a holiday: the next working day of the week | `calendar::a_holiday_moves_one_manager_s_mails_to_tuesday` |
//! | absent all week: the delegate's mail says "covering for" | `stand_ins::a_delegate_s_own_summary_covers_the_absent` |
//! | nothing to say: no mail, SKIPPED_EMPTY | `demo_week::nothing_to_say_is_no_mail_and_says_so` |
//! | whoever left gets nothing (R7) | `responsibility::whoever_left_gets_nothing` and the two after it |
//! | a suppressed address gets nothing, and the owner is told | `bounces::suppressed` |

mod calendar;
mod changed_times;
mod demo_week;
mod late;
mod mended;
mod notices;
mod outreach;
mod overdue;
mod requests;
mod responsibility;
pub(crate) mod reviews;
mod shadowing;
mod spam;
mod stand_ins;
mod weeks;
