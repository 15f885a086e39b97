//! A draft moves from one device to another: through the relay or as a file, and never twice or not at all.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test stops where something is missing"
)]

use std::path::{Path, PathBuf};

use baraza_tests::hostile::Mallory;
use baraza_tests::photos::noise;
use baraza_tests::seized::{
    HANDOVER, contains, database_of, everything_on, once_keys, opens, programme_of, relayed,
};
use baraza_tests::{Stage, at};
use client_core::deeds::carry::Selection;
use client_core::deeds::hand_over::{HandOverError, HandedOver};
use client_core::deeds::show::ShowError;
use client_core::deeds::start::DraftError;
use client_core::deeds::sync::SyncOptions;
use client_core::{Notebook, RecordStatus};
use form::Form;
use wire::{Kind, PartHash, RecordId};

const FORM: &str = "
| survey |
| | type | name | label | required | sensitivity |
| | text | village | Village | yes | |
| | text | name | Name | yes | identity |
| | begin_repeat | members | Member | | |
| | text | called | Called | | identity |
| | end_repeat | | | | |
| | image | photo | Photo | | identity |
| | audio | said | Recording | | |
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

/// The first phone's draft gets a photo of two pieces and a recording of one. Returns what they are called, and the photo.
fn with_photos(stage: &mut Stage, record: RecordId) -> ([String; 2], Vec<u8>) {
    let phone = &mut stage.phones[0];
    let photo = phone
        .attach_media(record, &at("photo"), "a.png", &noise(1, 320))
        .unwrap();
    let said = phone
        .attach_media(record, &at("said"), "b.m4a", &[9; 5000])
        .unwrap();
    let bytes = phone.media_file(record, &photo).unwrap();
    ([photo, said], bytes)
}

fn rows(device: &Path, table: &str) -> i64 {
    let sql = format!("SELECT count(*) FROM {table}");
    database_of(device).query_row(&sql, [], |row| row.get(0)).unwrap()
}

/// The second phone has the draft with its photo and recording, and nothing sealed of them is left on it.
fn taken_with_photos(stage: &mut Stage, record: RecordId, names: &[String; 2], photo: &[u8]) {
    let device = folder(stage, "bakary");
    let taker = &mut stage.phones[1];
    assert_eq!(drafts(taker), [record]);
    let mut files: Vec<String> = taker
        .media(record)
        .unwrap()
        .into_iter()
        .map(|file| file.name)
        .collect();
    files.sort();
    let mut all = names.clone();
    all.sort();
    assert_eq!(files, all);
    assert!(
        taker.media_file(record, &names[0]).unwrap() == photo,
        "byte for byte"
    );
    assert_eq!(taker.media_file(record, &names[1]).unwrap(), [9; 5000]);
    assert_eq!(rows(&device, "piece"), 0);
}

#[test]
fn photos_and_recordings_move_with_their_draft_and_nothing_of_them_stays_with_the_giver() {
    let (mut stage, record) = begun(71);
    let (names, photo) = with_photos(&mut stage, record);
    let giver = folder(&stage, "amina");
    let glimpse = &photo[100_000..100_064];
    let is_at = |device: &PathBuf| everything_on(device).iter().any(|place| contains(place, glimpse));
    assert!(is_at(&giver));
    handed(&mut stage, record);
    assert!(!is_at(&giver), "sealed, on its way");
    assert_eq!(rows(&giver, "media_draft"), 0);
    stage.sync_phones();
    taken_with_photos(&mut stage, record, &names, &photo);
    assert!(is_at(&folder(&stage, "bakary")));
    // What is still sealed with the giver goes as soon as it knows that the taker has the draft.
    assert_eq!(rows(&giver, "piece"), 3);
    stage.sync_phones();
    assert_eq!(rows(&giver, "piece"), 0);
    let copies = std::fs::read_dir(giver.join("outbox")).unwrap();
    let large = copies.filter(|file| file.as_ref().unwrap().metadata().unwrap().len() > 100_000);
    assert_eq!(large.count(), 0);
    finished_by_the_taker(&mut stage, record);
    assert!(stage.desk.media_file(record, &names[0]).unwrap() == photo);
    assert_eq!(stage.desk.media_file(record, &names[1]).unwrap(), [9; 5000]);
}

#[test]
fn the_file_of_a_draft_holds_its_photos_too() {
    let (mut stage, record) = begun(72);
    let (names, photo) = with_photos(&mut stage, record);
    let handed = handed(&mut stage, record);
    assert_eq!(stage.phones[1].take_over(&handed.file).unwrap(), record);
    taken_with_photos(&mut stage, record, &names, &photo);
    stage.sync_phones();
    stage.sync_phones();
    taken_with_photos(&mut stage, record, &names, &photo);
    assert_eq!(rows(&folder(&stage, "amina"), "piece"), 0);
    finished_by_the_taker(&mut stage, record);
    assert!(stage.desk.media_file(record, &names[0]).unwrap() == photo);
}

#[test]
fn a_draft_waits_for_its_photos_and_is_nowhere_twice_meanwhile() {
    let (mut stage, record) = begun(73);
    let (names, photo) = with_photos(&mut stage, record);
    handed(&mut stage, record);
    let (link, giver) = (stage.link.clone(), folder(&stage, "amina"));
    let metered = || SyncOptions {
        metered: true,
        ..SyncOptions::default()
    };
    for phone in &mut stage.phones {
        phone.sync_as(&link, metered()).unwrap();
    }
    assert_eq!(drafts(&stage.phones[1]), [], "its photos are not at the relay");
    // A cut costs a frame, not a photo.
    let before = stage.field.tap.traffic();
    stage.field.tap.cut_after(150_000);
    stage.phones[0].sync(&link).unwrap_err();
    std::thread::sleep(std::time::Duration::from_millis(1500));
    stage.phones[0].sync(&link).unwrap();
    let sent = stage.field.tap.traffic().since(before).up;
    assert!(sent < photo.len() as u64 * 11 / 10, "{sent} B");
    let report = stage.phones[1].sync_as(&link, metered()).unwrap();
    assert_eq!((drafts(&stage.phones[1]), report.waiting), (vec![], 1));
    // A desk that has confirmed all the rest makes nobody forget what the taker still lacks.
    stage.sync_desk();
    stage.phones[0].sync(&link).unwrap();
    assert_eq!(rows(&giver, "piece"), 3);
    assert_eq!(drafts(&stage.phones[0]), []);
    stage.phones[1].sync(&link).unwrap();
    taken_with_photos(&mut stage, record, &names, &photo);
    finished_by_the_taker(&mut stage, record);
}

#[test]
fn a_third_device_is_given_nothing_of_a_photo_that_was_handed_to_another() {
    let (mut stage, record) = begun(74);
    with_photos(&mut stage, record);
    let mallory = Mallory::enrol("mallory", &mut stage.desk, 9);
    handed(&mut stage, record);
    let link = stage.link.clone();
    stage.phones[0].sync(&link).unwrap();
    let relay = relayed(
        &folder(&stage, "relay"),
        programme_of(&stage.desk),
        Kind::HANDED_MEDIA,
    );
    let pieces = relay.iter().flat_map(|media| media.header.parts.iter().skip(1));
    let pieces: Vec<PartHash> = pieces.map(|piece| piece.hash).collect();
    assert_eq!(pieces.len(), 3);
    stage.sync_desk();
    assert_eq!(mallory.want_pieces(&pieces), 0);
    let mut again = Vec::new();
    stage
        .desk
        .export_bundle(&mut again, Selection::Everything)
        .unwrap();
    assert!(again.len() < 100_000, "the desk has only headers of them");
}
