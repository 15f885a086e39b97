//! Looks for planted words in bytes, as somebody would who has seized them.
//!
//! Each word is looked for as UTF-8, UTF-16 in both byte orders, base64 (at each of its three alignments) and hex.
//! What begins like a zstd frame is inflated with each dictionary and without; raw deflate streams have no beginning
//! to know them by, so one is tried at every byte. What comes out is searched in turn.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::Path;

use aho_corasick::AhoCorasick;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use flate2::{Decompress, FlushDecompress, Status};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};

const ZSTD_MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
/// What a frame must give before it is searched in turn.
const SHORTEST: usize = 24;
const LONGEST: u64 = 8 << 20;
/// Frames inside frames, once more.
const DEPTH: u32 = 2;

/// Words to look for, and what to inflate with.
pub struct Scan<'w> {
    words: &'w [String],
    /// Which word each pattern stands for.
    of: Vec<usize>,
    patterns: AhoCorasick,
    dictionaries: Vec<Vec<u8>>,
}

impl<'w> Scan<'w> {
    /// Prepares to look for words.
    ///
    /// # Panics
    /// If there are more words than can be looked for at once.
    pub fn new(words: &'w [String], dictionaries: Vec<Vec<u8>>) -> Self {
        let (mut of, mut patterns) = (Vec::new(), Vec::new());
        for (n, word) in words.iter().enumerate() {
            for pattern in spellings(word) {
                of.push(n);
                patterns.push(pattern);
            }
        }
        let patterns = AhoCorasick::new(patterns).expect("few enough words");
        Self {
            words,
            of,
            patterns,
            dictionaries,
        }
    }

    /// Returns the words found in any of `places`.
    pub fn found<'p>(&self, places: impl IntoIterator<Item = &'p [u8]>) -> BTreeSet<&'w str> {
        let mut found = BTreeSet::new();
        for bytes in places {
            self.search(bytes, DEPTH, &mut found);
        }
        found
            .into_iter()
            .filter_map(|n| self.words.get(n))
            .map(String::as_str)
            .collect()
    }

    fn search(&self, bytes: &[u8], depth: u32, found: &mut BTreeSet<usize>) {
        self.look(bytes, found);
        let mut seen = BTreeSet::new();
        let mut inflater = Inflater::new();
        for start in 0..bytes.len() {
            let rest = bytes.get(start..).unwrap_or_default();
            if depth > 0 && rest.starts_with(&ZSTD_MAGIC) {
                let without: &[u8] = &[];
                let with = self.dictionaries.iter().map(Vec::as_slice);
                for dictionary in with.chain([without]) {
                    let inflated = unzstd(rest, dictionary);
                    if inflated.len() >= SHORTEST && seen.insert(inflated.clone()) {
                        self.search(&inflated, depth - 1, found);
                    }
                }
            }
            self.look(inflater.inflate(rest), found);
        }
    }

    fn look(&self, bytes: &[u8], found: &mut BTreeSet<usize>) {
        for hit in self.patterns.find_overlapping_iter(bytes) {
            found.extend(self.of.get(hit.pattern().as_usize()));
        }
    }
}

/// Inflates raw deflate streams, most of which are none.
struct Inflater {
    state: Decompress,
    out: Vec<u8>,
}

impl Inflater {
    fn new() -> Self {
        Self {
            state: Decompress::new(false),
            out: Vec::new(),
        }
    }

    /// Returns as much as a stream gives.
    fn inflate(&mut self, bytes: &[u8]) -> &[u8] {
        self.state.reset(false);
        self.out.clear();
        let mut piece = [0; 512];
        loop {
            let (read, written) = (self.state.total_in(), self.state.total_out());
            let rest = bytes.get(read as usize..).unwrap_or_default();
            let status = self.state.decompress(rest, &mut piece, FlushDecompress::None);
            let new = (self.state.total_out() - written) as usize;
            self.out.extend_from_slice(piece.get(..new).unwrap_or_default());
            let goes_on = matches!(status, Ok(Status::Ok)) && new > 0 && self.out.len() < LONGEST as usize;
            if !goes_on {
                return &self.out;
            }
        }
    }
}

/// Returns every file's bytes below a folder, whatever it is called.
///
/// # Panics
/// If a file cannot be read.
pub fn files(folder: &Path) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        match path.is_dir() {
            true => all.extend(files(&path)),
            false => all.push(std::fs::read(&path).expect("a file")),
        }
    }
    all
}

/// Returns every value of every row of the SQLite files below a folder that open without a key: a file may keep one
/// value in pieces.
///
/// # Panics
/// If a file that opened cannot be read.
pub fn values(folder: &Path) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            all.extend(values(&path));
        } else if let Some(tables) = tables(&path) {
            let db = open(&path).expect("a file that opened");
            for table in tables {
                all.extend(rows_of(&db, &table).expect("a table"));
            }
        }
    }
    all
}

/// Returns a file's tables, if it is an SQLite file that opens without a key.
fn tables(path: &Path) -> Option<Vec<String>> {
    tables_of(&open(path).ok()?).ok()
}

/// Returns the names of a database's tables.
///
/// # Errors
/// It cannot be read.
pub fn tables_of(db: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut names = db.prepare("SELECT name FROM sqlite_master WHERE type = 'table'")?;
    let names = names.query_map([], |row| row.get(0))?;
    names.collect()
}

fn open(path: &Path) -> rusqlite::Result<Connection> {
    Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)
}

/// Returns every text and blob in a table.
///
/// # Errors
/// It cannot be read.
pub fn rows_of(db: &Connection, table: &str) -> rusqlite::Result<Vec<Vec<u8>>> {
    let mut statement = db.prepare(&format!("SELECT * FROM \"{table}\""))?;
    let columns = statement.column_count();
    let (mut all, mut rows) = (Vec::new(), statement.query([])?);
    while let Some(row) = rows.next()? {
        for n in 0..columns {
            if let ValueRef::Text(bytes) | ValueRef::Blob(bytes) = row.get_ref(n)? {
                all.push(bytes.to_vec());
            }
        }
    }
    Ok(all)
}

/// Takes out the lengths that HTTP puts between the chunks of a body.
pub fn without_chunks(traffic: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(traffic.len());
    let mut rest = traffic;
    while let Some((first, more)) = rest.split_first() {
        let line = rest.strip_prefix(b"\r\n").and_then(|after| {
            let digits = after.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
            after
                .get(digits..)
                .filter(|_| (1..=8).contains(&digits))?
                .strip_prefix(b"\r\n")
        });
        match line {
            Some(after) => rest = after,
            None => {
                out.push(*first);
                rest = more;
            }
        }
    }
    out
}

fn spellings(word: &str) -> Vec<Vec<u8>> {
    let utf8 = word.as_bytes().to_vec();
    let units: Vec<u16> = word.encode_utf16().collect();
    let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
    let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
    let lower: String = utf8.iter().map(|byte| format!("{byte:02x}")).collect();
    let upper = lower.to_uppercase();
    let mut all = vec![utf8.clone(), little, big, lower.into_bytes(), upper.into_bytes()];
    // The characters that depend on what stands before or after the word are left out.
    for before in 0..3usize {
        let padded = [vec![0; before], utf8.clone()].concat();
        let whole = STANDARD_NO_PAD.encode(&padded);
        let first = (before * 8).div_ceil(6);
        let last = padded.len() * 8 / 6;
        if let Some(inner) = whole.get(first..last) {
            all.push(inner.as_bytes().to_vec());
            all.push(inner.replace('+', "-").replace('/', "_").into_bytes());
        }
    }
    all
}

/// Returns as much as a zstd frame gives.
fn unzstd(bytes: &[u8], dictionary: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    if let Ok(mut decoder) = zstd::Decoder::with_dictionary(bytes, dictionary) {
        // What stands behind the frame is no part of it: what came until then counts.
        drop(decoder.by_ref().take(LONGEST).read_to_end(&mut out));
    }
    out
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    /// The scan must find what it is there to find, however it is written.
    #[test]
    fn a_word_is_found_in_every_spelling() {
        let words = vec!["Zubeyda-of-Qamishli".to_owned(), "never there".to_owned()];
        let text = "…said Zubeyda-of-Qamishli, and went home";
        let dictionary = b"household said went home".repeat(4);
        let deflated = {
            let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
            encoder.write_all(text.as_bytes()).unwrap();
            encoder.finish().unwrap()
        };
        let with = zstd::bulk::Compressor::with_dictionary(19, &dictionary)
            .unwrap()
            .compress(text.as_bytes())
            .unwrap();
        let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let hex: String = text.bytes().map(|byte| format!("{byte:02X}")).collect();
        let mut places = vec![
            text.as_bytes().to_vec(),
            utf16,
            hex.into_bytes(),
            deflated.clone(),
            with,
        ];
        places.push(zstd::bulk::compress(&deflated, 3).unwrap());
        for before in ["", "x", "xy"] {
            places.push(STANDARD_NO_PAD.encode(format!("{before}{text}")).into_bytes());
        }
        let scan = Scan::new(&words, vec![dictionary]);
        for place in &places {
            let junk = [&[1, 2, 3, 250], place.as_slice(), &[9, 9]].concat();
            assert_eq!(
                scan.found([junk.as_slice()]),
                BTreeSet::from(["Zubeyda-of-Qamishli"])
            );
        }
        assert!(scan.found([&[7; 4096][..]]).is_empty());
    }
}
