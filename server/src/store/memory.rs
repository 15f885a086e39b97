//! In memory, for tests: it forgets everything when it is dropped.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use wire::{
    Envelope, EnvelopeId, Header, Kind, LogId, MemberId, Part, PartHash, ProgrammeId, RecordId, RosterEntry,
    Status, Vector,
};

use crate::brought;

use super::{
    FOR_ALL, Identity, Query, RUN_BYTES, RUN_LENGTH, Run, Store, StoreError, TO_ONE, Write, contiguous, kept,
    pieces,
};

/// A piece that an envelope declares.
struct Declared {
    by: Header,
    whole: bool,
    doomed: bool,
}

#[derive(Default)]
struct Programme {
    roster: Vec<RosterEntry>,
    envelopes: Vec<(EnvelopeId, Envelope)>,
    erased: BTreeSet<[u8; 16]>,
    pieces: BTreeMap<PartHash, Declared>,
    restored: bool,
}

/// A relay's store in memory.
pub struct MemoryStore {
    identity: Identity,
    programmes: Mutex<BTreeMap<ProgrammeId, Programme>>,
}

impl MemoryStore {
    /// Makes an empty store.
    pub fn new(identity: Identity) -> Self {
        Self {
            identity,
            programmes: Mutex::new(BTreeMap::new()),
        }
    }

    /// Makes an empty store whose identity is of chance.
    pub fn by_chance() -> Result<Self, StoreError> {
        let (mut log, mut freshness) = ([0; 8], [0; 32]);
        getrandom::fill(&mut log)?;
        getrandom::fill(&mut freshness)?;
        Ok(Self::new(Identity {
            log: LogId(log),
            freshness,
        }))
    }

    /// Makes every programme one that came out of a backup, as restoring a file does.
    pub fn mark_restored(&self) {
        self.with(|all| all.values_mut().for_each(|programme| programme.restored = true));
    }

    fn with<T>(&self, look: impl FnOnce(&mut BTreeMap<ProgrammeId, Programme>) -> T) -> T {
        look(&mut self.programmes.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Store for MemoryStore {
    fn identity(&self) -> Identity {
        self.identity.clone()
    }

    fn programmes(&self) -> Result<Vec<ProgrammeId>, StoreError> {
        Ok(self.with(|all| all.keys().copied().collect()))
    }

    fn roster(&self, programme: &ProgrammeId, above: u64) -> Result<Vec<RosterEntry>, StoreError> {
        Ok(self.with(|all| {
            let roster = all
                .get(programme)
                .map(|programme| programme.roster.clone())
                .unwrap_or_default();
            roster.into_iter().filter(|entry| entry.height > above).collect()
        }))
    }

    fn write(&self, batch: &[Write], _hour: i64) -> Result<Vec<Status>, StoreError> {
        Ok(self.with(|all| {
            let write = |write: &Write| match write {
                Write::Append(entry) => append(all, entry),
                Write::Keep(verified) => keep(all, verified.id(), verified.envelope()),
                Write::Erase(verified) => {
                    erase(all, verified.header());
                    keep(all, verified.id(), verified.envelope())
                }
            };
            batch.iter().map(write).collect()
        }))
    }

    fn restored(&self, programme: &ProgrammeId) -> Result<bool, StoreError> {
        Ok(self.with(|all| all.get(programme).is_some_and(|programme| programme.restored)))
    }

    fn set_replayed(&self, programme: &ProgrammeId) -> Result<(), StoreError> {
        self.with(|all| {
            if let Some(programme) = all.get_mut(programme) {
                programme.restored = false;
            }
        });
        Ok(())
    }

    fn last(&self, programme: &ProgrammeId) -> Result<u64, StoreError> {
        Ok(self.with(|all| {
            all.get(programme)
                .map_or(0, |programme| programme.envelopes.len() as u64)
        }))
    }

    fn brought(&self, programme: &ProgrammeId, author: &MemberId) -> Result<u64, StoreError> {
        Ok(self.with(|all| {
            let envelopes = all.get(programme).map(|programme| programme.envelopes.as_slice());
            let of_author = envelopes
                .unwrap_or_default()
                .iter()
                .filter(|(_, envelope)| envelope.header.author == *author);
            of_author.map(|(_, envelope)| brought::size(envelope)).sum()
        }))
    }

    fn vectors(&self, programme: &ProgrammeId, author: Option<&MemberId>) -> Result<Vec<Vector>, StoreError> {
        Ok(self.with(|all| {
            let envelopes = all.get(programme).map(|programme| programme.envelopes.as_slice());
            let mut places: Vec<_> = envelopes
                .unwrap_or_default()
                .iter()
                .map(|(id, envelope)| (&envelope.header, *id))
                .filter(|(header, _)| author.is_none_or(|author| header.author == *author))
                .map(|(header, id)| (header.author, header.incarnation, header.sequence, id))
                .collect();
            places.sort_by_key(|(author, incarnation, sequence, _)| (*author, *incarnation, *sequence));
            contiguous(places)
        }))
    }

    fn run(&self, programme: &ProgrammeId, query: Query, after: u64) -> Result<Run, StoreError> {
        Ok(self.with(|all| {
            let Some(programme) = all.get(programme) else {
                return Run {
                    envelopes: Vec::new(),
                    looked_to: after,
                    more: false,
                };
            };
            let granted: BTreeSet<[u8; 16]> = match query {
                Query::For(member) => programme
                    .envelopes
                    .iter()
                    .filter(|(_, e)| e.header.kind == Kind::GRANT && e.header.recipient == Some(member))
                    .map(|(_, e)| e.header.subject)
                    .collect(),
                _ => BTreeSet::new(),
            };
            let newest = |checkpoint: &Envelope| {
                let of_desk = |(_, e): &&(EnvelopeId, Envelope)| {
                    e.header.kind == Kind::CHECKPOINT && e.header.author == checkpoint.header.author
                };
                programme.envelopes.iter().rev().find(of_desk).map(|(_, e)| e) == Some(checkpoint)
            };
            let wanted = |envelope: &Envelope| {
                let header = &envelope.header;
                match query {
                    Query::All => true,
                    Query::Record(record) => {
                        matches!(header.kind, Kind::RECORD | Kind::MEDIA)
                            && header.subject == *record.as_bytes()
                    }
                    Query::For(member) => {
                        header.author != member
                            && (FOR_ALL.contains(&header.kind)
                                && header.recipient.is_none_or(|to| to == member)
                                || (TO_ONE.contains(&header.kind) && header.recipient == Some(member))
                                || (matches!(header.kind, Kind::RECORD | Kind::MEDIA)
                                    && granted.contains(&header.subject))
                                || (header.kind == Kind::CHECKPOINT && newest(envelope)))
                    }
                }
            };
            let (mut envelopes, mut bytes) = (Vec::new(), 0);
            let behind = (1u64..)
                .zip(&programme.envelopes)
                .filter(|(n, (_, e))| *n > after && wanted(e));
            for (sequence, (_, envelope)) in behind {
                if envelopes.len() >= RUN_LENGTH || bytes >= RUN_BYTES {
                    let looked_to = envelopes.last().map_or(after, |(sequence, _)| *sequence);
                    return Run {
                        envelopes,
                        looked_to,
                        more: true,
                    };
                }
                bytes += envelope
                    .parts
                    .iter()
                    .filter_map(Part::bytes)
                    .map(<[u8]>::len)
                    .sum::<usize>();
                envelopes.push((sequence, envelope.clone()));
            }
            Run {
                envelopes,
                looked_to: after.max(programme.envelopes.len() as u64),
                more: false,
            }
        }))
    }

    fn declaring(&self, programme: &ProgrammeId, hash: &PartHash) -> Result<Option<Header>, StoreError> {
        Ok(self.with(|all| {
            let programme = all.get(programme)?;
            let declared = programme.pieces.get(hash)?;
            (!programme.erased.contains(&declared.by.subject)).then(|| declared.by.clone())
        }))
    }

    fn missing_pieces(
        &self,
        programme: &ProgrammeId,
        author: Option<&MemberId>,
    ) -> Result<Vec<PartHash>, StoreError> {
        Ok(self.with(|all| {
            let Some(programme) = all.get(programme) else {
                return Vec::new();
            };
            let missing = programme.pieces.iter().filter(|(_, declared)| {
                !declared.whole
                    && author.is_none_or(|author| declared.by.author == *author)
                    && !programme.erased.contains(&declared.by.subject)
            });
            missing.map(|(hash, _)| *hash).collect()
        }))
    }

    fn note_whole(&self, programme: &ProgrammeId, hash: &PartHash) -> Result<(), StoreError> {
        self.with(|all| {
            let declared = all
                .get_mut(programme)
                .and_then(|programme| programme.pieces.get_mut(hash));
            declared.into_iter().for_each(|declared| declared.whole = true);
        });
        Ok(())
    }

    fn doomed_pieces(&self) -> Result<Vec<(ProgrammeId, PartHash)>, StoreError> {
        Ok(self.with(|all| {
            let of = |(id, programme): (&ProgrammeId, &Programme)| {
                let doomed = programme.pieces.iter().filter(|(_, declared)| declared.doomed);
                doomed.map(|(hash, _)| (*id, *hash)).collect::<Vec<_>>()
            };
            all.iter().flat_map(of).collect()
        }))
    }

    fn note_destroyed(&self, programme: &ProgrammeId, hash: &PartHash) -> Result<(), StoreError> {
        self.with(|all| {
            let declared = all
                .get_mut(programme)
                .and_then(|programme| programme.pieces.get_mut(hash));
            declared.into_iter().for_each(|declared| declared.doomed = false);
        });
        Ok(())
    }

    fn grants(
        &self,
        programme: &ProgrammeId,
        record: &RecordId,
        to: &MemberId,
    ) -> Result<Vec<Envelope>, StoreError> {
        Ok(self.with(|all| {
            let envelopes = all
                .get(programme)
                .map(|programme| programme.envelopes.as_slice())
                .unwrap_or_default();
            let is_grant = |envelope: &&Envelope| {
                let header = &envelope.header;
                header.kind == Kind::GRANT
                    && header.recipient == Some(*to)
                    && header.subject == *record.as_bytes()
            };
            envelopes
                .iter()
                .map(|(_, envelope)| envelope)
                .filter(is_grant)
                .cloned()
                .collect()
        }))
    }
}

fn append(all: &mut BTreeMap<ProgrammeId, Programme>, entry: &RosterEntry) -> Status {
    if entry.height == 1 {
        all.entry(entry.programme).or_default();
    }
    let Some(programme) = all.get_mut(&entry.programme) else {
        return Status::Refused;
    };
    match programme.roster.iter().find(|here| here.height == entry.height) {
        Some(here) if here == entry => Status::Had,
        Some(_) => Status::Overtaken,
        None if programme.roster.len() as u64 + 1 == entry.height => {
            programme.roster.push(entry.clone());
            Status::Stored
        }
        None => Status::Refused,
    }
}

/// Destroys the parts of everything about a tombstone's subject.
fn erase(all: &mut BTreeMap<ProgrammeId, Programme>, tombstone: &Header) {
    let Some(programme) = all.get_mut(&tombstone.programme) else {
        return;
    };
    programme.erased.insert(tombstone.subject);
    for declared in programme.pieces.values_mut() {
        declared.doomed |= declared.by.subject == tombstone.subject;
    }
    for (_, envelope) in &mut programme.envelopes {
        if envelope.header.kind.of_record() && envelope.header.subject == tombstone.subject {
            *envelope = envelope.withholding(|_| false);
        }
    }
}

fn keep(all: &mut BTreeMap<ProgrammeId, Programme>, id: EnvelopeId, envelope: &Envelope) -> Status {
    let Some(programme) = all.get_mut(&envelope.header.programme) else {
        return Status::Refused;
    };
    let place = |header: &wire::Header| (header.author, header.incarnation, header.sequence);
    let here = programme
        .envelopes
        .iter()
        .filter(|(_, e)| place(&e.header) == place(&envelope.header));
    let here: Vec<EnvelopeId> = here.map(|(id, _)| *id).collect();
    let erased = envelope.header.kind.of_record() && programme.erased.contains(&envelope.header.subject);
    let envelope = kept(envelope, erased);
    for hash in pieces(&envelope.header) {
        programme.pieces.entry(hash).or_insert_with(|| Declared {
            by: envelope.header.clone(),
            whole: false,
            doomed: false,
        });
    }
    if here.contains(&id) {
        for (_, stored) in programme.envelopes.iter_mut().filter(|(other, _)| *other == id) {
            for (here, brought) in stored.parts.iter_mut().zip(&envelope.parts) {
                if matches!(here, Part::Absent) {
                    *here = brought.clone();
                }
            }
        }
        return Status::Had;
    }
    programme.envelopes.push((id, envelope));
    if here.is_empty() {
        Status::Stored
    } else {
        Status::Fork
    }
}
