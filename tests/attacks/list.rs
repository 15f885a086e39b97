//! The list of attacks says what is tested: it must be whole, and every test that it names must be there.

use std::collections::BTreeSet;
use std::path::Path;

const SCENARIOS: usize = 60;
const AT_LEAST_TESTED: usize = 40;

/// One row of the table.
struct Row {
    number: usize,
    scenario: String,
    promises: String,
    end: String,
}

fn rows(page: &str) -> Vec<Row> {
    let cells = page.lines().map(|line| {
        let cells = line.split('|').map(|cell| cell.trim().to_owned());
        cells.collect::<Vec<_>>()
    });
    let rows = cells.filter_map(|cells| match &cells[..] {
        [_, number, scenario, promises, end, _] => Some(Row {
            number: number.parse().ok()?,
            scenario: scenario.clone(),
            promises: promises.clone(),
            end: end.clone(),
        }),
        _ => None,
    });
    rows.collect()
}

/// The tests that a cell names, as file and function.
fn named(end: &str) -> Vec<(&str, &str)> {
    let code = end.split('`').skip(1).step_by(2);
    code.filter_map(|name| name.split_once("::")).collect()
}

#[test]
fn every_attack_on_the_list_has_a_test_that_exists_or_a_reason() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let page = std::fs::read_to_string(root.join("docs/attacks.md")).unwrap();
    let rows = rows(&page);
    let numbers: Vec<usize> = rows.iter().map(|row| row.number).collect();
    assert_eq!(numbers, (1..=SCENARIOS).collect::<Vec<_>>());
    let scenarios: BTreeSet<&str> = rows.iter().map(|row| row.scenario.as_str()).collect();
    assert_eq!(scenarios.len(), SCENARIOS, "no scenario stands there twice");
    let mut tested = 0;
    for Row {
        number,
        promises,
        end,
        ..
    } in &rows
    {
        let is_promise = |one: &str| matches!(one.trim().parse(), Ok(1..=7));
        assert!(promises.split(',').all(is_promise), "{number}: {promises}");
        let tests = named(end);
        let reason = end.starts_with("later: ") || end.starts_with("cannot arise, because ");
        assert!(!tests.is_empty() || reason, "{number}: {end}");
        for (file, name) in &tests {
            let source = std::fs::read_to_string(root.join(file)).unwrap_or_default();
            assert!(
                source.contains(&format!("fn {name}(")),
                "{number}: {file} has no {name}"
            );
        }
        tested += usize::from(!tests.is_empty() && !reason);
    }
    assert!(tested >= AT_LEAST_TESTED, "{tested} are tested");
}

#[test]
fn every_attack_tested_here_is_on_the_list() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = std::fs::read_to_string(root.join("../docs/attacks.md")).unwrap();
    for module in std::fs::read_dir(root.join("attacks")).unwrap() {
        let module = module.unwrap().path();
        let file = module.file_name().unwrap().to_string_lossy().into_owned();
        let source = std::fs::read_to_string(&module).unwrap();
        let tests = source
            .split("#[test]\nfn ")
            .skip(1)
            .map(|rest| rest.split('(').next().unwrap());
        for name in tests.filter(|_| file != "list.rs") {
            assert!(
                page.contains(&format!("`tests/attacks/{file}::{name}`")),
                "{file}: {name}"
            );
        }
    }
}
