//! Stories, told through the public door on both databases.

mod cluster;
mod demo;
mod documentation;
mod support;
