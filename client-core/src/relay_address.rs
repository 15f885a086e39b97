//! Where the relay is, and by which key it is known.

use std::fmt;
use std::net::IpAddr;

use thiserror::Error;
use wire::RelayKey;

/// Where members sync, and the key the relay must prove there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelayAddress {
    /// Like `https://relay.example:8443`. Plain `http://` is for one machine, for a VPN and for tests.
    pub url: String,
    /// The key of the relay's TLS; none is known for a relay that speaks plain HTTP.
    pub key: Option<RelayKey>,
}

/// Why an address cannot be called.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RelayAddressError {
    /// The address is not one this program can call.
    #[error("the relay's address {0} cannot be used; it must begin with https:// or http://")]
    Scheme(String),
    /// The address wants TLS, and nothing says which key is the relay's.
    #[error(
        "the relay at {0} is called over TLS, and its key is not known here. The relay prints the key when it \
         starts; found the programme with --relay-key, or ask the coordinator for a new certificate"
    )]
    NoKey(String),
}

/// How a relay at an address is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// Plain HTTP.
    Plain,
    /// TLS with this key and no other.
    Pinned(RelayKey),
}

impl RelayAddress {
    /// Returns the address of a relay that speaks plain HTTP, or whose key is not known yet.
    pub fn without_key(url: &str) -> Self {
        Self {
            url: url.trim().to_owned(),
            key: None,
        }
    }

    /// Returns the address of a relay that speaks TLS with this key.
    pub fn with_key(url: &str, key: RelayKey) -> Self {
        Self {
            key: Some(key),
            ..Self::without_key(url)
        }
    }

    /// Returns how the relay is called there.
    pub(crate) fn way(&self) -> Result<Way, RelayAddressError> {
        let scheme = self.url.split_once("://").map(|(scheme, _)| scheme);
        match (scheme, self.key) {
            (Some("https"), Some(key)) => Ok(Way::Pinned(key)),
            (Some("https"), None) => Err(RelayAddressError::NoKey(self.url.clone())),
            (Some("http"), _) => Ok(Way::Plain),
            _ => Err(RelayAddressError::Scheme(self.url.clone())),
        }
    }

    /// Returns whether whoever listens on the network between would see addresses, ids and sizes: plain HTTP to
    /// another machine.
    pub fn is_in_the_open(&self) -> bool {
        let Some(authority) = self.url.strip_prefix("http://") else {
            return false;
        };
        let authority = authority.split('/').next().unwrap_or_default();
        let host = match authority.strip_prefix('[') {
            Some(six) => six.split(']').next(),
            None => authority.split(':').next(),
        };
        let host = host.unwrap_or_default();
        let own = host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
        !own && host != "localhost"
    }
}

impl From<&str> for RelayAddress {
    fn from(url: &str) -> Self {
        Self::without_key(url)
    }
}

impl From<&String> for RelayAddress {
    fn from(url: &String) -> Self {
        Self::without_key(url)
    }
}

impl fmt::Display for RelayAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.url.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: RelayKey = RelayKey([7; 32]);

    #[test]
    fn tls_needs_a_key_and_plain_http_none() {
        let pinned = RelayAddress::with_key("https://relay.example:8443", KEY);
        assert_eq!(pinned.way(), Ok(Way::Pinned(KEY)));
        assert_eq!(RelayAddress::from("http://127.0.0.1:8080").way(), Ok(Way::Plain));
        let url = "https://relay.example".to_owned();
        assert_eq!(RelayAddress::from(&url).way(), Err(RelayAddressError::NoKey(url)));
    }

    #[test]
    fn what_is_no_web_address_is_said_to_be_none() {
        for wrong in ["", "relay.example:8080", "ftp://relay.example", "HTTPS//x"] {
            let said = RelayAddress::with_key(wrong, KEY).way();
            assert_eq!(said, Err(RelayAddressError::Scheme(wrong.to_owned())));
        }
    }

    #[test]
    fn only_plain_http_to_another_machine_is_in_the_open() {
        for own in [
            "http://127.0.0.1:8080",
            "http://localhost",
            "http://[::1]:80/",
            "https://relay.example",
        ] {
            assert!(!RelayAddress::from(own).is_in_the_open(), "{own}");
        }
        for other in [
            "http://relay.example:8080",
            "http://10.0.0.7",
            "http://[2001:db8::1]:80",
            "http://127.0.0.1.example",
        ] {
            assert!(RelayAddress::from(other).is_in_the_open(), "{other}");
        }
    }
}
