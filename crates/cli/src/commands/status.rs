//! `baraza status`

use std::process::ExitCode;

use clap::Args;
use client_core::deeds::progress::Hole;
use client_core::deeds::retention::NOTICE_DAYS;
use client_core::deeds::sync::Confirmations;
use serde::Serialize;

use crate::home::Home;
use crate::output;

#[derive(Debug, Args)]
pub(crate) struct Status {
    #[command(flatten)]
    home: Home,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// How it stands with one notebook.
#[derive(Serialize)]
struct Standing {
    name: String,
    desk: bool,
    #[serde(flatten)]
    confirmations: Confirmations,
    /// What never arrived at this desk, though later work of the same author did.
    missing: Vec<Hole>,
    /// How many records are erased soon, by the programme's policy.
    due: usize,
}

impl Status {
    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
        let notebook = self.home.open()?;
        let desk = notebook.is_desk();
        let standing = Standing {
            name: notebook.name().to_owned(),
            desk,
            confirmations: notebook.confirmations()?,
            missing: if desk { notebook.holes()? } else { Vec::new() },
            due: if desk {
                let due = notebook.retention(NOTICE_DAYS)?;
                due.iter().filter(|one| one.destroy_at.is_some()).count()
            } else {
                0
            },
        };
        if self.json {
            output::json(&standing)?;
            return Ok(ExitCode::SUCCESS);
        }
        println!("{}, a {}.", standing.name, if desk { "desk" } else { "device" });
        let Confirmations { finished, confirmed } = standing.confirmations;
        if !desk {
            println!("{finished} finished, {confirmed} confirmed by a desk.");
        }
        for hole in &standing.missing {
            let runs: Vec<String> = hole
                .sequences
                .iter()
                .map(|(first, last)| match first == last {
                    true => first.to_string(),
                    false => format!("{first}-{last}"),
                })
                .collect();
            println!(
                "{} of what {} wrote never arrived: {}. The relay may have kept them back; ask for a bundle.",
                hole.missing,
                hole.device,
                runs.join(", ")
            );
        }
        if standing.due > 0 {
            println!(
                "{} records are erased within {NOTICE_DAYS} days: see `baraza retention show`.",
                standing.due
            );
        }
        Ok(ExitCode::SUCCESS)
    }
}
