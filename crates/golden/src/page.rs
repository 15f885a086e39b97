//! The pages of `docs/format/`: every value in their blocks of vectors is what the code yields, and none is left out.
//!
//! A block begins with three backquotes, `vectors` and the name of the crate that computes it, and holds one
//! `name = value` a line.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// The crates that compute vectors, each in its own tests.
pub const CRATES: [&str; 3] = ["wire", "record", "seal"];

/// What is named, and its value as a page prints it.
pub type Vectors = Vec<(&'static str, String)>;

/// Returns the vectors that the pages give for a crate.
///
/// # Panics
/// A page cannot be read, a block belongs to no crate, a line is no vector, or a name stands twice: one of its values
/// would be hidden.
pub fn vectors(krate: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/format");
    let pages = fs::read_dir(&folder).expect("docs/format is there");
    for page in pages.flatten() {
        let text = fs::read_to_string(page.path()).expect("a page is text");
        let mut block = None;
        for line in text.lines() {
            if let Some(begun) = line.strip_prefix("```") {
                block = begun.strip_prefix("vectors ");
                assert!(
                    block.is_none_or(|block| CRATES.contains(&block)),
                    "nobody checks {line}"
                );
            } else if block == Some(krate) && !line.is_empty() {
                let (name, value) = line.split_once(" = ").expect("a vector is `name = value`");
                let before = found.insert(name.to_owned(), value.to_owned());
                assert_eq!(before, None, "{name} stands twice");
            }
        }
    }
    found
}

/// Checks that the pages say of a crate what it computes, and nothing else.
///
/// # Panics
/// They do not, or a name is computed twice. All that is wrong is listed, as it should stand.
pub fn check(krate: &str, computed: Vectors) {
    let names: BTreeSet<_> = computed.iter().map(|(name, _)| *name).collect();
    assert_eq!(names.len(), computed.len(), "a name is computed twice");
    let pages = vectors(krate);
    let mut wrong: Vec<String> = computed
        .iter()
        .filter(|(name, value)| pages.get(*name) != Some(value))
        .map(|(name, value)| format!("{name} = {value}"))
        .collect();
    wrong.extend(
        pages
            .keys()
            .filter(|name| !names.contains(name.as_str()))
            .map(|name| format!("{name} is on a page, and nothing computes it")),
    );
    assert!(wrong.is_empty(), "docs/format should say:\n{}", wrong.join("\n"));
}
