//! Who gets which mail when: by a clock that moves when told to.

mod calendar;
mod changed_times;
mod demo_week;
mod late;
mod mended;
mod notices;
mod requests;
mod responsibility;
mod reviews;
mod shadowing;
mod spam;
mod stand_ins;
mod weeks;
