//! How long a silence may last before a call is given up.

use std::time::Duration;

/// How long a link waits before it takes a connection for dead.
///
/// What got through before counts, and the next call goes on behind it: so giving up too early costs one more round
/// trip or two, and giving up too late costs all of the time that was waited. The usual values are for a mobile network
/// at its edge, with a round trip of a second and a tenth of all packets lost: TCP sends a lost packet again after about
/// 1.5, 4.5 and 10.5 seconds there, and three losses of one packet in a row are rarer than the network going away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LinkTimeouts {
    /// Until there is a connection, TLS included. Twenty seconds: five tries of TCP to open it.
    pub connect: Duration,
    /// Until it is doubted that the connection still leads anywhere: another one is tried beside it, and if that comes
    /// about while nothing moves here, the network has forgotten this one. Four seconds: one packet lost twice.
    pub doubt: Duration,
    /// Until the other end confirms something of what was sent to it. Twelve seconds.
    ///
    /// On Linux and Android the kernel watches this (`TCP_USER_TIMEOUT`, RFC 5482), whether or not there is more to be
    /// written; elsewhere it is only noticed while writing.
    pub stall: Duration,
    /// Until something of the answer arrives, though all that was sent is confirmed. Thirty seconds: the relay may be
    /// busy making durable what others sent.
    pub silence: Duration,
}

impl Default for LinkTimeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(20),
            doubt: Duration::from_secs(4),
            stall: Duration::from_secs(12),
            silence: Duration::from_secs(30),
        }
    }
}
