//! Which notebook, and its passphrase.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Args;
use client_core::{Cost, MergeWorker, Notebook, Surroundings};
use zeroize::Zeroizing;

/// Which notebook, and where its passphrase is.
#[derive(Debug, Args)]
pub(crate) struct Home {
    /// The notebook's folder
    #[arg(long, value_name = "DIR", env = "BARAZA_HOME")]
    home: PathBuf,
    /// A file whose first line is the passphrase; otherwise BARAZA_PASSPHRASE, or it is asked for
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
}

impl Home {
    /// Opens the notebook.
    pub(crate) fn open(&self) -> anyhow::Result<Notebook> {
        let passphrase = self.passphrase(false)?;
        let notebook = merging_beside(Notebook::open(&self.home, &passphrase, Surroundings::real()?)?)?;
        if let Some(trouble) = notebook.audit_break() {
            eprintln!(
                "baraza: {trouble}. Somebody changed this notebook past the program; tell the coordinator."
            );
        }
        Ok(notebook)
    }

    /// Returns the notebook's folder.
    pub(crate) fn folder(&self) -> &Path {
        &self.home
    }

    /// Opens the notebook, or makes one if there is none.
    pub(crate) fn open_or_create(&self, name: &str) -> anyhow::Result<Notebook> {
        if self.home.join("notebook.key").exists() {
            let notebook = self.open()?;
            if notebook.name() != name.trim() {
                bail!(
                    "the notebook in {} is called \"{}\"; leave the name or choose another folder",
                    self.home.display(),
                    notebook.name()
                );
            }
            return Ok(notebook);
        }
        let passphrase = self.passphrase(true)?;
        merging_beside(Notebook::create(
            &self.home,
            name,
            &passphrase,
            Cost::STANDARD,
            Surroundings::real()?,
        )?)
    }

    /// Changes the passphrase: the new one is in a file, or is asked for.
    pub(crate) fn change_passphrase(&self, new: Option<&Path>) -> anyhow::Result<()> {
        let old = self.passphrase(false)?;
        let new = match new {
            Some(file) => first_line(file)?,
            None => asked(true)?,
        };
        let surroundings = Surroundings::real()?;
        Ok(Notebook::change_passphrase(
            &self.home,
            &old,
            &new,
            Cost::STANDARD,
            &surroundings,
        )?)
    }

    fn passphrase(&self, new: bool) -> anyhow::Result<Zeroizing<String>> {
        if let Some(file) = &self.passphrase_file {
            return first_line(file);
        }
        if let Ok(passphrase) = std::env::var("BARAZA_PASSPHRASE") {
            return Ok(Zeroizing::new(passphrase));
        }
        asked(new)
    }
}

fn first_line(file: &Path) -> anyhow::Result<Zeroizing<String>> {
    let text = std::fs::read_to_string(file)
        .map(Zeroizing::new)
        .with_context(|| format!("the passphrase file {} cannot be read", file.display()))?;
    Ok(Zeroizing::new(text.lines().next().unwrap_or_default().to_owned()))
}

/// Asks for a passphrase, twice if it is a new one.
fn asked(new: bool) -> anyhow::Result<Zeroizing<String>> {
    let ask = |what| {
        let asked = rpassword::prompt_password(what).map(Zeroizing::new);
        asked.context(
            "there is no terminal to ask for the passphrase: use --passphrase-file or BARAZA_PASSPHRASE",
        )
    };
    let passphrase = ask(if new { "New passphrase: " } else { "Passphrase: " })?;
    if new && *ask("The same again: ")? != *passphrase {
        bail!("the two passphrases differ");
    }
    Ok(passphrase)
}

/// Has a notebook merge in a process of this same program, on devices too: whoever has a terminal can have two
/// processes.
fn merging_beside(mut notebook: Notebook) -> anyhow::Result<Notebook> {
    let program = std::env::current_exe().context("this program does not find its own file")?;
    notebook.merge_beside(MergeWorker::new(program, ["merge-worker"]));
    Ok(notebook)
}
