//! Assign: a desk hands a device what it knows of entities that are to be visited, for a while.
//!
//! What goes to the device is what records say of the entity, record by record, each sealed to one one-time key of the
//! device: so a record that is withdrawn or erased takes its part of the entity along on the device, too. Only what still
//! counts is handed over, and of that only what stands in the compartments that are named.

use std::collections::{BTreeMap, BTreeSet};

use record::entity::{Contribution, Entity};
use record::{GENERAL, Record};
use rusqlite::Connection;
use seal::assignment::{Assignment, SaidOfEntity};
use seal::payload;
use seal::roster::Roster;
use seal::to_key::{OVERHEAD, seal_to};
use seal::write::SealedPart;
use thiserror::Error;
use wire::envelope::MAX_PART;
use wire::{CompartmentId, EnvelopeId, KemPublic, KeyName, Kind, MemberId, RecordId};
use zeroize::Zeroizing;

use super::assembling::bear_in_mind;
use super::{EntitiesError, LABEL, Said, contribution_id, of_record};
use crate::Notebook;
use crate::compartments::Compartments;
use crate::deeds::grant::{GrantError, take_once_key};
use crate::deeds::start::readable_within;
use crate::home::HomeError;
use crate::import::assignment::ASSIGNMENT;
use crate::notebook::NoProgramme;
use crate::pen::Hand;
use crate::store::audit::{self, Deed};
use crate::store::fresh_keys::{self, GivenGrant};
use crate::store::{StoreError, keys, records};

/// Why entities were not assigned.
#[derive(Debug, Error)]
pub enum AssignError {
    /// It is no packet that this desk may hand to that device.
    #[error(transparent)]
    Grant(#[from] GrantError),
    /// What is known of entities cannot be read.
    #[error(transparent)]
    Entities(#[from] EntitiesError),
    /// There is no such entity.
    #[error("there is no entity \"{entity}\" in the list \"{list}\" at this desk; list them, or sync first")]
    NoEntity {
        /// The list.
        list: String,
        /// The entity's id.
        entity: String,
    },
    /// Every device has all of it already.
    #[error(
        "all that is known of \"{0}\" stands in the list that is attached to the forms: every device has it already"
    )]
    Attached(String),
    /// What is said of it does not fit an envelope.
    #[error("what record {0} says of the entities is too large to be handed over")]
    TooLarge(RecordId),
    /// It is written; only the copy beside the notebook is missing.
    #[error("the entities are assigned, but {0}; it is tried again at the next opening")]
    Copy(#[from] HomeError),
    /// The notebook cannot be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<NoProgramme> for AssignError {
    fn from(error: NoProgramme) -> Self {
        Self::Grant(error.into())
    }
}

/// Entities that were assigned to a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssignedEntities {
    /// The envelopes they travel in: one for each record that says something about them.
    pub envelopes: Vec<EnvelopeId>,
    /// The entities that the device can call only by their ids: what they are called stands in a compartment that was not
    /// handed over.
    pub without_label: Vec<String>,
}

/// What is handed over of one record.
type Handed = BTreeMap<RecordId, Vec<SaidOfEntity>>;

impl Notebook {
    /// Hands a device what this desk knows of entities, for some hours: it has them in its list, and its forms choose from
    /// them. Of what was answered only the compartment `general` is handed over, and those that are named in
    /// `compartments`.
    ///
    /// # Errors
    /// This is no desk, the packet is beyond the programme's limits, or there is no such entity.
    pub fn assign(
        &mut self,
        list: &str,
        entities: &[String],
        to: MemberId,
        compartments: &[String],
        hours: u32,
    ) -> Result<AssignedEntities, AssignError> {
        let own = self.belonging::<AssignError>()?.0.clone();
        if !self.is_desk() {
            return Err(GrantError::NotADesk.into());
        }
        let entities: BTreeSet<&String> = entities.iter().collect();
        self.check_packet(&own, entities.len(), to, hours)?;
        let within = self.handed_compartments(&own, compartments)?;
        let (handed, without_label) = self.what_still_counts(list, &entities, &within)?;
        let now = self.now().as_second();
        let packet = Packet {
            of: u32::try_from(handed.len()).unwrap_or(u32::MAX),
            to,
            now,
            expires: now.saturating_add(i64::from(hours) * 3600),
        };
        let name = self.people()?.name(&to);
        let envelopes = self.write_with(&own, |tx, hand| {
            let key = take_once_key(tx, to, &name)?;
            let each = handed
                .into_iter()
                .map(|(record, said)| packet.write(tx, hand, record, said, &key));
            each.collect::<Result<_, AssignError>>()
        })?;
        Ok(AssignedEntities {
            envelopes,
            without_label,
        })
    }

    fn handed_compartments(&self, own: &Roster, named: &[String]) -> Result<BTreeSet<String>, AssignError> {
        let known = Compartments::read(own, &self.belonging::<AssignError>()?.1.members_keys);
        let readable = self.store.read(keys::readable)?;
        let mut within = BTreeSet::from([GENERAL.to_owned()]);
        within.extend(named.iter().cloned());
        for name in &within {
            let id = known.id(name).filter(|id| readable.contains(id));
            id.ok_or_else(|| GrantError::NotReadable(name.clone()))?;
        }
        Ok(within)
    }

    /// Returns what records say of entities, as far as it still counts and stands in some compartments, and the entities
    /// that then have no label.
    fn what_still_counts(
        &mut self,
        list: &str,
        entities: &BTreeSet<&String>,
        within: &BTreeSet<String>,
    ) -> Result<(Handed, Vec<String>), AssignError> {
        let mut spoken = self.spoken(list)?;
        let (mut handed, mut without_label) = (Handed::new(), Vec::new());
        for entity in entities {
            let mut said = spoken.remove(*entity).ok_or_else(|| AssignError::NoEntity {
                list: list.to_owned(),
                entity: (*entity).clone(),
            })?;
            bear_in_mind(&mut said);
            let all: Vec<Contribution> = said.iter().map(|one| one.contribution.clone()).collect();
            let (mut any, mut labelled, mut has_label) = (false, false, false);
            for needed in Entity::needed(&all) {
                has_label |= needed.properties.contains_key(LABEL);
                let of = said.iter().find(|one| one.contribution.id == needed.id);
                let Some(record) = of.and_then(|one| one.record) else {
                    // It stands in the attached list, which the device has.
                    labelled |= needed.properties.contains_key(LABEL);
                    continue;
                };
                any = true;
                let said = self.said_within(record, within)?;
                let of_needed = |one: &Said| {
                    (&one.list, &one.entity) == (&list.to_owned(), *entity)
                        && contribution_id(record, &one.at) == needed.id
                };
                if let Some(one) = said.into_iter().find(of_needed) {
                    labelled |= one.properties.contains_key(LABEL);
                    handed.entry(record).or_default().push(SaidOfEntity {
                        list: one.list,
                        entity: one.entity,
                        creates: one.creates,
                        at: one.at,
                        by: one.by.0,
                        when: u64::try_from(one.by.1).unwrap_or_default(),
                        seen: needed.seen.into_iter().collect(),
                        properties: one.properties.into_iter().collect(),
                    });
                }
            }
            if !any {
                return Err(AssignError::Attached((*entity).clone()));
            }
            without_label.extend((has_label && !labelled).then(|| (*entity).clone()));
        }
        Ok((handed, without_label))
    }

    /// Returns what a record says of entities to whoever can read some of its compartments.
    fn said_within(
        &mut self,
        record: RecordId,
        within: &BTreeSet<String>,
    ) -> Result<Vec<Said>, EntitiesError> {
        let environment = self.plain_environment();
        self.store.read(|db| {
            let row = records::get(db, record)?.ok_or(StoreError::Unreadable("a record of an entity"))?;
            let (_, form) = self.shelf.read(db, &row.form_id, Some(&row.form_version))?;
            let record: Record = readable_within(db, record, &form, |name| within.contains(name))?;
            Ok(of_record(&record, &form, &environment))
        })
    }
}

/// What the envelopes of one packet have in common.
struct Packet {
    of: u32,
    to: MemberId,
    /// Unix seconds.
    now: i64,
    expires: i64,
}

impl Packet {
    fn write(
        &self,
        tx: &Connection,
        hand: &mut Hand<'_>,
        record: RecordId,
        said: Vec<SaidOfEntity>,
        once_key: &KemPublic,
    ) -> Result<EnvelopeId, AssignError> {
        let assignment = Assignment {
            expires: self.expires.unsigned_abs(),
            of: self.of,
            said,
        };
        let plain = assignment.to_bytes();
        if plain.len() > payload::MAX_PLAIN {
            return Err(AssignError::TooLarge(record));
        }
        // Packed first, so that its length tells little of what is in it.
        let packed = Zeroizing::new(payload::pack(&plain, None));
        if packed.len() + OVERHEAD > MAX_PART {
            return Err(AssignError::TooLarge(record));
        }
        let (subject, key) = (*record.as_bytes(), KeyName::Member(once_key.id()));
        let aad = hand.pen.context(subject, CompartmentId::RECIPIENT, key).aad();
        let sealed = seal_to(once_key, ASSIGNMENT, &aad, &packed, hand.rng);
        let part = SealedPart {
            compartment: CompartmentId::RECIPIENT,
            key,
            sealed: sealed.map_err(|_| GrantError::Unsealable)?,
        };
        let envelope = hand.write(tx, Kind::ASSIGNMENT, subject, Some(self.to), vec![part])?;
        let given = GivenGrant {
            envelope,
            record,
            recipient: self.to,
            desk: hand.me.member,
            at: self.now,
            expires: Some(self.expires),
        };
        fresh_keys::note_given(tx, &given, &[])?;
        audit::note(tx, self.now, Deed::Grant, &subject)?;
        Ok(envelope)
    }
}
