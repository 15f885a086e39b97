//! One file: SQLite in WAL mode, durable at every commit.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{
    Connection, ErrorCode, OptionalExtension, Row, Transaction, TransactionBehavior, named_params,
};
use wire::envelope::MAX_PART;
use wire::{
    Envelope, EnvelopeId, Header, Kind, LogId, MemberId, Part, PartHash, ProgrammeId, Reader, RecordId,
    RosterEntry, Status, Vector, Writer,
};

use super::{
    FOR_ALL, Identity, Query, RUN_BYTES, RUN_LENGTH, Run, Store, StoreError, TO_ONE, Write, contiguous, kept,
    pieces,
};

pub(crate) mod backup;

const MIGRATIONS: &[&str] = &[
    include_str!("0001_relay.sql"),
    include_str!("0002_checkpoints.sql"),
    include_str!("0003_tombstone.sql"),
    include_str!("0004_restored.sql"),
    include_str!("0005_media.sql"),
    include_str!("0006_appended.sql"),
];
/// How long to wait for whoever writes.
const PATIENCE: Duration = Duration::from_secs(10);
/// How many connections read at the same time.
const READERS: usize = 4;

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => Self::Damaged,
            _ => Self::Sql(error),
        }
    }
}

/// A relay's store in one SQLite file.
pub struct SqliteStore {
    path: PathBuf,
    identity: Identity,
    /// Whether something may have been erased since the file was last written anew.
    unclean: AtomicBool,
    writer: Mutex<Connection>,
    readers: Vec<Mutex<Connection>>,
}

impl SqliteStore {
    /// Opens the file, or makes it.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let mut writer = connect(path)?;
        migrate(&mut writer)?;
        let identity = identity(&mut writer)?;
        let unclean = is_unclean(&writer)?;
        let readers = (0..READERS)
            .map(|_| connect(path).map(Mutex::new))
            .collect::<Result<_, _>>()?;
        let store = Self {
            path: path.to_owned(),
            identity,
            unclean: AtomicBool::new(unclean),
            writer: Mutex::new(writer),
            readers,
        };
        // The program may have been killed between erasing and cleaning.
        store.clean(&mut store.writer.lock().unwrap_or_else(PoisonError::into_inner))?;
        Ok(store)
    }

    /// Checks the whole file.
    pub fn check(&self) -> Result<(), StoreError> {
        let verdict: String = self
            .reader()
            .query_row("PRAGMA integrity_check", [], |row| row.get(0))?;
        if verdict == "ok" {
            Ok(())
        } else {
            Err(StoreError::Damaged)
        }
    }

    /// Moves the write-ahead log into the file.
    pub fn empty_log(&self) -> Result<(), StoreError> {
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(writer.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?)
    }

    /// Leaves nothing of what was erased: not in the log, and not in the pages that connections keep in memory. They
    /// are closed, which overwrites those, and opened anew.
    fn clean(&self, writer: &mut Connection) -> Result<(), StoreError> {
        if !self.unclean.load(Ordering::SeqCst) || !is_unclean(writer)? {
            return Ok(());
        }
        for reader in &self.readers {
            *reader.lock().unwrap_or_else(PoisonError::into_inner) = connect(&self.path)?;
        }
        // Written anew as a whole: where SQLite moves rows from page to page, it may leave old copies in the space
        // between. Not in memory, which may be smaller than the file; what is erased is not in the temporary file.
        writer.execute_batch("PRAGMA temp_store = FILE; VACUUM;")?;
        let busy: i64 = writer.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
        // Otherwise somebody reads the file from outside, such as a backup: the next write tries again.
        if busy == 0 {
            writer.execute("UPDATE tombstone SET clean = 1 WHERE clean = 0", [])?;
            self.unclean.store(false, Ordering::SeqCst);
        }
        *writer = connect(&self.path)?;
        Ok(())
    }

    fn set_piece(&self, set: &str, programme: &ProgrammeId, hash: &PartHash) -> Result<(), StoreError> {
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let which = "WHERE hash = :hash AND programme = (SELECT n FROM programme WHERE id = :programme)";
        writer
            .prepare_cached(&format!("{set} {which}"))?
            .execute(named_params! { ":programme": programme.as_bytes(), ":hash": hash.as_bytes() })?;
        Ok(())
    }

    /// Takes a reader that is free, or waits for one.
    fn reader(&self) -> MutexGuard<'_, Connection> {
        let free = self.readers.iter().find_map(|reader| reader.try_lock().ok());
        free.unwrap_or_else(|| {
            let reader = self.readers.first().unwrap_or(&self.writer);
            reader.lock().unwrap_or_else(PoisonError::into_inner)
        })
    }
}

impl Store for SqliteStore {
    fn identity(&self) -> Identity {
        self.identity.clone()
    }

    fn programmes(&self) -> Result<Vec<ProgrammeId>, StoreError> {
        let db = self.reader();
        let mut statement = db.prepare_cached("SELECT id FROM programme ORDER BY n")?;
        let rows = statement.query_map([], |row| fixed(row, "id").map(ProgrammeId::from_bytes))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn roster(&self, programme: &ProgrammeId, above: u64) -> Result<Vec<RosterEntry>, StoreError> {
        let db = self.reader();
        let mut statement = db.prepare_cached(
            "SELECT entry FROM roster JOIN programme ON n = programme
             WHERE id = :programme AND height > :above ORDER BY height",
        )?;
        let mut rows =
            statement.query(named_params! { ":programme": programme.as_bytes(), ":above": above as i64 })?;
        let mut entries = Vec::new();
        while let Some(row) = rows.next()? {
            let entry: Vec<u8> = row.get("entry")?;
            entries
                .push(RosterEntry::from_bytes(&entry).map_err(|_| StoreError::Unreadable("a roster entry"))?);
        }
        Ok(entries)
    }

    fn write(&self, batch: &[Write], hour: i64) -> Result<Vec<Status>, StoreError> {
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let tx = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let statuses = batch.iter().map(|write| match write {
            Write::Append(entry) => append(&tx, entry),
            Write::Keep(verified) => keep(&tx, verified.id().as_bytes(), verified.envelope(), hour),
            Write::Erase(verified) => {
                erase(&tx, verified.header())?;
                self.unclean.store(true, Ordering::SeqCst);
                keep(&tx, verified.id().as_bytes(), verified.envelope(), hour)
            }
        });
        let statuses = statuses.collect::<Result<_, _>>()?;
        tx.commit()?;
        self.clean(&mut writer)?;
        Ok(statuses)
    }

    fn restored(&self, programme: &ProgrammeId) -> Result<bool, StoreError> {
        let restored = self
            .reader()
            .prepare_cached("SELECT restored FROM programme WHERE id = :programme")?
            .query_row(named_params! { ":programme": programme.as_bytes() }, |row| {
                row.get("restored")
            })
            .optional()?;
        Ok(restored.unwrap_or(false))
    }

    fn set_replayed(&self, programme: &ProgrammeId) -> Result<(), StoreError> {
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        writer
            .prepare_cached("UPDATE programme SET restored = 0 WHERE id = :programme")?
            .execute(named_params! { ":programme": programme.as_bytes() })?;
        Ok(())
    }

    fn last(&self, programme: &ProgrammeId) -> Result<u64, StoreError> {
        Ok(find(&self.reader(), programme)?.map_or(0, |(_, last)| last))
    }

    fn brought(&self, programme: &ProgrammeId, author: &MemberId) -> Result<u64, StoreError> {
        let sql = "SELECT coalesce(sum(length(header) + length(signature) + length(parts)), 0) FROM envelope
                   WHERE programme = (SELECT n FROM programme WHERE id = :programme) AND author = :author";
        let of = named_params! { ":programme": programme.as_bytes(), ":author": author.as_bytes() };
        let bytes: i64 = self
            .reader()
            .prepare_cached(sql)?
            .query_row(of, |row| row.get(0))?;
        Ok(bytes as u64)
    }

    fn vectors(&self, programme: &ProgrammeId, author: Option<&MemberId>) -> Result<Vec<Vector>, StoreError> {
        let db = self.reader();
        let mut statement = db.prepare_cached(
            "SELECT author, incarnation, author_sequence, id FROM envelope
             WHERE programme = (SELECT n FROM programme WHERE id = :programme)
                   AND (:author IS NULL OR author = :author)
             ORDER BY author, incarnation, author_sequence, sequence",
        )?;
        let of = named_params! {
            ":programme": programme.as_bytes(), ":author": author.map(MemberId::as_bytes),
        };
        let places = statement.query_map(of, |row| {
            let author = MemberId::from_bytes(fixed(row, "author")?);
            let sequence = row.get::<_, i64>("author_sequence")? as u64;
            Ok((
                author,
                row.get("incarnation")?,
                sequence,
                EnvelopeId(fixed(row, "id")?),
            ))
        })?;
        Ok(contiguous(places.collect::<Result<Vec<_>, _>>()?))
    }

    fn run(&self, programme: &ProgrammeId, query: Query, after: u64) -> Result<Run, StoreError> {
        let db = self.reader();
        let db = db.unchecked_transaction()?;
        let Some((n, last)) = find(&db, programme)? else {
            return Ok(Run {
                envelopes: Vec::new(),
                looked_to: after,
                more: false,
            });
        };
        let (record, grant, checkpoint) = (Kind::RECORD.0, Kind::GRANT.0, Kind::CHECKPOINT.0);
        let media = Kind::MEDIA.0;
        let [for_all, to_one] = [&FOR_ALL[..], &TO_ONE].map(|kinds| {
            let numbers = kinds.iter().map(|kind| kind.0.to_string());
            numbers.collect::<Vec<_>>().join(", ")
        });
        let condition = match query {
            Query::All => "TRUE OR :id IS NULL".to_owned(),
            Query::For(_) => format!(
                "author <> :id AND ((kind IN ({for_all}) AND (recipient IS NULL OR recipient = :id)) OR (kind IN ({to_one}) AND recipient = :id)
                     OR (kind IN ({record}, {media}) AND subject IN (SELECT subject FROM envelope
                         WHERE programme = :programme AND recipient = :id AND kind = {grant}))
                     OR (kind = {checkpoint} AND NOT EXISTS (SELECT 1 FROM envelope AS later
                         WHERE later.programme = :programme AND later.kind = {checkpoint}
                               AND later.author = envelope.author AND later.sequence > envelope.sequence)))"
            ),
            Query::Record(_) => format!("subject = :id AND kind IN ({record}, {media})"),
        };
        let id: Option<&[u8; 16]> = match &query {
            Query::All => None,
            Query::For(member) => Some(member.as_bytes()),
            Query::Record(record) => Some(record.as_bytes()),
        };
        let mut statement = db.prepare_cached(&format!(
            "SELECT sequence, header, signature, parts FROM envelope
             WHERE programme = :programme AND sequence > :after AND ({condition})
             ORDER BY sequence LIMIT :limit"
        ))?;
        let mut rows = statement.query(named_params! {
            ":programme": n, ":after": after as i64, ":id": id, ":limit": RUN_LENGTH as i64 + 1,
        })?;
        let (mut envelopes, mut bytes) = (Vec::new(), 0);
        while let Some(row) = rows.next()? {
            if envelopes.len() >= RUN_LENGTH || bytes >= RUN_BYTES {
                let looked_to = envelopes.last().map_or(after, |(sequence, _)| *sequence);
                return Ok(Run {
                    envelopes,
                    looked_to,
                    more: true,
                });
            }
            let envelope = read_envelope(row)?;
            bytes += envelope
                .parts
                .iter()
                .filter_map(Part::bytes)
                .map(<[u8]>::len)
                .sum::<usize>();
            envelopes.push((row.get::<_, i64>("sequence")? as u64, envelope));
        }
        Ok(Run {
            envelopes,
            looked_to: last.max(after),
            more: false,
        })
    }

    fn declaring(&self, programme: &ProgrammeId, hash: &PartHash) -> Result<Option<Header>, StoreError> {
        let header = self
            .reader()
            .prepare_cached(
                "SELECT header FROM media_piece JOIN envelope USING (programme, sequence)
                 JOIN programme ON n = media_piece.programme
                 WHERE programme.id = :programme AND hash = :hash AND NOT EXISTS (
                     SELECT 1 FROM tombstone WHERE tombstone.programme = n
                                                   AND tombstone.subject = media_piece.subject)",
            )?
            .query_row(
                named_params! { ":programme": programme.as_bytes(), ":hash": hash.as_bytes() },
                |row| row.get::<_, Vec<u8>>("header"),
            )
            .optional()?;
        header
            .map(|bytes| Header::from_bytes(&bytes).map_err(|_| StoreError::Unreadable("a header")))
            .transpose()
    }

    fn missing_pieces(
        &self,
        programme: &ProgrammeId,
        author: Option<&MemberId>,
    ) -> Result<Vec<PartHash>, StoreError> {
        let db = self.reader();
        let mut statement = db.prepare_cached(
            "SELECT hash FROM media_piece
             WHERE programme = (SELECT n FROM programme WHERE id = :programme) AND whole = 0
                   AND (:author IS NULL OR author = :author) AND NOT EXISTS (
                       SELECT 1 FROM tombstone WHERE tombstone.programme = media_piece.programme
                                                     AND tombstone.subject = media_piece.subject)
             ORDER BY hash",
        )?;
        let of = named_params! {
            ":programme": programme.as_bytes(), ":author": author.map(MemberId::as_bytes),
        };
        let rows = statement.query_map(of, |row| fixed(row, "hash").map(PartHash))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn note_whole(&self, programme: &ProgrammeId, hash: &PartHash) -> Result<(), StoreError> {
        self.set_piece("UPDATE media_piece SET whole = 1", programme, hash)
    }

    fn doomed_pieces(&self) -> Result<Vec<(ProgrammeId, PartHash)>, StoreError> {
        let db = self.reader();
        let mut statement = db.prepare_cached(
            "SELECT id, hash FROM media_piece JOIN programme ON n = programme WHERE doomed = 1",
        )?;
        let rows = statement.query_map([], |row| {
            Ok((
                fixed(row, "id").map(ProgrammeId::from_bytes)?,
                PartHash(fixed(row, "hash")?),
            ))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn note_destroyed(&self, programme: &ProgrammeId, hash: &PartHash) -> Result<(), StoreError> {
        self.set_piece("UPDATE media_piece SET doomed = 0", programme, hash)
    }

    fn grants(
        &self,
        programme: &ProgrammeId,
        record: &RecordId,
        to: &MemberId,
    ) -> Result<Vec<Envelope>, StoreError> {
        let db = self.reader();
        let Some((n, _)) = find(&db, programme)? else {
            return Ok(Vec::new());
        };
        let mut statement = db.prepare_cached(
            "SELECT header, signature, parts FROM envelope
             WHERE programme = :programme AND recipient = :to AND subject = :record AND kind = :kind",
        )?;
        let mut rows = statement.query(named_params! {
            ":programme": n, ":to": to.as_bytes(), ":record": record.as_bytes(), ":kind": Kind::GRANT.0,
        })?;
        let mut grants = Vec::new();
        while let Some(row) = rows.next()? {
            grants.push(read_envelope(row)?);
        }
        Ok(grants)
    }
}

/// Opens a connection. What it frees of its memory it overwrites: pages of what was erased must not lie about in it.
fn connect(path: &Path) -> Result<Connection, StoreError> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(PATIENCE)?;
    connection.execute_batch(
        "PRAGMA cipher_memory_security = ON;
         PRAGMA journal_mode = WAL;
         PRAGMA synchronous = FULL;
         PRAGMA foreign_keys = ON;
         PRAGMA secure_delete = ON;
         PRAGMA temp_store = MEMORY;",
    )?;
    Ok(connection)
}

fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    let found: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let found = usize::try_from(found).map_err(|_| StoreError::Damaged)?;
    if found > MIGRATIONS.len() {
        return Err(StoreError::Newer {
            found,
            known: MIGRATIONS.len(),
        });
    }
    for (n, migration) in MIGRATIONS.iter().enumerate().skip(found) {
        let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        tx.execute_batch(migration)?;
        tx.pragma_update(None, "user_version", (n + 1) as i64)?;
        tx.commit()?;
    }
    Ok(())
}

fn identity(connection: &mut Connection) -> Result<Identity, StoreError> {
    let (mut log, mut freshness) = ([0; 8], [0; 32]);
    getrandom::fill(&mut log)?;
    getrandom::fill(&mut freshness)?;
    connection.execute(
        "INSERT INTO identity (only, log, freshness) VALUES (1, :log, :freshness) ON CONFLICT DO NOTHING",
        named_params! { ":log": log, ":freshness": freshness },
    )?;
    Ok(
        connection.query_row("SELECT log, freshness FROM identity", [], |row| {
            Ok(Identity {
                log: LogId(fixed(row, "log")?),
                freshness: fixed(row, "freshness")?,
            })
        })?,
    )
}

fn find(db: &Connection, programme: &ProgrammeId) -> Result<Option<(i64, u64)>, StoreError> {
    Ok(db
        .prepare_cached("SELECT n, sequence FROM programme WHERE id = :id")?
        .query_row(named_params! { ":id": programme.as_bytes() }, |row| {
            Ok((row.get("n")?, row.get::<_, i64>("sequence")? as u64))
        })
        .optional()?)
}

/// Compare and swap on the roster's head: the caller verified the entry against the roster it has.
fn append(tx: &Transaction<'_>, entry: &RosterEntry) -> Result<Status, StoreError> {
    if entry.height == 1 {
        tx.prepare_cached("INSERT INTO programme (id, sequence) VALUES (:id, 0) ON CONFLICT DO NOTHING")?
            .execute(named_params! { ":id": entry.programme.as_bytes() })?;
    }
    let Some((n, _)) = find(tx, &entry.programme)? else {
        return Ok(Status::Refused);
    };
    let here: Option<Vec<u8>> = tx
        .prepare_cached("SELECT entry FROM roster WHERE programme = :programme AND height = :height")?
        .query_row(
            named_params! { ":programme": n, ":height": entry.height as i64 },
            |row| row.get("entry"),
        )
        .optional()?;
    match here {
        Some(here) if here == entry.to_bytes() => return Ok(Status::Had),
        Some(_) => return Ok(Status::Overtaken),
        None => {}
    }
    let height: i64 = tx
        .prepare_cached("SELECT coalesce(max(height), 0) AS height FROM roster WHERE programme = :programme")?
        .query_row(named_params! { ":programme": n }, |row| row.get("height"))?;
    if height as u64 + 1 != entry.height {
        return Ok(Status::Refused);
    }
    tx.prepare_cached("INSERT INTO roster (programme, height, entry) VALUES (:programme, :height, :entry)")?
        .execute(named_params! {
            ":programme": n, ":height": entry.height as i64, ":entry": entry.to_bytes(),
        })?;
    Ok(Status::Stored)
}

/// Destroys the parts of everything about a tombstone's subject, and remembers to keep none that come later.
fn erase(tx: &Transaction<'_>, tombstone: &Header) -> Result<(), StoreError> {
    let Some((n, _)) = find(tx, &tombstone.programme)? else {
        return Ok(());
    };
    let subject = named_params! { ":programme": n, ":subject": tombstone.subject };
    tx.prepare_cached(
        "INSERT INTO tombstone (programme, subject) VALUES (:programme, :subject) ON CONFLICT DO NOTHING",
    )?
    .execute(subject)?;
    tx.prepare_cached(
        "UPDATE media_piece SET doomed = 1 WHERE programme = :programme AND subject = :subject",
    )?
    .execute(subject)?;
    let envelopes = tx
        .prepare_cached(
            "SELECT sequence, kind, header FROM envelope WHERE programme = :programme AND subject = :subject",
        )?
        .query_map(subject, |row| {
            let (kind, header) = (Kind(row.get("kind")?), row.get::<_, Vec<u8>>("header")?);
            Ok((row.get("sequence")?, kind, header))
        })?
        .collect::<Result<Vec<(i64, Kind, Vec<u8>)>, _>>()?;
    for (sequence, _, header) in envelopes.into_iter().filter(|(_, kind, _)| kind.of_record()) {
        let header = Header::from_bytes(&header).map_err(|_| StoreError::Unreadable("a header"))?;
        tx.prepare_cached(
            "UPDATE envelope SET parts = :parts WHERE programme = :programme AND sequence = :sequence",
        )?
        .execute(named_params! {
            ":parts": write_parts(&vec![Part::Absent; header.parts.len()]),
            ":programme": n,
            ":sequence": sequence,
        })?;
    }
    Ok(())
}

/// Returns whether something was erased since the file was last written anew.
fn is_unclean(db: &Connection) -> Result<bool, StoreError> {
    Ok(db
        .prepare_cached("SELECT 1 FROM tombstone WHERE clean = 0")?
        .exists([])?)
}

fn is_erased(tx: &Transaction<'_>, programme: i64, header: &Header) -> Result<bool, StoreError> {
    Ok(header.kind.of_record()
        && tx
            .prepare_cached("SELECT 1 FROM tombstone WHERE programme = :programme AND subject = :subject")?
            .exists(named_params! { ":programme": programme, ":subject": header.subject })?)
}

fn keep(tx: &Transaction<'_>, id: &[u8; 32], envelope: &Envelope, hour: i64) -> Result<Status, StoreError> {
    let header = &envelope.header;
    let Some((n, last)) = find(tx, &header.programme)? else {
        return Ok(Status::Refused);
    };
    let erased = is_erased(tx, n, header)?;
    let envelope = &kept(envelope, erased);
    let at_place: Vec<[u8; 32]> = tx
        .prepare_cached(
            "SELECT id FROM envelope WHERE programme = :programme AND author = :author
             AND incarnation = :incarnation AND author_sequence = :sequence",
        )?
        .query_map(
            named_params! {
                ":programme": n,
                ":author": header.author.as_bytes(),
                ":incarnation": header.incarnation,
                ":sequence": header.sequence as i64,
            },
            |row| fixed(row, "id"),
        )?
        .collect::<Result<_, _>>()?;
    if at_place.contains(id) {
        fill(tx, n, id, envelope)?;
        return Ok(Status::Had);
    }
    let sequence = last + 1;
    tx.prepare_cached("UPDATE programme SET sequence = :sequence WHERE n = :n")?
        .execute(named_params! { ":sequence": sequence as i64, ":n": n })?;
    tx.prepare_cached(
        "INSERT INTO envelope (programme, sequence, author, incarnation, author_sequence, kind, subject, recipient,
                               id, header, signature, parts, received_hour, fork)
         VALUES (:programme, :sequence, :author, :incarnation, :author_sequence, :kind, :subject, :recipient,
                 :id, :header, :signature, :parts, :hour, :fork)",
    )?
    .execute(named_params! {
        ":programme": n,
        ":sequence": sequence as i64,
        ":author": header.author.as_bytes(),
        ":incarnation": header.incarnation,
        ":author_sequence": header.sequence as i64,
        ":kind": header.kind.0,
        ":subject": header.subject,
        ":recipient": header.recipient.as_ref().map(MemberId::as_bytes),
        ":id": id,
        ":header": header.to_bytes(),
        ":signature": envelope.signature,
        ":parts": write_parts(&envelope.parts),
        ":hour": hour,
        ":fork": !at_place.is_empty(),
    })?;
    for hash in pieces(header) {
        tx.prepare_cached(
            "INSERT INTO media_piece (programme, hash, sequence, author, subject)
             VALUES (:programme, :hash, :sequence, :author, :subject) ON CONFLICT DO NOTHING",
        )?
        .execute(named_params! {
            ":programme": n, ":hash": hash.as_bytes(), ":sequence": sequence as i64,
            ":author": header.author.as_bytes(), ":subject": header.subject,
        })?;
    }
    Ok(if at_place.is_empty() {
        Status::Stored
    } else {
        Status::Fork
    })
}

/// Puts in the parts that this copy of a stored envelope has and the stored one lacks.
fn fill(tx: &Transaction<'_>, n: i64, id: &[u8; 32], envelope: &Envelope) -> Result<(), StoreError> {
    if envelope.parts.iter().all(|part| part.bytes().is_none()) {
        return Ok(());
    }
    let at = named_params! { ":programme": n, ":id": id, ":author": envelope.header.author.as_bytes(),
    ":incarnation": envelope.header.incarnation, ":sequence": envelope.header.sequence as i64 };
    let stored = tx
        .prepare_cached(
            "SELECT header, signature, parts FROM envelope WHERE programme = :programme AND author = :author
             AND incarnation = :incarnation AND author_sequence = :sequence AND id = :id",
        )?
        .query_row(at, |row| Ok(read_envelope(row)))??;
    let filled: Vec<Part> = stored
        .parts
        .iter()
        .zip(&envelope.parts)
        .map(|(here, brought)| match here {
            Part::Here(_) => here.clone(),
            Part::Absent => brought.clone(),
        })
        .collect();
    if filled == stored.parts {
        return Ok(());
    }
    tx.prepare_cached(
        "UPDATE envelope SET parts = :parts WHERE programme = :programme AND author = :author
         AND incarnation = :incarnation AND author_sequence = :sequence AND id = :id",
    )?
    .execute(
        named_params! { ":programme": n, ":id": id, ":author": envelope.header.author.as_bytes(),
        ":incarnation": envelope.header.incarnation, ":sequence": envelope.header.sequence as i64,
        ":parts": write_parts(&filled) },
    )?;
    Ok(())
}

fn write_parts(parts: &[Part]) -> Vec<u8> {
    let mut w = Writer::new();
    for part in parts {
        match part {
            Part::Absent => w.u8(0),
            Part::Here(bytes) => {
                w.u8(1);
                w.bytes(bytes);
            }
        }
    }
    w.finish()
}

fn read_envelope(row: &Row<'_>) -> Result<Envelope, StoreError> {
    let header: Vec<u8> = row.get("header")?;
    let header = Header::from_bytes(&header).map_err(|_| StoreError::Unreadable("a header"))?;
    let bytes: Vec<u8> = row.get("parts")?;
    let mut r = Reader::new(&bytes);
    let mut parts = Vec::with_capacity(header.parts.len());
    for _ in &header.parts {
        let here = r.u8("a part").map_err(|_| StoreError::Unreadable("a part"))?;
        parts.push(match here {
            0 => Part::Absent,
            _ => Part::Here(
                r.bytes(MAX_PART)
                    .map_err(|_| StoreError::Unreadable("a part"))?
                    .to_vec(),
            ),
        });
    }
    Ok(Envelope {
        header,
        signature: fixed(row, "signature")?,
        parts,
    })
}

fn fixed<const N: usize>(row: &Row<'_>, column: &str) -> rusqlite::Result<[u8; N]> {
    let bytes: Vec<u8> = row.get(column)?;
    let length = bytes.len();
    bytes.try_into().map_err(|_| {
        let wrong = format!("{column} has {length} bytes, not {N}");
        rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Blob, wrong.into())
    })
}
