//! One suite for every store there is.

use baraza_server::store::{MemoryStore, Query, SqliteStore, Store, Write};
use proptest::prelude::*;
use tempfile::TempDir;
use wire::{Kind, RecordId, Status};

use crate::members::Programme;

/// Runs a check on every store, empty and each of its own.
fn on_every_store(check: impl Fn(&dyn Store)) {
    check(&MemoryStore::by_chance().unwrap());
    let (_folder, sqlite) = sqlite();
    check(&sqlite);
    sqlite.check().unwrap();
}

fn sqlite() -> (TempDir, SqliteStore) {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&folder.path().join("relay.sqlite")).unwrap();
    (folder, store)
}

/// Writes a programme's roster.
fn founded(store: &dyn Store, programme: &Programme) {
    let entries: Vec<Write> = programme.entries.iter().cloned().map(Write::Append).collect();
    assert_eq!(store.write(&entries, 0).unwrap(), [Status::Stored; 3]);
}

fn sequences(store: &dyn Store, programme: &Programme, query: Query, after: u64) -> Vec<u64> {
    let run = store.run(&programme.id, query, after).unwrap();
    run.envelopes.iter().map(|(sequence, _)| *sequence).collect()
}

#[test]
fn what_an_author_has_brought_is_counted_once_and_apart_from_others() {
    on_every_store(|store| {
        let mut programme = Programme::found(1);
        founded(store, &programme);
        let one = programme.write(1, 1, Kind::RECORD, None);
        let author = one.header().author;
        let brought = || store.brought(&programme.id, &author).unwrap();
        assert_eq!(brought(), 0);
        let keep = Write::Keep(one.clone());
        store.write(&[keep.clone(), keep], 0).unwrap();
        let parts: usize = one
            .envelope()
            .parts
            .iter()
            .filter_map(wire::Part::bytes)
            .map(<[u8]>::len)
            .sum();
        let bytes = one.header().to_bytes().len() + 64 + parts;
        assert!(brought().abs_diff(bytes as u64) < 32, "{} of {bytes}", brought());
        let other = wire::MemberId::from_chance([9; 16]);
        assert_eq!(store.brought(&programme.id, &other).unwrap(), 0);
    });
}

#[test]
fn an_envelope_kept_twice_is_there_once_and_numbers_have_no_gaps() {
    on_every_store(|store| {
        let mut programme = Programme::found(1);
        founded(store, &programme);
        let kept: Vec<_> = (0..5)
            .map(|n| programme.write(1, n, Kind::RECORD, None))
            .collect();
        let once: Vec<Write> = kept.iter().cloned().map(Write::Keep).collect();
        assert_eq!(store.write(&once, 3600).unwrap(), [Status::Stored; 5]);
        assert_eq!(store.write(&once, 7200).unwrap(), [Status::Had; 5]);
        // Twice in one batch, too.
        let next = Write::Keep(programme.write(1, 9, Kind::RECORD, None));
        assert_eq!(
            store.write(&[next.clone(), next], 0).unwrap(),
            [Status::Stored, Status::Had]
        );
        assert_eq!(sequences(store, &programme, Query::All, 0), [1, 2, 3, 4, 5, 6]);
        assert_eq!(sequences(store, &programme, Query::All, 4), [5, 6]);
        let run = store.run(&programme.id, Query::All, 0).unwrap();
        assert_eq!((run.looked_to, run.more), (6, false));
        assert_eq!(&run.envelopes[0].1, kept[0].envelope());
    });
}

#[test]
fn two_envelopes_at_one_place_are_said_to_be_a_fork() {
    on_every_store(|store| {
        let mut programme = Programme::found(1);
        founded(store, &programme);
        let (one, other) = (programme.write(1, 1, Kind::RECORD, None), programme.fork(1, 2));
        let said = store
            .write(&[Write::Keep(one.clone()), Write::Keep(other)], 0)
            .unwrap();
        assert_eq!(said, [Status::Stored, Status::Fork]);
        let run = store.run(&programme.id, Query::All, 0).unwrap();
        assert_eq!(run.envelopes[0].1, *one.envelope());
    });
}

#[test]
fn a_device_is_sent_grants_and_what_it_was_granted_and_nothing_else() {
    on_every_store(|store| {
        let mut programme = Programme::found(1);
        founded(store, &programme);
        let device = programme.members[2].id;
        let writes = [
            programme.write(1, 1, Kind::RECORD, None),
            programme.write(1, 2, Kind::RECORD, None),
            programme.write(0, 1, Kind::GRANT, Some(2)),
            programme.write(0, 3, Kind::FORM, None),
            programme.write(0, 3, Kind::FILE, None),
            programme.write(1, 1, Kind::RECORD, None),
            programme.write(2, 1, Kind::RECORD, None),
        ];
        store.write(&writes.map(Write::Keep), 0).unwrap();
        // What was granted before the grant came is behind the cursor: it is asked for by record.
        let sent = sequences(store, &programme, Query::For(device), 2);
        assert_eq!(sent, [3, 4, 5, 6]);
        let record = RecordId::from_bytes([1; 16]);
        assert_eq!(sequences(store, &programme, Query::Record(record), 0), [1, 6, 7]);
        assert_eq!(store.grants(&programme.id, &record, &device).unwrap().len(), 1);
        let other = RecordId::from_bytes([2; 16]);
        assert!(store.grants(&programme.id, &other, &device).unwrap().is_empty());
    });
}

#[test]
fn a_part_that_was_absent_is_filled_in_by_who_has_it() {
    on_every_store(|store| {
        let mut programme = Programme::found(1);
        founded(store, &programme);
        let whole = programme.write(1, 1, Kind::RECORD, None);
        let bare = seal::verify::envelope::verify(whole.envelope().withholding(|_| false), &programme.roster);
        let said = store
            .write(&[Write::Keep(bare.unwrap()), Write::Keep(whole.clone())], 0)
            .unwrap();
        assert_eq!(said, [Status::Stored, Status::Had]);
        let run = store.run(&programme.id, Query::All, 0).unwrap();
        assert_eq!(run.envelopes, [(1, whole.envelope().clone())]);
    });
}

#[test]
fn the_relay_knows_how_far_it_has_each_author() {
    on_every_store(|store| {
        let mut programme = Programme::found(1);
        founded(store, &programme);
        let kept: Vec<_> = (0..5)
            .map(|n| programme.write(1, n, Kind::RECORD, None))
            .collect();
        let other = programme.write(2, 1, Kind::RECORD, None);
        let but_the_third = kept.iter().enumerate().filter(|(n, _)| *n != 2).map(|(_, e)| e);
        let writes: Vec<Write> = but_the_third.chain([&other]).cloned().map(Write::Keep).collect();
        store.write(&writes, 0).unwrap();
        let (device, second) = (programme.members[1].id, programme.members[2].id);
        let of = |author| store.vectors(&programme.id, author).unwrap();
        let [vector] = of(Some(&device))[..] else {
            panic!("one author has one incarnation");
        };
        assert_eq!((vector.upto, vector.last), (2, kept[1].id()));
        assert_eq!(of(None).len(), 2);
        assert_eq!(of(Some(&second))[0].upto, 1);
        assert!(of(Some(&programme.members[0].id)).is_empty());
        assert_eq!(store.last(&programme.id).unwrap(), 5);
    });
}

#[test]
fn a_device_is_sent_the_newest_checkpoint_of_each_desk() {
    on_every_store(|store| {
        let mut programme = Programme::found(1);
        founded(store, &programme);
        let device = programme.members[2].id;
        let kept: Vec<_> = (0..3)
            .map(|_| Write::Keep(programme.write(0, 0, Kind::CHECKPOINT, None)))
            .collect();
        store.write(&kept, 0).unwrap();
        assert_eq!(sequences(store, &programme, Query::For(device), 0), [3]);
        assert_eq!(sequences(store, &programme, Query::All, 0), [1, 2, 3]);
    });
}

#[test]
fn a_tombstone_destroys_what_is_there_of_its_record_and_what_comes_later_and_of_no_other() {
    on_every_store(|store| {
        let mut programme = Programme::found(1);
        founded(store, &programme);
        let kinds = [Kind::RECORD, Kind::WITHDRAWAL, Kind::MEDIA];
        let mut writes: Vec<Write> = kinds
            .map(|kind| Write::Keep(programme.write(1, 1, kind, None)))
            .into();
        writes.push(Write::Keep(programme.write(1, 1, Kind::HANDOVER, Some(2))));
        writes.push(Write::Keep(programme.write(0, 1, Kind::GRANT, Some(2))));
        writes.push(Write::Keep(programme.write(1, 2, Kind::RECORD, None)));
        // A form whose id is the record's is none of the tombstone's business.
        writes.push(Write::Keep(programme.write(0, 1, Kind::FORM, None)));
        // In the same batch, before and after.
        writes.push(Write::Erase(programme.write(0, 1, Kind::TOMBSTONE, None)));
        writes.push(Write::Keep(programme.write(1, 1, Kind::RECORD, None)));
        store.write(&writes, 0).unwrap();
        let late = Write::Keep(programme.write(2, 1, Kind::RECORD, None));
        assert_eq!(
            store.write(std::slice::from_ref(&late), 0).unwrap(),
            [Status::Stored]
        );
        // The parts do not come back when everything is sent once more.
        store.write(&writes, 0).unwrap();
        let run = store.run(&programme.id, Query::All, 0).unwrap();
        let has_parts: Vec<bool> = run
            .envelopes
            .iter()
            .map(|(_, envelope)| envelope.parts.iter().any(|part| part.bytes().is_some()))
            .collect();
        assert_eq!(
            has_parts,
            [false, false, false, false, false, true, true, false, false, false]
        );
        for (sequence, envelope) in run.envelopes {
            let bare = envelope.header.kind == Kind::TOMBSTONE;
            assert_eq!(
                envelope.header.parts.is_empty(),
                bare,
                "{sequence}: the header stays"
            );
        }
        // Whoever is not a desk hears of it too.
        let device = programme.members[2].id;
        assert!(sequences(store, &programme, Query::For(device), 0).contains(&8));
    });
}

#[test]
fn nothing_of_an_erased_record_is_left_in_the_file_or_its_log() {
    let mut programme = Programme::found(1);
    let (folder, store) = sqlite();
    founded(&store, &programme);
    let envelopes: Vec<_> = (0..50)
        .map(|n| programme.write(1, n % 5, Kind::RECORD, None))
        .collect();
    store
        .write(&envelopes.iter().cloned().map(Write::Keep).collect::<Vec<_>>(), 0)
        .unwrap();
    let in_files = |of: u8| {
        let files = ["relay.sqlite", "relay.sqlite-wal"].map(|name| folder.path().join(name));
        let bytes: Vec<u8> = files
            .iter()
            .flat_map(|file| std::fs::read(file).unwrap_or_default())
            .collect();
        let parts = envelopes
            .iter()
            .filter(|verified| verified.header().subject == [of; 16])
            .flat_map(|verified| verified.parts().filter_map(|(_, part)| part.bytes()));
        parts
            .filter(|part| bytes.windows(part.len()).any(|window| window == *part))
            .count()
    };
    assert_eq!(
        [in_files(3), in_files(4)],
        [10, 10],
        "the search finds what is there"
    );
    let tombstone = Write::Erase(programme.write(0, 3, Kind::TOMBSTONE, None));
    store.write(&[tombstone], 0).unwrap();
    assert_eq!([in_files(3), in_files(4)], [0, 10]);
    store.check().unwrap();
}

#[test]
fn a_draft_and_the_word_that_it_came_are_sent_to_their_recipient_alone() {
    on_every_store(|store| {
        let mut programme = Programme::found(1);
        founded(store, &programme);
        let writes = [
            programme.write(1, 1, Kind::HANDOVER, Some(2)),
            programme.write(2, 1, Kind::RECEIPT, Some(1)),
            programme.write(0, 1, Kind::RECEIPT, None),
        ];
        store.write(&writes.map(Write::Keep), 0).unwrap();
        let [giver, taker] = [1, 2].map(|n| programme.members[n].id);
        // The third is the receipt of an erasure, which everybody may see.
        assert_eq!(sequences(store, &programme, Query::For(taker), 0), [1, 3]);
        assert_eq!(sequences(store, &programme, Query::For(giver), 0), [2, 3]);
        let other = wire::MemberId::from_bytes([9; 16]);
        assert_eq!(sequences(store, &programme, Query::For(other), 0), [3]);
    });
}

#[test]
fn programmes_do_not_see_one_another() {
    on_every_store(|store| {
        let (mut one, other) = (Programme::found(1), Programme::found(2));
        founded(store, &one);
        founded(store, &other);
        let write = Write::Keep(one.write(1, 1, Kind::RECORD, None));
        store.write(&[write], 0).unwrap();
        assert_eq!(sequences(store, &one, Query::All, 0).len(), 1);
        assert_eq!(sequences(store, &other, Query::All, 0).len(), 0);
        assert_eq!(store.programmes().unwrap().len(), 2);
        assert_eq!(store.roster(&one.id, 1).unwrap(), one.entries[1..]);
    });
}

#[test]
fn what_is_in_a_file_is_there_when_it_is_opened_again() {
    let mut programme = Programme::found(1);
    let (folder, store) = sqlite();
    founded(&store, &programme);
    let write = Write::Keep(programme.write(1, 1, Kind::RECORD, None));
    store.write(&[write], 0).unwrap();
    let (log, before) = (
        store.identity().log,
        store.run(&programme.id, Query::All, 0).unwrap(),
    );
    drop(store);
    let store = SqliteStore::open(&folder.path().join("relay.sqlite")).unwrap();
    assert_eq!(store.identity().log, log);
    assert_eq!(store.run(&programme.id, Query::All, 0).unwrap(), before);
    assert_eq!(store.roster(&programme.id, 0).unwrap(), programme.entries);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever is written in whatever batches, and asked for from wherever: both stores answer the same.
    #[test]
    fn all_stores_answer_the_same(
        deeds in proptest::collection::vec((0..3usize, 0..4u8, 0..3u8), 1..40),
        batch in 1..9usize,
        after in 0..40u64,
    ) {
        let mut programme = Programme::found(1);
        let memory = MemoryStore::by_chance().unwrap();
        let (_folder, sqlite) = sqlite();
        founded(&memory, &programme);
        founded(&sqlite, &programme);
        let mut writes = Vec::new();
        for (member, subject, what) in deeds {
            let verified = match (what, member) {
                (0, 0) => programme.write(0, subject, Kind::GRANT, Some(1)),
                (1, 1..) if !writes.is_empty() => {
                    programme.write(member, subject, Kind::RECORD, None);
                    programme.fork(member, subject)
                }
                _ => programme.write(member, subject, Kind::RECORD, None),
            };
            writes.push(Write::Keep(verified));
        }
        for batch in writes.chunks(batch) {
            prop_assert_eq!(memory.write(batch, 0).unwrap(), sqlite.write(batch, 0).unwrap());
        }
        for query in [
            Query::All,
            Query::For(programme.members[1].id),
            Query::Record(RecordId::from_bytes([1; 16])),
        ] {
            let (one, other) = (memory.run(&programme.id, query, after), sqlite.run(&programme.id, query, after));
            prop_assert_eq!(one.unwrap(), other.unwrap());
        }
    }
}

#[test]
fn a_piece_belongs_to_the_photo_that_declares_it_until_its_record_is_erased() {
    on_every_store(|store| {
        let mut programme = Programme::found(1);
        founded(store, &programme);
        let (photo, other) = (
            programme.write(1, 3, Kind::MEDIA, None),
            programme.write(2, 4, Kind::MEDIA, None),
        );
        let both = [Write::Keep(photo.clone()), Write::Keep(other.clone())];
        assert_eq!(store.write(&both, 0).unwrap(), [Status::Stored; 2]);
        // The pieces themselves come apart, and are not kept with the envelope.
        let run = store.run(&programme.id, Query::All, 0).unwrap();
        let here: Vec<bool> = run.envelopes[0]
            .1
            .parts
            .iter()
            .map(|part| part.bytes().is_some())
            .collect();
        assert_eq!(here, [true, false, false]);

        let [manifest, one, two] = photo.header().parts[..] else {
            panic!("a photo with two pieces")
        };
        assert_eq!(store.declaring(&programme.id, &manifest.hash).unwrap(), None);
        assert_eq!(
            store.declaring(&programme.id, &one.hash).unwrap().as_ref(),
            Some(photo.header())
        );
        let missing = |author: Option<usize>| {
            let author = author.map(|member| programme.members[member].id);
            store.missing_pieces(&programme.id, author.as_ref()).unwrap()
        };
        assert_eq!(
            (
                missing(None).len(),
                missing(Some(1)).len(),
                missing(Some(0)).len()
            ),
            (4, 2, 0)
        );
        store.note_whole(&programme.id, &one.hash).unwrap();
        assert_eq!(missing(Some(1)), [two.hash]);

        assert_eq!(store.doomed_pieces().unwrap(), []);
        let mut programme = programme;
        let tombstone = programme.write(0, 3, Kind::TOMBSTONE, None);
        store.write(&[Write::Erase(tombstone)], 0).unwrap();
        let mut doomed = store.doomed_pieces().unwrap();
        doomed.sort();
        let mut pieces = vec![(programme.id, one.hash), (programme.id, two.hash)];
        pieces.sort();
        assert_eq!(doomed, pieces);
        assert_eq!(store.declaring(&programme.id, &one.hash).unwrap(), None);
        assert_eq!(store.missing_pieces(&programme.id, None).unwrap().len(), 2);
        store.note_destroyed(&programme.id, &one.hash).unwrap();
        assert_eq!(store.doomed_pieces().unwrap(), [(programme.id, two.hash)]);
        // What another photo of that record declares later is not taken either.
        let later = programme.write(1, 3, Kind::MEDIA, None);
        store.write(&[Write::Keep(later.clone())], 0).unwrap();
        assert_eq!(
            store
                .declaring(&programme.id, &later.header().parts[1].hash)
                .unwrap(),
            None
        );
    });
}

#[test]
fn a_device_is_sent_the_photos_of_what_it_was_granted_and_no_others() {
    on_every_store(|store| {
        let mut programme = Programme::found(1);
        founded(store, &programme);
        let device = programme.members[2].id;
        let writes = [
            programme.write(1, 3, Kind::MEDIA, None),
            programme.write(1, 4, Kind::MEDIA, None),
            programme.write(0, 4, Kind::GRANT, Some(2)),
        ];
        store.write(&writes.map(Write::Keep), 0).unwrap();
        assert_eq!(sequences(store, &programme, Query::For(device), 0), [2, 3]);
    });
}
