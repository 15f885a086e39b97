//! `baraza form list`

use std::process::ExitCode;

use clap::Args;

use crate::home::Home;
use crate::output;

#[derive(Debug, Args)]
pub(crate) struct List {
    #[command(flatten)]
    home: Home,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl List {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let forms = self.home.open()?.forms()?;
        if self.json {
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
