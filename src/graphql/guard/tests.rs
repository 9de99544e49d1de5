//! The guard as a whole.
use super::*;
