//! `baraza retention show`, `run`, `keep`

use std::process::ExitCode;

use clap::Subcommand;
use client_core::deeds::retention::NOTICE_DAYS;
use wire::RecordId;

use crate::home::Home;
use crate::output;

#[derive(Debug, Subcommand)]
pub(crate) enum RetentionCommand {
    /// List the records that the policy (`baraza programme policy`) erases soon
    Show {
        #[command(flatten)]
        home: Home,
        /// Within so many days
        #[arg(long, value_name = "DAYS", default_value_t = NOTICE_DAYS)]
        within: u32,
    },
    /// Erase the records whose time, by the policy, is over
    Run {
        #[command(flatten)]
        home: Home,
    },
    /// Keep a record longer, for a reason
    Keep {
        #[command(flatten)]
        home: Home,
        /// The record
        record: RecordId,
        /// So many days from now; without it until somebody says otherwise
        #[arg(long)]
        days: Option<u32>,
        /// Why
        #[arg(long)]
        reason: String,
    },
}

impl RetentionCommand {
    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
        match self {
            Self::Show { home, within } => {
                output::json(&home.open()?.retention(within)?)?;
            }
            Self::Run { home } => {
                let mut notebook = home.open()?;
                let erased = notebook.run_retention()?;
                let soon = notebook.retention(NOTICE_DAYS)?;
                let soon = soon.iter().filter(|due| due.destroy_at.is_some()).count();
                eprintln!(
                    "{} records were erased; sync, so that everybody erases them. {soon} more are due within \
                     {NOTICE_DAYS} days: see `baraza retention show`.",
                    erased.len()
                );
                output::json(&erased)?;
            }
            Self::Keep {
                home,
                record,
                days,
                reason,
            } => {
                let mut notebook = home.open()?;
                let now = notebook.now().as_second();
                let until = days.map(|days| now + i64::from(days) * 86_400);
                notebook.keep_longer(record, until, &reason)?;
                println!("Kept. Every desk learns it at the next sync.");
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}
