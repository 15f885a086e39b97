//! Erased content is gone from devices, desks and the relay, and nothing that was kept elsewhere brings it back.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops where something is missing"
)]

mod erasure {
    pub(crate) mod canaries;
    pub(crate) mod field;
}

use baraza_tests::copy_folder;
use client_core::Notebook;
use client_core::deeds::carry::Selection;
use client_core::deeds::start::DraftError;
use form::Value;
use wire::{BundleReader, Frame, RecordId};

use erasure::canaries::{Canaries, FORM};
use erasure::field::Field;

/// Records with five canaries each, for three devices.
const RECORDS: usize = 50;
/// How many of them are edited, so that the edit has arrived everywhere. The edits of the others are open.
const EDITED: usize = 3;

/// Finishes a record with canaries and a photo on each device in turn, syncs everybody, and hands all of them out again
/// to be edited, most with the photo taken again: so that every kind of node holds some of it, in the open too.
fn consult(field: &mut Field, canaries: &mut Canaries) -> Vec<RecordId> {
    let mut records = Vec::new();
    for n in 0..RECORDS {
        let device = &mut field.devices[n % 3];
        let record = device.start(FORM, Some(&canaries.sheet(n))).unwrap();
        canaries.take_photo(n, device, record);
        device.finish(record).unwrap().unwrap();
        records.push(record);
    }
    field.sync();
    for holder in 0..3 {
        let packet: Vec<RecordId> = (0..RECORDS)
            .filter(|n| (n + 1) % 3 == holder)
            .map(|n| records[n])
            .collect();
        let to = field.devices[holder].member();
        field.desks[0].grant_packet(&packet, to, None, 72).unwrap();
    }
    field.sync();
    for (n, record) in records.iter().enumerate() {
        let device = &mut field.devices[(n + 1) % 3];
        let again = Value::Text(format!("{} once more", canaries.note(n)));
        device.answer(*record, &baraza_tests::at("note"), again).unwrap();
        match n < EDITED {
            true => drop(device.finish(*record).unwrap().unwrap()),
            false => canaries.take_photo(n, device, *record),
        }
    }
    field.sync();
    records
}

/// The sealed parts that a device has not sent yet.
fn unsent_parts(device: &Notebook) -> Vec<Vec<u8>> {
    let mut bundle = Vec::new();
    device.export_bundle(&mut bundle, Selection::Unsent).unwrap();
    let mut reader = BundleReader::new();
    reader.push(&bundle).unwrap();
    let frames = std::iter::from_fn(|| reader.next_frame().unwrap());
    let parts = frames.flat_map(|frame| match frame {
        Frame::Push(envelope) => envelope.parts,
        _ => Vec::new(),
    });
    parts
        .filter_map(|part| part.bytes().map(<[u8]>::to_vec))
        .collect()
}

fn nobody_knows(field: &mut Field, records: &[RecordId]) {
    for node in field.desks.iter_mut().chain(&mut field.devices) {
        assert!(node.records(None).unwrap().is_empty());
        for record in records {
            assert!(node.show(*record).is_err());
        }
    }
}

#[test]
fn two_hundred_canaries_are_gone_after_erasure_and_one_sync() {
    let mut canaries = Canaries::make(RECORDS);
    let mut field = Field::set_up(&canaries);
    let records = consult(&mut field, &mut canaries);
    assert_eq!(field.sealed_pieces().len(), RECORDS, "every photo has arrived");
    let needles = canaries.needles(&field, &records);
    println!(
        "{} needles: {} in the open, {} pieces of sealed parts, {} keys",
        needles.len(),
        needles.plain,
        needles.sealed,
        needles.keys
    );
    // A name, a place, a status, a note; two places in each small photo, and in each whole one that lies open.
    assert_eq!(needles.plain, 6 * RECORDS + 2 * (RECORDS - EDITED));
    let before = field.search(&needles);
    println!("before: {before}");
    assert_eq!(
        before.missed(&needles),
        Vec::<String>::new(),
        "the search finds every one"
    );
    assert!(
        before.memory.as_ref().is_none_or(|found| !found.is_empty()),
        "the relay's memory is searched where it is"
    );

    field.desks[0].erase_all(&records).unwrap();
    field.sync_once();

    let after = field.search(&needles);
    println!("after: {after}");
    assert_eq!(after.found(&needles), Vec::<String>::new());
    nobody_knows(&mut field, &records);
    for desk in &field.desks {
        assert_eq!(desk.erased().unwrap().len(), RECORDS);
    }
}

#[test]
fn an_old_copy_of_a_notebook_and_an_old_bundle_revive_nothing() {
    let canaries = Canaries::make(6);
    let mut field = Field::set_up(&canaries);
    let mut records = Vec::new();
    for n in 0..6 {
        let device = &mut field.devices[n % 3];
        let record = device.start(FORM, Some(&canaries.sheet(n))).unwrap();
        device.finish(record).unwrap().unwrap();
        records.push(record);
    }
    // What was sealed and not yet sent, as it lies in a copy of the device and in a bundle.
    let mut bundle = Vec::new();
    field.devices[0]
        .export_bundle(&mut bundle, Selection::Unsent)
        .unwrap();
    let kept = tempfile::tempdir().unwrap();
    copy_folder(&field.folder("amina"), &kept.path().join("amina"));
    field.sync();
    let needles = canaries.needles(&field, &records);
    copy_folder(&field.folder("desk"), &kept.path().join("desk"));
    field.desks[0].erase_all(&records).unwrap();
    field.sync_once();
    assert_eq!(field.search(&needles).found(&needles), Vec::<String>::new());

    // Carried in by hand, to a desk and to a device.
    field.desks[0].import_bundle(&mut &bundle[..]).unwrap();
    field.devices[1].import_bundle(&mut &bundle[..]).unwrap();
    field.sync_once();
    assert_eq!(
        field.search(&needles).found(&needles),
        Vec::<String>::new(),
        "an old bundle revives nothing"
    );
    nobody_knows(&mut field, &records);

    // Restored from the old copies: the device sends it all again, the desk has it all in the open until it syncs.
    field.restore("amina", &kept.path().join("amina"));
    field.restore("desk", &kept.path().join("desk"));
    assert!(!field.desks[0].records(None).unwrap().is_empty());
    field.sync_once();
    assert_eq!(
        field.search(&needles).found(&needles),
        Vec::<String>::new(),
        "an old copy revives nothing"
    );
    nobody_knows(&mut field, &records);
}

#[test]
fn a_device_that_was_away_comes_back_with_an_edit_and_only_its_headers_stay() {
    let canaries = Canaries::make(3);
    let mut field = Field::set_up(&canaries);
    let mut records = Vec::new();
    for n in 0..3 {
        let device = &mut field.devices[0];
        let record = device.start(FORM, Some(&canaries.sheet(n))).unwrap();
        device.finish(record).unwrap().unwrap();
        records.push(record);
    }
    field.sync();
    let away = field.devices[2].member();
    for record in &records {
        field.desks[0].grant(*record, away, None).unwrap();
    }
    field.sync();
    field.sync();
    let note = baraza_tests::at("note");
    for record in &records[..2] {
        let edit = Value::Text("She came back in May.".into());
        field.devices[2].answer(*record, &note, edit).unwrap();
    }
    field.devices[2].finish(records[0]).unwrap().unwrap();
    let mut needles = canaries.needles(&field, &records);
    let late = unsent_parts(&field.devices[2]);
    assert!(!late.is_empty());
    late.iter().for_each(|part| needles.add_sealed(part));

    field.desks[0].erase_all(&records).unwrap();
    field.sync_all_but_the_last_device();

    // One edit is finished and not sent, one is open.
    let report = field.devices[2].sync(&field.link).unwrap();
    assert_eq!(report.erased, 3);
    assert_eq!(report.erased_open, [records[1]]);
    assert!(matches!(
        field.devices[2].show(records[1]),
        Err(client_core::deeds::show::ShowError::Draft(DraftError::NoRecord(
            _
        )))
    ));
    assert_eq!(field.search(&needles).found(&needles), Vec::<String>::new());
    nobody_knows(&mut field, &records);
}
