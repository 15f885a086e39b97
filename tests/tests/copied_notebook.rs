//! A notebook that was copied or restored writes on under a new incarnation: nothing is lost, and both hands show.

use baraza_tests::{Stage, copy_folder};

#[test]
fn what_both_copies_of_a_notebook_finished_arrives() {
    let mut stage = Stage::set(41);
    let mut records = stage.consult(0, 2, 1);
    stage.sync_phones();
    let folder = stage.folder.path().to_owned();
    copy_folder(&folder.join("amina"), &folder.join("copy"));

    // The phone goes on.
    records.extend(stage.consult(0, 2, 2));
    stage.sync_phones();
    stage.sync_desk();

    // The copy goes on, too, from the same place.
    let original = stage.field.reopen("copy").unwrap();
    let original = std::mem::replace(&mut stage.phones[0], original);
    records.extend(stage.consult(0, 3, 3));
    let report = stage.phones[0].sync(&stage.link).unwrap();
    assert_eq!(report.unsent, 0);
    stage.sync_desk();
    for record in &records {
        stage.desk.show(*record).unwrap();
    }
    // Both hands of one place stay, for somebody to look at.
    let report = stage.desk.sync(&stage.link).unwrap();
    assert!(report.quarantined > 0);

    // The original is as good as before.
    drop(std::mem::replace(&mut stage.phones[0], original));
    let more = stage.consult(0, 1, 4);
    stage.sync_phones();
    stage.sync_desk();
    stage.desk.show(more[0]).unwrap();
}

#[test]
fn what_a_copy_wrote_in_the_place_of_another_can_be_released_and_stands_once() {
    let mut stage = Stage::set(42);
    stage.consult(0, 1, 1);
    stage.sync_phones();
    stage.sync_desk();
    let folder = stage.folder.path().to_owned();
    copy_folder(&folder.join("amina"), &folder.join("copy"));
    let first = stage.consult(0, 1, 2);
    stage.sync_phones();
    stage.sync_desk();
    drop(std::mem::replace(
        &mut stage.phones[0],
        stage.field.reopen("copy").unwrap(),
    ));
    let second = stage.consult(0, 1, 3);
    stage.sync_phones();
    stage.sync_desk();
    let in_quarantine = stage.desk.quarantine(false).unwrap();
    let forked: Vec<_> = in_quarantine
        .iter()
        .filter(|one| one.record == second[0])
        .collect();
    assert_eq!(forked.len(), 1, "{in_quarantine:?}");
    // It opens already, under the header that the copy signed anew.
    let before = stage.desk.show(second[0]).unwrap();
    let released = stage.desk.release(second[0]).unwrap();
    assert_eq!(
        (released.envelopes, released.still_quarantined),
        (1, 0),
        "{released:?}"
    );
    let after = stage.desk.show(second[0]).unwrap();
    let history = after.history.clone();
    assert_eq!((after.answers, after.history), (before.answers, before.history));
    assert_eq!(after.disagreements, []);
    stage.desk.show(first[0]).unwrap();
    stage.desk.rebuild().unwrap();
    assert_eq!(stage.desk.show(second[0]).unwrap().history, history);
}
