//! The relay's disk is gone, and all there is of it is an old backup.

#![expect(clippy::unwrap_used, reason = "a test stops where something is missing")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::thread;

use baraza_tests::process::{Process, baraza, free_address, path, relay};
use baraza_tests::{PASSPHRASE, Stage, at};
use client_core::{HttpLink, Notebook};
use form::{AnswerSheet, Form, Source, Value};
use rusqlite::Connection;
use wire::RecordId;

const FORM: &str = "
| survey |
| | type | name | label | sensitivity |
| | integer | number | Number | |
| | text | person | Name | identity |
| settings |
| | form_title | form_id | version |
| | Visits | visits | 1 |
";
/// How many records each phone finishes before the backup, and after it has begun.
const BEFORE: i64 = 20;
const MEANWHILE: i64 = 500;
/// How many each phone finishes once the backup is made.
const AFTER: i64 = 500;

fn work(phone: &mut Notebook, numbers: std::ops::Range<i64>, finished: &mut BTreeMap<RecordId, i64>) {
    for number in numbers {
        let mut sheet = AnswerSheet::new();
        sheet.set(at("number"), Value::Integer(number));
        sheet.set(at("person"), Value::Text(format!("Person {number}")));
        let record = phone.start("visits", Some(&sheet)).unwrap();
        phone.finish(record).unwrap().unwrap();
        finished.insert(record, number);
    }
}

/// What a relay holds.
struct Held {
    ids: BTreeSet<Vec<u8>>,
    rows: i64,
    last: i64,
    forks: i64,
    /// How many programmes wait for a desk.
    waiting: i64,
}

fn held(data: &Path) -> Held {
    let db = Connection::open(data.join("relay.sqlite")).unwrap();
    let mut statement = db.prepare("SELECT id FROM envelope").unwrap();
    let ids = statement.query_map([], |row| row.get(0)).unwrap();
    let ids = ids.collect::<Result<_, _>>().unwrap();
    let rest = "SELECT count(*), coalesce(max(sequence), 0), coalesce(sum(fork), 0),
                (SELECT sum(restored) FROM programme) FROM envelope";
    db.query_row(rest, [], |row| {
        Ok(Held {
            ids,
            rows: row.get(0)?,
            last: row.get(1)?,
            forks: row.get(2)?,
            waiting: row.get(3)?,
        })
    })
    .unwrap()
}

#[test]
fn after_everybody_has_synced_once_nothing_is_missing_and_nothing_is_doubled() {
    let mut stage = Stage::with_form(11, Form::read(Source::Markdown(FORM)).unwrap().0);
    let mut finished = BTreeMap::new();
    for (phone, first) in stage.phones.iter_mut().zip([0, 10_000]) {
        work(phone, first..first + BEFORE, &mut finished);
    }
    stage.sync_phones();
    stage.sync_desk();

    // The backup is made while 1,000 more arrive.
    for (phone, first) in stage.phones.iter_mut().zip([1000, 20_000]) {
        work(phone, first..first + MEANWHILE, &mut finished);
    }
    let (data, backup) = (
        stage.folder.path().join("relay"),
        stage.folder.path().join("backup"),
    );
    let first = held(&data).rows;
    thread::scope(|threads| {
        let syncs = stage
            .phones
            .each_mut()
            .map(|phone| threads.spawn(|| phone.sync(&HttpLink::default()).unwrap()));
        while held(&data).rows == first && !syncs.iter().all(thread::ScopedJoinHandle::is_finished) {
            thread::yield_now();
        }
        server::back_up(&data, &backup).unwrap();
    });
    // And 1,000 more after it. The desk takes all of them, and hands one out.
    for (phone, first) in stage.phones.iter_mut().zip([2000, 30_000]) {
        work(phone, first..first + AFTER, &mut finished);
    }
    stage.sync_phones();
    stage.sync_desk();
    let record = *finished.keys().next().unwrap();
    let member = stage.phones[1].member();
    stage.desk.grant(record, member, None).unwrap();
    stage.sync_desk();
    let before = held(&data);
    assert_eq!((before.forks, before.waiting), (0, 0));

    stage.field.stop_relay();
    std::fs::remove_dir_all(&data).unwrap();
    let again = stage.folder.path().join("again");
    server::restore(&backup, &again).unwrap();
    let old = held(&again);
    println!("the backup has {} envelopes of {}", old.rows, before.rows);
    assert!(before.rows - old.rows >= 1000, "the backup must be old");
    stage.field.start_relay(&again).unwrap();

    // Each syncs once.
    for phone in &mut stage.phones {
        let report = phone.sync(&stage.link).unwrap();
        assert_eq!(
            (report.unsent, report.troubled, report.received),
            (0, 0, 0),
            "{report:?}"
        );
    }
    assert_eq!(held(&again).waiting, 1, "no phone opens what waits for a desk");
    let report = stage.desk.sync(&stage.link).unwrap();
    assert_eq!((report.unsent, report.troubled), (0, 0), "{report:?}");
    assert_eq!((report.waiting, report.quarantined), (0, 0), "{report:?}");

    let after = held(&again);
    let missing = before.ids.difference(&after.ids).count();
    assert_eq!(missing, 0, "of {} envelopes", before.rows);
    assert_eq!(
        (after.rows, after.last),
        (before.rows, before.rows),
        "something is doubled, or there is a gap"
    );
    assert_eq!((after.forks, after.waiting), (0, 0), "the relay gives out again");
    assert_eq!(stage.desk.records(None).unwrap().len(), finished.len());
    for (record, number) in &finished {
        assert_eq!(
            stage.desk.show(*record).unwrap().answers["number"],
            number.to_string()
        );
    }
    // What was handed out reaches its phone, which could not be given it before.
    stage.sync_phones();
    stage.sync_phones();
    assert_eq!(
        stage.phones[1].show(record).unwrap().answers["number"],
        finished[&record].to_string()
    );
}

/// The sealed parts of a record's envelopes, as a relay's file holds them.
fn sealed(data: &Path, record: RecordId) -> Vec<Vec<u8>> {
    let db = Connection::open(data.join("relay.sqlite")).unwrap();
    let mut statement = db
        .prepare("SELECT parts FROM envelope WHERE subject = ? AND kind = 1")
        .unwrap();
    let parts = statement
        .query_map([record.as_bytes()], |row| row.get(0))
        .unwrap();
    parts.collect::<Result<_, _>>().unwrap()
}

/// Whether bytes lie anywhere in a relay's folder.
fn lies_in(data: &Path, bytes: &[u8]) -> bool {
    std::fs::read_dir(data).unwrap().any(|file| {
        let path = file.unwrap().path();
        path.is_file()
            && std::fs::read(path)
                .unwrap()
                .windows(bytes.len())
                .any(|run| run == bytes)
    })
}

#[test]
fn what_was_erased_after_the_backup_does_not_come_back() {
    let mut stage = Stage::with_form(12, Form::read(Source::Markdown(FORM)).unwrap().0);
    let mut finished = BTreeMap::new();
    work(&mut stage.phones[0], 0..1, &mut finished);
    let record = *finished.keys().next().unwrap();
    stage.sync_phones();
    stage.sync_desk();
    // Handed out, and the second phone has not come for it when the relay is backed up.
    let member = stage.phones[1].member();
    stage.desk.grant(record, member, None).unwrap();
    stage.sync_desk();
    let (data, backup) = (
        stage.folder.path().join("relay"),
        stage.folder.path().join("backup"),
    );
    server::back_up(&data, &backup).unwrap();
    stage.desk.erase(record).unwrap();
    stage.sync_desk();

    stage.field.stop_relay();
    std::fs::remove_dir_all(&data).unwrap();
    let again = stage.folder.path().join("again");
    server::restore(&backup, &again).unwrap();
    let canary = sealed(&again, record).remove(0);
    let canary = canary.get(16..80).unwrap();
    assert!(lies_in(&again, canary), "the backup holds what was erased");
    stage.field.start_relay(&again).unwrap();

    // The late phone comes first, twice, and is given nothing.
    for _ in 0..2 {
        let report = stage.phones[1].sync(&stage.link).unwrap();
        assert_eq!(report.received, 0, "{report:?}");
    }
    stage.sync_desk();
    stage.sync_phones();
    stage.sync_phones();
    assert!(stage.phones[1].show(record).is_err());
    assert!(stage.desk.show(record).is_err());
    stage.field.stop_relay();
    assert!(
        !lies_in(&again, canary),
        "what was erased lies at the relay again"
    );
}

#[test]
fn the_program_backs_a_running_relay_up_and_restores_it() {
    let folder = tempfile::tempdir().unwrap();
    let [data, backup, again, home] =
        ["relay", "backup", "again", "desk"].map(|name| folder.path().join(name));
    let address = free_address();
    let running = relay(&data, address);
    let url = format!("http://{address}");
    baraza(
        &[
            "programme",
            "found",
            "--home",
            path(&home),
            "--name",
            "Kept",
            "--relay",
            &url,
        ],
        PASSPHRASE,
    );
    let sync = || baraza(&["sync", "--home", path(&home)], PASSPHRASE);
    sync();
    baraza(
        &["relay", "backup", "--data", path(&data), "--to", path(&backup)],
        "",
    );
    let restore = ["relay", "restore", "--from", path(&backup), "--data", path(&data)];
    let (well, said) = Process::start(&restore, "").end();
    assert!(!well && said.contains("another relay is running"), "{said}");
    running.kill();
    let said = baraza(
        &[
            "relay",
            "restore",
            "--from",
            path(&backup),
            "--data",
            path(&again),
        ],
        "",
    );
    assert!(said.contains("gives nothing out before a desk"), "{said}");
    let _running = relay(&again, address);
    assert_eq!(held(&again).waiting, 1);
    sync();
    assert_eq!(held(&again).waiting, 0);
}
