//! `baraza disagreement list`, `settle`

use std::process::ExitCode;

use anyhow::bail;
use clap::Subcommand;
use client_core::deeds::settle::Decision;
use form::Address;
use wire::RecordId;

use crate::home::Home;
use crate::output;

#[derive(Debug, Subcommand)]
pub(crate) enum DisagreementCommand {
    /// List what people disagree about
    List {
        #[command(flatten)]
        home: Home,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Settle one: say which side is right, or give another answer
    Settle {
        #[command(flatten)]
        home: Home,
        /// The record
        record: RecordId,
        /// What it is about
        address: Address,
        /// The number of the side that is right
        #[arg(long, group = "decision")]
        side: Option<usize>,
        /// Another answer, as ODK writes it
        #[arg(long, group = "decision")]
        value: Option<String>,
        /// Leave the question without an answer
        #[arg(long, group = "decision")]
        no_answer: bool,
        /// Keep what one removed
        #[arg(long, group = "decision")]
        keep: bool,
        /// Remove it after all
        #[arg(long, group = "decision")]
        remove: bool,
    },
}

impl DisagreementCommand {
    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
        match self {
            Self::List { home, json } => {
                let found = home.open()?.disagreements()?;
                if json {
                    output::json(&found)?;
                    return Ok(ExitCode::SUCCESS);
                }
                for found in &found {
                    println!("{} {}\n  {}", found.record, found.address, found.question);
                    for side in &found.sides {
                        println!(
                            "  {}. {}  ({}, {})",
                            side.number, side.label, side.device, side.at
                        );
                    }
                }
                println!("{} open.", found.len());
            }
            Self::Settle {
                home,
                record,
                address,
                side,
                value,
                no_answer,
                keep,
                remove,
            } => {
                let decision = match (side, value) {
                    (Some(side), _) => Decision::Side(side),
                    (None, Some(value)) => Decision::Value(value),
                    (None, None) if no_answer => Decision::NoAnswer,
                    (None, None) if keep => Decision::Keep,
                    (None, None) if remove => Decision::Remove,
                    (None, None) => {
                        bail!("say how: --side N, --value ANSWER, --no-answer, --keep or --remove")
                    }
                };
                home.open()?.settle(record, &address, decision)?;
                println!("Settled. Everybody sees it after the next sync.");
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}
