//! `baraza bench`: how fast and how small it all is, on the machine at hand.
//!
//! Given records go through real devices, a real relay over HTTP and a real desk, each a process of its own, and each
//! phase is printed as one line of JSON. Bytes are counted on the socket, HTTP included.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context as _, bail};
use clap::Args;
use client_core::deeds::admit::Admission;
use client_core::{Cost, HttpLink, Notebook, RelayAddress, Surroundings};
use form::{Address, Form, Source};
use rand::SeedableRng as _;
use rand::rngs::ChaCha20Rng;
use serde::Serialize;
use testkit::{Tap, Traffic};
use wire::MemberId;

use self::process::{Process, Spent};
use self::worker::Order;
use super::demo::two_compartments;
use crate::output;

pub(crate) mod process;
pub(crate) mod worker;

/// The passphrase of notebooks that live as long as the measurement.
const PASSPHRASE: &str = "six long words for a measurement";

#[derive(Debug, Args)]
pub(crate) struct Bench {
    /// The form: .xlsx, .xls, .csv, .md or an XForm; without it a household form of 60 answers in two compartments
    #[arg(long, requires = "records")]
    form: Option<PathBuf>,
    /// The records: one JSON object a line, as `record new --answers` takes them
    #[arg(long, requires = "form")]
    records: Option<PathBuf>,
    /// How many households are made up where no records are given
    #[arg(long, value_name = "N", default_value_t = 1000, conflicts_with = "records")]
    made_up: usize,
    /// Where the made-up households come from
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many devices finish and send them
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=200))]
    devices: u32,
    /// How many of the records are edited by one answer at the desk [default: 1000, or all but one]
    #[arg(long)]
    edits: Option<usize>,
    /// The question whose answer is changed
    #[arg(long, value_name = "ADDRESS", requires = "edit_to")]
    edit: Option<Address>,
    /// What it is changed to
    #[arg(long, value_name = "TEXT")]
    edit_to: Option<String>,
    /// A relay that runs already, as host and port, without TLS; otherwise one is started
    #[arg(long, value_name = "ADDRESS")]
    relay: Option<SocketAddr>,
    /// Print one JSON object a line instead of a table
    #[arg(long)]
    json: bool,
}

/// What one phase came to.
#[derive(Debug, Serialize)]
struct Phase {
    phase: &'static str,
    records: usize,
    wall_s: f64,
    records_per_s: f64,
    /// From members to the relay, on the socket.
    bytes_up: u64,
    /// From the relay to members, on the socket.
    bytes_down: u64,
    /// Calls to the relay.
    calls: u32,
    /// Processor time of each kind of process during the phase.
    cpu_s: BTreeMap<&'static str, f64>,
    /// The most memory that each kind of process has had since it was started; of devices, the one that had most.
    peak_mb: BTreeMap<&'static str, f64>,
    /// What lies on disk at the end of the phase: the relay's folder, the desk's, and all devices'.
    disk_bytes: BTreeMap<&'static str, u64>,
}

impl Bench {
    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
        let folder = tempfile::tempdir()?;
        let played = self.played(folder.path())?;
        let records = played.records;
        let home = folder.path().join("field");
        std::fs::create_dir(&home)?;
        let mut field = Field::set_up(&self, &played, &home)?;
        if !self.json {
            println!(
                "{:<12} {:>8} {:>9} {:>12} {:>12} {:>12} {:>6}",
                "phase", "records", "seconds", "records/s", "bytes up", "bytes down", "calls"
            );
        }
        let print = |phase: &Phase| self.print(phase);
        print(&field.finish(records)?)?;
        print(&field.push()?)?;
        print(&field.pull()?)?;
        print(&field.idle()?)?;
        if let Some((address, text)) = &played.edit {
            // The last is left for the device.
            let edits = self.edits.unwrap_or(1000).min(records - 1);
            print(&field.incremental(edits, address, text)?)?;
            print(&field.edit(address, text)?)?;
        }
        print(&field.concurrent(records)?)?;
        Ok(ExitCode::SUCCESS)
    }

    /// Reads the form and counts the records, or makes both up.
    fn played(&self, folder: &Path) -> anyhow::Result<Played> {
        let edit = self.edit.clone().zip(self.edit_to.clone());
        let (Some(form), Some(file)) = (&self.form, &self.records) else {
            let form = two_compartments::household()?;
            let mut seed = [0; 32];
            seed.iter_mut()
                .zip(self.seed.to_be_bytes())
                .for_each(|(to, from)| *to = from);
            let now = Surroundings::real()?.clock.now();
            let lines: Vec<String> = two_compartments::respondents(&form, ChaCha20Rng::from_seed(seed), now)
                .take(self.made_up)
                .map(|(_, json)| json)
                .collect();
            let file = folder.join("made-up.jsonl");
            std::fs::write(&file, lines.join("\n"))?;
            let remarks = ("household/contact/remarks".parse()?, "asked again".to_owned());
            return Ok(Played {
                records: lines.len(),
                edit: edit.or(Some(remarks)),
                form,
                file,
            });
        };
        let named = form.file_name().unwrap_or_default().to_string_lossy();
        let bytes = std::fs::read(form).with_context(|| format!("{} cannot be read", form.display()))?;
        let (form, _) = Form::read(Source::from_named(&named, &bytes)?).map_err(|errors| {
            anyhow::anyhow!("the form has {} errors; see `baraza form check`", errors.len())
        })?;
        let text =
            std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
        let records = text.lines().filter(|line| !line.trim().is_empty()).count();
        if records == 0 {
            bail!("there are no records in {}", file.display());
        }
        Ok(Played {
            form,
            file: file.clone(),
            records,
            edit,
        })
    }

    fn print(&self, phase: &Phase) -> anyhow::Result<()> {
        if self.json {
            return output::text(&format!("{}\n", serde_json::to_string(phase)?));
        }
        output::text(&format!(
            "{:<12} {:>8} {:>9.3} {:>12.0} {:>12} {:>12} {:>6}\n",
            phase.phase,
            phase.records,
            phase.wall_s,
            phase.records_per_s,
            phase.bytes_up,
            phase.bytes_down,
            phase.calls
        ))
    }
}

/// What is played.
struct Played {
    form: Form,
    file: PathBuf,
    records: usize,
    /// The question whose answer is changed, and to what.
    edit: Option<(Address, String)>,
}

/// Everybody who takes part.
struct Field {
    folder: PathBuf,
    tap: Tap,
    relay: Option<Process>,
    desk: Process,
    devices: Vec<Process>,
    /// The member id of the first device.
    first: MemberId,
}

/// What stood before a phase.
struct Before {
    traffic: Traffic,
    spent: BTreeMap<&'static str, f64>,
    begun: Instant,
}

impl Field {
    fn set_up(bench: &Bench, played: &Played, folder: &Path) -> anyhow::Result<Self> {
        let (relay, address) = match bench.relay {
            Some(address) => (None, address),
            None => start_relay(&folder.join("relay"))?,
        };
        let tap = Tap::to(address)?;
        let (devices, first) = enrol(folder, &played.form, &tap, bench.devices)?;
        let worker = |home: &str| -> anyhow::Result<Process> {
            let home = folder.join(home);
            let mut process = Process::start(
                &[
                    "bench-worker",
                    "--home",
                    &home.to_string_lossy(),
                    "--records",
                    &played.file.to_string_lossy(),
                    "--form",
                    &played.form.id,
                ],
                PASSPHRASE,
            )?;
            process.done()?;
            Ok(process)
        };
        let devices = devices
            .iter()
            .map(|name| worker(name))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            desk: worker("desk")?,
            folder: folder.to_owned(),
            tap,
            relay,
            devices,
            first,
        })
    }

    /// Every device finishes its share: the answers are read, checked, sealed and made durable.
    fn finish(&mut self, records: usize) -> anyhow::Result<Phase> {
        let before = self.before();
        for (share, device) in shares(records, self.devices.len())
            .into_iter()
            .zip(&mut self.devices)
        {
            let (from, to) = share;
            device.order(&Order::Finish { from, to })?;
        }
        let (done, _) = self.await_devices()?;
        self.phase("finish", done, &before, 0)
    }

    /// All devices send what they finished. Their requests are made before and their answers looked at after: what is
    /// measured is the relay, from the first byte that is sent to the last acknowledgement.
    fn push(&mut self) -> anyhow::Result<Phase> {
        for device in &mut self.devices {
            device.order(&Order::Push)?;
        }
        for device in &mut self.devices {
            if !device.done()?.ready {
                bail!("a device is not ready to push");
            }
        }
        let mut before = self.before();
        for device in &mut self.devices {
            device.say("go")?;
        }
        before.begun = Instant::now();
        let mut slowest = 0.0_f64;
        let (mut records, mut calls) = (0, 0);
        for device in &mut self.devices {
            let done = device.done()?;
            slowest = slowest.max(done.seconds);
            records += done.records;
            calls += done.calls;
        }
        let mut phase = self.phase("push", records, &before, calls)?;
        phase.wall_s = slowest;
        phase.records_per_s = records as f64 / slowest.max(1e-9);
        Ok(phase)
    }

    /// A desk that has seen none of it takes everything: verified, opened, merged, in its lists.
    fn pull(&mut self) -> anyhow::Result<Phase> {
        let before = self.before();
        let done = self.desk.follow(&Order::Sync)?;
        let there = self.desk.follow(&Order::Count)?.records;
        self.phase("pull", there, &before, done.calls)
    }

    /// A device that has nothing to send and nothing to take.
    fn idle(&mut self) -> anyhow::Result<Phase> {
        let device = self.devices.first_mut().context("there is no device")?;
        // The first one takes what the desk confirmed.
        device.follow(&Order::Sync)?;
        let before = self.before();
        let device = self.devices.first_mut().context("there is no device")?;
        let done = device.follow(&Order::Sync)?;
        self.phase("idle", 0, &before, done.calls)
    }

    /// The desk changes one answer in many records and sends that.
    fn incremental(&mut self, records: usize, address: &Address, value: &str) -> anyhow::Result<Phase> {
        let (address, value) = (address.clone(), value.to_owned());
        self.desk.follow(&Order::Edit {
            records,
            address,
            value,
        })?;
        let before = self.before();
        let done = self.desk.follow(&Order::Sync)?;
        self.phase("incremental", records, &before, done.calls)
    }

    /// The first device was handed one record: it changes one answer, sends it, and the desk takes it.
    fn edit(&mut self, address: &Address, value: &str) -> anyhow::Result<Phase> {
        self.desk.follow(&Order::Grant { to: self.first })?;
        self.desk.follow(&Order::Sync)?;
        let device = self.devices.first_mut().context("there is no device")?;
        // The grant comes with the first, what it opens with the next.
        device.follow(&Order::Sync)?;
        device.follow(&Order::Sync)?;
        device.follow(&Order::Edit {
            records: 1,
            address: address.clone(),
            value: value.to_owned(),
        })?;
        let before = self.before();
        let device = self.devices.first_mut().context("there is no device")?;
        let sent = device.follow(&Order::Sync)?;
        let taken = self.desk.follow(&Order::Sync)?;
        self.phase("edit", 1, &before, sent.calls + taken.calls)
    }

    /// All devices finish a few more and sync, while the desk does.
    fn concurrent(&mut self, records: usize) -> anyhow::Result<Phase> {
        let few = (records / 10).max(1);
        for (share, device) in shares(few, self.devices.len()).into_iter().zip(&mut self.devices) {
            let (from, to) = share;
            device.follow(&Order::Finish { from, to })?;
        }
        let before = self.before();
        for device in &mut self.devices {
            device.order(&Order::Sync)?;
        }
        self.desk.order(&Order::Sync)?;
        let (_, calls) = self.await_devices()?;
        let done = self.desk.done()?;
        self.phase("concurrent", few, &before, calls + done.calls)
    }

    fn await_devices(&mut self) -> anyhow::Result<(usize, u32)> {
        let mut sum = (0, 0);
        for device in &mut self.devices {
            let done = device.done()?;
            sum = (sum.0 + done.records, sum.1 + done.calls);
        }
        Ok(sum)
    }

    fn before(&self) -> Before {
        Before {
            traffic: self.tap.traffic(),
            spent: self
                .spent()
                .into_iter()
                .map(|(who, spent)| (who, spent.cpu_s))
                .collect(),
            begun: Instant::now(),
        }
    }

    /// What each kind of process has cost; of devices all time, and the most memory that one had.
    fn spent(&self) -> BTreeMap<&'static str, Spent> {
        let devices = self
            .devices
            .iter()
            .map(Process::spent)
            .fold(Spent::default(), |sum, one| Spent {
                cpu_s: sum.cpu_s + one.cpu_s,
                peak_mb: sum.peak_mb.max(one.peak_mb),
            });
        let mut spent = BTreeMap::from([("desk", self.desk.spent()), ("devices", devices)]);
        if let Some(relay) = &self.relay {
            spent.insert("relay", relay.spent());
        }
        spent
    }

    fn phase(
        &self,
        phase: &'static str,
        records: usize,
        before: &Before,
        calls: u32,
    ) -> anyhow::Result<Phase> {
        let wall_s = before.begun.elapsed().as_secs_f64();
        let traffic = self.tap.traffic().since(before.traffic);
        let spent = self.spent();
        let mut disk_bytes = BTreeMap::from([("desk", 0), ("devices", 0), ("relay", 0)]);
        for entry in std::fs::read_dir(&self.folder)?.flatten() {
            let name = entry.file_name();
            let who = match name.to_string_lossy().as_ref() {
                "relay" => "relay",
                "desk" => "desk",
                _ => "devices",
            };
            *disk_bytes.entry(who).or_default() += bytes_in(&entry.path())?;
        }
        Ok(Phase {
            phase,
            records,
            wall_s,
            records_per_s: records as f64 / wall_s.max(1e-9),
            bytes_up: traffic.up,
            bytes_down: traffic.down,
            calls,
            cpu_s: spent
                .iter()
                .map(|(who, now)| {
                    (
                        *who,
                        now.cpu_s - before.spent.get(who).copied().unwrap_or_default(),
                    )
                })
                .collect(),
            peak_mb: spent.iter().map(|(who, now)| (*who, now.peak_mb)).collect(),
            disk_bytes,
        })
    }
}

fn start_relay(data: &Path) -> anyhow::Result<(Option<Process>, SocketAddr)> {
    let data = data.to_string_lossy();
    let mut relay = Process::start(&["serve", "--data", &data, "--listen", "127.0.0.1:0"], PASSPHRASE)?;
    let line = relay.line()?;
    let address = line
        .split_whitespace()
        .find_map(|word| word.strip_prefix("http://")?.trim_end_matches('.').parse().ok())
        .with_context(|| format!("the relay did not say where it listens: {line}"))?;
    Ok((Some(relay), address))
}

/// Founds a programme at a desk, publishes the form, and enrols devices, which sync once. Returns their folders' names,
/// and who the first is.
fn enrol(folder: &Path, form: &Form, tap: &Tap, devices: u32) -> anyhow::Result<(Vec<String>, MemberId)> {
    let make = |name: &str| -> anyhow::Result<Notebook> {
        let surroundings = Surroundings::real()?;
        Ok(Notebook::create(
            &folder.join(name),
            name,
            PASSPHRASE,
            Cost::LEAST,
            surroundings,
        )?)
    };
    let link = HttpLink::default();
    let mut desk = make("desk")?;
    desk.found("Measurement", RelayAddress::without_key(&tap.url()))?;
    desk.publish(form)?;
    let mut joined = Vec::new();
    for n in 1..=devices {
        let name = format!("device-{n}");
        let mut device = make(&name)?;
        let certificate = desk.admit(&device.request()?.to_text(), &Admission::default())?;
        device.join(&certificate)?;
        joined.push((name, device));
    }
    desk.sync(&link)?;
    let first = joined
        .first()
        .map(|(_, device)| device.member())
        .context("there is no device")?;
    let mut names = Vec::new();
    for (name, mut device) in joined {
        device.sync(&link)?;
        names.push(name);
    }
    // Their one-time keys are no part of what is measured.
    desk.sync(&link)?;
    Ok((names, first))
}

/// Parts so many records among devices, as evenly as it goes: from and to of each.
fn shares(records: usize, devices: usize) -> Vec<(usize, usize)> {
    let bound = |n: usize| records * n / devices;
    (0..devices).map(|n| (bound(n), bound(n + 1))).collect()
}

fn bytes_in(path: &Path) -> anyhow::Result<u64> {
    let metadata = path.symlink_metadata()?;
    if !metadata.is_dir() {
        return Ok(metadata.len());
    }
    let mut sum = 0;
    for entry in std::fs::read_dir(path)?.flatten() {
        // A write-ahead log may go while it is looked at.
        sum += bytes_in(&entry.path()).unwrap_or_default();
    }
    Ok(sum)
}

#[cfg(test)]
mod tests {
    use super::shares;

    #[test]
    fn every_record_has_one_device() {
        assert_eq!(shares(10, 4), [(0, 2), (2, 5), (5, 7), (7, 10)]);
        assert_eq!(shares(2, 4), [(0, 0), (0, 1), (1, 1), (1, 2)]);
    }
}
