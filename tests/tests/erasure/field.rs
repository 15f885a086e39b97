//! Two desks, three devices, and a relay that is a process of its own, all of which can be searched.

use std::collections::BTreeSet;
use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use baraza_tests::process::{self, Process};
use baraza_tests::{PASSPHRASE, copy_folder, memory, scan, sqlcipher};
use client_core::deeds::admit::Admission;
use client_core::{Cost, HttpLink, Notebook, Surroundings};
use rusqlite::Connection;
use seal::passphrase;
use tempfile::TempDir;
use testkit::FieldClock;
use wire::{Reader, RecordId, Role};

use super::canaries::{Canaries, Needles};

const DESKS: [&str; 2] = ["desk", "second"];
const DEVICES: [&str; 3] = ["amina", "bakary", "coumba"];

pub(crate) struct Field {
    pub(crate) desks: Vec<Notebook>,
    pub(crate) devices: Vec<Notebook>,
    pub(crate) link: HttpLink,
    clock: FieldClock,
    opened: u8,
    relay: Process,
    folder: TempDir,
}

/// Which needles were found where, by their numbers.
pub(crate) struct Finds {
    pub(crate) relay: BTreeSet<usize>,
    /// Nothing where the system does not show a process's memory.
    pub(crate) memory: Option<BTreeSet<usize>>,
    pub(crate) desks: BTreeSet<usize>,
    pub(crate) devices: BTreeSet<usize>,
}

impl Field {
    pub(crate) fn set_up(_: &Canaries) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let address = process::free_address();
        let relay = process::relay(&folder.path().join("relay"), address);
        let mut field = Self {
            desks: Vec::new(),
            devices: Vec::new(),
            link: HttpLink::default(),
            clock: FieldClock::at("2026-11-16T07:00:00Z".parse().unwrap()),
            opened: 0,
            relay,
            folder,
        };
        field.found(address);
        field
    }

    fn found(&mut self, address: SocketAddr) {
        let mut desk = self.make("desk");
        desk.found("Canaries", format!("http://{address}").as_str())
            .unwrap();
        desk.publish(&Canaries::form()).unwrap();
        for name in DEVICES {
            let mut device = self.make(name);
            let certificate = desk
                .admit(&device.request().unwrap().to_text(), &Admission::default())
                .unwrap();
            device.join(&certificate).unwrap();
            self.devices.push(device);
        }
        let mut second = self.make("second");
        let request = second.request().unwrap().to_text();
        let certificate = desk.admit(&request, &Admission::of(Role::COORDINATOR)).unwrap();
        second.join(&certificate).unwrap();
        self.desks.extend([desk, second]);
        self.sync();
    }

    pub(crate) fn folder(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Syncs every node, so that all have what all sent: devices send, desks take and answer, devices take.
    pub(crate) fn sync(&mut self) {
        self.sync_all_but_the_last_device();
        if let Some(last) = self.devices.last_mut() {
            last.sync(&self.link).unwrap();
        }
        for desk in &mut self.desks {
            desk.sync(&self.link).unwrap();
        }
        for device in &mut self.devices {
            device.sync(&self.link).unwrap();
        }
    }

    /// Syncs every node once: the desk that erases first, then the other, then the devices.
    pub(crate) fn sync_once(&mut self) {
        for node in self.desks.iter_mut().chain(&mut self.devices) {
            node.sync(&self.link).unwrap();
        }
    }

    pub(crate) fn sync_all_but_the_last_device(&mut self) {
        let last = self.devices.len() - 1;
        for node in self.desks.iter_mut().chain(&mut self.devices[..last]) {
            node.sync(&self.link).unwrap();
        }
    }

    /// Puts an old copy of a notebook in its place.
    pub(crate) fn restore(&mut self, name: &str, copy: &Path) {
        let (nodes, n) = match DEVICES.iter().position(|device| *device == name) {
            Some(n) => (&mut self.devices, n),
            None => (&mut self.desks, 0),
        };
        drop(nodes.remove(n));
        let folder = self.folder(name);
        std::fs::remove_dir_all(&folder).unwrap();
        copy_folder(copy, &folder);
        let opened = Notebook::open(&folder, PASSPHRASE, self.surroundings()).unwrap();
        match DEVICES.contains(&name) {
            true => self.devices.insert(n, opened),
            false => self.desks.insert(n, opened),
        }
    }

    /// Returns every sealed part about these records that the relay has.
    pub(crate) fn sealed_parts(&self, records: &[RecordId]) -> Vec<Vec<u8>> {
        let db = Connection::open(self.folder("relay").join("relay.sqlite")).unwrap();
        let mut statement = db.prepare("SELECT subject, parts FROM envelope").unwrap();
        let rows = statement
            .query_map([], |row| {
                Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, Vec<u8>>(1)?))
            })
            .unwrap();
        let mut all = Vec::new();
        for row in rows {
            let (subject, parts) = row.unwrap();
            if !records.iter().any(|record| record.as_bytes()[..] == subject[..]) {
                continue;
            }
            let mut reader = Reader::new(&parts);
            while let Ok(here) = reader.u8("a part") {
                if here == 1 {
                    all.push(reader.bytes(1 << 20).unwrap().to_vec());
                }
            }
        }
        all
    }

    /// Returns every sealed piece of a photo that the relay has.
    pub(crate) fn sealed_pieces(&self) -> Vec<Vec<u8>> {
        scan::files(&self.folder("relay").join("blobs"))
    }

    /// Returns every key to these records that the desk has in its book.
    pub(crate) fn keys(&self, records: &[RecordId]) -> Vec<Vec<u8>> {
        let db = decrypted(&self.folder("desk"));
        let mut statement = db.prepare("SELECT key FROM key_book WHERE subject = ?").unwrap();
        let mut all = Vec::new();
        for record in records {
            let rows = statement
                .query_map([record.as_bytes()], |row| row.get(0))
                .unwrap();
            all.extend(rows.map(|row| row.unwrap()));
        }
        all
    }

    /// Looks for needles everywhere: files as they are, the pages and logs of notebooks decrypted, what they hold by SQL
    /// (a value may lie over several pages), and the relay's memory.
    pub(crate) fn search(&self, needles: &Needles) -> Finds {
        let patterns = needles.all.iter().map(|(_, bytes)| bytes);
        let search = AhoCorasick::builder()
            .kind(Some(AhoCorasickKind::DFA))
            .build(patterns)
            .unwrap();
        let in_places = |places: Vec<Vec<u8>>| -> BTreeSet<usize> {
            let hits = places
                .iter()
                .flat_map(|bytes| search.find_overlapping_iter(bytes.as_slice()));
            hits.map(|hit| hit.pattern().as_usize()).collect()
        };
        let of_nodes = |names: &[&str]| {
            let places = names.iter().flat_map(|name| notebook(&self.folder(name)));
            in_places(places.collect())
        };
        let relay = self.folder("relay");
        Finds {
            relay: in_places([scan::files(&relay), scan::values(&relay)].concat()),
            memory: memory::of(self.relay.id()).map(in_places),
            desks: of_nodes(&DESKS),
            devices: of_nodes(&DEVICES),
        }
    }

    fn make(&mut self, name: &str) -> Notebook {
        let (folder, surroundings) = (self.folder(name), self.surroundings());
        Notebook::create(&folder, name, PASSPHRASE, Cost::LEAST, surroundings).unwrap()
    }

    fn surroundings(&mut self) -> Surroundings {
        self.opened += 1;
        Surroundings {
            clock: Arc::new(self.clock.clone()),
            seed: [self.opened; 32],
        }
    }
}

impl Finds {
    fn everywhere(&self) -> BTreeSet<usize> {
        let places = [&self.relay, &self.desks, &self.devices];
        places
            .into_iter()
            .chain(&self.memory)
            .flatten()
            .copied()
            .collect()
    }

    pub(crate) fn found(&self, needles: &Needles) -> Vec<String> {
        let found = self.everywhere();
        found.into_iter().map(|n| needles.all[n].0.clone()).collect()
    }

    pub(crate) fn missed(&self, needles: &Needles) -> Vec<String> {
        let found = self.everywhere();
        let missed = (0..needles.all.len()).filter(|n| !found.contains(n));
        missed.map(|n| needles.all[n].0.clone()).collect()
    }
}

impl fmt::Display for Finds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} in the relay's files, {} in its memory, {} at desks, {} on devices",
            self.relay.len(),
            self.memory
                .as_ref()
                .map_or_else(|| "nobody knows".to_owned(), |found| found.len().to_string()),
            self.desks.len(),
            self.devices.len()
        )
    }
}

/// Everything in a notebook's folder: raw, page by page, and value by value.
fn notebook(folder: &Path) -> Vec<Vec<u8>> {
    let read = |name: &str| std::fs::read(folder.join(name)).unwrap_or_default();
    let key = passphrase::unwrap_key(&read("notebook.key"), PASSPHRASE).unwrap();
    let mut places = scan::files(folder);
    places.extend(sqlcipher::pages(&read("notebook.sqlite"), &key));
    places.extend(sqlcipher::frames(&read("notebook.sqlite-wal"), &key));
    let db = decrypted(folder);
    for table in scan::tables_of(&db).unwrap() {
        places.extend(scan::rows_of(&db, &table).unwrap());
    }
    places
}

fn decrypted(folder: &Path) -> Connection {
    let key = std::fs::read(folder.join("notebook.key")).unwrap();
    let key = passphrase::unwrap_key(&key, PASSPHRASE).unwrap();
    let hex: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
    let db = Connection::open(folder.join("notebook.sqlite")).unwrap();
    db.execute_batch(&format!("PRAGMA key = \"x'{hex}'\"")).unwrap();
    db
}
