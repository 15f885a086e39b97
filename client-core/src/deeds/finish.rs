//! Finish a record: one change for each compartment, sealed and queued; then this device forgets how to open it.

use std::collections::{BTreeMap, BTreeSet};

use form::interview::{self, Complaint, Trouble};
use form::{Address, Answers as _, Environment, Form, Value};
use record::{Draft, SquashError};
use rusqlite::Connection;
use seal::chain::Chain;
use seal::keys::RecordKey;
use seal::payload;
use seal::roster::Roster;
use seal::to_key::seal_to;
use seal::write::SealedPart;
use thiserror::Error;
use wire::{CompartmentId, EnvelopeId, KeyName, Kind, PartHeader, RecordId};

use crate::Notebook;
use crate::compartments::Compartments;
use crate::deeds::entities::{EntitiesError, NoteError};
use crate::deeds::media::seal_file;
use crate::deeds::start::{DraftError, OpenDraft};
use crate::home::HomeError;
use crate::import::{self, CHAIN_KEY, Reading, Taken, chain_id};
use crate::notebook::NoProgramme;
use crate::payload as changes;
use crate::pen::Hand;
use crate::store::audit::{self, Deed};
use crate::store::keys::OwnChain;
use crate::store::records::{RecordRow, RecordStatus};
use crate::store::{StoreError, drafts, envelopes, forms, keys, media, once_keys, pieces, records};

/// Why a record was not finished. Unless it says otherwise, the draft is as it was.
#[derive(Debug, Error)]
pub enum FinishError {
    /// There is no programme.
    #[error(transparent)]
    NoProgramme(#[from] NoProgramme),
    /// The draft cannot be opened.
    #[error(transparent)]
    Draft(#[from] DraftError),
    /// Nothing is open.
    #[error("no edit of record {0} is open")]
    NotOpen(RecordId),
    /// Something is missing or wrong in it.
    #[error("{} in the record must be mended first: {}", counted(.0.len()), first(.0))]
    Incomplete(Vec<Complaint>),
    /// What is known of the entities it is about cannot be read.
    #[error(transparent)]
    Entities(#[from] EntitiesError),
    /// The answers do not fit a record.
    #[error(transparent)]
    Squash(#[from] SquashError),
    /// The programme does not have a compartment the form needs.
    #[error("the programme has no reading key for \"{0}\" yet; sync and finish again")]
    NoEpoch(String),
    /// What was sealed does not open at this desk.
    #[error("what was sealed does not open at this desk; nothing was finished")]
    DoesNotOpen,
    /// The record is finished; only the copy beside the notebook is missing.
    #[error(
        "the record is finished and safe in the notebook, but {0}; it is tried again at the next opening"
    )]
    Copy(#[from] HomeError),
    /// The notebook cannot be written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Notebook {
    /// Finishes a record. Returns its envelope, or nothing if nothing was changed.
    ///
    /// On a device, no key that opens it and no answer of it is left when this returns.
    pub fn finish(&mut self, record: RecordId) -> Result<Option<EnvelopeId>, FinishError> {
        let open = self.open_draft(record)?;
        if open.new {
            return Err(FinishError::NotOpen(record));
        }
        self.finish_draft(open, None)
    }

    /// Returns the answers that finishing would send, to be read through beforehand: those at questions that are not
    /// relevant are left out, although the draft keeps them.
    ///
    /// # Errors
    /// The draft cannot be opened.
    pub fn preview(&mut self, record: RecordId) -> Result<serde_json::Value, DraftError> {
        let OpenDraft { form, mut draft, .. } = self.open_draft(record)?;
        let (environment, now) = (self.environment(&form)?, self.now().as_second());
        leave_out_irrelevant(&mut draft, &form, &environment, now)?;
        Ok(form::answers_json::write_answers(&form, &draft))
    }

    /// Finishes a draft. `noted` is put down in the audit.
    pub(crate) fn finish_draft(
        &mut self,
        mut open: OpenDraft,
        noted: Option<Deed>,
    ) -> Result<Option<EnvelopeId>, FinishError> {
        if self.is_revoked() {
            return Err(DraftError::Revoked.into());
        }
        let (form, draft) = (open.form.clone(), &mut open.draft);
        let environment = self.environment(&form)?;
        let complaints = interview::check(&form, draft, &environment);
        if !complaints.is_empty() {
            return Err(FinishError::Incomplete(complaints));
        }
        let now = self.now().as_second();
        // None of these steps is kept: the draft becomes changes, or stays as it was.
        leave_out_irrelevant(draft, &form, &environment, now)?;
        drop(self.note_entities(draft, &form, now)?);
        // Edits leave the time at which the record was finished as it is: it is nothing people could disagree about.
        for (at, value) in interview::ending(&form, &environment)
            .into_iter()
            .filter(|_| open.row.status == RecordStatus::Draft)
        {
            drop(draft.put_down(&at, value, now).map_err(DraftError::from)?);
        }
        if draft.meta(META_UNFINISHED).is_some() {
            note_unfinished(draft, "", now)?;
        }
        self.seal(open, noted)
    }

    /// Makes changes of a draft and seals them. What is left of it here is destroyed.
    fn seal(&mut self, open: OpenDraft, noted: Option<Deed>) -> Result<Option<EnvelopeId>, FinishError> {
        let own = self.belonging::<FinishError>()?.0.clone();
        let squashed = self.squash(open)?;
        let (record, now) = (squashed.row.id, self.now().as_second());
        let desk = self.is_desk();
        let finished = self.write_with(&own, |tx, hand| {
            let sealed = squashed.seal(tx, hand, &own)?;
            if let Some(deed) = noted {
                audit::note(tx, now, deed, record.as_bytes())?;
            }
            drafts::destroy(tx, record)?;
            if desk {
                let reading = Reading::new(tx, hand.me, hand.merger, &own, now)?;
                for id in &sealed {
                    // A supervisor's desk cannot open a chain of a compartment that is not its to read.
                    if !matches!(import::reopen(tx, &reading, *id)?, Taken::Opened | Taken::Kept) {
                        return Err(FinishError::DoesNotOpen);
                    }
                }
                import::retry(tx, &reading)?;
            } else {
                forget(tx, record)?;
                records::set_status(tx, record, RecordStatus::Finished, now)?;
            }
            Ok::<_, FinishError>(sealed.last().copied())
        });
        // Also if only the copy failed: the record is finished then, and what was destroyed must not stay in the log.
        let emptied = self.store.empty_log();
        let finished = finished?;
        emptied?;
        Ok(finished)
    }

    /// Makes of a draft what is to be sealed.
    pub(crate) fn squash(&self, open: OpenDraft) -> Result<Squashed, FinishError> {
        let (own, programme) = self.belonging::<FinishError>()?;
        let compartments = Compartments::read(own, &programme.members_keys);
        let OpenDraft { row, form, draft, .. } = open;
        let now = self.now().as_second();
        let fresh = row.status == RecordStatus::Draft;
        let mut files = Vec::new();
        for (address, name) in self.store.read(|db| media::attached(db, row.id))? {
            // A file whose answer was cleared since, or is not relevant, is not sent.
            let at: Option<Address> = address.parse().ok();
            let question = at
                .as_ref()
                .and_then(Address::path)
                .and_then(|path| form.question(&path).cloned());
            if let (Some(at), Some(question)) = (at, question)
                && draft.answer(&at) == Some(Value::File(name))
            {
                let id = compartments.id(&question.compartment);
                let id = id.ok_or_else(|| FinishError::NoEpoch(question.compartment.clone()))?;
                files.push((id, address));
            }
        }
        let names = form.compartments();
        let squashed: BTreeMap<String, Vec<u8>> = draft.squash(&form, &names, now)?.into_iter().collect();
        let mut contents = Vec::new();
        // A record's first envelope has a part for every compartment, so that presence tells nothing.
        for name in names.iter().filter(|name| fresh || squashed.contains_key(*name)) {
            let id = compartments
                .id(name)
                .ok_or_else(|| FinishError::NoEpoch(name.clone()))?;
            let change = squashed.get(name).map(Vec::as_slice);
            contents.push((
                id,
                changes::write(change.into_iter().collect::<Vec<_>>().into_iter()),
            ));
        }
        Ok(Squashed { row, contents, files })
    }
}

/// What is to be sealed of a draft.
pub(crate) struct Squashed {
    row: RecordRow,
    contents: Vec<(CompartmentId, Vec<u8>)>,
    /// The addresses of the questions that files answer.
    files: Vec<(CompartmentId, String)>,
}

impl Squashed {
    /// Seals it, and its files behind it. Returns the envelopes that were written, the record's own last.
    pub(crate) fn seal(
        &self,
        tx: &Connection,
        hand: &mut Hand<'_>,
        own: &Roster,
    ) -> Result<Vec<EnvelopeId>, FinishError> {
        let Self { row, contents, files } = self;
        if contents.is_empty() {
            return Ok(Vec::new());
        }
        let form = forms::find(tx, &row.form_id, Some(&row.form_version))?;
        let dictionary = form
            .map(|form| forms::dictionary(tx, form.dictionary))
            .transpose()?
            .flatten();
        let compartments: BTreeSet<CompartmentId> = contents
            .iter()
            .map(|(id, _)| *id)
            .chain(files.iter().map(|(id, _)| *id))
            .collect();
        let (mut written, taken) = take_keys(tx, hand, own, row.id, compartments)?;
        let about = (Kind::RECORD, row.id);
        let record = seal_with(tx, hand, &taken, about, contents, dictionary.as_ref())?;
        for (compartment, address) in files {
            let file = media::draft_file(tx, row.id, address)?;
            if let (Some(file), Some((name, key))) = (file, taken.get(compartment)) {
                let parts = seal_file(hand, row.id, *compartment, (*name, key), &file);
                written.push(hand.write(tx, Kind::MEDIA, *row.id.as_bytes(), None, parts)?);
            }
        }
        written.push(record);
        Ok(written)
    }
}

/// Clears the answers at questions that are not relevant, and removes instances of repeats that are
/// not relevant or beyond their count, as ODK does. The draft on disk keeps them.
fn leave_out_irrelevant(
    draft: &mut Draft,
    form: &Form,
    environment: &Environment,
    now: i64,
) -> Result<(), DraftError> {
    for at in interview::irrelevant(form, draft, environment) {
        drop(draft.clear(&at, now)?);
    }
    let mut removed: Vec<Address> = Vec::new();
    for instance in interview::left_out_instances(form, draft, environment) {
        // What is inside a removed instance goes with it.
        if !removed.iter().any(|outer| instance.is_within(outer)) {
            drop(draft.remove_instance(&instance, now)?);
            removed.push(instance);
        }
    }
    Ok(())
}

impl From<NoteError> for FinishError {
    fn from(error: NoteError) -> Self {
        match error {
            NoteError::Answer(error) => Self::Draft(error.into()),
            NoteError::Entities(error) => Self::Entities(error),
        }
    }
}

/// Where a record says why it was sealed before it was finished.
pub(crate) const META_UNFINISHED: &str = "unfinished";

/// Notes why a record is sealed before it was finished; an empty text takes an earlier note back.
pub(crate) fn note_unfinished(draft: &mut Draft, why: &str, now: i64) -> Result<(), DraftError> {
    drop(draft.set_meta(META_UNFINISHED, form::Value::Text(why.to_owned()), now)?);
    Ok(())
}

/// Destroys what could still show the record on this device.
pub(crate) fn forget(db: &Connection, record: RecordId) -> Result<(), StoreError> {
    records::forget_documents(db, record)?;
    media::forget(db, record)?;
    pieces::empty(db, record)?;
    envelopes::close(db, record)?;
    if cfg!(feature = "keep-keys") {
        Ok(())
    } else {
        // A grant holds the keys too, sealed to this device: it must not open the record a second time.
        envelopes::spend_grants(db, record)?;
        once_keys::spend_all(db, record)?;
        once_keys::destroy_spent(db)?;
        keys::forget(db, record)
    }
}

/// Seals parts of an envelope about a record. Returns the envelopes that were written: chains that had to be opened,
/// and last the one about the record.
pub(crate) fn seal_about(
    db: &Connection,
    hand: &mut Hand<'_>,
    roster: &Roster,
    (kind, record): (Kind, RecordId),
    contents: &[(CompartmentId, Vec<u8>)],
    dictionary: Option<&payload::Dictionary>,
) -> Result<Vec<EnvelopeId>, FinishError> {
    let compartments = contents.iter().map(|(compartment, _)| *compartment);
    let (mut written, taken) = take_keys(db, hand, roster, record, compartments)?;
    written.push(seal_with(db, hand, &taken, (kind, record), contents, dictionary)?);
    Ok(written)
}

/// The keys of one record in several compartments, with their names.
type Keys = BTreeMap<CompartmentId, (KeyName, RecordKey)>;

/// Takes the keys that what is sealed of a record next is sealed with. Returns also the envelope of chains that had to
/// be opened for that.
fn take_keys(
    db: &Connection,
    hand: &mut Hand<'_>,
    roster: &Roster,
    record: RecordId,
    compartments: impl IntoIterator<Item = CompartmentId>,
) -> Result<(Vec<EnvelopeId>, Keys), FinishError> {
    let mut with_chain = Vec::new();
    let mut taken = Keys::new();
    for compartment in compartments {
        match keys::granted(db, record, compartment)? {
            Some((id, key)) => drop(taken.insert(compartment, (KeyName::Granted(id), key))),
            None => with_chain.push(compartment),
        }
    }
    let opened = open_chains(db, hand, roster, &with_chain)?;
    for compartment in with_chain {
        let missing = || FinishError::NoEpoch(compartment.to_string());
        let mut own = keys::own_chain(db, compartment)?.ok_or_else(missing)?;
        let (index, key) = own.chain.next(&record, compartment).map_err(|_| missing())?;
        keys::keep_own_chain(db, compartment, &own)?;
        let name = KeyName::Chain { chain: own.id, index };
        if cfg!(feature = "keep-keys") {
            keys::enter(db, record.as_bytes(), compartment, &name, &key)?;
        }
        taken.insert(compartment, (name, key));
    }
    Ok((opened.into_iter().collect(), taken))
}

/// Seals parts of an envelope about a record with keys that were taken for it.
fn seal_with(
    db: &Connection,
    hand: &mut Hand<'_>,
    taken: &Keys,
    (kind, record): (Kind, RecordId),
    contents: &[(CompartmentId, Vec<u8>)],
    dictionary: Option<&payload::Dictionary>,
) -> Result<EnvelopeId, StoreError> {
    let mut parts = Vec::new();
    for (compartment, plain) in contents {
        let Some((name, key)) = taken.get(compartment) else {
            continue;
        };
        let packed = payload::pack(plain, dictionary);
        parts.push(
            hand.pen
                .seal(*record.as_bytes(), *compartment, (*name, key), &packed, hand.rng),
        );
    }
    hand.write(db, kind, *record.as_bytes(), None, parts)
}

/// Opens a chain for every compartment whose chain is missing, used up or of an older epoch: one envelope for all.
fn open_chains(
    db: &Connection,
    hand: &mut Hand<'_>,
    roster: &Roster,
    compartments: &[CompartmentId],
) -> Result<Option<EnvelopeId>, FinishError> {
    let mut parts = Vec::new();
    for compartment in compartments {
        let no_epoch = || FinishError::NoEpoch(compartment.to_string());
        let epoch = roster.epoch(*compartment).ok_or_else(no_epoch)?;
        let own = keys::own_chain(db, *compartment)?;
        let public = epoch.public.id();
        let fits = |own: &OwnChain| own.epoch == epoch.number && own.public == public;
        if own.is_some_and(|own| fits(&own) && !own.chain.is_used_up()) {
            continue;
        }
        let (chain, first) = Chain::make(hand.rng);
        let key = KeyName::Epoch(epoch.number);
        let aad = hand.pen.context([0; 16], *compartment, key).aad();
        let sealed =
            seal_to(&epoch.public, CHAIN_KEY, &aad, first.as_slice(), hand.rng).map_err(|_| no_epoch())?;
        let id = chain_id(&PartHeader::of(*compartment, key, &sealed));
        keys::keep_own_chain(
            db,
            *compartment,
            &OwnChain {
                epoch: epoch.number,
                public,
                id,
                chain,
            },
        )?;
        parts.push(SealedPart {
            compartment: *compartment,
            key,
            sealed,
        });
    }
    match parts.is_empty() {
        true => Ok(None),
        false => Ok(Some(hand.write(db, Kind::CHAIN, [0; 16], None, parts)?)),
    }
}

fn counted(count: usize) -> String {
    if count == 1 {
        "one answer".to_owned()
    } else {
        format!("{count} answers")
    }
}

fn trouble(complaint: &Complaint) -> &'static str {
    match complaint.trouble {
        Trouble::Missing => "an answer is missing",
        Trouble::Constraint => "an answer is out of bounds",
        Trouble::WrongType => "an answer is of another type",
        Trouble::NotOffered => "a choice is not offered",
        Trouble::Unclear => "a condition cannot be worked out",
    }
}

fn first(complaints: &[Complaint]) -> String {
    complaints.first().map_or_else(String::new, |complaint| {
        format!("{} at {}", trouble(complaint), complaint.at)
    })
}
