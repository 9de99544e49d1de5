//! People, the hours they work, the days they do not, and what they can do.

mod agency;
mod entries;
mod leaving;
mod skills;
mod working_time;
