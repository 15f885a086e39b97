#![doc = include_str!("../README.md")]

pub mod blobs;
mod brought;
mod clearance;
pub mod http;
mod relay;
pub mod store;
mod writer;

pub use http::{AppState, Bounds, Limits, app};
pub use relay::{
    BackupError, CarryError, CarryReport, Config, MEDIA_QUOTA, Relay, ServeError, TlsKeyError, back_up,
    export_bundle, import_bundle, restore,
};
