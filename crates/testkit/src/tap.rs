//! A counted link: a TCP relay in the middle that counts, and keeps on demand, every byte that passes.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// How many bytes passed, HTTP framing included.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Traffic {
    /// From members to the relay.
    pub up: u64,
    /// From the relay to members.
    pub down: u64,
}

impl Traffic {
    /// Returns both directions together.
    pub fn both(self) -> u64 {
        self.up + self.down
    }

    /// Returns what passed since an earlier count.
    pub fn since(self, earlier: Self) -> Self {
        Self {
            up: self.up - earlier.up,
            down: self.down - earlier.down,
        }
    }
}

#[derive(Debug, Default)]
struct Counts {
    up: AtomicU64,
    down: AtomicU64,
    keep: AtomicBool,
    kept: Mutex<Vec<Vec<u8>>>,
    closed: AtomicBool,
    /// How many bytes may still go up before every connection is cut, if that was asked for.
    up_left: Mutex<Option<u64>>,
}

impl Counts {
    /// Returns how many of `length` bytes may pass upwards, and whether the connection is cut after them.
    fn allow(&self, length: u64) -> (u64, bool) {
        let mut left = self.up_left.lock().unwrap_or_else(PoisonError::into_inner);
        match *left {
            Some(most) if length >= most => {
                *left = None;
                (most, true)
            }
            Some(most) => {
                *left = Some(most - length);
                (length, false)
            }
            None => (length, false),
        }
    }
}

/// A link to a relay through which everything is counted.
#[derive(Debug)]
pub struct Tap {
    address: SocketAddr,
    counts: Arc<Counts>,
}

impl Tap {
    /// Listens on loopback and passes everything on to `relay`.
    pub fn to(relay: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let address = listener.local_addr()?;
        let counts = Arc::new(Counts::default());
        let shared = Arc::clone(&counts);
        thread::spawn(move || {
            for member in listener.incoming() {
                if shared.closed.load(Ordering::SeqCst) {
                    return;
                }
                if let Ok(member) = member {
                    let counts = Arc::clone(&shared);
                    thread::spawn(move || drop(connect(member, relay, &counts)));
                }
            }
        });
        Ok(Self { address, counts })
    }

    /// Returns the address members call instead of the relay's, if the relay speaks plain HTTP.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Returns where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns how much has passed.
    pub fn traffic(&self) -> Traffic {
        Traffic {
            up: self.counts.up.load(Ordering::SeqCst),
            down: self.counts.down.load(Ordering::SeqCst),
        }
    }

    /// Cuts the connection once, after so many more bytes went up: of what comes then, nothing passes in either direction.
    pub fn cut_after(&self, bytes: u64) {
        *self.counts.up_left.lock().unwrap_or_else(PoisonError::into_inner) = Some(bytes);
    }

    /// Keeps what passes from now on.
    pub fn keep(&self) {
        self.counts.keep.store(true, Ordering::SeqCst);
    }

    /// Returns what was kept: one run of bytes for each direction of each connection.
    pub fn kept(&self) -> Vec<Vec<u8>> {
        self.counts
            .kept
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl Drop for Tap {
    fn drop(&mut self) {
        self.counts.closed.store(true, Ordering::SeqCst);
        // Wakes the listener, so that its thread ends.
        drop(TcpStream::connect(self.address));
    }
}

fn connect(member: TcpStream, relay: SocketAddr, counts: &Arc<Counts>) -> io::Result<()> {
    let relay = TcpStream::connect(relay)?;
    member.set_nodelay(true)?;
    relay.set_nodelay(true)?;
    let (from_member, to_relay) = (member.try_clone()?, relay.try_clone()?);
    let upward = Arc::clone(counts);
    let up = thread::spawn(move || pass(from_member, to_relay, &upward, true));
    pass(relay, member, counts, false);
    drop(up.join());
    Ok(())
}

fn pass(mut from: TcpStream, mut to: TcpStream, counts: &Counts, up: bool) {
    let mut chunk = vec![0; 64 << 10];
    let kept = {
        let mut all = counts.kept.lock().unwrap_or_else(PoisonError::into_inner);
        all.push(Vec::new());
        all.len() - 1
    };
    while let Ok(length) = from.read(&mut chunk) {
        let Some(bytes) = chunk.get(..length).filter(|bytes| !bytes.is_empty()) else {
            break;
        };
        let (allowed, cut) = match up {
            true => counts.allow(length as u64),
            false => (length as u64, false),
        };
        let bytes = usize::try_from(allowed)
            .ok()
            .and_then(|allowed| bytes.get(..allowed));
        let bytes = bytes.unwrap_or_default();
        // Counted before it is passed on, so that whoever saw the answer sees the count.
        let counted = if up { &counts.up } else { &counts.down };
        counted.fetch_add(bytes.len() as u64, Ordering::SeqCst);
        if counts.keep.load(Ordering::SeqCst) {
            let mut all = counts.kept.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(run) = all.get_mut(kept) {
                run.extend_from_slice(bytes);
            }
        }
        if to.write_all(bytes).is_err() {
            break;
        }
        if cut {
            drop(to.shutdown(Shutdown::Both));
            drop(from.shutdown(Shutdown::Both));
            return;
        }
    }
    drop(to.shutdown(Shutdown::Write));
    drop(from.shutdown(Shutdown::Read));
}
