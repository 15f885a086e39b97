//! Tell the members where the relay is from now on.

use rusqlite::Connection;
use seal::members::{About, Keyring, seal_text};
use seal::roster::{Roster, RosterError, write};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use wire::RosterAct;
use wire::enrolment::MAX_URL;

use crate::Notebook;
use crate::import::roster::TakeError;
use crate::notebook::{NoProgramme, programme_of};
use crate::relay_address::{RelayAddress, RelayAddressError};
use crate::store::{StoreError, myself};

/// Why the relay's address was not put on the roster.
#[derive(Debug, Error)]
pub enum RelayError {
    /// There is no programme.
    #[error(transparent)]
    NoProgramme(#[from] NoProgramme),
    /// Only coordinators write the roster.
    #[error("only a coordinator's desk tells members where the relay is; this notebook is not one")]
    NotACoordinator,
    /// The relay cannot be called there.
    #[error(transparent)]
    Way(#[from] RelayAddressError),
    /// The address is none.
    #[error("\"{0}\" is not a relay's address: it has spaces in it, or is too long")]
    Address(String),
    /// The roster does not take it.
    #[error("the relay's address cannot be put on the roster: {0}")]
    Roster(#[from] RosterError),
    /// The notebook cannot be written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Where the roster says the relay is, and by which key it is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SaidRelay {
    /// Its address.
    pub url: String,
    /// The hash of its TLS key in hexadecimal, if it has one.
    pub key: Option<String>,
}

impl From<&RelayAddress> for SaidRelay {
    fn from(address: &RelayAddress) -> Self {
        Self {
            url: address.url.clone(),
            key: address.key.map(|key| key.to_string()),
        }
    }
}

impl Notebook {
    /// Tells every member by roster where the relay is from now on. The entry travels over the old relay or by bundle,
    /// so the old relay must run until every device has synced.
    pub fn tell_relay(&mut self, address: &RelayAddress) -> Result<(), RelayError> {
        let (own, programme) = self.belonging::<RelayError>()?;
        let mut own = own.clone();
        if !self.is_coordinator() {
            return Err(RelayError::NotACoordinator);
        }
        check(address)?;
        let entry = self.relay_entry(&own, &programme.members_keys, address);
        Ok(self.take_own(&mut own, &[entry])?)
    }

    /// Makes the entry that says where the relay is.
    pub(crate) fn relay_entry(
        &mut self,
        own: &Roster,
        keys: &Keyring,
        address: &RelayAddress,
    ) -> wire::RosterEntry {
        let about = About::relay(own.programme(), self.me.member);
        let SaidRelay { url, key } = address.into();
        let said = serde_json::json!({ "url": url, "key": key }).to_string();
        let sealed = seal_text(keys.newest(), &about, &said, &mut self.rng);
        write::next(own, self.me.member, RosterAct::Relay { sealed }, &self.me.sign)
    }
}

/// Returns where the roster says the relay is, if it says so and a key here opens it.
pub(crate) fn relay_of(own: &Roster, keys: &Keyring) -> Option<RelayAddress> {
    let said = own.relay()?;
    let about = About::relay(own.programme(), said.author);
    let text = keys.open_text(&about, &said.sealed).ok()?;
    let said: SaidRelay = serde_json::from_str(&text).ok()?;
    let address = RelayAddress {
        key: said.key.map(|key| key.parse()).transpose().ok()?,
        ..RelayAddress::without_key(&said.url)
    };
    check(&address).is_ok().then_some(address)
}

/// Checks that members can call the address.
fn check(address: &RelayAddress) -> Result<(), RelayError> {
    address.way()?;
    let plain = |c: char| !c.is_whitespace() && !c.is_control();
    match address.url.len() <= MAX_URL && address.url.chars().all(plain) {
        true => Ok(()),
        false => Err(RelayError::Address(address.url.clone())),
    }
}

/// Returns whether an entry may say where the relay is, or bring the key that opens what an earlier one said.
pub(crate) fn may_move_relay(act: &RosterAct) -> bool {
    matches!(
        act,
        RosterAct::Relay { .. } | RosterAct::MembersKey { .. } | RosterAct::Join { .. }
    )
}

/// Takes over the relay's address and key, as the roster's last word on them says.
pub(crate) fn follow_relay(db: &Connection, own: &Roster) -> Result<(), StoreError> {
    match relay_of(own, &programme_of(db)?.members_keys) {
        Some(address) => myself::note_relay(db, &address),
        None => Ok(()),
    }
}

impl From<TakeError> for RelayError {
    fn from(error: TakeError) -> Self {
        match error {
            TakeError::Roster(error) => Self::Roster(error),
            TakeError::Store(error) => Self::Store(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_checked_before_members_follow_it() {
        let key = wire::RelayKey([0xab; 32]);
        assert!(check(&RelayAddress::with_key("https://relay.example:8443", key)).is_ok());
        assert!(check(&RelayAddress::without_key("http://relay.example")).is_ok());
        for wrong in [
            "relay.example",
            "ftp://relay.example",
            "https://relay.example",
            "",
        ] {
            let refused = check(&RelayAddress::without_key(wrong));
            assert!(matches!(refused, Err(RelayError::Way(_))), "{wrong}");
        }
        let long = format!("http://{}", "a".repeat(MAX_URL));
        for wrong in ["http://two words", "http://line\nbreak", &long] {
            let refused = check(&RelayAddress::without_key(wrong));
            assert!(matches!(refused, Err(RelayError::Address(_))), "{wrong}");
        }
    }
}
