#![doc = include_str!("../README.md")]

pub mod member;
pub mod relay;

pub use member::{CallError, MemberCall, MemberEffect, Sent};
pub use relay::{Page, RelayCall, RelayEffect, RelayEvent, Welcome};
