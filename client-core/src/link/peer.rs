//! TLS 1.3 between two members, without a relay: each proves the signing key that the roster has of it.
//!
//! Neither end shows a certificate, only its raw public key (RFC 7250), and each signs the handshake with it. Whether the
//! key is a member's is for the deed to say, once the two have compared rosters: whoever was admitted last may be known to
//! one of them only.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream, ToSocketAddrs as _};
use std::ops::DerefMut;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::pki_types::ServerName;
use rustls::{ClientConnection, ConnectionCommon, ServerConfig, ServerConnection, SideData, StreamOwned};
use seal::keys::SignKey;
use socket2::SockRef;
use thiserror::Error;
use wire::SignPublic;

use self::handshake::{client, ed25519, server};
use super::LinkTimeouts;

mod handshake;

/// Why there is no connection between two members. Nothing is lost.
#[derive(Debug, Error)]
pub enum PeerLinkError {
    /// This address cannot be listened at.
    #[error("nobody can be awaited at {address}: {reason}")]
    NotFree {
        /// Where.
        address: String,
        /// Why.
        reason: io::Error,
    },
    /// Nobody answers.
    #[error("nobody can be reached at {address}: {reason}")]
    Unreachable {
        /// Where.
        address: String,
        /// Why.
        reason: io::Error,
    },
    /// What answers is no member's notebook, or proves no key.
    #[error("what is at {address} did not prove a member's key: {reason}")]
    Unproved {
        /// Where.
        address: SocketAddr,
        /// Why.
        reason: io::Error,
    },
}

/// Awaits other members on a local network.
#[derive(Debug)]
pub struct PeerListener {
    socket: TcpListener,
    config: Arc<ServerConfig>,
    timeouts: LinkTimeouts,
}

/// A connection to somebody who has proved a key.
pub struct PeerCall {
    pub(crate) stream: Box<dyn Duplex>,
    /// The key that was proved.
    pub(crate) key: SignPublic,
    /// Whether the other end called, and this one listened.
    pub(crate) called: bool,
    /// Where the other end is.
    pub(crate) address: SocketAddr,
}

/// Bytes in both directions.
pub(crate) trait Duplex: Read + Write {
    /// Lets the other end, which is a member, take its time: it merges what it was sent before it answers or takes more.
    fn be_patient(&mut self) -> io::Result<()>;
}

impl std::fmt::Debug for PeerCall {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PeerCall").finish_non_exhaustive()
    }
}

impl PeerListener {
    pub(crate) fn bind(address: &str, key: &SignKey, timeouts: LinkTimeouts) -> Result<Self, PeerLinkError> {
        let socket = TcpListener::bind(address).map_err(|reason| PeerLinkError::NotFree {
            address: address.to_owned(),
            reason,
        })?;
        Ok(Self {
            socket,
            config: server(key),
            timeouts,
        })
    }

    /// Returns where it listens.
    ///
    /// # Errors
    /// The system does not say.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// Awaits the next call.
    ///
    /// # Errors
    /// The network failed, or whoever called proved no key in time: await the next.
    pub fn accept(&self) -> Result<PeerCall, PeerLinkError> {
        let (tcp, address) = self
            .socket
            .accept()
            .map_err(|reason| PeerLinkError::Unreachable {
                address: "this network".to_owned(),
                reason,
            })?;
        let tls = ServerConnection::new(Arc::clone(&self.config)).map_err(io::Error::other);
        let proved = tls.and_then(|tls| prove(tls, tcp, self.timeouts));
        let (key, stream) = proved.map_err(|reason| PeerLinkError::Unproved { address, reason })?;
        Ok(PeerCall {
            stream,
            key,
            called: true,
            address,
        })
    }
}

impl PeerCall {
    /// Returns where the other end is.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Calls whoever listens at an address.
    pub(crate) fn to(address: &str, key: &SignKey, timeouts: LinkTimeouts) -> Result<Self, PeerLinkError> {
        let (tcp, at) = open(address, timeouts).map_err(|reason| PeerLinkError::Unreachable {
            address: address.to_owned(),
            reason,
        })?;
        let name = ServerName::IpAddress(at.ip().into());
        let tls = ClientConnection::new(client(key), name).map_err(io::Error::other);
        let proved = tls.and_then(|tls| prove(tls, tcp, timeouts));
        let (key, stream) = proved.map_err(|reason| PeerLinkError::Unproved { address: at, reason })?;
        Ok(Self {
            stream,
            key,
            called: false,
            address: at,
        })
    }
}

/// A connection, and how patient to be with it.
struct Proved<C> {
    tls: StreamOwned<C, TcpStream>,
    timeouts: LinkTimeouts,
}

impl<C, S> Read for Proved<C>
where
    C: DerefMut<Target = ConnectionCommon<S>>,
    S: SideData,
{
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.tls.read(into)
    }
}

impl<C, S> Write for Proved<C>
where
    C: DerefMut<Target = ConnectionCommon<S>>,
    S: SideData,
{
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.tls.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.tls.flush()
    }
}

impl<C, S> Duplex for Proved<C>
where
    C: DerefMut<Target = ConnectionCommon<S>>,
    S: SideData,
{
    fn be_patient(&mut self) -> io::Result<()> {
        let merging = self.timeouts.silence * 4;
        wait_at_most(&self.tls.sock, merging)?;
        #[cfg(any(target_os = "linux", target_os = "android"))]
        SockRef::from(&self.tls.sock).set_tcp_user_timeout(Some(merging))?;
        Ok(())
    }
}

/// Shakes hands, and returns the key that the other end has proved.
fn prove<C, S>(
    mut tls: C,
    mut tcp: TcpStream,
    timeouts: LinkTimeouts,
) -> io::Result<(SignPublic, Box<dyn Duplex>)>
where
    C: DerefMut<Target = ConnectionCommon<S>> + 'static,
    S: SideData + 'static,
{
    wait_at_most(&tcp, timeouts.stall)?;
    tcp.set_nodelay(true)?;
    let begun = Instant::now();
    while tls.is_handshaking() {
        tls.complete_io(&mut tcp)?;
        // However slowly it drips.
        if begun.elapsed() > timeouts.connect {
            return Err(io::ErrorKind::TimedOut.into());
        }
    }
    let key = tls
        .peer_certificates()
        .and_then(|raw| ed25519(raw.first()?))
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "it has shown no member's key"))?;
    let tls = StreamOwned::new(tls, tcp);
    Ok((key, Box::new(Proved { tls, timeouts })))
}

fn open(address: &str, timeouts: LinkTimeouts) -> io::Result<(TcpStream, SocketAddr)> {
    let mut failed = io::Error::new(io::ErrorKind::InvalidInput, "it names no address and port");
    for at in address.to_socket_addrs()? {
        match TcpStream::connect_timeout(&at, timeouts.connect) {
            Ok(tcp) => return Ok((tcp, at)),
            Err(error) => failed = error,
        }
    }
    Err(failed)
}

fn wait_at_most(tcp: &TcpStream, silence: Duration) -> io::Result<()> {
    tcp.set_read_timeout(Some(silence))?;
    tcp.set_write_timeout(Some(silence))
}
