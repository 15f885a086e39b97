//! `baraza sync`

use std::process::ExitCode;

use clap::Args;
use client_core::HttpLink;

use super::roster;
use crate::home::Home;
use crate::output;

#[derive(Debug, Args)]
pub(crate) struct Sync {
    #[command(flatten)]
    home: Home,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Sync {
    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
        let report = self.home.open()?.sync(&HttpLink::default())?;
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
        ] {
            if count > 0 {
                println!("{count} {what}.");
            }
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
