#![doc = include_str!("../README.md")]

pub mod blobs;
mod clearance;
pub mod http;
mod relay;
pub mod store;
mod writer;

pub use http::{AppState, Limits, app};
pub use relay::{BackupError, Config, MEDIA_QUOTA, Relay, ServeError, TlsKeyError, back_up, restore};
