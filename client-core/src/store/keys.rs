//! Keys: epochs' seeds, chains, the key book, what a device was granted.

use rusqlite::{Connection, OptionalExtension, named_params};
use seal::book::EpochSeed;
use seal::chain::{Chain, ChainReader};
use seal::keys::{KemKey, RecordKey};
use wire::{ChainId, CompartmentId, GrantedKeyId, KemKeyId, KeyName, MemberId, RecordId};
use zeroize::Zeroizing;

use super::{StoreError, fixed};

/// A chain this node writes with.
pub(crate) struct OwnChain {
    pub(crate) epoch: u32,
    /// The epoch's public half; another epoch may have the same number.
    pub(crate) public: KemKeyId,
    pub(crate) id: ChainId,
    pub(crate) chain: Chain,
}

pub(crate) fn keep_epoch_key(
    db: &Connection,
    compartment: CompartmentId,
    number: u32,
    key: &KemKey,
) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO epoch_key (compartment, number, public, seed) VALUES (:compartment, :number, :public, :seed)
         ON CONFLICT DO NOTHING",
    )?
    .execute(named_params! {
        ":compartment": compartment.0,
        ":number": number,
        ":public": key.id().as_bytes(),
        ":seed": key.seed().as_slice(),
    })?;
    Ok(())
}

/// Returns whether the secret half of an epoch's key is here.
pub(crate) fn has_epoch_key(
    db: &Connection,
    compartment: CompartmentId,
    number: u32,
    public: KemKeyId,
) -> Result<bool, StoreError> {
    let sql =
        "SELECT 1 FROM epoch_key WHERE compartment = :compartment AND number = :number AND public = :public";
    Ok(db.prepare_cached(sql)?.exists(
        named_params! { ":compartment": compartment.0, ":number": number, ":public": public.as_bytes() },
    )?)
}

/// Returns the keys of all epochs that have this number: one, unless two desks rotated at the same time.
pub(crate) fn keys_of_epoch(
    db: &Connection,
    compartment: CompartmentId,
    number: u32,
) -> Result<Vec<KemKey>, StoreError> {
    let sql = "SELECT seed FROM epoch_key WHERE compartment = :compartment AND number = :number";
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map(
        named_params! { ":compartment": compartment.0, ":number": number },
        |row| fixed(row, "seed"),
    )?;
    rows.map(|seed| Ok(KemKey::from_seed(&Zeroizing::new(seed?))))
        .collect()
}

/// Returns the secret halves of all epochs that this node has.
pub(crate) fn epoch_keys(db: &Connection) -> Result<Vec<EpochSeed>, StoreError> {
    let mut statement =
        db.prepare_cached("SELECT compartment, number, seed FROM epoch_key ORDER BY compartment, number")?;
    let rows = statement.query_map([], |row| {
        Ok(EpochSeed {
            compartment: CompartmentId(row.get("compartment")?),
            number: row.get("number")?,
            key: KemKey::from_seed(&Zeroizing::new(fixed(row, "seed")?)),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Notes that a chain was sealed to an epoch this node has no key of.
pub(crate) fn shut(db: &Connection, chain: ChainId) -> Result<(), StoreError> {
    db.prepare_cached("INSERT INTO shut_chain (id) VALUES (:id) ON CONFLICT DO NOTHING")?
        .execute(named_params! { ":id": chain.as_bytes() })?;
    Ok(())
}

/// Returns whether a chain was sealed to an epoch this node has no key of.
pub(crate) fn is_shut(db: &Connection, chain: ChainId) -> Result<bool, StoreError> {
    Ok(db
        .prepare_cached("SELECT 1 FROM shut_chain WHERE id = :id")?
        .exists(named_params! { ":id": chain.as_bytes() })?)
}

/// Tries every chain again: keys of further epochs have come.
pub(crate) fn try_shut_again(db: &Connection) -> Result<(), StoreError> {
    db.execute("DELETE FROM shut_chain", [])?;
    Ok(())
}

/// Returns the compartments this node can read.
pub(crate) fn readable(db: &Connection) -> Result<Vec<CompartmentId>, StoreError> {
    let mut statement =
        db.prepare_cached("SELECT DISTINCT compartment FROM epoch_key ORDER BY compartment")?;
    let rows = statement.query_map([], |row| row.get("compartment").map(CompartmentId))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(crate) fn own_chain(db: &Connection, compartment: CompartmentId) -> Result<Option<OwnChain>, StoreError> {
    let sql = "SELECT epoch, public, id, state FROM chain WHERE compartment = :compartment";
    let found = db
        .prepare_cached(sql)?
        .query_row(named_params! { ":compartment": compartment.0 }, |row| {
            let state = Zeroizing::new(row.get::<_, Vec<u8>>("state")?);
            let public: Vec<u8> = row.get("public")?;
            Ok((row.get("epoch")?, public, ChainId(fixed(row, "id")?), state))
        })
        .optional()?;
    let Some((epoch, public, id, state)) = found else {
        return Ok(None);
    };
    // A chain of an older notebook does not say: a new one is opened.
    let Ok(public) = KemKeyId::try_from(public.as_slice()) else {
        return Ok(None);
    };
    let chain = Chain::from_bytes(&state).map_err(|_| StoreError::Unreadable("a chain"))?;
    Ok(Some(OwnChain {
        epoch,
        public,
        id,
        chain,
    }))
}

pub(crate) fn keep_own_chain(
    db: &Connection,
    compartment: CompartmentId,
    own: &OwnChain,
) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO chain (compartment, epoch, public, id, state)
         VALUES (:compartment, :epoch, :public, :id, :state)
         ON CONFLICT DO UPDATE SET epoch = excluded.epoch, public = excluded.public, id = excluded.id,
             state = excluded.state",
    )?
    .execute(named_params! {
        ":compartment": compartment.0,
        ":epoch": own.epoch,
        ":public": own.public.as_bytes(),
        ":id": own.id.as_bytes(),
        ":state": own.chain.to_bytes().as_slice(),
    })?;
    Ok(())
}

/// Forgets the chains this node writes with: the next record opens new ones.
pub(crate) fn forget_own_chains(db: &Connection) -> Result<(), StoreError> {
    db.execute("DELETE FROM chain", [])?;
    Ok(())
}

pub(crate) fn reader(
    db: &Connection,
    id: ChainId,
    compartment: CompartmentId,
    author: MemberId,
) -> Result<Option<ChainReader>, StoreError> {
    let sql =
        "SELECT state FROM chain_reader WHERE id = :id AND compartment = :compartment AND author = :author";
    let state = db
        .prepare_cached(sql)?
        .query_row(
            named_params! { ":id": id.as_bytes(), ":compartment": compartment.0, ":author": author.as_bytes() },
            |row| row.get::<_, Vec<u8>>("state").map(Zeroizing::new),
        )
        .optional()?;
    state
        .map(|state| {
            ChainReader::from_bytes(&state).map_err(|_| StoreError::Unreadable("a chain of another member"))
        })
        .transpose()
}

/// Keeps the first state of another member's chain; one that is here already stays as it is.
pub(crate) fn begin_reader(
    db: &Connection,
    id: ChainId,
    compartment: CompartmentId,
    author: MemberId,
    reader: &ChainReader,
) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO chain_reader (id, compartment, author, state) VALUES (:id, :compartment, :author, :state)
         ON CONFLICT DO NOTHING",
    )?
    .execute(named_params! {
        ":id": id.as_bytes(),
        ":compartment": compartment.0,
        ":author": author.as_bytes(),
        ":state": reader.to_bytes().as_slice(),
    })?;
    Ok(())
}

pub(crate) fn advance_reader(db: &Connection, id: ChainId, reader: &ChainReader) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE chain_reader SET state = :state WHERE id = :id")?
        .execute(named_params! { ":id": id.as_bytes(), ":state": reader.to_bytes().as_slice() })?;
    Ok(())
}

pub(crate) fn enter(
    db: &Connection,
    subject: &[u8; 16],
    compartment: CompartmentId,
    name: &KeyName,
    key: &RecordKey,
) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO key_book (subject, compartment, name, key) VALUES (:subject, :compartment, :name, :key)
         ON CONFLICT DO NOTHING",
    )?
    .execute(named_params! {
        ":subject": subject,
        ":compartment": compartment.0,
        ":name": name.to_bytes(),
        ":key": key.as_bytes(),
    })?;
    Ok(())
}

pub(crate) fn look_up(
    db: &Connection,
    subject: &[u8; 16],
    compartment: CompartmentId,
    name: &KeyName,
) -> Result<Option<RecordKey>, StoreError> {
    let sql =
        "SELECT key FROM key_book WHERE subject = :subject AND compartment = :compartment AND name = :name";
    let key = db
        .prepare_cached(sql)?
        .query_row(
            named_params! { ":subject": subject, ":compartment": compartment.0, ":name": name.to_bytes() },
            |row| fixed(row, "key"),
        )
        .optional()?;
    Ok(key.map(RecordKey::from_bytes))
}

/// Returns every key of a subject in one compartment.
pub(crate) fn page(
    db: &Connection,
    subject: &[u8; 16],
    compartment: CompartmentId,
) -> Result<Vec<(KeyName, RecordKey)>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT name, key FROM key_book WHERE subject = :subject AND compartment = :compartment ORDER BY name",
    )?;
    let mut rows = statement.query(named_params! { ":subject": subject, ":compartment": compartment.0 })?;
    let mut keys = Vec::new();
    while let Some(row) = rows.next()? {
        let name: Vec<u8> = row.get("name")?;
        let name = KeyName::from_bytes(&name).map_err(|_| StoreError::Unreadable("a key's name"))?;
        keys.push((name, RecordKey::from_bytes(fixed(row, "key")?)));
    }
    Ok(keys)
}

pub(crate) fn keep_granted(
    db: &Connection,
    record: RecordId,
    compartment: CompartmentId,
    id: GrantedKeyId,
    key: &RecordKey,
) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO granted_key (record, compartment, write_id, write_key)
         VALUES (:record, :compartment, :id, :key)
         ON CONFLICT DO UPDATE SET write_id = excluded.write_id, write_key = excluded.write_key",
    )?
    .execute(named_params! {
        ":record": record.as_bytes(),
        ":compartment": compartment.0,
        ":id": id.as_bytes(),
        ":key": key.as_bytes(),
    })?;
    Ok(())
}

/// Returns the key this device was handed to write a record's compartment with.
pub(crate) fn granted(
    db: &Connection,
    record: RecordId,
    compartment: CompartmentId,
) -> Result<Option<(GrantedKeyId, RecordKey)>, StoreError> {
    let sql =
        "SELECT write_id, write_key FROM granted_key WHERE record = :record AND compartment = :compartment";
    Ok(db
        .prepare_cached(sql)?
        .query_row(
            named_params! { ":record": record.as_bytes(), ":compartment": compartment.0 },
            |row| {
                Ok((
                    GrantedKeyId(fixed(row, "write_id")?),
                    RecordKey::from_bytes(fixed(row, "write_key")?),
                ))
            },
        )
        .optional()?)
}

/// Returns whether a desk handed this device keys of a record.
pub(crate) fn has_granted(db: &Connection, record: RecordId) -> Result<bool, StoreError> {
    Ok(db
        .prepare_cached("SELECT 1 FROM granted_key WHERE record = :record")?
        .exists(named_params! { ":record": record.as_bytes() })?)
}

/// Destroys every key with which this device could open a record.
pub(crate) fn forget(db: &Connection, record: RecordId) -> Result<(), StoreError> {
    let id = named_params! { ":record": record.as_bytes() };
    db.prepare_cached("DELETE FROM key_book WHERE subject = :record")?
        .execute(id)?;
    db.prepare_cached("DELETE FROM granted_key WHERE record = :record")?
        .execute(id)?;
    Ok(())
}

/// Returns the records that a desk handed this device keys of.
pub(crate) fn granted_records(db: &Connection) -> Result<Vec<RecordId>, StoreError> {
    let mut statement = db.prepare_cached("SELECT DISTINCT record FROM granted_key ORDER BY record")?;
    let rows = statement.query_map([], |row| fixed(row, "record").map(RecordId::from_bytes))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
