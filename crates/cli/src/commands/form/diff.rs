//! `baraza form diff`

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use form::FormChange;
use serde::Serialize;

use super::{complain, read};
use crate::output;

#[derive(Debug, Args)]
pub(crate) struct Diff {
    /// The version there is
    old: PathBuf,
    /// The version to come
    new: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Row {
    path: String,
    change: String,
    consequence: String,
}

impl Diff {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let (old, _) = match read(&self.old)? {
            Ok(read) => read,
            Err(errors) => return complain(&self.old, &errors),
        };
        let (new, _) = match read(&self.new)? {
            Ok(read) => read,
            Err(errors) => return complain(&self.new, &errors),
        };
        if old.id != new.id {
            eprintln!(
                "These are two forms, \"{}\" and \"{}\": records of the one are not asked by the other.",
                old.id, new.id
            );
        }
        let changes = old.changes_to(&new);
        if self.json {
            output::json(&changes.into_iter().map(row).collect::<Vec<_>>())?;
            return Ok(ExitCode::SUCCESS);
        }
        let mut said = String::new();
        for change in &changes {
            writeln!(said, "{change}")?;
        }
        writeln!(said, "{} changes for existing records.", changes.len())?;
        output::text(&said)?;
        Ok(ExitCode::SUCCESS)
    }
}

fn row(change: FormChange) -> Row {
    Row {
        path: change.path.to_string(),
        change: change.change.to_string(),
        consequence: change.consequence.to_string(),
    }
}
