//! Notebooks that earlier programs wrote open, show what they showed, and go on.
//!
//! A fixture is copied and never written to. It was made with [`Cost::LEAST`](client_core::Cost::LEAST) and keys
//! that were never used elsewhere.

#![expect(clippy::unwrap_used, reason = "a test stops where something is missing")]

use std::path::Path;

use client_core::{Notebook, RecordStatus, Surroundings};
use form::{Address, Value};
use tempfile::TempDir;

const PASSPHRASE: &str = "six long words in here";

/// Opens a copy of a fixture.
fn copy(fixture: &str) -> (TempDir, Notebook) {
    let folder = tempfile::tempdir().unwrap();
    let from = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(fixture);
    for file in ["notebook.key", "notebook.sqlite"] {
        std::fs::copy(from.join(file), folder.path().join(file)).unwrap();
    }
    // Copies of what is queued are made anew at the opening.
    std::fs::create_dir(folder.path().join("outbox")).unwrap();
    let notebook = Notebook::open(folder.path(), PASSPHRASE, Surroundings::real().unwrap()).unwrap();
    (folder, notebook)
}

fn at(path: &str) -> Address {
    Address::top(&path.parse().unwrap())
}

/// A desk of November 2026, before people could leave a programme: four migrations, a form, a record finished and
/// edited, that record granted to a device, and an open draft.
#[test]
fn a_desk_of_layout_4_opens_and_a_rebuild_shows_the_same() {
    let (_folder, mut desk) = copy("notebook-layout-4");
    desk.check().unwrap();
    assert_eq!(desk.name(), "Desk");
    assert_eq!(desk.members().unwrap().len(), 2);

    let records = desk.records(None).unwrap();
    let find = |status| records.iter().find(|record| record.status == status).unwrap().id;
    let (finished, draft) = (find(RecordStatus::Received), find(RecordStatus::Draft));
    assert_eq!(records.len(), 2);
    let shown = desk.show(finished).unwrap();
    assert_eq!(shown.answers["fear"], "the river");
    assert_eq!(shown.answers["members"][0]["name"], "Juma");
    assert_eq!(shown.answers["meals"], "3");
    assert_eq!(shown.history.len(), 8);

    // Roster, chains, parts and payloads: what the desk ever opened is opened anew.
    assert_eq!(desk.rebuild().unwrap(), 4, "a form, a chain, a record, an edit");
    assert!(desk.troubled().unwrap().is_empty());
    let rebuilt = desk.show(finished).unwrap();
    assert_eq!(
        serde_json::to_value(rebuilt).unwrap(),
        serde_json::to_value(shown).unwrap()
    );

    // And it goes on: the draft is finished with the next key of the old chain.
    desk.answer(draft, &at("meals"), Value::Integer(2)).unwrap();
    desk.finish(draft).unwrap().unwrap();
    assert_eq!(desk.show(draft).unwrap().answers["code"], "B2");
}
