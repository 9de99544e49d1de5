//! Webhooks: what they are told, by whom that is known, and what becomes of it when the receiver, the network or a replica
//! fails. The receivers are real ones.

mod agency;
mod delivery;
mod events;
mod owners;
mod reach;
mod receiver;
mod replicas;
mod secrets;
