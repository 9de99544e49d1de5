//! Mails: their data, their templates, and how they leave.

pub mod capacity_summary;
pub mod client_update;
pub mod compose;
pub mod figures;
pub mod format;
pub mod frame;
pub mod line;
mod plain;
mod rows;
mod subject;
#[cfg(test)]
mod tests;
