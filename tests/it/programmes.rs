//! The agency's move to the split: how far it is, when it is done, and the look back.

mod agency;
mod planned;
mod progress;
mod reviews;
mod texts;
