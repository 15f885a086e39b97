//! `baraza device request`, `admit`, `join`, `list`, `report`, `revoke`

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Subcommand;

use crate::home::Home;
use crate::output;

mod report;
mod revoke;

#[derive(Debug, Subcommand)]
pub(crate) enum Device {
    /// On a device: print the request to be shown to a desk
    Request {
        #[command(flatten)]
        home: Home,
        /// What people call this device
        #[arg(long)]
        name: String,
    },
    /// At a desk: admit the device that made a request, and print its certificate
    Admit {
        #[command(flatten)]
        home: Home,
        /// The file with the request; `-` reads it from the input
        request: PathBuf,
    },
    /// On a device: join with the certificate a desk made for it
    Join {
        #[command(flatten)]
        home: Home,
        /// The file with the certificate; `-` reads it from the input
        certificate: PathBuf,
    },
    /// At a desk: trust a member no more, and renew the programme's keys
    Revoke(revoke::Revoke),
    /// At a desk: tell what was on a device that was lost
    Report(report::Report),
    /// List the members of the programme
    List {
        #[command(flatten)]
        home: Home,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

impl Device {
    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
        match self {
            Self::Request { home, name } => println!("{}", home.open_or_create(&name)?.request()?.to_text()),
            Self::Admit { home, request } => println!("{}", home.open()?.admit(&read(&request)?)?),
            Self::Join { home, certificate } => {
                let programme = home.open()?.join(&read(&certificate)?)?;
                println!("This device belongs to programme {programme}. Sync to get its forms.");
            }
            Self::Revoke(command) => return command.run(),
            Self::Report(command) => command.run()?,
            Self::List { home, json } => {
                let members = home.open()?.members()?;
                if json {
                    output::json(&members)?;
                } else {
                    let rows: Vec<_> = members
                        .into_iter()
                        .map(|m| [m.id.to_string(), m.role.to_owned(), m.name])
                        .collect();
                    output::table(["MEMBER", "ROLE", "NAME"], &rows)?;
                }
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn read(file: &Path) -> anyhow::Result<String> {
    if file == Path::new("-") {
        let mut text = String::new();
        std::io::stdin()
            .read_to_string(&mut text)
            .context("the input cannot be read")?;
        return Ok(text);
    }
    std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))
}
