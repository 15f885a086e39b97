//! Device report: what a lost or taken device had, as far as a desk can know, and what nobody can know.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::Connection;
use serde::Serialize;
use thiserror::Error;
use wire::{EnvelopeId, Header, Incarnation, KeyName, Kind, MemberId, RecordId};

use crate::Notebook;
use crate::deeds::list::time;
use crate::notebook::NoProgramme;
use crate::people::People;
use crate::store::envelopes::{self, State};
use crate::store::{StoreError, fresh_keys, records};

/// Why there is no report.
#[derive(Debug, Error)]
pub enum ReportError {
    /// There is no programme.
    #[error(transparent)]
    NoProgramme(#[from] NoProgramme),
    /// Only desks are sent what it takes.
    #[error("only a desk can tell what was on a device; this notebook is not one")]
    NotADesk,
    /// There is no such member.
    #[error("there is no device {0} in the programme; look at the list of members")]
    NoMember(MemberId),
    /// The notebook cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a desk knows of one device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeviceReport {
    /// The device.
    pub member: MemberId,
    /// What people call it.
    pub device: String,
    /// When this report was made (UTC, RFC 3339), by this desk's clock. What the device did later is not in it.
    pub at: String,
    /// Whether it was revoked.
    pub revoked: bool,
    /// How far it is known what it wrote.
    pub written: Vec<WrittenUpTo>,
    /// Envelopes with finished work of it that are opened here.
    pub finished: u64,
    /// Envelopes with finished work of it that are here and not opened.
    pub not_opened: u64,
    /// The drafts that others handed over to it.
    pub drafts: Vec<DraftOnDevice>,
    /// The records that desks handed to it.
    pub grants: Vec<GrantOnDevice>,
    /// Its one-time keys that nothing was sealed to.
    pub unused_keys: u64,
    /// What cannot be known.
    pub unknown: Vec<&'static str>,
}

/// How far it is known what a device wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WrittenUpTo {
    /// The incarnation of its notebook.
    pub incarnation: Incarnation,
    /// The last sequence number seen.
    pub last: u64,
    /// How many before it never came here.
    pub missing: u64,
}

/// A draft that somebody handed over to the device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DraftOnDevice {
    /// The record.
    pub record: RecordId,
    /// Who handed it over.
    pub from: MemberId,
    /// What people call who handed it over.
    pub from_device: String,
    /// Whether the device said that it came.
    pub arrived: bool,
    /// Whether it is on the device no more: finished, or handed on.
    pub gone: bool,
}

/// A record that a desk handed to the device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GrantOnDevice {
    /// The record.
    pub record: RecordId,
    /// Whether only what it says of entities was handed over.
    pub entities: bool,
    /// Its form's `form_id`, if this desk can read it.
    pub form: Option<String>,
    /// The desk that granted it.
    pub by: MemberId,
    /// What people call that desk.
    pub by_desk: String,
    /// When it was granted, or when this desk first saw that another had granted it (UTC, RFC 3339).
    pub granted: String,
    /// When the device forgets it (UTC, RFC 3339), by a clock that is right; nothing if another desk granted it.
    pub expires: Option<String>,
    /// Whether that time is over.
    pub expired: bool,
    /// Whether an edit made with it came back: then the device had destroyed its keys.
    pub spent: bool,
}

/// What no desk can know of a device.
const UNKNOWN: [&str; 3] = [
    "drafts that it began itself and had not finished",
    "what it had finished and not sent",
    "when it forgot a packet: only an edit that comes back proves it, and a clock that was never right delays it",
];

impl Notebook {
    /// Returns what this desk knows of a device, to be read when it was lost: which records were on it, and which not.
    pub fn device_report(&self, member: MemberId) -> Result<DeviceReport, ReportError> {
        let (own, _) = self.belonging::<ReportError>()?;
        if !self.is_desk() {
            return Err(ReportError::NotADesk);
        }
        if own.member(&member).is_none() {
            return Err(ReportError::NoMember(member));
        }
        let (people, now) = (self.people()?, self.now().as_second());
        self.store.read(|db| {
            let of_device = envelopes::of_author(db, member)?;
            let (finished, not_opened) = finished(&of_device);
            Ok(DeviceReport {
                member,
                device: people.name(&member),
                at: time(now),
                revoked: own.revocation(&member).is_some(),
                written: written(&of_device),
                finished,
                not_opened,
                drafts: drafts(db, member, &of_device, &people)?,
                grants: grants(db, member, &of_device, &people, now)?,
                unused_keys: fresh_keys::unused(db, member)?,
                unknown: UNKNOWN.to_vec(),
            })
        })
    }
}

fn written(of_device: &[(Header, State)]) -> Vec<WrittenUpTo> {
    let mut seen: BTreeMap<Incarnation, BTreeSet<u64>> = BTreeMap::new();
    for (header, _) in of_device {
        seen.entry(header.incarnation)
            .or_default()
            .insert(header.sequence);
    }
    seen.into_iter()
        .map(|(incarnation, sequences)| {
            let last = sequences.last().copied().unwrap_or(0);
            // A later incarnation goes on where the one before it ended.
            let first = match incarnation {
                1 => 1,
                _ => sequences.first().copied().unwrap_or(1),
            };
            WrittenUpTo {
                incarnation,
                last,
                missing: (last + 1 - first).saturating_sub(sequences.len() as u64),
            }
        })
        .collect()
}

fn finished(of_device: &[(Header, State)]) -> (u64, u64) {
    let records = of_device.iter().filter(|(header, _)| header.kind == Kind::RECORD);
    let (opened, not): (Vec<_>, Vec<_>) = records.partition(|(_, state)| *state == State::Opened);
    (opened.len() as u64, not.len() as u64)
}

fn drafts(
    db: &Connection,
    member: MemberId,
    of_device: &[(Header, State)],
    people: &People,
) -> Result<Vec<DraftOnDevice>, StoreError> {
    let wrote = |kind, subject: [u8; 16], to: Option<MemberId>| {
        of_device
            .iter()
            .any(|(header, _)| header.kind == kind && header.subject == subject && header.recipient == to)
    };
    let handed = envelopes::headers_of(db, Kind::HANDOVER)?;
    let to_device = handed.iter().filter(|header| header.recipient == Some(member));
    Ok(to_device
        .map(|header| DraftOnDevice {
            record: RecordId::from_bytes(header.subject),
            from: header.author,
            from_device: people.name(&header.author),
            arrived: wrote(Kind::RECEIPT, header.subject, Some(header.author)),
            gone: wrote(Kind::RECORD, header.subject, None)
                || handed
                    .iter()
                    .any(|on| on.author == member && on.subject == header.subject),
        })
        .collect())
}

fn grants(
    db: &Connection,
    member: MemberId,
    of_device: &[(Header, State)],
    people: &People,
    now: i64,
) -> Result<Vec<GrantOnDevice>, StoreError> {
    let mut grants = Vec::new();
    for given in fresh_keys::given(db, member)? {
        let header = envelopes::header(db, given.envelope)?;
        grants.push(GrantOnDevice {
            record: given.record,
            entities: header.is_some_and(|header| header.kind == Kind::ASSIGNMENT),
            form: records::get(db, given.record)?.map(|row| row.form_id),
            by: given.desk,
            by_desk: people.name(&given.desk),
            granted: time(given.at),
            expires: given.expires.map(time),
            expired: given.expires.is_some_and(|expires| expires <= now),
            spent: is_spent(db, given.envelope, of_device)?,
        });
    }
    Ok(grants)
}

/// Whether something came back that was written with a key of a grant.
fn is_spent(db: &Connection, grant: EnvelopeId, of_device: &[(Header, State)]) -> Result<bool, StoreError> {
    let keys = fresh_keys::given_keys(db, grant)?;
    let records = of_device.iter().filter(|(header, _)| header.kind == Kind::RECORD);
    Ok(records
        .flat_map(|(header, _)| &header.parts)
        .any(|part| matches!(part.key, KeyName::Granted(id) if keys.contains(&id))))
}
