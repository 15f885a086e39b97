#![doc = include_str!("../README.md")]

mod backoff;
mod compartments;
pub mod deeds;
#[cfg(feature = "ffi")]
pub mod ffi;
mod file_letter;
mod filling;
mod form_letter;
mod home;
mod import;
mod link;
mod merging;
mod notebook;
mod payload;
mod pen;
mod people;
mod relay_address;
mod shelf;
mod store;
mod surroundings;
mod tables;
mod time;

#[cfg(feature = "ffi")]
uniffi::setup_scaffolding!();

pub use backoff::Backoff;
pub use compartments::Compartments;
pub use home::HomeError;
pub use link::peer::{PeerCall, PeerLinkError, PeerListener};
pub use link::{HttpLink, Link, LinkError, LinkTimeouts, SYNC_PATH};
pub use merging::{MergeWorker, WorkerError, serve_merges, serve_merges_on};
pub use notebook::{NoProgramme, Notebook, OpenError, SHORTEST_PASSPHRASE};
pub use record::{Record, consent};
pub use relay_address::{RelayAddress, RelayAddressError};
pub use seal::enrol::RequestError;
pub use seal::passphrase::Cost;
pub use store::StoreError;
pub use store::audit::AuditBreak;
pub use store::records::RecordStatus;
pub use surroundings::{Clock, Surroundings, SystemClock};
pub use tables::code_verifier;
