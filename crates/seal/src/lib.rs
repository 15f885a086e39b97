#![doc = include_str!("../README.md")]

#[cfg(all(feature = "null-cipher", not(debug_assertions)))]
compile_error!("null-cipher is for tests: nothing that is released may be built with it");

pub mod assignment;
pub mod audit;
pub mod book;
pub mod chain;
pub mod enrol;
pub mod fresh_keys;
pub mod grant;
pub mod handover;
pub mod keys;
pub mod members;
pub mod offer;
pub mod part;
pub mod passphrase;
pub mod payload;
pub mod receipt;
pub mod recovery;
pub mod roster;
pub mod sign;
pub mod to_key;
pub mod verify;
pub mod words;
pub mod write;
