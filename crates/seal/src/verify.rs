//! What a relay may use: from *signed* to *verified*, and nothing that opens anything.

pub mod envelope;
pub mod freshness;
pub mod request;
