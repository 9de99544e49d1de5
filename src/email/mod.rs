//! Mails: their data, their templates, and how they leave.
