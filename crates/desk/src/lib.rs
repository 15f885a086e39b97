//! The coordinator's desk: a web console on loopback, and exports.
