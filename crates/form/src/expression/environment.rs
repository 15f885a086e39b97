//! What an expression is evaluated against.

use std::cell::RefCell;
use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rand::rngs::ChaCha8Rng;
use rand::{Rng, SeedableRng};

use crate::address::Address;
use crate::answers::Answers;
use crate::model::{Choice, Form};
use crate::table::Attachments;
use crate::value::Value;

/// Where an expression stands, and what it may look at.
#[derive(Clone)]
pub struct Context<'a> {
    /// The form.
    pub form: &'a Form,
    /// The answers of one record.
    pub answers: &'a dyn Answers,
    /// What the expression belongs to: a question, group or repeat instance, or the record.
    pub at: &'a Address,
    /// The answer at `at` while it is checked; `None` takes the one that is in `answers`.
    pub this: Option<Value>,
    /// In a choice filter the choice in question: plain names are then columns of its row.
    pub choice: Option<&'a Choice>,
    /// The clock, chance and the device.
    pub env: &'a Environment,
}

/// Checks signatures.
pub trait Verifier {
    /// Says whether `signature` is an Ed25519 signature of `message` by the owner of `key`.
    fn verify(&self, key: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> bool;
}

/// The surroundings of an interview: the clock, chance, and what is known about the device.
pub struct Environment {
    /// The time it is.
    pub now: Timestamp,
    /// Where days begin.
    pub tz: TimeZone,
    /// The language for labels; the form's default language if it is empty or unknown.
    pub language: String,
    /// The device's id; may be empty, as may be the rest.
    pub device_id: String,
    /// The field worker's name.
    pub username: String,
    /// The field worker's e-mail address.
    pub email: String,
    /// The device's phone number.
    pub phone_number: String,
    /// The tables that came with the form.
    pub attachments: Option<Arc<dyn Attachments + Send + Sync>>,
    /// The record of the same form that was saved last on this device, for `${last-saved#name}`.
    pub last_saved: Option<Arc<dyn Answers + Send + Sync>>,
    /// What checks signatures for `extract-signed`.
    pub verifier: Option<Arc<dyn Verifier + Send + Sync>>,
    rng: RefCell<ChaCha8Rng>,
}

impl Environment {
    /// Returns surroundings in which nothing is known about the device. The same `seed` gives the
    /// same chance.
    pub fn new(now: Timestamp, tz: TimeZone, seed: u64) -> Self {
        Environment {
            now,
            tz,
            language: String::new(),
            device_id: String::new(),
            username: String::new(),
            email: String::new(),
            phone_number: String::new(),
            attachments: None,
            last_saved: None,
            verifier: None,
            rng: RefCell::new(ChaCha8Rng::seed_from_u64(seed)),
        }
    }

    /// Returns 16 random bytes.
    pub(crate) fn chance(&self) -> [u8; 16] {
        let mut bytes = [0; 16];
        self.rng.borrow_mut().fill_bytes(&mut bytes);
        bytes
    }

    /// Returns a random number from 0 up to, but not including, 1.
    pub(super) fn fraction(&self) -> f64 {
        // 53 bits are what a number holds.
        (u128::from_le_bytes(self.chance()) >> 75) as f64 / (1_u64 << 53) as f64
    }
}

/// Shows the time only: the rest tells who asks.
impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Environment")
            .field("now", &self.now)
            .finish_non_exhaustive()
    }
}
