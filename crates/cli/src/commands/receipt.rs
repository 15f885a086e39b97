//! `baraza receipt verify`

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Subcommand;
use wire::receipt::RECEIPT_WORD;

use crate::home::Home;
use crate::output;

#[derive(Debug, Subcommand)]
pub(crate) enum ReceiptCommand {
    /// Check that a desk of this notebook's programme signed a receipt of an erasure, and show it
    Verify {
        #[command(flatten)]
        home: Home,
        /// The receipt, as it was printed or the line in it
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
}

impl ReceiptCommand {
    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
        let Self::Verify { home, file } = self;
        let text =
            std::fs::read_to_string(&file).with_context(|| format!("{} cannot be read", file.display()))?;
        let receipt = home.open()?.check_receipt(line(&text))?;
        eprintln!("The receipt holds.");
        output::json(&receipt)?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Finds the receipt in what was printed around it.
fn line(text: &str) -> &str {
    let words = text.split(|c: char| c.is_whitespace() || c == '"');
    words
        .into_iter()
        .find(|word| word.starts_with(RECEIPT_WORD))
        .unwrap_or(text)
}
