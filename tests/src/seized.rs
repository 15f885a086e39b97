//! What somebody has who takes a device away, with its passphrase, and has the relay's copies of everything.

use std::path::Path;

use client_core::Notebook;
use rusqlite::Connection;
use seal::keys::KemKey;
use seal::part::PartContext;
use seal::passphrase;
use seal::to_key::open_with;
use server::store::{Query, SqliteStore, Store as _};
use wire::{CompartmentId, Envelope, KeyName, Kind, ProgrammeId};

use crate::{PASSPHRASE, sqlcipher};

/// The purpose that grants are sealed for.
pub const GRANT: &[u8] = b"baraza/1 grant";
/// The purpose that drafts are handed over for.
pub const HANDOVER: &[u8] = b"baraza/1 handover";

/// The plain bytes of everything on the device: every page, free ones included, the log, the outbox.
///
/// # Panics
/// If the notebook cannot be decrypted.
pub fn everything_on(device: &Path) -> Vec<Vec<u8>> {
    let read = |name: &str| std::fs::read(device.join(name)).unwrap_or_default();
    let key = passphrase::unwrap_key(&read("notebook.key"), PASSPHRASE).expect("the passphrase");
    let mut places = sqlcipher::pages(&read("notebook.sqlite"), &key);
    places.extend(sqlcipher::frames(&read("notebook.sqlite-wal"), &key));
    assert!(
        places.iter().any(|page| contains(page, b"CREATE TABLE")),
        "the pages are decrypted"
    );
    let outbox = std::fs::read_dir(device.join("outbox")).expect("an outbox");
    let outbox = outbox.map(|entry| std::fs::read(entry.expect("a file").path()).expect("a copy"));
    places.extend(outbox);
    places.push(read("notebook.key"));
    places
}

/// Whether a word stands in bytes.
pub fn contains(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|window| window == word)
}

/// Opens a device's notebook past the program.
///
/// # Panics
/// If it does not open.
pub fn database_of(device: &Path) -> Connection {
    let key = std::fs::read(device.join("notebook.key")).expect("a key");
    let key = passphrase::unwrap_key(&key, PASSPHRASE).expect("the passphrase");
    let hex: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
    let db = Connection::open(device.join("notebook.sqlite")).expect("a notebook");
    db.execute_batch(&format!("PRAGMA key = \"x'{hex}'\""))
        .expect("its key");
    db
}

/// Returns what the relay in a folder has of one kind, in order.
///
/// # Panics
/// If the relay's store cannot be read.
pub fn relayed(relay: &Path, programme: ProgrammeId, kind: Kind) -> Vec<Envelope> {
    let store = SqliteStore::open(&relay.join("relay.sqlite")).expect("a store");
    let (mut found, mut after) = (Vec::new(), 0);
    loop {
        let run = store.run(&programme, Query::All, after).expect("a run");
        let (looked_to, more) = (run.looked_to, run.more);
        found.extend(run.envelopes.into_iter().map(|(_, envelope)| envelope));
        if !more {
            break;
        }
        after = looked_to;
    }
    found.retain(|envelope| envelope.header.kind == kind);
    found
}

/// Returns the seeds of all one-time keys on a device.
///
/// # Panics
/// If the notebook cannot be read.
pub fn once_keys(device: &Path) -> Vec<[u8; 32]> {
    let db = database_of(device);
    let mut statement = db.prepare("SELECT seed FROM once_key").expect("a table");
    let seeds = statement
        .query_map([], |row| row.get::<_, [u8; 32]>(0))
        .expect("rows");
    seeds.map(|seed| seed.expect("a seed")).collect()
}

/// Whether a seed opens what an envelope holds for its recipient.
pub fn opens(seed: &[u8; 32], envelope: &Envelope, purpose: &[u8]) -> bool {
    let key = KemKey::from_seed(&(*seed).into());
    envelope.parts().any(|(part, bytes)| {
        let context = PartContext {
            programme: envelope.header.programme,
            subject: envelope.header.subject,
            compartment: part.compartment,
            author: envelope.header.author,
            key: part.key,
        };
        part.compartment == CompartmentId::RECIPIENT
            && part.key == KeyName::Member(key.id())
            && bytes
                .bytes()
                .is_some_and(|sealed| open_with(&key, purpose, &context.aad(), sealed).is_ok())
    })
}

/// Returns the programme of a notebook.
///
/// # Panics
/// If it has none.
pub fn programme_of(notebook: &Notebook) -> ProgrammeId {
    notebook.roster().expect("a programme").programme()
}
