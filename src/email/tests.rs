//! Both mails as they leave: what they say, that HTML and text agree, and what they do with hostile or too much
//! data.

mod contrast;
mod crowded;
mod hostile;
mod parity;
mod review_sample;
mod samples;
mod size;
mod snapshots;
mod subjects;
