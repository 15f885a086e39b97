//! `baraza roster show`, `export`, `status`, `join`

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Subcommand;
use client_core::deeds::roster::RosterView;

use crate::home::Home;
use crate::output;

#[derive(Debug, Subcommand)]
pub(crate) enum RosterCommand {
    /// Show who is a member, who may do and read what, and eight words to compare aloud
    Show {
        #[command(flatten)]
        home: Home,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Write the roster to a file, from which a new desk can recover together with the shares of the recovery key
    Export {
        #[command(flatten)]
        home: Home,
        /// The file to write
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
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
            Self::Show { home, json } => {
                let view = home.open()?.roster_view()?;
                if json {
                    output::json(&view)?;
                } else {
                    show(&view)?;
                }
            }
            Self::Export { home, out } => {
                let roster = home.open()?.export_roster()?;
                std::fs::write(&out, roster)
                    .with_context(|| format!("{} cannot be written", out.display()))?;
                println!("The roster is in {}. It holds no secret.", out.display());
            }
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

fn show(view: &RosterView) -> anyhow::Result<()> {
    let mut text = String::new();
    writeln!(text, "Programme {}", view.programme)?;
    writeln!(
        text,
        "Entry {}. Two members whose words are the same have the same roster:",
        view.height
    )?;
    writeln!(text, "\n    {}\n", view.words)?;
    if view.split {
        writeln!(text, "{}\n", split(view.height + 1))?;
    }
    let relay = view.relay.as_ref().map(|relay| relay.url.as_str());
    writeln!(text, "Relay: {}", relay.unwrap_or("as the certificates say"))?;
    let recovery = match view.recovery {
        true => "there is a recovery key",
        false => "there is no recovery key; make one with `baraza recovery split`",
    };
    writeln!(text, "Recovery: {recovery}\n")?;
    output::text(&text)?;
    let epochs: Vec<_> = view
        .epochs
        .iter()
        .map(|epoch| {
            [
                epoch.compartment.clone(),
                epoch.number.to_string(),
                epoch.readers.join(", "),
            ]
        })
        .collect();
    output::table(["COMPARTMENT", "EPOCH", "READ BY"], &epochs)?;
    output::text("\n")?;
    let members: Vec<_> = view
        .members
        .iter()
        .map(|one| {
            let standing = match (one.revoked, one.expired) {
                (true, _) => "revoked".to_owned(),
                (false, true) => "over".to_owned(),
                (false, false) if one.may.is_empty() => "nothing".to_owned(),
                (false, false) => one.may.join(", "),
            };
            let reads = match one.reads.is_empty() {
                true => "-".to_owned(),
                false => one.reads.join(", "),
            };
            [
                one.member.name.clone(),
                one.member.role_name.to_owned(),
                reads,
                standing,
            ]
        })
        .collect();
    output::table(["NAME", "ROLE", "READS", "MAY"], &members)
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
