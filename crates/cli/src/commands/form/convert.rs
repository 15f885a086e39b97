//! `baraza form convert`

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use form::Form;

use super::{complain, define};
use crate::output;

#[derive(Debug, Args)]
pub(crate) struct Convert {
    /// The form: .xlsx, .xlsm, .xls, .csv, .md, or an XForm in .xml
    file: PathBuf,
    /// What to write: an ODK XForm, JSON, or sheets as Markdown tables
    #[arg(long, value_enum)]
    to: Notation,
    /// Where to write it; without this it is printed
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Notation {
    Xform,
    Json,
    Md,
}

impl Convert {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let read = define(&self.file)?.and_then(|(definition, warnings)| {
            // A form that no interview could be held with is no form in another notation either.
            Form::from_definition(definition).map(|(form, more)| (form, [warnings, more].concat()))
        });
        let (form, warnings) = match read {
            Ok(read) => read,
            Err(errors) => return complain(&self.file, &errors),
        };
        warnings
            .iter()
            .for_each(|warning| eprintln!("warning: {warning}"));
        let definition = form.definition();
        let written = match self.to {
            Notation::Xform => match definition.to_xform() {
                Ok(xml) => xml,
                Err(errors) => return complain(&self.file, &errors),
            },
            Notation::Json => serde_json::to_string_pretty(&definition.to_json())? + "\n",
            Notation::Md => definition.to_markdown(),
        };
        match &self.out {
            Some(file) => {
                std::fs::write(file, written)
                    .with_context(|| format!("{} cannot be written", file.display()))?;
            }
            None => output::text(&written)?,
        }
        Ok(ExitCode::SUCCESS)
    }
}
