//! The body of a request, made while it is sent.

use std::collections::VecDeque;
use std::io::Read;

use sync::MemberCall;
use wire::RosterEntry;

use super::SyncError;
use super::meter::Meter;
use super::pace::Pace;
use crate::store::pieces::{self, Unsent};
use crate::store::{Store, outbox};

/// Returns what the request's signature covers of the hello's frame: all after its length.
pub(crate) fn hello_body(frame: &[u8]) -> &[u8] {
    let mut reader = wire::Reader::new(frame);
    match reader.varint() {
        Ok(_) => reader.rest(),
        Err(_) => &[],
    }
}

/// The body of a request: it reads the outbox while it is sent, and holds only a little of it.
pub(super) struct Request<'a, 'b> {
    call: MemberCall,
    store: &'a Store,
    meter: &'a mut Meter<'b>,
    entries: VecDeque<RosterEntry>,
    /// Whether envelopes follow, and behind which place of the outbox.
    after: Option<i64>,
    envelopes: VecDeque<wire::Envelope>,
    /// The piece that is being sent, and up to where it is; behind it come those that follow its place.
    piece: Option<(Unsent, u64)>,
    bytes: VecDeque<u8>,
    pace: Pace,
    failed: Option<SyncError>,
}

impl<'a, 'b> Request<'a, 'b> {
    /// Begins with the hello's frame, and ends there.
    pub(super) fn new(call: MemberCall, hello: Vec<u8>, store: &'a Store, meter: &'a mut Meter<'b>) -> Self {
        meter.sent(hello.len(), 0);
        Self {
            call,
            store,
            meter,
            entries: VecDeque::new(),
            after: None,
            envelopes: VecDeque::new(),
            piece: None,
            bytes: hello.into(),
            pace: Pace::default(),
            failed: None,
        }
    }

    /// Lets these entries and everything that is queued follow.
    pub(super) fn send_everything(&mut self, entries: Vec<RosterEntry>) {
        self.entries = entries.into();
        self.after = Some(0);
    }

    /// Returns the call, and why the body could not be made, if so.
    pub(super) fn end(self) -> (MemberCall, Option<SyncError>) {
        (self.call, self.failed)
    }

    /// Fetches the next frame. Returns `false` at the end.
    fn fetch(&mut self) -> Result<bool, SyncError> {
        if self.meter.is_spent() {
            return Ok(false);
        }
        self.meter.go_on()?;
        if let Some(entry) = self.entries.pop_front() {
            let frame = self.call.append(entry);
            self.meter.sent(frame.len(), 0);
            self.bytes.extend(frame);
            return Ok(true);
        }
        if self.envelopes.is_empty() {
            let Some(after) = self.after else {
                return Ok(false);
            };
            for (n, envelope) in self.store.read(|db| outbox::queued(db, after, 64))? {
                self.after = Some(n);
                self.envelopes.push_back(envelope);
            }
        }
        let Some(envelope) = self.envelopes.pop_front() else {
            return self.fetch_piece();
        };
        let frame = self.call.push(envelope);
        self.meter.sent(frame.len(), 1);
        self.bytes.extend(frame);
        Ok(true)
    }

    /// Fetches the next frame of a piece. Returns `false` at the end.
    fn fetch_piece(&mut self) -> Result<bool, SyncError> {
        if !self.meter.takes_media() {
            return Ok(false);
        }
        let (unsent, offset) = match self.piece {
            Some((unsent, offset)) if offset < unsent.length => (unsent, offset),
            behind => {
                let place = behind.map_or((0, 0), |(unsent, _)| unsent.place);
                match self.store.read(|db| pieces::next_unsent(db, place))? {
                    Some(unsent) => (unsent, unsent.relayed),
                    None => return Ok(false),
                }
            }
        };
        let most = self.pace.piece();
        let piece = self
            .store
            .read(|db| pieces::read(db, unsent.part, offset, most))?;
        self.piece = Some((unsent, offset + piece.bytes.len() as u64));
        let frame = self.call.piece(piece);
        self.meter.sent(frame.len(), 0);
        self.bytes.extend(frame);
        Ok(true)
    }
}

impl Read for Request<'_, '_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        // Filled to the brim: over HTTP each read becomes a chunk with a head of its own.
        while self.bytes.len() < into.len() {
            match self.fetch() {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    self.failed = Some(error);
                    return Err(std::io::Error::other("the request cannot go on"));
                }
            }
        }
        self.pace.handed(into.len().min(self.bytes.len()));
        let mut filled = 0;
        while filled < into.len() && !self.bytes.is_empty() {
            filled += self.bytes.read(into.get_mut(filled..).unwrap_or_default())?;
        }
        Ok(filled)
    }
}
