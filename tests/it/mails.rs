//! Who gets which mail when: by a clock that moves when told to.

mod calendar;
mod demo_week;
mod late;
mod mended;
mod responsibility;
mod stand_ins;
