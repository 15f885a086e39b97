//! A second desk, admitted with the programme's root key.

use client_core::{Cost, Notebook};
use rusqlite::{Connection, named_params};
use seal::keys::SignKey;
use seal::roster::write;
use testkit::Field;
use wire::{Role, RosterAct};
use zeroize::Zeroizing;

use crate::PASSPHRASE;

/// Admits a second desk. Returns the founding desk, opened again, and the new one.
///
/// # Panics
/// If anything does not go as it must.
pub fn second_desk(field: &Field, desk: Notebook, name: &str, role: Role) -> (Notebook, Notebook) {
    let mut second = Notebook::create(
        &field.folder().join(name),
        name,
        PASSPHRASE,
        Cost::LEAST,
        field.surroundings(),
    )
    .expect("a notebook");
    let folder = field.folder().join("desk");
    let own = desk.roster().expect("a roster").clone();
    let author = desk.member();
    drop(desk);
    let key = std::fs::read(folder.join("notebook.key")).expect("a key");
    let key = seal::passphrase::unwrap_key(&key, PASSPHRASE).expect("the passphrase");
    let db = Connection::open(folder.join("notebook.sqlite")).expect("a file");
    let hex: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
    db.execute_batch(&format!("PRAGMA key = \"x'{hex}'\""))
        .expect("a key");
    let seed: Vec<u8> = db
        .query_row("SELECT root_seed FROM programme", [], |row| row.get(0))
        .expect("a seed");
    let root = SignKey::from_seed(&Zeroizing::new(seed.try_into().expect("32 bytes")));
    let act = RosterAct::Admit {
        card: second.card(),
        role,
        name: Vec::new(),
        terms: None,
    };
    let entry = write::next(&own, author, act, &root);
    db.execute(
        "INSERT INTO roster (head, height, main, relayed, entry) VALUES (:head, :height, 1, 0, :entry)",
        named_params! { ":head": entry.head().as_bytes(), ":height": entry.height as i64, ":entry": entry.to_bytes() },
    )
    .expect("an entry");
    drop(db);
    let mut desk = field.reopen("desk").expect("the desk");
    let request = second.request().expect("a request").to_text();
    let certificate = desk.admit(&request).expect("a certificate");
    second.join(&certificate).expect("a desk");
    if role != Role::AUDITOR {
        desk.rotate(None).expect("seeds for it");
    }
    (desk, second)
}
