//! A relay's file that an earlier program wrote opens, gives what it holds, and takes more.

use std::fs;

use baraza_server::store::{Query, SqliteStore, Store, Write};
use seal::roster::Roster;
use seal::verify::envelope::verify;
use wire::{Kind, RecordId, Status};

use crate::members::Programme;

/// Of November 2026: a desk and two devices, a record, a grant of it, a form, a fork of the record's envelope, and
/// what the second device wrote.
const LAYOUT_1: &[u8] = include_bytes!("fixtures/layout-1.sqlite");
/// Its envelopes in the order of their numbers; the fourth is the fork.
const STORED: [(u64, Kind, &str); 5] = [
    (
        1,
        Kind::RECORD,
        "c1a49bab3376435d0e6ccc0093b73ac194e65f2387e239c599db3de94d5541b3",
    ),
    (
        2,
        Kind::GRANT,
        "b028fdb40f1665ea30a4f07213349070ef7c4340fb4c869ab51a802c4539da00",
    ),
    (
        3,
        Kind::FORM,
        "12da73772c6656ef1b5771ca6eb2426e47b70c4736a3d9468b43023fe506110b",
    ),
    (
        4,
        Kind::RECORD,
        "c63e5bfad3af220d8fd62dc4b34c466cff39047a37186e2cb14fb6e0428f03f3",
    ),
    (
        5,
        Kind::RECORD,
        "1db63cbf284e297850236e297012f14300db9add88d3789ce40d106f65bdbcd2",
    ),
];

#[test]
fn a_relay_of_layout_1_gives_what_it_holds_and_takes_more() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("relay.sqlite");
    fs::write(&file, LAYOUT_1).unwrap();
    let store = SqliteStore::open(&file).unwrap();
    store.check().unwrap();
    assert_eq!(store.identity().log.to_string(), "1d0b2e9f87bc3fe7");

    let programme = store.programmes().unwrap()[0];
    assert_eq!(programme.to_string(), "01010101-0101-4101-8101-010101010101");
    let entries = store.roster(&programme, 0).unwrap();
    let mut roster = Roster::begin(&entries[0]).unwrap();
    for entry in &entries[1..] {
        roster.append(entry).unwrap();
    }
    assert_eq!(
        roster.position().head.to_string(),
        "af6e0d699a5fade6f5833452e499e2ebf59a7cb97c3ecaddfc578b26517d2820"
    );

    let run = store.run(&programme, Query::All, 0).unwrap();
    let given: Vec<_> = run
        .envelopes
        .iter()
        .map(|(sequence, envelope)| (*sequence, envelope.header.kind, envelope.id().to_string()))
        .collect();
    assert_eq!(
        given,
        STORED.map(|(sequence, kind, id)| (sequence, kind, id.to_owned()))
    );
    for (_, envelope) in run.envelopes {
        verify(envelope, &roster).unwrap();
    }

    // The same people write on (their keys and envelopes are made without chance): what is there is had, what is
    // new has the next number.
    let mut today = Programme::found(1);
    let (record, device) = (RecordId::from_bytes([1; 16]), today.members[2].id);
    assert_eq!(store.grants(&programme, &record, &device).unwrap().len(), 1);
    let writes = [
        today.write(1, 1, Kind::RECORD, None),
        today.write(1, 7, Kind::RECORD, None),
    ];
    assert_eq!(
        store.write(&writes.map(Write::Keep), 10_800).unwrap(),
        [Status::Had, Status::Stored]
    );
    let more = store.run(&programme, Query::All, 5).unwrap();
    assert_eq!(more.envelopes.iter().map(|(n, _)| *n).collect::<Vec<_>>(), [6]);
}
