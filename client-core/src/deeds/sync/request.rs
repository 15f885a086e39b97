//! The body of a request, made while it is sent.

use std::collections::VecDeque;
use std::io::Read;

use sync::MemberCall;
use wire::RosterEntry;

use crate::store::{Store, StoreError, envelopes};

/// Returns what the request's signature covers of the hello's frame: all after its length.
pub(super) fn hello_body(frame: &[u8]) -> &[u8] {
    let mut reader = wire::Reader::new(frame);
    match reader.varint() {
        Ok(_) => reader.rest(),
        Err(_) => &[],
    }
}

/// The body of a request: it reads the outbox while it is sent, and holds only a little of it.
pub(super) struct Request<'a> {
    pub(super) call: MemberCall,
    pub(super) store: &'a Store,
    pub(super) entries: VecDeque<RosterEntry>,
    pub(super) after: i64,
    pub(super) envelopes: VecDeque<wire::Envelope>,
    pub(super) bytes: VecDeque<u8>,
    pub(super) failed: Option<StoreError>,
}

impl Request<'_> {
    /// Fetches the next frame. Returns `false` at the end.
    fn fetch(&mut self) -> Result<bool, StoreError> {
        if let Some(entry) = self.entries.pop_front() {
            self.bytes.extend(self.call.append(entry));
            return Ok(true);
        }
        if self.envelopes.is_empty() {
            let after = self.after;
            for (n, envelope) in self.store.read(|db| envelopes::queued(db, after, 64))? {
                self.after = n;
                self.envelopes.push_back(envelope);
            }
        }
        let Some(envelope) = self.envelopes.pop_front() else {
            return Ok(false);
        };
        self.bytes.extend(self.call.push(envelope));
        Ok(true)
    }
}

impl Read for Request<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        // Filled to the brim: over HTTP each read becomes a chunk with a head of its own.
        while self.bytes.len() < into.len() {
            match self.fetch() {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    self.failed = Some(error);
                    return Err(std::io::Error::other("the notebook cannot be read"));
                }
            }
        }
        let mut filled = 0;
        while filled < into.len() && !self.bytes.is_empty() {
            filled += self.bytes.read(into.get_mut(filled..).unwrap_or_default())?;
        }
        Ok(filled)
    }
}
