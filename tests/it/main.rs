//! Stories, told through the public door on both databases.
