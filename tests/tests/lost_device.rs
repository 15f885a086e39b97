//! A device is lost: the desk tells what was on it, and what it cannot know.

#![expect(clippy::unwrap_used, reason = "a test stops where something is missing")]

use baraza_tests::{Stage, at};
use client_core::deeds::device_report::{DeviceReport, ReportError};
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

fn finished(stage: &mut Stage, phone: usize) -> RecordId {
    let phone = stage.phones.get_mut(phone).unwrap();
    let record = phone.start("visit", None).unwrap();
    phone.answer_text(record, &at("village"), "Wau").unwrap();
    phone.finish(record).unwrap().unwrap();
    record
}

fn report(stage: &Stage) -> DeviceReport {
    stage.desk.device_report(stage.phones[1].member()).unwrap()
}

#[test]
fn a_report_names_exactly_the_drafts_and_packets_that_were_on_a_lost_device() {
    let mut stage = Stage::with_form(71, Form::read_markdown(FORM).unwrap());
    let records = [finished(&mut stage, 0), finished(&mut stage, 0)];
    let own = finished(&mut stage, 1);
    stage.sync_phones();
    stage.sync_desk();
    let [giver, member] = [stage.phones[0].member(), stage.phones[1].member()];
    stage.desk.grant_packet(&records, member, None, 48).unwrap();
    stage.sync_desk();
    // Two drafts are handed over, and one of them is finished; another is begun, which nobody else knows of.
    let drafts = [0, 1].map(|_| {
        let draft = stage.phones[0].start("visit", None).unwrap();
        stage.phones[0].answer_text(draft, &at("village"), "Yei").unwrap();
        let offer = stage.phones[1].offer(giver).unwrap();
        stage.phones[0].hand_over(draft, &offer).unwrap();
        draft
    });
    stage.sync_phones();
    stage.sync_phones();
    let secret = stage.phones[1].start("visit", None).unwrap();
    stage.phones[1].finish(drafts[0]).unwrap().unwrap();
    // One record of the packet comes back.
    let edited = records[0];
    stage.phones[1].answer_text(edited, &at("name"), "Awa").unwrap();
    stage.phones[1].finish(edited).unwrap().unwrap();
    stage.sync_phones();
    stage.sync_desk();
    let report = report(&stage);
    assert_eq!(report.device, "bakary");
    assert_eq!((report.finished, report.not_opened), (3, 0));
    assert_eq!(report.unused_keys, 15);
    assert_eq!(report.written.len(), 1);
    assert_eq!(report.written[0].missing, 0);
    let on: Vec<RecordId> = report.drafts.iter().map(|draft| draft.record).collect();
    assert_eq!(on, drafts);
    assert!(
        report
            .drafts
            .iter()
            .all(|draft| draft.arrived && draft.from == giver)
    );
    let gone: Vec<bool> = report.drafts.iter().map(|draft| draft.gone).collect();
    assert_eq!(gone, [true, false]);
    let mut granted: Vec<(RecordId, bool)> = report
        .grants
        .iter()
        .map(|grant| (grant.record, grant.spent))
        .collect();
    granted.sort();
    let mut expected = vec![(records[0], true), (records[1], false)];
    expected.sort();
    assert_eq!(granted, expected);
    for grant in &report.grants {
        assert_eq!(grant.form.as_deref(), Some("visit"));
        assert_eq!(grant.granted, "2026-11-16T07:00:00Z");
        assert_eq!(grant.expires.as_deref(), Some("2026-11-18T07:00:00Z"));
        assert!(!grant.expired);
    }
    assert!(report.unknown[0].contains("began itself"));
    let json = serde_json::to_string(&report).unwrap();
    assert!(!json.contains(&secret.to_string()) && !json.contains(&own.to_string()));
    assert!(!json.contains("Awa") && !json.contains("Wau"), "no answers");
    stage.field.clock.pass_hours(49);
    let later = stage.desk.device_report(member).unwrap();
    assert!(later.grants.iter().all(|grant| grant.expired));
}

#[test]
fn what_never_came_of_a_lost_device_is_counted() {
    let mut stage = Stage::with_form(72, Form::read_markdown(FORM).unwrap());
    finished(&mut stage, 1);
    stage.sync_phones();
    let unseen = report(&stage);
    assert_eq!((unseen.finished, unseen.written.len()), (0, 0));
    stage.sync_desk();
    let seen = report(&stage);
    // Its keys, the chain of its records, and the record.
    assert_eq!((seen.written[0].last, seen.written[0].missing), (3, 0));
    assert_eq!(seen.finished, 1);
}

#[test]
fn a_device_tells_nothing_of_another() {
    let stage = Stage::with_form(73, Form::read_markdown(FORM).unwrap());
    let other = stage.phones[0].member();
    let refused = stage.phones[1].device_report(other);
    assert!(matches!(refused, Err(ReportError::NotADesk)), "{refused:?}");
}
