//! Mails: their data, their templates, and how they leave.

pub mod action_link;
pub mod bounces;
pub mod capacity_summary;
pub mod client_letter;
pub mod client_update;
pub mod compose;
mod connection;
pub mod figures;
pub mod format;
pub mod frame;
mod hold;
pub mod line;
pub mod mail_folder;
pub mod mail_transport;
pub mod mailer;
pub mod memory;
pub mod message;
pub mod outbox;
pub mod outcome;
mod plain;
mod redaction;
pub mod return_path;
mod route;
mod rows;
pub mod session;
pub mod sign_in;
pub mod six_month_review;
pub mod status_code;
pub mod stop_link;
mod subject;
pub mod test_mail;
#[cfg(test)]
mod tests;
mod wire;
