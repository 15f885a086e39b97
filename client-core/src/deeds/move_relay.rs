//! Move to another relay address, or learn the key of the relay's TLS.

use crate::Notebook;
use crate::notebook::NoProgramme;
use crate::relay_address::{RelayAddress, RelayAddressError};
use crate::store::{StoreError, myself};

use thiserror::Error;

/// Why this node does not call another relay.
#[derive(Debug, Error)]
pub enum MoveRelayError {
    /// There is no programme.
    #[error(transparent)]
    NoProgramme(#[from] NoProgramme),
    /// The relay cannot be called there.
    #[error(transparent)]
    Address(#[from] RelayAddressError),
    /// The notebook cannot be written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Notebook {
    /// Calls the relay at this address from now on, and trusts the key it names and no other.
    pub fn move_relay(&mut self, relay: &RelayAddress) -> Result<(), MoveRelayError> {
        relay.way()?;
        self.belonging::<MoveRelayError>()?;
        Ok(self.store.write(|tx| myself::note_relay(tx, relay))?)
    }

    /// Returns where this node calls its relay, and by which key it knows it.
    pub fn relay(&self) -> Result<RelayAddress, MoveRelayError> {
        Ok(self.belonging::<MoveRelayError>()?.1.relay)
    }
}
