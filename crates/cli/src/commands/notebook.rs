//! `baraza notebook verify`, `rebuild`, `backup`, `restore`, `wipe`

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;
use client_core::Notebook;

use crate::home::Home;
use crate::output;

#[derive(Debug, Subcommand)]
pub(crate) enum NotebookCommand {
    /// Check the file, the audit, and the signature of every envelope in it
    Verify {
        #[command(flatten)]
        home: Home,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Make every view anew from the envelopes
    Rebuild {
        #[command(flatten)]
        home: Home,
    },
    /// Write a backup, which the notebook's passphrase opens; let it expire within 30 days
    Backup {
        #[command(flatten)]
        home: Home,
        /// The file to write
        #[arg(long, value_name = "FILE")]
        to: PathBuf,
    },
    /// Restore a backup into a new folder; sync before anything is shown
    Restore {
        /// The backup
        #[arg(long, value_name = "FILE")]
        from: PathBuf,
        /// The folder for the notebook
        #[arg(long, value_name = "DIR", env = "BARAZA_HOME")]
        home: PathBuf,
    },
    /// Destroy the notebook on this machine, once everything in it is sent
    Wipe {
        #[command(flatten)]
        home: Home,
        /// Let open drafts go, too
        #[arg(long)]
        drafts_too: bool,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
}

impl NotebookCommand {
    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
        match self {
            Self::Verify { home, json } => return verify(&home, json),
            Self::Rebuild { home } => {
                let mut notebook = home.open()?;
                notebook.check()?;
                println!(
                    "The notebook is sound. {} envelopes were opened again.",
                    notebook.rebuild()?
                );
            }
            Self::Backup { home, to } => {
                home.open()?.backup(&to)?;
                println!(
                    "The backup is in {}. Its passphrase is the notebook's.",
                    to.display()
                );
            }
            Self::Restore { from, home } => {
                Notebook::restore(&from, &home)?;
                println!(
                    "The notebook is restored in {}. Sync it before anything else: records may have been erased since the \
                     backup was made. Never open the one it was made from beside it.",
                    home.display()
                );
            }
            Self::Wipe {
                home,
                drafts_too,
                yes,
            } => {
                let notebook = home.open()?;
                if !yes {
                    output::confirm(&format!(
                        "Destroy the notebook \"{}\" in {}?",
                        notebook.name(),
                        home.folder().display()
                    ))?;
                }
                notebook.wipe(drafts_too)?;
                println!("The notebook in {} is destroyed.", home.folder().display());
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn verify(home: &Home, json: bool) -> anyhow::Result<ExitCode> {
    let verdict = home.open()?.verify()?;
    if json {
        output::json(&verdict)?;
    } else {
        println!("The file is sound. {} envelopes hold.", verdict.sound);
        for broken in &verdict.broken {
            println!("{} does not hold: {}", broken.envelope, broken.reason);
        }
        if let Some(trouble) = &verdict.audit {
            println!("{trouble}");
        }
    }
    Ok(match verdict.broken.is_empty() && verdict.audit.is_none() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}
