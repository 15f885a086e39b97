//! A notebook that was copied or restored writes on under a new incarnation: nothing is lost, and both hands show.

#![expect(clippy::unwrap_used, reason = "a test stops where something is missing")]

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
