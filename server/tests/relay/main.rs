//! What a relay promises: the same from every store, and over HTTP.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops where something is missing"
)]

mod connections;
mod http;
mod members;
mod old_relays;
mod restored;
mod stores;
