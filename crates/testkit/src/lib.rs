#![doc = include_str!("../README.md")]

mod clock;
mod field;
mod tap;

pub use clock::FieldClock;
pub use field::{Field, FieldError};
pub use tap::{Tap, Traffic};
