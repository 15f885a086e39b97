//! The attacks that were thought through beforehand, each with the end it must have. `docs/attacks.md` lists all of
//! them, also those whose test stands elsewhere.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops where something is missing"
)]

mod authority;
mod forgery;
mod ground;
mod input;
mod liar;
mod list;
mod privacy;
mod seizure;
mod server_malice;
mod visits;
mod web;
