//! Merges any changes of two authors. The first byte says whether their checksums are put right first; then
//! come author, compartment and change, again and again.
//!
//! A refused change leaves the record as it was; merging again changes nothing, and neither does another
//! order unless a change was refused; what is saved is loaded as the same record; and whatever was merged
//! can be shown.

#![no_main]

use baraza_fuzz::input::Input;
use baraza_fuzz::{changes, forms, guards};
use libfuzzer_sys::fuzz_target;
use record::{AuthorId, GENERAL, Record};

const COMPARTMENTS: [&str; 2] = [GENERAL, form::IDENTITY];

/// A change: author, compartment, bytes.
type Change = (AuthorId, &'static str, Vec<u8>);

fuzz_target!(
    init: guards::leave_library_panics_to_them(),
    |bytes: &[u8]| {
        let changes = read(bytes);
        let (record, all_taken) = merge(changes.iter());
        let (backwards, all_taken_backwards) = merge(changes.iter().rev());
        if all_taken && all_taken_backwards {
            assert_same(&record, &backwards);
        }
        let (again, _) = merge(changes.iter().chain(&changes));
        if all_taken {
            assert_same(&record, &again);
        }
        assert_same(&record, &loaded(&record));
        show(&record);
    }
);

fn read(bytes: &[u8]) -> Vec<Change> {
    let mut input = Input::new(bytes);
    let put_right = input.byte().is_multiple_of(2);
    let mut changes = Vec::new();
    while !input.is_empty() && changes.len() < 12 {
        let author = AuthorId([1 + input.byte() % 2; 16]);
        let compartment = if input.byte().is_multiple_of(4) {
            form::IDENTITY
        } else {
            GENERAL
        };
        let change = input.sized();
        let change = if put_right {
            changes::around(change)
        } else {
            change.to_vec()
        };
        changes.push((author, compartment, change));
    }
    changes
}

/// Merges one change after the other; says whether none was refused, at once or after waiting.
fn merge<'c>(changes: impl Iterator<Item = &'c Change>) -> (Record, bool) {
    let mut record = Record::new();
    let mut all_taken = true;
    for (author, compartment, change) in changes {
        let before = record.clone();
        match record.merge(compartment, std::slice::from_ref(change), *author) {
            Ok(merged) => {
                all_taken &= merged.refused.is_empty();
                assert!(
                    merged
                        .applied
                        .iter()
                        .chain(&merged.known)
                        .all(|hash| record.has(hash))
                );
            }
            Err(_) => {
                all_taken = false;
                assert_same(&before, &record);
            }
        }
    }
    (record, all_taken)
}

fn loaded(record: &Record) -> Record {
    let mut loaded = Record::new();
    for compartment in record.compartments() {
        let saved = record.save(compartment);
        loaded.load(compartment, &saved).expect("it was saved just now");
    }
    loaded
}

fn assert_same(one: &Record, other: &Record) {
    for compartment in COMPARTMENTS {
        assert_eq!(one.heads(compartment), other.heads(compartment));
        assert_eq!(one.change_hashes(compartment), other.change_hashes(compartment));
    }
    assert_eq!(one.waiting(), other.waiting());
    assert_eq!(one.hydrate(forms::form()), other.hydrate(forms::form()));
    assert!(one.rows(forms::form()) == other.rows(forms::form()));
    assert!(one.unknown_answers(forms::form()) == other.unknown_answers(forms::form()));
    assert!(one.disagreements() == other.disagreements());
}

fn show(record: &Record) {
    for at in record.addresses() {
        let history = record.history(&at);
        let versions = record.versions(&at);
        assert!(versions.iter().all(|version| history.contains(version)), "{at}");
    }
    for compartment in COMPARTMENTS {
        assert_eq!(
            record.changes(compartment).len(),
            record.change_hashes(compartment).len()
        );
    }
}
