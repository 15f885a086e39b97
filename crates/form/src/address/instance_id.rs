//! The id of a repeat instance.

use std::fmt;
use std::str::FromStr;

use rand::Rng;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::AddressError;

/// The id of one instance of a repeat, such as one member of a household. A random UUID.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct InstanceId(Uuid);

impl InstanceId {
    /// Makes the id of a new instance.
    pub fn make(rng: &mut (impl Rng + ?Sized)) -> Self {
        let mut bytes = [0; 16];
        rng.fill_bytes(&mut bytes);
        InstanceId(uuid::Builder::from_random_bytes(bytes).into_uuid())
    }

    /// Returns the instance that has this UUID.
    pub fn from_uuid(uuid: Uuid) -> Self {
        InstanceId(uuid)
    }

    /// Returns the id as a UUID.
    pub fn as_uuid(&self) -> Uuid {
        self.0
    }
}

impl FromStr for InstanceId {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        // Only the hyphenated form: one instance has one name.
        let uuid = Uuid::try_parse(text).map_err(|_| AddressError::NoInstanceId(text.to_owned()))?;
        if uuid.hyphenated().to_string() != text {
            return Err(AddressError::NoInstanceId(text.to_owned()));
        }
        Ok(InstanceId(uuid))
    }
}

impl fmt::Display for InstanceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

impl fmt::Debug for InstanceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}
