//! What a relay keeps, in the field's verbs. Every store passes the same tests.

use seal::verify::envelope::Verified;
use thiserror::Error;
use wire::{
    Envelope, EnvelopeId, Header, Incarnation, Kind, LogId, MemberId, Part, PartHash, ProgrammeId, RecordId,
    RosterEntry, Status, Vector,
};

mod memory;
mod sqlite;

pub use memory::MemoryStore;
pub use sqlite::SqliteStore;
pub(crate) use sqlite::backup;

/// Why a store cannot be read or written.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The file is not a relay's any more.
    #[error(
        "the relay's file is damaged; put it aside and start with an empty folder: members send again what they still hold"
    )]
    Damaged,
    /// The file is something else.
    #[error("the file is not a relay's")]
    NotARelays,
    /// A newer program wrote it.
    #[error("the relay's file was written by a newer program (layout {found}, this program knows {known})")]
    Newer {
        /// The layout found.
        found: usize,
        /// The newest this program knows.
        known: usize,
    },
    /// Something in it cannot be what this program wrote.
    #[error("the relay's file holds something this program cannot read: {0}")]
    Unreadable(&'static str),
    /// SQLite says why.
    #[error("the relay's file cannot be used: {0}")]
    Sql(#[source] rusqlite::Error),
    /// The machine gives no chance to make ids from.
    #[error("this machine gives no random numbers: {0}")]
    Chance(#[from] getrandom::Error),
}

/// What the relay was made with: it stays until the store is made anew.
#[derive(Clone)]
pub struct Identity {
    /// The generation of the database.
    pub log: LogId,
    /// The key of the nonces.
    pub freshness: [u8; 32],
}

/// Something to be written. All of one batch is durable together.
#[derive(Debug, Clone)]
pub enum Write {
    /// A roster entry that follows the last one.
    Append(RosterEntry),
    /// A verified envelope.
    Keep(Verified),
    /// A verified tombstone whose author may erase: the parts of everything about its subject are destroyed, now and
    /// when they arrive later.
    Erase(Verified),
}

/// Which envelopes are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Query {
    /// All: for a desk.
    All,
    /// Forms, grants to the member, records it was granted, each desk's newest checkpoint, and what every member must
    /// know of records (tombstones, withdrawals, receipts), but nothing it wrote itself: for a device.
    For(MemberId),
    /// What was answered in one record: its `record` and `media` envelopes, not the grants of it.
    Record(RecordId),
}

/// A run of envelopes in sequence order, as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// The envelopes with their sequence numbers.
    pub envelopes: Vec<(u64, Envelope)>,
    /// Up to and with which sequence number was looked.
    pub looked_to: u64,
    /// Whether there is more behind it.
    pub more: bool,
}

/// The most envelopes in one run.
pub const RUN_LENGTH: usize = 256;
/// A run ends once it has so many bytes of parts.
pub const RUN_BYTES: usize = 1 << 20;

/// What a relay keeps. The calls block.
pub trait Store: Send + Sync + 'static {
    /// Returns what the relay was made with.
    fn identity(&self) -> Identity;

    /// Returns the programmes.
    fn programmes(&self) -> Result<Vec<ProgrammeId>, StoreError>;

    /// Returns a programme's roster entries above a height.
    fn roster(&self, programme: &ProgrammeId, above: u64) -> Result<Vec<RosterEntry>, StoreError>;

    /// Writes a batch, whole and durable when this returns, and says what became of each. Sequence numbers have no
    /// gaps. `hour` is the time rounded down to the hour, in unix seconds. After a [`Write::Erase`] no byte of the
    /// parts is left in what the store keeps, nor in its memory.
    fn write(&self, batch: &[Write], hour: i64) -> Result<Vec<Status>, StoreError>;

    /// Returns whether a programme came out of a backup and waits for a desk. Until then its members are given nothing:
    /// the backup may hold what was erased since.
    fn restored(&self, programme: &ProgrammeId) -> Result<bool, StoreError>;

    /// Notes that a desk has sent again all that it holds, tombstones included; durable when this returns.
    fn set_replayed(&self, programme: &ProgrammeId) -> Result<(), StoreError>;

    /// Returns the last sequence number given out in a programme.
    fn last(&self, programme: &ProgrammeId) -> Result<u64, StoreError>;

    /// Returns how far each author's sequence is here without a gap, or that of one author, by author and incarnation.
    fn vectors(&self, programme: &ProgrammeId, author: Option<&MemberId>) -> Result<Vec<Vector>, StoreError>;

    /// Returns about how many bytes of an author's envelopes are here: headers, signatures and parts.
    fn brought(&self, programme: &ProgrammeId, author: &MemberId) -> Result<u64, StoreError>;

    /// Returns the next run of envelopes after a sequence number.
    fn run(&self, programme: &ProgrammeId, query: Query, after: u64) -> Result<Run, StoreError>;

    /// Returns the header of the envelope that declares a piece, unless its record was erased.
    fn declaring(&self, programme: &ProgrammeId, hash: &PartHash) -> Result<Option<Header>, StoreError>;

    /// Returns the declared pieces of one author, or of all, that are not known to be whole, by their hashes.
    fn missing_pieces(
        &self,
        programme: &ProgrammeId,
        author: Option<&MemberId>,
    ) -> Result<Vec<PartHash>, StoreError>;

    /// Notes that all of a piece is here.
    fn note_whole(&self, programme: &ProgrammeId, hash: &PartHash) -> Result<(), StoreError>;

    /// Returns the pieces whose record was erased, and whose bytes have not been destroyed yet.
    fn doomed_pieces(&self) -> Result<Vec<(ProgrammeId, PartHash)>, StoreError>;

    /// Notes that the bytes of a piece are destroyed.
    fn note_destroyed(&self, programme: &ProgrammeId, hash: &PartHash) -> Result<(), StoreError>;

    /// Returns the grants of a record to a member, as stored.
    fn grants(
        &self,
        programme: &ProgrammeId,
        record: &RecordId,
        to: &MemberId,
    ) -> Result<Vec<Envelope>, StoreError>;
}

/// The kinds that are sent to every member: what happened to records, without a word of what is in them.
pub(crate) const FOR_ALL: [Kind; 5] = [
    Kind::FORM,
    Kind::FILE,
    Kind::TOMBSTONE,
    Kind::WITHDRAWAL,
    Kind::RECEIPT,
];

/// The kinds that are sent to their recipient alone.
pub(crate) const TO_ONE: [Kind; 4] = [Kind::GRANT, Kind::HANDOVER, Kind::HANDED_MEDIA, Kind::ASSIGNMENT];

/// Returns what is kept of an envelope: nothing but the header if its record was erased, and no pieces of a photo, which
/// come apart.
pub(crate) fn kept(envelope: &Envelope, erased: bool) -> Envelope {
    let mut kept = envelope.withholding(|_| !erased);
    if envelope.header.kind.has_pieces() {
        kept.parts
            .iter_mut()
            .skip(1)
            .for_each(|part| *part = Part::Absent);
    }
    kept
}

/// Returns the pieces that a header declares, by their hashes.
pub(crate) fn pieces(header: &Header) -> impl Iterator<Item = PartHash> {
    let declares = header.kind.has_pieces();
    let parts = header.parts.iter().skip(1).filter(move |_| declares);
    parts.map(|part| part.hash)
}

/// Finds how far each author's sequence goes without a gap. `places` are in order.
pub(crate) fn contiguous(
    places: impl IntoIterator<Item = (MemberId, Incarnation, u64, EnvelopeId)>,
) -> Vec<Vector> {
    let mut vectors: Vec<Vector> = Vec::new();
    for (author, incarnation, sequence, id) in places {
        let none = Vector {
            author,
            incarnation,
            upto: 0,
            last: EnvelopeId([0; 32]),
        };
        if vectors.last().map(|last| (last.author, last.incarnation)) != Some((author, incarnation)) {
            vectors.push(none);
        }
        if let Some(vector) = vectors.last_mut()
            && vector.upto.checked_add(1) == Some(sequence)
        {
            vector.upto = sequence;
            vector.last = id;
        }
    }
    vectors
}
