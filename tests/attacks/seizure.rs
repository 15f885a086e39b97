//! Seizing: what is on a disk, in a memory or in a backup, with and without a passphrase.

use std::path::PathBuf;

use aho_corasick::AhoCorasick;
use baraza_tests::process::{free_address, relay};
use baraza_tests::seized::everything_on;
use baraza_tests::{PASSPHRASE, at, memory, scan};
use client_core::deeds::admit::Admission;
use client_core::{Cost, HttpLink, Notebook, OpenError, Surroundings};
use form::Value;
use tempfile::TempDir;

use crate::visits::{form, stage, visit};

/// In a record that was finished, and in one that is still open.
const FINISHED: &str = "Kwaheri-Quxomba-Finished";
const OPEN: &str = "Kwaheri-Zimbuto-Open";

/// What somebody carries away.
struct Seized {
    phone_locked: Vec<Vec<u8>>,
    desk_closed: Vec<Vec<u8>>,
    backup: Vec<Vec<u8>>,
    /// What opens with another passphrase than the right one.
    guess: Option<OpenError>,
    /// What the open draft says once the phone is unlocked.
    draft: String,
    ids: [[u8; 16]; 2],
    /// Where the phone's files are.
    phone: PathBuf,
    _folder: TempDir,
}

fn seize() -> Seized {
    let mut stage = stage(21);
    let finished = visit(&mut stage.phones[0], FINISHED, FINISHED);
    let open = stage.phones[0].start("visit", None).unwrap();
    let said = Value::Text(OPEN.into());
    stage.phones[0].answer(open, &at("village"), said).unwrap();
    stage.sync_phones();
    stage.sync_desk();
    stage.sync_phones();
    let folder = stage.folder.path().to_owned();
    let backups = folder.join("backups");
    std::fs::create_dir(&backups).unwrap();
    server::back_up(&folder.join("relay"), &backups.join("relay")).unwrap();
    let draft = stage.phones[0].show(open).unwrap().answers["village"].to_string();
    assert_eq!(stage.desk.show(finished).unwrap().answers["village"], FINISHED);
    drop((stage.desk, stage.phones));
    let surroundings = Surroundings::real().unwrap();
    Seized {
        phone_locked: scan::files(&folder.join("amina")),
        phone: folder.join("amina"),
        desk_closed: scan::files(&folder.join("desk")),
        backup: [scan::files(&backups), scan::values(&backups)].concat(),
        guess: Notebook::open(&folder.join("desk"), "another passphrase", surroundings).err(),
        draft,
        ids: [*finished.as_bytes(), *open.as_bytes()],
        _folder: stage.folder,
    }
}

fn is_in(places: &[Vec<u8>], word: &[u8]) -> bool {
    let search = AhoCorasick::new([word]).unwrap();
    places.iter().any(|bytes| search.is_match(bytes))
}

#[test]
fn a_locked_phone_shows_neither_what_is_finished_nor_what_is_open() {
    let seized = seize();
    assert!(seized.phone_locked.len() >= 2);
    for word in [FINISHED, OPEN] {
        assert!(!is_in(&seized.phone_locked, word.as_bytes()), "{word}");
    }
}

#[test]
fn what_is_open_on_an_unlocked_phone_is_lost_with_it_and_nothing_that_is_finished() {
    let seized = seize();
    let unlocked = everything_on(&seized.phone);
    // This is the loss: whoever has the phone and its passphrase reads the draft that is open.
    assert!(is_in(&unlocked, OPEN.as_bytes()));
    assert!(seized.draft.contains(OPEN));
    // And no more than that.
    assert!(!is_in(&unlocked, FINISHED.as_bytes()));
}

#[test]
fn a_backup_of_the_relay_has_ids_and_no_answer() {
    let seized = seize();
    assert!(is_in(&seized.backup, &seized.ids[0]), "the backup has the record");
    assert!(
        !is_in(&seized.backup, &seized.ids[1]),
        "and none that was not finished"
    );
    for word in [FINISHED, OPEN, "amina", "Head of household", "Stories"] {
        assert!(!is_in(&seized.backup, word.as_bytes()), "{word}");
    }
}

#[test]
fn a_closed_desk_shows_nothing_without_its_passphrase() {
    let seized = seize();
    assert!(seized.desk_closed.iter().any(|file| file.len() > 4096));
    for word in [FINISHED, "Head of household", "CREATE TABLE", "amina"] {
        assert!(!is_in(&seized.desk_closed, word.as_bytes()), "{word}");
    }
    assert!(seized.guess.is_some(), "another passphrase opens nothing");
}

#[test]
fn a_relays_memory_holds_no_answer_while_it_serves() {
    let folder = tempfile::tempdir().unwrap();
    let address = free_address();
    let process = relay(&folder.path().join("relay"), address);
    let link = HttpLink::default();
    let open = |name: &str| {
        let home = folder.path().join(name);
        Notebook::create(
            &home,
            name,
            PASSPHRASE,
            Cost::LEAST,
            Surroundings::real().unwrap(),
        )
        .unwrap()
    };
    let (mut desk, mut phone) = (open("desk"), open("phone"));
    desk.found("Kwaheri-Programme", format!("http://{address}").as_str())
        .unwrap();
    desk.publish(&form("1")).unwrap();
    let request = phone.request().unwrap().to_text();
    phone
        .join(&desk.admit(&request, &Admission::default()).unwrap())
        .unwrap();
    desk.sync(&link).unwrap();
    phone.sync(&link).unwrap();
    let record = visit(&mut phone, FINISHED, FINISHED);
    phone.sync(&link).unwrap();
    desk.sync(&link).unwrap();
    assert_eq!(desk.show(record).unwrap().answers["village"], FINISHED);

    let Some(memory) = memory::of(process.id()) else {
        panic!("this system shows no process's memory; run the test where it does");
    };
    assert!(
        is_in(&memory, record.as_bytes()),
        "what the relay knows is in its memory"
    );
    for word in [FINISHED, "Kwaheri-Programme", "Head of household"] {
        assert!(!is_in(&memory, word.as_bytes()), "{word}");
    }
}
