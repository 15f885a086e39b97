//! Without a relay: what is finished goes from hand to hand in files, and a carrier cannot read it.

#![expect(clippy::unwrap_used, reason = "a test stops where something is missing")]

use baraza_tests::Stage;
use client_core::Notebook;
use client_core::deeds::carry::{CarryError, CarryReport, Selection, export_outbox, inspect};

fn export(from: &Notebook, selection: Selection) -> Vec<u8> {
    let mut bundle = Vec::new();
    from.export_bundle(&mut bundle, selection).unwrap();
    bundle
}

fn import(into: &mut Notebook, bundle: &[u8]) -> CarryReport {
    into.import_bundle(&mut &bundle[..]).unwrap()
}

#[test]
fn a_record_goes_from_phone_to_phone_to_desk_and_back_without_a_relay() {
    let mut stage = Stage::set(61);
    stage.field.stop_relay();
    let records = stage.consult(0, 3, 1);
    // With everything: the desk has not heard yet to which keys it may seal for this phone.
    let from_amina = export(&stage.phones[0], Selection::Everything);
    let report = import(&mut stage.phones[1], &from_amina);
    assert!(report.received >= 4 && report.opened == 0, "{report:?}");
    assert!(
        stage.phones[1].show(records[0]).is_err(),
        "a carrier reads nothing"
    );
    assert!(stage.phones[1].records(None).unwrap().is_empty());

    // The carrier hands on what it carries with its own.
    let own = stage.consult(1, 2, 2);
    let from_bakary = export(&stage.phones[1], Selection::Unsent);
    let report = import(&mut stage.desk, &from_bakary);
    for record in records.iter().chain(&own) {
        stage.desk.show(*record).unwrap();
    }
    assert_eq!(report.refused, 0);
    let again = import(&mut stage.desk, &from_bakary);
    assert_eq!((again.received, again.opened), (0, 0), "twice is once");

    // The desk hands a record back to a phone, by hand too.
    stage
        .desk
        .grant(records[0], stage.phones[0].member(), None)
        .unwrap();
    let for_amina = export(&stage.desk, Selection::For(stage.phones[0].member()));
    import(&mut stage.phones[0], &for_amina);
    stage.phones[0].show(records[0]).unwrap();
    assert!(stage.phones[0].show(records[1]).is_err());
}

#[test]
fn what_was_carried_reaches_the_relay_and_is_forgotten_by_the_carrier() {
    let mut stage = Stage::set(62);
    let records = stage.consult(0, 2, 1);
    let bundle = export(&stage.phones[0], Selection::Unsent);
    import(&mut stage.phones[1], &bundle);
    let report = stage.phones[1].sync(&stage.link).unwrap();
    assert_eq!(report.unsent, 0);
    stage.sync_desk();
    for record in &records {
        stage.desk.show(*record).unwrap();
    }
    let left = export(&stage.phones[1], Selection::Everything);
    let contents = inspect(&mut &left[..]).unwrap();
    let whole = inspect(&mut &bundle[..]).unwrap();
    assert!(contents.damage.is_none());
    assert!(
        whole.sealed_bytes > 2000
            && export(&stage.phones[0], Selection::Unsent).len() < left.len() + bundle.len()
    );
    // The phone that wrote them learns that they arrived.
    stage.sync_phones();
    assert_eq!(stage.phones[0].confirmations().unwrap().confirmed, 2);
}

#[test]
fn a_forgotten_passphrase_loses_no_finished_work() {
    let mut stage = Stage::set(63);
    let records = stage.consult(0, 2, 1);
    let mut bundle = Vec::new();
    let count = export_outbox(&stage.folder.path().join("amina"), &mut bundle).unwrap();
    assert!(count >= 3, "two records and a chain");
    import(&mut stage.desk, &bundle);
    for record in records {
        stage.desk.show(record).unwrap();
    }
}

#[test]
fn a_bundle_that_was_cut_gives_what_stands_before_and_one_that_was_changed_nothing_false() {
    let mut stage = Stage::set(64);
    let records = stage.consult(0, 5, 1);
    let bundle = export(&stage.phones[0], Selection::Unsent);
    let cut = &bundle[..bundle.len() - 2000];
    assert!(matches!(
        stage.desk.import_bundle(&mut &cut[..]),
        Err(CarryError::Unreadable(_))
    ));
    let arrived = records
        .iter()
        .filter(|record| stage.desk.show(**record).is_ok())
        .count();
    assert!((1..5).contains(&arrived), "{arrived} of 5");

    let mut changed = bundle.clone();
    let middle = changed.len() - 500;
    changed[middle] ^= 1;
    let verdict = stage.desk.import_bundle(&mut &changed[..]);
    assert!(matches!(verdict, Err(CarryError::Unreadable(_))), "{verdict:?}");
    import(&mut stage.desk, &bundle);
    for record in records {
        stage.desk.show(record).unwrap();
    }

    let mut other = Stage::set(65);
    let verdict = other.desk.import_bundle(&mut &bundle[..]);
    assert!(
        matches!(verdict, Err(CarryError::OtherProgramme(_))),
        "{verdict:?}"
    );
}

#[test]
fn a_relay_takes_a_bundle_and_gives_one() {
    let mut stage = Stage::set(66);
    let records = stage.consult(0, 3, 1);
    let bundle = export(&stage.phones[0], Selection::Unsent);
    stage.field.stop_relay();
    let data = stage.folder.path().join("relay");
    let report = server::import_bundle(&data, &mut &bundle[..]).unwrap();
    assert!(report.stored >= 4 && report.refused == 0, "{report:?}");
    let again = server::import_bundle(&data, &mut &bundle[..]).unwrap();
    assert_eq!((again.stored, again.refused), (0, 0), "{again:?}");

    let mut all = Vec::new();
    server::export_bundle(&data, None, &mut all).unwrap();
    import(&mut stage.desk, &all);
    for record in records {
        stage.desk.show(record).unwrap();
    }
}
