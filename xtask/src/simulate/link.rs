//! `cargo xtask simulate link`: a device with a week of work syncs over a bad line.
//!
//! A relay (`baraza serve`) and a device (`baraza sync --keep-trying`) run as processes of their own, each in a network
//! namespace whose only way out is a TUN device. Between the two lies a [`line::Line`]: a bit rate, a round trip, chance
//! loss, and cuts after which no connection from before goes on. It passes if everything is at the desk in time, and if
//! little enough was sent twice. That is measured on the line, once where the device's packets enter it and once where
//! they come out at the relay: TCP's streams are put together again there, and the frames in them counted (see
//! [`twice`]). Judged is what arrived twice: what a cut destroys on the line has not arrived, and no protocol can do without
//! sending it again. Both figures are printed.

mod carrier;
pub(crate) mod end;
mod line;
mod namespaces;
mod packet;
mod requests;
mod streams;
mod twice;

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use clap::Args;
use serde::Deserialize;

use self::carrier::{Carried, Carrier};
use self::line::{End, Terms};
use self::namespaces::Namespaces;
use self::twice::Sent;
use crate::metadata::Metadata;
use crate::run::{cargo, output, run};

/// What is sent over what.
#[derive(Debug, Args)]
pub(crate) struct Plan {
    /// The run of `cargo xtask ci`: few records and one cut, usually over in half a minute
    #[arg(long)]
    short: bool,
    /// Where loss, cuts and answers come from
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Bits per second
    #[arg(long, default_value_t = 64_000, value_parser = clap::value_parser!(u64).range(1..))]
    rate: u64,
    /// The round trip, in milliseconds
    #[arg(long, default_value_t = 800)]
    rtt: u64,
    /// Which part of the packets is lost, from 0 to 1
    #[arg(long, default_value_t = 0.1, value_parser = part)]
    loss: f64,
    /// Seconds from one cut to the next; each lasts two to five [default: 20, short: 40]
    #[arg(long, value_parser = clap::value_parser!(u64).range(6..))]
    cut_every: Option<u64>,
    /// Seconds until the first cut [default: as from one to the next, short: 3, so that it hits]
    #[arg(long)]
    first_cut: Option<u64>,
    /// How many records the device has finished [default: 200, short: 20]
    #[arg(long)]
    records: Option<u32>,
    /// How many records with a note of 40 kB it has finished besides [default: 0]
    #[arg(long, default_value_t = 0)]
    notes: u32,
    /// How many photos of 40 kB it has taken besides [default: 20, short: 2]
    #[arg(long)]
    photos: Option<u32>,
    /// How TCP decides how fast to send. Reno is in every kernel and open to every namespace, and as slow on a lossy line as
    /// what phones use; `any` leaves it to the machine
    #[arg(long, default_value = "reno")]
    congestion: String,
    /// After how many seconds it has failed [default: 1800, short: 120]
    #[arg(long)]
    limit: Option<u64>,
    /// Which part may arrive twice [default: 0.1, short: 0.25, as one piece that is cut is an eighth of so little]
    #[arg(long, value_parser = part)]
    most_twice: Option<f64>,
}

/// The relay's port.
const PORT: u16 = 8080;
/// The passphrase of notebooks that live as long as the run.
const PASSPHRASE: &str = "six long words for a simulation";

/// What the desk has in the end.
#[derive(Debug, Deserialize)]
struct AtTheDesk {
    records: u32,
    notes: u32,
    photos: u32,
}

impl Plan {
    /// Runs it, prints what was measured, and fails if it did not go as it must.
    pub(crate) fn run(&self) -> anyhow::Result<()> {
        let choose = |given: Option<u64>, full, short| given.unwrap_or(if self.short { short } else { full });
        let cut_every = choose(self.cut_every, 20, 40);
        let terms = Terms {
            rate: self.rate,
            round_trip: Duration::from_millis(self.rtt),
            loss: self.loss,
            first_cut: Duration::from_secs(choose(self.first_cut, cut_every, 3)),
            cut_every: Duration::from_secs(cut_every),
        };
        let limit = Duration::from_secs(choose(self.limit, 1800, 120));
        let records = self.records.unwrap_or(if self.short { 20 } else { 200 });
        let photos = self.photos.unwrap_or(if self.short { 2 } else { 20 });
        let most_twice = self.most_twice.unwrap_or(if self.short { 0.25 } else { 0.1 });

        let programs = Programs::build()?;
        let folder = tempfile::tempdir()?;
        let mut prepare = programs.bad_link("prepare", folder.path());
        prepare
            .arg("--relay")
            .arg(format!("http://{}:{PORT}", End::Relay.address()))
            .args(["--seed", &self.seed.to_string()])
            .args(["--records", &records.to_string()])
            .args(["--notes", &self.notes.to_string()])
            .args(["--photos", &photos.to_string()]);
        run(prepare)?;

        let congestion = (self.congestion != "any").then_some(self.congestion.as_str());
        let (carried, took) = {
            let _namespaces = Namespaces::make(congestion)?;
            sync_over(terms, self.seed, limit, &programs, folder.path())?
        };
        let there: AtTheDesk = serde_json::from_slice(&output(programs.bad_link("arrived", folder.path()))?)?;
        let sent = Sent::over(&carried.sent);
        let arrived = Sent::over(&carried.arrived);
        report(terms, &carried, [&sent, &arrived]);

        let Some(took) = took else {
            bail!(
                "it was not over after {} s: {} of {records} records, {} of {} notes and {} of {photos} photos are at the desk",
                limit.as_secs(),
                there.records,
                there.notes,
                self.notes,
                there.photos
            );
        };
        println!(
            "{} records, {} notes and {} photos are at the desk after {:.0} s",
            there.records,
            there.notes,
            there.photos,
            took.as_secs_f64()
        );
        if (there.records, there.notes, there.photos) != (records, self.notes, photos) {
            bail!(
                "{records} records, {} notes and {photos} photos were sent",
                self.notes
            );
        }
        let twice = arrived.ratio();
        if twice > most_twice {
            bail!(
                "{:.0} % arrived twice, and {:.0} % may",
                twice * 100.0,
                most_twice * 100.0
            );
        }
        Ok(())
    }
}

fn part(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(part) if (0.0..=1.0).contains(&part) => Ok(part),
        _ => Err("it is not a number from 0 to 1".to_owned()),
    }
}

fn report(terms: Terms, carried: &Carried, [sent, arrived]: [&Sent; 2]) {
    println!(
        "{} bit/s, {} ms, {:.0} % lost by chance, a cut every {} s: {} cuts, {:?}",
        terms.rate,
        terms.round_trip.as_millis(),
        terms.loss * 100.0,
        terms.cut_every.as_secs(),
        carried.cuts,
        carried.fate
    );
    for (who, seen) in [("sent by the device", sent), ("arrived at the relay", arrived)] {
        println!(
            "{who}: {} B of envelopes and pieces, and {} B of them again ({:.1} %), in {} requests",
            seen.first,
            seen.again,
            seen.ratio() * 100.0,
            seen.requests
        );
    }
}

/// Lets the device sync until it has sent everything. Returns what went over the line, and how long it took; nothing if
/// the time was over before.
fn sync_over(
    terms: Terms,
    seed: u64,
    limit: Duration,
    programs: &Programs,
    folder: &Path,
) -> anyhow::Result<(Carried, Option<Duration>)> {
    let carrier = Carrier::start(terms, seed)?;
    let mut serve = End::Relay.command(&programs.baraza);
    serve
        .args([
            "serve",
            "--listen",
            &format!("{}:{PORT}", End::Relay.address()),
            "--data",
        ])
        .arg(folder.join("relay"));
    let mut relay = Running::start(serve)?;
    relay.wait_for("listens")?;
    let mut sync = End::Device.command(&programs.baraza);
    sync.args(["sync", "--keep-trying", "--home"])
        .arg(folder.join("device"));
    let mut device = Running::start(sync)?;
    let began = Instant::now();
    let took = loop {
        if let Some(status) = device.0.try_wait()? {
            if !status.success() {
                bail!("the device's sync has failed: {status}");
            }
            break Some(began.elapsed());
        }
        if began.elapsed() > limit {
            break None;
        }
        thread::sleep(Duration::from_millis(50));
    };
    Ok((carrier.stop()?, took))
}

/// The programs that take part.
struct Programs {
    baraza: PathBuf,
    bad_link: PathBuf,
}

impl Programs {
    fn build() -> anyhow::Result<Self> {
        let packages = [
            "build",
            "--quiet",
            "--package",
            "baraza-cli",
            "--package",
            "baraza-tests",
        ];
        run(cargo(
            &[&packages[..], &["--bin", "baraza", "--bin", "bad-link"]].concat(),
        ))?;
        let built = Metadata::read()?.target_directory.join("debug");
        Ok(Self {
            baraza: built.join("baraza"),
            bad_link: built.join("bad-link"),
        })
    }

    fn bad_link(&self, what: &str, folder: &Path) -> Command {
        let mut command = Command::new(&self.bad_link);
        command
            .args([what, "--folder"])
            .arg(folder)
            .env("BARAZA_PASSPHRASE", PASSPHRASE);
        command
    }
}

/// A process that ends with this run at the latest.
struct Running(Child);

impl Running {
    fn start(mut command: Command) -> anyhow::Result<Self> {
        let started = command
            .env("BARAZA_PASSPHRASE", PASSPHRASE)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn();
        Ok(Self(
            started.context("ip does not start; is iproute2 installed?")?,
        ))
    }

    /// Waits until it prints a line with a word.
    fn wait_for(&mut self, word: &str) -> anyhow::Result<()> {
        let out = self.0.stdout.as_mut().context("it has no output")?;
        let mut lines = BufReader::new(out).lines().map_while(Result::ok);
        if !lines.any(|line| line.contains(word)) {
            bail!("the relay does not come up");
        }
        Ok(())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}
