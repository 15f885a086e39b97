//! `baraza merge-worker`: the process in which everything from outside is merged.

use std::process::ExitCode;

use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct MergeWorkerCommand {}

impl MergeWorkerCommand {
    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
        client_core::serve_merges()?;
        Ok(ExitCode::SUCCESS)
    }
}
