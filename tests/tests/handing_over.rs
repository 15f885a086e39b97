//! A draft moves from one device to another: through the relay or as a file, and never twice or not at all.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test stops where something is missing"
)]

use std::path::PathBuf;

use baraza_tests::seized::{HANDOVER, contains, everything_on, once_keys, opens, programme_of, relayed};
use baraza_tests::{Stage, at};
use client_core::deeds::hand_over::{HandOverError, HandedOver};
use client_core::deeds::show::ShowError;
use client_core::deeds::start::DraftError;
use client_core::{Notebook, RecordStatus};
use form::Form;
use wire::{Kind, RecordId};

const FORM: &str = "
| survey |
| | type | name | label | required | sensitivity |
| | text | village | Village | yes | |
| | text | name | Name | yes | identity |
| | begin_repeat | members | Member | | |
| | text | called | Called | | identity |
| | end_repeat | | | | |
| settings |
| | form_title | form_id | version |
| | Visit | visit | 1 |
";
const VILLAGE: &str = "Kafountine on the coast";

/// A stage whose first phone has begun a visit.
fn begun(seed: u8) -> (Stage, RecordId) {
    let mut stage = Stage::with_form(seed, Form::read_markdown(FORM).unwrap());
    let phone = &mut stage.phones[0];
    let record = phone.start("visit", None).unwrap();
    phone.answer_text(record, &at("village"), VILLAGE).unwrap();
    let member = phone.add_instance(record, &"members".parse().unwrap()).unwrap();
    let called = format!("members[{member}]/called").parse().unwrap();
    phone.answer_text(record, &called, "Binta").unwrap();
    (stage, record)
}

/// The first phone hands its draft to the second.
fn handed(stage: &mut Stage, record: RecordId) -> HandedOver {
    let giver = stage.phones[0].member();
    let offer = stage.phones[1].offer(giver).unwrap();
    stage.phones[0].hand_over(record, &offer).unwrap()
}

fn folder(stage: &Stage, name: &str) -> PathBuf {
    stage.folder.path().join(name)
}

fn drafts(phone: &Notebook) -> Vec<RecordId> {
    let rows = phone.records(None).unwrap();
    let drafts = rows.iter().filter(|row| row.status == RecordStatus::Draft);
    drafts.map(|row| row.id).collect()
}

/// The second phone goes on with the draft, finishes it, and the desk sees that it did.
fn finished_by_the_taker(stage: &mut Stage, record: RecordId) {
    let taker = &mut stage.phones[1];
    let shown = taker.show(record).unwrap();
    assert_eq!(shown.answers["village"], VILLAGE);
    assert_eq!(shown.answers["members"][0]["called"], "Binta");
    taker.answer_text(record, &at("name"), "Awa Diatta").unwrap();
    taker.finish(record).unwrap().unwrap();
    stage.sync_phones();
    stage.sync_desk();
    let shown = stage.desk.show(record).unwrap();
    assert_eq!(shown.answers["village"], VILLAGE);
    assert_eq!(shown.answers["name"], "Awa Diatta");
    assert_eq!(shown.summary.device, "bakary");
    assert!(shown.history.iter().all(|line| line.device == "bakary"));
    assert_eq!(stage.desk.records(None).unwrap().len(), 1);
}

#[test]
fn a_draft_moves_and_nothing_of_it_stays_with_the_giver() {
    let (mut stage, record) = begun(61);
    let (giver, taker) = (folder(&stage, "amina"), folder(&stage, "bakary"));
    let is_at = |device: &PathBuf| {
        everything_on(device)
            .iter()
            .any(|place| contains(place, VILLAGE.as_bytes()))
    };
    assert!(is_at(&giver));
    handed(&mut stage, record);
    assert!(!is_at(&giver) && !is_at(&taker), "sealed, on its way");
    let shown = stage.phones[0].show(record);
    assert!(matches!(
        shown,
        Err(ShowError::Draft(DraftError::NoRecord(id))) if id == record
    ));
    stage.sync_phones();
    assert_eq!(drafts(&stage.phones[0]), []);
    assert_eq!(drafts(&stage.phones[1]), [record]);
    assert!(is_at(&taker));
    // The key it was sealed to is gone, so that the relay's copy opens for nobody.
    let relay = folder(&stage, "relay");
    let sealed = relayed(&relay, programme_of(&stage.desk), Kind::HANDOVER);
    assert_eq!(sealed.len(), 1);
    assert!(
        !once_keys(&taker)
            .iter()
            .any(|seed| opens(seed, &sealed[0], HANDOVER))
    );
    finished_by_the_taker(&mut stage, record);
}

#[test]
fn a_draft_that_arrives_twice_is_one_draft() {
    let (mut stage, record) = begun(62);
    let handed = handed(&mut stage, record);
    assert_eq!(stage.phones[1].take_over(&handed.file).unwrap(), record);
    let again = stage.phones[1].take_over(&handed.file);
    assert!(matches!(again, Err(HandOverError::Here)), "{again:?}");
    let name = at("name");
    stage.phones[1].answer_text(record, &name, "Awa").unwrap();
    stage.sync_phones();
    stage.sync_phones();
    assert_eq!(drafts(&stage.phones[1]), [record]);
    assert_eq!(stage.phones[1].show(record).unwrap().answers["name"], "Awa");
    finished_by_the_taker(&mut stage, record);
    let again = stage.phones[1].take_over(&handed.file);
    assert!(matches!(again, Err(HandOverError::Here)), "{again:?}");
}

#[test]
fn a_draft_whose_file_is_lost_comes_through_the_relay() {
    let (mut stage, record) = begun(63);
    drop(handed(&mut stage, record));
    stage.sync_phones();
    finished_by_the_taker(&mut stage, record);
}

#[test]
fn a_file_brings_the_roster_that_the_taker_has_not_seen() {
    let (mut stage, record) = begun(70);
    let giver = stage.phones[0].member();
    let offer = stage.phones[1].offer(giver).unwrap();
    drop(stage.field.phone("chipo", &mut stage.desk).unwrap());
    stage.sync_desk();
    let link = stage.link.clone();
    stage.phones[0].sync(&link).unwrap();
    let handed = stage.phones[0].hand_over(record, &offer).unwrap();
    assert_eq!(stage.phones[1].members().unwrap().len(), 3);
    assert_eq!(stage.phones[1].take_over(&handed.file).unwrap(), record);
    assert_eq!(stage.phones[1].members().unwrap().len(), 4);
}

#[test]
fn the_giver_keeps_the_sealed_draft_until_the_taker_has_it() {
    let (mut stage, record) = begun(64);
    let handed = handed(&mut stage, record);
    let giver = folder(&stage, "amina");
    let copies = || {
        let outbox = std::fs::read_dir(giver.join("outbox")).unwrap();
        let id = handed.envelope.to_string();
        let short = id[..8].to_owned();
        outbox
            .filter(|file| {
                let name = file.as_ref().unwrap().file_name();
                name.to_string_lossy().contains(&short)
            })
            .count()
    };
    let link = stage.link.clone();
    stage.phones[0].sync(&link).unwrap();
    stage.sync_desk();
    stage.phones[0].sync(&link).unwrap();
    assert_eq!(copies(), 1, "that a desk has it is not enough");
    stage.phones[1].sync(&link).unwrap();
    stage.phones[0].sync(&link).unwrap();
    assert_eq!(copies(), 0);
}

#[test]
fn a_third_device_cannot_open_a_draft_that_was_handed_to_another() {
    let (mut stage, record) = begun(65);
    let mut third = stage.field.phone("chipo", &mut stage.desk).unwrap();
    stage.sync_desk();
    third.sync(&stage.link).unwrap();
    stage.sync_phones();
    let handed = handed(&mut stage, record);
    let taken = third.take_over(&handed.file);
    assert!(matches!(taken, Err(HandOverError::NotForThisDevice)), "{taken:?}");
    stage.sync_phones();
    third.sync(&stage.link).unwrap();
    assert_eq!(drafts(&third), []);
    // Nor can it, nor a desk, use an offer that was made to somebody else.
    let draft = third.start("visit", None).unwrap();
    let giver = stage.phones[0].member();
    let offer = stage.phones[1].offer(giver).unwrap();
    let refused = third.hand_over(draft, &offer);
    assert!(matches!(refused, Err(HandOverError::Offer(_))), "{refused:?}");
    assert_eq!(drafts(&third), [draft]);
}

#[test]
fn an_offer_is_good_for_one_draft() {
    let (mut stage, record) = begun(66);
    let second = stage.phones[0].start("visit", None).unwrap();
    let giver = stage.phones[0].member();
    let offer = stage.phones[1].offer(giver).unwrap();
    stage.phones[0].hand_over(record, &offer).unwrap();
    let refused = stage.phones[0].hand_over(second, &offer);
    assert!(matches!(refused, Err(HandOverError::Used)), "{refused:?}");
    assert_eq!(drafts(&stage.phones[0]), [second], "nothing is lost");
}

#[test]
fn a_draft_may_come_back() {
    let (mut stage, record) = begun(67);
    handed(&mut stage, record);
    stage.sync_phones();
    let back = stage.phones[1].member();
    let offer = stage.phones[0].offer(back).unwrap();
    let handed = stage.phones[1].hand_over(record, &offer).unwrap();
    assert_eq!(stage.phones[0].take_over(&handed.file).unwrap(), record);
    assert_eq!(drafts(&stage.phones[0]), [record]);
    assert_eq!(drafts(&stage.phones[1]), []);
    stage.phones[0].answer_text(record, &at("name"), "Awa").unwrap();
    stage.phones[0].finish(record).unwrap().unwrap();
}

#[test]
fn what_a_desk_handed_out_is_granted_on_and_not_handed_over() {
    let (mut stage, record) = begun(68);
    stage.phones[0].answer_text(record, &at("name"), "Awa").unwrap();
    stage.phones[0].finish(record).unwrap().unwrap();
    stage.sync_phones();
    stage.sync_desk();
    let member = stage.phones[0].member();
    stage.desk.grant(record, member, None).unwrap();
    stage.sync_desk();
    stage.sync_phones();
    stage.sync_phones();
    stage.phones[0]
        .answer_text(record, &at("name"), "Awa D.")
        .unwrap();
    let offer = stage.phones[1].offer(member).unwrap();
    let refused = stage.phones[0].hand_over(record, &offer);
    assert!(matches!(refused, Err(HandOverError::NotADraft(_))), "{refused:?}");
}

#[test]
fn a_file_that_was_changed_or_is_another_is_refused() {
    let (mut stage, record) = begun(69);
    let handed = handed(&mut stage, record);
    let taker = &mut stage.phones[1];
    let mut changed = handed.file.clone();
    let middle = changed.len() / 2;
    changed[middle] ^= 1;
    assert!(taker.take_over(&changed).is_err());
    assert!(taker.take_over(&handed.file[..middle]).is_err());
    assert!(taker.take_over(b"something else").is_err());
    assert_eq!(taker.take_over(&handed.file).unwrap(), record);
}
