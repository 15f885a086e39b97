//! `baraza device revoke`

use std::process::ExitCode;

use clap::Args;
use client_core::deeds::revoke::Trust;
use jiff::Timestamp;

use crate::home::Home;
use crate::output;

#[derive(Debug, Args)]
pub(crate) struct Revoke {
    #[command(flatten)]
    home: Home,
    /// The device's or desk's name, or its id
    who: String,
    /// Trust what it wrote up to this place in its sequence only; else all that is here
    #[arg(long, value_name = "SEQUENCE", conflicts_with = "since")]
    last: Option<u64>,
    /// It was lost at this time (RFC 3339): trust only what came here before
    #[arg(long, value_name = "TIME")]
    since: Option<Timestamp>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Revoke {
    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
        let mut desk = self.home.open()?;
        let member = desk.find_member(&self.who)?;
        let trust = match (self.last, self.since) {
            (Some(sequence), _) => Trust::UpTo(sequence),
            (None, Some(time)) => Trust::SeenBefore(time),
            (None, None) => Trust::AllHere,
        };
        let revoked = desk.revoke(member, trust)?;
        if self.json {
            output::json(&revoked)?;
            return Ok(ExitCode::SUCCESS);
        }
        println!(
            "{} is revoked. What it sends from now on waits in the quarantine; sync, so that everybody knows.",
            revoked.name
        );
        if revoked.quarantined > 0 {
            println!("{} of its envelopes wait there now.", revoked.quarantined);
        }
        if !revoked.renewed {
            println!("{}", crate::commands::roster::ROTATION_DUE);
        }
        Ok(ExitCode::SUCCESS)
    }
}
