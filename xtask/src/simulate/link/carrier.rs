//! Carries packets from one namespace to the other over the [`Line`], in real time, and keeps what the device said.

use std::io::{BufReader, BufWriter};
use std::process::{Child, ChildStdin, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};

use super::end::{read_packet, write_packet};
use super::line::{End, Fate, Line, Terms};
use super::namespaces::DEVICE;
use super::streams::Streams;

/// What the line tells when it is taken up.
#[derive(Debug)]
pub(crate) struct Carried {
    /// What the device gave to the line.
    pub(crate) sent: Streams,
    /// What of it came out at the relay's end.
    pub(crate) arrived: Streams,
    pub(crate) cuts: u32,
    pub(crate) fate: Fate,
}

/// The line while it is in use. Dropped without [`Carrier::stop`], its ends are killed.
#[derive(Debug)]
pub(crate) struct Carrier {
    ends: [EndProcess; 2],
    stop: Sender<Event>,
    carrying: JoinHandle<anyhow::Result<Carried>>,
}

#[derive(Debug)]
enum Event {
    Packet { to: End, packet: Vec<u8> },
    Ended(End),
    Stop,
}

/// `xtask link-end` in one namespace.
#[derive(Debug)]
struct EndProcess(Child);

impl Drop for EndProcess {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

impl Carrier {
    /// Starts a process in each namespace, and carries packets between them.
    pub(crate) fn start(terms: Terms, seed: u64) -> anyhow::Result<Self> {
        let (stop, events) = channel();
        let (relay, to_relay) = end(End::Relay, End::Device, stop.clone())?;
        let (device, to_device) = end(End::Device, End::Relay, stop.clone())?;
        let line = Line::lay(terms, seed);
        let carrying = thread::spawn(move || carry(line, &events, to_relay, to_device));
        Ok(Self {
            ends: [relay, device],
            stop,
            carrying,
        })
    }

    /// Takes the line up, and returns what went over it.
    pub(crate) fn stop(self) -> anyhow::Result<Carried> {
        // If nobody listens, the line has failed, and its thread says why.
        drop(self.stop.send(Event::Stop));
        let Ok(carried) = self.carrying.join() else {
            bail!("the line broke down");
        };
        drop(self.ends);
        carried
    }
}

/// Starts one end. What comes out of its namespace goes to the other.
fn end(here: End, other: End, events: Sender<Event>) -> anyhow::Result<(EndProcess, ChildStdin)> {
    let me = std::env::current_exe().context("this program's own path")?;
    let mut child = here
        .command(&me)
        .args(["link-end", "--tun", DEVICE])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context("ip does not start; is iproute2 installed?")?;
    let (Some(to), Some(from)) = (child.stdin.take(), child.stdout.take()) else {
        bail!("the end of the line has no pipes");
    };
    thread::spawn(move || {
        let mut from = BufReader::new(from);
        while let Ok(Some(packet)) = read_packet(&mut from) {
            if events.send(Event::Packet { to: other, packet }).is_err() {
                return;
            }
        }
        drop(events.send(Event::Ended(here)));
    });
    Ok((EndProcess(child), to))
}

fn carry(
    mut line: Line,
    events: &Receiver<Event>,
    to_relay: ChildStdin,
    to_device: ChildStdin,
) -> anyhow::Result<Carried> {
    let began = Instant::now();
    let (mut to_relay, mut to_device) = (BufWriter::new(to_relay), BufWriter::new(to_device));
    let (mut sent, mut arrived) = (Streams::default(), Streams::default());
    loop {
        for (to, packet) in line.arrived(began.elapsed()) {
            match to {
                End::Relay => {
                    arrived.see(&packet);
                    write_packet(&mut to_relay, &packet)
                }
                End::Device => write_packet(&mut to_device, &packet),
            }
            .with_context(|| format!("the {to:?}'s end takes no packets"))?;
        }
        let wait = line
            .next_arrival()
            .map_or(Duration::from_secs(1), |at| at.saturating_sub(began.elapsed()));
        match events.recv_timeout(wait) {
            Ok(Event::Packet { to, packet }) => {
                if to == End::Relay {
                    sent.see(&packet);
                }
                line.send(to, packet, began.elapsed());
            }
            Ok(Event::Ended(end)) => bail!("the {end:?}'s end of the line has failed"),
            Err(RecvTimeoutError::Timeout) => {}
            Ok(Event::Stop) | Err(RecvTimeoutError::Disconnected) => {
                return Ok(Carried {
                    sent,
                    arrived,
                    cuts: line.cuts(),
                    fate: line.fate(),
                });
            }
        }
    }
}
