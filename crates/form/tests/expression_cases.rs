//! What expressions give over XML documents, from the files of cases beside this.

#![expect(clippy::unwrap_used, reason = "a test stops where something is missing")]

use std::fmt::Write as _;
use std::path::Path;

use baraza_form::Environment;
use baraza_form::expression::{TypedOutcome, eval_xml};
use jiff::tz::TimeZone;
use serde_json::{Value, json};

fn outcome_of(case: &Value) -> Result<Value, String> {
    let text = |key: &str| case.get(key).and_then(Value::as_str);
    let now = text("now").unwrap_or("2026-11-24T08:30:15.250Z");
    let tz = zone(text("tz").unwrap_or("UTC"));
    let mut env = Environment::new(now.parse().unwrap(), tz, 7);
    if let Some(language) = text("language") {
        env.language = language.to_owned();
    }
    let outcome = eval_xml(text("expr").unwrap(), text("instance"), text("context"), &env)
        .map_err(|error| error.to_string())?;
    let number = |number: f64| match number {
        _ if number.is_nan() => json!("NaN"),
        f64::INFINITY => json!("Infinity"),
        f64::NEG_INFINITY => json!("-Infinity"),
        _ => json!(number),
    };
    Ok(match outcome {
        TypedOutcome::Number(given) => json!({"type": "number", "value": number(given)}),
        TypedOutcome::Text(text) => json!({"type": "string", "value": text}),
        TypedOutcome::Boolean(condition) => json!({"type": "boolean", "value": condition}),
        TypedOutcome::Date(text) => json!({"type": "date", "value": text}),
        TypedOutcome::Nodes(texts) => json!({"type": "nodeset", "value": texts}),
    })
}

/// `UTC`, or how far from it: `+03:00`.
fn zone(name: &str) -> TimeZone {
    let seconds = match name.split_once(':') {
        Some((hours, minutes)) => {
            let (hours, minutes): (i32, i32) = (hours.parse().unwrap(), minutes.parse().unwrap());
            hours * 3600 + minutes * 60 * hours.signum()
        }
        None => 0,
    };
    TimeZone::fixed(jiff::tz::Offset::from_seconds(seconds).unwrap())
}

fn is_right(case: &Value, outcome: &Result<Value, String>) -> bool {
    let Ok(given) = outcome else {
        return case.get("error").is_some();
    };
    if case.get("error").is_some() || given.get("type") != case.get("type") {
        return false;
    }
    match (given.get("value").unwrap(), case.get("value").unwrap()) {
        (Value::Number(given), Value::Number(wanted)) => {
            let (given, wanted) = (given.as_f64().unwrap(), wanted.as_f64().unwrap());
            (given - wanted).abs() <= 1e-9 * wanted.abs().max(1.0)
        }
        (given, wanted) => given == wanted,
    }
}

#[test]
fn every_case_gives_what_it_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/expressions/cases");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "jsonl"))
        .collect();
    files.sort();
    let (mut count, mut wrong) = (0, Vec::new());
    for file in &files {
        let text = std::fs::read_to_string(file).unwrap();
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            let case: Value = serde_json::from_str(line).unwrap();
            let outcome = outcome_of(&case);
            count += 1;
            if !is_right(&case, &outcome) {
                let mut said = String::new();
                let wanted = case.get("value").unwrap_or(&Value::Null);
                write!(said, "{}: {}", case["id"], case["expr"]).unwrap();
                write!(said, " at {} wants {} {wanted}", case["context"], case["type"]).unwrap();
                write!(said, " and gives {outcome:?}").unwrap();
                wrong.push(said);
            }
        }
    }
    println!("{count} cases, {} wrong", wrong.len());
    assert!(count > 0, "no cases are there");
    assert!(
        wrong.is_empty(),
        "{} of {count}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
