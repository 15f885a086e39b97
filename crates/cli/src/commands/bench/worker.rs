//! A node of a measurement, in a process of its own: so that its memory and processor time are its own.
//!
//! It reads one order a line and answers each with one line of JSON.

use std::cell::RefCell;
use std::io::{BufRead as _, Cursor, Read, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context as _, bail};
use clap::Args;
use client_core::{HttpLink, Link, LinkError, Notebook, RelayAddress};
use form::Address;
use seal::verify::request::RequestHeaders;
use serde::{Deserialize, Serialize};
use wire::{MemberId, RecordId};

use crate::home::Home;

#[derive(Debug, Args)]
pub(crate) struct BenchWorker {
    #[command(flatten)]
    home: Home,
    /// The records, one JSON object a line
    #[arg(long)]
    records: PathBuf,
    /// The form they answer
    #[arg(long)]
    form: String,
}

/// What a node is told to do.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Order {
    /// Finish the records on these lines of the file, the last not included.
    Finish { from: usize, to: usize },
    /// Make the requests of a sync, say `ready`, wait for `go`, and send them.
    Push,
    /// Sync as usual.
    Sync,
    /// Change one answer of so many records that can be read here, and finish each.
    Edit {
        records: usize,
        address: Address,
        value: String,
    },
    /// Hand the last record to a device.
    Grant { to: MemberId },
    /// Count the records that can be read here.
    Count,
    /// End.
    End,
}

/// What came of it.
#[derive(Debug, Default, Clone, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Done {
    /// Whether the requests of a push are made, and `go` is awaited.
    pub(crate) ready: bool,
    /// How many records it was about.
    pub(crate) records: usize,
    /// How long it took, in seconds.
    pub(crate) seconds: f64,
    /// How often the relay was called.
    pub(crate) calls: u32,
    /// What went wrong.
    pub(crate) error: Option<String>,
}

impl BenchWorker {
    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
        let mut node = Node {
            notebook: self.home.open()?,
            link: HttpLink::default(),
            form: self.form,
            lines: std::fs::read_to_string(&self.records)
                .with_context(|| format!("{} cannot be read", self.records.display()))?
                .lines()
                .filter(|line| !line.trim().is_empty())
                .map(str::to_owned)
                .collect(),
        };
        answer(&Done {
            ready: true,
            ..Done::default()
        })?;
        // The lock is not held: a push reads a line itself.
        while let Some(line) = next_line()? {
            let order: Order = serde_json::from_str(&line).context("an order cannot be read")?;
            if matches!(order, Order::End) {
                break;
            }
            let begun = Instant::now();
            let done = match node.follow(order) {
                Ok(done) if done.seconds > 0.0 => done,
                Ok(done) => Done {
                    seconds: begun.elapsed().as_secs_f64(),
                    ..done
                },
                Err(error) => Done {
                    error: Some(format!("{error:#}")),
                    ..Done::default()
                },
            };
            answer(&done)?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn next_line() -> std::io::Result<Option<String>> {
    let mut line = String::new();
    let read = std::io::stdin().lock().read_line(&mut line)?;
    Ok((read > 0).then_some(line))
}

fn answer(done: &Done) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    serde_json::to_writer(&mut out, done)?;
    out.write_all(b"\n")?;
    Ok(out.flush()?)
}

struct Node {
    notebook: Notebook,
    link: HttpLink,
    form: String,
    lines: Vec<String>,
}

impl Node {
    fn follow(&mut self, order: Order) -> anyhow::Result<Done> {
        match order {
            Order::Finish { from, to } => self.finish(from, to),
            Order::Push => {
                let held = HeldLink {
                    link: self.link.clone(),
                    seconds: RefCell::default(),
                };
                let report = self.notebook.sync(&held)?;
                Ok(Done {
                    records: usize::try_from(report.sent)?,
                    seconds: held.seconds.into_inner(),
                    calls: report.calls,
                    ..Done::default()
                })
            }
            Order::Sync => {
                let report = self.notebook.sync(&self.link)?;
                Ok(Done {
                    records: usize::try_from(report.received)?,
                    calls: report.calls,
                    ..Done::default()
                })
            }
            Order::Edit {
                records,
                address,
                value,
            } => self.edit(records, &address, &value),
            Order::Grant { to } => {
                let record = self.readable()?.into_iter().next_back();
                self.notebook
                    .grant(record.context("there is no record to grant")?, to, None)?;
                Ok(Done::default())
            }
            Order::Count => Ok(Done {
                records: self.readable()?.len(),
                ..Done::default()
            }),
            Order::End => Ok(Done::default()),
        }
    }

    fn finish(&mut self, from: usize, to: usize) -> anyhow::Result<Done> {
        let lines = self
            .lines
            .get(from..to)
            .context("there are not so many records")?
            .to_vec();
        for (n, line) in lines.iter().enumerate() {
            let json = serde_json::from_str(line)
                .with_context(|| format!("line {} of the records is no JSON", from + n + 1))?;
            let sheet = self.notebook.read_answers(&self.form, &json)?;
            let record = self.notebook.start(&self.form, Some(&sheet))?;
            self.notebook.finish(record)?;
        }
        Ok(Done {
            records: lines.len(),
            ..Done::default()
        })
    }

    fn edit(&mut self, records: usize, address: &Address, value: &str) -> anyhow::Result<Done> {
        let all = self.readable()?;
        for record in all.iter().take(records) {
            self.notebook.answer_text(*record, address, value)?;
            if self.notebook.finish(*record)?.is_none() {
                bail!("record {record} says so already: choose another value");
            }
        }
        Ok(Done {
            records: records.min(all.len()),
            ..Done::default()
        })
    }

    fn readable(&self) -> anyhow::Result<Vec<RecordId>> {
        let mut records: Vec<RecordId> = self
            .notebook
            .records(Some(&self.form))?
            .into_iter()
            .filter(|record| matches!(record.status.word(), "received" | "granted"))
            .map(|record| record.id)
            .collect();
        records.sort_unstable();
        Ok(records)
    }
}

/// Makes a whole request before any of it is sent, and reads a whole answer before any of it is looked at: what is
/// measured between the two is the relay.
struct HeldLink {
    link: HttpLink,
    seconds: RefCell<f64>,
}

impl Link for HeldLink {
    fn call(
        &self,
        relay: &RelayAddress,
        headers: &RequestHeaders,
        body: &mut dyn Read,
    ) -> Result<Box<dyn Read>, LinkError> {
        let broken = |error: std::io::Error| LinkError::Unreachable {
            relay: relay.to_string(),
            reason: error.to_string(),
        };
        let mut request = Vec::new();
        body.read_to_end(&mut request).map_err(broken)?;
        if *self.seconds.borrow() == 0.0 {
            let ready = Done {
                ready: true,
                ..Done::default()
            };
            answer(&ready).map_err(|error| broken(std::io::Error::other(error.to_string())))?;
            next_line().map_err(broken)?;
        }
        let begun = Instant::now();
        let mut answered = Vec::new();
        self.link
            .call(relay, headers, &mut Cursor::new(request))?
            .read_to_end(&mut answered)
            .map_err(broken)?;
        *self.seconds.borrow_mut() += begun.elapsed().as_secs_f64();
        Ok(Box::new(Cursor::new(answered)))
    }
}
