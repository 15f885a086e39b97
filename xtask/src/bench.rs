//! `cargo xtask bench form`: how fast forms are read and interviews go, beside the reference converter.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail};
use serde::Deserialize;

use crate::conform;
use crate::metadata::Metadata;
use crate::run::{cargo, output, project};

/// What a figure may be at most, in milliseconds, by what it begins with.
const ALLOWED: [(&str, f64); 3] = [
    ("read ", 50.0),
    ("answer to next screen, p99", 5.0),
    ("step of a cascade in 10000 choices, worst", 10.0),
];

#[derive(Debug, Deserialize)]
struct Figure {
    what: String,
    milliseconds: f64,
}

/// Measures all, prints it, and fails if something takes longer than it may. Forms of other
/// organisations are measured if `BARAZA_EXTRA_FORMS` names a folder of them.
pub(crate) fn form() -> anyhow::Result<()> {
    let long = Metadata::read()?.target_directory.join("form-of-400-rows.md");
    let forms = forms_from_elsewhere()?;
    let mut speed = cargo(&[
        "run",
        "--quiet",
        "--release",
        "--package",
        "baraza-form",
        "--example",
        "speed",
        "--",
    ]);
    speed.arg(&long).args(&forms);
    let ours = figures(speed)?;
    let mut converter = Command::new(conform::environment()?);
    converter
        .arg(project().join(conform::FOLDER).join("time_converter.py"))
        .arg(&long)
        .args(&forms);
    let theirs: BTreeMap<String, f64> = figures(converter)?
        .into_iter()
        .map(|figure| (figure.what, figure.milliseconds))
        .collect();

    println!("{:<60} {:>10} {:>10} {:>10}", "", "ms", "allowed", "pyxform");
    let mut slow = Vec::new();
    for Figure { what, milliseconds } in ours {
        let allowed = ALLOWED
            .iter()
            .find(|(start, _)| what.starts_with(start))
            .map(|(_, most)| *most);
        let shown = |figure: Option<f64>| figure.map_or(String::new(), |figure| format!("{figure:.1}"));
        println!(
            "{what:<60} {milliseconds:>10.2} {:>10} {:>10}",
            shown(allowed),
            shown(theirs.get(&what).copied())
        );
        if allowed.is_some_and(|allowed| milliseconds > allowed) {
            slow.push(what);
        }
    }
    if !slow.is_empty() {
        bail!("too slow: {}", slow.join("; "));
    }
    Ok(())
}

fn forms_from_elsewhere() -> anyhow::Result<Vec<PathBuf>> {
    let Some(folder) = std::env::var_os("BARAZA_EXTRA_FORMS") else {
        return Ok(Vec::new());
    };
    let mut forms = Vec::new();
    for entry in Path::new(&folder)
        .read_dir()
        .context("BARAZA_EXTRA_FORMS names no folder")?
    {
        forms.push(entry?.path());
    }
    forms.retain(|form| {
        form.extension()
            .is_some_and(|extension| extension == "xlsx" || extension == "xls")
    });
    forms.sort();
    Ok(forms)
}

fn figures(command: Command) -> anyhow::Result<Vec<Figure>> {
    let printed = String::from_utf8(output(command)?)?;
    let lines = printed.lines();
    lines.map(|line| Ok(serde_json::from_str(line)?)).collect()
}
