#![doc = include_str!("../README.md")]

mod clearance;
pub mod http;
mod relay;
pub mod store;
mod writer;

pub use http::{AppState, Limits, app};
pub use relay::{Config, Relay, ServeError, TlsKeyError};
