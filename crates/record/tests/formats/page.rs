//! `docs/format/`: what the golden files of this crate hold, as its page prints it.
//!
//! That the code writes these files and reads them is checked beside this.

use std::path::Path;

use golden::hex::{hex, to_hex};
use golden::page::{self, Vectors};

#[test]
fn every_vector_on_the_pages_is_what_the_code_yields() {
    page::check("record", vectors());
}

fn vectors() -> Vectors {
    let steps = [
        ("step.begin", "step-1-begin"),
        ("step.text", "step-1-text"),
        ("step.integer", "step-1-integer"),
        ("step.decimal", "step-1-decimal"),
        ("step.boolean", "step-1-boolean"),
        ("step.choice", "step-1-choice"),
        ("step.choices", "step-1-choices"),
        ("step.choices-odd", "step-1-choices-odd"),
        ("step.rank", "step-1-rank"),
        ("step.date", "step-1-date"),
        ("step.time", "step-1-time"),
        ("step.time-here", "step-1-time-here"),
        ("step.date-time", "step-1-date-time"),
        ("step.date-time-here", "step-1-date-time-here"),
        ("step.point", "step-1-point"),
        ("step.point-fine", "step-1-point-fine"),
        ("step.line", "step-1-line"),
        ("step.file", "step-1-file"),
        ("step.clear", "step-1-clear"),
        ("step.settle", "step-1-settle"),
        ("step.removal", "step-1-removal"),
        ("change.settling", "change-settling"),
        ("change.identity", "change-identity"),
    ];
    steps
        .map(|(name, file)| (name, to_hex(&golden_file(file))))
        .to_vec()
}

fn golden_file(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let text = std::fs::read_to_string(folder.join(format!("{name}.hex"))).unwrap();
    hex(&text)
}
