//! `baraza form publish`

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::read;
use crate::home::Home;

#[derive(Debug, Args)]
pub(crate) struct Publish {
    #[command(flatten)]
    home: Home,
    /// The form
    file: PathBuf,
}

impl Publish {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let (form, warnings) = read(&self.file)?.map_err(|errors| {
            errors.iter().for_each(|error| eprintln!("{error}"));
            anyhow::anyhow!(
                "{} cannot be published: {} to mend",
                self.file.display(),
                errors.len()
            )
        })?;
        warnings.iter().for_each(|warning| eprintln!("{warning}"));
        let published = self.home.open()?.publish(&form)?;
        println!(
            "Published \"{}\" ({}, version {}). Sync to send it out.",
            published.title, published.id, published.version
        );
        Ok(ExitCode::SUCCESS)
    }
}
