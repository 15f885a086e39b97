//! `baraza quarantine list`, `release`, `drop`

use std::process::ExitCode;

use clap::Subcommand;
use wire::RecordId;

use crate::home::Home;
use crate::output;

#[derive(Debug, Subcommand)]
pub(crate) enum QuarantineCommand {
    /// List what came and was not merged: of whom, of which record, and why
    List {
        #[command(flatten)]
        home: Home,
        /// List what was dropped instead
        #[arg(long)]
        dropped: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Trust what is in quarantine of a record, and merge it
    Release {
        #[command(flatten)]
        home: Home,
        /// The record's id
        record: RecordId,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Take what is in quarantine of a record off the list; its bytes are kept
    Drop {
        #[command(flatten)]
        home: Home,
        /// The record's id
        record: RecordId,
    },
}

impl QuarantineCommand {
    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
        match self {
            Self::List { home, dropped, json } => {
                let listed = home.open()?.quarantine(dropped)?;
                if json {
                    output::json(&listed)?;
                    return Ok(ExitCode::SUCCESS);
                }
                let rows: Vec<_> = listed
                    .into_iter()
                    .map(|group| {
                        [
                            group.record.to_string(),
                            group.device,
                            group.envelopes.to_string(),
                            group.first_seen.unwrap_or_default(),
                            group.reason,
                        ]
                    })
                    .collect();
                output::table(["RECORD", "DEVICE", "ENVELOPES", "FIRST SEEN", "WHY"], &rows)?;
            }
            Self::Release { home, record, json } => {
                let released = home.open()?.release(record)?;
                if json {
                    output::json(&released)?;
                    return Ok(ExitCode::SUCCESS);
                }
                println!("Released {} envelopes.", released.envelopes);
                if released.still_quarantined > 0 {
                    println!("{} of them do not open or merge.", released.still_quarantined);
                }
            }
            Self::Drop { home, record } => {
                let dropped = home.open()?.drop_quarantined(record)?;
                println!("Dropped {dropped} envelopes. They can still be released.");
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}
