//! `baraza passphrase change`

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;

use crate::home::Home;

#[derive(Debug, Subcommand)]
pub(crate) enum PassphraseCommand {
    /// Change the passphrase; backups keep the one they were made under
    Change {
        #[command(flatten)]
        home: Home,
        /// A file whose first line is the new passphrase; otherwise it is asked for
        #[arg(long, value_name = "FILE")]
        new_passphrase_file: Option<PathBuf>,
    },
}

impl PassphraseCommand {
    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
        let Self::Change {
            home,
            new_passphrase_file,
        } = self;
        home.change_passphrase(new_passphrase_file.as_deref())?;
        println!("The passphrase is changed.");
        Ok(ExitCode::SUCCESS)
    }
}
