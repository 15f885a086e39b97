//! `baraza record offer`, `hand-over`, `take-over`

use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use wire::RecordId;

use crate::home::Home;

/// The device that will take a draft over shows an offer.
#[derive(Debug, Args)]
pub(crate) struct Offer {
    #[command(flatten)]
    home: Home,
    /// The device that hands it over, by id or name
    #[arg(long, value_name = "DEVICE")]
    from: String,
}

/// The device that has the draft hands it over.
#[derive(Debug, Args)]
pub(crate) struct HandOver {
    #[command(flatten)]
    home: Home,
    /// The draft
    record: RecordId,
    /// The file with the other device's offer; `-` reads it from the input
    #[arg(long, value_name = "OFFER.txt")]
    to: PathBuf,
    /// Also write it to a file, for the way without a relay
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// The other device takes it over from a file.
#[derive(Debug, Args)]
pub(crate) struct TakeOver {
    #[command(flatten)]
    home: Home,
    /// The file that `hand-over --out` wrote
    file: PathBuf,
}

impl Offer {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let mut notebook = self.home.open()?;
        let from = notebook.find_member(&self.from)?;
        println!("{}", notebook.offer(from)?);
        Ok(())
    }
}

impl HandOver {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let offer = read(&self.to)?;
        let mut notebook = self.home.open()?;
        let handed = notebook.hand_over(self.record, &offer)?;
        if let Some(out) = &self.out {
            // The draft is sealed and queued already: without the file it arrives through the relay.
            std::fs::write(out, &handed.file).with_context(|| {
                format!(
                    "the draft is handed over and is sent at the next sync, but {} cannot be written",
                    out.display()
                )
            })?;
        }
        println!("Handed over. It is not on this device any more; it is sent at the next sync.");
        Ok(())
    }
}

impl TakeOver {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let file =
            std::fs::read(&self.file).with_context(|| format!("{} cannot be read", self.file.display()))?;
        println!("{}", self.home.open()?.take_over(&file)?);
        Ok(())
    }
}

fn read(file: &Path) -> anyhow::Result<String> {
    let mut text = String::new();
    if file == Path::new("-") {
        std::io::stdin()
            .read_to_string(&mut text)
            .context("the input cannot be read")?;
        return Ok(text);
    }
    std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))
}
