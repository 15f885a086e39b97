//! `baraza sync`

use std::ops::ControlFlow;
use std::process::ExitCode;

use clap::Args;
use client_core::deeds::sync::{SyncError, SyncOptions, SyncReport};
use client_core::{Backoff, HttpLink, Notebook};
use rand::SeedableRng as _;
use rand::rngs::ChaCha20Rng;

use super::roster;
use crate::home::Home;
use crate::output;

#[derive(Debug, Args)]
pub(crate) struct Sync {
    #[command(flatten)]
    home: Home,
    /// Try again until it goes well, ever more seldom while nothing gets through; stop it with Ctrl-C
    #[arg(long)]
    keep_trying: bool,
    /// The link costs money: photos and recordings wait for another
    #[arg(long, conflicts_with = "keep_trying")]
    metered: bool,
    /// Send and receive no more than so many bytes; the rest waits for the next sync
    #[arg(long, value_name = "BYTES", conflicts_with = "keep_trying")]
    budget: Option<u64>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Sync {
    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
        let mut notebook = self.home.open()?;
        let report = match self.keep_trying {
            true => keep_trying(&mut notebook)?,
            false => notebook.sync_as(
                &HttpLink::default(),
                SyncOptions {
                    metered: self.metered,
                    budget: self.budget,
                    watch: None,
                },
            )?,
        };
        if self.json {
            output::json(&report)?;
            return Ok(ExitCode::SUCCESS);
        }
        println!(
            "Sent {}, received {}, opened {}.",
            report.sent, report.received, report.opened
        );
        if report.erased > 0 {
            println!("{} records were erased.", report.erased);
        }
        for record in &report.erased_open {
            println!("The edit of record {record} that was open here is gone: the record was erased.");
        }
        for (count, what) in [
            (report.waiting, "wait for something that has not come yet"),
            (
                report.quarantined,
                "need someone to look (baraza quarantine list, or the desk's console)",
            ),
            (
                report.troubled,
                "of this notebook's own were not taken by the relay as they should be",
            ),
            (report.unsent, "still wait to be sent"),
            (
                report.pieces_unsent,
                "pieces of photos and recordings still wait to be sent",
            ),
        ] {
            if count > 0 {
                println!("{count} {what}.");
            }
        }
        if !report.run_out.is_empty() {
            println!(
                "{} records were erased, because the time that the policy gives them is over.",
                report.run_out.len()
            );
        }
        if let Some(entry) = report.split {
            println!("{}", roster::split(entry));
        }
        for (so, what) in [
            (report.revoked, roster::REVOKED),
            (report.rotation_due, roster::ROTATION_DUE),
        ] {
            if so {
                println!("{what}");
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Tries until it goes well. Each failure is told once, however often it comes again.
fn keep_trying(notebook: &mut Notebook) -> anyhow::Result<SyncReport> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed)?;
    let mut backoff = Backoff::new(ChaCha20Rng::from_seed(seed));
    let mut told = String::new();
    let mut wait = |error: &SyncError, wait| {
        let reason = error.to_string();
        if told != reason {
            eprintln!("baraza: {reason}; trying again");
            told = reason;
        }
        std::thread::sleep(wait);
        ControlFlow::Continue(())
    };
    Ok(notebook.keep_syncing(&HttpLink::default(), &mut backoff, &mut wait)?)
}
