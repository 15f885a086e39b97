//! `baraza epoch rotate`

use std::process::ExitCode;

use clap::Subcommand;

use crate::home::Home;
use crate::output;

#[derive(Debug, Subcommand)]
pub(crate) enum EpochCommand {
    /// At a coordinator's desk: give a compartment a new reading key, or all of them
    Rotate {
        #[command(flatten)]
        home: Home,
        /// The compartment's name; all if it is left out
        compartment: Option<String>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

impl EpochCommand {
    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
        match self {
            Self::Rotate {
                home,
                compartment,
                json,
            } => {
                let rotated = home.open()?.rotate(compartment.as_deref())?;
                if json {
                    output::json(&rotated)?;
                } else {
                    println!(
                        "New reading keys for {}. Devices seal to them once they have synced.",
                        rotated.join(", ")
                    );
                }
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}
