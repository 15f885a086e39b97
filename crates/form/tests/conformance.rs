//! Our reading and writing of forms against the reference converter's, form by form.
//!
//! The forms are in `conformance/forms` (many in one file, by heading) and `conformance/files`; what
//! the reference converter and ODK Validate make of them is in `conformance/goldens`, written by
//! `conformance/oracle.py`. Each difference there is must be in `conformance/known_differences.tsv`
//! with its reason, and nothing else may be there. See `conformance/README.md`.
//!
//! `CONFORMANCE_SHOW=names/plain cargo test -p baraza-form --test conformance -- --nocapture` shows
//! one form, or all of a topic, line by line.

#[path = "conformance/canonical.rs"]
mod canonical;
#[path = "conformance/corpus.rs"]
mod corpus;
#[path = "conformance/page.rs"]
mod page;
#[path = "conformance/verdict.rs"]
mod verdict;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::LazyLock;

use baraza_form::definition::Definition;
use baraza_form::{FormError, Warning};
use corpus::{Case, Golden};
use verdict::{Difference, Verdict};

/// A form, what the reference converter makes of it, and what we do.
struct Compared {
    case: Case,
    golden: Golden,
    verdict: Verdict,
    difference: Option<Difference>,
    /// Why it differs, if that is known.
    known: Option<String>,
}

static COMPARED: LazyLock<Vec<Compared>> = LazyLock::new(|| {
    let mut goldens = corpus::goldens(&corpus::folder().join("goldens"));
    let mut known = corpus::table("known_differences.tsv");
    let compare = |case: Case| {
        let golden = goldens
            .remove(&case.name)
            .unwrap_or_else(|| panic!("{} has no golden: run oracle.py --write", case.name));
        let verdict = verdict::of(&case);
        Compared {
            difference: verdict::difference(&golden, &verdict),
            known: known.remove(&case.name),
            golden,
            verdict,
            case,
        }
    };
    let compared = corpus::cases().into_iter().map(compare).collect();
    assert!(goldens.is_empty(), "goldens of no form: {:?}", goldens.keys());
    assert!(known.is_empty(), "differences of no form: {known:?}");
    compared
});

#[test]
fn forms_are_taken_and_refused_and_converted_as_the_reference_converter_does() {
    let shown = std::env::var("CONFORMANCE_SHOW").ok();
    let mut failures = Vec::new();
    for compared in COMPARED.iter() {
        let name = &compared.case.name;
        if shown.as_ref().is_some_and(|shown| name.starts_with(shown)) {
            println!("{}", show(compared));
        }
        match (&compared.difference, &compared.known) {
            (Some(difference), None) => failures.push(format!("{name}: {difference}")),
            (None, Some(_)) => failures.push(format!("{name}: listed as a difference, but there is none")),
            _ => {}
        }
    }
    println!("{}", page::tally(&COMPARED));
    assert!(
        failures.is_empty(),
        "{} forms differ:\n{}",
        failures.len(),
        failures.join("\n")
    );
}

#[test]
fn a_refusal_is_about_the_same_thing_in_the_same_row() {
    let codes = corpus::table("refusals.tsv");
    let mut told: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut failures = Vec::new();
    for compared in COMPARED.iter().filter(|compared| compared.known.is_none()) {
        let (Golden::Refused { row, class }, Verdict::Refused(errors)) =
            (&compared.golden, &compared.verdict)
        else {
            continue;
        };
        let name = &compared.case.name;
        let said: BTreeSet<&str> = errors.iter().map(|error| error.code).collect();
        let expected = codes.get(class).map_or("", String::as_str);
        if !expected.split(' ').any(|code| said.contains(code)) {
            failures.push(format!("{name}: `{class}` is told as {said:?}, not {expected}"));
        }
        let rows: Vec<Option<u32>> = errors.iter().map(|error| error.row).collect();
        if row.is_some_and(|row| row > 1 && !rows.contains(&Some(row))) {
            failures.push(format!("{name}: `{class}` is in row {row:?}, told of {rows:?}"));
        }
        told.entry(class).or_default().extend(said);
    }
    let unused = codes.keys().filter(|class| !told.contains_key(class.as_str()));
    failures.extend(unused.map(|class| format!("no form is refused for `{class}`")));
    assert!(
        failures.is_empty(),
        "{} refusals differ:\n{}\nOurs, by theirs: {told:#?}",
        failures.len(),
        failures.join("\n")
    );
}

#[test]
fn each_row_of_the_conformance_table_is_shown_by_its_form() {
    let by_name: BTreeMap<&str, &Compared> = COMPARED
        .iter()
        .map(|compared| (compared.case.name.as_str(), compared))
        .collect();
    let mut failures = Vec::new();
    for row in page::rows() {
        let shown = by_name
            .get(row.case.as_str())
            .unwrap_or_else(|| panic!("{}: there is no form {}", row.name, row.case));
        let is_right = match (row.verdict.as_str(), &shown.verdict) {
            ("supported" | "passed through", Verdict::Accepted(_)) => {
                shown.difference.is_none() || shown.known.is_some()
            }
            ("refused", Verdict::Refused(_)) => true,
            _ => false,
        };
        if !is_right {
            failures.push(format!(
                "{} is not {}: {}\n{}",
                row.name, row.verdict, row.case, shown.verdict
            ));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn the_page_about_conformance_tells_what_is_so() {
    let page = corpus::folder().join("../../../../docs/odk-conformance.md");
    let written = std::fs::read_to_string(&page).unwrap();
    let expected = page::with_current_figures(&written, &COMPARED);
    if std::env::var_os("CONFORMANCE_WRITE").is_some() {
        std::fs::write(&page, expected).unwrap();
        return;
    }
    assert!(
        written == expected,
        "docs/odk-conformance.md is out of date: CONFORMANCE_WRITE=1 cargo test -p baraza-form --test conformance"
    );
}

/// Forms of other organisations, which may not be part of this project: their folder is named by
/// `BARAZA_EXTRA_FORMS`, the folder that `oracle.py --extra` wrote by `CONFORMANCE_EXTRA`.
#[test]
fn forms_from_elsewhere_come_out_as_the_reference_converters() {
    let (Some(forms), Some(goldens)) = (
        std::env::var_os("BARAZA_EXTRA_FORMS"),
        std::env::var_os("CONFORMANCE_EXTRA"),
    ) else {
        return;
    };
    let goldens = corpus::goldens(Path::new(&goldens));
    let mut failures = Vec::new();
    for case in corpus::files(Path::new(&forms), "extra") {
        if let Some(golden) = goldens.get(&case.name) {
            match verdict::difference(golden, &verdict::of(&case)) {
                None => println!("{}: the same", case.name),
                Some(difference) => failures.push(format!("{}: {difference}", case.name)),
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// A published form travels as Markdown.
#[test]
fn a_form_written_as_markdown_gives_the_same_xform() {
    round("as Markdown", &NOT_IN_MARKDOWN, |case, definition| {
        Definition::read_named(&case.file_of_markdown(), definition.to_markdown().as_bytes())
    });
}

#[test]
fn a_form_written_as_an_xform_and_read_again_gives_the_same_xform() {
    round("as an XForm", &NOT_IN_XFORMS, |_, definition| {
        let xform = definition.to_xform()?;
        Definition::read_xform(&xform)
    });
}

/// What Markdown does not keep: the column `repeat_count` of what is no repeat.
const NOT_IN_MARKDOWN: [&str; 5] = [
    "made-columns/image-repeat-count",
    "made-columns/note-repeat-count",
    "made-columns/range-repeat-count",
    "made-columns/select-repeat-count",
    "made-columns/text-repeat-count",
];

/// What XForms do not keep or may not have: the column `query` of what is no select, and instances
/// that only another file declares.
const NOT_IN_XFORMS: [&str; 5] = [
    "made-columns/note-query",
    "made-columns/text-query",
    "outside-data/pulldata-from-a-computed-name",
    "places/reference-geometry-of-an-entity-list",
    "translations/empty-language",
];

/// Writes each form that is taken, reads it again, and compares the XForms before and after, but for
/// space: names become paths with space around them.
fn round(
    how: &str,
    not_kept: &[&str],
    read_again: impl Fn(&Case, &Definition) -> Result<(Definition, Vec<Warning>), Vec<FormError>>,
) {
    let mut failures = Vec::new();
    for Compared { case, verdict, .. } in COMPARED.iter() {
        let Verdict::Accepted(before) = verdict else {
            continue;
        };
        let (definition, _) = Definition::read_named(&case.file, &case.bytes).expect("it was read before");
        let after = read_again(case, &definition).map(|(definition, _)| verdict::of_definition(definition));
        let after = after.unwrap_or_else(Verdict::Refused).without_spaces();
        let before = Golden::Accepted(verdict::without_spaces(before));
        if let Some(difference) = verdict::difference(&before, &after)
            && !not_kept.contains(&case.name.as_str())
        {
            failures.push(format!("{}: {difference}", case.name));
        }
    }
    assert!(
        failures.is_empty(),
        "{} forms are another {how}:\n{}",
        failures.len(),
        failures.join("\n")
    );
}

fn show(compared: &Compared) -> String {
    let Compared {
        case,
        golden,
        verdict,
        difference,
        ..
    } = compared;
    let form = String::from_utf8_lossy(&case.bytes);
    let difference = difference
        .as_ref()
        .map_or("the same".to_owned(), Difference::to_string);
    format!(
        "=== {}\n{form}\n--- theirs\n{golden}\n--- ours\n{verdict}\n--- {difference}",
        case.name
    )
}
