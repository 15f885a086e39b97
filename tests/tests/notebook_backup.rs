//! A notebook is backed up, restored, given another passphrase, and wiped; what was erased does not come back.

#![expect(clippy::unwrap_used, reason = "a test stops where something is missing")]

use baraza_tests::{PASSPHRASE, Stage};
use client_core::deeds::backup::BackupError;
use client_core::{Cost, Notebook, OpenError};

/// Puts another notebook into the desk's place.
fn replace_desk(stage: &mut Stage, folder: &str) {
    let desk = stage.field.reopen(folder).unwrap();
    drop(std::mem::replace(&mut stage.desk, desk));
}

#[test]
fn a_restored_desk_shows_nothing_before_it_synced_and_revives_nothing() {
    let mut stage = Stage::set(71);
    let records = stage.consult(0, 3, 1);
    stage.sync_phones();
    stage.sync_desk();
    let backup = stage.folder.path().join("desk.baraza-notebook");
    stage.desk.backup(&backup).unwrap();

    // After the backup one record is erased, and others come.
    stage.desk.erase(records[0]).unwrap();
    stage.sync_desk();
    stage.sync_phones();
    let later = stage.consult(0, 2, 2);
    stage.sync_phones();
    stage.sync_desk();

    Notebook::restore(&backup, &stage.folder.path().join("restored")).unwrap();
    replace_desk(&mut stage, "restored");
    for record in records.iter().chain(&later) {
        assert!(
            stage.desk.show(*record).is_err(),
            "nothing is shown before the sync"
        );
    }
    let report = stage.desk.sync(&stage.link).unwrap();
    assert_eq!((report.unsent, report.quarantined), (0, 0), "{report:?}");
    assert!(
        stage.desk.show(records[0]).is_err(),
        "what was erased stays erased"
    );
    for record in records[1..].iter().chain(&later) {
        stage.desk.show(*record).unwrap();
    }
    // It writes on, and everybody takes it.
    stage
        .desk
        .grant(records[1], stage.phones[0].member(), None)
        .unwrap();
    let report = stage.desk.sync(&stage.link).unwrap();
    assert_eq!((report.unsent, report.troubled), (0, 0));
    stage.sync_phones();
    stage.sync_phones();
    stage.phones[0].show(records[1]).unwrap();
    let verdict = stage.desk.verify().unwrap();
    assert!(
        verdict.broken.is_empty() && verdict.audit.is_none(),
        "{verdict:?}"
    );
    assert!(verdict.sound > 10);
}

#[test]
fn a_device_restored_from_a_backup_loses_nothing_and_signs_nothing_twice() {
    let mut stage = Stage::set(72);
    let mut records = stage.consult(0, 2, 1);
    let backup = stage.folder.path().join("amina.baraza-notebook");
    stage.phones[0].backup(&backup).unwrap();
    stage.sync_phones();
    records.extend(stage.consult(0, 2, 2));
    stage.sync_phones();

    Notebook::restore(&backup, &stage.folder.path().join("amina again")).unwrap();
    let again = stage.field.reopen("amina again").unwrap();
    drop(std::mem::replace(&mut stage.phones[0], again));
    records.extend(stage.consult(0, 1, 3));
    let report = stage.phones[0].sync(&stage.link).unwrap();
    assert_eq!((report.unsent, report.troubled), (0, 0), "{report:?}");
    let report = stage.desk.sync(&stage.link).unwrap();
    assert_eq!(report.quarantined, 0, "{report:?}");
    for record in records {
        stage.desk.show(record).unwrap();
    }
}

#[test]
fn a_backup_that_was_cut_restores_nothing_and_a_notebook_is_not_written_over() {
    let stage = Stage::set(73);
    let backup = stage.folder.path().join("desk.baraza-notebook");
    stage.desk.backup(&backup).unwrap();
    let bytes = std::fs::read(&backup).unwrap();
    let cut = stage.folder.path().join("cut");
    std::fs::write(&cut, &bytes[..bytes.len() - 1]).unwrap();
    let folder = stage.folder.path().join("elsewhere");
    let refused = Notebook::restore(&cut, &folder);
    assert!(matches!(refused, Err(BackupError::NotABackup(_))), "{refused:?}");
    assert!(!folder.join("notebook.sqlite").exists());
    let taken = Notebook::restore(&backup, &stage.folder.path().join("desk"));
    assert!(matches!(taken, Err(BackupError::Home(_))), "{taken:?}");
}

#[test]
fn only_the_new_passphrase_opens_a_notebook_after_it_was_changed() {
    let mut stage = Stage::set(74);
    let folder = stage.folder.path().join("amina");
    let open = |stage: &Stage, passphrase: &str| {
        Notebook::open(&folder, passphrase, stage.field.surroundings()).map(drop)
    };
    let surroundings = stage.field.surroundings();
    let change =
        |old: &str, new: &str| Notebook::change_passphrase(&folder, old, new, Cost::LEAST, &surroundings);
    assert!(change(PASSPHRASE, "mangoes in the rain").is_err(), "it is open");
    let aside = Notebook::create(
        &folder.with_extension("aside"),
        "aside",
        PASSPHRASE,
        Cost::LEAST,
        stage.field.surroundings(),
    )
    .unwrap();
    drop(std::mem::replace(&mut stage.phones[0], aside));
    assert!(matches!(
        change(PASSPHRASE, "short"),
        Err(OpenError::WeakPassphrase(_))
    ));
    assert!(change("another one altogether", "mangoes in the rain").is_err());
    change(PASSPHRASE, "mangoes in the rain").unwrap();
    assert!(matches!(open(&stage, PASSPHRASE), Err(OpenError::Passphrase(_))));
    open(&stage, "mangoes in the rain").unwrap();
}

#[test]
fn a_notebook_is_wiped_once_everything_in_it_is_sent() {
    let mut stage = Stage::set(75);
    stage.consult(0, 1, 1);
    let folder = stage.folder.path().join("amina");
    let aside = || {
        Notebook::create(
            &folder.with_extension("aside"),
            "aside",
            PASSPHRASE,
            Cost::LEAST,
            stage.field.surroundings(),
        )
        .unwrap()
    };
    let amina = std::mem::replace(&mut stage.phones[0], aside());
    let refused = amina.wipe(false);
    assert!(matches!(refused, Err(BackupError::Unsent(_))), "{refused:?}");
    let mut amina = stage.field.reopen("amina").unwrap();
    amina.sync(&stage.link).unwrap();
    amina.start("household", None).unwrap();
    let refused = amina.wipe(false);
    assert!(matches!(refused, Err(BackupError::Drafts(1))), "{refused:?}");
    let amina = stage.field.reopen("amina").unwrap();
    amina.wipe(true).unwrap();
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
}
