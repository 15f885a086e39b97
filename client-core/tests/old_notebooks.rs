//! Notebooks that earlier programs wrote open, show what they showed, and go on.
//!
//! A fixture is copied and never written to. It was made with [`Cost::LEAST`](client_core::Cost::LEAST) and keys
//! that were never used elsewhere.

#![expect(clippy::unwrap_used, reason = "a test stops where something is missing")]

use std::path::Path;

use std::sync::Arc;

use client_core::{Clock, Notebook, RecordStatus, Surroundings};
use form::{Address, Value};
use jiff::Timestamp;
use tempfile::TempDir;
use wire::RecordId;

const PASSPHRASE: &str = "six long words in here";

/// Opens a copy of a fixture.
fn copy(fixture: &str) -> (TempDir, Notebook) {
    copy_at(fixture, Surroundings::real().unwrap())
}

/// Opens a copy of a fixture at a time of its own.
fn copy_at(fixture: &str, surroundings: Surroundings) -> (TempDir, Notebook) {
    let folder = tempfile::tempdir().unwrap();
    let from = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(fixture);
    for file in ["notebook.key", "notebook.sqlite"] {
        std::fs::copy(from.join(file), folder.path().join(file)).unwrap();
    }
    // Copies of what is queued are made anew at the opening.
    std::fs::create_dir(folder.path().join("outbox")).unwrap();
    let notebook = Notebook::open(folder.path(), PASSPHRASE, surroundings).unwrap();
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

/// An hour after the fixtures of layout 14 were made: a packet that is out has not expired.
struct AnHourLater;

impl Clock for AnHourLater {
    fn now(&self) -> Timestamp {
        "2026-11-25T08:00:00Z".parse().unwrap()
    }
}

fn an_hour_later() -> Surroundings {
    Surroundings {
        clock: Arc::new(AnHourLater),
        seed: [1; 32],
    }
}

fn id(text: &str) -> RecordId {
    text.parse().unwrap()
}

const VISITED: &str = "6f45aee8-69f9-47bf-a074-16e69900ffa6";
const ERASED: &str = "59dadd9d-3a89-4931-977d-58c286acb413";
const WITHDRAWN: &str = "f1051f29-5956-4892-a2fc-85cc4bb772cc";

/// A desk of the end of November 2026: five members and a recovery key; a record with consent and a photo that is granted to
/// a device, one that is withdrawn, one that is erased.
#[test]
fn a_desk_of_layout_14_still_has_photos_consent_withdrawals_and_what_it_erased() {
    let (_folder, mut desk) = copy_at("notebook-layout-14-desk", an_hour_later());
    desk.check().unwrap();
    assert_eq!(desk.members().unwrap().len(), 5);
    assert!(desk.roster().unwrap().recovery().is_some());
    assert!(desk.audit_break().is_none());
    let deeds: Vec<String> = desk.audit().unwrap().into_iter().map(|line| line.deed).collect();
    assert_eq!(deeds, ["erase", "grant"]);

    let shown = desk.show(id(VISITED)).unwrap();
    assert_eq!(shown.answers["village"], "Kayes");
    assert_eq!(shown.answers["who"], "Halima");
    assert_eq!(shown.answers["fear"], "the river");
    assert_eq!(shown.consent[0].purpose, "research");
    let photo = &desk.media(id(VISITED)).unwrap()[0];
    assert!(photo.complete);
    let bytes = desk.media_file(id(VISITED), &photo.name).unwrap();
    assert_eq!(bytes.len() as u64, photo.length);

    assert_eq!(desk.erased().unwrap(), [id(ERASED)]);
    assert!(desk.show(id(ERASED)).is_err());
    let withdrawn = desk.withdrawn().unwrap();
    assert_eq!(withdrawn[0].record, id(WITHDRAWN));
    assert_eq!(withdrawn[0].by.as_deref(), Some("the person"));
    assert!(desk.show(id(WITHDRAWN)).is_err());

    desk.rebuild().unwrap();
    assert!(desk.troubled().unwrap().is_empty());
    let rebuilt = desk.show(id(VISITED)).unwrap();
    assert_eq!(
        serde_json::to_value(rebuilt).unwrap(),
        serde_json::to_value(shown).unwrap()
    );
}

/// A device of the same day: a draft of its own, one that was handed to it, one record that waits to be confirmed, and a
/// granted one whose edit is open, with a photo.
#[test]
fn a_device_of_layout_14_goes_on_with_its_drafts_its_packet_and_what_was_handed_to_it() {
    let (_folder, mut device) = copy_at("notebook-layout-14-device", an_hour_later());
    device.check().unwrap();
    let (own, handed) = (
        id("0100b86c-52ed-4d0f-912f-fce733213d16"),
        id("63224939-1d33-40b2-9325-9c72c54764b2"),
    );
    let told = device.confirmations().unwrap();
    assert_eq!((told.finished, told.confirmed), (1, 0));

    let edited = device.show(id(VISITED)).unwrap();
    assert_eq!(edited.answers["village"], "Kayes");
    assert_eq!(edited.answers["fear"], "the sea");
    let taken = edited.answers["photo"].as_str().unwrap().to_owned();
    assert!(!device.media_file(id(VISITED), &taken).unwrap().is_empty());
    for (draft, village) in [(own, "Koutiala"), (handed, "Segou")] {
        assert_eq!(device.show(draft).unwrap().answers["village"], village);
        device
            .answer(draft, &at("fear"), Value::Text("the road".into()))
            .unwrap();
        device.finish(draft).unwrap().unwrap();
    }
    device.finish(id(VISITED)).unwrap().unwrap();
    assert_eq!(device.confirmations().unwrap().finished, 4);
}
