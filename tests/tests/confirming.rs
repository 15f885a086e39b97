//! A device keeps its envelopes until a desk has confirmed that it opened them; what a relay leaves out shows.

#![expect(clippy::unwrap_used, reason = "a test stops where something is missing")]

use baraza_tests::Stage;
use client_core::deeds::sync::Confirmations;
use rusqlite::Connection;
use wire::Kind;

fn copies(stage: &Stage, name: &str) -> usize {
    let outbox = stage.folder.path().join(name).join("outbox");
    std::fs::read_dir(outbox).unwrap().count()
}

fn confirmations(finished: u64, confirmed: u64) -> Confirmations {
    Confirmations { finished, confirmed }
}

/// What the relay's administrator could do to its file.
fn meddle(stage: &Stage, sql: &str) -> usize {
    let db = Connection::open(stage.folder.path().join("relay/relay.sqlite")).unwrap();
    db.execute(sql, []).unwrap()
}

#[test]
fn a_device_forgets_its_envelopes_only_when_a_desk_has_opened_them() {
    let mut stage = Stage::set(31);
    let records = stage.consult(0, 3, 1);
    assert_eq!(stage.phones[0].confirmations().unwrap(), confirmations(3, 0));
    stage.sync_phones();
    assert_eq!(stage.phones[0].confirmations().unwrap(), confirmations(3, 0));
    let before = copies(&stage, "amina");
    assert!(before >= 4, "three records and a chain");
    stage.sync_desk();
    stage.sync_phones();
    assert_eq!(stage.phones[0].confirmations().unwrap(), confirmations(3, 3));
    assert!(
        copies(&stage, "amina") + 4 <= before,
        "the copies of what was confirmed are gone"
    );
    for record in &records {
        stage.desk.show(*record).unwrap();
    }

    // Nothing changed: nobody has more to say.
    let report = stage.desk.sync(&stage.link).unwrap();
    assert_eq!((report.calls, report.sent), (1, 0));

    // A confirmed record can be handed out again: the device gets back what it has forgotten.
    stage
        .desk
        .grant(records[0], stage.phones[0].member(), None)
        .unwrap();
    stage.sync_desk();
    stage.sync_phones();
    stage.sync_phones();
    assert!(stage.phones[0].show(records[0]).is_ok());
    stage.consult(0, 2, 2);
    assert_eq!(stage.phones[0].confirmations().unwrap(), confirmations(5, 3));
}

#[test]
fn an_envelope_that_the_relay_drops_is_reported_and_never_confirmed() {
    let mut stage = Stage::set(32);
    stage.consult(0, 4, 1);
    stage.sync_phones();
    // The relay drops the second of the records, and leaves the last as it is.
    let record = Kind::RECORD.0;
    let dropped = meddle(
        &stage,
        &format!(
            "DELETE FROM envelope WHERE id IN (SELECT id FROM envelope WHERE kind = {record} ORDER BY sequence LIMIT 1 OFFSET 1)"
        ),
    );
    assert_eq!(dropped, 1);
    stage.sync_desk();
    let holes = stage.desk.holes().unwrap();
    assert_eq!(holes.len(), 1);
    assert_eq!((holes[0].device.as_str(), holes[0].missing), ("amina", 1));
    assert_eq!(holes[0].sequences.len(), 1);
    stage.sync_phones();
    let told = stage.phones[0].confirmations().unwrap();
    assert_eq!(told, confirmations(4, 1), "only what stands before the hole");
    assert!(copies(&stage, "amina") >= 3, "the others are still here");
}

#[test]
fn an_envelope_that_the_relay_withholds_at_the_end_is_not_confirmed() {
    let mut stage = Stage::set(33);
    stage.consult(0, 3, 1);
    stage.sync_phones();
    let last = "DELETE FROM envelope WHERE sequence = (SELECT max(sequence) FROM envelope)";
    assert_eq!(meddle(&stage, last), 1);
    stage.sync_desk();
    stage.sync_phones();
    let told = stage.phones[0].confirmations().unwrap();
    assert_eq!(told, confirmations(3, 2), "the device sees that a desk lacks one");
}

#[test]
fn a_part_that_the_relay_keeps_back_is_missing_and_nothing_of_it_is_confirmed() {
    let mut stage = Stage::set(34);
    let records = stage.consult(0, 1, 1);
    stage.sync_phones();
    // For each part of the header: 0, or 1 and the part. The relay says that it has none.
    let record = Kind::RECORD.0;
    meddle(
        &stage,
        &format!("UPDATE envelope SET parts = x'000000' WHERE kind = {record}"),
    );
    let report = stage.desk.sync(&stage.link).unwrap();
    assert_eq!(report.waiting, 1);
    assert!(stage.desk.show(records[0]).is_err());
    stage.sync_phones();
    assert_eq!(stage.phones[0].confirmations().unwrap(), confirmations(1, 0));
}
