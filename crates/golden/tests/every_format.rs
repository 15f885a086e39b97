//! Every format of the project, and where its golden bytes are: old bytes are read for ever.
//!
//! The list is held against the sources: what reads a version, writes one or begins with a word is on it. Kinds within a
//! format (frames, acts, envelopes, names of keys, statuses, answers) are asked of the readers themselves, in the `formats`
//! tests of `crates/wire` and `crates/record`.

#![expect(clippy::unwrap_used, reason = "a test stops where something is missing")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Where a version is read or written, the versions that were ever written, and what holds them to their bytes: files, or a
/// test next to the code where only that can see the format.
const FORMATS: [(&str, &[u8], &[&str]); 25] = [
    (
        "crates/wire/src/envelope.rs",
        &[1],
        &["crates/wire/tests/golden/header-1-record.hex"],
    ),
    (
        "crates/wire/src/roster_entry.rs",
        &[1],
        &["crates/wire/tests/golden/entry-1-found.hex"],
    ),
    (
        "crates/wire/src/frame/messages.rs",
        &[1],
        &[
            "crates/wire/tests/golden/frame-hello.hex",
            "crates/wire/tests/golden/call.hex",
            "crates/wire/tests/golden/answer.hex",
        ],
    ),
    (
        "crates/wire/src/bundle.rs",
        &[1],
        &["crates/wire/tests/golden/bundle-1.hex"],
    ),
    (
        "crates/wire/src/enrolment.rs",
        &[1],
        &[
            "crates/wire/tests/golden/request-1.hex",
            "crates/wire/tests/golden/certificate-1.hex",
        ],
    ),
    (
        "crates/wire/src/offer.rs",
        &[1],
        &["crates/wire/tests/golden/offer-1.hex"],
    ),
    (
        "crates/wire/src/receipt.rs",
        &[1],
        &["crates/wire/tests/golden/receipt-1.hex"],
    ),
    (
        "crates/wire/src/manifest.rs",
        &[1],
        &["crates/wire/tests/golden/manifest-1-photo.hex"],
    ),
    (
        "crates/wire/src/checkpoint.rs",
        &[1],
        &["crates/wire/tests/golden/checkpoint-1.hex"],
    ),
    (
        "crates/seal/src/chain.rs",
        &[1],
        &[
            "crates/seal/tests/golden/chain-writer-1.hex",
            "crates/seal/tests/golden/chain-reader-1.hex",
        ],
    ),
    (
        "crates/seal/src/grant.rs",
        &[1, 2],
        &[
            "crates/seal/tests/golden/grant-1.hex",
            "crates/seal/tests/golden/grant-2.hex",
        ],
    ),
    (
        "crates/seal/src/fresh_keys.rs",
        &[1],
        &["crates/seal/tests/golden/one-time-keys-1.hex"],
    ),
    (
        "crates/seal/src/handover.rs",
        &[1, 2],
        &[
            "crates/seal/tests/golden/draft-1.hex",
            "crates/seal/tests/golden/draft-2.hex",
        ],
    ),
    (
        "crates/seal/src/assignment.rs",
        &[1],
        &["crates/seal/tests/golden/assignment-1.hex"],
    ),
    (
        "crates/seal/src/book.rs",
        &[1],
        &["crates/seal/tests/golden/book-1.hex"],
    ),
    (
        "crates/seal/src/recovery.rs",
        &[1],
        &["crates/seal/tests/golden/kept-1.hex"],
    ),
    (
        "crates/seal/src/recovery/share.rs",
        &[1],
        &["crates/seal/tests/golden/share-1.hex"],
    ),
    (
        "crates/seal/src/passphrase.rs",
        &[1],
        &["crates/seal/tests/golden/key-file-1.hex"],
    ),
    (
        "crates/seal/src/to_key.rs",
        &[1],
        &["crates/seal/tests/known_answers/stored/sealed-to-a-key"],
    ),
    (
        "crates/record/src/document.rs",
        &[1],
        &["crates/record/tests/golden/saved-1-general.hex"],
    ),
    (
        "crates/record/src/draft/step.rs",
        &[1],
        &["crates/record/tests/golden/step-1-begin.hex"],
    ),
    (
        "client-core/src/payload.rs",
        &[1],
        &["client-core/src/payload.rs#the_changes_of_an_old_envelope_are_read_and_written_as_they_were"],
    ),
    (
        "client-core/src/form_letter.rs",
        &[1],
        &["client-core/src/form_letter.rs#the_letter_of_an_old_form_is_read_and_written_as_it_was"],
    ),
    (
        "client-core/src/file_letter.rs",
        &[1],
        &["client-core/src/file_letter.rs#the_letters_of_old_files_are_read_and_written_as_they_were"],
    ),
    (
        "client-core/src/home/backup.rs",
        &[1],
        &["client-core/src/home/backup.rs#the_backup_layout_is_what_it_was"],
    ),
];

/// Formats without a version of their own: they stand in what has one, or each begins with a word or a number that says
/// which it is.
const OTHERS: [(&str, &str); 12] = [
    (
        "a payload's three encodings",
        "crates/seal/tests/known_answers/stored/compressed.payload",
    ),
    ("a sealed part", "crates/seal/tests/known_answers/stored_part.rs"),
    ("a nonce", "crates/seal/tests/known_answers/stored.rs"),
    ("the link of an audit log", "crates/seal/src/audit.rs"),
    ("names of keys", "crates/wire/tests/golden/key-name-chain.hex"),
    ("a relay's key", "crates/wire/tests/golden/relay-key.hex"),
    ("a change", "crates/record/tests/golden/change-general.hex"),
    (
        "a notebook's database, layout 4",
        "client-core/tests/fixtures/notebook-layout-4/notebook.sqlite",
    ),
    (
        "a desk's database, layout 14",
        "client-core/tests/fixtures/notebook-layout-14-desk/notebook.sqlite",
    ),
    (
        "a device's database, layout 14",
        "client-core/tests/fixtures/notebook-layout-14-device/notebook.sqlite",
    ),
    (
        "a relay's database, layout 1",
        "server/tests/relay/fixtures/layout-1.sqlite",
    ),
    (
        "a relay's database, layout 5",
        "server/tests/relay/fixtures/layout-5.sqlite",
    ),
];

#[test]
fn every_version_that_is_read_or_written_has_golden_bytes() {
    let listed: BTreeMap<&str, BTreeSet<u8>> = FORMATS
        .iter()
        .map(|(source, versions, _)| (*source, versions.iter().copied().collect()))
        .collect();
    assert_eq!(listed.len(), FORMATS.len(), "a source stands twice");
    for folder in ["crates", "client-core/src", "server/src"] {
        for source in sources(&project().join(folder)) {
            let name = source
                .strip_prefix(project())
                .unwrap()
                .to_string_lossy()
                .into_owned();
            let text = fs::read_to_string(&source).unwrap();
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            let constants: Vec<u8> = code.lines().filter_map(version).collect();
            let versioned = !constants.is_empty() || code.contains(".version(\"");
            match listed.get(name.as_str()) {
                None => assert!(!versioned, "{name} has a format that is not on the list"),
                Some(versions) => assert!(
                    constants.iter().all(|version| versions.contains(version)) && versioned,
                    "{name} has the versions {constants:?}, and the list says {versions:?}"
                ),
            }
        }
    }
}

#[test]
fn what_the_list_names_is_there() {
    let named = FORMATS.iter().flat_map(|(_, _, golden)| golden.iter().copied());
    for named in named.chain(OTHERS.map(|(_, file)| file)) {
        let (file, test) = named.split_once('#').unwrap_or((named, ""));
        let bytes = fs::read(project().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
        let text = String::from_utf8_lossy(&bytes);
        assert!(text.contains(&format!("fn {test}")) || test.is_empty(), "{named}");
    }
    for (source, versions, golden) in FORMATS {
        let files: Vec<_> = golden.iter().filter(|file| file.ends_with(".hex")).collect();
        for version in versions {
            let of_version = |file: &&&str| file.contains(&format!("-{version}"));
            let whole = files.is_empty() || source.ends_with("messages.rs");
            assert!(
                whole || files.iter().any(of_version),
                "{source} version {version}"
            );
        }
    }
}

/// The version that a line gives a name to.
fn version(line: &str) -> Option<u8> {
    let (name, number) = line.split_once(": u8 = ")?;
    let is_version = name.trim_start_matches("pub ").starts_with("const ")
        && (name.ends_with("VERSION") || name.ends_with("ENDLESS") || name.ends_with("WITH_FILES"));
    is_version.then(|| number.trim_end_matches(';').parse().ok())?
}

fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap()
}

/// The Rust files of a folder but for tests.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && name != "tests" && name != "target" {
            found.extend(sources(&path));
        } else if name.ends_with(".rs") && name != "tests.rs" {
            found.push(path);
        }
    }
    found
}
