//! Which notebook, and its passphrase.

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use clap::Args;
use client_core::{Cost, Notebook, Surroundings};
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
        Ok(Notebook::open(&self.home, &passphrase, Surroundings::real()?)?)
    }

    /// Returns the notebook's folder.
    pub(crate) fn folder(&self) -> &std::path::Path {
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
        Ok(Notebook::create(
            &self.home,
            name,
            &passphrase,
            Cost::STANDARD,
            Surroundings::real()?,
        )?)
    }

    fn passphrase(&self, new: bool) -> anyhow::Result<Zeroizing<String>> {
        if let Some(file) = &self.passphrase_file {
            let text = std::fs::read_to_string(file)
                .map(Zeroizing::new)
                .with_context(|| format!("the passphrase file {} cannot be read", file.display()))?;
            return Ok(Zeroizing::new(text.lines().next().unwrap_or_default().to_owned()));
        }
        if let Ok(passphrase) = std::env::var("BARAZA_PASSPHRASE") {
            return Ok(Zeroizing::new(passphrase));
        }
        let ask = |what| {
            let asked = rpassword::prompt_password(what).map(Zeroizing::new);
            asked.context(
                "there is no terminal to ask for the passphrase: use --passphrase-file or BARAZA_PASSPHRASE",
            )
        };
        let passphrase = ask("Passphrase: ")?;
        if new && *ask("The same again: ")? != *passphrase {
            bail!("the two passphrases differ");
        }
        Ok(passphrase)
    }
}
