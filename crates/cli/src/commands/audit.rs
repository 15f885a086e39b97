//! `baraza audit show`, `verify`

use std::process::ExitCode;

use clap::Subcommand;

use crate::home::Home;
use crate::output;

#[derive(Debug, Subcommand)]
pub(crate) enum Audit {
    /// List who read, granted, settled, exported, erased, revoked and decided what
    Show {
        #[command(flatten)]
        home: Home,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Check that nothing in the audit was changed, taken out or cut off
    Verify {
        #[command(flatten)]
        home: Home,
    },
}

impl Audit {
    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
        match self {
            Self::Show { home, json } => {
                let entries = home.open()?.audit()?;
                if json {
                    output::json(&entries)?;
                } else {
                    let rows: Vec<_> = entries
                        .into_iter()
                        .map(|entry| {
                            [
                                entry.n.to_string(),
                                entry.at,
                                entry.actor.to_string(),
                                entry.deed,
                                entry.subject.to_string(),
                            ]
                        })
                        .collect();
                    output::table(["N", "AT", "ACTOR", "DEED", "SUBJECT"], &rows)?;
                }
            }
            Self::Verify { home } => {
                let count = home.open()?.verify_audit()??;
                output::text(&format!("The audit has {count} entries, and none was changed.\n"))?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}
