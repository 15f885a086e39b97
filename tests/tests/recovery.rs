//! The only desk burns. Two people bring their shares, and a new desk takes its place.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops where something is missing"
)]

mod recovery {
    mod calls;
    mod newer;
}

use baraza_tests::{PASSPHRASE, Stage};
use client_core::deeds::admit::Admission;
use client_core::deeds::recovery::RecoverError;
use client_core::{Cost, Notebook, RelayAddress};
use form::respondent;
use rand::SeedableRng;
use rand::rngs::ChaCha20Rng;
use seal::recovery::{CombineError, ShareError};
use testkit::{Field, FieldClock};
use wire::{RecordId, Role};

pub(crate) fn words(desk: &mut Notebook) -> Vec<String> {
    let shares = desk.split_recovery(3, 2).unwrap();
    shares.iter().map(|share| share.lines().join("\n")).collect()
}

pub(crate) fn visit(stage: &mut Stage, phone: usize, seed: u64) -> RecordId {
    let env = form::Environment::new(stage.desk.now(), jiff::tz::TimeZone::UTC, seed);
    let sheet = respondent::respond(&stage.form, &mut ChaCha20Rng::seed_from_u64(seed), &env);
    let record = stage.phones[phone].start("household", Some(&sheet)).unwrap();
    stage.phones[phone].finish(record).unwrap().unwrap();
    stage.sync_phones();
    record
}

pub(crate) fn views(desk: &mut Notebook) -> Vec<serde_json::Value> {
    let mut ids: Vec<_> = desk
        .records(None)
        .unwrap()
        .iter()
        .map(|record| record.id)
        .collect();
    ids.sort();
    ids.into_iter()
        .map(|id| serde_json::to_value(desk.show(id).unwrap()).unwrap())
        .collect()
}

/// A desk and two phones; work before and after the recovery key was made, and a follow-up whose keys a grant made.
fn burnt() -> (Stage, Vec<String>, Vec<serde_json::Value>) {
    let mut stage = Stage::set(31);
    let first = visit(&mut stage, 0, 1);
    stage.sync_desk();
    let shares = words(&mut stage.desk);
    stage.sync_desk();
    stage.sync_phones();
    visit(&mut stage, 1, 2);
    stage.sync_desk();
    let phone = stage.phones[0].member();
    stage.desk.grant(first, phone, None).unwrap();
    stage.sync_desk();
    stage.sync_phones();
    stage.sync_phones();
    let remarks = baraza_tests::at("household/contact/remarks");
    let said = form::Value::Text("They moved in with her sister.".into());
    stage.phones[0].answer(first, &remarks, said).unwrap();
    stage.phones[0].finish(first).unwrap().unwrap();
    stage.sync_phones();
    stage.sync_desk();
    let before = views(&mut stage.desk);
    assert_eq!(before.len(), 2);
    (stage, shares, before)
}

#[test]
fn any_two_shares_bring_a_burnt_desk_back_on_a_new_machine() {
    let (mut stage, shares, before) = burnt();
    let lost = stage.desk.member();
    let replacement = stage.field.notebook("unused").unwrap();
    drop(std::mem::replace(&mut stage.desk, replacement));
    std::fs::remove_dir_all(stage.field.folder().join("desk")).unwrap();

    let pairs = [[0, 2], [0, 1], [2, 1]];
    let mut roster = stage.phones[1].export_roster().unwrap();
    for (n, pair) in pairs.into_iter().enumerate() {
        let mut desk = stage.field.notebook(&format!("desk {n}")).unwrap();
        desk.recover(&roster, &pair.map(|n| &shares[n]), None).unwrap();
        desk.sync(&stage.link).unwrap();
        assert_eq!(views(&mut desk), before, "shares {pair:?}");
        assert_eq!(desk.troubled().unwrap(), []);
        assert_eq!(desk.relay().unwrap().url, stage.field.tap.url());
        roster = desk.export_roster().unwrap();
        stage.desk = desk;
    }

    // It works like the old one: devices follow its new reading keys, and it admits devices and desks.
    stage.sync_phones();
    visit(&mut stage, 0, 3);
    stage.sync_desk();
    assert_eq!(stage.desk.records(None).unwrap().len(), 3);
    let supervisor = Admission::of(Role::SUPERVISOR);
    stage
        .field
        .member("supervisor", &mut stage.desk, &supervisor)
        .unwrap();
    stage.field.phone("hodan", &mut stage.desk).unwrap();
    stage.sync_desk();
    assert!(
        stage
            .desk
            .members()
            .unwrap()
            .iter()
            .any(|member| member.id == lost)
    );
    let report = stage.desk.sync(&stage.link).unwrap();
    assert_eq!((report.troubled, report.waiting, report.quarantined), (0, 0, 0));
}

#[test]
fn one_share_or_one_share_twice_brings_nothing_back() {
    let (stage, shares, _) = burnt();
    let roster = stage.phones[0].export_roster().unwrap();
    let mut desk = stage.field.notebook("new desk").unwrap();
    for given in [&shares[..1], &[shares[1].clone(), shares[1].clone()]] {
        let error = desk.recover(&roster, given, None).unwrap_err();
        assert_eq!(error.to_string(), "2 different shares are needed, and 1 given");
    }
    assert!(desk.roster().is_none(), "nothing was begun");
    desk.recover(&roster, &shares, None).unwrap();
}

#[test]
fn a_share_that_does_not_belong_is_named() {
    let (mut stage, shares, _) = burnt();
    let roster = stage.phones[0].export_roster().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let clock = FieldClock::at("2026-11-16T07:00:00Z".parse().unwrap());
    let elsewhere = Field::set_up(folder.path(), [99; 32], clock, Cost::LEAST, PASSPHRASE).unwrap();
    let other = words(&mut elsewhere.desk("desk", "Another programme").unwrap());
    let mut desk = stage.field.notebook("new desk").unwrap();

    let error = desk.recover(&roster, &[&shares[0], &other[2]], None).unwrap_err();
    assert_eq!(
        error.to_string(),
        "share 3 belongs to another programme than the roster given"
    );

    let newer = words(&mut stage.desk);
    stage.sync_desk();
    let newest = stage.desk.export_roster().unwrap();
    let error = desk.recover(&newest, &[&newer[0], &shares[1]], None).unwrap_err();
    assert_eq!(
        error.to_string(),
        "share 2 was made at another time than the programme's recovery key: look for the newest shares"
    );

    let mut slipped: Vec<&str> = shares[1].split_whitespace().collect();
    slipped[9] = "zoo";
    let error = desk.recover(&roster, &[shares[0].clone(), slipped.join(" ")], None);
    assert!(matches!(
        error.unwrap_err(),
        RecoverError::Share {
            place: 2,
            error: ShareError::Line(2)
        }
    ));
    assert!(desk.roster().is_none());
}

#[test]
fn a_roster_without_a_recovery_key_or_that_was_cut_brings_nothing_back() {
    let mut stage = Stage::set(32);
    let early = stage.desk.export_roster().unwrap();
    let shares = words(&mut stage.desk);
    let roster = stage.desk.export_roster().unwrap();
    let mut desk = stage.field.notebook("new desk").unwrap();
    assert!(matches!(
        desk.recover(&early, &shares, None),
        Err(RecoverError::Combine(CombineError::NoRecoveryKey))
    ));
    let cut = &roster[..roster.len() - 1];
    assert!(matches!(
        desk.recover(cut, &shares, None),
        Err(RecoverError::File(_))
    ));
    let mut changed = roster.clone();
    changed[200] ^= 1;
    assert!(desk.recover(&changed, &shares, None).is_err());
    assert!(matches!(
        stage.desk.recover(&roster, &shares, None),
        Err(RecoverError::Belongs)
    ));
    let elsewhere = RelayAddress::without_key("http://relay.example:8080");
    desk.recover(&roster, &shares, Some(&elsewhere)).unwrap();
    assert_eq!(desk.relay().unwrap(), elsewhere);
}

#[test]
fn the_desk_keeps_no_copy_of_the_recovery_key() {
    let mut stage = Stage::set(33);
    let shares = words(&mut stage.desk);
    let roster = stage.desk.roster().unwrap().clone();
    let read: Vec<_> = shares
        .iter()
        .map(|text| seal::recovery::Share::from_text(text).unwrap())
        .collect();
    let key = seal::recovery::combine(&read, &roster).unwrap();
    let home = stage.field.folder().join("desk");
    drop(stage.desk);
    let file = baraza_tests::notebook_file(&home);
    file.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    drop(file);
    let wrapped = std::fs::read(home.join("notebook.key")).unwrap();
    let secret = seal::passphrase::unwrap_key(&wrapped, PASSPHRASE).unwrap();
    let bytes = std::fs::read(home.join("notebook.sqlite")).unwrap();
    let pages = baraza_tests::sqlcipher::pages(&bytes, &secret);
    let holds = |what: &[u8]| {
        pages
            .iter()
            .any(|page| page.windows(what.len()).any(|at| at == what))
    };
    assert!(
        !holds(key.seed().as_slice()),
        "the recovery key lies in the notebook"
    );
    // The search itself finds what is there.
    let root = roster.root().as_bytes();
    assert!(holds(root));
}
