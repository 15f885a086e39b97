//! `baraza retention show`, `run`, `keep`

use std::process::ExitCode;

use clap::{Args, Subcommand};
use client_core::deeds::retention::{NOTICE_DAYS, Retention, RetentionRule};
use wire::RecordId;

use crate::home::Home;
use crate::output;

#[derive(Debug, Subcommand)]
pub(crate) enum RetentionCommand {
    /// List the records that are due to be erased soon
    Show {
        #[command(flatten)]
        home: Home,
        #[command(flatten)]
        rules: Rules,
        /// Within so many days
        #[arg(long, value_name = "DAYS", default_value_t = NOTICE_DAYS)]
        within: u32,
    },
    /// Erase the records whose time is over
    Run {
        #[command(flatten)]
        home: Home,
        #[command(flatten)]
        rules: Rules,
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

#[derive(Debug, Args)]
pub(crate) struct Rules {
    /// How long records are kept after their last change: FORM=DAYS, or FORM:PURPOSE=DAYS for those a purpose covers
    #[arg(long = "rule", value_name = "RULE", required = true, value_parser = rule)]
    rules: Vec<RetentionRule>,
    /// How long withdrawn records are kept
    #[arg(long, value_name = "DAYS", default_value_t = 30)]
    withdrawn_days: u32,
}

impl Rules {
    fn retention(self) -> Retention {
        Retention {
            rules: self.rules,
            withdrawn_days: self.withdrawn_days,
        }
    }
}

fn rule(text: &str) -> Result<RetentionRule, String> {
    let wrong = || format!("\"{text}\" is no rule; write FORM=DAYS or FORM:PURPOSE=DAYS");
    let (what, days) = text.split_once('=').ok_or_else(wrong)?;
    let (form, purpose) = match what.split_once(':') {
        Some((form, purpose)) => (form, Some(purpose.to_owned())),
        None => (what, None),
    };
    Ok(RetentionRule {
        form: form.to_owned(),
        purpose,
        days: days.parse().map_err(|_| wrong())?,
    })
}

impl RetentionCommand {
    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
        match self {
            Self::Show { home, rules, within } => {
                output::json(&home.open()?.retention(&rules.retention(), within)?)?;
            }
            Self::Run { home, rules } => {
                let mut notebook = home.open()?;
                let policy = rules.retention();
                let erased = notebook.run_retention(&policy)?;
                let soon = notebook.retention(&policy, NOTICE_DAYS)?;
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
