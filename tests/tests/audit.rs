//! The audit of a desk: who read, granted, settled, exported, erased, revoked and decided what, and that it shows when
//! somebody changes it past the program.

#![expect(clippy::unwrap_used, reason = "a test stops where something is missing")]

use std::path::PathBuf;

use baraza_tests::seized::{contains, database_of, everything_on};
use baraza_tests::{Stage, at};
use client_core::deeds::revoke::Trust;
use client_core::deeds::settle::Decision;
use client_core::{AuditBreak, Notebook};
use form::Form;
use wire::RecordId;

const FORM: &str = "
| survey |
| | type | name | label | required | sensitivity |
| | text | village | Village | yes | |
| | text | name | Name | | identity |
| settings |
| | form_title | form_id | version |
| | Visit | visit | 1 |
";
const PLAIN: &str = "
| survey |
| | type | name | label | required | sensitivity |
| | text | village | Village | yes | |
| settings |
| | form_title | form_id | version |
| | Places | places | 1 |
";
const NAME: &str = "Awa Diatta of Kafountine";

fn stage(seed: u8) -> Stage {
    Stage::with_form(seed, Form::read_markdown(FORM).unwrap())
}

fn visit(stage: &mut Stage) -> RecordId {
    let phone = &mut stage.phones[0];
    let record = phone.start("visit", None).unwrap();
    phone.answer_text(record, &at("village"), "Wau").unwrap();
    phone.answer_text(record, &at("name"), NAME).unwrap();
    phone.finish(record).unwrap().unwrap();
    stage.sync_phones();
    stage.sync_desk();
    record
}

fn deeds(desk: &Notebook) -> Vec<(String, String)> {
    let entries = desk.audit().unwrap();
    assert!(entries.iter().all(|entry| entry.actor == desk.member()));
    entries
        .into_iter()
        .map(|entry| (entry.deed, entry.subject))
        .collect()
}

fn desk_folder(stage: &Stage) -> PathBuf {
    stage.folder.path().join("desk")
}

/// Closes the desk, does something to its file, and opens it again.
fn tampered(seed: u8, with: &str) -> (Stage, Notebook) {
    let mut stage = stage(seed);
    let record = visit(&mut stage);
    for _ in 0..3 {
        stage.desk.show(record).unwrap();
    }
    assert_eq!(stage.desk.verify_audit().unwrap(), Ok(3));
    let nobody = client_core::Notebook::create(
        &stage.folder.path().join("nobody"),
        "nobody",
        baraza_tests::PASSPHRASE,
        client_core::Cost::LEAST,
        stage.field.surroundings(),
    );
    drop(std::mem::replace(&mut stage.desk, nobody.unwrap()));
    database_of(&desk_folder(&stage)).execute_batch(with).unwrap();
    let desk = stage.field.reopen("desk").unwrap();
    (stage, desk)
}

const PAST_THE_TRIGGERS: &str = "DROP TRIGGER audit_is_not_changed; DROP TRIGGER audit_is_not_shortened;";

#[test]
fn every_deed_that_must_be_answered_for_is_put_down_once() {
    let mut stage = stage(81);
    let record = visit(&mut stage);
    let subject = record.to_string();
    assert_eq!(deeds(&stage.desk), []);
    stage.desk.show(record).unwrap();
    let [first, second] = [0, 1].map(|n| stage.phones[n].member());
    for member in [first, second] {
        stage.desk.grant(record, member, None).unwrap();
    }
    stage.sync_desk();
    stage.sync_phones();
    stage.sync_phones();
    for (n, village) in ["Yei", "Bor"].into_iter().enumerate() {
        stage.phones[n]
            .answer_text(record, &at("village"), village)
            .unwrap();
        stage.phones[n].finish(record).unwrap().unwrap();
    }
    stage.sync_phones();
    stage.sync_desk();
    let settled = stage.desk.settle(record, &at("village"), Decision::Side(1));
    settled.unwrap().unwrap();
    assert_eq!(stage.desk.read_all("visit", None).unwrap().len(), 1);
    stage.desk.revoke(second, Trust::AllHere).unwrap();
    stage.desk.erase(record).unwrap();
    let subject = subject.as_str();
    let expected = [
        ("read", subject),
        ("grant", subject),
        ("grant", subject),
        ("settle", subject),
        ("export", subject),
        ("revoke", &second.to_string()),
        ("erase", subject),
    ];
    let expected = expected.map(|(deed, subject)| (deed.to_owned(), subject.to_owned()));
    assert_eq!(deeds(&stage.desk), expected);
    assert_eq!(stage.desk.verify_audit().unwrap(), Ok(7));
    drop(stage.desk);
    let desk = stage.field.reopen("desk").unwrap();
    assert_eq!(desk.audit_break(), None);
    assert_eq!(deeds(&desk), expected);
}

#[test]
fn what_a_person_decides_about_the_quarantine_is_put_down() {
    let mut stage = stage(82);
    let member = stage.phones[0].member();
    stage.desk.revoke(member, Trust::AllHere).unwrap();
    let records = [0, 1].map(|_| {
        let phone = &mut stage.phones[0];
        let record = phone.start("visit", None).unwrap();
        phone.answer_text(record, &at("village"), "Wau").unwrap();
        phone.finish(record).unwrap().unwrap();
        record
    });
    let link = stage.link.clone();
    stage.phones[0].sync(&link).unwrap();
    stage.sync_desk();
    stage.phones[0].sync(&link).unwrap();
    stage.sync_desk();
    stage.desk.release(records[0]).unwrap();
    stage.desk.drop_quarantined(records[1]).unwrap();
    let expected = [
        ("revoke", member.to_string()),
        ("release", records[0].to_string()),
        ("drop", records[1].to_string()),
    ];
    assert_eq!(
        deeds(&stage.desk),
        expected.map(|(deed, subject)| (deed.to_owned(), subject))
    );
}

#[test]
fn a_deed_that_is_not_done_is_not_put_down() {
    let mut stage = stage(83);
    let record = visit(&mut stage);
    let member = stage.phones[0].member();
    for _ in 0..16 {
        stage.desk.grant(record, member, None).unwrap();
    }
    let before = stage.desk.audit().unwrap().len();
    stage.desk.grant(record, member, None).unwrap_err();
    assert_eq!(stage.desk.audit().unwrap().len(), before);
    assert_eq!(stage.desk.verify_audit().unwrap(), Ok(16));
}

#[test]
fn what_is_only_general_is_read_without_a_word_and_every_export_is_put_down() {
    let mut stage = stage(84);
    stage.desk.publish(&Form::read_markdown(PLAIN).unwrap()).unwrap();
    let record = stage.desk.start("places", None).unwrap();
    stage.desk.answer_text(record, &at("village"), "Wau").unwrap();
    stage.desk.finish(record).unwrap().unwrap();
    stage.desk.show(record).unwrap();
    assert_eq!(deeds(&stage.desk), []);
    stage.desk.read_all("places", None).unwrap();
    assert_eq!(
        deeds(&stage.desk),
        [("export".to_owned(), record.to_string())],
        "when consent is taken back, whoever received it is told"
    );
}

#[test]
fn what_disagreements_and_interviews_show_is_put_down() {
    let mut stage = stage(86);
    let record = visit(&mut stage);
    stage.desk.disagreements_of(record).unwrap();
    stage.desk.interview(record).unwrap();
    assert_eq!(
        deeds(&stage.desk),
        [
            ("read".to_owned(), record.to_string()),
            ("read".to_owned(), record.to_string())
        ]
    );
    // Nothing disagrees: the list shows nobody's answers.
    stage.desk.disagreements().unwrap();
    assert_eq!(deeds(&stage.desk).len(), 2);
}

#[test]
fn whoever_withdraws_is_told_when_the_record_was_exported() {
    let mut stage = stage(87);
    let record = visit(&mut stage);
    assert_eq!(stage.desk.exports_of(record).unwrap(), Vec::<String>::new());
    let exported = stage.desk.now();
    stage.desk.read_all("visit", None).unwrap();
    let at = stage.desk.exports_of(record).unwrap();
    assert_eq!(at.len(), 1);
    assert!(
        at[0]
            .parse::<jiff::Timestamp>()
            .unwrap()
            .as_second()
            .abs_diff(exported.as_second())
            < 60
    );
    assert_eq!(stage.desk.access(record, false).unwrap().exports, at);
    stage.desk.withdraw(record, None, "spoken", "the person").unwrap();
    let withdrawn = stage.desk.withdrawn().unwrap();
    assert_eq!(
        withdrawn[0].exports.len(),
        2,
        "the table, and what the person was shown"
    );
    assert_eq!(withdrawn[0].exports[0], at[0]);
}

#[test]
fn a_device_that_shows_what_it_was_handed_puts_nothing_down() {
    let mut stage = stage(85);
    let record = visit(&mut stage);
    let member = stage.phones[0].member();
    stage.desk.grant(record, member, None).unwrap();
    stage.sync_desk();
    stage.sync_phones();
    stage.sync_phones();
    stage.phones[0].show(record).unwrap();
    assert_eq!(deeds(&stage.phones[0]), []);
}

#[test]
fn no_answer_stands_in_the_audit() {
    let mut stage = stage(86);
    let record = visit(&mut stage);
    stage.desk.show(record).unwrap();
    let folder = desk_folder(&stage);
    let is_there = |word: &str| {
        everything_on(&folder)
            .iter()
            .any(|place| contains(place, word.as_bytes()))
    };
    // The rows as they lie in the file: everything else the desk has is dropped first.
    drop(stage.desk);
    let db = database_of(&folder);
    let rows: i64 = db
        .query_row("SELECT count(*) FROM audit", [], |row| row.get(0))
        .unwrap();
    assert_eq!(rows, 1);
    let all: String = db
        .query_row(
            "SELECT group_concat(n || at || hex(actor) || deed || hex(subject) || hex(previous) || hex(hash))
             FROM audit",
            [],
            |row| row.get(0),
        )
        .unwrap();
    for word in [NAME, "Wau", "amina", "visit", "name"] {
        let hex: String = word.bytes().map(|byte| format!("{byte:02X}")).collect();
        assert!(!all.contains(word) && !all.contains(&hex), "{word}");
    }
    assert!(is_there("audit_is_not_changed"));
}

#[test]
fn the_program_cannot_change_or_shorten_the_audit() {
    let mut stage = stage(87);
    let record = visit(&mut stage);
    stage.desk.show(record).unwrap();
    let db = database_of(&desk_folder(&stage));
    for change in ["UPDATE audit SET deed = 'grant'", "DELETE FROM audit"] {
        let refused = db.execute(change, []).unwrap_err();
        assert!(
            refused.to_string().contains("the audit is only added to"),
            "{refused}"
        );
    }
}

#[test]
fn an_entry_that_was_changed_shows() {
    let with = format!("{PAST_THE_TRIGGERS} UPDATE audit SET deed = 'grant' WHERE n = 2");
    let (_stage, desk) = tampered(88, &with);
    assert_eq!(desk.audit_break(), Some(AuditBreak::Changed(2)));
    // The notebook opens: people can still work, and look.
    assert_eq!(desk.records(None).unwrap().len(), 1);
    assert_eq!(
        desk.verify_audit().unwrap().unwrap_err().to_string(),
        "entry 2 of the audit was changed, or what follows it was put in"
    );
}

#[test]
fn an_entry_that_was_taken_out_shows() {
    let with = format!("{PAST_THE_TRIGGERS} DELETE FROM audit WHERE n = 2");
    let (_stage, desk) = tampered(89, &with);
    assert_eq!(desk.audit_break(), Some(AuditBreak::Missing(2)));
}

#[test]
fn an_end_that_was_cut_off_shows() {
    let with = format!("{PAST_THE_TRIGGERS} DELETE FROM audit WHERE n = 3");
    let (_stage, desk) = tampered(90, &with);
    let cut = AuditBreak::Cut {
        found: 2,
        expected: 3,
    };
    assert_eq!(desk.audit_break(), Some(cut));
}

#[test]
fn an_audit_that_was_emptied_shows_although_work_goes_on() {
    let with = format!("{PAST_THE_TRIGGERS} DELETE FROM audit");
    let (mut stage, mut desk) = tampered(91, &with);
    assert_eq!(
        desk.audit_break(),
        Some(AuditBreak::Cut {
            found: 0,
            expected: 3
        })
    );
    let record = desk.records(None).unwrap()[0].id;
    desk.show(record).unwrap();
    assert_eq!(desk.verify_audit().unwrap(), Err(AuditBreak::Missing(1)));
    stage.sync_phones();
}
