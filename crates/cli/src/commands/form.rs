//! `baraza form …`: one file for each command.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Subcommand;
use form::{Form, FormError, Source, Warning};

mod check;
mod eval;
mod fill;
mod list;
mod publish;
mod run;
mod tables;

#[derive(Debug, Subcommand)]
pub(crate) enum FormCommand {
    /// Say whether a form (.xlsx, .xls or .md) can be used, and what to mend if not
    Check(check::Check),
    /// Evaluate an expression of ODK forms, over a record or an XForm
    Eval(eval::Eval),
    /// Publish a form to every member
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
            Self::Eval(eval) => eval.run(),
            Self::Publish(publish) => publish.run(),
            Self::List(list) => list.run(),
            Self::Fill(fill) => fill.run(),
            Self::Run(run) => run.run(),
        }
    }
}

/// A form and what may be better in it, or all that must be mended.
type Checked = Result<(Form, Vec<Warning>), Vec<FormError>>;

/// Reads a form's file, and looks for what it would leave unprotected.
pub(crate) fn read(file: &Path) -> anyhow::Result<Checked> {
    let bytes = std::fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let source = Source::from_named(&name, &bytes)?;
    Ok(Form::read(source).map(|(form, mut warnings)| {
        warnings.extend(form.lint());
        (form, warnings)
    }))
}
