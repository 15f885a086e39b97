//! `baraza record attach`, `media`

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use client_core::deeds::media::MediaFile;
use form::Address;
use wire::RecordId;

use crate::home::Home;
use crate::output;

/// Answer a question with a file.
#[derive(Debug, clap::Args)]
pub(crate) struct Attach {
    #[command(flatten)]
    home: Home,
    /// The record
    record: RecordId,
    /// The question, like `members[6f2c…]/photo`
    address: Address,
    /// A JPEG or PNG, of which only the picture is kept, or a recording
    file: PathBuf,
}

/// List or save a record's files.
#[derive(Debug, clap::Args)]
pub(crate) struct Files {
    #[command(flatten)]
    home: Home,
    /// The record
    record: RecordId,
    /// Save those that are here whole into this folder
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Attach {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let bytes =
            std::fs::read(&self.file).with_context(|| format!("{} cannot be read", self.file.display()))?;
        let name = self.file.file_name().unwrap_or_default().to_string_lossy();
        let mut notebook = self.home.open()?;
        println!(
            "{}",
            notebook.attach_media(self.record, &self.address, &name, &bytes)?
        );
        Ok(())
    }
}

impl Files {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let mut notebook = self.home.open()?;
        let files = notebook.media(self.record)?;
        if let Some(folder) = &self.out {
            std::fs::create_dir_all(folder)
                .with_context(|| format!("{} cannot be made", folder.display()))?;
            for file in files.iter().filter(|file| file.complete) {
                let bytes = notebook.media_file(self.record, &file.name)?;
                save(&folder.join(&file.name), &bytes)?;
            }
        }
        if self.json {
            return output::json(&files);
        }
        let lines: String = files.iter().map(|file| line(file) + "\n").collect();
        output::text(&lines)
    }
}

/// Saves a file where nothing is yet.
fn save(to: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let file = OpenOptions::new().write(true).create_new(true).open(to);
    file.and_then(|mut file| file.write_all(bytes))
        .with_context(|| format!("{} cannot be written", to.display()))
}

/// Describes a file in one line.
pub(super) fn line(file: &MediaFile) -> String {
    let whole = if file.complete { "" } else { ", not whole yet" };
    format!("{}  {}, {} bytes{whole}", file.name, file.mime, file.length)
}
