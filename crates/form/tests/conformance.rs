//! Our reading and writing of forms against the reference converter's, form by form.
//!
//! The forms are in `conformance/forms` (many in one file, by heading) and `conformance/files`; what
//! the reference converter and ODK Validate make of them is in `conformance/goldens`, written by
//! `conformance/oracle.py`. Each difference there is must be in `conformance/known_differences.tsv`
//! with its reason, and nothing else may be there.
//!
//! `CONFORMANCE_SHOW=names/plain cargo test -p baraza-form --test conformance -- --nocapture` shows
//! one form, or all of a topic, line by line.

#[path = "conformance/canonical.rs"]
mod canonical;
#[path = "conformance/corpus.rs"]
mod corpus;
#[path = "conformance/verdict.rs"]
mod verdict;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use corpus::{Case, Golden, folder};
use verdict::{Difference, Verdict};

#[test]
fn forms_are_taken_and_refused_and_converted_as_the_reference_converter_does() {
    let cases = corpus::cases();
    let goldens = corpus::goldens();
    let known = corpus::table("known_differences.tsv");
    let shown = std::env::var("CONFORMANCE_SHOW").ok();
    let mut tally = Tally::default();
    let mut failures = Vec::new();
    for case in &cases {
        let golden = goldens
            .get(&case.name)
            .unwrap_or_else(|| panic!("{} has no golden: run oracle.py --write", case.name));
        let verdict = verdict::of(case);
        let difference = verdict::difference(golden, &verdict);
        tally.add(golden, difference.as_ref(), known.contains_key(&case.name));
        if shown.as_ref().is_some_and(|shown| case.name.starts_with(shown)) {
            println!("{}", show(case, golden, &verdict, difference.as_ref()));
        }
        match (difference, known.get(&case.name)) {
            (Some(difference), None) => failures.push(format!("{}: {difference}", case.name)),
            (None, Some(_)) => failures.push(format!(
                "{}: listed as a difference, but there is none",
                case.name
            )),
            _ => {}
        }
    }
    let names: BTreeSet<&String> = cases.iter().map(|case| &case.name).collect();
    let stale = goldens
        .keys()
        .chain(known.keys())
        .filter(|name| !names.contains(name));
    failures.extend(stale.map(|name| format!("{name}: there is no such form")));
    println!("{tally}");
    assert!(
        failures.is_empty(),
        "{} forms differ:\n{}",
        failures.len(),
        failures.join("\n")
    );
}

#[test]
fn a_refusal_says_the_same_as_the_reference_converters() {
    let goldens = corpus::goldens();
    let known = corpus::table("known_differences.tsv");
    let codes = corpus::table("refusals.tsv");
    let mut used: BTreeMap<String, BTreeSet<&'static str>> = BTreeMap::new();
    let mut failures = Vec::new();
    for case in corpus::cases() {
        let Some(Golden::Refused { row, class }) = goldens.get(&case.name) else {
            continue;
        };
        let Verdict::Refused(errors) = verdict::of(&case) else {
            continue;
        };
        if known.contains_key(&case.name) {
            continue;
        }
        let said: BTreeSet<&str> = errors.iter().map(|error| error.code).collect();
        used.entry(class.clone()).or_default().extend(&said);
        let expected = codes
            .get(class)
            .map_or(Vec::new(), |codes| codes.split(' ').collect());
        if !expected.iter().any(|code| said.contains(code)) {
            failures.push(format!(
                "{}: `{class}` is told as {said:?}, not {expected:?}",
                case.name
            ));
        }
        let rows: Vec<Option<u32>> = errors.iter().map(|error| error.row).collect();
        if row.is_some_and(|row| row > 1 && !rows.contains(&Some(row))) {
            failures.push(format!(
                "{}: {class} is in row {row:?}, told of {rows:?}",
                case.name
            ));
        }
    }
    assert!(
        failures.is_empty(),
        "{} refusals differ:\n{}\n{used:#?}",
        failures.len(),
        failures.join("\n")
    );
}

#[test]
fn the_page_about_conformance_tells_this_tally() {
    let goldens = corpus::goldens();
    let known = corpus::table("known_differences.tsv");
    let mut tally = Tally::default();
    for case in corpus::cases() {
        let golden = &goldens[&case.name];
        tally.add(golden, None, known.contains_key(&case.name));
    }
    let page = std::fs::read_to_string(folder().join("../../../../docs/odk-conformance.md")).unwrap();
    assert!(
        page.contains(&tally.to_string()),
        "docs/odk-conformance.md must contain:\n{tally}"
    );
    for (case, reason) in known {
        let row = format!("| `{case}` | {reason} |");
        assert!(
            page.contains(&row),
            "docs/odk-conformance.md must contain:\n{row}"
        );
    }
}

/// How many forms came out how.
#[derive(Default)]
struct Tally {
    forms: usize,
    accepted: usize,
    refused: usize,
    invalid: usize,
    differing: usize,
}

impl Tally {
    fn add(&mut self, golden: &Golden, difference: Option<&Difference>, known: bool) {
        self.forms += 1;
        match golden {
            _ if known || difference.is_some() => self.differing += 1,
            Golden::Accepted(_) => self.accepted += 1,
            Golden::Refused { .. } => self.refused += 1,
            Golden::Invalid { .. } => self.invalid += 1,
        }
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} forms: {} taken by both with equal XForms, {} refused by both while converting, \
             {} refused by both as unusable, {} different.",
            self.forms, self.accepted, self.refused, self.invalid, self.differing
        )
    }
}

fn show(case: &Case, golden: &Golden, verdict: &Verdict, difference: Option<&Difference>) -> String {
    let mut told = format!("=== {}\n{}\n", case.name, String::from_utf8_lossy(&case.bytes));
    writeln!(told, "--- theirs\n{golden}\n--- ours\n{verdict}").unwrap();
    match difference {
        Some(difference) => writeln!(told, "--- {difference}").unwrap(),
        None => writeln!(told, "--- the same").unwrap(),
    }
    told
}
