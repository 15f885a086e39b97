//! Writing on a connection that may lead nowhere any more.

use std::io::{self, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// How many bytes are handed over at once. The system takes one write whole if it takes anything of it, and keeps it where
/// nobody sees whether it moves.
const AT_ONCE: usize = 2 << 10;

/// The network carries new connections, and nothing on this one.
#[derive(Debug, thiserror::Error)]
#[error("the network has forgotten the connection")]
pub(super) struct Forgotten;

/// One connection, as far as writing goes.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) stream: TcpStream,
    address: SocketAddr,
    doubt: Duration,
    /// How many connections in a row were given up in doubt that had hardly begun: all they took, the kernels at both ends
    /// took at once.
    doubts: Arc<AtomicU32>,
    /// When it took its first bytes.
    begun: Option<Instant>,
}

impl Line {
    pub(super) fn new(
        stream: TcpStream,
        address: SocketAddr,
        doubt: Duration,
        doubts: &Arc<AtomicU32>,
    ) -> Self {
        Self {
            stream,
            address,
            doubt,
            doubts: Arc::clone(doubts),
            begun: None,
        }
    }

    /// Writes all bytes. Nothing may move for as long as `limit`.
    ///
    /// # Errors
    /// The time is over ([`io::ErrorKind::WouldBlock`]), or the connection is broken or forgotten.
    pub(super) fn write_all(&mut self, bytes: &[u8], limit: Option<Duration>) -> io::Result<()> {
        let (mut left, mut moved) = (bytes, Instant::now());
        while !left.is_empty() {
            let patience = limit.map(|limit| limit.saturating_sub(moved.elapsed()));
            if patience.is_some_and(|patience| patience.is_zero()) {
                return Err(io::ErrorKind::WouldBlock.into());
            }
            let doubt = self.patience();
            let doubts = patience.is_none_or(|patience| doubt < patience);
            let wait = patience.map_or(doubt, |patience| patience.min(doubt));
            self.stream.set_write_timeout(Some(wait))?;
            let next = left.get(..AT_ONCE).unwrap_or(left);
            let written = match self.stream.write(next) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) if is_over(&error) && doubts => self.write_in_doubt(next)?,
                Err(error) if is_over(&error) => 0,
                written => written?,
            };
            left = left.get(written..).unwrap_or_default();
            if written > 0 {
                moved = Instant::now();
                let begun = *self.begun.get_or_insert(moved);
                if moved.duration_since(begun) > self.doubt / 2 {
                    self.doubts.store(0, Ordering::Relaxed);
                }
            }
        }
        Ok(())
    }

    /// Returns how long nothing may move before it is doubted. A relay that takes nothing because it is busy looks like a
    /// network that has forgotten: doubted in vain, it is given twice the time.
    fn patience(&self) -> Duration {
        let doubts = self.doubts.load(Ordering::Relaxed);
        self.doubt.saturating_mul(2_u32.saturating_pow(doubts))
    }

    /// Writes once more on a connection on which nothing moves, after asking whether the network carries a new one to the
    /// same place: a phone that lost its network has another address afterwards, and packets of its old connections
    /// vanish.
    ///
    /// # Errors
    /// The new connection came about, and nothing moves on this one.
    fn write_in_doubt(&mut self, next: &[u8]) -> io::Result<usize> {
        let asked = Instant::now();
        let Ok(other) = TcpStream::connect_timeout(&self.address, self.doubt) else {
            return Ok(0);
        };
        drop(other);
        // What moves a connection that leads somewhere takes about as long.
        let grace = asked.elapsed().max(Duration::from_millis(100));
        self.stream.set_write_timeout(Some(grace))?;
        self.stream.write(next).map_err(|error| match is_over(&error) {
            true => {
                self.doubts.fetch_add(1, Ordering::Relaxed);
                io::Error::new(io::ErrorKind::ConnectionAborted, Forgotten)
            }
            false => error,
        })
    }
}

/// Returns whether an error says that nothing happened in time: on Unix it is "would block", and "timed out" is what the
/// kernel says of a connection that it has given up.
pub(super) fn is_over(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::WouldBlock || cfg!(windows) && error.kind() == io::ErrorKind::TimedOut
}
