//! A device is lost and revoked once: what it wrote in time stays, and nothing it sends later is merged without a person.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops where something is missing"
)]

use baraza_tests::{Stage, at};
use client_core::Notebook;
use client_core::deeds::quarantine::QuarantineError;
use client_core::deeds::revoke::{RevokeError, Trust};
use client_core::deeds::show::ShowError;
use client_core::deeds::start::DraftError;
use form::{Form, Source, Value};
use wire::{CompartmentId, RecordId};

const FORM: &str = "
| survey |
| | type | name | label | required | sensitivity |
| | text | village | Village | yes | |
| | text | who | Name | | identity |
| settings |
| | form_title | form_id | version |
| | Visit | visit | 1 |
";

fn stage(seed: u8) -> Stage {
    Stage::with_form(seed, Form::read(Source::Markdown(FORM)).unwrap().0)
}

fn visit(phone: &mut Notebook, village: &str) -> RecordId {
    let record = phone.start("visit", None).unwrap();
    put(phone, record, "village", village);
    phone.finish(record).unwrap().unwrap();
    record
}

fn put(phone: &mut Notebook, record: RecordId, question: &str, said: &str) {
    phone
        .answer(record, &at(question), Value::Text(said.into()))
        .unwrap();
}

fn listed(desk: &Notebook) -> Vec<RecordId> {
    let mut records: Vec<_> = desk
        .records(None)
        .unwrap()
        .into_iter()
        .map(|row| row.id)
        .collect();
    records.sort_unstable();
    records
}

fn village(desk: &mut Notebook, record: RecordId) -> String {
    let view = desk.show(record).unwrap();
    view.answers["village"].as_str().unwrap().to_owned()
}

#[test]
fn what_a_lost_device_sends_later_waits_until_a_person_decides() {
    let mut stage = stage(1);
    let link = stage.link.clone();
    let lost = stage.phones[0].member();
    let in_time = visit(&mut stage.phones[0], "Kayes");
    stage.sync_phones();
    stage.sync_desk();

    let revoked = stage.desk.revoke(lost, Trust::AllHere).unwrap();
    assert_eq!((revoked.quarantined, revoked.renewed), (0, true));
    assert_eq!(revoked.name, "amina");
    assert_eq!(revoked.trusted.len(), 1);
    assert_eq!(listed(&stage.desk), [in_time], "what it wrote in time stays");

    // The device knows nothing of it yet, and goes on.
    stage.field.clock.pass_hours(5);
    let late = [
        visit(&mut stage.phones[0], "Nioro"),
        visit(&mut stage.phones[0], "Diema"),
    ];
    stage.sync_desk();
    stage.phones[0].sync(&link).unwrap();
    stage.sync_desk();
    assert_eq!(listed(&stage.desk), [in_time]);
    let waiting = stage.desk.quarantine(false).unwrap();
    assert_eq!(waiting.len(), 2, "{waiting:#?}");
    assert_eq!(waiting[0].record, late[0]);
    assert_eq!(
        (waiting[0].device.as_str(), waiting[0].cause.as_str()),
        ("amina", "revoked")
    );
    assert_eq!(waiting[0].envelopes, 1);
    assert_eq!(waiting[0].first_seen.as_deref(), Some("2026-11-16T12:00:00Z"));
    // Nothing that happens here lets it in: only a person does.
    stage.desk.rebuild().unwrap();
    stage.sync_desk();
    assert_eq!(listed(&stage.desk), [in_time]);

    // One is released, with the keys it needs; the other is dropped.
    let released = stage.desk.release(late[0]).unwrap();
    assert_eq!((released.envelopes, released.still_quarantined), (1, 0));
    assert_eq!(village(&mut stage.desk, late[0]), "Nioro");
    assert_eq!(stage.desk.drop_quarantined(late[1]).unwrap(), 1);
    assert!(stage.desk.quarantine(false).unwrap().is_empty());
    assert_eq!(stage.desk.quarantine(true).unwrap()[0].record, late[1]);
    assert_eq!(stage.desk.sync(&link).unwrap().quarantined, 0);
    let nothing = stage.desk.release(in_time);
    assert!(matches!(nothing, Err(QuarantineError::Nothing(_))));

    // What a person decided is remembered, also by a notebook that is made anew or opened again.
    stage.desk.rebuild().unwrap();
    let Stage { desk, field, .. } = stage;
    drop(desk);
    let mut desk = field.reopen("desk").unwrap();
    desk.rebuild().unwrap();
    let mut both = [in_time, late[0]];
    both.sort_unstable();
    assert_eq!(listed(&desk), both);
    assert_eq!(desk.quarantine(true).unwrap().len(), 1);
    // Nothing is lost: what was dropped can be released still.
    desk.release(late[1]).unwrap();
    assert_eq!(village(&mut desk, late[1]), "Diema");
    assert!(desk.quarantine(true).unwrap().is_empty());
}

#[test]
fn a_cut_in_the_past_takes_back_what_was_merged_and_a_release_brings_it_again() {
    let mut stage = stage(2);
    let [amina, bakary] = [stage.phones[0].member(), stage.phones[1].member()];
    let record = visit(&mut stage.phones[0], "Kayes");
    stage.sync_phones();
    stage.sync_desk();
    for phone in [amina, bakary] {
        stage.desk.grant(record, phone, None).unwrap();
    }
    stage.sync_desk();
    stage.sync_phones();
    stage.sync_phones();
    stage.field.clock.pass_hours(2);
    let lost_at = stage.desk.now();
    stage.field.clock.pass_hours(2);
    put(&mut stage.phones[0], record, "village", "Nowhere");
    put(&mut stage.phones[1], record, "who", "Halima");
    for phone in &mut stage.phones {
        phone.finish(record).unwrap().unwrap();
    }
    let made_up = visit(&mut stage.phones[0], "Atlantis");
    stage.sync_phones();
    stage.sync_desk();
    assert_eq!(village(&mut stage.desk, record), "Nowhere");
    assert_eq!(listed(&stage.desk).len(), 2);
    let before = serde_json::to_value(stage.desk.show(record).unwrap()).unwrap();

    // The phone wrote its keys, a chain and the record in time. All of it after that was somebody else.
    let revoked = stage.desk.revoke(amina, Trust::SeenBefore(lost_at)).unwrap();
    assert_eq!((revoked.trusted, revoked.quarantined), (vec![3], 2));
    let shown = stage.desk.show(record).unwrap();
    assert_eq!(shown.answers["village"], "Kayes");
    assert_eq!(shown.answers["who"], "Halima", "the other phone's edit stays");
    assert!(
        shown
            .history
            .iter()
            .all(|line| line.value.as_deref() != Some("Nowhere"))
    );
    assert_eq!(listed(&stage.desk), [record]);
    let days = stage.desk.progress().unwrap();
    let of_amina = days.iter().find(|day| day.member == amina).unwrap();
    assert_eq!((of_amina.records, of_amina.edits), (1, 0));

    stage.desk.release(record).unwrap();
    assert_eq!(
        serde_json::to_value(stage.desk.show(record).unwrap()).unwrap(),
        before
    );
    assert_eq!(listed(&stage.desk), [record]);
    stage.desk.release(made_up).unwrap();
    assert_eq!(listed(&stage.desk).len(), 2);

    // Of two revocations, only what both trust is trusted.
    let again = stage.desk.revoke(amina, Trust::UpTo(2)).unwrap();
    assert_eq!(again.quarantined, 1, "what a person released stays");
    let narrowed = stage.desk.quarantine(false).unwrap();
    assert_eq!((narrowed.len(), narrowed[0].record), (1, record));
}

#[test]
fn an_edit_that_is_open_at_the_desk_is_not_lost_to_a_revocation() {
    let mut stage = stage(3);
    let amina = stage.phones[0].member();
    let record = visit(&mut stage.phones[0], "Kayes");
    stage.sync_phones();
    stage.sync_desk();
    put(&mut stage.desk, record, "who", "Halima");
    stage.desk.revoke(amina, Trust::UpTo(0)).unwrap();
    stage.desk.finish(record).unwrap().unwrap();
    // What the desk wrote builds on what is not trusted any more: it is kept, and waits for it.
    assert_eq!(listed(&stage.desk), []);
    stage.desk.release(record).unwrap();
    let shown = stage.desk.show(record).unwrap();
    assert_eq!(shown.answers["village"], "Kayes");
    assert_eq!(shown.answers["who"], "Halima");
}

#[test]
fn a_device_that_learns_of_its_revocation_gives_up_what_it_has_open_and_is_done() {
    let mut stage = stage(4);
    let link = stage.link.clone();
    let amina = stage.phones[0].member();
    let granted = visit(&mut stage.phones[1], "Kayes");
    stage.sync_phones();
    stage.sync_desk();
    stage.desk.grant(granted, amina, None).unwrap();
    stage.sync_desk();
    stage.sync_phones();
    stage.sync_phones();
    assert_eq!(village(&mut stage.phones[0], granted), "Kayes");
    // A new record without the answer it needs, and an edit.
    let begun = stage.phones[0].start("visit", None).unwrap();
    put(&mut stage.phones[0], begun, "who", "Moussa");
    put(&mut stage.phones[0], granted, "who", "Halima");

    let (later, bakary) = (visit(&mut stage.phones[1], "Nioro"), stage.phones[1].member());
    stage.phones[1].sync(&link).unwrap();
    stage.sync_desk();
    stage.desk.grant(later, amina, None).unwrap();
    stage.sync_desk();
    stage.desk.revoke(amina, Trust::AllHere).unwrap();
    assert!(stage.desk.grant(later, amina, None).is_err());
    stage.sync_desk();
    assert!(!stage.phones[0].is_revoked(), "it was not online yet");

    let report = stage.phones[0].sync(&link).unwrap();
    assert!(report.revoked);
    assert_eq!(report.received, 0, "the relay gives it nothing but the roster");
    assert_eq!(report.unsent, 0);
    assert!(stage.phones[0].standing().unwrap().revoked);
    for record in [begun, granted] {
        let shown = stage.phones[0].show(record);
        assert!(matches!(shown, Err(ShowError::Draft(DraftError::Revoked))));
        let answered = stage.phones[0].answer(record, &at("who"), Value::Text("x".into()));
        assert!(matches!(answered, Err(DraftError::Revoked)));
    }
    let started = stage.phones[0].start("visit", None);
    assert!(matches!(started, Err(DraftError::Revoked)));
    let Stage {
        mut desk,
        mut phones,
        field,
        ..
    } = stage;
    let again = phones[0].sync(&link).unwrap();
    assert_eq!((again.calls, again.sent), (1, 0), "it is done once");
    drop(phones);
    assert!(field.reopen("amina").unwrap().is_revoked());

    desk.sync(&link).unwrap();
    assert!(!listed(&desk).contains(&begun));
    assert_eq!(desk.show(granted).unwrap().answers.get("who"), None);
    let waiting = desk.quarantine(false).unwrap();
    assert_eq!(waiting.len(), 2, "{waiting:#?}");
    desk.release(begun).unwrap();
    let shown = desk.show(begun).unwrap();
    assert_eq!(shown.answers["who"], "Moussa");
    assert_eq!(shown.unfinished.as_deref(), Some("revoked"));
    desk.release(granted).unwrap();
    assert_eq!(desk.show(granted).unwrap().answers["who"], "Halima");
    assert!(desk.roster().unwrap().revocation(&bakary).is_none());
}

#[test]
fn everybody_but_the_revoked_has_the_new_keys() {
    let mut stage = stage(5);
    let link = stage.link.clone();
    let [amina, bakary] = [stage.phones[0].member(), stage.phones[1].member()];
    stage.desk.revoke(amina, Trust::AllHere).unwrap();
    let roster = stage.desk.roster().unwrap();
    assert!(!roster.needs_new_keys());
    let handed = roster.members_keys().last().unwrap();
    let to: Vec<_> = handed.sealed.iter().map(|sealed| sealed.member).collect();
    assert!(to.contains(&bakary) && to.contains(&stage.desk.member()) && !to.contains(&amina));
    for compartment in [
        CompartmentId::GENERAL,
        CompartmentId::IDENTITY,
        CompartmentId::PROTECTED,
    ] {
        assert_eq!(roster.epoch(compartment).unwrap().number, 2);
    }

    // What is published now is under the new key, and the remaining phone reads it.
    let next = FORM.replace("| visit | 1 |", "| visit | 2 |");
    stage
        .desk
        .publish(&Form::read(Source::Markdown(&next)).unwrap().0)
        .unwrap();
    stage.sync_desk();
    stage.sync_phones();
    let versions = |phone: &Notebook| {
        phone
            .forms()
            .unwrap()
            .into_iter()
            .map(|form| form.version)
            .collect::<Vec<_>>()
    };
    assert!(versions(&stage.phones[1]).contains(&"2".to_owned()));
    assert!(!versions(&stage.phones[0]).contains(&"2".to_owned()));
    // A device that joins later has both members' keys, and reads what is under either.
    let Stage { mut desk, field, .. } = stage;
    let mut fanta = field.phone("fanta", &mut desk).unwrap();
    desk.sync(&link).unwrap();
    fanta.sync(&link).unwrap();
    assert_eq!(versions(&fanta), ["2"]);
    let names: Vec<_> = fanta
        .members()
        .unwrap()
        .into_iter()
        .map(|member| member.name)
        .collect();
    assert_eq!(names, ["desk", "amina", "bakary", "fanta"]);
}

#[test]
fn only_who_may_revokes_and_nobody_revokes_oneself() {
    let mut stage = stage(6);
    let [amina, desk] = [stage.phones[0].member(), stage.desk.member()];
    let by_phone = stage.phones[1].revoke(amina, Trust::AllHere);
    assert!(matches!(by_phone, Err(RevokeError::NotAllowed)));
    let oneself = stage.desk.revoke(desk, Trust::AllHere);
    assert!(matches!(oneself, Err(RevokeError::Oneself)));
    let stranger = wire::MemberId::from_chance([9; 16]);
    let unknown = stage.desk.revoke(stranger, Trust::AllHere);
    assert!(matches!(unknown, Err(RevokeError::NoMember(_))));
    assert!(!stage.desk.standing().unwrap().rotation_due);
}
