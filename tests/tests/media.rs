//! Photos and recordings: from the question to the desk, with nothing in them but the picture, and never before records.

#![expect(clippy::unwrap_used, reason = "a test stops where something is missing")]

use std::path::{Path, PathBuf};

use baraza_tests::hostile::Mallory;
use baraza_tests::photos::{as_a_camera, noise};
use baraza_tests::process::{baraza, path};
use baraza_tests::seized::{contains, database_of, everything_on};
use baraza_tests::{PASSPHRASE, Stage, at, notebook_file, scan};
use client_core::Notebook;
use client_core::deeds::carry::Selection;
use client_core::deeds::media::MediaError;
use client_core::deeds::revoke::Trust;
use client_core::deeds::sync::SyncOptions;
use form::{Form, Source, Value};
use rusqlite::Connection;
use wire::{PartHash, RecordId};

const FORM: &str = "
| survey |
| | type | name | label | sensitivity | appearance |
| | text | name | Name | | |
| | image | photo | Photo | identity | |
| | image | sign | Signature | | signature |
| | audio | said | Recording | | |
| settings |
| | form_title | form_id | version |
| | Visits | visits | 1 |
";
/// Where a photo was taken; nothing else is called so.
const PLACE: &str = "GPS 12.583211N 16.271992W Oussouye";

fn stage(seed: u8) -> Stage {
    let (form, _) = Form::read(Source::Markdown(FORM)).unwrap();
    Stage::with_form(seed, form)
}

/// Begins a record with a name.
fn visit(phone: &mut Notebook) -> RecordId {
    let record = phone.start("visits", None).unwrap();
    phone
        .answer(record, &at("name"), Value::Text("Awa".to_owned()))
        .unwrap();
    record
}

/// Finishes a record with one photo of noise.
fn visit_with_photo(phone: &mut Notebook, seed: u64, side: u32) -> (RecordId, String) {
    let record = visit(phone);
    let photo = noise(seed, side);
    let name = phone
        .attach_media(record, &at("photo"), "DCIM0001.png", &photo)
        .unwrap();
    phone.finish(record).unwrap().unwrap();
    (record, name)
}

fn count(home: &Path, table: &str) -> i64 {
    let sql = format!("SELECT count(*) FROM {table}");
    notebook_file(home).query_row(&sql, [], |row| row.get(0)).unwrap()
}

/// Closes everybody, so that the files can be looked at.
fn close(stage: Stage) -> (tempfile::TempDir, testkit::Field) {
    let Stage { folder, field, .. } = stage;
    (folder, field)
}

/// Returns the pieces that the relay keeps whole.
fn at_the_relay(folder: &Path) -> usize {
    let files = scan::files(&folder.join("relay/blobs"));
    files.len()
}

#[test]
fn a_photo_with_a_place_in_it_arrives_at_the_desk_without_it() {
    let mut stage = stage(71);
    let phone = &mut stage.phones[0];
    let record = visit(phone);
    phone
        .attach_media(record, &at("photo"), "first.png", &noise(1, 120))
        .unwrap();
    // The small picture is a JPEG: what a camera writes goes into it.
    let jpeg = phone.media(record).unwrap()[0].thumbnail.clone();
    let taken = as_a_camera(&jpeg, PLACE);
    assert!(String::from_utf8_lossy(&taken).contains(PLACE));
    let name = phone
        .attach_media(record, &at("photo"), "Awa in Oussouye.jpg", &taken)
        .unwrap();
    assert!(name.ends_with(".jpg") && !name.contains("Awa"));
    let sign = phone
        .attach_media(record, &at("sign"), "sign.png", &noise(2, 40))
        .unwrap();
    let said = phone
        .attach_media(record, &at("said"), "voice.m4a", &[9; 300_000])
        .unwrap();
    phone.finish(record).unwrap().unwrap();
    assert!(
        phone.media(record).unwrap().is_empty(),
        "sealed, it cannot be read here any more"
    );
    stage.sync_phones();
    stage.sync_desk();

    let files = stage.desk.media(record).unwrap();
    let mut names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
    names.sort_unstable();
    let mut all = vec![name.as_str(), sign.as_str(), said.as_str()];
    all.sort_unstable();
    assert_eq!(names, all);
    assert!(files.iter().all(|file| file.complete));
    let photo = files.iter().find(|file| file.name == name).unwrap();
    assert!(photo.mime == "image/jpeg" && !photo.thumbnail.is_empty() && photo.thumbnail.len() <= 8000);
    let arrived = stage.desk.media_file(record, &name).unwrap();
    assert_eq!(arrived.len() as u64, photo.length);
    for bytes in [&arrived, &photo.thumbnail] {
        assert!(!String::from_utf8_lossy(bytes).contains("GPS"));
        assert!(bytes.starts_with(&[0xff, 0xd8]));
    }
    assert_eq!(stage.desk.media_file(record, &said).unwrap(), vec![9; 300_000]);
    assert!(!stage.desk.media_file(record, &sign).unwrap().is_empty());
    let shown = stage.desk.show(record).unwrap();
    assert_eq!(shown.answers["photo"], serde_json::json!(name));
    assert_eq!(shown.media.len(), 3);

    let (folder, _field) = close(stage);
    for node in ["desk", "amina", "bakary"] {
        for place in scan::files(&folder.path().join(node)) {
            assert!(!String::from_utf8_lossy(&place).contains(PLACE));
        }
        assert_eq!(count(&folder.path().join(node), "media_draft"), 0);
    }
}

#[test]
fn what_is_no_picture_is_refused_and_an_earlier_answer_stays() {
    let mut stage = stage(72);
    let phone = &mut stage.phones[0];
    let record = visit(phone);
    let name = phone
        .attach_media(record, &at("photo"), "a.png", &noise(1, 30))
        .unwrap();
    let before = phone.media_file(record, &name).unwrap();
    for (question, bytes) in [
        ("photo", &b"GIF89a"[..]),
        ("photo", &[]),
        ("photo", &before[..before.len() / 2]),
        ("said", &[]),
        ("name", &before),
        ("nothing", &before),
    ] {
        phone
            .attach_media(record, &at(question), "b.png", bytes)
            .unwrap_err();
    }
    let large = vec![1; (31 << 18) + 1];
    let refused = phone.attach_media(record, &at("said"), "a.mp3", &large);
    assert!(matches!(refused, Err(MediaError::TooLong(_))), "{refused:?}");
    assert_eq!(phone.media_file(record, &name).unwrap(), before);

    // Another photo takes its place, and a cleared answer takes the file along.
    let other = phone
        .attach_media(record, &at("photo"), "a.png", &noise(2, 30))
        .unwrap();
    let names: Vec<String> = phone
        .media(record)
        .unwrap()
        .into_iter()
        .map(|file| file.name)
        .collect();
    assert_eq!(names, [other.as_str()]);
    phone.media_file(record, &name).unwrap_err();
    phone.clear(record, &at("photo")).unwrap();
    assert!(phone.media(record).unwrap().is_empty());
    phone.finish(record).unwrap().unwrap();
    let (folder, _field) = close(stage);
    assert_eq!(count(&folder.path().join("amina"), "piece"), 0);
}

#[test]
fn after_a_cut_anywhere_a_photo_goes_on_where_it_was() {
    // Without a cut: 480 kB in two pieces, and what goes around them.
    let mut whole = stage(73);
    visit_with_photo(&mut whole.phones[0], 5, 400);
    let before = whole.field.tap.traffic();
    whole.phones[0].sync(&whole.link).unwrap();
    let once = whole.field.tap.traffic().since(before).up;
    assert!(once > 480_000);
    for cut in [3_000, 20_001, 100_003, once / 2, once - 50_000, once - 1_000] {
        let mut stage = stage(73);
        let (record, name) = visit_with_photo(&mut stage.phones[0], 5, 400);
        let before = stage.field.tap.traffic();
        stage.field.tap.cut_after(cut);
        stage.phones[0].sync(&stage.link).unwrap_err();
        // On loopback the next call would overtake the relay, which still keeps what came.
        std::thread::sleep(std::time::Duration::from_millis(1500));
        let report = stage.phones[0].sync(&stage.link).unwrap();
        assert_eq!((report.unsent, report.pieces_unsent), (0, 0), "{report:?}");
        let sent = stage.field.tap.traffic().since(before).up;
        println!("{once} B without a cut, {sent} B with one after {cut}");
        assert!(sent < once + once / 10, "{sent} B for {once} B, cut after {cut}");
        stage.sync_desk();
        let arrived = stage.desk.media_file(record, &name).unwrap();
        assert_eq!(arrived.len(), noise(5, 400).len());
    }
}

#[test]
fn a_metered_sync_sends_records_and_no_photos_and_nothing_is_forgotten_before_a_desk_has_all() {
    let mut stage = stage(74);
    let (record, name) = visit_with_photo(&mut stage.phones[0], 6, 300);
    let before = stage.field.tap.traffic();
    let metered = || SyncOptions {
        metered: true,
        ..SyncOptions::default()
    };
    let report = stage.phones[0].sync_as(&stage.link, metered()).unwrap();
    assert_eq!(
        (report.unsent, report.pieces_sent, report.pieces_unsent),
        (0, 0, 2)
    );
    let sent = stage.field.tap.traffic().since(before).up;
    println!("{sent} B go up on a metered link for a record with a photo of 270 kB");
    assert!(sent < 20_000, "the small picture and the answers only");
    stage.sync_desk();
    let file = &stage.desk.media(record).unwrap()[0];
    assert!(!file.complete && !file.thumbnail.is_empty());
    let missing = stage.desk.media_file(record, &name);
    assert!(matches!(missing, Err(MediaError::Incomplete(_))));
    stage.desk.show(record).unwrap();
    // The desk has not all of it: the device keeps the pieces.
    stage.phones[0].sync_as(&stage.link, metered()).unwrap();
    assert_eq!(stage.phones[0].confirmations().unwrap().confirmed, 0);

    let report = stage.phones[0].sync(&stage.link).unwrap();
    assert_eq!((report.pieces_sent, report.pieces_unsent), (2, 0));
    let report = stage.desk.sync_as(&stage.link, metered()).unwrap();
    assert_eq!(report.pieces_received, 0);
    let report = stage.desk.sync(&stage.link).unwrap();
    assert_eq!((report.pieces_received, report.waiting), (2, 0));
    stage.desk.media_file(record, &name).unwrap();
    stage.sync_phones();
    assert_eq!(stage.phones[0].confirmations().unwrap().confirmed, 1);
    let (folder, _field) = close(stage);
    assert_eq!(
        count(&folder.path().join("amina"), "piece"),
        0,
        "confirmed and forgotten"
    );
    assert_eq!(count(&folder.path().join("desk"), "piece"), 2);
}

/// Returns the pieces that the relay was told of.
fn declared(folder: &Path) -> Vec<PartHash> {
    let relay = Connection::open(folder.join("relay/relay.sqlite")).unwrap();
    let mut statement = relay.prepare("SELECT hash FROM media_piece").unwrap();
    let rows = statement.query_map([], |row| row.get::<_, [u8; 32]>(0)).unwrap();
    rows.map(|row| PartHash(row.unwrap())).collect()
}

#[test]
fn a_device_without_a_grant_is_given_no_piece_and_one_with_it_is() {
    let mut stage = stage(75);
    let (record, _) = visit_with_photo(&mut stage.phones[0], 7, 100);
    let mallory = Mallory::enrol("mallory", &mut stage.desk, 9);
    stage.sync_phones();
    stage.sync_desk();
    let pieces = declared(stage.folder.path());
    assert_eq!(pieces.len(), 1);
    assert_eq!(mallory.want_pieces(&pieces), 0);
    // The other phone is granted the record.
    let bakary = stage.phones[1].member();
    stage.desk.grant(record, bakary, None).unwrap();
    stage.sync_desk();
    stage.sync_phones();
    // The grant came; now what it names is asked for.
    stage.sync_phones();
    let files = stage.phones[1].media(record).unwrap();
    assert!(files.len() == 1 && !files[0].thumbnail.is_empty() && files[0].complete);
    assert_eq!(mallory.want_pieces(&pieces), 0);
}

#[test]
fn erasure_destroys_photos_at_the_relay_the_desk_and_the_device() {
    let mut stage = stage(76);
    let (record, name) = visit_with_photo(&mut stage.phones[0], 8, 200);
    let (kept, _) = visit_with_photo(&mut stage.phones[0], 9, 100);
    stage.sync_phones();
    stage.sync_desk();
    let bakary = stage.phones[1].member();
    stage.desk.grant(record, bakary, None).unwrap();
    stage.sync_desk();
    stage.sync_phones();
    stage.sync_phones();
    // An edit with another photo is open on the phone that was granted it.
    stage.phones[1]
        .attach_media(record, &at("sign"), "a.png", &noise(3, 50))
        .unwrap();
    let sealed = scan::files(&stage.folder.path().join("relay/blobs"));
    assert_eq!(sealed.len(), 2);
    stage.desk.media_file(record, &name).unwrap();

    stage.desk.erase(record).unwrap();
    stage.sync_desk();
    stage.sync_phones();
    assert_eq!(
        at_the_relay(stage.folder.path()),
        1,
        "the other record's photo stays"
    );
    assert!(stage.desk.media(record).is_err());
    assert!(stage.desk.media(kept).unwrap()[0].complete);
    let (folder, _field) = close(stage);
    assert_eq!(count(&folder.path().join("desk"), "piece"), 1);
    assert_eq!(count(&folder.path().join("desk"), "media"), 1);
    for phone in ["amina", "bakary"] {
        assert_eq!(count(&folder.path().join(phone), "media"), 0);
        assert_eq!(count(&folder.path().join(phone), "media_draft"), 0);
    }
}

#[test]
fn a_bundle_carries_photos_to_the_desk() {
    let mut stage = stage(77);
    stage.field.stop_relay();
    let (record, name) = visit_with_photo(&mut stage.phones[0], 10, 300);
    let mut bundle = Vec::new();
    stage.phones[0]
        .export_bundle(&mut bundle, Selection::Unsent)
        .unwrap();
    // By way of somebody who cannot read it.
    stage.phones[1].import_bundle(&mut bundle.as_slice()).unwrap();
    assert!(stage.phones[1].media(record).is_err());
    let mut again = Vec::new();
    stage.phones[1]
        .export_bundle(&mut again, Selection::Unsent)
        .unwrap();
    stage.desk.import_bundle(&mut again.as_slice()).unwrap();
    assert_eq!(
        stage.desk.media_file(record, &name).unwrap().len(),
        noise(10, 300).len()
    );
}

#[test]
fn a_relay_that_lost_everything_is_given_the_photos_again_by_the_desk() {
    let mut stage = stage(78);
    let (record, name) = visit_with_photo(&mut stage.phones[0], 11, 300);
    stage.sync_phones();
    stage.sync_desk();
    stage.sync_phones();
    assert_eq!(stage.phones[0].confirmations().unwrap().confirmed, 1);
    stage.field.stop_relay();
    let empty = stage.folder.path().join("relay-anew");
    stage.field.start_relay(&empty).unwrap();
    let report = stage.desk.sync(&stage.link).unwrap();
    assert_eq!((report.pieces_sent, report.pieces_unsent), (2, 0), "{report:?}");
    assert_eq!(scan::files(&empty.join("blobs")).len(), 2);
    let report = stage.desk.sync(&stage.link).unwrap();
    assert_eq!(report.pieces_sent, 0, "once");
    stage.desk.media_file(record, &name).unwrap();
}

#[test]
fn the_command_line_attaches_lists_and_saves_photos() {
    let (folder, _field) = close(stage(79));
    let (home, photo) = (folder.path().join("desk"), folder.path().join("photo.png"));
    let (answers, out) = (folder.path().join("answers.json"), folder.path().join("out"));
    std::fs::write(&photo, noise(12, 50)).unwrap();
    std::fs::write(&answers, "{\"name\": \"Awa\"}").unwrap();
    let say = |arguments: &[&str]| {
        let home = ["--home", path(&home)];
        baraza(&[arguments, &home].concat(), PASSPHRASE).trim().to_owned()
    };
    let record = say(&["record", "new", "--form", "visits", "--answers", path(&answers)]);
    let name = say(&["record", "attach", &record, "photo", path(&photo)]);
    say(&["record", "finish", &record]);
    let listed: serde_json::Value =
        serde_json::from_str(&say(&["record", "media", &record, "--out", path(&out), "--json"])).unwrap();
    assert_eq!(listed[0]["name"], serde_json::json!(name));
    assert_eq!(listed[0]["complete"], serde_json::json!(true));
    assert_eq!(std::fs::read(out.join(&name)).unwrap().len(), noise(12, 50).len());
    assert!(say(&["record", "show", &record]).contains(&name));
}

/// A record with a photo at the desk, of which a device was granted everything.
struct Granted {
    stage: Stage,
    record: RecordId,
    name: String,
    photo: Vec<u8>,
    device: PathBuf,
}

fn granted(seed: u8) -> Granted {
    let mut stage = stage(seed);
    let (record, name) = visit_with_photo(&mut stage.phones[0], 13, 320);
    stage.sync_phones();
    stage.sync_desk();
    let photo = stage.desk.media_file(record, &name).unwrap();
    let bakary = stage.phones[1].member();
    stage.desk.grant(record, bakary, None).unwrap();
    stage.sync_desk();
    let device = stage.folder.path().join("bakary");
    Granted {
        stage,
        record,
        name,
        photo,
        device,
    }
}

impl Granted {
    /// The keys to the record on the device.
    fn keys(&self) -> Vec<Vec<u8>> {
        let db = database_of(&self.device);
        let mut statement = db.prepare("SELECT key FROM key_book WHERE subject = ?1").unwrap();
        let rows = statement.query_map([self.record.as_bytes()], |row| row.get(0));
        rows.unwrap().map(Result::unwrap).collect()
    }

    fn is_there(&self, word: &[u8]) -> bool {
        everything_on(&self.device)
            .iter()
            .any(|place| contains(place, word))
    }

    /// What nothing but the photo has in it.
    fn glimpse(&self) -> &[u8] {
        self.photo.get(100_000..100_064).unwrap()
    }

    /// Syncs until the grant, and then what it opens, has come.
    fn fetch(&mut self) {
        let link = self.stage.link.clone();
        for _ in 0..2 {
            self.stage.phones[1].sync(&link).unwrap();
        }
        assert!(self.stage.phones[1].media_file(self.record, &self.name).unwrap() == self.photo);
        let keys = self.keys();
        assert!(!keys.is_empty() && keys.iter().all(|key| self.is_there(key)));
    }

    /// Nothing of the photo, sealed or not, and no key to it is on the device.
    fn is_gone(&mut self, keys: &[Vec<u8>]) {
        assert!(self.stage.phones[1].media_file(self.record, &self.name).is_err());
        assert!(keys.iter().all(|key| !self.is_there(key)), "no key");
        assert!(!self.is_there(self.glimpse()), "no plain text");
        let left: i64 = database_of(&self.device)
            .query_row(
                "SELECT (SELECT coalesce(sum(length(bytes)), 0) FROM piece) + (SELECT count(*) FROM media)",
                [],
                |row| row.get(0),
            )
            .unwrap();
        assert_eq!(left, 0);
    }
}

#[test]
fn a_device_that_is_granted_a_record_reads_its_photo_whole_and_forgets_it_when_the_record_is_finished() {
    let mut granted = granted(91);
    granted.fetch();
    let keys = granted.keys();
    assert!(!granted.is_there(granted.glimpse()), "never in plain");
    let phone = &mut granted.stage.phones[1];
    phone
        .answer(granted.record, &at("name"), Value::Text("Awa D.".to_owned()))
        .unwrap();
    phone.finish(granted.record).unwrap().unwrap();
    granted.is_gone(&keys);
    // Granted again, it comes again.
    granted.stage.sync_phones();
    granted.stage.sync_desk();
    let bakary = granted.stage.phones[1].member();
    granted.stage.desk.grant(granted.record, bakary, None).unwrap();
    granted.stage.sync_desk();
    granted.fetch();
}

#[test]
fn when_a_packets_time_is_over_no_photo_of_it_and_no_key_is_left() {
    let mut granted = granted(92);
    granted.fetch();
    let keys = granted.keys();
    granted.stage.field.clock.pass_hours(73);
    granted.is_gone(&keys);
    granted.stage.sync_phones();
    granted.is_gone(&keys);
}

#[test]
fn a_revoked_device_loses_the_photos_it_was_granted() {
    let mut granted = granted(93);
    granted.fetch();
    let keys = granted.keys();
    let bakary = granted.stage.phones[1].member();
    granted.stage.desk.revoke(bakary, Trust::AllHere).unwrap();
    granted.stage.sync_desk();
    granted.stage.sync_phones();
    granted.is_gone(&keys);
}

#[test]
fn on_a_metered_link_a_granted_photo_waits_and_the_record_does_not() {
    let mut granted = granted(94);
    let link = granted.stage.link.clone();
    let phone = &mut granted.stage.phones[1];
    for _ in 0..2 {
        let metered = SyncOptions {
            metered: true,
            ..SyncOptions::default()
        };
        phone.sync_as(&link, metered).unwrap();
    }
    assert_eq!(phone.show(granted.record).unwrap().answers["name"], "Awa");
    let file = &phone.media(granted.record).unwrap()[0];
    assert!(!file.complete && !file.thumbnail.is_empty());
    // A budget that is too small for it brings a part, and the next call goes on from there.
    let small = SyncOptions {
        budget: Some(150_000),
        ..SyncOptions::default()
    };
    phone.sync_as(&link, small).unwrap();
    let before = granted.stage.field.tap.traffic();
    granted.fetch();
    let came = granted.stage.field.tap.traffic().since(before).down;
    assert!(came < granted.photo.len() as u64 - 50_000, "{came} B");
}

#[test]
fn a_photo_in_a_compartment_that_was_not_granted_does_not_come() {
    let mut stage = stage(95);
    let (record, name) = visit_with_photo(&mut stage.phones[0], 14, 100);
    stage.sync_phones();
    stage.sync_desk();
    let bakary = stage.phones[1].member();
    let general = ["general".to_owned()];
    stage.desk.grant(record, bakary, Some(&general)).unwrap();
    stage.sync_desk();
    stage.sync_phones();
    stage.sync_phones();
    let phone = &mut stage.phones[1];
    assert_eq!(phone.show(record).unwrap().answers["name"], "Awa");
    assert!(phone.media(record).unwrap().is_empty());
    phone.media_file(record, &name).unwrap_err();
    let device = stage.folder.path().join("bakary");
    let pieces: i64 = database_of(&device)
        .query_row("SELECT coalesce(sum(length(bytes)), 0) FROM piece", [], |row| {
            row.get(0)
        })
        .unwrap();
    assert_eq!(pieces, 0);
}

#[test]
fn a_bundle_brings_a_granted_device_the_photo_too() {
    let mut granted = granted(96);
    granted.stage.field.stop_relay();
    let bakary = granted.stage.phones[1].member();
    let mut bundle = Vec::new();
    granted
        .stage
        .desk
        .export_bundle(&mut bundle, Selection::For(bakary))
        .unwrap();
    let phone = &mut granted.stage.phones[1];
    phone.import_bundle(&mut bundle.as_slice()).unwrap();
    assert!(phone.media_file(granted.record, &granted.name).unwrap() == granted.photo);
}
