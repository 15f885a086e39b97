//! `baraza form check`

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use form::{FormError, Warning};
use serde::Serialize;

use super::read;
use crate::output;

#[derive(Debug, Args)]
pub(crate) struct Check {
    /// The form
    file: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
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

impl Check {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let file = self.file;
        let read = read(&file)?;
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
        if self.json {
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
}
