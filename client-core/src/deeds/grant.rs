//! Grant: a desk hands the keys of records to a device, for a while.
//!
//! What is granted together is a packet: all of it is sealed to one one-time key of the device, which the device destroys
//! with the last of it. Never to the key on the device's card: that one stays, and who took the device away later could
//! open the grant with it.

use std::collections::BTreeSet;

use rand::Rng as _;
use seal::grant::{Grant, HandedKeys};
use seal::keys::RecordKey;
use seal::roster::Roster;
use seal::to_key::seal_to;
use seal::write::SealedPart;
use thiserror::Error;
use wire::{CompartmentId, EnvelopeId, GrantedKeyId, KemPublic, KeyName, Kind, MemberId, RecordId};

use crate::Notebook;
use crate::compartments::Compartments;
use crate::deeds::policy::Policy;
use crate::home::HomeError;
use crate::import::{GRANT, GRANTED_KEY};
use crate::notebook::NoProgramme;
use crate::pen::Hand;
use crate::store::audit::{self, Deed};
use crate::store::fresh_keys::{self, GivenGrant};
use crate::store::records::RecordStatus;
use crate::store::{StoreError, keys, records};
use rusqlite::Connection;

/// Why a record was not granted.
#[derive(Debug, Error)]
pub enum GrantError {
    /// There is no programme.
    #[error(transparent)]
    NoProgramme(#[from] NoProgramme),
    /// Only desks grant.
    #[error("only a desk grants records and assigns entities; this notebook is not one")]
    NotADesk,
    /// There is no such record.
    #[error("there is no record {0} at this desk; sync first")]
    NoRecord(RecordId),
    /// There is no such member.
    #[error("there is no device \"{0}\" in the programme; look at the list of members")]
    NoMember(String),
    /// Two members have that name.
    #[error("several devices are called \"{0}\"; name the one you mean by its id")]
    SeveralMembers(String),
    /// This desk cannot read a compartment.
    #[error("this desk cannot read \"{0}\" and so cannot hand it on")]
    NotReadable(String),
    /// The device has been put out of the programme.
    #[error("\"{0}\" was revoked, or its membership has ended; nothing can be granted to it")]
    Gone(String),
    /// Auditors are handed no records.
    #[error("\"{0}\" is an auditor, who reads no answers; hand it to an enumerator's device")]
    Auditor(String),
    /// The device has posted no key that is still unused.
    #[error("\"{0}\" has no fresh key left here: let it sync, sync this desk, and grant again")]
    NoFreshKey(String),
    /// Nothing was named.
    #[error("name at least one record or entity to hand over")]
    Nothing,
    /// Too much for one packet.
    #[error("a packet holds at most {most} records or entities, these are {given}; grant fewer at a time")]
    TooMany {
        /// How many were named.
        given: usize,
        /// The programme's limit.
        most: usize,
    },
    /// Too long, or no time at all.
    #[error("a packet lasts 1 to {most} hours, not {given}")]
    Hours {
        /// How long it was to last.
        given: u32,
        /// The programme's limit.
        most: u32,
    },
    /// A key cannot be sealed to.
    #[error("the device's key, or a reading key of the programme, is damaged")]
    Unsealable,
    /// The grant is written; only the copy beside the notebook is missing.
    #[error("the record is granted, but {0}")]
    Copy(#[from] HomeError),
    /// The notebook cannot be written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// How much may be handed to a device at a time, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PacketLimits {
    /// The most records in one packet.
    pub records: usize,
    /// The most hours until it expires.
    pub hours: u32,
}

impl From<Policy> for PacketLimits {
    fn from(policy: Policy) -> Self {
        Self {
            records: usize::try_from(policy.packet_records).unwrap_or(usize::MAX),
            hours: policy.packet_hours,
        }
    }
}

/// What one packet is made of.
struct Packet {
    records: Vec<RecordId>,
    compartments: Vec<CompartmentId>,
    to: MemberId,
    name: String,
    /// Unix seconds.
    now: i64,
    expires: i64,
}

impl Notebook {
    /// Returns the programme's limits for packets, as its policy says.
    pub fn packet_limits(&self) -> PacketLimits {
        self.policy().unwrap_or_default().into()
    }

    /// Returns the member that a person means by an id or a name.
    pub fn find_member(&self, who: &str) -> Result<MemberId, GrantError> {
        let members = self.members().unwrap_or_default();
        if let Some(member) = members.iter().find(|member| member.id.to_string() == who) {
            return Ok(member.id);
        }
        let mut named = members.iter().filter(|member| member.name == who);
        match (named.next(), named.next()) {
            (Some(member), None) => Ok(member.id),
            (Some(_), Some(_)) => Err(GrantError::SeveralMembers(who.to_owned())),
            (None, _) => Err(GrantError::NoMember(who.to_owned())),
        }
    }

    /// Hands a record to a device for as long as the programme allows: the keys to read it as it is, and fresh keys to
    /// write with. `compartments` limits what is handed over; without it everything this desk can read is.
    pub fn grant(
        &mut self,
        record: RecordId,
        to: MemberId,
        compartments: Option<&[String]>,
    ) -> Result<EnvelopeId, GrantError> {
        let hours = self.packet_limits().hours;
        let granted = self.grant_packet(&[record], to, compartments, hours)?;
        granted.into_iter().next().ok_or(GrantError::Nothing)
    }

    /// Hands records to a device for some hours, as [`Notebook::grant`] does with one. When they are over, the device
    /// seals what was begun, and forgets the rest.
    pub fn grant_packet(
        &mut self,
        records: &[RecordId],
        to: MemberId,
        compartments: Option<&[String]>,
        hours: u32,
    ) -> Result<Vec<EnvelopeId>, GrantError> {
        let (own, programme) = self.belonging::<GrantError>()?;
        let own = own.clone();
        if !self.is_desk() {
            return Err(GrantError::NotADesk);
        }
        let records: Vec<RecordId> = records
            .iter()
            .copied()
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect();
        self.check_packet(&own, records.len(), to, hours)?;
        let known = Compartments::read(&own, &programme.members_keys);
        let readable = self.store.read(|db| {
            for record in &records {
                let row = records::get(db, *record)?.filter(|row| row.status == RecordStatus::Received);
                row.ok_or(GrantError::NoRecord(*record))?;
            }
            Ok::<_, GrantError>(keys::readable(db)?)
        })?;
        let compartments: Vec<CompartmentId> = match compartments {
            None => readable,
            Some(names) => names
                .iter()
                .map(|name| {
                    let id = known.id(name).filter(|id| readable.contains(id));
                    id.ok_or_else(|| GrantError::NotReadable(name.clone()))
                })
                .collect::<Result<_, _>>()?,
        };
        // By this desk's own clock: the relay must not be able to make a packet last longer.
        let now = self.now().as_second();
        let packet = Packet {
            records,
            compartments,
            to,
            name: self.people()?.name(&to),
            now,
            expires: now.saturating_add(i64::from(hours) * 3600),
        };
        self.write_with(&own, |tx, hand| packet.write(tx, hand, &own))
    }

    /// Checks that a packet of so many records or entities may be handed to a member for so long.
    pub(crate) fn check_packet(
        &self,
        own: &Roster,
        given: usize,
        to: MemberId,
        hours: u32,
    ) -> Result<(), GrantError> {
        let limits = self.packet_limits();
        let member = own.member(&to);
        let member = member.ok_or_else(|| GrantError::NoMember(to.to_string()))?;
        if !member.role.takes_answers() {
            return Err(GrantError::Auditor(self.people()?.name(&to)));
        }
        let gone = own.revocation(&to).is_some() || own.is_expired(&to, self.known_time()?);
        if gone {
            return Err(GrantError::Gone(self.people()?.name(&to)));
        }
        if given == 0 {
            return Err(GrantError::Nothing);
        }
        if given > limits.records {
            let most = limits.records;
            return Err(GrantError::TooMany { given, most });
        }
        if hours == 0 || hours > limits.hours {
            let (given, most) = (hours, limits.hours);
            return Err(GrantError::Hours { given, most });
        }
        Ok(())
    }
}

/// Takes the oldest unused key of a device. `name` is what people call the device.
pub(crate) fn take_once_key(tx: &Connection, to: MemberId, name: &str) -> Result<KemPublic, GrantError> {
    let key = fresh_keys::oldest(tx, to)?;
    let key = key.ok_or_else(|| GrantError::NoFreshKey(name.to_owned()))?;
    fresh_keys::note_used(tx, to, key.id())?;
    Ok(key)
}

impl Packet {
    /// Writes a grant for each record, all sealed to the oldest unused key of the device.
    fn write(
        &self,
        tx: &Connection,
        hand: &mut Hand<'_>,
        own: &Roster,
    ) -> Result<Vec<EnvelopeId>, GrantError> {
        let key = take_once_key(tx, self.to, &self.name)?;
        self.records
            .iter()
            .map(|record| self.write_one(tx, hand, own, *record, &key))
            .collect()
    }

    fn write_one(
        &self,
        tx: &Connection,
        hand: &mut Hand<'_>,
        own: &Roster,
        record: RecordId,
        once_key: &KemPublic,
    ) -> Result<EnvelopeId, GrantError> {
        let subject = *record.as_bytes();
        let mut grant = Grant {
            expires: self.expires.unsigned_abs(),
            of: u32::try_from(self.records.len()).unwrap_or(u32::MAX),
            compartments: Vec::new(),
        };
        let mut parts = Vec::new();
        for compartment in self.compartments.iter().copied() {
            let (mut id, mut key) = ([0; 8], [0; 32]);
            hand.rng.fill_bytes(&mut id);
            hand.rng.fill_bytes(&mut key);
            let (write_id, write) = (GrantedKeyId(id), RecordKey::from_bytes(key));
            let read = keys::page(tx, &subject, compartment)?;
            keys::enter(tx, &subject, compartment, &KeyName::Granted(write_id), &write)?;
            // Every other desk that reads the compartment must be able to open what will be written with it.
            let epoch = own.epoch(compartment).ok_or(GrantError::Unsealable)?;
            let name = KeyName::Epoch(epoch.number);
            let aad = hand.pen.context(subject, compartment, name).aad();
            let for_desks = [&id[..], write.as_bytes()].concat();
            let sealed = seal_to(&epoch.public, GRANTED_KEY, &aad, &for_desks, hand.rng)
                .map_err(|_| GrantError::Unsealable)?;
            parts.push(SealedPart {
                compartment,
                key: name,
                sealed,
            });
            grant.compartments.push(HandedKeys {
                compartment,
                write_id,
                write,
                read,
            });
        }
        let name = KeyName::Member(once_key.id());
        let aad = hand.pen.context(subject, CompartmentId::RECIPIENT, name).aad();
        let sealed = seal_to(once_key, GRANT, &aad, &grant.to_bytes(), hand.rng)
            .map_err(|_| GrantError::Unsealable)?;
        parts.push(SealedPart {
            compartment: CompartmentId::RECIPIENT,
            key: name,
            sealed,
        });
        let envelope = hand.write(tx, Kind::GRANT, subject, Some(self.to), parts)?;
        let given = GivenGrant {
            envelope,
            record,
            recipient: self.to,
            desk: hand.me.member,
            at: self.now,
            expires: Some(self.expires),
        };
        let write_ids: Vec<GrantedKeyId> = grant.compartments.iter().map(|hand| hand.write_id).collect();
        fresh_keys::note_given(tx, &given, &write_ids)?;
        audit::note(tx, self.now, Deed::Grant, &subject)?;
        Ok(envelope)
    }
}
