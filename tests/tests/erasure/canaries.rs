//! Words, places and photos that are nowhere else, and all the forms in which they lie about.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use baraza_tests::{at, photos};
use client_core::Notebook;
use form::{AnswerSheet, Form, Point, Source, Value};
use rand::rngs::ChaCha20Rng;
use rand::{RngExt as _, SeedableRng as _};
use wire::RecordId;

use super::field::Field;

pub(crate) const FORM: &str = "canaries";
/// How much of a sealed part is looked for at once, so that half a part is found too.
const PIECE: usize = 24;
/// From where to where in a sealed part the pieces begin.
const STEP: usize = 64;
/// The same in a sealed photo, which is longer.
const PHOTO_STEP: usize = 512;
/// How many pixels a photo is wide and high.
const SIDE: u32 = 40;

struct Person {
    name: String,
    place: Point,
    status: String,
    note: String,
}

/// A photo as a device keeps it while its record is open, and the small one that desks see.
struct Photo {
    whole: Vec<u8>,
    small: Vec<u8>,
    /// Whether the whole of it lies open somewhere: elsewhere it is sealed.
    open: bool,
}

/// Four canaries for each record: a name and a place (identity), a legal status (protected), a note (general). A fifth
/// where a photo was [taken](Canaries::take_photo).
pub(crate) struct Canaries {
    people: Vec<Person>,
    photos: BTreeMap<usize, Photo>,
}

/// What is looked for: bytes, and what they are.
pub(crate) struct Needles {
    pub(crate) all: Vec<(String, Vec<u8>)>,
    pub(crate) plain: usize,
    pub(crate) sealed: usize,
    pub(crate) keys: usize,
}

impl Canaries {
    pub(crate) fn make(records: usize) -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(0xca7a);
        let people = (0..records).map(|_| Person {
            name: format!("{} Diatta", word(&mut rng)),
            place: Point {
                latitude: degrees(&mut rng, 12),
                longitude: degrees(&mut rng, -16),
                altitude: 0.0,
                accuracy: 4.5,
            },
            status: format!("{}_permit", word(&mut rng).to_lowercase()),
            note: format!("They left {} at night.", word(&mut rng)),
        });
        Self {
            people: people.collect(),
            photos: BTreeMap::new(),
        }
    }

    /// Attaches the photo of record `n` to its draft. Taken again, it is the same photo, and lies open there.
    pub(crate) fn take_photo(&mut self, n: usize, device: &mut Notebook, record: RecordId) {
        let taken = photos::noise(n as u64, SIDE);
        let name = device
            .attach_media(record, &at("photo"), "DCIM0001.png", &taken)
            .unwrap();
        let small = device
            .media(record)
            .unwrap()
            .into_iter()
            .find(|file| file.name == name);
        let photo = Photo {
            whole: device.media_file(record, &name).unwrap(),
            small: small.unwrap().thumbnail,
            open: self.photos.contains_key(&n),
        };
        self.photos.insert(n, photo);
    }

    pub(crate) fn form() -> Form {
        let text = "| survey |\n| | type | name | label | sensitivity |\n| | text | name | Name | identity |\n\
             | | geopoint | place | Place | identity |\n| | text | status | Status | protected |\n\
             | | text | note | Note | |\n| | image | photo | Photo | identity |\n| settings |\n| | form_title | form_id | version |\n\
             | | Canaries | canaries | 1 |\n";
        Form::read(Source::Markdown(text)).unwrap().0
    }

    pub(crate) fn sheet(&self, n: usize) -> AnswerSheet {
        let person = &self.people[n];
        let mut sheet = AnswerSheet::new();
        sheet.set(at("name"), Value::Text(person.name.clone()));
        sheet.set(at("place"), Value::Geopoint(person.place));
        sheet.set(at("status"), Value::Text(person.status.clone()));
        sheet.set(at("note"), Value::Text(person.note.clone()));
        sheet
    }

    pub(crate) fn note(&self, n: usize) -> &str {
        &self.people[n].note
    }

    /// Collects what is to be looked for while it is all there: the canaries in the open, every sealed part about their
    /// records that the relay has, and every key of theirs that a desk has.
    pub(crate) fn needles(&self, field: &Field, records: &[RecordId]) -> Needles {
        let mut all = Vec::new();
        for person in &self.people {
            for word in [&person.name, &person.status, &person.note] {
                all.push((word.clone(), word.as_bytes().to_vec()));
            }
            let mut said = String::new();
            write!(said, "{:?}", (person.place.latitude, person.place.longitude)).unwrap();
            all.push((said, packed(&person.place)));
        }
        for (n, photo) in &self.photos {
            // Not at the front, where all photos are alike.
            let quarters = |bytes: &[u8]| [2, 3].map(|n| bytes[bytes.len() * n / 4..][..PIECE].to_vec());
            let whole = quarters(&photo.whole).into_iter().filter(|_| photo.open);
            all.extend(whole.map(|bytes| (format!("photo {n}"), bytes)));
            let small = quarters(&photo.small).map(|bytes| (format!("the small photo {n}"), bytes));
            all.extend(small);
        }
        let plain = all.len();
        for piece in field.sealed_pieces() {
            for start in (0..piece.len() - PIECE).step_by(PHOTO_STEP) {
                let what = format!("bytes {start} of a sealed photo");
                all.push((what, piece[start..start + PIECE].to_vec()));
            }
        }
        for part in field.sealed_parts(records) {
            let last = part.len() - PIECE;
            for start in (0..last).step_by(STEP).chain([last]) {
                let what = format!("bytes {start} of a part of {}", part.len());
                all.push((what, part[start..start + PIECE].to_vec()));
            }
        }
        let sealed = all.len() - plain;
        for key in field.keys(records) {
            all.push(("a key".to_owned(), key));
        }
        let keys = all.len() - plain - sealed;
        Needles {
            all,
            plain,
            sealed,
            keys,
        }
    }
}

impl Needles {
    /// Looks for a sealed part too that the relay never had.
    pub(crate) fn add_sealed(&mut self, part: &[u8]) {
        for start in (0..part.len() - PIECE).step_by(STEP) {
            let what = format!("bytes {start} of a late part of {}", part.len());
            self.all.push((what, part[start..start + PIECE].to_vec()));
            self.sealed += 1;
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.all.len()
    }
}

fn word(rng: &mut ChaCha20Rng) -> String {
    const SYLLABLES: [&str; 12] = [
        "Ba", "zu", "qo", "mi", "xe", "tra", "ngu", "fy", "wol", "ked", "jha", "pir",
    ];
    (0..6).map(|_| SYLLABLES[rng.random_range(0..12)]).collect()
}

/// A place with seven decimals, as a phone measures it.
fn degrees(rng: &mut ChaCha20Rng, near: i32) -> f64 {
    let parts = rng.random_range(1_000_000..9_999_999);
    format!("{near}.{parts}").parse().unwrap()
}

/// How a record keeps a place: latitude and longitude in 1e-7 degrees, as signed LEB128 numbers.
fn packed(place: &Point) -> Vec<u8> {
    let mut out = Vec::new();
    for part in [place.latitude, place.longitude] {
        let mut value = (part * 1e7).round() as i64;
        loop {
            let low = (value & 0x7f) as u8;
            value >>= 7;
            if (value == 0 && low & 0x40 == 0) || (value == -1 && low & 0x40 != 0) {
                out.push(low);
                break;
            }
            out.push(low | 0x80);
        }
    }
    out
}
