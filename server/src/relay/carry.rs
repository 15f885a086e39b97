//! Bundles at a relay that stands still: what was carried by hand goes in, and all it holds comes out.

use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::Arc;

use seal::roster::Roster;
use seal::verify::envelope::verify;
use thiserror::Error;
use wire::frame::Frame;
use wire::{BundleReader, BundleWriter, DecodeError, Envelope, ProgrammeId, RosterEntry, Status};

use super::{DATABASE, ServeError, lock, unix_seconds};
use crate::store::{self, Query, SqliteStore, Store, StoreError};
use crate::writer::{admit, erases};

/// Why a bundle was not taken or written.
#[derive(Debug, Error)]
pub enum CarryError {
    /// The relay runs, or its folder cannot be used.
    #[error(transparent)]
    Folder(#[from] ServeError),
    /// The relay serves several programmes, or none.
    #[error("the relay serves {0} programmes; name the one that is meant")]
    WhichProgramme(usize),
    /// The file cannot be read or written.
    #[error("the bundle cannot be read or written: {0}")]
    File(#[from] io::Error),
    /// It is no bundle, or was damaged.
    #[error("the bundle does not hold: {0}. What stood before was taken")]
    Unreadable(#[from] DecodeError),
    /// The store does not open.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a bundle brought to a relay.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct CarryReport {
    /// Roster entries and envelopes that are stored now and were not before.
    pub stored: u64,
    /// What was there already.
    pub had: u64,
    /// What no member signed, or a roster that is not the relay's.
    pub refused: u64,
}

/// How many frames share a commit.
const BATCH: usize = 1024;

/// Writes a bundle of all that a relay keeps of a programme; of the only one if none is named. The relay must not run.
/// Returns how many envelopes are in it.
pub fn export_bundle(
    data: &Path,
    programme: Option<ProgrammeId>,
    into: &mut dyn Write,
) -> Result<u64, CarryError> {
    let _lock = lock(data)?;
    let store = SqliteStore::open(&data.join(DATABASE))?;
    let all = store.programmes()?;
    let programme = match (programme, all.as_slice()) {
        (Some(named), _) => named,
        (None, [only]) => *only,
        (None, several) => return Err(CarryError::WhichProgramme(several.len())),
    };
    let (mut bundle, head) = BundleWriter::begin(programme);
    into.write_all(&head)?;
    for entry in store.roster(&programme, 0)? {
        into.write_all(&bundle.write(&Frame::Roster(entry)))?;
    }
    let (mut after, mut count) = (0, 0);
    loop {
        let run = store.run(&programme, Query::All, after)?;
        for (_, envelope) in run.envelopes {
            into.write_all(&bundle.write(&Frame::Push(envelope)))?;
            count += 1;
        }
        after = run.looked_to;
        if !run.more {
            break;
        }
    }
    into.write_all(&bundle.finish())?;
    into.flush()?;
    Ok(count)
}

/// Takes a bundle into a relay that does not run, as if members had sent it.
pub fn import_bundle(data: &Path, from: &mut dyn Read) -> Result<CarryReport, CarryError> {
    let _lock = lock(data)?;
    let store = SqliteStore::open(&data.join(DATABASE))?;
    let mut rosters = BTreeMap::new();
    for programme in store.programmes()? {
        let entries = store.roster(&programme, 0)?;
        if !entries.is_empty() {
            let roster = Roster::from_entries(&entries).map_err(|_| StoreError::Unreadable("a roster"))?;
            rosters.insert(programme, Arc::new(roster));
        }
    }
    let mut taking = Taking {
        store: &store,
        rosters,
        writes: Vec::new(),
        report: CarryReport::default(),
    };
    let mut reader = BundleReader::new();
    let mut chunk = vec![0; 64 << 10];
    let read = loop {
        let length = from.read(&mut chunk)?;
        let Some(bytes) = chunk.get(..length).filter(|bytes| !bytes.is_empty()) else {
            break reader.ended();
        };
        if let Err(error) = reader.push(bytes) {
            break Err(error);
        }
        if let Err(stop) = taking.take_all(&mut reader)? {
            break Err(stop);
        }
    };
    taking.commit()?;
    read?;
    Ok(taking.report)
}

struct Taking<'a> {
    store: &'a SqliteStore,
    rosters: BTreeMap<ProgrammeId, Arc<Roster>>,
    writes: Vec<store::Write>,
    report: CarryReport,
}

impl Taking<'_> {
    fn take_all(&mut self, reader: &mut BundleReader) -> Result<Result<(), DecodeError>, StoreError> {
        loop {
            match reader.next_frame() {
                Ok(Some(Frame::Roster(entry))) => self.entry(entry),
                Ok(Some(Frame::Push(envelope))) => self.envelope(envelope),
                Ok(Some(_)) => {}
                Ok(None) => return Ok(Ok(())),
                Err(error) => return Ok(Err(error)),
            }
            if self.writes.len() >= BATCH {
                self.commit()?;
            }
        }
    }

    fn entry(&mut self, entry: RosterEntry) {
        match admit(&mut self.rosters, &entry, usize::MAX) {
            Ok(()) => self.writes.push(store::Write::Append(entry)),
            Err(_) => self.report.refused += 1,
        }
    }

    fn envelope(&mut self, envelope: Envelope) {
        let roster = self.rosters.get(&envelope.header.programme);
        match roster.map(|roster| verify(envelope, roster)) {
            Some(Ok(verified)) => self.writes.push(match erases(&self.rosters, &verified) {
                true => store::Write::Erase(verified),
                false => store::Write::Keep(verified),
            }),
            _ => self.report.refused += 1,
        }
    }

    fn commit(&mut self) -> Result<(), StoreError> {
        let writes = std::mem::take(&mut self.writes);
        let hour = unix_seconds().div_euclid(3600) * 3600;
        for status in self.store.write(&writes, hour)? {
            *match status {
                Status::Stored | Status::Fork => &mut self.report.stored,
                Status::Had => &mut self.report.had,
                Status::Refused | Status::Overtaken => &mut self.report.refused,
            } += 1;
        }
        Ok(())
    }
}
