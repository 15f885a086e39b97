//! `baraza form check`, `publish`, `list`

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Subcommand;
use form::{Form, FormError, Source, Warning};
use serde::Serialize;

use crate::home::Home;
use crate::output;

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

/// What `form check --json` prints.
#[derive(Serialize)]
struct Verdict<'a> {
    ok: bool,
    errors: &'a [FormError],
    warnings: &'a [Warning],
    form: Option<Summary<'a>>,
}

#[derive(Serialize)]
struct Summary<'a> {
    id: &'a str,
    title: &'a str,
    version: &'a str,
    languages: &'a [String],
    questions: usize,
    compartments: Vec<String>,
}

impl FormCommand {
    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
        match self {
            Self::Check { file, json } => check(&file, json),
            Self::Publish { home, file } => {
                let (form, warnings) = read(&file)?.map_err(|errors| {
                    errors.iter().for_each(|error| eprintln!("{error}"));
                    anyhow::anyhow!("{} cannot be published: {} to mend", file.display(), errors.len())
                })?;
                warnings.iter().for_each(|warning| eprintln!("{warning}"));
                let published = home.open()?.publish(&form)?;
                println!(
                    "Published \"{}\" ({}, version {}). Sync to send it out.",
                    published.title, published.id, published.version
                );
                Ok(ExitCode::SUCCESS)
            }
            Self::List { home, json } => {
                let forms = home.open()?.forms()?;
                if json {
                    output::json(&forms)?;
                } else {
                    let rows: Vec<_> = forms
                        .into_iter()
                        .map(|form| [form.id, form.version, form.title])
                        .collect();
                    output::table(["FORM", "VERSION", "TITLE"], &rows)?;
                }
                Ok(ExitCode::SUCCESS)
            }
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

fn check(file: &Path, json: bool) -> anyhow::Result<ExitCode> {
    let read = read(file)?;
    let (errors, warnings, form): (&[FormError], &[Warning], _) = match &read {
        Ok((form, warnings)) => (&[], warnings, Some(form)),
        Err(errors) => (errors, &[], None),
    };
    let summary = form.map(|form| Summary {
        id: &form.id,
        title: &form.title,
        version: &form.version,
        languages: &form.languages,
        questions: form.questions().count(),
        compartments: form.compartments(),
    });
    if json {
        output::json(&Verdict {
            ok: errors.is_empty(),
            errors,
            warnings,
            form: summary,
        })?;
    } else {
        let mut said = String::new();
        for error in errors {
            writeln!(said, "error: {error}")?;
        }
        for warning in warnings {
            writeln!(said, "warning: {warning}")?;
        }
        match &summary {
            Some(form) => writeln!(
                said,
                "{}: \"{}\" ({}) can be used: {} questions, {} languages, compartments {}.",
                file.display(),
                form.title,
                form.id,
                form.questions,
                form.languages.len(),
                form.compartments.join(", ")
            ),
            None => writeln!(said, "{}: {} to mend.", file.display(), errors.len()),
        }?;
        output::text(&said)?;
    }
    Ok(if errors.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
