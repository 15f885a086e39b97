//! Processes that are measured: what they cost is read from the system (proc(5), Linux only).

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context as _, bail};
use serde::Serialize;

use super::worker::{Done, Order};

/// A process of this program that ends with the measurement at the latest.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    to: Option<ChildStdin>,
    from: BufReader<ChildStdout>,
}

/// What a process, with those it started, has cost.
#[derive(Debug, Default, Clone, Copy, Serialize)]
pub(crate) struct Spent {
    /// Processor time in seconds.
    pub(crate) cpu_s: f64,
    /// The most memory it ever had, in MB of 1,000,000 bytes; with those it started, the sum of what each had.
    pub(crate) peak_mb: f64,
}

impl Process {
    /// Starts this program with arguments.
    pub(crate) fn start(arguments: &[&str], passphrase: &str) -> anyhow::Result<Self> {
        let program = std::env::current_exe().context("this program does not find its own file")?;
        let mut child = Command::new(program)
            .args(arguments)
            .env("BARAZA_PASSPHRASE", passphrase)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("this program cannot be started again")?;
        let (Some(to), Some(from)) = (child.stdin.take(), child.stdout.take()) else {
            bail!("a process has no pipes");
        };
        Ok(Self {
            child,
            to: Some(to),
            from: BufReader::new(from),
        })
    }

    /// Returns the next line it prints.
    pub(crate) fn line(&mut self) -> anyhow::Result<String> {
        let mut line = String::new();
        if self.from.read_line(&mut line)? == 0 {
            bail!("a process ended before it was told to");
        }
        Ok(line)
    }

    /// Tells it something.
    pub(crate) fn say(&mut self, line: &str) -> anyhow::Result<()> {
        let to = self.to.as_mut().context("a process takes no orders")?;
        writeln!(to, "{line}")?;
        Ok(to.flush()?)
    }

    /// Gives a worker an order.
    pub(crate) fn order(&mut self, order: &Order) -> anyhow::Result<()> {
        self.say(&serde_json::to_string(order)?)
    }

    /// Awaits what came of an order.
    pub(crate) fn done(&mut self) -> anyhow::Result<Done> {
        let done: Done = serde_json::from_str(&self.line()?)?;
        match done.error {
            Some(error) => bail!("{error}"),
            None => Ok(done),
        }
    }

    /// Gives an order and awaits what comes of it.
    pub(crate) fn follow(&mut self, order: &Order) -> anyhow::Result<Done> {
        self.order(order)?;
        self.done()
    }

    /// Returns what it has cost up to now.
    pub(crate) fn spent(&self) -> Spent {
        spent(self.child.id())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.to.take());
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// What a process and those it started have cost; nothing where the system does not say.
fn spent(process: u32) -> Spent {
    let of = Path::new("/proc").join(process.to_string());
    let mut sum = Spent {
        cpu_s: cpu_seconds(&of).unwrap_or_default(),
        peak_mb: peak_megabytes(&of).unwrap_or_default(),
    };
    let tasks = std::fs::read_dir(of.join("task")).into_iter().flatten().flatten();
    for task in tasks {
        let children = std::fs::read_to_string(task.path().join("children")).unwrap_or_default();
        for child in children.split_whitespace().filter_map(|child| child.parse().ok()) {
            let more = spent(child);
            sum.cpu_s += more.cpu_s;
            sum.peak_mb += more.peak_mb;
        }
    }
    sum
}

/// User and system time: fields 14 and 15 of `stat`, in hundredths of a second on every Linux that this runs on.
fn cpu_seconds(of: &Path) -> Option<f64> {
    let stat = std::fs::read_to_string(of.join("stat")).ok()?;
    // The second field is a name in brackets, which may hold spaces.
    let behind = stat.rsplit_once(") ")?.1;
    let mut fields = behind.split(' ').skip(11);
    let (user, system): (f64, f64) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    Some((user + system) / 100.0)
}

fn peak_megabytes(of: &Path) -> Option<f64> {
    let status = std::fs::read_to_string(of.join("status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: f64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kibibytes * 1024.0 / 1e6)
}
