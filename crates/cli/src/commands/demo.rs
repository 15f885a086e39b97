//! `baraza demo`: a week without signal, played with a real relay, a real desk and two real devices.

mod outcome;
mod story;
pub(super) mod two_compartments;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;
use client_core::{Clock as _, Cost, Notebook, SystemClock};
use rand::SeedableRng as _;
use rand::rngs::ChaCha20Rng;
use testkit::{Field, FieldClock};

use crate::commands::desk::open_console;
use story::Story;

#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// How many households the two devices consult between them
    #[arg(long, value_name = "N", default_value_t = 128)]
    records: usize,
    /// Keep what is made: relay, desk, device-1, device-2 and the passphrase
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// End after the story; fail if anything at the desk differs from what was recorded
    #[arg(long)]
    once: bool,
    /// Do not open a browser, only print the console's address
    #[arg(long)]
    no_browser: bool,
}

impl Demo {
    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed)?;
        let temporary = tempfile::tempdir()?;
        let folder = self.dir.as_deref().unwrap_or(temporary.path());
        let passphrase = make_passphrase(folder, &seed)?;
        println!("Everything of this demo is in {}", folder.display());
        println!("The passphrase of its notebooks is \"{passphrase}\".\n");

        let start = last_monday(SystemClock.now())?;
        // Opening a notebook is made as slow as in the field: it is part of what is shown.
        let field = Field::set_up(folder, seed, FieldClock::at(start), Cost::STANDARD, &passphrase)?;
        let (outcome, desk) = Story::begin(&field, self.records)?.play()?;
        outcome.print()?;
        if self.once {
            return Ok(if outcome.holds() {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            });
        }
        show(desk, !self.no_browser)?;
        drop(field);
        Ok(ExitCode::SUCCESS)
    }
}

/// The Monday of last week, at seven in the morning: the week of the story is over when it is told.
fn last_monday(now: jiff::Timestamp) -> anyhow::Result<jiff::Timestamp> {
    let today = now.to_zoned_datetime(jiff::tz::TimeZone::UTC).date();
    let monday = today
        .nth_weekday(-1, jiff::civil::Weekday::Monday)?
        .nth_weekday(-1, jiff::civil::Weekday::Monday)?;
    Ok(monday
        .at(7, 0, 0, 0)
        .to_zoned_datetime(jiff::tz::TimeZone::UTC)?
        .timestamp())
}

fn show(desk: Notebook, browser: bool) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    println!();
    runtime.block_on(open_console(desk, 0, browser))
}

fn make_passphrase(folder: &Path, seed: &[u8; 32]) -> anyhow::Result<String> {
    const WORDS: [&str; 16] = [
        "acacia", "baobab", "cassava", "dugout", "ember", "ferry", "granary", "harbour", "indigo", "jackal",
        "kiln", "lagoon", "mango", "nomad", "okra", "palm",
    ];
    let mut rng = ChaCha20Rng::from_seed(*seed);
    let mut word = || {
        let n = rand::Rng::next_u32(&mut rng) as usize % WORDS.len();
        WORDS.get(n).copied().unwrap_or("palm")
    };
    let passphrase = [word(), word(), word(), word(), word(), word()].join(" ");
    std::fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    let file = folder.join("passphrase");
    if file.exists() {
        anyhow::bail!("{} holds a demo already; choose another folder", folder.display());
    }
    std::fs::write(&file, format!("{passphrase}\n"))?;
    Ok(passphrase)
}
