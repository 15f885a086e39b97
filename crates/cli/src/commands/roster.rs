//! `baraza roster show`, `export`

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Subcommand;
use client_core::deeds::roster::RosterView;

use crate::home::Home;
use crate::output;

#[derive(Debug, Subcommand)]
pub(crate) enum Roster {
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
}

impl Roster {
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
        writeln!(
            text,
            "The roster is split: two desks changed it without knowing of one another. Until a coordinator joins \
             both sides, only revocations hold of what came since.\n"
        )?;
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
