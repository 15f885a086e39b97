use std::collections::BTreeSet;
use std::fs::{self, File};
use std::time::{Duration, UNIX_EPOCH};

use proptest::prelude::*;
use tempfile::TempDir;

use super::*;

const QUOTA: u64 = 1 << 20;
const NOW: i64 = 1_795_000_000;

fn programme(n: u8) -> ProgrammeId {
    ProgrammeId::from_chance([n; 16])
}

fn piece(n: u8, length: usize) -> (PartHash, Vec<u8>) {
    let bytes: Vec<u8> = (0..length).map(|at| n.wrapping_add(at as u8)).collect();
    (PartHash(*blake3::hash(&bytes).as_bytes()), bytes)
}

fn open() -> (TempDir, Blobs) {
    let folder = tempfile::tempdir().unwrap();
    let blobs = Blobs::open(folder.path(), QUOTA).unwrap();
    (folder, blobs)
}

/// Every file below a folder, by its path from there.
fn files(folder: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.insert(path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned());
            }
        }
    }
    found
}

#[test]
fn a_piece_is_gathered_from_any_byte_on_and_whole_once_all_of_it_is_there() {
    let (folder, blobs) = open();
    let (hash, bytes) = piece(1, 1000);
    let one = programme(1);
    let put = |offset: usize, upto: usize| {
        blobs
            .append(&one, &hash, 1000, offset as u64, &bytes[offset..upto])
            .unwrap()
    };
    assert_eq!(blobs.held(&one, &hash).unwrap(), Held::None);
    assert_eq!(put(0, 300), Held::Partial(300));
    assert_eq!(blobs.held(&one, &hash).unwrap(), Held::Partial(300));
    assert_eq!(
        blobs.read(&one, &hash, 0, 10).unwrap(),
        None,
        "nobody is given half a piece"
    );
    assert_eq!(put(300, 1000), Held::Whole);
    assert_eq!(put(0, 300), Held::Whole, "sending it twice is sending it once");
    assert_eq!(blobs.read(&one, &hash, 990, 100).unwrap().unwrap(), bytes[990..]);
    assert_eq!(blobs.read(&one, &hash, 1000, 100).unwrap().unwrap(), [0u8; 0]);
    assert_eq!(blobs.read(&one, &hash, u64::MAX, 100).unwrap().unwrap(), [0u8; 0]);
    assert_eq!(blobs.used(&one), 1000);
    assert_eq!(files(folder.path()), [format!("whole/{one}/{hash}")].into());
}

#[test]
fn bytes_that_do_not_follow_are_answered_with_what_is_held() {
    let (_folder, blobs) = open();
    let (hash, bytes) = piece(1, 100);
    let one = programme(1);
    assert_eq!(
        blobs.append(&one, &hash, 100, 50, &bytes[50..]).unwrap(),
        Held::None
    );
    blobs.append(&one, &hash, 100, 0, &bytes[..40]).unwrap();
    for offset in [0, 39, 41, 100, u64::MAX] {
        assert_eq!(
            blobs.append(&one, &hash, 100, offset, &bytes[..40]).unwrap(),
            Held::Partial(40)
        );
    }
    assert_eq!(
        blobs.append(&one, &hash, 100, 40, &bytes[40..]).unwrap(),
        Held::Whole
    );
}

#[test]
fn bytes_with_another_hash_are_thrown_away_and_can_be_sent_again() {
    let (folder, blobs) = open();
    let (hash, bytes) = piece(1, 100);
    let one = programme(1);
    let mut wrong = bytes.clone();
    wrong[99] ^= 1;
    let said = blobs.append(&one, &hash, 100, 0, &wrong);
    assert!(matches!(said, Err(BlobError::OtherBytes)), "{said:?}");
    assert_eq!(
        (blobs.held(&one, &hash).unwrap(), blobs.used(&one)),
        (Held::None, 0)
    );
    assert!(files(folder.path()).is_empty());
    assert_eq!(blobs.append(&one, &hash, 100, 0, &bytes).unwrap(), Held::Whole);
}

#[test]
fn more_bytes_than_were_declared_change_nothing() {
    let (_folder, blobs) = open();
    let (hash, bytes) = piece(1, 100);
    let one = programme(1);
    let longest = MAX_PART as u64;
    for (length, sent) in [(longest + 1, 1), (u64::MAX, 1), (99, 100), (0, 1)] {
        let said = blobs.append(&one, &hash, length, 0, &bytes[..sent]);
        assert!(matches!(said, Err(BlobError::TooLong(_))), "{length}: {said:?}");
    }
    blobs.append(&one, &hash, 100, 0, &bytes[..60]).unwrap();
    // Somebody who declares the same piece shorter does not take away what was gathered.
    let said = blobs.append(&one, &hash, 50, 60, &[]);
    assert!(matches!(said, Err(BlobError::TooLong(_))), "{said:?}");
    assert_eq!(blobs.held(&one, &hash).unwrap(), Held::Partial(60));
}

#[test]
fn a_power_cut_between_the_last_byte_and_keeping_it_costs_nothing() {
    let (hash, bytes) = piece(1, 500);
    let one = programme(1);
    let gathered = |folder: &Path| folder.join(format!("partial/{one}/{hash}"));
    for resume in [
        |blobs: &Blobs, one: &ProgrammeId, hash: &PartHash, _: &[u8]| blobs.held(one, hash).unwrap(),
        |blobs: &Blobs, one: &ProgrammeId, hash: &PartHash, _: &[u8]| {
            blobs.append(one, hash, 500, 500, &[]).unwrap()
        },
        |blobs: &Blobs, one: &ProgrammeId, hash: &PartHash, all: &[u8]| {
            blobs.append(one, hash, 500, 0, all).unwrap()
        },
    ] {
        // All of it had come, and nothing was kept.
        let (folder, blobs) = open();
        drop(blobs);
        fs::create_dir_all(gathered(folder.path()).parent().unwrap()).unwrap();
        fs::write(gathered(folder.path()), &bytes).unwrap();
        let blobs = Blobs::open(folder.path(), QUOTA).unwrap();
        assert_eq!(resume(&blobs, &one, &hash, &bytes), Held::Whole);
        assert_eq!(blobs.read(&one, &hash, 0, 500).unwrap().unwrap(), bytes);
        assert_eq!(blobs.used(&one), 500);

        // It was kept, and what it was gathered in was not removed.
        fs::write(gathered(folder.path()), &bytes).unwrap();
        let blobs = Blobs::open(folder.path(), QUOTA).unwrap();
        assert_eq!(resume(&blobs, &one, &hash, &bytes), Held::Whole);
        assert_eq!(blobs.used(&one), 500);
        assert_eq!(files(folder.path()), [format!("whole/{one}/{hash}")].into());
    }
}

#[test]
fn what_a_power_cut_tore_is_known_by_its_hash_and_sent_again() {
    let (folder, blobs) = open();
    let (hash, bytes) = piece(1, 500);
    let one = programme(1);
    blobs.append(&one, &hash, 500, 0, &bytes[..400]).unwrap();
    // The file has grown, and what was to stand there never came to the disk.
    let file = File::options()
        .write(true)
        .open(folder.path().join(format!("partial/{one}/{hash}")))
        .unwrap();
    file.set_len(300).unwrap();
    file.set_len(400).unwrap();
    let said = blobs.append(&one, &hash, 500, 400, &bytes[400..]);
    assert!(matches!(said, Err(BlobError::OtherBytes)), "{said:?}");
    assert_eq!(blobs.append(&one, &hash, 500, 0, &bytes).unwrap(), Held::Whole);
}

#[test]
fn a_programme_keeps_no_more_than_its_quota_and_others_are_not_touched() {
    let folder = tempfile::tempdir().unwrap();
    let blobs = Blobs::open(folder.path(), 1000).unwrap();
    let (one, other) = (programme(1), programme(2));
    let (first, bytes) = piece(1, 700);
    blobs.append(&one, &first, 700, 0, &bytes).unwrap();
    let (second, more) = piece(2, 400);
    // Refused at its first byte, not in the middle.
    let full = |blobs: &Blobs| {
        matches!(
            blobs.append(&one, &second, 400, 0, &more[..1]),
            Err(BlobError::Full(1000))
        )
    };
    assert!(full(&blobs));
    assert!(
        full(&Blobs::open(folder.path(), 1000).unwrap()),
        "also after it was opened again"
    );
    assert_eq!(blobs.append(&other, &second, 400, 0, &more).unwrap(), Held::Whole);
    assert!(blobs.destroy(&one, &first).unwrap());
    assert_eq!(blobs.append(&one, &second, 400, 0, &more).unwrap(), Held::Whole);
    assert_eq!((blobs.used(&one), blobs.used(&other)), (400, 400));
}

#[test]
fn what_is_destroyed_is_gone_whole_or_not_and_only_there() {
    let (folder, blobs) = open();
    let (one, other) = (programme(1), programme(2));
    let ((whole, bytes), (begun, more)) = (piece(1, 100), piece(2, 100));
    for programme in [&one, &other] {
        blobs.append(programme, &whole, 100, 0, &bytes).unwrap();
        blobs.append(programme, &begun, 100, 0, &more[..10]).unwrap();
    }
    assert!(blobs.destroy(&one, &whole).unwrap());
    assert!(blobs.destroy(&one, &begun).unwrap());
    assert!(!blobs.destroy(&one, &whole).unwrap(), "twice is as good as once");
    assert_eq!(blobs.held(&one, &whole).unwrap(), Held::None);
    assert_eq!(blobs.used(&one), 0);
    let left = [
        format!("whole/{other}/{whole}"),
        format!("partial/{other}/{begun}"),
    ];
    assert_eq!(files(folder.path()), left.into());
}

#[test]
fn what_has_not_grown_for_30_days_is_swept() {
    let (folder, blobs) = open();
    let one = programme(1);
    let [(old, bytes), (new, _), (whole, _)] = [1, 2, 3].map(|n| piece(n, 100));
    let at = |path: String, days: u64| {
        let file = File::options()
            .write(true)
            .open(folder.path().join(path))
            .unwrap();
        let now = u64::try_from(NOW).unwrap();
        file.set_modified(UNIX_EPOCH + Duration::from_secs(now - days * 24 * 3600))
            .unwrap();
    };
    blobs.append(&one, &old, 100, 0, &bytes[..10]).unwrap();
    blobs.append(&one, &new, 100, 0, &bytes[..10]).unwrap();
    blobs.append(&one, &whole, 100, 0, &piece(3, 100).1).unwrap();
    fs::write(folder.path().join(format!("whole/{one}/{old}#1")), b"half").unwrap();
    fs::write(folder.path().join("partial/notes.txt"), b"an administrator's").unwrap();
    at("partial/notes.txt".to_owned(), 3000);
    at(format!("partial/{one}/{old}"), 31);
    at(format!("partial/{one}/{new}"), 29);
    at(format!("whole/{one}/{whole}"), 3000);
    at(format!("whole/{one}/{old}#1"), 31);
    assert_eq!(blobs.sweep(NOW).unwrap(), 1);
    assert_eq!(blobs.sweep(NOW).unwrap(), 0);
    let notes = "partial/notes.txt".to_owned();
    let left = [
        format!("partial/{one}/{new}"),
        format!("whole/{one}/{whole}"),
        notes,
    ];
    assert_eq!(files(folder.path()), left.into());
    assert_eq!(blobs.used(&one), 110);
}

#[test]
fn many_who_bring_the_same_piece_at_once_bring_it_once() {
    let (folder, blobs) = open();
    let one = programme(1);
    let start = std::sync::Barrier::new(4);
    let pieces: Vec<_> = (0..20).map(|n| piece(n, 4000)).collect();
    std::thread::scope(|threads| {
        for _ in 0..4 {
            threads.spawn(|| {
                for (hash, bytes) in &pieces {
                    start.wait();
                    let mut at = 0;
                    while at < bytes.len() {
                        let upto = bytes.len().min(at + 100);
                        at = match blobs
                            .append(&one, hash, 4000, at as u64, &bytes[at..upto])
                            .unwrap()
                        {
                            Held::Whole => bytes.len(),
                            Held::Partial(here) => usize::try_from(here).unwrap(),
                            Held::None => 0,
                        };
                    }
                }
            });
        }
    });
    for (hash, bytes) in &pieces {
        assert_eq!(blobs.read(&one, hash, 0, 4000).unwrap().unwrap(), *bytes);
    }
    assert_eq!(blobs.used(&one), 80_000);
    assert_eq!(files(folder.path()).len(), 20);
}

#[test]
fn it_works_on_a_thread_of_a_runtime_that_may_block() {
    let (_folder, blobs) = open();
    let (hash, bytes) = piece(1, 100);
    let runtime = tokio::runtime::Builder::new_multi_thread().build().unwrap();
    let put = runtime.spawn_blocking(move || blobs.append(&programme(1), &hash, 100, 0, &bytes).unwrap());
    assert_eq!(runtime.block_on(put).unwrap(), Held::Whole);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// Whatever ids come from outside, no file lies anywhere but where pieces of that programme lie.
    #[test]
    fn no_name_leads_out_of_the_folder(id: [u8; 16], hash: [u8; 32]) {
        let outer = tempfile::tempdir().unwrap();
        let blobs = Blobs::open(&outer.path().join("blobs"), QUOTA).unwrap();
        let (programme, hash) = (ProgrammeId::from_bytes(id), PartHash(hash));
        blobs.append(&programme, &hash, 10, 0, b"begun").unwrap();
        prop_assert_eq!(files(outer.path()), [format!("blobs/partial/{programme}/{hash}")].into());
        let key = key(&programme, &hash);
        prop_assert_eq!(key.as_ref(), format!("{programme}/{hash}"));
        prop_assert_eq!(blobs.used(&programme), 5);
        prop_assert_eq!(Blobs::open(&outer.path().join("blobs"), QUOTA).unwrap().used(&programme), 5);
    }

    /// However a piece is cut, and whatever is sent in between, it is whole once its last byte came, and as it was.
    #[test]
    fn a_piece_cut_anywhere_is_the_same_piece(
        length in 1..400usize,
        cuts in proptest::collection::vec((0..400usize, 1..120usize), 0..60),
    ) {
        let (_folder, blobs) = open();
        let (hash, bytes) = piece(7, length);
        let one = programme(1);
        let mut here = 0;
        for (offset, count) in cuts {
            // Half of them follow, the others come from anywhere.
            let offset = if count % 2 == 0 { here } else { offset.min(length) };
            let upto = length.min(offset + count);
            let held = blobs.append(&one, &hash, length as u64, offset as u64, &bytes[offset..upto]).unwrap();
            here = if offset == here { upto } else { here };
            let whole = here == length;
            prop_assert_eq!(held, match here {
                _ if whole => Held::Whole,
                0 => Held::None,
                here => Held::Partial(here as u64),
            });
        }
        blobs.append(&one, &hash, length as u64, here as u64, &bytes[here..]).unwrap();
        prop_assert_eq!(blobs.read(&one, &hash, 0, length).unwrap().unwrap(), bytes);
    }
}
