//! Links in mails: each does one thing, once, and nobody is signed in by it.

mod agency;
mod answers;
mod api;
mod handing_over;
mod mails;
mod overtaken;
mod owners;
mod safety;
