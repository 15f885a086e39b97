//! A relay's file that an earlier program wrote opens, gives what it holds, and takes more.

use std::fs;

use baraza_server::store::{Query, SqliteStore, Store, Write};
use seal::roster::Roster;
use seal::verify::envelope::verify;
use wire::{Kind, Part, RecordId, Status};

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

/// Of later that month: the same people, two records and a photo of each, a grant, a form, a checkpoint; the second
/// record is erased, and of the first one's photo one of two pieces is here.
const LAYOUT_5: &[u8] = include_bytes!("fixtures/layout-5.sqlite");
/// Its envelopes in the order of their numbers, and how many parts of each are in the file.
const STORED_5: [(Kind, &str, usize); 8] = [
    (
        Kind::RECORD,
        "c1a49bab3376435d0e6ccc0093b73ac194e65f2387e239c599db3de94d5541b3",
        1,
    ),
    (
        Kind::RECORD,
        "828a6061e36027563bd924ba450ae001e8f215dc9ae182faceb3a18b41727bc9",
        0,
    ),
    (
        Kind::MEDIA,
        "238f836a1d0ddcde9d845c97f1b7f1b842e739a5af9056096b959d781eb02c72",
        1,
    ),
    (
        Kind::MEDIA,
        "f03b65fe6beb7202d685b56f7a0e76aef53aa1ee6bc49635a2b37a1d95735053",
        0,
    ),
    (
        Kind::GRANT,
        "b028fdb40f1665ea30a4f07213349070ef7c4340fb4c869ab51a802c4539da00",
        1,
    ),
    (
        Kind::FORM,
        "8e72aaa60a13875d2335d7faad8d9fc3a6cad5e4ca88a6ddb597a8e557e56db5",
        1,
    ),
    (
        Kind::CHECKPOINT,
        "293d48e74abcc30248f4e74a280ab44fc548c8309a505af16e5e08b60bbd7535",
        1,
    ),
    (
        Kind::TOMBSTONE,
        "1ab95758a9976797560fb2703659598c4f0585d2a4309b14a04ee51e4dd45a3e",
        0,
    ),
];
const MISSING_PIECE: &str = "0bd2d224e7b3cdfd60c3db042cd68a6768e9acd5c9271a98c557d1cc09c23a89";

#[test]
fn a_relay_of_layout_5_keeps_what_was_erased_erased_and_waits_for_the_piece_it_lacks() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("relay.sqlite");
    fs::write(&file, LAYOUT_5).unwrap();
    let store = SqliteStore::open(&file).unwrap();
    store.check().unwrap();
    assert_eq!(store.identity().log.to_string(), "89ed3720415b82f0");

    let mut today = Programme::found(1);
    let run = store.run(&today.id, Query::All, 0).unwrap();
    let given: Vec<_> = run
        .envelopes
        .iter()
        .map(|(_, envelope)| {
            let here = envelope.parts.iter().filter(|part| matches!(part, Part::Here(_)));
            (envelope.header.kind, envelope.id().to_string(), here.count())
        })
        .collect();
    assert_eq!(
        given,
        STORED_5.map(|(kind, id, parts)| (kind, id.to_owned(), parts))
    );
    let missing = store.missing_pieces(&today.id, None).unwrap();
    let missing: Vec<String> = missing.iter().map(ToString::to_string).collect();
    assert_eq!(missing, [MISSING_PIECE]);
    assert_eq!(
        store.doomed_pieces().unwrap().len(),
        2,
        "of the second photo, until they are destroyed"
    );

    // What comes late of the erased record is kept as a header, what is new of the other whole.
    for _ in 0..4 {
        today.write(1, 1, Kind::RECORD, None);
    }
    let writes = [2, 1].map(|record| Write::Keep(today.write(1, record, Kind::RECORD, None)));
    assert_eq!(store.write(&writes, 10_800).unwrap(), [Status::Stored; 2]);
    let late = store.run(&today.id, Query::All, 8).unwrap().envelopes;
    assert_eq!(late[0].1.parts, [Part::Absent]);
    assert!(matches!(late[1].1.parts[..], [Part::Here(_)]));
}
