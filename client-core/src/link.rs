//! The way to a relay: one request, one answer, both streamed.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::sync::{Arc, Mutex, PoisonError};

use seal::verify::request::RequestHeaders;
use thiserror::Error;
use ureq::Timeout;
use ureq::unversioned::resolver::DefaultResolver;
use ureq::unversioned::transport::Connector as _;
use wire::RelayKey;

use self::socket::SocketConnector;
pub use self::timeouts::LinkTimeouts;
use crate::relay_address::{RelayAddress, RelayAddressError, Way};

mod line;
pub(crate) mod peer;
mod pinned;
mod socket;
mod timeouts;

/// Why a relay cannot be reached. Nothing is lost; sync again.
#[derive(Debug, Error)]
pub enum LinkError {
    /// The address is not one this program can call.
    #[error(transparent)]
    Address(#[from] RelayAddressError),
    /// There is no connection, or it was cut.
    #[error("the relay at {relay} cannot be reached: {reason}")]
    Unreachable {
        /// Where.
        relay: String,
        /// Why.
        reason: String,
    },
    /// The network carries new connections to the relay, and nothing on the one that there was: call again at once.
    #[error("the network has forgotten the connection to the relay at {relay}")]
    Forgotten {
        /// Where.
        relay: String,
    },
    /// Something answers there, but it is not a relay.
    #[error("what answers at {relay} is not a Baraza relay (status {status})")]
    NotARelay {
        /// Where.
        relay: String,
        /// The HTTP status.
        status: u16,
    },
    /// Whoever answers has another key than the relay's.
    #[error(
        "what answers at {relay} has another key than the programme's relay. Nothing was sent. Somebody may stand \
         between, or the relay was made anew: ask the coordinator before you go on"
    )]
    OtherKey {
        /// Where.
        relay: String,
    },
    /// The address says TLS, and what answers does not speak it.
    #[error(
        "what answers at {relay} speaks no TLS; start the relay with `baraza serve --tls`, or correct the address"
    )]
    NoTls {
        /// Where.
        relay: String,
    },
    /// The address says plain HTTP, and the relay speaks TLS only.
    #[error(
        "the relay at {relay} speaks TLS only: its address begins with https://, and its key is needed too"
    )]
    OnlyTls {
        /// Where.
        relay: String,
    },
}

/// Carries one call to a relay.
pub trait Link {
    /// Sends a request to `POST <relay>/v1/sync` and returns the answer as it arrives. Nothing is sent before the
    /// relay has proved its key, if its address names one over TLS.
    fn call(
        &self,
        relay: &RelayAddress,
        headers: &RequestHeaders,
        body: &mut dyn Read,
    ) -> Result<Box<dyn Read>, LinkError>;
}

/// The path of the one call.
pub const SYNC_PATH: &str = "/v1/sync";
/// Requests up to this size are sent with their length; longer ones in chunks, as they are read.
const SMALL: usize = 64 << 10;

/// The status with which a relay that speaks TLS answers plain HTTP (RFC 9110, section 15.5.22: Upgrade Required).
const SPEAK_TLS: u16 = 426;

/// HTTP/1.1, with a connection that stays open between calls.
#[derive(Debug, Clone)]
pub struct HttpLink {
    plain: ureq::Agent,
    /// One for each key, so that a connection whose other end proved one key never serves a call that asks for another.
    pinned: Arc<Mutex<BTreeMap<RelayKey, ureq::Agent>>>,
    timeouts: LinkTimeouts,
}

impl Default for HttpLink {
    fn default() -> Self {
        Self::with(LinkTimeouts::default())
    }
}

impl HttpLink {
    /// Makes a link that waits so long and no longer.
    pub fn with(timeouts: LinkTimeouts) -> Self {
        let socket = SocketConnector::with(timeouts);
        Self {
            plain: ureq::Agent::with_parts(config(timeouts), socket, DefaultResolver::default()),
            pinned: Arc::default(),
            timeouts,
        }
    }

    fn agent(&self, way: Way) -> ureq::Agent {
        let Way::Pinned(key) = way else {
            return self.plain.clone();
        };
        let mut pinned = self.pinned.lock().unwrap_or_else(PoisonError::into_inner);
        let agent = pinned.entry(key).or_insert_with(|| {
            let socket = SocketConnector::with(self.timeouts);
            let connector = socket.chain(pinned::PinnedConnector::to(key));
            ureq::Agent::with_parts(config(self.timeouts), connector, DefaultResolver::default())
        });
        agent.clone()
    }
}

fn config(timeouts: LinkTimeouts) -> ureq::config::Config {
    ureq::Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .proxy(None)
        .user_agent("")
        .accept("")
        .accept_encoding("")
        .timeout_connect(Some(timeouts.connect))
        .timeout_per_read(Some(timeouts.silence))
        .timeout_per_write(Some(timeouts.stall))
        .build()
}

impl Link for HttpLink {
    fn call(
        &self,
        relay: &RelayAddress,
        headers: &RequestHeaders,
        body: &mut dyn Read,
    ) -> Result<Box<dyn Read>, LinkError> {
        let way = relay.way()?;
        let url = relay.url.trim_end_matches('/');
        let request = headers.pairs().into_iter().fold(
            self.agent(way).post(format!("{url}{SYNC_PATH}")),
            |request, (name, value)| request.header(name, value),
        );
        let mut start = Vec::new();
        body.take(SMALL as u64)
            .read_to_end(&mut start)
            .map_err(|error| not_reached(relay, error.to_string()))?;
        let answer = if start.len() < SMALL {
            request.send(&start[..])
        } else {
            let mut whole = io::Cursor::new(start).chain(body);
            request.send(ureq::SendBody::from_reader(&mut whole))
        };
        let answer = answer.map_err(|error| unreachable(relay, &error))?;
        let relay = relay.to_string();
        match (answer.status().as_u16(), way) {
            (200, _) => Ok(Box::new(answer.into_body().into_reader())),
            (SPEAK_TLS, Way::Plain) => Err(LinkError::OnlyTls { relay }),
            (status, _) => Err(LinkError::NotARelay { relay, status }),
        }
    }
}

fn unreachable(relay: &RelayAddress, error: &ureq::Error) -> LinkError {
    if is_forgotten(error) {
        return LinkError::Forgotten {
            relay: relay.to_string(),
        };
    }
    match pinned::why(error) {
        Some(rustls::Error::InvalidCertificate(_)) => LinkError::OtherKey {
            relay: relay.to_string(),
        },
        Some(rustls::Error::InvalidMessage(_)) => LinkError::NoTls {
            relay: relay.to_string(),
        },
        _ => not_reached(relay, reason(error)),
    }
}

fn is_forgotten(error: &ureq::Error) -> bool {
    match error {
        ureq::Error::Io(error) => error.get_ref().is_some_and(|why| why.is::<line::Forgotten>()),
        _ => false,
    }
}

fn reason(error: &ureq::Error) -> String {
    match error {
        ureq::Error::Timeout(Timeout::Connect | Timeout::Resolve) => "nobody is there".to_owned(),
        ureq::Error::Timeout(Timeout::PerWrite) => "it takes nothing any more".to_owned(),
        ureq::Error::Timeout(_) => "it does not answer".to_owned(),
        ureq::Error::Io(error) => error.to_string(),
        other => other.to_string(),
    }
}

fn not_reached(relay: &RelayAddress, reason: String) -> LinkError {
    LinkError::Unreachable {
        relay: relay.to_string(),
        reason,
    }
}

#[cfg(test)]
mod tests;
