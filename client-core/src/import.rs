//! Taking envelopes in: whatever this node has keys for is opened and merged, the rest is kept.
//!
//! The envelope log is the truth, and what is made of it a cache: [`take`] may be called again for any
//! envelope, in any order, and comes to the same.

use record::{AuthorId, AuthorPrefix, Record};
use rusqlite::Connection;
use seal::chain::{ChainError, ChainReader};
use seal::grant::Grant;
use seal::keys::RecordKey;
use seal::members::{Keyring, as_record_key};
use seal::part::{self, PartContext};
use seal::payload;
use seal::roster::Roster;
use seal::to_key::open_with;
use seal::verify::envelope::{Verified, VerifyError};
use wire::{
    ChainId, Checkpoint, CompartmentId, EnvelopeId, FormId, GrantedKeyId, Header, KeyName, Kind, MemberId,
    Part, PartHeader, RecordId, Want, Wanted,
};
use zeroize::Zeroizing;

use crate::compartments::Compartments;
use crate::form_letter::FormLetter;
use crate::merging::{Merger, Refusal, Task};
use crate::notebook::programme_of;
use crate::payload as changes;
use crate::store::envelopes::{self, State};
use crate::store::forms::{self, FormRow};
use crate::store::myself::{self, Myself};
use crate::store::quarantine::{self, Cause};
use crate::store::records::{self, RecordRow, RecordStatus};
use crate::store::{StoreError, drafts, entities, keys, roster as store_roster, time};

pub(crate) mod assignment;
mod book;
mod checkpoint;
pub(crate) mod files;
mod grant;
pub(crate) mod handover;
pub(crate) mod media;
mod misfits;
mod posted;
pub(crate) mod roster;
pub(crate) mod tombstone;
pub(crate) mod trust;
mod withdrawal;

/// What opening needs besides the store.
pub(crate) struct Reading<'a> {
    me: &'a Myself,
    merger: &'a Merger,
    roster: &'a Roster,
    members_keys: Keyring,
    compartments: Compartments,
    /// The compartments whose epochs this node has keys of: on devices none.
    readable: Vec<CompartmentId>,
    /// This node's clock, in unix seconds.
    now: i64,
    /// The highest time known, in unix seconds: memberships end by it.
    known: i64,
}

/// What became of an envelope.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Taken {
    /// It was here already.
    Known,
    /// It is kept; there is nothing in it for this node.
    Kept,
    /// It was opened.
    Opened,
    /// Something it needs has not come yet.
    Waiting,
    /// It does not open or merge: a person must look.
    Quarantined,
}

/// Why an envelope was not opened.
enum Shut {
    /// There is nothing in it for this node.
    NotForUs,
    /// Something has not come yet.
    Not(&'static str),
    /// It is wrong.
    Wrong(String),
    /// It is not trusted: a person decides.
    Untrusted(Cause),
    Store(StoreError),
}

impl From<StoreError> for Shut {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl<'a> Reading<'a> {
    /// Reads what opening needs. `now` is this node's clock, in unix seconds.
    pub(crate) fn new(
        db: &Connection,
        me: &'a Myself,
        merger: &'a Merger,
        roster: &'a Roster,
        now: i64,
    ) -> Result<Self, StoreError> {
        let members_keys = programme_of(db)?.members_keys;
        let compartments = Compartments::read(roster, &members_keys);
        Ok(Self {
            me,
            merger,
            roster,
            members_keys,
            compartments,
            readable: keys::readable(db)?,
            now,
            known: now.max(time::known(db)?.by_anybody),
        })
    }

    fn reads(&self, compartment: CompartmentId) -> bool {
        self.readable.contains(&compartment)
    }
}

/// Keeps an envelope and opens it, if this node can.
pub(crate) fn take(db: &Connection, reading: &Reading<'_>, verified: &Verified) -> Result<Taken, StoreError> {
    let (id, envelope) = (verified.id(), verified.envelope());
    if envelopes::is_spent(db, id)? {
        return Ok(Taken::Known);
    }
    let bare = tombstone::bare(db, verified)?;
    match envelopes::keep(db, id, bare.as_ref().unwrap_or(envelope))? {
        true => {
            let late = reading.roster.is_expired(&envelope.header.author, reading.known);
            envelopes::note_seen(db, id, reading.now, late)?;
        }
        false if bare.is_some() || envelopes::is_settled(db, id)? => return Ok(Taken::Known),
        false => {}
    }
    trust::note_arrival(db, reading, verified)?;
    if let Some(reason) = envelopes::misplaced(db, id, verified.header())?
        && !quarantine::is_released(db, id)?
    {
        quarantine::put(db, id, Cause::Fork, reason)?;
        return Ok(Taken::Quarantined);
    }
    if bare.is_some() {
        tombstone::forget_skipped(db, verified.header())?;
        return Ok(Taken::Kept);
    }
    open(db, reading, verified)
}

/// Opens what waits and can be opened now, and makes anew what must be. Returns how many were opened.
pub(crate) fn retry(db: &Connection, reading: &Reading<'_>) -> Result<u64, StoreError> {
    for record in quarantine::due(db)? {
        records::forget_view(db, record)?;
        quarantine::reopen_all(db, record)?;
    }
    let mut opened = 0;
    loop {
        let mut progress = 0;
        for id in envelopes::waiting(db)? {
            progress += u64::from(reopen(db, reading, id)? == Taken::Opened);
        }
        opened += progress;
        if progress == 0 {
            return Ok(opened);
        }
    }
}

/// Opens an envelope that is here.
pub(crate) fn reopen(db: &Connection, reading: &Reading<'_>, id: EnvelopeId) -> Result<Taken, StoreError> {
    let envelope = envelopes::get(db, id)?.ok_or(StoreError::Unreadable("an envelope that was listed"))?;
    // What is in the store was verified when it came; verified again, so that nothing is trusted twice.
    match seal::verify::envelope::verify(envelope, reading.roster) {
        Ok(verified) => open(db, reading, &verified),
        // It verified when it came: the roster was split since.
        Err(
            VerifyError::RosterBehind { .. } | VerifyError::UnknownAuthor(_) | VerifyError::OtherRoster(_),
        ) => mark(
            db,
            id,
            Err(Shut::Not("the roster entries it speaks of do not hold now")),
        ),
        Err(error) => mark(db, id, Err(Shut::Wrong(error.to_string()))),
    }
}

fn open(db: &Connection, reading: &Reading<'_>, verified: &Verified) -> Result<Taken, StoreError> {
    if let Some(cause) = trust::doubt(db, reading, verified)? {
        return mark(db, verified.id(), Err(Shut::Untrusted(cause)));
    }
    let outcome = match verified.header().kind {
        Kind::CHAIN => open_chain(db, reading, verified),
        Kind::FORM => open_form(db, reading, verified),
        Kind::FILE => files::open(db, reading, verified),
        Kind::BOOK => book::open(db, reading, verified),
        Kind::GRANT => grant::open(db, reading, verified),
        Kind::ASSIGNMENT => assignment::open(db, reading, verified),
        Kind::CHECKPOINT => checkpoint::open(db, reading, verified),
        Kind::RECORD => open_record(db, reading, verified),
        Kind::MEDIA => media::open(db, reading, verified),
        Kind::WITHDRAWAL => withdrawal::open(db, reading, verified),
        Kind::TOMBSTONE => tombstone::open(db, reading, verified),
        Kind::KEYS => posted::open(db, reading, verified),
        Kind::HANDOVER => handover::open(db, reading, verified),
        Kind::RECEIPT if verified.header().recipient.is_some() => handover::accepted(db, reading, verified),
        // A later version knows what this is.
        _ => Err(Shut::NotForUs),
    };
    mark(db, verified.id(), outcome)
}

fn mark(db: &Connection, id: EnvelopeId, outcome: Result<(), Shut>) -> Result<Taken, StoreError> {
    let (state, reason, taken) = match outcome {
        Ok(()) => (State::Opened, None, Taken::Opened),
        Err(Shut::NotForUs) => (State::Kept, None, Taken::Kept),
        Err(Shut::Not(reason)) => (State::Waiting, Some(reason.to_owned()), Taken::Waiting),
        Err(Shut::Wrong(reason)) => (State::Quarantined, Some(reason), Taken::Quarantined),
        Err(Shut::Untrusted(cause)) => {
            quarantine::put(db, id, cause, cause.reason())?;
            return Ok(Taken::Quarantined);
        }
        Err(Shut::Store(error)) => return Err(error),
    };
    envelopes::mark(db, id, state, reason.as_deref())?;
    Ok(taken)
}

/// Reads the first keys of chains that were sealed to epochs this node has.
fn open_chain(db: &Connection, reading: &Reading<'_>, verified: &Verified) -> Result<(), Shut> {
    let header = verified.header();
    let mut any = false;
    for (part, sealed) in parts_here(verified).filter(|(part, _)| reading.reads(part.compartment)) {
        if book::is_closed(db, reading, part.compartment, part.key)? {
            keys::shut(db, chain_id(part))?;
            continue;
        }
        let key = open_with_epoch(db, header, part, sealed, CHAIN_KEY);
        let key = key.or_else(|shut| wait_for_epoch(db, reading, part, shut))?;
        let first =
            <[u8; 32]>::try_from(key.as_slice()).map_err(|_| Shut::Wrong("a chain's key is cut".into()))?;
        let reader = ChainReader::begin(first);
        keys::begin_reader(db, chain_id(part), part.compartment, header.author, &reader)?;
        any = true;
    }
    if any { Ok(()) } else { Err(Shut::NotForUs) }
}

/// Reads a published form.
fn open_form(db: &Connection, reading: &Reading<'_>, verified: &Verified) -> Result<(), Shut> {
    let header = verified.header();
    let form = FormId::from_bytes(header.subject);
    let published = reading
        .roster
        .forms()
        .filter(|(id, _)| **id == form)
        .flat_map(|(_, versions)| versions);
    let published = published
        .into_iter()
        .find(|version| version.envelope == verified.id());
    let height = published
        .ok_or(Shut::Not("the roster does not publish this form yet"))?
        .height;
    let letter = FormLetter::from_bytes(&open_for_members(reading, verified)?).map_err(wrong)?;
    let read = form::Form::read_markdown(&letter.markdown)
        .map_err(|errors| Shut::Wrong(errors.first().map_or_else(String::new, ToString::to_string)))?;
    let dictionary = payload::Dictionary::from_bytes(letter.dictionary);
    let row = FormRow {
        envelope: verified.id(),
        form,
        form_id: read.id.clone(),
        version: read.version.clone(),
        title: read.title.clone(),
        height,
        markdown: letter.markdown,
        dictionary: dictionary.id(),
    };
    Ok(forms::keep(db, &row, &dictionary)?)
}

/// Returns what a checkpoint of this desk's own says.
pub(crate) fn said_at(
    db: &Connection,
    id: EnvelopeId,
    members_keys: &Keyring,
) -> Result<Checkpoint, StoreError> {
    let envelope = envelopes::get(db, id)?.ok_or(StoreError::Unreadable("a checkpoint"))?;
    let parts = envelope
        .parts()
        .filter_map(|(part, sealed)| Some((part, sealed.bytes()?)));
    let plain = for_members(members_keys, &envelope.header, parts).map_err(|shut| match shut {
        Shut::Store(error) => error,
        _ => StoreError::Unreadable("a checkpoint"),
    })?;
    Checkpoint::from_bytes(&plain).map_err(|_| StoreError::Unreadable("a checkpoint"))
}

/// Opens the part that every member can read.
fn open_for_members(reading: &Reading<'_>, verified: &Verified) -> Result<Vec<u8>, Shut> {
    for_members(&reading.members_keys, verified.header(), parts_here(verified))
}

fn for_members<'a>(
    members_keys: &Keyring,
    header: &Header,
    mut parts: impl Iterator<Item = (&'a PartHeader, &'a [u8])>,
) -> Result<Vec<u8>, Shut> {
    let (part, sealed) = parts
        .find(|(part, _)| part.compartment == CompartmentId::MEMBERS)
        .ok_or(Shut::Wrong("there is nothing for members in it".into()))?;
    let key = match part.key {
        KeyName::Members(id) => members_keys.find(id),
        _ => return Err(Shut::Wrong("it is not sealed under a members' key".into())),
    };
    let key = key.ok_or(Shut::Not("it is sealed under another members' key"))?;
    let packed = part::open(&as_record_key(key), &context(header, part), sealed).map_err(wrong)?;
    payload::unpack(&packed, |_| None)
        .map(|plain| plain.to_vec())
        .map_err(wrong)
}

/// Opens and merges what people answered.
fn open_record(db: &Connection, reading: &Reading<'_>, verified: &Verified) -> Result<(), Shut> {
    let header = verified.header();
    let record = RecordId::from_bytes(header.subject);
    let granted = keys::has_granted(db, record)?;
    if reading.readable.is_empty() && !granted {
        return Err(Shut::NotForUs);
    }
    if drafts::is_open(db, record)? {
        return Err(Shut::Not("an edit of this record is open here"));
    }
    let mut opened = Vec::new();
    let lacks =
        |(part, sealed): (&PartHeader, &Part)| reading.reads(part.compartment) && *sealed == Part::Absent;
    if verified.parts().any(lacks) {
        return Err(Shut::Not("a part of it that this desk may read was not sent"));
    }
    for (part, sealed) in parts_here(verified) {
        let Some(key) = part_key(db, header, part)? else {
            if reading.reads(part.compartment) && !book::is_shut(db, reading, header, part)? {
                return Err(Shut::Not("its key has not come yet"));
            }
            continue;
        };
        let packed = part::open(&key, &context(header, part), sealed).map_err(wrong)?;
        let plain = unpack(db, &packed)?;
        let name = reading.compartments.name(part.compartment);
        let name = name.ok_or(Shut::Not("the roster does not name its compartment yet"))?;
        opened.push((name, changes::read(&plain).map_err(wrong)?));
    }
    if opened.is_empty() {
        return Err(Shut::NotForUs);
    }
    merge(db, reading, verified, record, opened)
}

fn merge(
    db: &Connection,
    reading: &Reading<'_>,
    verified: &Verified,
    record: RecordId,
    brought: Vec<(&str, Vec<Vec<u8>>)>,
) -> Result<(), Shut> {
    let author = verified.header().author;
    let documents = records::documents(db, record)?;
    let task = Task {
        author: AuthorId(*author.as_bytes()),
        documents: documents
            .iter()
            .map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
            .collect(),
        brought,
    };
    let merged = reading.merger.merge(&task).map_err(StoreError::from)?;
    let outcome = merged.map_err(|refusal| match refusal {
        Refusal::Wrong(reason) => Shut::Wrong(reason),
        Refusal::TooManyWaiting => Shut::Not("too many changes of its author wait already"),
        Refusal::Unreadable => Shut::Store(StoreError::Unreadable("a record; rebuild the notebook")),
    })?;
    if misfits::put_out(db, reading, record, verified.id(), &outcome)? {
        // The record was made anew without them. With each round there is at least one envelope less.
        return open_record(db, reading, verified);
    }
    for (compartment, bytes) in &outcome.documents {
        records::keep_document(db, record, compartment, bytes)?;
    }
    entities::forget(db, record)?;
    misfits::note_waiting(db, record, verified.id(), &outcome)?;
    let Some(begun) = outcome.begun else {
        // Only an edit of it came so far; its beginning is still on the way.
        return Ok(());
    };
    let at = outcome.at;
    let first = at.is_some_and(|at| at == begun.at) && begun.author == AuthorId(*author.as_bytes()).prefix();
    let row = RecordRow {
        id: record,
        form_id: begun.form_id,
        form_version: begun.form_version,
        status: if reading.readable.is_empty() {
            RecordStatus::Granted
        } else {
            RecordStatus::Received
        },
        started: begun.at,
        changed: at.unwrap_or(begun.at),
        author: member_of(reading.roster, begun.author).unwrap_or(author),
        disagreements: outcome.disagreements,
        editing: false,
    };
    records::put(db, &row)?;
    if let Some(at) = at {
        records::note_work(db, verified.id(), author, record, &day(at), first)?;
    }
    Ok(())
}

/// Reads what this node has of a record.
pub(crate) fn load(db: &Connection, id: RecordId) -> Result<Record, StoreError> {
    load_within(db, id, |_| true)
}

/// Reads what this node has of some compartments of a record.
pub(crate) fn load_within(
    db: &Connection,
    id: RecordId,
    within: impl Fn(&str) -> bool,
) -> Result<Record, StoreError> {
    // What was begun here and is not finished nobody else can have erased.
    let begun_here = |row: RecordRow| row.status == RecordStatus::Draft;
    if myself::is_restored(db)? && !records::get(db, id)?.is_none_or(begun_here) {
        return Err(StoreError::Restored);
    }
    let mut book = Record::new();
    let documents = records::documents(db, id)?.into_iter();
    for (compartment, bytes) in documents.filter(|(compartment, _)| within(compartment)) {
        book.load(compartment, &bytes)
            .map_err(|_| StoreError::Unreadable("a record; rebuild the notebook"))?;
    }
    Ok(book)
}

/// Returns the member whose changes carry this prefix, if there is just one.
pub(crate) fn member_of(roster: &Roster, prefix: AuthorPrefix) -> Option<MemberId> {
    let mut found = roster
        .members()
        .map(|member| member.card.member)
        .filter(|id| AuthorId(*id.as_bytes()).prefix() == prefix);
    found.next().filter(|_| found.next().is_none())
}

/// Returns the day of a time in unix seconds (UTC), like `2026-11-24`.
pub(crate) fn day(at: i64) -> String {
    let time = jiff::Timestamp::from_second(at).unwrap_or_default();
    time.to_zoned_datetime(jiff::tz::TimeZone::UTC).date().to_string()
}

/// What a chain's first key is sealed for.
pub(crate) const CHAIN_KEY: &[u8] = b"baraza/1 chain";
/// What a grant is sealed for.
pub(crate) const GRANT: &[u8] = b"baraza/1 grant";
/// What a key handed out with a grant is sealed for, to the desks.
pub(crate) const GRANTED_KEY: &[u8] = b"baraza/1 granted key";

/// Returns the id of the chain whose first key a part carries.
pub(crate) fn chain_id(part: &PartHeader) -> ChainId {
    let [a, b, c, d, e, f, g, h, ..] = *part.hash.as_bytes();
    ChainId([a, b, c, d, e, f, g, h])
}

/// Returns what a part is bound to.
pub(crate) fn context(header: &Header, part: &PartHeader) -> PartContext {
    PartContext {
        programme: header.programme,
        subject: header.subject,
        compartment: part.compartment,
        author: header.author,
        key: part.key,
    }
}

fn parts_here(verified: &Verified) -> impl Iterator<Item = (&PartHeader, &[u8])> {
    verified
        .parts()
        .filter_map(|(part, sealed)| Some((part, sealed.bytes()?)))
}

/// Finds the key of a record's part: in the book, or by turning its author's chain forward.
fn part_key(db: &Connection, header: &Header, part: &PartHeader) -> Result<Option<RecordKey>, Shut> {
    if let Some(key) = keys::look_up(db, &header.subject, part.compartment, &part.key)? {
        return Ok(Some(key));
    }
    let KeyName::Chain { chain, index } = part.key else {
        return Ok(None);
    };
    let Some(mut reader) = keys::reader(db, chain, part.compartment, header.author)? else {
        return Ok(None);
    };
    let record = RecordId::from_bytes(header.subject);
    let key = match reader.record_key(index, &record, part.compartment) {
        Ok(key) => key,
        // A notebook that was copied uses its chain twice: each record has its own key all the same.
        Err(ChainError::Taken(_)) => {
            let mut again = begin_again(db, chain, part.compartment, header)?;
            let key = again
                .record_key(index, &record, part.compartment)
                .map_err(wrong)?;
            keys::enter(db, &header.subject, part.compartment, &part.key, &key)?;
            return Ok(Some(key));
        }
        Err(error) => return Err(wrong(error)),
    };
    keys::advance_reader(db, chain, &reader)?;
    keys::enter(db, &header.subject, part.compartment, &part.key, &key)?;
    Ok(Some(key))
}

/// Reads a chain from its first key again.
fn begin_again(
    db: &Connection,
    chain: ChainId,
    compartment: CompartmentId,
    of: &Header,
) -> Result<ChainReader, Shut> {
    for id in envelopes::chains(db, of.author)? {
        let envelope = envelopes::get(db, id)?.ok_or(StoreError::Unreadable("a chain"))?;
        for (part, sealed) in envelope.parts() {
            if let Some(sealed) = sealed
                .bytes()
                .filter(|_| chain_id(part) == chain && part.compartment == compartment)
            {
                let key = open_with_epoch(db, &envelope.header, part, sealed, CHAIN_KEY)?;
                let first = <[u8; 32]>::try_from(key.as_slice()).map_err(wrong)?;
                return Ok(ChainReader::begin(first));
            }
        }
    }
    Err(Shut::Wrong("the chain it names is not here any more".into()))
}

fn open_with_epoch(
    db: &Connection,
    header: &Header,
    part: &PartHeader,
    sealed: &[u8],
    purpose: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Shut> {
    let KeyName::Epoch(number) = part.key else {
        return Err(Shut::Wrong("a key is not sealed to an epoch".into()));
    };
    // Two desks may have given their epochs one number before the roster was joined.
    let (aad, mut outcome) = (
        context(header, part).aad(),
        Err(Shut::Not("its epoch's key has not come yet")),
    );
    for key in keys::keys_of_epoch(db, part.compartment, number)? {
        match open_with(&key, purpose, &aad, sealed) {
            Ok(opened) => return Ok(opened),
            Err(error) => outcome = Err(wrong(error)),
        }
    }
    outcome
}

/// Waits if something does not open because it is sealed to another epoch of the same number, whose key is not here:
/// the roster is split, or was.
fn wait_for_epoch<T>(
    db: &Connection,
    reading: &Reading<'_>,
    part: &PartHeader,
    shut: Shut,
) -> Result<T, Shut> {
    let (Shut::Wrong(_), KeyName::Epoch(number)) = (&shut, part.key) else {
        return Err(shut);
    };
    let mut elsewhere = reading.roster.is_split();
    for epoch in reading.roster.epochs() {
        let same = (epoch.compartment, epoch.number) == (part.compartment, number);
        elsewhere |= same && !keys::has_epoch_key(db, part.compartment, number, epoch.public.id())?;
    }
    Err(match elsewhere {
        true => Shut::Not("its epoch's key has not come yet"),
        false => shut,
    })
}

fn unpack(db: &Connection, packed: &[u8]) -> Result<Vec<u8>, Shut> {
    let mut missing = false;
    let unpacked = payload::unpack(packed, |id| {
        let found = forms::dictionary(db, id).ok().flatten();
        missing |= found.is_none();
        found
    });
    match unpacked {
        Err(_) if missing => Err(Shut::Not("its form has not come yet")),
        other => other.map(|plain| plain.to_vec()).map_err(wrong),
    }
}

fn wrong(error: impl std::fmt::Display) -> Shut {
    Shut::Wrong(error.to_string())
}
