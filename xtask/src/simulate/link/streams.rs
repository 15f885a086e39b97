//! What one end said over TCP, put together again from the packets seen at one place of the line.

use std::collections::BTreeMap;

use super::packet::{Connection, Segment};

/// More than this in one connection is not kept: the sync of a simulation is far smaller.
const MOST: usize = 64 << 20;

/// Every connection's bytes in one direction.
#[derive(Debug, Default)]
pub(crate) struct Streams {
    all: Vec<Stream>,
    /// Which of them a connection writes now.
    current: BTreeMap<Connection, usize>,
}

#[derive(Debug)]
struct Stream {
    /// The sequence number of the first byte.
    start: u32,
    bytes: Vec<u8>,
    seen: Vec<bool>,
}

impl Streams {
    /// Takes a packet that was seen. It may have been seen before: TCP sends again what is lost.
    pub(crate) fn see(&mut self, packet: &[u8]) {
        let Some(segment) = Segment::read(packet) else {
            return;
        };
        if segment.opens {
            return self.open(segment.connection, segment.sequence.wrapping_add(1));
        }
        let current = self.current.get(&segment.connection);
        if let Some(stream) = current.and_then(|at| self.all.get_mut(*at)) {
            stream.put(segment.sequence, segment.payload);
        }
    }

    /// Returns each connection's bytes, up to the first that was not seen.
    pub(crate) fn whole(&self) -> impl Iterator<Item = &[u8]> {
        self.all.iter().map(|stream| {
            let length = stream.seen.iter().take_while(|seen| **seen).count();
            stream.bytes.get(..length).unwrap_or_default()
        })
    }

    fn open(&mut self, connection: Connection, start: u32) {
        let known = self.current.get(&connection).and_then(|at| self.all.get(*at));
        if known.is_some_and(|stream| stream.start == start) {
            return;
        }
        self.current.insert(connection, self.all.len());
        self.all.push(Stream {
            start,
            bytes: Vec::new(),
            seen: Vec::new(),
        });
    }
}

impl Stream {
    fn put(&mut self, sequence: u32, payload: &[u8]) {
        let at = sequence.wrapping_sub(self.start) as usize;
        // A keep-alive lies one before the start, and so beyond any length.
        if at > MOST {
            return;
        }
        let end = at + payload.len();
        if self.bytes.len() < end {
            self.bytes.resize(end, 0);
            self.seen.resize(end, false);
        }
        if let (Some(bytes), Some(seen)) = (self.bytes.get_mut(at..end), self.seen.get_mut(at..end)) {
            bytes.copy_from_slice(payload);
            seen.fill(true);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::packet::tests::{SYN, packet};
    use super::Streams;

    #[test]
    fn a_stream_is_put_together_whatever_was_late_or_came_twice() {
        let mut streams = Streams::default();
        let mut see = |port, sequence, flags, payload: &[u8]| {
            streams.see(&packet(port, 8080, sequence, flags, payload));
        };
        // It begins just below the end of the sequence numbers.
        let start = u32::MAX - 2;
        see(4000, start, SYN, b"");
        see(4000, start.wrapping_add(4), 0x10, b"def");
        see(4000, start, SYN, b"");
        see(4000, start.wrapping_add(1), 0x10, b"abc");
        see(4000, start.wrapping_add(1), 0x10, b"abc");
        see(4000, start.wrapping_add(10), 0x10, b"a gap lies before this");
        see(4001, 9, SYN, b"");
        see(4001, 10, 0x10, b"another");
        // The same port again, for a connection of its own.
        see(4000, 70, SYN, b"");
        see(4000, 71, 0x10, b"third");
        let whole: Vec<_> = streams.whole().collect();
        assert_eq!(whole, [&b"abcdef"[..], b"another", b"third"]);
    }
}
