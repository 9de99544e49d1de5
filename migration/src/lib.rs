//! Meridian's tables, one file a change, the same on SQLite and PostgreSQL.
