//! `baraza form publish`

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;
use form::{Attachment, AttachmentUse, Form};

use super::{complain, read};
use crate::home::Home;
use crate::output;

#[derive(Debug, Args)]
pub(crate) struct Publish {
    #[command(flatten)]
    home: Home,
    /// The form
    file: PathBuf,
    /// A folder with the files the form needs: choices in .csv, .xml or .geojson, pictures, recordings, films.
    /// Publishing the same version again with other files replaces them
    #[arg(long, value_name = "DIR")]
    attachments: Option<PathBuf>,
}

impl Publish {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let (form, warnings) = match read(&self.file)? {
            Ok(read) => read,
            Err(errors) => return complain(&self.file, &errors),
        };
        warnings
            .iter()
            .for_each(|warning| eprintln!("warning: {warning}"));
        let given = match &self.attachments {
            Some(folder) => gather(folder, &form)?,
            None => BTreeMap::new(),
        };
        check_tables(&given)?;
        let mut notebook = self.home.open()?;
        let published = notebook.publish(&form)?;
        let attached = notebook.attach(&published.id, &given)?;
        let mut said = String::new();
        for needed in form.attachments() {
            if !attached.iter().any(|file| file.name == needed.name) {
                writeln!(
                    said,
                    "missing: {}, for {}. Put it into a folder and publish again with --attachments DIR",
                    needed.name,
                    used_by(&needed)
                )?;
            }
        }
        writeln!(
            said,
            "Published \"{}\" ({}, version {}) with {} files. Sync to send it out.",
            published.title,
            published.id,
            published.version,
            attached.len()
        )?;
        output::text(&said)?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Reads from a folder what the form needs; what is not there is left out.
fn gather(folder: &Path, form: &Form) -> anyhow::Result<BTreeMap<String, Vec<u8>>> {
    anyhow::ensure!(folder.is_dir(), "{} is no folder", folder.display());
    let mut given = BTreeMap::new();
    for needed in form.attachments() {
        let file = folder.join(&needed.name);
        match std::fs::read(&file) {
            Ok(bytes) => drop(given.insert(needed.name, bytes)),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => {
                return Err(error).with_context(|| format!("{} cannot be read", file.display()));
            }
        }
    }
    Ok(given)
}

/// A table that nobody could choose from is better refused here than in the field.
fn check_tables(given: &BTreeMap<String, Vec<u8>>) -> anyhow::Result<()> {
    let is_table = |name: &str| {
        let extension = name.rsplit('.').next().unwrap_or_default();
        ["csv", "geojson", "xml"].contains(&extension.to_lowercase().as_str())
    };
    for (name, bytes) in given.iter().filter(|(name, _)| is_table(name)) {
        form::Table::read(name, bytes).with_context(|| format!("{name} cannot be used"))?;
    }
    Ok(())
}

fn used_by(needed: &Attachment) -> String {
    let uses: Vec<String> = needed
        .uses
        .iter()
        .take(3)
        .map(|used| match used {
            AttachmentUse::Choices(path) => format!("the choices of `{path}`"),
            AttachmentUse::Data(name) => format!("expressions that read instance('{name}')"),
            AttachmentUse::Lookup(path) => format!("what `{path}` looks up"),
            AttachmentUse::Label(path) => format!("the label of `{path}`"),
            AttachmentUse::ChoiceLabel { list, choice } => format!("the choice `{choice}` of `{list}`"),
        })
        .collect();
    uses.join(", ")
}
