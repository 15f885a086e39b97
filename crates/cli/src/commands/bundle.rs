//! `baraza bundle`: what is carried by hand, on a stick or a card.

use std::fs::File;
use std::io::{BufReader, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use client_core::deeds::carry::{self, BundleContents, CarryReport, Selection};

use crate::home::Home;
use crate::output;

#[derive(Debug, Subcommand)]
pub(crate) enum Bundle {
    /// Write a file that any other notebook or relay of the programme can take
    Export(Export),
    /// Take what a file brings; whoever cannot open it carries it on
    Import(Import),
    /// Say what is in a file, without opening anything; no notebook is needed
    Inspect(Inspect),
}

#[derive(Debug, Args)]
pub(crate) struct Export {
    #[command(flatten)]
    home: Home,
    /// The file to write
    file: PathBuf,
    /// Only what the relay is not known to have
    #[arg(long, conflicts_with_all = ["to", "outbox"])]
    unsent: bool,
    /// Only what this member needs: a name or an id
    #[arg(long, value_name = "NAME", conflicts_with = "outbox")]
    to: Option<String>,
    /// Only the sealed copies beside the notebook: it needs no passphrase
    #[arg(long)]
    outbox: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Import {
    #[command(flatten)]
    home: Home,
    /// The file to take
    file: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Inspect {
    /// The file to look at
    file: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Bundle {
    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
        match self {
            Self::Export(command) => command.run(),
            Self::Import(command) => command.run(),
            Self::Inspect(command) => command.run(),
        }
    }
}

impl Export {
    fn run(self) -> anyhow::Result<ExitCode> {
        let count = if self.outbox {
            write(&self.file, |into| {
                Ok(carry::export_outbox(self.home.folder(), into)?)
            })?
        } else {
            let notebook = self.home.open()?;
            let selection = match (&self.to, self.unsent) {
                (Some(who), _) => Selection::For(notebook.find_member(who)?),
                (None, true) => Selection::Unsent,
                (None, false) => Selection::Everything,
            };
            write(&self.file, |into| Ok(notebook.export_bundle(into, selection)?))?
        };
        println!("{count} envelopes are in {}.", self.file.display());
        Ok(ExitCode::SUCCESS)
    }
}

/// Writes a file under another name first, so that a half-written one is never taken for a bundle.
pub(super) fn write(
    path: &Path,
    bundle: impl FnOnce(&mut BufWriter<File>) -> anyhow::Result<u64>,
) -> anyhow::Result<u64> {
    let unfinished = path.with_extension("unfinished");
    let named = |what: &Path| format!("{} cannot be written", what.display());
    let mut file = BufWriter::new(File::create(&unfinished).with_context(|| named(&unfinished))?);
    let count = bundle(&mut file)?;
    file.flush().with_context(|| named(&unfinished))?;
    file.get_ref().sync_all().with_context(|| named(&unfinished))?;
    std::fs::rename(&unfinished, path).with_context(|| named(path))?;
    Ok(count)
}

impl Import {
    fn run(self) -> anyhow::Result<ExitCode> {
        let mut notebook = self.home.open()?;
        let report = notebook.import_bundle(&mut open(&self.file)?)?;
        if self.json {
            output::json(&report)?;
            return Ok(ExitCode::SUCCESS);
        }
        println!(
            "Received {}, opened {}; {} were here already.",
            report.received, report.opened, report.known
        );
        tell_what_else(&report)?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Says what else came of taking what another notebook gave.
pub(super) fn tell_what_else(report: &CarryReport) -> anyhow::Result<()> {
    for (count, what) in [
        (report.roster_entries, "roster entries are new"),
        (
            report.refused,
            "were signed by no member, or changed on the way, and were left out",
        ),
        (
            report.ahead,
            "speak of a newer roster than is here, and were left out: ask again once it is",
        ),
    ] {
        if count > 0 {
            output::text(&format!("{count} {what}.\n"))?;
        }
    }
    Ok(())
}

impl Inspect {
    fn run(self) -> anyhow::Result<ExitCode> {
        let contents = carry::inspect(&mut open(&self.file)?)?;
        if self.json {
            output::json(&contents)?;
        } else {
            print(&contents)?;
        }
        Ok(if contents.damage.is_none() {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    }
}

fn print(contents: &BundleContents) -> anyhow::Result<()> {
    if let Some(programme) = contents.programme {
        println!(
            "Programme {programme}: {} roster entries.",
            contents.roster_entries
        );
    }
    println!(
        "{} authors, {} records, {} bytes sealed.",
        contents.authors, contents.records, contents.sealed_bytes
    );
    let rows: Vec<[String; 2]> = contents
        .envelopes
        .iter()
        .map(|kind| [kind.kind.to_owned(), kind.count.to_string()])
        .collect();
    output::table(["kind", "envelopes"], &rows)?;
    if let Some(damage) = &contents.damage {
        println!("It does not hold: {damage}. What stands before can be taken.");
    }
    Ok(())
}

pub(super) fn open(path: &Path) -> anyhow::Result<BufReader<File>> {
    let file = File::open(path).with_context(|| format!("{} cannot be read", path.display()))?;
    Ok(BufReader::new(file))
}
