//! `cargo xtask conform`: our forms against the reference converter's, and that against what is kept of it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;

use crate::metadata::Metadata;
use crate::run::{cargo, program, project, run};

/// Where the forms are that are compared.
pub(crate) const FOLDER: &str = "crates/form/tests/conformance";
const PACKAGES: [&str; 3] = ["pyxform==4.5.0", "openpyxl==3.1.5", "xlwt==1.3.0"];

/// What to do about what is kept of the reference converter.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kept {
    /// Take it as it is.
    Trust,
    /// Run the reference converter, and fail if it says something else. Needs Python, PyPI and Java.
    Check,
    /// Run the reference converter, and keep what it says. Needs the same.
    Renew,
}

/// Compares our conversions of the forms with what is kept of the reference converter's.
pub(crate) fn conform(kept: Kept) -> anyhow::Result<()> {
    if kept != Kept::Trust {
        let python = environment()?;
        let (make, oracle): (&[&str], _) = match kept {
            Kept::Renew => (&[], "--write"),
            Kept::Trust | Kept::Check => (&["--check"], "--check"),
        };
        run(script(&python, "make.py", make))?;
        run(script(&python, "oracle.py", &[oracle]))?;
    }
    run(cargo(&[
        "test",
        "--package",
        "baraza-form",
        "--test",
        "conformance",
        "--",
        "--nocapture",
    ]))
}

/// Compares both ways: with what is kept, and that with the reference converter as it runs now.
pub(crate) fn live() -> anyhow::Result<()> {
    conform(Kept::Check)
}

/// Makes a throw-away environment with the reference converter, and returns its Python.
pub(crate) fn environment() -> anyhow::Result<PathBuf> {
    let folder = Metadata::read()?.target_directory.join("conform");
    fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    let mut make = program("python3", &["-m", "venv", "--clear"]);
    make.arg(&folder);
    run(make)?;
    let python = folder.join("bin/python");
    let mut install = Command::new(&python);
    install
        .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
        .args(PACKAGES);
    run(install)?;
    Ok(python)
}

fn script(python: &Path, name: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(python);
    command
        .arg(project().join(FOLDER).join(name))
        .args(arguments)
        .current_dir(project());
    command
}
