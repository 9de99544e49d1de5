//! What mail servers say of mails and addresses: while a mail is handed over, and after they took it.

mod post_office;
mod reading;
mod refusals;
mod return_path;
mod suppressed;
