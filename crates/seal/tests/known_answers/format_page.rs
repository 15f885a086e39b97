//! `docs/format.md`: every value in its blocks of vectors is what this code yields, and none is left out.

mod vectors;

use std::collections::BTreeMap;

const PAGE: &str = include_str!("../../../../docs/format.md");
/// How a block of vectors begins that this crate computes; other crates may have blocks of their own.
const BLOCK: &str = "```vectors seal";

/// What is named, and its value as the page prints it.
type Vectors = Vec<(&'static str, String)>;

#[test]
fn every_vector_on_the_page_is_what_the_code_yields() {
    let page = on_the_page();
    let computed: BTreeMap<_, _> = vectors::all().into_iter().collect();
    let mut wrong: Vec<String> = computed
        .iter()
        .filter(|(name, value)| page.get(**name) != Some(&value.as_str()))
        .map(|(name, value)| format!("{name} = {value}"))
        .collect();
    wrong.extend(
        page.keys()
            .filter(|name| !computed.contains_key(**name))
            .map(|name| format!("{name} is on the page, and nothing computes it")),
    );
    assert!(
        wrong.is_empty(),
        "docs/format.md should say:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn every_name_in_the_code_is_computed_once() {
    let names: Vec<_> = vectors::all().into_iter().map(|(name, _)| name).collect();
    let different: std::collections::BTreeSet<_> = names.iter().collect();
    assert_eq!(names.len(), different.len());
}

/// Reads the blocks; a name that stands twice would hide one of its values.
fn on_the_page() -> BTreeMap<&'static str, &'static str> {
    let mut found = BTreeMap::new();
    let mut inside = false;
    for line in PAGE.lines() {
        if line.starts_with("```") {
            inside = line == BLOCK;
        } else if inside && !line.is_empty() {
            let (name, value) = line.split_once(" = ").expect("a vector is `name = value`");
            assert_eq!(found.insert(name, value), None, "{name} stands twice");
        }
    }
    found
}
