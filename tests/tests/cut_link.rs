//! A link that is cut costs what was on the way, and not what came before.

use std::time::{Duration, Instant};

use baraza_tests::Stage;
use client_core::deeds::sync::{SyncError, SyncOptions, SyncProgress};
use rusqlite::Connection;

#[test]
fn after_a_cut_only_what_did_not_arrive_is_sent_again() {
    let mut stage = Stage::set(51);
    let whole = {
        let mut other = Stage::set(51);
        other.consult(0, 100, 1);
        let before = other.field.tap.traffic();
        other.sync_phones();
        other.field.tap.traffic().since(before).up
    };
    let records = stage.consult(0, 100, 1);
    let before = stage.field.tap.traffic();
    stage.field.tap.cut_after(whole / 2);
    assert!(stage.phones[0].sync(&stage.link).is_err(), "the link was cut");
    // On loopback the next call would overtake the relay, which is still verifying what came.
    let relay = Connection::open(stage.folder.path().join("relay/relay.sqlite")).unwrap();
    let stored = || -> i64 {
        let sql = "SELECT count(*) FROM envelope";
        relay.query_row(sql, [], |row| row.get(0)).unwrap()
    };
    let patience = Instant::now();
    while stored() < 30 && patience.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(100));
    }
    let report = stage.phones[0].sync(&stage.link).unwrap();
    assert_eq!(
        (report.calls, report.unsent),
        (2, 0),
        "one call that asks, and one that sends the rest"
    );
    let sent = stage.field.tap.traffic().since(before).up;
    println!("{whole} B without a cut, {sent} B with one in the middle");
    assert!(sent < whole + whole / 10, "{sent} B for {whole} B");
    stage.sync_desk();
    for record in records {
        stage.desk.show(record).unwrap();
    }
}

#[test]
fn a_budget_and_whoever_watches_end_a_sync_and_nothing_is_lost() {
    let mut stage = Stage::set(52);
    let records = stage.consult(0, 30, 1);
    let options = SyncOptions {
        budget: Some(10_000),
        ..SyncOptions::default()
    };
    let report = stage.phones[0].sync_as(&stage.link, options).unwrap();
    assert!(report.sent > 3 && report.unsent > 10, "{report:?}");

    let mut told: Vec<SyncProgress> = Vec::new();
    let mut watch = |progress: SyncProgress| {
        told.push(progress);
        progress.envelopes_sent < 5
    };
    let options = SyncOptions {
        watch: Some(&mut watch),
        ..SyncOptions::default()
    };
    let ended = stage.phones[0].sync_as(&stage.link, options);
    assert!(matches!(ended, Err(SyncError::Cancelled)), "{ended:?}");
    assert!(told.iter().any(|progress| progress.bytes_sent > 1000));

    stage.sync_phones();
    stage.sync_desk();
    for record in records {
        stage.desk.show(record).unwrap();
    }
}

#[test]
fn a_call_that_is_refused_is_not_taken_for_one_that_was_cut() {
    let mut stage = Stage::set(53);
    let records = stage.consult(0, 30, 1);
    // A relay that has nothing: whoever calls first brings the roster, and much more than is worth asking about.
    stage.field.stop_relay();
    let fresh = stage.folder.path().join("another relay");
    stage.field.start_relay(&fresh).unwrap();
    let report = stage.phones[0].sync(&stage.link).unwrap();
    assert_eq!(report.unsent, 0, "{report:?}");
    stage.sync_desk();
    for record in records {
        stage.desk.show(record).unwrap();
    }
}

#[test]
fn after_weeks_without_signal_nothing_is_sent_in_vain_with_a_nonce_that_is_too_old() {
    let mut stage = Stage::set(54);
    let fresh = {
        let mut other = Stage::set(54);
        other.consult(0, 100, 1);
        let before = other.field.tap.traffic();
        let report = other.phones[0].sync(&other.link).unwrap();
        assert_eq!(report.calls, 1, "one round trip while the nonce is fresh");
        other.field.tap.traffic().since(before).up
    };
    stage.consult(0, 100, 1);
    // By its own clock it has been away for a month. The relay would still take the nonce; the phone cannot know.
    stage.field.clock.pass_hours(24 * 40);
    let before = stage.field.tap.traffic();
    let report = stage.phones[0].sync(&stage.link).unwrap();
    assert_eq!(report.unsent, 0);
    let up = stage.field.tap.traffic().since(before).up;
    assert_eq!(report.calls, 2, "it asks first, and then sends");
    assert!(up < fresh + 2000, "{up} B for {fresh} B");
}
