//! `baraza recovery split`, `recover`

mod paper;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use client_core::HttpLink;
use client_core::deeds::recovery::{NewestError, RecoverError};
use wire::RelayKey;

use super::programme::address;
use crate::home::Home;

#[derive(Debug, Subcommand)]
pub(crate) enum Recovery {
    /// At the desk with the root key: make a recovery key, in shares for several people to keep on paper
    ///
    /// Enough of them together bring the programme back on a new machine when its desks are lost; one alone opens
    /// nothing. Shares that were made before are of no use afterwards.
    Split {
        #[command(flatten)]
        home: Home,
        /// A new folder for the shares: a text and a page to print for each, and the roster
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
        /// How many shares there are
        #[arg(long, default_value_t = 3)]
        shares: u8,
        /// How many of them it takes
        #[arg(long, default_value_t = 2)]
        need: u8,
    },
    /// On a new machine: become a coordinator's desk of a programme whose desks are lost
    ///
    /// The roster is in the folder of the shares, in every bundle, and in the notebook of every member (`baraza roster
    /// export`). The relay is asked for a newer one.
    Recover(Box<Recover>),
}

#[derive(Debug, Args)]
pub(crate) struct Recover {
    #[command(flatten)]
    home: Home,
    /// What people call this desk
    #[arg(long, default_value = "desk")]
    name: String,
    /// The file with the programme's roster: a bundle, or what `baraza roster export` wrote
    #[arg(long, value_name = "FILE")]
    roster: PathBuf,
    /// A text file with a share's words; give as many as it takes
    #[arg(long = "share", value_name = "FILE", required = true)]
    shares: Vec<PathBuf>,
    /// Where the relay is, if it has moved since the roster was written
    #[arg(long, value_name = "URL")]
    relay: Option<String>,
    /// The key of an `https://` relay, as `baraza serve --tls` prints it: 64 hexadecimal digits
    #[arg(long, value_name = "HEX", requires = "relay")]
    relay_key: Option<RelayKey>,
    /// Do not ask the relay for a newer roster: take the newest that you can find, for the relay must know no newer one
    #[arg(long)]
    offline: bool,
}

impl Recovery {
    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
        match self {
            Self::Split {
                home,
                out,
                shares,
                need,
            } => split(&home, &out, shares, need)?,
            Self::Recover(recover) => recover.run()?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn split(home: &Home, out: &Path, shares: u8, need: u8) -> anyhow::Result<()> {
    let mut notebook = home.open()?;
    // Made first: shares that cannot be written down are lost.
    make_private(out)?;
    let dealt = notebook.split_recovery(shares, need)?;
    let today = notebook.now().to_zoned_datetime(jiff::tz::TimeZone::UTC).date();
    for share in &dealt {
        let sheet = paper::Sheet {
            share,
            of: shares,
            today,
        };
        let name = format!("share-{}", share.number());
        write(&out.join(format!("{name}.txt")), sheet.text()?.as_bytes())?;
        write(&out.join(format!("{name}.html")), sheet.page()?.as_bytes())?;
    }
    write(&out.join("programme.baraza-roster"), &notebook.export_roster()?)?;
    println!(
        "{shares} shares are in {}; any {need} of them bring a lost desk back.",
        out.display()
    );
    println!(
        "Print each (share-1.html and so on), give each to another person, and then delete these files: this"
    );
    println!(
        "desk keeps no copy. programme.baraza-roster holds no secret; give it to each of them too, and a newer"
    );
    println!("one from time to time. Sync now, so that the relay and every device know of the new keys.");
    Ok(())
}

impl Recover {
    fn run(self) -> anyhow::Result<()> {
        let relay = self.relay.as_deref().map(|url| address(url, self.relay_key));
        let roster = std::fs::read(&self.roster)
            .with_context(|| format!("{} cannot be read", self.roster.display()))?;
        let mut shares = Vec::new();
        for file in &self.shares {
            let text = std::fs::read_to_string(file).map(zeroize::Zeroizing::new);
            shares.push(text.with_context(|| format!("{} cannot be read", file.display()))?);
        }
        let mut notebook = self.home.open_or_create(&self.name)?;
        let programme = match self.offline {
            true => notebook.recover(&roster, &shares, relay.as_ref())?,
            false => notebook
                .recover_over(&HttpLink::default(), &roster, &shares, relay.as_ref())
                .map_err(with_way_out)?,
        };
        println!(
            "This notebook is a desk of programme {programme} now, and holds its root key and reading keys."
        );
        println!(
            "Sync now to get back what was sent. Then compare the words of `baraza roster show` with another"
        );
        println!("member, revoke the lost desk, and make new shares with `baraza recovery split`.");
        Ok(())
    }
}

/// Says what to do where the relay cannot be reached.
fn with_way_out(error: RecoverError) -> anyhow::Error {
    match error {
        RecoverError::Newest(NewestError::Link(_) | NewestError::Cut(_)) => anyhow::Error::new(error).context(
            "the relay was not reached, so nobody knows whether it has a newer roster. Try again when it can be \
             reached; or recover --offline, with the newest roster that you can find",
        ),
        other => other.into(),
    }
}

/// Makes a folder that only its owner reads, which must not be there.
fn make_private(folder: &Path) -> anyhow::Result<()> {
    if folder.exists() {
        bail!(
            "{} is there already; name a new folder for the shares",
            folder.display()
        );
    }
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .create(folder)
        .with_context(|| format!("{} cannot be made", folder.display()))
}

fn write(file: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(file).and_then(|mut out| {
        out.write_all(bytes)?;
        out.sync_all()
    });
    written.with_context(|| {
        format!(
            "{} cannot be written; make the shares again in another folder, for these are of no use",
            file.display()
        )
    })
}
