//! After `finish`, the device that recorded a household cannot open it any more, and holds no key that does.
//!
//! With `--features keep-keys` finishing keeps its keys, and the same search must succeed.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test stops where something is missing"
)]

use std::collections::HashSet;
use std::path::Path;

use baraza_tests::seized::{
    self, GRANT, contains, database_of, everything_on, once_keys, opens, programme_of,
};
use baraza_tests::{Stage, at};
use client_core::deeds::finish::FinishError;
use client_core::deeds::show::ShowError;
use client_core::deeds::start::DraftError;
use form::{AnswerSheet, Value, respondent};
use rand::SeedableRng as _;
use rand::rngs::ChaCha20Rng;
use seal::chain::{Chain, ChainReader};
use seal::keys::RecordKey;
use seal::part::{self, PartContext};
use wire::{CompartmentId, Envelope, Frame, FrameReader, KeyName, Kind, RecordId, Writer};

const REMARKS: &str = "household/contact/remarks";
const SAID: &str = "We fled Tambacounda in the night of the fire.";

/// The newest envelope about a record in a device's outbox.
fn envelope(device: &Path, record: RecordId) -> Envelope {
    let mut found: Vec<Envelope> = Vec::new();
    for entry in std::fs::read_dir(device.join("outbox")).unwrap() {
        let mut reader = FrameReader::new();
        reader.push(&std::fs::read(entry.unwrap().path()).unwrap());
        while let Some(frame) = reader.next_frame().unwrap() {
            if let Frame::Push(envelope) = frame {
                found.push(envelope);
            }
        }
    }
    found.retain(|envelope| {
        envelope.header.kind == Kind::RECORD && envelope.header.subject == *record.as_bytes()
    });
    found
        .into_iter()
        .max_by_key(|envelope| envelope.header.sequence)
        .unwrap()
}

/// One part, and what it takes to try a key on it.
struct Lock {
    context: PartContext,
    record: RecordId,
    compartment: CompartmentId,
    /// The index of its key in its chain.
    index: Option<u32>,
    sealed: Vec<u8>,
}

impl Lock {
    fn all(envelope: &Envelope) -> Vec<Self> {
        let header = &envelope.header;
        let locks = envelope.parts().map(|(part, bytes)| Self {
            context: PartContext {
                programme: header.programme,
                subject: header.subject,
                compartment: part.compartment,
                author: header.author,
                key: part.key,
            },
            record: RecordId::from_bytes(header.subject),
            compartment: part.compartment,
            index: match part.key {
                KeyName::Chain { index, .. } => Some(index),
                _ => None,
            },
            sealed: bytes.bytes().unwrap().to_vec(),
        });
        locks.collect()
    }

    /// Tries 32 bytes as record key, as message key of its place in the chain, and as the chain's key at its place or
    /// any before it.
    fn opens(&self, window: &[u8; 32]) -> bool {
        let tries = |key: RecordKey| part::open(&key, &self.context, &self.sealed).is_ok();
        if tries(RecordKey::from_bytes(*window)) {
            return true;
        }
        let Some(index) = self.index else { return false };
        let mut state = Writer::new();
        state.u8(1);
        state.varint(u64::from(index) + 1);
        state.fixed(&[0; 32]);
        state.varint(1);
        state.varint(u64::from(index));
        state.fixed(window);
        let mut message = ChainReader::from_bytes(&state.finish()).unwrap();
        if tries(message.record_key(index, &self.record, self.compartment).unwrap()) {
            return true;
        }
        let mut state = Writer::new();
        state.u8(1);
        state.varint(0);
        state.fixed(window);
        let mut chain = Chain::from_bytes(&state.finish()).unwrap();
        (0..=index).any(|_| tries(chain.next(&self.record, self.compartment).unwrap().1))
    }
}

/// Tries every 32 bytes that lie next to each other. Returns how many were tried and whether any opened a part.
fn search(places: &[Vec<u8>], locks: &[Lock]) -> (usize, bool) {
    let mut windows: HashSet<&[u8; 32]> = HashSet::new();
    for place in places {
        windows.extend(
            place
                .windows(32)
                .map(|window| <&[u8; 32]>::try_from(window).unwrap()),
        );
    }
    let windows: Vec<_> = windows.into_iter().collect();
    let half = windows.len().div_ceil(2).max(1);
    let opened = std::thread::scope(|threads| {
        let halves: Vec<_> = windows
            .chunks(half)
            .map(|half| {
                threads.spawn(|| {
                    half.iter()
                        .any(|window| locks.iter().any(|lock| lock.opens(window)))
                })
            })
            .collect();
        halves.into_iter().any(|half| half.join().unwrap())
    });
    (windows.len(), opened)
}

fn household(stage: &Stage, seed: u64) -> AnswerSheet {
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    let environment = form::Environment::new(stage.desk.now(), jiff::tz::TimeZone::UTC, 1);
    let mut sheet = std::iter::repeat_with(|| respondent::respond(&stage.form, &mut rng, &environment))
        .find(|sheet| sheet.len() >= 50)
        .unwrap();
    sheet.set(at(REMARKS), Value::Text(SAID.into()));
    sheet
}

/// Looks at a device right after it finished a record, while its notebook is still open.
fn check(what: &str, device: &Path, record: RecordId) {
    let places = everything_on(device);
    assert!(
        !places.iter().any(|place| contains(place, SAID.as_bytes())),
        "{what}: an answer is still there"
    );
    let locks = Lock::all(&envelope(device, record));
    assert!(!locks.is_empty());
    let (tried, opened) = search(&places, &locks);
    println!(
        "{what}: {tried} windows tried as keys of {} parts; opened: {opened}",
        locks.len()
    );
    assert_eq!(opened, cfg!(feature = "keep-keys"), "{what}");
}

/// Lets a device pull everything from the beginning, as it does when the relay begins a new log.
fn forget_the_cursor(device: &Path) {
    database_of(device)
        .execute_batch("UPDATE programme SET cursor = 0")
        .unwrap();
}

fn cannot_be_shown(stage: &mut Stage, record: RecordId) {
    let shown = stage.phones[0].show(record);
    assert!(matches!(shown, Err(ShowError::Draft(DraftError::Finished(id))) if id == record));
}

#[test]
fn no_key_that_opens_a_finished_record_is_left_on_the_device() {
    let mut stage = Stage::set(31);
    let device = stage.folder.path().join("amina");
    let earlier = stage.phones[0]
        .start("household", Some(&household(&stage, 1)))
        .unwrap();
    let record = stage.phones[0]
        .start("household", Some(&household(&stage, 2)))
        .unwrap();
    let before = everything_on(&device);
    assert!(
        before.iter().any(|place| contains(place, SAID.as_bytes())),
        "an open draft is there, to be found"
    );
    stage.phones[0].finish(earlier).unwrap().unwrap();
    // The second record of the chains: their keys have turned once already.
    stage.phones[0].finish(record).unwrap().unwrap();
    check("a new record", &device, record);
    cannot_be_shown(&mut stage, record);
}

#[test]
fn no_key_that_opens_a_finished_edit_of_a_granted_record_is_left_on_the_device() {
    let mut stage = Stage::set(32);
    let device = stage.folder.path().join("amina");
    let record = stage.phones[0]
        .start("household", Some(&household(&stage, 3)))
        .unwrap();
    stage.phones[0].finish(record).unwrap().unwrap();
    stage.sync_phones();
    stage.sync_desk();
    let member = stage.phones[0].member();
    stage.desk.grant(record, member, None).unwrap();
    stage.sync_desk();
    stage.sync_phones();
    stage.sync_phones();
    stage.phones[0]
        .answer(record, &at(REMARKS), Value::Text(format!("{SAID} At dawn.")))
        .unwrap();
    let before = everything_on(&device);
    assert!(before.iter().any(|place| contains(place, SAID.as_bytes())));
    // The relay still has the grant. One of the device's keys opens it: the seizer would find that one.
    let relay = stage.folder.path().join("relay");
    let grants = seized::relayed(&relay, programme_of(&stage.desk), Kind::GRANT);
    let [grant] = grants.as_slice() else {
        panic!("{} grants", grants.len());
    };
    let seed = once_keys(&device)
        .into_iter()
        .find(|seed| opens(seed, grant, GRANT));
    let seed = seed.expect("the device's key opens the grant");
    assert!(before.iter().any(|place| contains(place, &seed)));
    stage.phones[0].finish(record).unwrap().unwrap();
    check("an edit", &device, record);
    let after = everything_on(&device);
    assert_eq!(
        after.iter().any(|place| contains(place, &seed)),
        cfg!(feature = "keep-keys"),
        "the key that opens the relay's copy of the grant"
    );
    cannot_be_shown(&mut stage, record);
    if !cfg!(feature = "keep-keys") {
        // Nor does the grant it came with open it a second time, when the relay sends everything once more.
        stage.sync_phones();
        forget_the_cursor(&device);
        stage.sync_phones();
        stage.sync_phones();
        cannot_be_shown(&mut stage, record);
        check("an edit, all received again", &device, record);
        assert!(!everything_on(&device).iter().any(|place| contains(place, &seed)));
    }
}

#[test]
fn nothing_is_left_in_the_log_when_the_copy_in_the_outbox_fails() {
    let mut stage = Stage::set(33);
    let device = stage.folder.path().join("amina");
    let record = stage.phones[0]
        .start("household", Some(&household(&stage, 4)))
        .unwrap();
    let log = device.join("notebook.sqlite-wal");
    assert!(
        std::fs::metadata(&log).unwrap().len() > 0,
        "the draft is in the log"
    );
    std::fs::rename(device.join("outbox"), device.join("elsewhere")).unwrap();
    std::fs::write(device.join("outbox"), "no folder").unwrap();
    let failed = stage.phones[0].finish(record);
    assert!(matches!(failed, Err(FinishError::Copy(_))), "{failed:?}");
    assert_eq!(std::fs::metadata(&log).unwrap().len(), 0);
    cannot_be_shown(&mut stage, record);
}
