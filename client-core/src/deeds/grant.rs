//! Grant: a desk hands the keys of one record to one device.

use rand::Rng as _;
use seal::grant::{Grant, HandedKeys};
use seal::keys::RecordKey;
use seal::to_key::seal_to;
use seal::write::SealedPart;
use thiserror::Error;
use wire::{CompartmentId, EnvelopeId, GrantedKeyId, KeyName, Kind, MemberId, RecordId};

use crate::Notebook;
use crate::compartments::Compartments;
use crate::home::HomeError;
use crate::import::{GRANT, GRANTED_KEY};
use crate::notebook::NoProgramme;
use crate::store::records::RecordStatus;
use crate::store::{StoreError, keys, records};

/// Why a record was not granted.
#[derive(Debug, Error)]
pub enum GrantError {
    /// There is no programme.
    #[error(transparent)]
    NoProgramme(#[from] NoProgramme),
    /// Only desks grant.
    #[error("only a desk grants records; this notebook is not one")]
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

impl Notebook {
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

    /// Hands a record to a device: the keys to read it as it is, and fresh keys to write with. `compartments`
    /// limits what is handed over; without it everything this desk can read is.
    pub fn grant(
        &mut self,
        record: RecordId,
        to: MemberId,
        compartments: Option<&[String]>,
    ) -> Result<EnvelopeId, GrantError> {
        let (own, programme) = self.belonging::<GrantError>()?;
        let own = own.clone();
        if !self.is_desk() {
            return Err(GrantError::NotADesk);
        }
        let kem = own
            .member(&to)
            .ok_or_else(|| GrantError::NoMember(to.to_string()))?
            .card
            .kem
            .clone();
        let known = Compartments::read(&own, &programme.members_keys);
        let readable = self.store.read(|db| {
            let row = records::get(db, record)?.filter(|row| row.status == RecordStatus::Received);
            row.ok_or(GrantError::NoRecord(record))?;
            Ok::<_, GrantError>(keys::readable(db)?)
        })?;
        let handed: Vec<CompartmentId> = match compartments {
            None => readable,
            Some(names) => names
                .iter()
                .map(|name| {
                    let id = known.id(name).filter(|id| readable.contains(id));
                    id.ok_or_else(|| GrantError::NotReadable(name.clone()))
                })
                .collect::<Result<_, _>>()?,
        };
        self.write_with(&own, |tx, hand| {
            let subject = *record.as_bytes();
            let mut grant = Grant {
                expires: 0,
                of: 1,
                compartments: Vec::new(),
            };
            let mut parts = Vec::new();
            for compartment in handed {
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
            let name = KeyName::Member(kem.id());
            let aad = hand.pen.context(subject, CompartmentId::RECIPIENT, name).aad();
            let sealed = seal_to(&kem, GRANT, &aad, &grant.to_bytes(), hand.rng)
                .map_err(|_| GrantError::Unsealable)?;
            parts.push(SealedPart {
                compartment: CompartmentId::RECIPIENT,
                key: name,
                sealed,
            });
            Ok(hand.write(tx, Kind::GRANT, subject, Some(to), parts)?)
        })
    }
}
