//! HTTP: router, authentication, limits, health.
