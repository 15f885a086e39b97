//! Works any expression out over any XML document: the first line is the expression, the second where
//! it stands, and the rest the document.
//!
//! It comes to an end with an outcome or a reason, twice with the same.

#![no_main]

use baraza_fuzz::forms;
use form::expression::{TypedOutcome, eval_xml};
use libfuzzer_sys::fuzz_target;

const RECORD: &str = "<data id='f'><name>Amina</name><age>34</age>\
    <members><age>3</age></members><members><age/></members></data>";

fuzz_target!(|input: &str| {
    let mut lines = input.splitn(3, '\n');
    let expression = lines.next().unwrap_or_default();
    let context = lines.next().filter(|line| !line.is_empty());
    let document = lines.next().filter(|rest| !rest.is_empty()).unwrap_or(RECORD);
    let [first, second] = [1, 2].map(|_| {
        eval_xml(expression, Some(document), context, &forms::environment())
            .map(shown)
            .map_err(|error| error.to_string())
    });
    assert_eq!(first, second);
});

fn shown(outcome: TypedOutcome) -> String {
    match outcome {
        TypedOutcome::Number(number) => number.to_bits().to_string(),
        TypedOutcome::Boolean(condition) => condition.to_string(),
        TypedOutcome::Text(text) | TypedOutcome::Date(text) => text,
        TypedOutcome::Nodes(texts) => format!("{texts:?}"),
    }
}
