//! `baraza peer`: two notebooks on one local network, without a relay.

use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use client_core::deeds::meet::{MeetError, MeetReport};
use client_core::{LinkTimeouts, Notebook};

use super::bundle::tell_what_else;
use crate::home::Home;
use crate::output;
use crate::qr::Code;

#[derive(Debug, Subcommand)]
pub(crate) enum Peer {
    /// Await other members of the programme, and give each what it lacks
    Listen(Listen),
    /// Call a notebook that listens, give it what it lacks, and take what is lacking here
    Connect(Connect),
}

#[derive(Debug, Args)]
pub(crate) struct Listen {
    #[command(flatten)]
    home: Home,
    /// Where to listen, as address and port; port 0 lets the system choose
    #[arg(long, value_name = "ADDRESS", default_value = "0.0.0.0:4711")]
    listen: String,
    /// End after the first member that came
    #[arg(long)]
    once: bool,
    /// Show the address to call as a QR code as well
    #[arg(long, conflicts_with = "json")]
    qr: bool,
    /// Print JSON: the address, and what each meeting brought
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Connect {
    #[command(flatten)]
    home: Home,
    /// Where the other one listens, like 192.168.1.7:4711
    address: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Peer {
    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
        match self {
            Self::Listen(command) => command.run(),
            Self::Connect(command) => command.run(),
        }
    }
}

impl Listen {
    fn run(self) -> anyhow::Result<ExitCode> {
        let mut notebook = self.home.open()?;
        let listener = notebook.await_peers(&self.listen, LinkTimeouts::default())?;
        let address = reachable(listener.address()?).to_string();
        if self.json {
            output::json(&serde_json::json!({ "address": address }))?;
        } else {
            if self.qr {
                output::text(&Code::of(&address)?.drawn())?;
            }
            output::text(&format!(
                "Others call this notebook with `baraza peer connect {address}`; Ctrl-C ends it.\n"
            ))?;
        }
        loop {
            let met = listener
                .accept()
                .map_err(MeetError::from)
                .and_then(|call| notebook.meet(call));
            match met {
                Ok(report) => {
                    tell(&notebook, &report, self.json)?;
                    if self.once {
                        return Ok(ExitCode::SUCCESS);
                    }
                }
                Err(error) => eprintln!("{error}"),
            }
        }
    }
}

impl Connect {
    fn run(self) -> anyhow::Result<ExitCode> {
        let mut notebook = self.home.open()?;
        let call = notebook.call_peer(&self.address, LinkTimeouts::default())?;
        let report = notebook.meet(call)?;
        tell(&notebook, &report, self.json)?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Puts this machine's address on the network in the place of "any address". No packet is sent for that.
fn reachable(bound: SocketAddr) -> SocketAddr {
    let own = || -> std::io::Result<IpAddr> {
        let socket = UdpSocket::bind("0.0.0.0:0")?;
        // TEST-NET-1 (RFC 5737): what lies behind the way that leads everywhere.
        socket.connect("192.0.2.1:9")?;
        Ok(socket.local_addr()?.ip())
    };
    match bound.ip().is_unspecified() {
        true => SocketAddr::new(own().unwrap_or(bound.ip()), bound.port()),
        false => bound,
    }
}

fn tell(notebook: &Notebook, report: &MeetReport, json: bool) -> anyhow::Result<()> {
    if json {
        return output::json(report);
    }
    let members = notebook.members()?;
    let name = members
        .into_iter()
        .find(|member| member.id == report.member)
        .map_or_else(|| report.member.to_string(), |member| member.name);
    let taken = &report.taken;
    println!(
        "{name}: gave {}, received {}, opened {}.",
        report.given, taken.received, taken.opened
    );
    tell_what_else(taken)
}
