//! `baraza roster status`, `join`

use std::process::ExitCode;

use clap::Subcommand;

use crate::home::Home;
use crate::output;

#[derive(Debug, Subcommand)]
pub(crate) enum RosterCommand {
    /// Show how it stands with the roster, and with this notebook on it
    Status {
        #[command(flatten)]
        home: Home,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// At a coordinator's desk: bring together what two desks did without knowing of one another
    Join {
        #[command(flatten)]
        home: Home,
    },
}

impl RosterCommand {
    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
        match self {
            Self::Status { home, json } => {
                let standing = home.open()?.standing()?;
                if json {
                    output::json(&standing)?;
                    return Ok(ExitCode::SUCCESS);
                }
                println!("{} entries, head {}", standing.height, standing.head);
                if let Some(entry) = standing.split {
                    println!("{}", split(entry));
                }
                for (so, what) in [
                    (standing.revoked, REVOKED),
                    (standing.expired, "This notebook's membership has ended."),
                    (standing.rotation_due, ROTATION_DUE),
                ] {
                    if so {
                        println!("{what}");
                    }
                }
            }
            Self::Join { home } => {
                let joined = home.open()?.join_roster()?;
                println!("Joined {joined} entries. Everybody sees it after the next sync.");
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// What people read where the roster is split.
pub(crate) fn split(entry: u64) -> String {
    format!(
        "The roster is split at entry {entry}: a coordinator must join it (baraza roster join). Until then what stands \
         before holds, and what either side revoked."
    )
}

/// What people read on a device that was revoked.
pub(crate) const REVOKED: &str = "This device was revoked: nothing can be begun or changed on it any more.";
/// What people read while somebody who was revoked has keys that are written with.
pub(crate) const ROTATION_DUE: &str = "Somebody who was revoked still has keys that are written with: a coordinator must rotate them (baraza epoch rotate).";
