//! `baraza form …`: one file for each command.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Subcommand;
use form::definition::Definition;
use form::{Form, FormError, Warning};

mod check;
mod convert;
mod diff;
mod eval;
mod fill;
mod list;
mod publish;
mod run;
mod tables;

#[derive(Debug, Subcommand)]
pub(crate) enum FormCommand {
    /// Say whether a form (.xlsx, .xlsm, .xls, .csv, .md, or an XForm in .xml) can be used, and what to mend if not
    Check(check::Check),
    /// Write a form in another notation: an ODK XForm, JSON, or Markdown tables
    Convert(convert::Convert),
    /// Say what a new version of a form changes for existing records
    Diff(diff::Diff),
    /// Evaluate an expression of ODK forms, over a record or an XForm
    Eval(eval::Eval),
    /// Publish a form to every member, with the files it needs
    Publish(publish::Publish),
    /// List the forms of the programme
    List(list::List),
    /// Try a form at the terminal; its answers are test data
    Fill(fill::Fill),
    /// Interview by a script, or interview made-up respondents
    Run(run::Run),
}

impl FormCommand {
    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
        match self {
            Self::Check(check) => check.run(),
            Self::Convert(convert) => convert.run(),
            Self::Diff(diff) => diff.run(),
            Self::Eval(eval) => eval.run(),
            Self::Publish(publish) => publish.run(),
            Self::List(list) => list.run(),
            Self::Fill(fill) => fill.run(),
            Self::Run(run) => run.run(),
        }
    }
}

/// A form and what may be better in it, or all that must be mended.
type Checked<F> = Result<(F, Vec<Warning>), Vec<FormError>>;

/// Reads a form's file, and looks for what it would leave unprotected.
pub(crate) fn read(file: &Path) -> anyhow::Result<Checked<Form>> {
    let (name, bytes) = load(file)?;
    Ok(Form::read_named(&name, &bytes).map(|(form, mut warnings)| {
        warnings.extend(form.lint());
        (form, warnings)
    }))
}

/// Reads a form's file as its author wrote it.
fn define(file: &Path) -> anyhow::Result<Checked<Definition>> {
    let (name, bytes) = load(file)?;
    Ok(Definition::read_named(&name, &bytes))
}

fn load(file: &Path) -> anyhow::Result<(String, Vec<u8>)> {
    let bytes = std::fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    Ok((name.into_owned(), bytes))
}

/// Says what must be mended before a form can be used.
fn complain(file: &Path, errors: &[FormError]) -> anyhow::Result<ExitCode> {
    errors.iter().for_each(|error| eprintln!("error: {error}"));
    eprintln!("{}: {} to mend.", file.display(), errors.len());
    Ok(ExitCode::FAILURE)
}
