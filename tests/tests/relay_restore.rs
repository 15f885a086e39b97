//! The relay's disk is gone, and all there is of it is an old backup.

#![expect(clippy::unwrap_used, reason = "a test stops where something is missing")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::thread;

use baraza_tests::{Stage, at};
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
    let rest =
        "SELECT count(*), max(sequence), sum(fork), (SELECT sum(restored) FROM programme) FROM envelope";
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
    // After it, the desk takes all of them, and hands one out.
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
    assert!(old.rows < before.rows);
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
