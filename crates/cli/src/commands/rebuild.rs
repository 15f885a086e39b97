//! `baraza rebuild`

use std::process::ExitCode;

use clap::Args;

use crate::home::Home;

#[derive(Debug, Args)]
pub(crate) struct Rebuild {
    #[command(flatten)]
    home: Home,
}

impl Rebuild {
    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
        let mut notebook = self.home.open()?;
        notebook.check()?;
        println!(
            "The notebook is sound. {} envelopes were opened again.",
            notebook.rebuild()?
        );
        Ok(ExitCode::SUCCESS)
    }
}
