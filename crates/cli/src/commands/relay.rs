//! `baraza relay backup|restore|export|import`

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;
use wire::ProgrammeId;

use super::bundle;

#[derive(Debug, Subcommand)]
pub(crate) enum RelayCommand {
    /// Copy what a relay keeps, while it runs
    Backup {
        /// The relay's folder
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
        /// The file to write; photos and the TLS key are written beside it
        #[arg(long, value_name = "FILE")]
        to: PathBuf,
    },
    /// Write a bundle of all that a relay keeps of a programme; the relay must not run
    Export {
        /// The relay's folder
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
        /// Which programme, if there are several
        #[arg(long, value_name = "ID")]
        programme: Option<ProgrammeId>,
        /// The file to write
        file: PathBuf,
    },
    /// Take a bundle that was carried by hand; the relay must not run
    Import {
        /// The relay's folder
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
        /// The file to take
        file: PathBuf,
    },
    /// Make a relay out of a backup, in an empty folder
    Restore {
        /// The backup's file
        #[arg(long, value_name = "FILE")]
        from: PathBuf,
        /// The new relay's folder
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
    },
}

impl RelayCommand {
    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
        match self {
            Self::Backup { data, to } => {
                server::back_up(&data, &to)?;
                println!("The relay is backed up in {}.", to.display());
                println!(
                    "It keeps what is erased later: destroy it once there are newer ones, after 30 days at the latest."
                );
            }
            Self::Export {
                data,
                programme,
                file,
            } => {
                let count = bundle::write(&file, |into| Ok(server::export_bundle(&data, programme, into)?))?;
                println!("{count} envelopes are in {}.", file.display());
            }
            Self::Import { data, file } => {
                let report = server::import_bundle(&data, &mut bundle::open(&file)?)?;
                println!(
                    "Stored {}; {} were here already, {} were refused.",
                    report.stored, report.had, report.refused
                );
            }
            Self::Restore { from, data } => {
                server::restore(&from, &data)?;
                println!(
                    "{} is a relay again: start it with `baraza serve`.",
                    data.display()
                );
                println!(
                    "It gives nothing out before a desk of each programme has synced, so that nothing erased comes back."
                );
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}
