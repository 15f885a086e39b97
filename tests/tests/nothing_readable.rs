//! Whoever seizes the relay, its traffic or a closed device finds none of what people said.
//!
//! With `--features null-cipher` nothing is encrypted, and the same search must find everything: a search that finds
//! nothing proves nothing until it was seen to find.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops where something is missing"
)]

use std::collections::BTreeSet;
use std::fmt::Write as _;

use baraza_tests::scan::{Scan, files, values, without_chunks};
use baraza_tests::{PASSPHRASE, at};
use client_core::{Cost, HttpLink};
use form::{AnswerSheet, Form, Source, Value};
use rand::rngs::ChaCha20Rng;
use rand::{RngExt as _, SeedableRng as _};
use tempfile::TempDir;
use testkit::{Field, FieldClock};

const FORMS: usize = 10;
const STATUSES: usize = 30;
const NAMES: usize = 60;
const PLACES: usize = 40;
const PHONES: usize = 60;

/// 200 words that are in no program and no library.
struct Planted {
    titles: Vec<String>,
    statuses: Vec<String>,
    names: Vec<String>,
    places: Vec<String>,
    phones: Vec<String>,
}

impl Planted {
    fn make() -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(0x5ca7);
        let mut many = |count: usize, make: fn(&str) -> String| -> Vec<String> {
            (0..count).map(|_| make(&syllables(&mut rng))).collect()
        };
        let titles = many(FORMS, |word| format!("Survey of {word} returnees"));
        let statuses = many(STATUSES, |word| format!("status_{}", word.to_lowercase()));
        let names = many(NAMES, |word| format!("{word} Ouédraogo"));
        let places = many(PLACES, |word| format!("Sub-Prefecture of {word}"));
        let phones = (0..PHONES)
            .map(|_| format!("+2217{:08}", rng.random_range(0..100_000_000u32)))
            .collect();
        Self {
            titles,
            statuses,
            names,
            places,
            phones,
        }
    }

    fn all(&self) -> Vec<String> {
        [
            &self.titles,
            &self.statuses,
            &self.names,
            &self.places,
            &self.phones,
        ]
        .into_iter()
        .flatten()
        .cloned()
        .collect()
    }

    fn form(&self, n: usize) -> Form {
        let title = self.titles.get(n).unwrap();
        let mut text = format!(
            "| survey |\n| | type | name | label | sensitivity |\n| | text | person | Name | identity |\n\
             | | text | place | Place | identity |\n| | text | phone | Phone | identity |\n\
             | | select_one statuses | status | Status | protected |\n| | integer | members | Members | |\n\
             | settings |\n| | form_title | form_id | version |\n| | {title} | planted{n} | 1 |\n\
             | choices |\n| | list_name | name | label |\n"
        );
        for status in &self.statuses {
            writeln!(text, "| | statuses | {status} | {status} |").unwrap();
        }
        Form::read(Source::Markdown(&text)).unwrap().0
    }

    fn sheet(&self, n: usize) -> AnswerSheet {
        let pick = |from: &[String]| from.get(n % from.len()).unwrap().clone();
        let mut sheet = AnswerSheet::new();
        sheet.set(at("person"), Value::Text(pick(&self.names)));
        sheet.set(at("place"), Value::Text(pick(&self.places)));
        sheet.set(at("phone"), Value::Text(pick(&self.phones)));
        sheet.set(at("status"), Value::SelectOne(pick(&self.statuses)));
        sheet.set(at("members"), Value::Integer(n as i64 % 9));
        sheet
    }
}

fn syllables(rng: &mut ChaCha20Rng) -> String {
    const SYLLABLES: [&str; 12] = [
        "Ba", "zu", "qo", "mi", "xe", "tra", "ngu", "fy", "wol", "ked", "jha", "pir",
    ];
    (0..6).map(|_| SYLLABLES[rng.random_range(0..12)]).collect()
}

/// Everything that somebody could seize after a week of work.
struct Seized {
    _folder: TempDir,
    relay: Vec<Vec<u8>>,
    traffic: Vec<Vec<u8>>,
    device: Vec<Vec<u8>>,
    /// What the records are compressed with: a search that does not know it would find nothing in the open either.
    dictionaries: Vec<Vec<u8>>,
}

fn seize(planted: &Planted) -> Seized {
    let folder = tempfile::tempdir().unwrap();
    let clock = FieldClock::at("2026-11-16T07:00:00Z".parse().unwrap());
    let mut field = Field::set_up(folder.path(), [77; 32], clock, Cost::LEAST, PASSPHRASE).unwrap();
    field.tap.keep();
    let link = HttpLink::default();
    let mut desk = field.desk("desk", "Programme").unwrap();
    for n in 0..FORMS {
        desk.publish(&planted.form(n)).unwrap();
    }
    desk.sync(&link).unwrap();
    let mut device = field.phone("device", &mut desk).unwrap();
    desk.sync(&link).unwrap();
    device.sync(&link).unwrap();
    for n in 0..NAMES {
        let record = device
            .start(&format!("planted{}", n % FORMS), Some(&planted.sheet(n)))
            .unwrap();
        device.finish(record).unwrap().unwrap();
    }
    device.sync(&link).unwrap();
    desk.sync(&link).unwrap();
    let records = desk.records(None).unwrap();
    assert_eq!(records.len(), NAMES, "the desk has what the search looks for");
    assert_eq!(desk.troubled().unwrap().len(), 0);
    let dictionaries = (0..FORMS)
        .map(|n| desk.dictionary(&format!("planted{n}"), None).unwrap())
        .collect();
    drop(device);
    drop(desk);
    field.stop_relay();
    let traffic = field.tap.kept();
    let whole: Vec<Vec<u8>> = traffic.iter().map(|bytes| without_chunks(bytes)).collect();
    let [relay, device] = ["relay", "device"].map(|name| {
        let folder = folder.path().join(name);
        [files(&folder), values(&folder)].concat()
    });
    Seized {
        relay,
        traffic: [traffic, whole].concat(),
        device,
        dictionaries,
        _folder: folder,
    }
}

#[test]
fn the_relay_the_traffic_and_a_closed_device_hold_none_of_200_planted_words() {
    let planted = Planted::make();
    let words = planted.all();
    assert_eq!(words.iter().collect::<BTreeSet<_>>().len(), 200);
    let seized = seize(&planted);
    let scan = Scan::new(&words, seized.dictionaries.clone());
    for (what, places) in [
        ("relay", &seized.relay),
        ("traffic", &seized.traffic),
        ("device", &seized.device),
    ] {
        let bytes: usize = places.iter().map(Vec::len).sum();
        let found = scan.found(places.iter().map(Vec::as_slice));
        println!(
            "{what}: {} of {} planted words in {bytes} bytes",
            found.len(),
            words.len()
        );
        assert!(
            bytes > 50_000,
            "{what}: {bytes} bytes are too few to be what was seized"
        );
        if cfg!(feature = "null-cipher") {
            let missed: Vec<_> = words
                .iter()
                .filter(|word| !found.contains(word.as_str()))
                .collect();
            assert!(missed.is_empty(), "{what}: the search does not find {missed:?}");
        } else {
            assert_eq!(found, BTreeSet::new(), "{what}");
        }
    }
}
