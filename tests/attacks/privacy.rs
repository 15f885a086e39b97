//! Privacy: who takes consent back is not in what leaves the programme, whoever works on the record meanwhile.

use baraza_tests::{Stage, at};
use form::Value;
use wire::RecordId;

use crate::visits::{stage, visit};

/// Whether a desk knows that consent to a record was taken back, and neither lists nor shows the record any more.
fn is_hidden(stage: &mut Stage, record: RecordId) -> bool {
    let withdrawn = stage.desk.withdrawn().unwrap();
    let listed = stage.desk.records(None).unwrap();
    withdrawn.iter().any(|one| one.record == record)
        && !listed.iter().any(|one| one.id == record)
        && stage.desk.show(record).is_err()
}

fn exported(stage: &mut Stage) -> String {
    let mut all = desk::export::json(&mut stage.desk, "visit", None)
        .unwrap()
        .to_string();
    for table in desk::export::tables(&mut stage.desk, "visit", None).unwrap() {
        let mut csv = Vec::new();
        desk::export::write_csv(&table, &mut csv).unwrap();
        all.push_str(&String::from_utf8(csv).unwrap());
    }
    all
}

/// A stage on which a record of the first phone is at the desk, and an edit of it is open on the second.
fn edited_elsewhere(seed: u8) -> (Stage, RecordId) {
    let mut stage = stage(seed);
    let record = visit(&mut stage.phones[0], "Kilifi", "Halima");
    visit(&mut stage.phones[0], "Lamu", "Binta");
    stage.sync_phones();
    stage.sync_desk();
    let member = stage.phones[1].member();
    stage.desk.grant(record, member, None).unwrap();
    stage.sync_desk();
    stage.sync_phones();
    stage.sync_phones();
    let said = Value::Text("Malindi".into());
    stage.phones[1].answer(record, &at("village"), said).unwrap();
    (stage, record)
}

#[test]
fn a_withdrawal_beats_an_edit_that_did_not_know_of_it_in_either_order() {
    for (seed, edit_first) in [(31, true), (32, false)] {
        let (mut stage, record) = edited_elsewhere(seed);
        stage.desk.withdraw(record, None, "spoken", "the person").unwrap();
        stage.phones[1].finish(record).unwrap().unwrap();
        if edit_first {
            stage.sync_phones();
            stage.sync_desk();
        } else {
            stage.sync_desk();
            stage.sync_phones();
        }
        stage.sync_desk();
        assert!(is_hidden(&mut stage, record));
        let exported = exported(&mut stage);
        assert!(!exported.contains(&record.to_string()), "{exported}");
        stage.desk.rebuild().unwrap();
        assert!(is_hidden(&mut stage, record));
    }
}

#[test]
fn what_was_withdrawn_is_in_no_export_any_more() {
    let (mut stage, record) = edited_elsewhere(33);
    let before = exported(&mut stage);
    assert!(before.contains("Kilifi") && before.contains("Halima") && before.contains(&record.to_string()));
    // The device on which the person takes it back need not be able to read the record.
    stage.phones[0]
        .withdraw(record, None, "spoken", "the person")
        .unwrap();
    stage.sync_phones();
    stage.sync_desk();
    let after = exported(&mut stage);
    for word in ["Kilifi", "Halima", "Malindi", &record.to_string()] {
        assert!(!after.contains(word), "{word}");
    }
    assert!(
        after.contains("Lamu") && after.contains("Binta"),
        "the other record stays"
    );
}
