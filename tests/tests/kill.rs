//! `kill -9` of the relay and of a syncing device at random moments: whatever was acknowledged is there.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops where something is missing"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use baraza_tests::process::{Process, free_address, path, relay};
use baraza_tests::{PASSPHRASE, at};
use client_core::deeds::admit::Admission;
use client_core::{Cost, HttpLink, Notebook, Surroundings};
use form::{AnswerSheet, Form, Source, Value};
use rand::rngs::ChaCha20Rng;
use rand::{RngExt as _, SeedableRng as _};
use rusqlite::{Connection, OpenFlags};
use seal::passphrase;
use tempfile::TempDir;
use wire::RecordId;

const KILLS: usize = 50;
/// So many of them must hit while a sync is under way, or the test has shown little.
const HITS: usize = 10;
/// After so many kills there is one sync in peace, to see how long it takes.
const PEACE: usize = 5;
const BATCH: i64 = 8;
const FORM: &str = "
| survey |
| | type | name | label | sensitivity |
| | integer | number | Number | |
| | text | person | Name | identity |
| settings |
| | form_title | form_id | version |
| | Visits | visits | 1 |
";

/// A programme whose relay runs as a process of its own.
struct Programme {
    folder: TempDir,
    address: SocketAddr,
    desk: Notebook,
    /// What every finished record says.
    finished: BTreeMap<RecordId, i64>,
    rng: ChaCha20Rng,
}

impl Programme {
    /// Founds a programme with a device in `folder/device`.
    fn found(seed: u64) -> (Self, Notebook) {
        let folder = tempfile::tempdir().unwrap();
        let address = free_address();
        let make = |name: &str| {
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
        let mut desk = make("desk");
        desk.found("Kills", &format!("http://{address}")).unwrap();
        desk.publish(&Form::read(Source::Markdown(FORM)).unwrap().0)
            .unwrap();
        let mut device = make("device");
        device
            .join(
                &desk
                    .admit(&device.request().unwrap().to_text(), &Admission::default())
                    .unwrap(),
            )
            .unwrap();
        let programme = Self {
            folder,
            address,
            desk,
            finished: BTreeMap::new(),
            rng: ChaCha20Rng::seed_from_u64(seed),
        };
        let _relay = programme.relay();
        programme_sync(&mut device);
        let mut programme = programme;
        programme_sync(&mut programme.desk);
        programme_sync(&mut device);
        (programme, device)
    }

    fn relay(&self) -> Process {
        relay(&self.folder.path().join("relay"), self.address)
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn device(&self) -> Notebook {
        Notebook::open(&self.at("device"), PASSPHRASE, Surroundings::real().unwrap()).unwrap()
    }

    /// Finishes some records on a device: from then on none may be lost.
    fn work(&mut self, device: &mut Notebook) {
        for _ in 0..BATCH {
            let number = self.rng.random_range(0..1_000_000);
            let mut sheet = AnswerSheet::new();
            sheet.set(at("number"), Value::Integer(number));
            sheet.set(at("person"), Value::Text(format!("Person {number}")));
            let record = device.start("visits", Some(&sheet)).unwrap();
            device.finish(record).unwrap().unwrap();
            self.finished.insert(record, number);
        }
    }

    /// A moment before or shortly after the end of something that takes so long.
    fn moment(&mut self, long: Duration) -> Duration {
        long.mul_f64(self.rng.random_range(0.0..1.5))
    }

    /// How many envelopes the device takes for relayed.
    fn acknowledged(&self) -> usize {
        let (home, query) = (
            self.at("device"),
            "SELECT envelope FROM outbox WHERE state IN ('relayed', 'forgotten')",
        );
        ids(
            &open(&home.join("notebook.sqlite"), Some(&home.join("notebook.key"))),
            query,
        )
        .len()
    }

    /// Every envelope that the device takes for relayed is at the relay, and both files are whole.
    fn check(&self) {
        let relay = open(&self.at("relay").join("relay.sqlite"), None);
        let device = open(
            &self.at("device").join("notebook.sqlite"),
            Some(&self.at("device").join("notebook.key")),
        );
        for db in [&relay, &device] {
            let verdict: String = db
                .query_row("PRAGMA integrity_check", [], |row| row.get(0))
                .unwrap();
            assert_eq!(verdict, "ok");
        }
        let there = ids(&relay, "SELECT id FROM envelope");
        let acknowledged = ids(
            &device,
            "SELECT envelope FROM outbox WHERE state IN ('relayed', 'forgotten')",
        );
        let lost: Vec<_> = acknowledged.difference(&there).collect();
        assert!(
            lost.is_empty(),
            "{} acknowledged envelopes are not at the relay",
            lost.len()
        );
        let here = ids(&device, "SELECT envelope FROM outbox");
        assert!(
            here.len() >= self.finished.len(),
            "the device lost finished records"
        );
        let (count, last): (i64, i64) = relay
            .query_row("SELECT count(*), max(sequence) FROM envelope", [], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .unwrap();
        assert_eq!(count, last, "the relay's sequence has a gap");
    }

    /// After everybody has synced in peace, the desk has every record as it was finished.
    fn end(mut self, mut device: Notebook) {
        let _relay = self.relay();
        let report = programme_sync(&mut device);
        assert_eq!((report.unsent, report.troubled), (0, 0));
        programme_sync(&mut self.desk);
        assert_eq!(self.desk.records(None).unwrap().len(), self.finished.len());
        for (record, number) in &self.finished {
            let answers = self.desk.show(*record).unwrap().answers;
            assert_eq!(answers["number"], number.to_string());
            assert_eq!(answers["person"], format!("Person {number}"));
        }
        assert_eq!(self.desk.troubled().unwrap().len(), 0);
    }
}

fn programme_sync(notebook: &mut Notebook) -> client_core::deeds::sync::SyncReport {
    notebook.sync(&HttpLink::default()).unwrap()
}

fn open(file: &Path, key: Option<&Path>) -> Connection {
    let db = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_WRITE).unwrap();
    if let Some(key) = key {
        let key = passphrase::unwrap_key(&std::fs::read(key).unwrap(), PASSPHRASE).unwrap();
        let hex: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
        db.execute_batch(&format!("PRAGMA key = \"x'{hex}'\"")).unwrap();
    }
    db
}

fn ids(db: &Connection, query: &str) -> BTreeSet<Vec<u8>> {
    let mut statement = db.prepare(query).unwrap();
    let rows = statement.query_map([], |row| row.get(0)).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

#[test]
fn a_relay_killed_50_times_has_all_it_acknowledged() {
    let (mut programme, mut device) = Programme::found(1);
    let (mut broken, mut went_on) = (0, 0);
    let mut long = Duration::ZERO;
    for n in 0..KILLS {
        if n % PEACE == 0 {
            let relay = programme.relay();
            programme.work(&mut device);
            let start = Instant::now();
            programme_sync(&mut device);
            long = start.elapsed();
            relay.kill();
        }
        programme.work(&mut device);
        let before = programme.acknowledged();
        let relay = programme.relay();
        let moment = programme.moment(long);
        let synced = std::thread::scope(|threads| {
            let sync = threads.spawn(|| device.sync(&HttpLink::default()));
            std::thread::sleep(moment);
            relay.kill();
            sync.join().unwrap()
        });
        broken += usize::from(synced.is_err());
        went_on += usize::from(programme.acknowledged() > before);
        programme.check();
    }
    println!(
        "{KILLS} kills of the relay: {broken} broke a sync, in {went_on} something was acknowledged before"
    );
    assert!(broken >= HITS, "only {broken} kills hit a sync");
    assert!(went_on >= 1, "nothing was ever acknowledged before a kill");
    programme.end(device);
}

#[test]
fn a_device_killed_50_times_while_it_syncs_loses_nothing() {
    let (mut programme, device) = Programme::found(2);
    drop(device);
    let relay = programme.relay();
    let home = programme.at("device");
    let start = || Process::start(&["sync", "--home", path(&home)], PASSPHRASE);
    let (mut broken, mut went_on) = (0, 0);
    let mut long = Duration::ZERO;
    for n in 0..KILLS {
        if n % PEACE == 0 {
            let began = Instant::now();
            let (well, said) = start().end();
            assert!(well, "{said}");
            long = began.elapsed();
        }
        let mut device = programme.device();
        programme.work(&mut device);
        let member = device.member();
        drop(device);
        // Something to receive, too: the desk hands back what it has.
        programme_sync(&mut programme.desk);
        let there: Vec<RecordId> = programme
            .desk
            .records(None)
            .unwrap()
            .iter()
            .map(|row| row.id)
            .take(3)
            .collect();
        // One packet, and so one of the device's keys: it posts new ones only in a sync that is not killed too early.
        if !there.is_empty() {
            programme.desk.grant_packet(&there, member, None, 72).unwrap();
            programme_sync(&mut programme.desk);
        }
        let before = programme.acknowledged();
        let mut sync = start();
        let moment = programme.moment(long);
        std::thread::sleep(moment);
        broken += usize::from(!sync.has_ended());
        sync.kill();
        went_on += usize::from(programme.acknowledged() > before);
        programme.check();
    }
    println!(
        "{KILLS} kills of a device: {broken} before its sync had ended, in {went_on} something was acknowledged before"
    );
    assert!(broken >= HITS, "only {broken} kills hit a sync");
    assert!(went_on >= 1, "nothing was ever acknowledged before a kill");
    let device = programme.device();
    assert!(device.check().is_ok());
    relay.kill();
    programme.end(device);
}
