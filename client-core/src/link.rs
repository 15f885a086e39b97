//! The way to a relay: one request, one answer, both streamed.

use std::io::{self, Read};

use seal::verify::request::RequestHeaders;
use thiserror::Error;
use ureq::unversioned::resolver::DefaultResolver;

use self::socket::SocketConnector;
pub use self::timeouts::LinkTimeouts;

mod socket;
mod timeouts;

/// Why a relay cannot be reached. Nothing is lost; sync again.
#[derive(Debug, Error)]
pub enum LinkError {
    /// The address is not one this program can call.
    #[error("the relay's address {0} cannot be used; it must begin with http://")]
    Address(String),
    /// There is no connection, or it was cut.
    #[error("the relay at {relay} cannot be reached: {reason}")]
    Unreachable {
        /// Where.
        relay: String,
        /// Why.
        reason: String,
    },
    /// Something answers there, but it is not a relay.
    #[error("what answers at {relay} is not a Baraza relay (status {status})")]
    NotARelay {
        /// Where.
        relay: String,
        /// The HTTP status.
        status: u16,
    },
}

/// Carries one call to a relay.
pub trait Link {
    /// Sends a request to `POST <relay>/v1/sync` and returns the answer as it arrives.
    fn call(
        &self,
        relay: &str,
        headers: &RequestHeaders,
        body: &mut dyn Read,
    ) -> Result<Box<dyn Read>, LinkError>;
}

/// The path of the one call.
pub const SYNC_PATH: &str = "/v1/sync";
/// Requests up to this size are sent with their length; longer ones in chunks, as they are read.
const SMALL: usize = 64 << 10;

/// HTTP/1.1, with a connection that stays open between calls.
#[derive(Debug, Clone)]
pub struct HttpLink {
    agent: ureq::Agent,
}

impl Default for HttpLink {
    fn default() -> Self {
        Self::with(LinkTimeouts::default())
    }
}

impl HttpLink {
    /// Makes a link that waits so long and no longer.
    pub fn with(timeouts: LinkTimeouts) -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(None)
            .user_agent("")
            .accept("")
            .accept_encoding("")
            .timeout_connect(Some(timeouts.connect))
            .timeout_per_read(Some(timeouts.silence))
            .timeout_per_write(Some(timeouts.stall))
            .build();
        let connector = SocketConnector {
            stall: timeouts.stall,
        };
        Self {
            agent: ureq::Agent::with_parts(config, connector, DefaultResolver::default()),
        }
    }
}

impl Link for HttpLink {
    fn call(
        &self,
        relay: &str,
        headers: &RequestHeaders,
        body: &mut dyn Read,
    ) -> Result<Box<dyn Read>, LinkError> {
        if !relay.starts_with("http://") {
            return Err(LinkError::Address(relay.to_owned()));
        }
        let unreachable = |reason: String| LinkError::Unreachable {
            relay: relay.to_owned(),
            reason,
        };
        let request = headers.pairs().into_iter().fold(
            self.agent
                .post(format!("{}{SYNC_PATH}", relay.trim_end_matches('/'))),
            |request, (name, value)| request.header(name, value),
        );
        let mut start = Vec::new();
        body.take(SMALL as u64)
            .read_to_end(&mut start)
            .map_err(|error| unreachable(error.to_string()))?;
        let answer = if start.len() < SMALL {
            request.send(&start[..])
        } else {
            let mut whole = io::Cursor::new(start).chain(body);
            request.send(ureq::SendBody::from_reader(&mut whole))
        };
        let answer = answer.map_err(|error| unreachable(error.to_string()))?;
        match answer.status().as_u16() {
            200 => Ok(Box::new(answer.into_body().into_reader())),
            status => Err(LinkError::NotARelay {
                relay: relay.to_owned(),
                status,
            }),
        }
    }
}

#[cfg(test)]
mod tests;
