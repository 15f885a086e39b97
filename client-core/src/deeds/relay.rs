//! Tell the members where the relay is from now on.

use rusqlite::Connection;
use seal::members::{About, Keyring, seal_text};
use seal::roster::{Roster, RosterError, write};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use wire::RosterAct;
use wire::enrolment::MAX_URL;

use crate::Notebook;
use crate::notebook::{NoProgramme, programme_of};
use crate::store::{StoreError, myself, roster};

/// Why the relay's address was not put on the roster.
#[derive(Debug, Error)]
pub enum RelayError {
    /// There is no programme.
    #[error(transparent)]
    NoProgramme(#[from] NoProgramme),
    /// Only coordinators write the roster.
    #[error("only a coordinator's desk tells members where the relay is; this notebook is not one")]
    NotACoordinator,
    /// The address is none.
    #[error("\"{0}\" is not a relay's address: it begins with http:// or https:// and has no spaces")]
    Address(String),
    /// A key is not one.
    #[error("a relay's key has 64 hexadecimal digits; copy it from where the relay prints it")]
    Key,
    /// The roster does not take it.
    #[error("the relay's address cannot be put on the roster: {0}")]
    Roster(#[from] RosterError),
    /// The notebook cannot be written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Where the relay is, and by which key it is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RelayPlace {
    /// Its address.
    pub url: String,
    /// The hash of its TLS key in hexadecimal, if it has one.
    pub key: Option<String>,
}

impl RelayPlace {
    /// Checks an address and a key that a person gave.
    pub fn new(url: &str, key: Option<&str>) -> Result<Self, RelayError> {
        let url = url.trim();
        let host = url
            .strip_prefix("http://")
            .or_else(|| url.strip_prefix("https://"));
        let host = host.filter(|host| !host.is_empty() && !host.contains(|c: char| c.is_whitespace()));
        if host.is_none() || url.len() > MAX_URL {
            return Err(RelayError::Address(url.to_owned()));
        }
        let key = key
            .map(|key| from_hex(key.trim()).ok_or(RelayError::Key))
            .transpose()?;
        Ok(Self::of(url, key.as_ref()))
    }

    pub(crate) fn of(url: &str, key: Option<&[u8; 32]>) -> Self {
        let hex = |key: &[u8; 32]| key.iter().map(|byte| format!("{byte:02x}")).collect();
        Self {
            url: url.to_owned(),
            key: key.map(hex),
        }
    }

    /// Returns the key's bytes.
    pub(crate) fn key_bytes(&self) -> Option<[u8; 32]> {
        from_hex(self.key.as_deref()?)
    }
}

impl Notebook {
    /// Returns where this node finds the relay.
    pub fn relay(&self) -> Result<RelayPlace, RelayError> {
        let (_, programme) = self.belonging::<RelayError>()?;
        Ok(RelayPlace::of(&programme.relay, programme.relay_key.as_ref()))
    }

    /// Tells every member by roster where the relay is from now on. The entry travels over the old relay or by bundle,
    /// so the old relay must run until every device has synced.
    pub fn tell_relay(&mut self, place: &RelayPlace) -> Result<(), RelayError> {
        let (own, programme) = self.belonging::<RelayError>()?;
        let mut own = own.clone();
        if !self.is_coordinator() {
            return Err(RelayError::NotACoordinator);
        }
        let place = RelayPlace::new(&place.url, place.key.as_deref())?;
        let entry = self.relay_entry(&own, &programme.members_keys, &place);
        own.append(&entry)?;
        self.store.write(|tx| {
            roster::append(tx, &entry)?;
            follow_relay(tx, &own)
        })?;
        self.roster = Some(own);
        Ok(())
    }

    /// Makes the entry that says where the relay is.
    pub(crate) fn relay_entry(
        &mut self,
        own: &Roster,
        keys: &Keyring,
        place: &RelayPlace,
    ) -> wire::RosterEntry {
        let about = About::relay(own.programme(), self.me.member);
        let said = serde_json::json!({ "url": place.url, "key": place.key }).to_string();
        let sealed = seal_text(keys.newest(), &about, &said, &mut self.rng);
        write::next(own, self.me.member, RosterAct::Relay { sealed }, &self.me.sign)
    }
}

/// Returns where the roster says the relay is, if it says so and a key here opens it.
pub(crate) fn relay_of(own: &Roster, keys: &Keyring) -> Option<RelayPlace> {
    let said = own.relay()?;
    let about = About::relay(own.programme(), said.author);
    let text = keys.open_text(&about, &said.sealed).ok()?;
    let place: RelayPlace = serde_json::from_str(&text).ok()?;
    RelayPlace::new(&place.url, place.key.as_deref()).ok()
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
        Some(place) => myself::note_relay(db, &place.url, place.key_bytes().as_ref()),
        None => Ok(()),
    }
}

fn from_hex(text: &str) -> Option<[u8; 32]> {
    let digits: Vec<u8> = text
        .chars()
        .map(|digit| digit.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect::<Option<_>>()?;
    let (pairs, []) = digits.as_chunks::<2>() else {
        return None;
    };
    let bytes: Vec<u8> = pairs.iter().map(|[high, low]| high << 4 | low).collect();
    bytes.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_and_a_key_are_checked_before_members_follow_them() {
        let key = "ab".repeat(32);
        let place = RelayPlace::new(" https://relay.example:8443 ", Some(&key)).unwrap();
        assert_eq!(place.url, "https://relay.example:8443");
        assert_eq!(place.key_bytes(), Some([0xab; 32]));
        for wrong in [
            "relay.example",
            "ftp://relay.example",
            "http://",
            "http://two words",
            "",
        ] {
            assert!(
                matches!(RelayPlace::new(wrong, None), Err(RelayError::Address(_))),
                "{wrong}"
            );
        }
        for wrong in ["", "ab", &"ab".repeat(33), &"zz".repeat(32), &"é".repeat(32)] {
            assert!(
                matches!(
                    RelayPlace::new("http://relay.example", Some(wrong)),
                    Err(RelayError::Key)
                ),
                "{wrong}"
            );
        }
    }
}
