//! `baraza programme found`

use std::process::ExitCode;

use clap::Subcommand;
use client_core::RelayAddress;
use wire::RelayKey;

use crate::home::Home;

#[derive(Debug, Subcommand)]
pub(crate) enum Programme {
    /// Found a programme: its root key, its first desk, its reading keys
    Found {
        #[command(flatten)]
        home: Home,
        /// What the programme is called; only members will see it
        #[arg(long)]
        name: String,
        /// Where the relay is, like `https://relay.example:8443`
        #[arg(long, value_name = "URL")]
        relay: String,
        /// The key of an `https://` relay, as `baraza serve --tls` prints it: 64 hexadecimal digits
        #[arg(long, value_name = "HEX")]
        relay_key: Option<RelayKey>,
        /// What people call this desk
        #[arg(long, default_value = "desk")]
        desk: String,
    },
}

impl Programme {
    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
        let Self::Found {
            home,
            name,
            relay,
            relay_key,
            desk,
        } = self;
        let relay = RelayAddress {
            key: relay_key,
            ..RelayAddress::from(&relay)
        };
        if relay.is_in_the_open() {
            eprintln!(
                "Warning: {relay} is plain HTTP to another machine. What was said stays sealed, but whoever listens on \
                 the network sees who syncs, when and how much: start the relay with --tls, or stay inside a VPN."
            );
        }
        let mut notebook = home.open_or_create(&desk)?;
        let programme = notebook.found(&name, relay)?;
        println!("Programme {programme} is founded. This notebook is its desk.");
        println!(
            "Next: publish a form with `baraza form publish`, and admit devices with `baraza device admit`."
        );
        Ok(ExitCode::SUCCESS)
    }
}
