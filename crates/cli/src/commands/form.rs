//! `baraza form check`, `eval`, `publish`, `list`

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Subcommand;
use form::{Form, FormError, Source, Warning};

use crate::home::Home;

mod check;
mod eval;
mod list;
mod publish;

#[derive(Debug, Subcommand)]
pub(crate) enum FormCommand {
    /// Say whether a form (.xlsx, .xls or .md) can be used, and what to mend if not
    Check {
        /// The form
        file: PathBuf,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Evaluate an expression of ODK forms, over a record or an XForm
    Eval(eval::Eval),
    /// Publish a form to every member
    Publish {
        #[command(flatten)]
        home: Home,
        /// The form
        file: PathBuf,
    },
    /// List the forms of the programme
    List {
        #[command(flatten)]
        home: Home,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

impl FormCommand {
    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
        match self {
            Self::Check { file, json } => check::check(&file, json),
            Self::Eval(eval) => eval.run(),
            Self::Publish { home, file } => publish::publish(home, &file),
            Self::List { home, json } => list::list(home, json),
        }
    }
}

/// A form and what may be better in it, or all that must be mended.
type Checked = Result<(Form, Vec<Warning>), Vec<FormError>>;

/// Reads a form's file.
pub(crate) fn read(file: &Path) -> anyhow::Result<Checked> {
    let bytes = std::fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let source = Source::from_named(&name, &bytes)?;
    Ok(Form::read(source))
}
