//! Links in mails: each does one thing, once, and nobody is signed in by it.

mod agency;
mod answers;
mod api;
mod handing_over;
mod haste;
mod mails;
mod overtaken;
mod owners;
mod safety;
