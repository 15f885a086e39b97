#![doc = include_str!("../README.md")]

pub mod chain;
pub mod enrol;
pub mod grant;
pub mod keys;
pub mod members;
pub mod part;
pub mod passphrase;
pub mod payload;
pub mod roster;
pub mod sign;
pub mod to_key;
pub mod verify;
pub mod write;
