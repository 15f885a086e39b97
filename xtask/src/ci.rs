//! `cargo xtask ci`: every check, one after the other. A component that is missing is a failure, never a skip.

use std::time::Instant;

use anyhow::bail;

use crate::run::{cargo, program, project, run};
use crate::{bindings, conform, layers, licences};

struct Step {
    name: &'static str,
    /// Whether it needs nothing but Rust.
    quick: bool,
    check: fn() -> anyhow::Result<()>,
}

const STEPS: [Step; 15] = [
    step("format", true, format),
    step("layers", true, layers::check),
    step("licences and sources", true, licences::check),
    step("lints", true, lints),
    step("tests", true, tests),
    step("documentation", true, documentation),
    step("scan without encryption", true, scan_without_encryption),
    step("search with keys kept", true, search_with_keys_kept),
    step("fuzz targets", true, fuzz_targets),
    step("sample forms elsewhere", false, sample_forms_elsewhere),
    step("forms as the reference converter", false, conform::live),
    step("Python binding", false, python_binding),
    step("browser", false, browser),
    step("bad link", false, bad_link),
    step("demo", false, demo),
];

const fn step(name: &'static str, quick: bool, check: fn() -> anyhow::Result<()>) -> Step {
    Step { name, quick, check }
}

/// Runs all steps, or those that need nothing but Rust. Goes on after a failure, so that one run shows all of them.
pub(crate) fn ci(quick: bool) -> anyhow::Result<()> {
    let mut failed = Vec::new();
    let mut told = Vec::new();
    for step in STEPS.iter().filter(|step| step.quick || !quick) {
        println!("\n=== {}", step.name);
        let began = Instant::now();
        let verdict = match (step.check)() {
            Ok(()) => "ok",
            Err(error) => {
                println!("FAILED: {error:#}");
                failed.push(step.name);
                "FAILED"
            }
        };
        told.push(format!(
            "{verdict:<7} {} ({:.0} s)",
            step.name,
            began.elapsed().as_secs_f64()
        ));
    }
    println!("\n{}", told.join("\n"));
    if !failed.is_empty() {
        bail!(
            "{} of {} checks failed: {}",
            failed.len(),
            told.len(),
            failed.join(", ")
        );
    }
    println!("All {} checks passed.", told.len());
    Ok(())
}

fn format() -> anyhow::Result<()> {
    run(cargo(&["fmt", "--all", "--check"]))
}

fn lints() -> anyhow::Result<()> {
    const DENY: [&str; 3] = ["--", "-D", "warnings"];
    let all = ["clippy", "--workspace", "--all-targets"];
    run(cargo(&[&all[..], &DENY[..]].concat()))?;
    let face = ["clippy", "--package", "client-core", "--features", "ffi"];
    run(cargo(&[&face[..], &DENY[..]].concat()))
}

fn tests() -> anyhow::Result<()> {
    run(cargo(&["test", "--workspace", "--no-fail-fast"]))
}

fn documentation() -> anyhow::Result<()> {
    let mut doc = cargo(&["doc", "--workspace", "--no-deps", "--document-private-items"]);
    doc.env("RUSTDOCFLAGS", "-D warnings");
    run(doc)
}

fn scan_without_encryption() -> anyhow::Result<()> {
    story("nothing_readable", &["--features", "null-cipher"], &[])
}

fn search_with_keys_kept() -> anyhow::Result<()> {
    story("forgetting", &["--features", "keep-keys"], &[])
}

fn fuzz_targets() -> anyhow::Result<()> {
    let manifest = project().join("fuzz/Cargo.toml");
    let mut check = cargo(&["clippy", "--locked", "--manifest-path"]);
    check.arg(&manifest).args(["--", "-D", "warnings"]);
    run(check)
}

fn sample_forms_elsewhere() -> anyhow::Result<()> {
    run(program("forms/check_with_pyxform", &[]))
}

fn python_binding() -> anyhow::Result<()> {
    let made = bindings::write()?;
    run(cargo(&["build", "--package", "baraza-cli"]))?;
    let mut test = program("python3", &["client-core/bindings/python/test_notebook.py"]);
    test.env("BARAZA_BINDINGS", made.folder.join("python"))
        .env("BARAZA_BIN", made.target.join("baraza"));
    run(test)
}

fn browser() -> anyhow::Result<()> {
    story("browser", &[], &["--ignored"])
}

fn demo() -> anyhow::Result<()> {
    run(cargo(&["run", "--", "demo", "--once"]))
}

fn bad_link() -> anyhow::Result<()> {
    run(cargo(&["xtask", "simulate", "link", "--short"]))
}

/// Runs one file of stories, with what it prints: the figures are worth seeing.
fn story(name: &str, features: &[&str], more: &[&str]) -> anyhow::Result<()> {
    let test = ["test", "--package", "baraza-tests", "--test", name];
    run(cargo(
        &[&test[..], features, &["--", "--nocapture"], more].concat(),
    ))
}
